package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

// Result is what an engine showed.
type Result struct {
	Engine     string `json:"engine"`
	Keys       int64  `json:"keys"`
	ValueBytes int    `json:"value_bytes"`
	Rate       int64  `json:"updates_per_second_asked"`

	FillSeconds float64 `json:"fill_seconds"` // from the start until every key has come
	Seconds     float64 `json:"seconds"`      // watched
	StateBytes  int64   `json:"state_bytes"`  // of the last checkpoint, in full

	P50 float64 `json:"p50_ms"`
	P90 float64 `json:"p90_ms"`
	Max float64 `json:"max_ms"`
	// Uploaded is per checkpoint; Changed is keys and values of the distinct keys that were updated in an interval.
	Uploaded    int64 `json:"uploaded_bytes_mean"`
	UploadedMin int64 `json:"uploaded_bytes_min"`
	UploadedMax int64 `json:"uploaded_bytes_max"`
	Changed     int64 `json:"changed_bytes"`

	Cores     float64 `json:"cores"`
	PeakBytes int64   `json:"peak_rss_bytes"`

	RowsPerSecond float64 `json:"rows_per_second"`
	// Dip is how much slower rows come in while a checkpoint goes on than between checkpoints; negative: faster.
	Dip float64 `json:"dip"`
	// Lowest is the slowest second relative to the mean.
	Lowest float64 `json:"lowest_second"`

	RecoverySeconds float64 `json:"recovery_seconds,omitempty"`
	Restored        int64   `json:"restored_checkpoint,omitempty"`

	OtherCores float64 `json:"other_cores"` // used by other programs meanwhile
	LoadBefore string  `json:"load_before"`
	LoadAfter  string  `json:"load_after"`

	Checkpoints []measure.Checkpoint `json:"checkpoints"`
	Error       string               `json:"error,omitempty"`
}

// moment is how many rows had come into the aggregation by then.
type moment struct{ ms, rows int64 }

// evaluate fills in what follows from the checkpoints and the rows.
func (r *Result) evaluate(moments []moment, interval time.Duration) {
	var durations []float64
	for i, c := range r.Checkpoints {
		durations = append(durations, float64(c.Duration))
		if r.Uploaded += c.Bytes; i == 0 || c.Bytes < r.UploadedMin {
			r.UploadedMin = c.Bytes
		}
		r.UploadedMax, r.StateBytes = max(r.UploadedMax, c.Bytes), c.Full
	}
	r.Uploaded /= int64(len(r.Checkpoints))
	slices.Sort(durations)
	r.P50, r.P90, r.Max = quantile(durations, 0.5), quantile(durations, 0.9), durations[len(durations)-1]
	first, last := moments[0], moments[len(moments)-1]
	r.RowsPerSecond = float64(last.rows-first.rows) / float64(last.ms-first.ms) * 1000
	n := float64(r.Keys)
	touched := n * -math.Expm1(-r.RowsPerSecond*interval.Seconds()/n) // of n keys, hit at random
	r.Changed = int64(touched * float64(8+r.ValueBytes))
	r.Dip = dip(moments, r.Checkpoints)
	r.Lowest = lowest(moments, 1000) / r.RowsPerSecond
}

// quantile is that of sorted values, interpolated.
func quantile(sorted []float64, p float64) float64 {
	place := p * float64(len(sorted)-1)
	i := int(place)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (place-float64(i))*(sorted[i+1]-sorted[i])
}

// dip compares the rate of the spans that a checkpoint overlaps with that of the others.
func dip(moments []moment, checkpoints []measure.Checkpoint) float64 {
	var rows, ms [2]float64
	for i, m := range moments[1:] {
		from, kind := moments[i], 0
		for _, c := range checkpoints {
			if c.Triggered < m.ms && c.Triggered+c.Duration > from.ms {
				kind = 1
			}
		}
		rows[kind] += float64(m.rows - from.rows)
		ms[kind] += float64(m.ms - from.ms)
	}
	if ms[0] == 0 || ms[1] == 0 || rows[0] == 0 {
		return 0
	}
	return 1 - (rows[1]/ms[1])/(rows[0]/ms[0])
}

// lowest is the lowest rate, in rows per second, over spans of at least so many milliseconds.
func lowest(moments []moment, span int64) float64 {
	least, i := math.Inf(1), 0
	for _, m := range moments {
		for i+1 < len(moments) && m.ms-moments[i+1].ms >= span {
			i++
		}
		if d := m.ms - moments[i].ms; d >= span {
			least = min(least, float64(m.rows-moments[i].rows)/float64(d)*1000)
		}
	}
	return least
}

func (r *Result) line() string {
	if r.Error != "" && len(r.Checkpoints) == 0 {
		return fmt.Sprintf("%-14s failed: %s", r.Engine, r.Error)
	}
	s := fmt.Sprintf("%-14s p50 %.0f ms, p90 %.0f ms, %.0f MB each for %.0f MB changed (state %.2f GB), %.2f cores, %.0f MB resident, %.0f rows/s, dip %.1f %%, recovery %.2f s; others used %.2f cores",
		r.Engine, r.P50, r.P90, mb(r.Uploaded), mb(r.Changed), mb(r.StateBytes)/1000, r.Cores, mb(r.PeakBytes), r.RowsPerSecond, r.Dip*100, r.RecoverySeconds, r.OtherCores)
	if r.Error != "" {
		s += "; failed: " + r.Error
	}
	return s
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

// Report is the file of results.
type Report struct {
	Date        string   `json:"date"`
	Machine     string   `json:"machine"`
	Parallelism int      `json:"parallelism"`
	Interval    string   `json:"interval"`
	Results     []Result `json:"results"`
}

func newReport(o *options) *Report {
	r := measure.NewReport(o.parallelism, 0)
	return &Report{Date: r.Date, Machine: r.Machine, Parallelism: o.parallelism, Interval: o.interval.String()}
}

func (r *Report) write(jsonFile, markdownFile string) error {
	return measure.WriteFiles(r, r.table, jsonFile, markdownFile)
}

// table has a row per engine.
func (r *Report) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s · parallelism %d · a checkpoint every %s\n\n", r.Date, r.Machine, r.Parallelism, r.Interval)
	b.WriteString("|engine|state GB|updates/s|p50 ms|p90 ms|uploaded MB (least–most)|changed MB|cores|RSS MB|dip %|recovery s|other load, cores|\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, x := range r.Results {
		if len(x.Checkpoints) == 0 {
			fmt.Fprintf(&b, "|%s|failed: %s|\n", x.Engine, x.Error)
			continue
		}
		fmt.Fprintf(&b, "|%s|%.2f|%.0f|%.0f|%.0f|%.0f (%.0f–%.0f)|%.0f|%.2f|%.0f|%.1f|%.2f|%.2f|\n", x.Engine, mb(x.StateBytes)/1000, x.RowsPerSecond,
			x.P50, x.P90, mb(x.Uploaded), mb(x.UploadedMin), mb(x.UploadedMax), mb(x.Changed), x.Cores, mb(x.PeakBytes), x.Dip*100, x.RecoverySeconds, x.OtherCores)
	}
	return b.String()
}

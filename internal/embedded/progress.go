package embedded

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/stream"
)

// Progress is how a job goes, at one moment.
type Progress struct {
	Elapsed time.Duration
	In, Out int64 // rows the sources emitted, rows the sinks and the client got
	// Watermark is the lowest of the tasks' watermarks in ms, ok false before the first.
	Watermark   int64
	WatermarkOK bool
	// Blocked is the vertex whose subtasks waited longest for output buffers
	// since the last reading, and the share of time they did; "" if none.
	Blocked      string
	BlockedShare float64
	Late         int64 // rows dropped because they were late
}

// Meter reads the progress of an execution, again and again.
type Meter struct {
	x       *Execution
	last    time.Time
	blocked map[string]float64 // ns per task name and subtask at the last reading
	sources map[string]bool    // operator UIDs
	sinks   map[string]bool
}

// NewMeter returns a meter of x.
func NewMeter(x *Execution) *Meter {
	m := &Meter{x: x, last: x.Started, blocked: map[string]float64{}, sources: map[string]bool{}, sinks: map[string]bool{}}
	for _, v := range x.graph.Vertices {
		for _, n := range v.Chain {
			switch n.Op.Spec.(type) {
			case *jobgraph.Scan, *jobgraph.Values:
				m.sources[n.Op.UID] = true
			case *jobgraph.Sink, *jobgraph.Collect:
				m.sinks[n.Op.UID] = true
			}
		}
	}
	return m
}

// Read returns the progress now.
func (m *Meter) Read() Progress {
	now := time.Now()
	p := Progress{Elapsed: now.Sub(m.x.Started), Watermark: stream.MaxTime}
	interval := float64(now.Sub(m.last).Nanoseconds())
	m.last = now
	for _, s := range m.x.Metrics().Read(nil) {
		m.add(&p, s, interval)
	}
	if p.Watermark == stream.MaxTime {
		p.Watermark = 0
		p.WatermarkOK = false
	}
	return p
}

func (m *Meter) add(p *Progress, s metrics.Sample, interval float64) {
	uid := s.Vars["operator_id"]
	switch s.Name {
	case "numRecordsOut":
		if m.sources[uid] {
			p.In += int64(s.Value)
		}
	case "numRecordsIn":
		if m.sinks[uid] {
			p.Out += int64(s.Value)
		}
	case "numLateRecordsDropped":
		p.Late += int64(s.Value)
	case "currentInputWatermark":
		if w := int64(s.Value); s.Value > -9e18 && s.Value < 9e18 && w < p.Watermark {
			p.Watermark, p.WatermarkOK = w, true
		}
	case "backPressuredTimeNs":
		task := s.Vars["task_name"]
		key := task + "#" + s.Vars["subtask_index"]
		share := (s.Value - m.blocked[key]) / interval
		m.blocked[key] = s.Value
		if share > 0.1 && share > p.BlockedShare {
			p.Blocked, p.BlockedShare = task, min(share, 1)
		}
	}
}

// Line is the progress as one line for a terminal.
func (p Progress) Line(since Progress) string {
	seconds := (p.Elapsed - since.Elapsed).Seconds()
	rate := func(now, then int64) string {
		if seconds <= 0 {
			return "0/s"
		}
		return humanCount(float64(now-then)/seconds) + "/s"
	}
	parts := []string{
		p.Elapsed.Round(100 * time.Millisecond).String(),
		fmt.Sprintf("in %s (%s)", humanCount(float64(p.In)), rate(p.In, since.In)),
		fmt.Sprintf("out %s (%s)", humanCount(float64(p.Out)), rate(p.Out, since.Out)),
	}
	if p.WatermarkOK {
		lag := time.Since(time.UnixMilli(p.Watermark)).Round(time.Second)
		parts = append(parts, fmt.Sprintf("watermark %s (%s behind)", time.UnixMilli(p.Watermark).UTC().Format("2006-01-02 15:04:05"), lag))
	}
	if p.Late > 0 {
		parts = append(parts, fmt.Sprintf("late %s", humanCount(float64(p.Late))))
	}
	if p.Blocked != "" {
		parts = append(parts, fmt.Sprintf("back-pressured %.0f%%: %s", p.BlockedShare*100, shorten(p.Blocked, 40)))
	}
	return strings.Join(parts, "  ")
}

func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return s[:limit-1] + "…"
}

// humanCount writes a count with a unit: 1234567 is 1.23M.
func humanCount(n float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if n >= u.size {
			return strconv.FormatFloat(n/u.size, 'f', 2, 64) + u.name
		}
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}

// Summary is the outcome of a job in one line.
func (p Progress) Summary() string {
	seconds := p.Elapsed.Seconds()
	s := fmt.Sprintf("%s in, %s out in %s", rows(p.In), rows(p.Out), p.Elapsed.Round(time.Millisecond))
	if seconds > 0.1 {
		s += fmt.Sprintf(" (%s/s)", humanCount(float64(p.In)/seconds))
	}
	if p.Late > 0 {
		s += fmt.Sprintf(", %s dropped because late", rows(p.Late))
	}
	return s
}

func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return humanCount(float64(n)) + " rows"
}

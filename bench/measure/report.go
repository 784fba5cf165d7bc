package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Run is what one run of one query cost.
type Run struct {
	WallSeconds float64 `json:"wall_seconds"`
	CPUSeconds  float64 `json:"cpu_seconds"`
	PeakBytes   int64   `json:"peak_rss_bytes"`
	Proof       string  `json:"proof,omitempty"` // of what was written, the same on both engines
}

// Result is a query on an engine.
type Result struct {
	Query  string `json:"query"`
	Engine string `json:"engine"`
	Events int64  `json:"events"`
	Run
	Runs  []Run  `json:"runs,omitempty"`
	Error string `json:"error,omitempty"`
}

// Line is the result for the screen.
func (r Result) Line() string {
	if r.Error != "" {
		return fmt.Sprintf("%-8s %-14s failed: %s", r.Query, r.Engine, r.Error)
	}
	return fmt.Sprintf("%-8s %-14s %7.2f s  %10.0f events/s  %7.2f CPU s  %6.0f MB", r.Query, r.Engine, r.WallSeconds,
		float64(r.Events)/r.WallSeconds, r.CPUSeconds, float64(r.PeakBytes)/1e6)
}

// MedianByCPU is the run with the median of CPU seconds.
func MedianByCPU(runs []Run) Run {
	sorted := slices.Clone(runs)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].CPUSeconds < sorted[j].CPUSeconds })
	return sorted[len(sorted)/2]
}

// Report is the file of results.
type Report struct {
	Date        string   `json:"date"`
	Machine     string   `json:"machine"`
	Parallelism int      `json:"parallelism"`
	TPS         int64    `json:"tps"`
	Results     []Result `json:"results"`

	earlier []Result // read from files; not written again
}

// NewReport begins one for this machine. tps is events per second of event time.
func NewReport(parallelism int, tps int64) *Report {
	return &Report{
		Date:        time.Now().UTC().Format(time.DateOnly),
		Machine:     fmt.Sprintf("%s, %d cores, %s", cpuModel(), runtime.NumCPU(), runtime.Version()),
		Parallelism: parallelism,
		TPS:         tps,
	}
}

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimLeft(strings.TrimSpace(rest), ": ")
		}
	}
	return runtime.GOARCH
}

// Add takes a result.
func (r *Report) Add(result Result) { r.Results = append(r.Results, result) }

// AddEarlier takes the results of a file.
func (r *Report) AddEarlier(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var earlier Report
	if err := json.Unmarshal(text, &earlier); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	r.earlier = append(r.earlier, earlier.Results...)
	return nil
}

// Write writes the results, and the table, to files; "" is none.
func (r *Report) Write(jsonFile, markdownFile string) error {
	return WriteFiles(r, r.Markdown, jsonFile, markdownFile)
}

// WriteFiles writes results as JSON, and the table of them, to files; "" is none.
func WriteFiles(results any, table func() string, jsonFile, markdownFile string) error {
	if jsonFile != "" {
		text, err := json.MarshalIndent(results, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(jsonFile, append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	if markdownFile != "" {
		return os.WriteFile(markdownFile, []byte(table()), 0o644)
	}
	return nil
}

// Disagreement is an error if two engines wrote something else for a query over the same events, or if one of them failed.
func (r *Report) Disagreement() error {
	type job struct {
		query  string
		events int64
	}
	proofs := map[job]Result{}
	var errs []error
	for _, x := range append(slices.Clone(r.earlier), r.Results...) {
		if x.Error != "" {
			errs = append(errs, fmt.Errorf("%s failed on %s", x.Query, x.Engine))
			continue
		}
		if x.Proof == "" {
			continue
		}
		key := job{x.Query, x.Events}
		if first, ok := proofs[key]; !ok {
			proofs[key] = x
		} else if first.Proof != x.Proof {
			errs = append(errs, fmt.Errorf("%s: %s wrote %s, %s wrote %s", x.Query, first.Engine, first.Proof, x.Engine, x.Proof))
		}
	}
	return errors.Join(errs...)
}

// find returns a query's result on an engine, with costs scaled to the number of events of the other side.
func find(results []Result, query, engine string) (Result, bool) {
	for i := len(results) - 1; i >= 0; i-- {
		if x := results[i]; x.Query == query && x.Engine == engine && x.Error == "" {
			return x, true
		}
	}
	return Result{}, false
}

// engines lists the engines in the order in which they came.
func engines(results []Result) (names []string) {
	for _, x := range results {
		if !slices.Contains(names, x.Engine) {
			names = append(names, x.Engine)
		}
	}
	return names
}

// Markdown is one table: a row per query, three columns per engine, then the ratios of each other engine to flott.
// Costs are per 10 million events, so that runs of different length compare.
func (r *Report) Markdown() string {
	all := append(slices.Clone(r.earlier), r.Results...)
	names := engines(all)
	var others []string
	if slices.Contains(names, "flott") {
		others = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "flott" })
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s · parallelism %d · per 10 million events\n\n|query|", r.Date, r.Machine, r.Parallelism)
	for _, n := range names {
		fmt.Fprintf(&b, "%s M events/s|CPU s|MB|", n)
	}
	for _, n := range others {
		fmt.Fprintf(&b, "× CPU %s|× wall|× MB|", n)
	}
	fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("--:|", 3*(len(names)+len(others))))
	means := make([]logMean, 3*len(others))
	for _, q := range queryNames(all) {
		fmt.Fprintf(&b, "|%s|", q)
		for _, n := range names {
			b.WriteString(cells(all, q, n))
		}
		for i, n := range others {
			b.WriteString(ratios(all, q, n, means[3*i:3*i+3]))
		}
		b.WriteByte('\n')
	}
	if len(others) > 0 {
		b.WriteString("|**geometric mean**|" + strings.Repeat("|", 3*len(names)))
		for _, m := range means {
			fmt.Fprintf(&b, "**%s**|", m)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// queryNames lists the queries in numerical order.
func queryNames(results []Result) (names []string) {
	for _, x := range results {
		if !slices.Contains(names, x.Query) {
			names = append(names, x.Query)
		}
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(name, "q"))
		return n
	}
	sort.SliceStable(names, func(i, j int) bool { return number(names[i]) < number(names[j]) })
	return names
}

func cells(all []Result, q, engine string) string {
	x, ok := find(all, q, engine)
	if !ok {
		return "–|–|–|"
	}
	return fmt.Sprintf("%.2f|%.1f|%.0f|", float64(x.Events)/x.WallSeconds/1e6, x.CPUSeconds*x.scale(), float64(x.PeakBytes)/1e6)
}

// scale brings a cost to 10 million events.
func (r Result) scale() float64 { return 10e6 / float64(r.Events) }

func ratios(all []Result, q, engine string, means []logMean) string {
	other, ok := find(all, q, engine)
	own, ok2 := find(all, q, "flott")
	if !ok || !ok2 {
		return "–|–|–|"
	}
	var b strings.Builder
	for i, ratio := range []float64{
		other.CPUSeconds * other.scale() / (own.CPUSeconds * own.scale()),
		other.WallSeconds * other.scale() / (own.WallSeconds * own.scale()),
		float64(other.PeakBytes) / float64(own.PeakBytes),
	} {
		means[i].add(ratio)
		fmt.Fprintf(&b, "%.1f|", ratio)
	}
	return b.String()
}

// logMean gathers a geometric mean.
type logMean struct {
	sum float64
	n   int
}

func (m *logMean) add(x float64) {
	m.sum += math.Log(x)
	m.n++
}

func (m logMean) String() string {
	if m.n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", math.Exp(m.sum/float64(m.n)))
}

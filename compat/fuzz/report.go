package fuzz

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Finding is a query that the engines do not agree on.
type Finding struct {
	Seed    uint64
	Mode    string
	Verdict verdict
	SQL     string // as small as it goes
	Whole   string // as it was generated
	Text    string // how the answers differ
}

func (f Finding) String() string {
	return fmt.Sprintf("seed %d, %s: %s\n%s\n%s\n", f.Seed, f.Mode, f.Verdict, f.SQL, f.Text)
}

// Report counts what came out. It is safe for concurrent use.
type Report struct {
	mu       sync.Mutex
	out      io.Writer
	counts   map[verdict]int
	listed   map[string]int
	used     used
	shown    int // answers at the last line of progress
	begin    time.Time
	Findings []Finding
}

// NewReport writes findings to out as they come.
func NewReport(out io.Writer) *Report {
	return &Report{out: out, counts: map[verdict]int{}, listed: map[string]int{}, begin: time.Now()}
}

func (r *Report) count(sql string, v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[v]++
	r.used.count(sql, v == bothRefuse)
}

func (r *Report) list(sql, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used.count(sql, false)
	r.listed[name]++
}

func (r *Report) find(f Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[f.Verdict]++
	r.used.count(f.Whole, false)
	r.Findings = append(r.Findings, f)
	fmt.Fprintln(r.out, f)
}

// progress writes the counts when enough answers came since it last did.
func (r *Report) progress(every int) {
	r.mu.Lock()
	sum := 0
	for _, n := range r.counts {
		sum += n
	}
	for _, n := range r.listed {
		sum += n
	}
	due := every > 0 && sum >= r.shown+every
	if due {
		r.shown = sum
	}
	r.mu.Unlock()
	if due {
		fmt.Fprintf(r.out, "after %s: %s\n", time.Since(r.begin).Round(time.Second), r)
	}
}

// Features are the parts of the language with how many queries had them and, in brackets, how many of those both refused.
func (r *Report) Features() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used.String()
}

// String is a line of counts.
func (r *Report) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := 0
	var parts []string
	for _, v := range slices.Sorted(maps.Keys(r.counts)) {
		sum += r.counts[v]
		parts = append(parts, fmt.Sprintf("%d %s", r.counts[v], v))
	}
	for _, name := range slices.Sorted(maps.Keys(r.listed)) {
		sum += r.listed[name]
		parts = append(parts, fmt.Sprintf("%d listed: %s", r.listed[name], name))
	}
	return fmt.Sprintf("%d answers: %s", sum, strings.Join(parts, ", "))
}

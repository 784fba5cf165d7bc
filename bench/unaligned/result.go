package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/flottstream/flott/bench/measure"
)

// Result is what a mode showed.
type Result struct {
	Mode      string `json:"mode"`
	Completed int    `json:"completed"`
	Failed    int    `json:"failed"`
	Unaligned int    `json:"unaligned"` // of those completed
	Failure   string `json:"failure,omitempty"`

	// The longest of the completed ones; a checkpoint that failed did not get so far.
	Duration   int64 `json:"duration_ms_max"`
	StartDelay int64 `json:"start_delay_ms_max"`
	Alignment  int64 `json:"alignment_ms_max"`
	Persisted  int64 `json:"persisted_bytes_max"`

	Taken            int64  `json:"rows_taken_before_the_kill"`
	Restored         int64  `json:"restored_checkpoint"` // 0: it began afresh
	RestoredInflight int64  `json:"restored_in_flight_bytes"`
	Rows             uint64 `json:"rows_at_the_end"`
	Exact            bool   `json:"every_row_exactly_once"`

	Checkpoints []measure.Checkpoint `json:"checkpoints"`
}

// evaluate counts what became of checkpoints, the newest first.
func (r *Result) evaluate(checkpoints []measure.Checkpoint) {
	r.Checkpoints = checkpoints
	for _, c := range checkpoints {
		switch c.Status {
		case "FAILED":
			r.Failed++
			r.Failure = c.Failure
		case "COMPLETED":
			r.Completed++
			if c.Type == "UNALIGNED_CHECKPOINT" {
				r.Unaligned++
			}
			r.Duration, r.StartDelay = max(r.Duration, c.Duration), max(r.StartDelay, c.StartDelay)
			r.Alignment, r.Persisted = max(r.Alignment, c.Alignment), max(r.Persisted, c.Persisted)
		}
	}
}

func (r *Result) line() string {
	return fmt.Sprintf("%-24s %d completed (%d unaligned), %d failed; longest %d ms, start delay %d ms, alignment %d ms, %d bytes in flight; restored from %d, %d rows, exact: %v",
		r.Mode, r.Completed, r.Unaligned, r.Failed, r.Duration, r.StartDelay, r.Alignment, r.Persisted, r.Restored, r.Rows, r.Exact)
}

// Report is the file of results.
type Report struct {
	Date    string   `json:"date"`
	Machine string   `json:"machine"`
	Delay   string   `json:"delay_per_row"`
	Timeout string   `json:"checkpoint_timeout"`
	Results []Result `json:"results"`
}

func newReport(o *options) *Report {
	r := measure.NewReport(o.parallelism, 0)
	return &Report{Date: r.Date, Machine: r.Machine, Delay: o.delay.String(), Timeout: o.timeout.String()}
}

func (r *Report) write(jsonFile, markdownFile string) error {
	return measure.WriteFiles(r, r.table, jsonFile, markdownFile)
}

func (r *Report) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s · %s per row · timeout %s\n\n", r.Date, r.Machine, r.Delay, r.Timeout)
	b.WriteString("|checkpoints|completed|expired|longest ms|start delay ms|alignment ms|in flight, bytes|restored from|rows at the end|exactly once|\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n")
	for _, x := range r.Results {
		exact := "no"
		if x.Exact {
			exact = "yes"
		}
		fmt.Fprintf(&b, "|%s|%d|%d|%d|%d|%d|%d|%d|%d|%s|\n", x.Mode, x.Completed, x.Failed, x.Duration, x.StartDelay, x.Alignment, x.Persisted, x.Restored, x.Rows, exact)
	}
	return b.String()
}

// failure says what is not as it should be: aligned checkpoints expire, unaligned ones complete within 2 s, those with a timeout become
// unaligned.
func (r *Report) failure() error {
	var errs []error
	for i, x := range r.Results {
		switch {
		case i == 0 && (x.Completed > 0 || x.Failed == 0):
			errs = append(errs, fmt.Errorf("%s: %d checkpoints completed: that is no heavy back pressure", x.Mode, x.Completed))
		case i == 1 && (x.Failed > 0 || x.Completed == 0 || x.Duration >= 2000):
			errs = append(errs, fmt.Errorf("%s: %d checkpoints failed, the longest took %d ms", x.Mode, x.Failed, x.Duration))
		case i == 2 && (x.Failed > 0 || x.Unaligned == 0 || x.Unaligned < x.Completed):
			errs = append(errs, fmt.Errorf("%s: %d of %d checkpoints became unaligned, %d failed", x.Mode, x.Unaligned, x.Completed, x.Failed))
		}
	}
	return errors.Join(errs...)
}

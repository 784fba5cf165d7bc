package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// result is what a run of the harness has found.
type result struct {
	Date     string
	Commit   string
	Seed     uint64
	Kafka    string // version
	Backends string
	Interval string // of checkpoints
	Timeout  string // of transactions

	Kills          int
	ByPhase        map[phase]int
	ByMoment       map[moment]int
	BrokerRestarts int
	Freezes        int
	Torn           int // checkpoints planted
	Damaged        int // checkpoints
	PassedOver     int // broken checkpoints that flott reported
	LongOutages    int // longer than the timeout of transactions
	Ended          int // transactions of the restored checkpoint that were over already: committed before, or expired
	Replayed       int // epochs written again from a checkpoint
	Hanging        int // partitions in which the broker had forgotten to end a transaction
	Checkpoints    int // completed
	Finishes       int `json:",omitempty"` // times the run was taken up with -finish
	Finished       int // runs that came to the end before their kill
	Failed         int // runs that ended by an error of their own
	FailedBroker   int // the same, while the broker was away
	Restarts       int // failures that a run recovered from by itself
	Duration       string

	RecoveryP50 string // from the call until all tasks run, of runs that were restored while the broker was up
	RecoveryMax string
	EventsIn    int
	RowsOut     int
	Accounts    []*account
	Right       bool
	Why         string `json:",omitempty"`

	recoveries []time.Duration
	timeout    time.Duration
}

func newResult(o *options) *result {
	return &result{Date: time.Now().UTC().Format(time.DateTime), Commit: o.commit, Seed: o.seed, Kafka: o.kafka, Backends: o.backends, Interval: o.interval.String(),
		Timeout: o.timeout.String(), ByPhase: map[phase]int{}, ByMoment: map[moment]int{}, timeout: o.timeout}
}

// count enters a run that was to be killed.
func (r *result) count(c *child, x *round, at moment, where phase, err error) {
	r.observe(c)
	if x.Broker == 0 && c.ready > 0 && c.from != "" {
		r.recoveries = append(r.recoveries, c.ready)
	}
	switch {
	case err == nil:
		r.Kills++
		r.ByPhase[where]++
		r.ByMoment[at]++
		if x.Outage > r.timeout {
			r.LongOutages++
		}
	case c.err == nil:
		r.Finished++
	case x.Broker > 0:
		r.FailedBroker++
	default:
		r.Failed++
	}
}

// observe adds what the log of a run tells.
func (r *result) observe(c *child) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.PassedOver += c.passed
	r.Ended += c.ended
	r.Replayed += c.replayed
	r.Restarts += c.failures
	r.Checkpoints += c.count
}

// decide reaches the verdict. Damage takes back what was committed, so rows may
// come again; nothing else may.
func (r *result) decide() {
	r.Right = true
	for _, a := range r.Accounts {
		r.RowsOut += a.Rows
		again := a.Duplicated + a.Disordered
		switch {
		case a.Lost+a.Wrong > 0, again > 0 && r.Damaged == 0:
			r.Right = false
		}
	}
	switch {
	case !r.Right:
		r.Why = "rows are lost, duplicated, wrong or out of order"
	case r.Failed > 0:
		r.Right, r.Why = false, fmt.Sprintf("%d runs ended by an error of their own", r.Failed)
	}
	if !r.Right && r.Hanging > 0 {
		r.Why += "; the broker had left transactions open, which can do that to any producer"
	}
}

// finish enters what is known at the end only.
func (r *result) finish(duration time.Duration, err error) {
	if r.Finishes == 0 {
		r.Duration = duration.Round(time.Second).String()
	}
	if err != nil {
		r.Why = err.Error()
	}
	slices.Sort(r.recoveries)
	if n := len(r.recoveries); n > 0 {
		r.RecoveryP50, r.RecoveryMax = r.recoveries[n/2].Round(time.Millisecond).String(), r.recoveries[n-1].Round(time.Millisecond).String()
	}
}

// print shows the result as a table.
func (r *result) print(w io.Writer) {
	line := func(name string, value any) { fmt.Fprintf(w, "  %-34s %v\n", name, value) }
	fmt.Fprintf(w, "\nchaos, seed %d, %s\n", r.Seed, r.Duration)
	line("kills", r.Kills)
	for _, p := range phases {
		line("  in "+string(p), r.ByPhase[p])
	}
	line("outages longer than the timeout", r.LongOutages)
	line("processes frozen", r.Freezes)
	line("broker killed and restarted", r.BrokerRestarts)
	line("torn checkpoints planted", r.Torn)
	line("checkpoints damaged", r.Damaged)
	line("broken checkpoints passed over", r.PassedOver)
	line("left open by the broker", r.Hanging)
	line("checkpoints completed", r.Checkpoints)
	line("transactions found ended", r.Ended)
	line("epochs written again", r.Replayed)
	line("runs finished before their kill", r.Finished)
	line("runs that failed by themselves", r.Failed)
	line("the same while the broker was away", r.FailedBroker)
	line("failures recovered in the process", r.Restarts)
	line("recovery p50 / max", r.RecoveryP50+" / "+r.RecoveryMax)
	line("events in, rows out", fmt.Sprintf("%d, %d", r.EventsIn, r.RowsOut))
	fmt.Fprintf(w, "\n  %-10s %9s %9s %6s %6s %6s %10s\n", "output", "expected", "rows", "lost", "twice", "wrong", "disordered")
	for _, a := range r.Accounts {
		fmt.Fprintf(w, "  %-10s %9d %9d %6d %6d %6d %10d\n", a.Output, a.Expected, a.Rows, a.Lost, a.Duplicated, a.Wrong, a.Disordered)
		for _, e := range a.Examples {
			fmt.Fprintf(w, "      %s\n", e)
		}
	}
	verdict := "RIGHT: every input is accounted for exactly once"
	switch {
	case !r.Right:
		verdict = "WRONG: " + r.Why
	case r.Damaged > 0:
		verdict = "RIGHT: nothing lost; with damaged checkpoints rows may come again"
	}
	fmt.Fprintf(w, "\n%s\n", verdict)
}

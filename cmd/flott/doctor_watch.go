package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/flottstream/flott/internal/doctor"
	"github.com/flottstream/flott/internal/doctor/report"
	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// watchDoctor looks again and again until it is interrupted, and prints the first
// report and then only what changes. Earlier looks are the history of later ones.
func watchDoctor(ctx context.Context, f *doctorFlags, lang report.Language, out io.Writer) error {
	if f.sources.Bundle != "" || f.output != "text" {
		return usageError{fmt.Errorf("--watch is for a live cluster and text")}
	}
	var before *rules.Diagnosis
	var history doctor.History
	tick := time.NewTicker(f.watch)
	defer tick.Stop()
	for {
		snap, d, err := lookWithHistory(ctx, f, &history)
		switch {
		case ctx.Err() != nil:
			return outcomeOf(before, f.failOn)
		case err != nil:
			fmt.Fprintf(out, "%s %v\n", time.Now().UTC().Format("15:04:05"), err)
		case before == nil:
			if err := show(out, snap, d, f, lang); err != nil {
				return err
			}
		default:
			if err := report.Changes(out, before, d, snap.Taken, lang); err != nil {
				return err
			}
		}
		if err == nil {
			before = d
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return outcomeOf(before, f.failOn)
		}
	}
}

func outcomeOf(d *rules.Diagnosis, failOn string) error {
	if d == nil {
		return notAssessable(doctor.ErrNothing)
	}
	return outcome(d, failOn)
}

func lookWithHistory(ctx context.Context, f *doctorFlags, h *doctor.History) (*snapshot.Snapshot, *rules.Diagnosis, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	snap, err := doctor.Examine(ctx, f.sources)
	if err != nil {
		return nil, nil, err
	}
	h.Add(snap)
	return snap, rules.Diagnose(snap), nil
}

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/flottstream/flott/bench/measure"
)

// every is the time between two looks at the rows.
const every = 250 * time.Millisecond

// watch measures an engine. The result holds what was measured until an error.
func watch(ctx context.Context, o *options, e engine) (*Result, error) {
	r := &Result{Engine: e.name(), Keys: e.keys(), ValueBytes: o.value, Rate: o.rate}
	began := time.Now()
	job, err := e.start(ctx)
	if err != nil {
		return r, err
	}
	if err := until(ctx, func() (bool, error) { return e.filled(ctx) }); err != nil {
		return r, fmt.Errorf("while the keys are filled in: %w", err)
	}
	r.FillSeconds = time.Since(began).Seconds()
	if err := settle(ctx, job); err != nil {
		return r, err
	}
	if err := r.observe(ctx, o, job); err != nil {
		return r, err
	}
	if !o.recovery {
		return r, nil
	}
	return r, r.recover(ctx, e, job)
}

// settle waits for two checkpoints after all keys have come: the first holds what was filled in.
func settle(ctx context.Context, job measure.Watched) error {
	from := time.Now().UnixMilli()
	return until(ctx, func() (bool, error) {
		h, err := job.History(ctx)
		return err == nil && len(h.Completed(from)) >= 2, err
	})
}

// observe watches checkpoints.
func (r *Result) observe(ctx context.Context, o *options, job measure.Watched) error {
	for _, pid := range job.PIDs() {
		if err := measure.ResetPeak(pid); err != nil {
			return err
		}
	}
	begin := time.Now()
	before, err := measure.UsageOf(job.PIDs())
	if err != nil {
		return err
	}
	r.LoadBefore = load()
	var moments []moment
	var h *measure.History
	err = until(ctx, func() (bool, error) {
		rows, err := job.RowsInto(ctx, aggregate)
		if err != nil {
			return false, err
		}
		moments = append(moments, moment{time.Now().UnixMilli(), rows})
		h, err = job.History(ctx)
		return err == nil && len(h.Completed(begin.UnixMilli())) >= o.checkpoints, err
	})
	if err != nil {
		return err
	}
	wall := time.Since(begin).Seconds()
	after, err := measure.UsageOf(job.PIDs())
	if err != nil {
		return err
	}
	r.LoadAfter = load()
	r.Seconds = wall
	r.Cores = (after.CPU - before.CPU) / wall
	r.OtherCores = max(0, (after.Machine-before.Machine)/wall-r.Cores)
	r.PeakBytes = after.Peak
	r.Checkpoints = h.Completed(begin.UnixMilli())
	for i := range r.Checkpoints {
		if err := job.Times(ctx, &r.Checkpoints[i]); err != nil {
			return err
		}
	}
	r.evaluate(moments, o.interval)
	return nil
}

// recover kills the engine and takes the time until rows flow again.
func (r *Result) recover(ctx context.Context, e engine, job measure.Watched) error {
	h, err := job.History(ctx)
	if err != nil {
		return err
	}
	done := h.Completed(0)
	if err := job.Kill(); err != nil {
		return err
	}
	job, began, err := e.restart(ctx, done[len(done)-1])
	if err != nil {
		return fmt.Errorf("after the kill: %w", err)
	}
	for {
		rows, err := job.RowsInto(ctx, aggregate)
		if err == nil && rows > 0 {
			break
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("after the kill no rows flow: %w", err)
		}
	}
	r.RecoverySeconds = time.Since(began).Seconds()
	if h, err = job.History(ctx); err != nil {
		return err
	}
	r.Restored = h.Restored
	if h.Restored < done[len(done)-1].ID {
		return fmt.Errorf("after the kill it went on from checkpoint %d, though %d was complete", h.Restored, done[len(done)-1].ID)
	}
	return nil
}

// until asks again and again.
func until(ctx context.Context, done func() (bool, error)) error {
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if err := pause(ctx, every); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// load is how many threads of all programs wanted to run in the last minute.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

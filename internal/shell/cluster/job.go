package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/tableau"
)

// job is a job of the cluster that this engine has started.
type job struct {
	engine  *Engine
	id      string
	name    string
	known   known
	query   bool
	started time.Time
	cancel  func() // asks for its end, once
	wait    func() error

	mu       sync.Mutex
	rows     int64 // shown
	canceled bool
	report   flinkgateway.JobReport
}

// ID implements engine.Job.
func (j *job) ID() string { return j.id }

// Name implements engine.Job.
func (j *job) Name() string { return j.name }

// IsQuery implements engine.Job.
func (j *job) IsQuery() bool { return j.query }

// Bounded implements engine.Job.
func (j *job) Bounded() bool { return j.known.bounded }

// Wait implements engine.Job.
func (j *job) Wait() error { return j.wait() }

// Stop implements engine.Job. Flink knows no end between a savepoint and cancelling.
func (j *job) Stop() { j.Cancel() }

// Cancel implements engine.Job.
func (j *job) Cancel() {
	j.mu.Lock()
	first := !j.canceled
	j.canceled = true
	j.mu.Unlock()
	if first {
		j.cancel()
	}
}

func (j *job) wasCanceled() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.canceled
}

// Progress implements engine.Job. It asks the cluster.
func (j *job) Progress() string {
	parts := []string{time.Since(j.started).Round(100 * time.Millisecond).String()}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if w, err := j.engine.watcher(ctx); err == nil {
		if r, err := w.Read(ctx, j.id); err == nil {
			j.mu.Lock()
			j.report = r
			j.mu.Unlock()
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	parts = append(parts, strings.ToLower(j.report.State))
	if j.report.Rows {
		parts = append(parts, fmt.Sprintf("in %d", j.report.In))
		if !j.query {
			parts = append(parts, fmt.Sprintf("out %d", j.report.Out))
		}
	}
	if j.query {
		parts = append(parts, fmt.Sprintf("rows %d", j.rows))
	}
	return strings.Join(parts, "  ") + "  job " + j.id
}

// Summary implements engine.Job.
func (j *job) Summary() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	took := time.Since(j.started).Round(time.Millisecond)
	switch {
	case j.query:
		return fmt.Sprintf("%s received in %s, job %s", count(j.rows), took, j.id)
	case j.report.Rows && j.report.In > 0:
		return fmt.Sprintf("%s in, %s out in %s, job %s", count(j.report.In), count(j.report.Out), took, j.id)
	}
	return fmt.Sprintf("%s, job %s", took, j.id)
}

func count(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// query starts to read the rows of a query, of which the first page is there.
func (e *Engine) query(ctx context.Context, script string, s engine.Statement, sent sentText, r *result, first flinkgateway.Page, k known, began time.Time, d engine.Display) (engine.Job, error) {
	columns, names := schemaOf(first.Columns)
	out, err := d.Rows(engine.Query{
		Statement: s, Text: script[s.Pos:s.End], Columns: columns, Types: names, JobID: first.JobID,
		Streaming: k.streaming, Bounded: k.bounded, InsertOnly: k.insertOnly, Order: k.order,
	})
	if err != nil {
		r.abandon(ctx)
		return nil, err
	}
	j := &job{engine: e, id: first.JobID, name: "query", known: k, query: true, started: began, cancel: r.end}
	ended := make(chan error, 1)
	go func() { ended <- j.read(r, first, out) }()
	j.wait = func() error {
		err := <-ended
		r.abandon(ctx)
		switch {
		case err == nil:
			return out.End()
		case j.wasCanceled() && !k.bounded:
			out.End()
			return engine.ErrCanceled
		case j.wasCanceled():
			out.Flush()
			return engine.ErrCanceled
		}
		out.Flush()
		return sent.jobFailed(script, err)
	}
	return j, nil
}

// jobFailed is why a query ended early: a mistake in the text, if Flink says where, or what broke its job.
func (t sentText) jobFailed(script string, err error) error {
	var f *flinkgateway.Failure
	if errors.As(err, &f) {
		if _, ok := f.Place(); ok {
			return t.failed(script, err)
		}
	}
	return jobFailed(err)
}

// read shows rows until they end.
func (j *job) read(r *result, page flinkgateway.Page, out tableau.Writer) error {
	var row tableau.Row
	var err error
	for ok := true; ok; page, err, ok = r.pull() {
		if err != nil {
			return err
		}
		for i := range page.Rows {
			if err := out.Row(kinds[page.Rows[i].Kind], fill(&row, page.Rows[i].Fields)); err != nil {
				return err
			}
		}
		if len(page.Rows) == 0 {
			continue
		}
		j.mu.Lock()
		j.rows += int64(len(page.Rows))
		j.mu.Unlock()
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// insert watches the job of an INSERT.
func (e *Engine) insert(s engine.Statement, id string, k known, began time.Time) engine.Job {
	j := &job{engine: e, id: id, name: jobName(s.Node), known: k, started: began}
	stop := make(chan struct{})
	j.cancel = func() { close(stop) }
	j.wait = func() error { return j.watch(stop) }
	return j
}

const (
	watchMin = 50 * time.Millisecond // first delay between two questions about a job
	watchMax = time.Second           // the delay doubles up to this
	askLimit = 10 * time.Second      // for an answer
	mayFail  = 5                     // questions without an answer, one after the other, before that is told
)

// watch asks for the state of the job until it has ended, and cancels it when stop is closed.
func (j *job) watch(stop <-chan struct{}) error {
	delay, failures := watchMin, 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			stop = nil
			if err := j.ask(func(ctx context.Context, w *flinkgateway.Jobs) error { return w.Cancel(ctx, j.id) }); err != nil {
				return fmt.Errorf("job %s could not be cancelled: %w", j.id, plain(err))
			}
			delay = watchMin
			timer.Reset(delay)
			continue
		case <-timer.C:
		}
		var report flinkgateway.JobReport
		err := j.ask(func(ctx context.Context, w *flinkgateway.Jobs) (err error) {
			report, err = w.Read(ctx, j.id)
			return err
		})
		if err == nil {
			j.mu.Lock()
			j.report = report
			j.mu.Unlock()
		}
		switch {
		case err == nil && report.Ended():
			return j.outcome(report.State)
		case err == nil:
			failures = 0
		default:
			if failures++; failures == mayFail {
				return fmt.Errorf("nobody tells how job %s goes on; it may run: %w", j.id, plain(err))
			}
		}
		delay = min(2*delay, watchMax)
		timer.Reset(delay)
	}
}

func (j *job) ask(f func(context.Context, *flinkgateway.Jobs) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	w, err := j.engine.watcher(ctx)
	if err != nil {
		return err
	}
	return f(ctx, w)
}

// outcome is what became of the job.
func (j *job) outcome(state string) error {
	switch state {
	case "FINISHED":
		return nil
	case "CANCELED":
		return engine.ErrCanceled
	}
	var cause error
	if err := j.ask(func(ctx context.Context, w *flinkgateway.Jobs) error { cause = w.Cause(ctx, j.id); return nil }); err != nil {
		return err
	}
	return jobFailed(cause)
}

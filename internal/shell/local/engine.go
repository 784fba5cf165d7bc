// Package local carries out statements in this process. It implements engine.Engine, and complete.Names from the
// session's catalog.
//
// Jobs live until they end or are cancelled, and end with the process. The names are read by the goroutine that hands
// statements over, between two of them.
package local

import (
	"context"
	"errors"

	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/tableau"
)

// Engine is a session of this process.
type Engine struct {
	host    *embedded.Host
	session *session.Session
	started *embedded.Execution // by the statement that is being carried out
}

// New returns a session whose jobs run on host. Host's Rows is taken over, and Started is called first.
func New(host *embedded.Host) *Engine {
	e := &Engine{host: host}
	before := host.Started
	host.Started = func(x *embedded.Execution) {
		if before != nil {
			before(x)
		}
		e.started = x
	}
	e.session = host.NewSession()
	return e
}

// Execute implements engine.Engine.
func (e *Engine) Execute(ctx context.Context, script string, s engine.Statement, d engine.Display) (engine.Job, error) {
	if s.Node == nil {
		_, err := parser.ParseStatement(engine.Blank(script, s.Span))
		return nil, err
	}
	r, err := e.session.ExecuteOn(ctx, script, s.Node, e.host)
	if err != nil {
		return nil, err
	}
	if r.Job == nil {
		return nil, d.Answer(s, r.Columns, r.Rows)
	}
	e.host.Rows = func(shape embedded.Shape) (tableau.Writer, error) { return d.Rows(query(script, s, shape)) }
	// A job outlives the statement that started it.
	x, err := e.host.Start(context.WithoutCancel(ctx), r)
	if err != nil {
		return nil, err
	}
	return &job{x: e.started, wait: x.Wait, query: r.Job.IsQuery(), bounded: r.Job.Bounded, meter: embedded.NewMeter(e.started)}, nil
}

func query(script string, s engine.Statement, shape embedded.Shape) engine.Query {
	q := engine.Query{Statement: s, Text: script[s.Pos:s.End], Columns: shape.Columns, Streaming: shape.Streaming, Bounded: shape.Bounded, InsertOnly: shape.InsertOnly}
	for _, c := range shape.Columns {
		q.Types = append(q.Types, c.Type.WithoutTime().String())
	}
	for _, o := range shape.Order {
		q.Order = append(q.Order, tableau.SortColumn{Column: o.Column, Descending: o.Descending, NullsFirst: o.NullsFirst})
	}
	return q
}

// Close implements engine.Engine: the jobs that still run are cancelled.
func (e *Engine) Close(ctx context.Context) error {
	var err error
	for _, j := range e.host.Jobs() {
		_, stopped := e.host.StopJob(ctx, j.ID, false, false)
		err = errors.Join(err, stopped)
	}
	return err
}

// job is a job of this process.
type job struct {
	x              *embedded.Execution
	wait           func() error
	query, bounded bool

	meter *embedded.Meter
	last  embedded.Progress
}

// ID implements engine.Job.
func (j *job) ID() string { return j.x.ID }

// Name implements engine.Job.
func (j *job) Name() string { return j.x.Name }

// IsQuery implements engine.Job.
func (j *job) IsQuery() bool { return j.query }

// Bounded implements engine.Job.
func (j *job) Bounded() bool { return j.bounded }

// Wait implements engine.Job.
func (j *job) Wait() error {
	err := j.wait()
	if errors.Is(err, jobmanager.ErrCanceled) {
		return engine.ErrCanceled
	}
	var failed *embedded.JobError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// Stop implements engine.Job: what was read goes through.
func (j *job) Stop() { j.x.Stop() }

// Cancel implements engine.Job.
func (j *job) Cancel() { j.x.Cancel() }

// Progress implements engine.Job.
func (j *job) Progress() string {
	now := j.meter.Read()
	line := now.Line(j.last)
	j.last = now
	return line
}

// Summary implements engine.Job.
func (j *job) Summary() string { return embedded.NewMeter(j.x).Read().Summary() }

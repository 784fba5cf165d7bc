package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
)

// Script carries out scripts.
type Script struct {
	Engine  Engine
	Display Display
	// Detached: jobs that are no queries are started and left to the cluster.
	Detached bool
	// InTurn: every job runs to its end before the next statement. SET 'table.dml-sync' says so for the rest of a script.
	InTurn bool
	// Started is told about every job, Ended when one has ended and its rows were shown. Either may be nil.
	Started func(Job)
	Ended   func(Job, error)
}

// ErrStopped is the cause of the end of a context when the user wants a script to end.
var ErrStopped = errors.New("stopped")

// Run carries out the statements of script, in order, and returns the first error. When ctx ends because of ErrStopped,
// jobs that would not have ended by themselves come to a good end, and ErrStopped is returned only if something of the
// script was left out.
//
// The order of jobs is that of package session: a query, and a job that ends by itself, runs to its end before the next
// statement; other jobs run beside the script until all have ended.
func (s *Script) Run(ctx context.Context, script string, statements []Statement) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b := &beside{ended: make(chan error), cancel: cancel}
	err := s.runAll(ctx, script, statements, b)
	if err != nil {
		cancel(err)
	}
	return b.wait(err)
}

func (s *Script) runAll(ctx context.Context, script string, statements []Statement, b *beside) error {
	inTurn := s.InTurn
	for _, st := range statements {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if c, ok := st.Node.(*ast.ClientCommand); ok && c.Verb == "QUIT" {
			return nil
		}
		job, err := s.Engine.Execute(ctx, script, st, s.Display)
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return positioned(script, st, err)
		}
		if set, ok := st.Node.(*ast.Set); ok && set.Key != nil && set.Key.Text == "table.dml-sync" {
			inTurn = s.InTurn || strings.EqualFold(strings.TrimSpace(set.Value.Text), "true")
		}
		if job == nil {
			continue
		}
		if s.Started != nil {
			s.Started(job)
		}
		switch {
		case job.IsQuery() || inTurn || job.Bounded() && !s.Detached:
			if err := s.wait(ctx, job, st); err != nil {
				return err
			}
		case !s.Detached:
			b.start(func() error { return s.wait(ctx, job, st) })
		}
	}
	return nil
}

// wait waits for a job, which ends with ctx.
func (s *Script) wait(ctx context.Context, job Job, st Statement) error {
	undo := context.AfterFunc(ctx, job.Cancel)
	defer undo()
	err := job.Wait()
	if errors.Is(err, ErrCanceled) && errors.Is(context.Cause(ctx), ErrStopped) && !job.Bounded() {
		err = nil
	}
	if s.Ended != nil {
		s.Ended(job, err)
	}
	if err != nil {
		return &JobError{Job: job, Pos: st.Pos, Err: err}
	}
	return nil
}

// positioned gives an error of a statement its place.
func positioned(script string, s Statement, err error) error {
	var d *diag.Error
	if errors.As(err, &d) || errors.Is(err, context.Canceled) {
		return err
	}
	d = &diag.Error{Pos: s.Pos, End: s.End, Msg: err.Error()}
	return d.Locate(script)
}

// beside are the jobs that run beside the script.
type beside struct {
	running int
	ended   chan error
	cancel  context.CancelCauseFunc
}

func (b *beside) start(wait func() error) {
	b.running++
	go func() {
		err := wait()
		if err != nil {
			b.cancel(err)
		}
		b.ended <- err
	}()
}

// wait waits for the jobs and returns the first error.
func (b *beside) wait(first error) error {
	for ; b.running > 0; b.running-- {
		if err := <-b.ended; err != nil && first == nil {
			first = err
		}
	}
	return first
}

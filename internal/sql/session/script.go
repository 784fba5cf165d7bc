package session

import (
	"context"
	"errors"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/parser"
)

// Host starts jobs and shows results.
type Host interface {
	// Show shows the result of a statement that is no job.
	Show(r *Result) error
	// Start plans a job and starts it. An error is the user's: the plan cannot be made.
	Start(ctx context.Context, r *Result) (Execution, error)
}

// Execution is a running job.
type Execution interface {
	// Wait returns when the job has ended and all its rows were shown.
	Wait() error
}

// Run carries out a script. A syntax error anywhere in it is reported before
// anything is done.
//
// The order of jobs: a query, and an INSERT or statement set whose sources end
// by themselves, runs to its end before the next statement, so that what comes
// later can read what was written. An INSERT that does not end is started and the script
// goes on; such jobs run side by side until all have ended (which they do
// when ctx is done, or by failing). The first error ends the script.
func (s *Session) Run(ctx context.Context, script string, h Host) error {
	stmts, err := parser.ParseScript(script)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	j := &jobs{host: h, ended: make(chan error), cancel: cancel}
	err = s.runAll(ctx, script, stmts, j)
	if err != nil {
		cancel(err)
	}
	return j.wait(err)
}

// jobs are the ones that run beside the script.
type jobs struct {
	host    Host
	running int
	ended   chan error
	cancel  context.CancelCauseFunc
}

// beside lets a job run beside the script; its failure ends the script.
func (j *jobs) beside(x Execution) {
	j.running++
	go func() {
		err := x.Wait()
		if err != nil {
			j.cancel(err)
		}
		j.ended <- err
	}()
}

func (s *Session) runAll(ctx context.Context, script string, stmts []ast.Statement, j *jobs) error {
	for _, stmt := range stmts {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		r, done, err := control(ctx, stmt, j.host)
		if !done {
			r, err = s.Execute(script, stmt)
		}
		if err != nil {
			return err
		}
		if r.Quit {
			return nil
		}
		if r.Job == nil {
			if err := j.host.Show(r); err != nil {
				return err
			}
			continue
		}
		x, err := j.host.Start(ctx, r)
		if err != nil {
			return positioned(stmt, script, err)
		}
		if r.Job.Bounded || r.Job.IsQuery() {
			if err := x.Wait(); err != nil {
				return err
			}
			continue
		}
		j.beside(x)
	}
	if s.set != nil {
		return errors.New("the script ends inside of a statement set: END; is missing")
	}
	return nil
}

// wait waits for the jobs that run beside the script and returns the first error.
func (j *jobs) wait(first error) error {
	for ; j.running > 0; j.running-- {
		if err := <-j.ended; err != nil && first == nil {
			first = err
		}
	}
	return first
}

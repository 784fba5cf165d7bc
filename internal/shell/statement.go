package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// text carries out the statements of a text and returns the first error, which it has shown. Name is what the text is
// called in messages.
func (s *Shell) text(ctx context.Context, name, script string) error {
	statements, err := engine.Parse(script)
	if err != nil {
		s.failed(name, script, err)
		return errFailed
	}
	if s.Check != nil {
		if own := s.Check(script, statements); len(own) > 0 {
			for _, e := range own {
				s.failed(name, script, e)
			}
			return errFailed
		}
	}
	for _, st := range statements {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := s.statement(ctx, name, script, st); err != nil {
			return err
		}
		if s.quit {
			return nil
		}
	}
	return nil
}

// statement carries out one statement.
func (s *Shell) statement(ctx context.Context, name, script string, st engine.Statement) error {
	if c, ok := st.Node.(*ast.ClientCommand); ok {
		return s.command(ctx, name, script, c)
	}
	if err := s.checkSetting(script, st.Node); err != nil {
		s.failed(name, script, err)
		return errFailed
	}
	began := time.Now()
	run, stop := s.cancelable(ctx)
	defer stop()
	d := &display{shell: s}
	job, err := s.Engine.Execute(run, script, st, d)
	switch {
	case err != nil && run.Err() != nil:
		s.say("canceled")
		return errStopped
	case err != nil:
		s.failed(name, script, placed(script, st, err))
		return errFailed
	}
	s.remember(st.Node)
	switch {
	case job == nil:
		if !d.shown && s.interactive() {
			s.say("OK")
		}
		return nil
	case job.IsQuery():
		err = s.query(run, job, d, began)
	default:
		err = s.dml(run, job)
	}
	if errors.Is(err, engine.ErrCanceled) {
		return errStopped
	}
	if err != nil {
		var mistake *diag.Error
		if !errors.As(err, &mistake) {
			err = &diag.Error{Pos: st.Pos, End: st.Pos, Msg: fmt.Sprintf("job %s failed: %v", job.ID(), err)}
			err.(*diag.Error).Locate(script)
		}
		s.failed(name, script, err)
		return errFailed
	}
	return nil
}

// placed gives an error without a place that of its statement.
func placed(script string, st engine.Statement, err error) error {
	var d *diag.Error
	if errors.As(err, &d) {
		return err
	}
	return (&diag.Error{Pos: st.Pos, End: st.Pos, Msg: err.Error()}).Locate(script)
}

// cancelable is a context that Ctrl-C ends while a statement runs.
func (s *Shell) cancelable(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
		case <-signals:
			cancel(engine.ErrStopped)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// checkSetting refuses a SET that the shell would have to act on and does not.
func (s *Shell) checkSetting(script string, node ast.Statement) error {
	x, ok := node.(*ast.Set)
	if !ok || x.Key == nil {
		return nil
	}
	err := s.settings.check(x.Key.Text, x.Value.Text)
	if err == nil && x.Key.Text == keyMode && strings.EqualFold(x.Value.Text, "TABLE") && !s.interactive() && !s.starting {
		err = errors.New("the result mode 'table' needs a terminal; a script shows its rows as 'tableau' or 'changelog'")
	}
	if err != nil {
		return (&diag.Error{Pos: x.Key.Pos, End: x.Key.End, Msg: err.Error()}).Locate(script)
	}
	return nil
}

// remember acts on a statement that was carried out.
func (s *Shell) remember(node ast.Statement) {
	switch x := node.(type) {
	case *ast.Set:
		if x.Key != nil {
			s.settings.set(x.Key.Text, x.Value.Text)
		}
	case *ast.Reset:
		key := ""
		if x.Key != nil {
			key = x.Key.Text
		}
		s.settings.reset(key)
	case *ast.QueryStatement, *ast.Show, *ast.Describe, *ast.Explain, *ast.Insert:
		return
	}
	if s.Forget != nil {
		s.Forget()
	}
}

// query waits for the rows of a query.
func (s *Shell) query(ctx context.Context, job engine.Job, d *display, began time.Time) error {
	if d.live != nil {
		return s.view(ctx, job, d.live, began)
	}
	err := s.wait(ctx, job)
	switch {
	case errors.Is(err, engine.ErrCanceled):
		s.say("canceled: %s", job.Summary())
	case err == nil && s.settings.is(keyTime) && s.interactive():
		s.say("%s", took(time.Since(began)))
	}
	return err
}

func took(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("(%d ms)", max(1, d.Milliseconds()))
	}
	return fmt.Sprintf("(%.2f s)", d.Seconds())
}

// wait waits for a job in the foreground; the end of the context cancels it.
func (s *Shell) wait(ctx context.Context, job engine.Job) error {
	undo := context.AfterFunc(ctx, job.Cancel)
	defer undo()
	show, hide := context.WithCancel(ctx)
	go s.progress(show, job)
	err := job.Wait()
	hide()
	s.clear()
	return err
}

// quick is how long a job of an INSERT is waited for before it is left to the background.
const quick = 300 * time.Millisecond

// dml waits for the job of an INSERT, or leaves it to the background.
func (s *Shell) dml(ctx context.Context, job engine.Job) error {
	if s.settings.is(keySync) || !s.interactive() && job.Bounded() {
		err := s.wait(ctx, job)
		if err == nil || errors.Is(err, engine.ErrCanceled) {
			s.say("%s", outcome(job, err))
		}
		return err
	}
	done := make(chan error, 1)
	w := &waited{Job: job, done: done}
	go func() { done <- job.Wait() }()
	if s.interactive() {
		select {
		case err := <-done:
			if err == nil {
				s.say("%s", outcome(job, nil))
			}
			return err
		case <-time.After(quick):
		}
	}
	s.say("%s runs in the background: job %s", job.Name(), job.ID())
	s.background(w)
	return nil
}

// waited is a job that somebody waits for already.
type waited struct {
	engine.Job
	done chan error
}

// Wait returns what came of the other wait.
func (w *waited) Wait() error { return <-w.done }

// display shows the answers of one statement.
type display struct {
	shell *Shell
	shown bool
	live  *live // of a query on a full screen
}

// Answer implements engine.Display.
func (d *display) Answer(st engine.Statement, columns types.Schema, rows [][]*string) error {
	if columns == nil {
		return nil
	}
	d.shown = true
	return tableau.Answer(d.shell.Out, d.shell.Style, st.Node, columns, rows)
}

// Rows implements engine.Display.
func (d *display) Rows(q engine.Query) (tableau.Writer, error) {
	d.shown = true
	s := d.shell
	mode := s.settings.mode()
	if s.interactive() && mode != "TABLEAU" {
		d.live = newLive(q, mode, s.settings.number(keyRows))
		return d.live, nil
	}
	changelog := !q.Bounded || s.settings.mode() == "CHANGELOG"
	columns := 0
	if _, set := s.settings[keyWidth]; set && s.Style == tableau.Tableau {
		columns = s.settings.number(keyWidth)
	}
	w, err := tableau.New(s.Out, s.Style, q.Columns, changelog)
	if err != nil {
		return nil, err
	}
	if columns > 0 {
		w = tableau.Limit(w, columns)
	}
	if changelog || q.InsertOnly && len(q.Order) == 0 || !q.Streaming {
		return w, nil
	}
	return tableau.Fold(w, tableau.NewTable(q.Columns, q.Order, 0)), nil
}

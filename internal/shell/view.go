package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/shell/screen"
)

// What a terminal is told before and after a full-screen view.
const (
	enter = "\x1b[?1049h\x1b[?25l"
	leave = "\x1b[?25h\x1b[?1049l"
)

const (
	drawEvery  = 100 * time.Millisecond // between two looks at what has come
	askEvery   = time.Second            // between two questions about the job
	columnWide = 60                     // widest column unless 'table.display.max-column-width' is set
)

// view shows the result of a query on the whole screen until the user leaves, which cancels the query if it still runs.
func (s *Shell) view(ctx context.Context, job engine.Job, l *live, began time.Time) error {
	v := &viewer{shell: s, job: job, live: l, began: began, ended: make(chan error, 1)}
	old, err := term.MakeRaw(int(s.In.Fd()))
	if err != nil {
		job.Cancel()
		return errors.Join(err, job.Wait())
	}
	fmt.Fprint(s.Terminal, enter)
	go func() { v.ended <- job.Wait() }()
	v.loop(ctx)
	fmt.Fprint(s.Terminal, leave)
	term.Restore(int(s.In.Fd()), old)
	return v.close()
}

type viewer struct {
	shell  *Shell
	job    engine.Job
	live   *live
	screen screen.Screen
	began  time.Time
	ended  chan error
	done   bool // the job has ended
	err    error
}

// loop draws and takes keys until the user leaves.
func (v *viewer) loop(ctx context.Context) {
	wide := columnWide
	if _, set := v.shell.settings[keyWidth]; set {
		wide = v.shell.settings.number(keyWidth)
	}
	v.screen = screen.Screen{Title: title(v.live.query), Status: "running", Columns: v.live.columns(), WidthMax: wide, Follow: v.live.log != nil}
	keys, more := v.keys()
	defer close(more)
	progress := make(chan string, 1)
	go v.ask(ctx, progress)
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	force := true
	for {
		v.draw(force)
		force = false
		select {
		case <-ctx.Done():
			return
		case v.err = <-v.ended:
			v.done, force = true, true
			v.state()
		case sent, ok := <-keys:
			if !ok {
				return
			}
			if v.press(sent) {
				return
			}
			more <- struct{}{}
			force = true
		case line := <-progress:
			if !v.done {
				v.screen.Progress, force = line, true
				go v.ask(ctx, progress)
			}
		case <-tick.C:
		}
	}
}

// ask gets a line of progress after a while.
func (v *viewer) ask(ctx context.Context, progress chan<- string) {
	select {
	case <-ctx.Done():
	case <-time.After(askEvery):
		if line := v.job.Progress(); ctx.Err() == nil {
			progress <- line
		}
	}
}

// keys reads what is typed, as much as is asked for: what is typed after the last key belongs to the line editor.
func (v *viewer) keys() (keys <-chan string, more chan<- struct{}) {
	out, in := make(chan string), make(chan struct{})
	go func() {
		buffer := make([]byte, 256)
		for {
			n, err := v.shell.In.Read(buffer)
			if err != nil {
				close(out)
				return
			}
			out <- string(buffer[:n])
			if _, ok := <-in; !ok {
				return
			}
		}
	}()
	return out, in
}

// press takes keys and reports that the user leaves.
func (v *viewer) press(sent string) bool {
	v.live.mu.Lock()
	defer v.live.mu.Unlock()
	for _, k := range screen.Keys(sent) {
		if v.screen.Key(k, v.live.rows().Len()) == screen.Leave {
			return true
		}
	}
	return false
}

// state is how the query goes, for the heading.
func (v *viewer) state() {
	switch {
	case v.err == nil:
		v.screen.Status = "finished in " + time.Since(v.began).Round(time.Millisecond).String()
	case errors.Is(v.err, engine.ErrCanceled):
		v.screen.Status = "canceled"
	default:
		v.screen.Status = "FAILED: q tells why"
	}
	v.screen.Progress = ""
}

// draw draws what has come.
func (v *viewer) draw(force bool) {
	width, height := v.shell.size()
	force = v.screen.Resize(width, height) || force
	v.live.mu.Lock()
	if !force && !v.live.fresh {
		v.live.mu.Unlock()
		return
	}
	v.live.fresh = false
	if !v.live.last.IsZero() {
		v.screen.Updated = v.live.last.Format("15:04:05")
	}
	lines := v.screen.Frame(v.live.rows())
	v.live.mu.Unlock()
	var b strings.Builder
	b.WriteString("\x1b[H")
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(line + "\x1b[K")
	}
	b.WriteString("\x1b[J")
	fmt.Fprint(v.shell.Terminal, b.String())
}

// close ends what still runs and tells what was seen.
func (v *viewer) close() error {
	if !v.done {
		v.job.Cancel()
		v.err = <-v.ended
	}
	v.live.mu.Lock()
	rows, changes := v.live.rows().Len(), v.live.changes
	v.live.mu.Unlock()
	seen := "1 row"
	if rows != 1 {
		seen = fmt.Sprintf("%d rows", rows)
	}
	if v.live.log != nil {
		seen, changes = strings.Replace(seen, "row", "change", 1), int64(rows)
	}
	if changes != int64(rows) {
		seen += fmt.Sprintf(" after %d changes", changes)
	}
	switch {
	case v.err == nil && v.shell.settings.is(keyTime):
		v.shell.say("%s; %s", seen, v.screen.Status)
	case v.err == nil:
		v.shell.say("%s", seen)
	case errors.Is(v.err, engine.ErrCanceled):
		v.shell.say("%s; the query was canceled", seen)
	}
	return v.err
}

// title is what is looked at, in one line.
func title(q engine.Query) string { return strings.Join(strings.Fields(q.Text), " ") }

// Package shell is the SQL shell: it reads statements from a terminal, a file or a pipe, hands them to an engine and
// shows what comes of them.
//
// The contract:
//
//   - It knows no engine: this process and a cluster are the same shell.
//   - The terminal belongs to one of three at a time: the line editor, a running statement (which Ctrl-C cancels), or
//     the full-screen view of a result.
//   - What can be decided without a terminal lies in packages of pure functions below: complete, highlight, screen.
//   - Keys of SQL clients act or are refused by name.
package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/flottstream/flott/internal/shell/complete"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/tableau"
)

// Options are what a shell works with.
type Options struct {
	Engine engine.Engine
	Names  complete.Names
	// Forget is called after statements that may change what Names says; it may be nil.
	Forget func()
	// Check finds what the engine would not understand, before anything is handed over; it may be nil.
	Check func(script string, statements []engine.Statement) []*diag.Error
	// Explain adds to what an error says, with 'sql-client.verbose'; it may be nil.
	Explain func(err error) string

	In       *os.File
	Terminal *os.File  // to draw on; nil: no terminal, and statements are a script
	Out      io.Writer // results
	Err      io.Writer // messages
	// Progress shows a line that the next one replaces, Clear takes it away; either may be nil.
	Progress func(line string)
	Clear    func()

	Style     tableau.Style // of results that are not on a full screen
	Banner    string        // shown at the start of an interactive shell
	Prompt    string
	History   string            // path; empty: not kept
	Settings  map[string]string // the shell's keys among these act
	Ephemeral bool              // jobs end with the process
}

// Shell is a session at a terminal, or of a script.
type Shell struct {
	Options
	settings settings
	batch    bool // nobody sits there

	mu      sync.Mutex
	jobs    []engine.Job // that run in the background
	notices []string     // about them, for the next prompt
	warned  bool         // that leaving ends them
	left    int          // jobs that were left to the background by a script, and
	ended   chan error   // what came of each, for Settle
	quit    bool

	starting bool // what is carried out prepares an interactive shell
}

// New checks the settings.
func New(o Options) (*Shell, error) {
	s := &Shell{Options: o, settings: settings{}, batch: o.Terminal == nil, ended: make(chan error, backgroundMax)}
	for k, v := range o.Settings {
		if err := s.settings.check(k, v); err != nil {
			return nil, err
		}
		s.settings.set(k, v)
	}
	return s, nil
}

// backgroundMax bounds the jobs of which Settle can tell; a job more waits to be told about.
const backgroundMax = 1024

// errFailed is an error that was shown.
var errFailed = errors.New("a statement failed")

// Failed reports an error of Script that was shown to the user already.
func Failed(err error) bool { return errors.Is(err, errFailed) }

// say writes a message.
func (s *Shell) say(format string, args ...any) {
	s.clear()
	fmt.Fprintf(s.Err, format+"\n", args...)
}

func (s *Shell) clear() {
	if s.Clear != nil {
		s.Clear()
	}
}

// interactive reports that a user sits there.
func (s *Shell) interactive() bool { return s.Terminal != nil }

// size is that of the terminal.
func (s *Shell) size() (width, height int) {
	width, height, err := term.GetSize(int(s.Terminal.Fd()))
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// failed shows an error in a script that the user knows by name.
func (s *Shell) failed(name, script string, err error) {
	text := strings.TrimRight(diag.Render(script, err), "\n")
	if name != "" {
		text = name + ":" + text
	}
	s.say("%s", text)
	if s.settings.is(keyVerbose) && s.Explain != nil {
		if more := s.Explain(err); more != "" {
			s.say("%s", more)
		}
	}
}

// notice keeps a message for the next prompt.
func (s *Shell) notice(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notices = append(s.notices, text)
}

// tell shows the messages that were kept.
func (s *Shell) tell() {
	s.mu.Lock()
	notices := s.notices
	s.notices = nil
	s.mu.Unlock()
	for _, n := range notices {
		s.say("%s", n)
	}
}

// background lets a job run beside the shell.
func (s *Shell) background(j engine.Job) {
	s.mu.Lock()
	s.jobs = append(s.jobs, j)
	script := s.batch
	if script {
		s.left++
	}
	s.mu.Unlock()
	go func() {
		err := j.Wait()
		s.mu.Lock()
		for i := range s.jobs {
			if s.jobs[i] == j {
				s.jobs = append(s.jobs[:i], s.jobs[i+1:]...)
				break
			}
		}
		s.mu.Unlock()
		if script {
			s.say("%s", outcome(j, err))
			s.ended <- err
			return
		}
		s.notice(outcome(j, err))
	}()
}

// outcome is what became of a job, in a sentence.
func outcome(j engine.Job, err error) string {
	switch {
	case err == nil:
		return fmt.Sprintf("%s finished: %s", j.Name(), j.Summary())
	case errors.Is(err, engine.ErrCanceled):
		return fmt.Sprintf("%s canceled: %s", j.Name(), j.Summary())
	}
	return fmt.Sprintf("job %s (%s) failed: %v", j.ID(), j.Name(), err)
}

// running is how many jobs run in the background.
func (s *Shell) running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.jobs)
}

// progressEvery is the time between two lines of progress.
const progressEvery = 500 * time.Millisecond

// progress keeps a line of progress until the context ends.
func (s *Shell) progress(ctx context.Context, j engine.Job) {
	if s.Progress == nil {
		return
	}
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		line := j.Progress()
		if ctx.Err() != nil {
			return
		}
		if s.interactive() {
			width, _ := s.size()
			line = tableau.Cut(line, width-1)
		}
		s.Progress(line)
	}
}

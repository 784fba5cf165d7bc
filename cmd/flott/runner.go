package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/jobmanager"
)

// progressEvery is the time between two lines of progress.
const progressEvery = 500 * time.Millisecond

// runner tells the user how jobs go and passes signals on to them.
type runner struct {
	quiet    bool
	terminal bool // standard error is one: show progress
	screen   *screen

	mu      sync.Mutex
	running map[*embedded.Execution]chan struct{} // closed when the job has ended
	stopped bool                                  // by a signal
	cut     bool                                  // a job with an end did not reach it
}

func newRunner(quiet bool) *runner {
	terminal := !quiet && term.IsTerminal(int(os.Stderr.Fd()))
	return &runner{
		quiet: quiet, terminal: terminal, running: map[*embedded.Execution]chan struct{}{},
		screen: &screen{out: os.Stdout, err: os.Stderr, shared: terminal && term.IsTerminal(int(os.Stdout.Fd())), width: terminalWidth},
	}
}

func (r *runner) say(format string, args ...any) {
	fmt.Fprintf(r.screen.messages(), format+"\n", args...)
}

// note says what only somebody who watches wants to know.
func (r *runner) note(text string) {
	if !r.quiet {
		r.say("%s", text)
	}
}

// saved tells where a savepoint lies.
func (r *runner) saved(x *embedded.Execution, path string, err error) {
	if err != nil {
		r.say("%s: no savepoint was taken: %v", x.Name, err)
		return
	}
	r.say("%s: savepoint %s", x.Name, path)
}

func (r *runner) started(x *embedded.Execution) {
	done := make(chan struct{})
	r.mu.Lock()
	r.running[x] = done
	r.mu.Unlock()
	if r.terminal {
		go r.progress(x, done)
	}
}

// progress keeps one line of progress until the job ends.
func (r *runner) progress(x *embedded.Execution, done chan struct{}) {
	meter := embedded.NewMeter(x)
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	last := embedded.Progress{}
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		now := meter.Read()
		r.screen.progress(now.Line(last))
		last = now
	}
}

func (r *runner) ended(x *embedded.Execution, err error) {
	r.mu.Lock()
	close(r.running[x])
	delete(r.running, x)
	stopped := r.stopped
	r.cut = r.cut || stopped && x.Bounded
	r.mu.Unlock()
	r.screen.clear()
	if r.quiet || err != nil && !errors.Is(err, jobmanager.ErrCanceled) {
		return
	}
	how := "finished"
	switch {
	case err != nil:
		how = "canceled"
	case stopped:
		how = "stopped"
	}
	r.say("%s %s: %s", x.Name, how, embedded.NewMeter(x).Read().Summary())
}

// wasStopped reports a signal, and whether it cut a job short that would have
// ended by itself.
func (r *runner) wasStopped() (stopped, cut bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped, r.cut
}

// onInterrupt stops the jobs gracefully at the first Ctrl-C (or SIGTERM) and
// cancels them at the second; a third kills the process. It returns what undoes
// it.
func (r *runner) onInterrupt(host *embedded.Host, cancel context.CancelFunc) func() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
			return
		case <-signals:
		}
		r.mu.Lock()
		r.stopped = true
		r.mu.Unlock()
		r.note("stopping: what was read goes through; Ctrl-C again cancels")
		host.Stop()
		select {
		case <-done:
			return
		case <-signals:
		}
		signal.Stop(signals)
		cancel()
		r.note("canceling")
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/tableau"
)

// runFlags are the flags of `flott run`.
type runFlags struct {
	parallelism int
	settings    []string
	mode        string
	statements  []string
	style       string
	quiet       bool
	logLevel    string
}

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] [FILE.sql | -]",
		Short: "Run the SQL statements of a file",
		Long: `Run carries out the statements of a SQL file in this process: tables are
created, queries are shown, INSERTs run until their input ends. A job over
unbounded input runs until Ctrl-C; a second Ctrl-C ends it at once.

A SELECT over bounded input is shown as a table, over unbounded input as a
changelog (+I, -U, +U, -D).`,
		Example: `  flott run job.sql
  flott run -p 4 -D table.exec.state.ttl='1 h' job.sql
  flott run --mode batch -e "SELECT COUNT(*) FROM (VALUES (1), (2)) AS t(x)"
  generate-sql | flott run -o json -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("run takes one file, got %d: %s", len(args), strings.Join(args, " "))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.IntVarP(&f.parallelism, "parallelism", "p", 0, "subtasks per operator (key parallelism.default)")
	flags.StringArrayVarP(&f.settings, "define", "D", nil, "set a configuration key: -D key=value")
	flags.StringVar(&f.mode, "mode", "", "streaming or batch (key execution.runtime-mode)")
	flags.StringArrayVarP(&f.statements, "execute", "e", nil, "SQL to run instead of a file")
	flags.StringVarP(&f.style, "output", "o", string(tableau.Tableau), "how a SELECT is shown: tableau, csv or json")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no summary and no progress")
	flags.StringVar(&f.logLevel, "log", "warn", "log to standard error: debug, info, warn, error")
	return cmd
}

// script returns the SQL to run and the name to show for it.
func (f *runFlags) script(args []string) (text, name string, err error) {
	switch {
	case len(f.statements) > 0 && len(args) > 0:
		return "", "", usageError{errors.New("give a file or -e, not both")}
	case len(f.statements) > 0:
		return strings.Join(f.statements, ";\n"), "-e", nil
	case len(args) == 0 && term.IsTerminal(int(os.Stdin.Fd())):
		return "", "", usageError{errors.New("no SQL to run: name a file, or use -e \"SQL\", or pipe it in")}
	case len(args) == 0 || args[0] == "-":
		b, err := io.ReadAll(os.Stdin)
		return string(b), "standard input", err
	}
	b, err := os.ReadFile(args[0])
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("there is no file %s", args[0])
	}
	return string(b), args[0], err
}

// configuration returns the defaults with what the flags set.
func (f *runFlags) configuration() (*config.Config, error) {
	cfg := config.New()
	cfg.Warn = func(m string) { fmt.Fprintln(os.Stderr, "flott: warning:", m) }
	set := func(key, value string) error {
		if err := cfg.Set(key, value); err != nil {
			return usageError{err}
		}
		return nil
	}
	for _, s := range f.settings {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("-D %s: expected key=value", s)}
		}
		if err := set(strings.TrimSpace(key), value); err != nil {
			return nil, err
		}
	}
	if f.parallelism < 0 {
		return nil, usageError{fmt.Errorf("-p %d: the parallelism must be at least 1", f.parallelism)}
	}
	if f.parallelism > 0 {
		if err := set("parallelism.default", fmt.Sprint(f.parallelism)); err != nil {
			return nil, err
		}
	}
	if f.mode != "" {
		if err := set("execution.runtime-mode", f.mode); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

func run(ctx context.Context, f runFlags, args []string) error {
	if _, err := tableau.New(io.Discard, tableau.Style(f.style), nil, false); err != nil {
		return usageError{err}
	}
	script, name, err := f.script(args)
	if err != nil {
		return err
	}
	cfg, err := f.configuration()
	if err != nil {
		return err
	}
	log, err := newLog(f.logLevel)
	if err != nil {
		return usageError{err}
	}
	limitMemory()
	r := &runner{quiet: f.quiet, terminal: !f.quiet && term.IsTerminal(int(os.Stderr.Fd()))}
	host := &embedded.Host{
		Engine: embedded.New(os.Stdout, os.Stderr, log), Config: cfg, Out: os.Stdout, Style: tableau.Style(f.style),
		Started: r.started, Ended: r.ended,
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer r.onInterrupt(host, cancel)()
	err = host.NewSession().Run(ctx, script, host)
	switch {
	case err == nil:
		return nil
	case r.wasStopped() && errors.Is(err, jobmanager.ErrCanceled):
		return shownError{err}
	}
	var d *diag.Error
	if errors.As(err, &d) {
		fmt.Fprintf(os.Stderr, "%s: %s\n", name, strings.TrimRight(diag.Render(script, err), "\n"))
		return shownError{err}
	}
	return err
}

func newLog(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log %s: use debug, info, warn or error", level)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l})), nil
}

// runner tells the user how jobs go.
type runner struct {
	quiet    bool
	terminal bool // standard error is one: show a progress line

	mu      sync.Mutex
	shown   map[*embedded.Execution]chan struct{} // closed when the job has ended
	stopped bool
}

func (r *runner) started(x *embedded.Execution) {
	if !r.terminal {
		return
	}
	done := make(chan struct{})
	r.mu.Lock()
	if r.shown == nil {
		r.shown = map[*embedded.Execution]chan struct{}{}
	}
	r.shown[x] = done
	r.mu.Unlock()
	go r.progress(x, done)
}

// progress keeps one line of progress until the job ends.
func (r *runner) progress(x *embedded.Execution, done chan struct{}) {
	meter := embedded.NewMeter(x)
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	last := embedded.Progress{}
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		now := meter.Read()
		line := now.Line(last)
		last = now
		if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && len(line) > width-1 {
			line = line[:max(0, width-1)]
		}
		r.mu.Lock()
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", line)
		r.mu.Unlock()
	}
}

func (r *runner) ended(x *embedded.Execution, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if done := r.shown[x]; done != nil {
		close(done)
		delete(r.shown, x)
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	if r.quiet || err != nil && !errors.Is(err, jobmanager.ErrCanceled) {
		return
	}
	how := "finished"
	switch {
	case err != nil:
		how = "canceled"
	case r.stopped:
		how = "stopped"
	}
	fmt.Fprintf(os.Stderr, "%s %s: %s\n", x.Name, how, embedded.NewMeter(x).Read().Summary())
}

func (r *runner) wasStopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// onInterrupt stops the jobs gracefully at the first Ctrl-C and cancels them at
// the second. It returns what undoes it.
func (r *runner) onInterrupt(host *embedded.Host, cancel context.CancelFunc) func() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
			}
			r.mu.Lock()
			first := !r.stopped
			r.stopped = true
			r.mu.Unlock()
			if first {
				host.Stop()
			} else {
				cancel()
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/shell"
	"github.com/flottstream/flott/internal/shell/cluster"
	"github.com/flottstream/flott/internal/shell/local"
	"github.com/flottstream/flott/internal/tableau"
)

// sqlFlags are the flags of `flott sql` besides those that it shares with run.
type sqlFlags struct {
	runFlags
	files   []string
	inits   []string
	history string
}

const sqlHelp = `Sql is a shell to type SQL in: on flott in this process, or, with --target, on a
Flink cluster through its SQL gateway. Without a terminal it carries out what is
piped in.

  Statements end with ';' and may go over many lines. Tab completes keywords, tables,
  columns, functions, keys of SET and options of WITH; Ctrl-R searches the history.
  Ctrl-C cancels a query or clears what is typed; Ctrl-D, or QUIT, leaves.

  SET 'sql-client.execution.result-mode' = 'table'      rows on the whole screen, kept up to date
                                         = 'changelog'  the changes as they come
                                         = 'tableau'    rows below the statement, as they come
  INSERT INTO … runs in the background (SET 'table.dml-sync' = 'true' waits for it);
  SHOW JOBS lists what runs, STOP JOB 'id' ends it. HELP says more.

Exit codes: 0 done; 1 a statement of -i, -f, -e or of a pipe failed; 2 a mistake on the
command line; 130 interrupted.`

func sqlCommand() *cobra.Command {
	var f sqlFlags
	cmd := &cobra.Command{
		Use:   "sql [flags]",
		Short: "A shell to type SQL in, on flott or on a Flink cluster",
		Long:  sqlHelp,
		Example: `  flott sql
  flott sql -i tables.sql
  flott sql --target flink://gateway.example:8083
  flott sql -e "SELECT 1" -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("sql takes no argument %q; to carry out a file: `flott sql -f %s`, or `flott run %[1]s`", args[0], args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return sqlShell(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.VarP(&f.parallelism, "parallelism", "p", "subtasks per operator; sets parallelism.default (1)")
	flags.StringArrayVarP(&f.settings, "define", "D", nil, "`key=value` of the configuration; may be repeated")
	flags.StringVar(&f.mode, "mode", "", "streaming or batch; sets execution.runtime-mode (streaming)")
	flags.StringArrayVarP(&f.statements, "execute", "e", nil, "`SQL` to carry out, and leave; may be repeated")
	flags.StringArrayVarP(&f.files, "file", "f", nil, "`FILE` to carry out, and leave; may be repeated")
	flags.StringArrayVarP(&f.inits, "init", "i", nil, "`FILE` to carry out first; may be repeated")
	flags.StringVarP(&f.style, "output", "o", string(tableau.Tableau), "`style` of rows that are not on a full screen: tableau, csv or json")
	flags.StringVar(&f.history, "history", shell.HistoryPath(), "`FILE` of the history; empty keeps none")
	f.target.add(flags)
	addClientFlags(flags)
	flags.StringVar(&f.logLevel, "log", "error", "log to standard error: debug, info, warn, error")
	return cmd
}

func sqlShell(ctx context.Context, f *sqlFlags) error {
	if _, err := tableau.New(io.Discard, tableau.Style(f.style), nil, false); err != nil {
		return usageError{fmt.Errorf("-o: %w", err)}
	}
	if err := f.checkTarget(); err != nil {
		return err
	}
	if len(f.files) > 0 && len(f.statements) > 0 {
		return usageError{errors.New("give -f or -e, not both")}
	}
	r := newRunner(false)
	log, err := newLog(f.logLevel, r.screen.messages())
	if err != nil {
		return usageError{err}
	}
	o := shell.Options{
		In: os.Stdin, Out: r.screen.results(), Err: r.screen.messages(), Progress: r.screen.progress, Clear: r.screen.clear,
		Style: tableau.Style(f.style), Settings: map[string]string{}, History: f.history,
	}
	if !r.terminal {
		o.Progress = nil
	}
	for _, s := range f.settings {
		if key, value, ok := strings.Cut(s, "="); ok {
			o.Settings[strings.TrimSpace(key)] = value
		}
	}
	batch := len(f.files) > 0 || len(f.statements) > 0
	if !batch && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) {
		o.Terminal = os.Stdout
	}
	open := f.openLocal
	if f.target.url != "" {
		open = f.openCluster
	}
	if err := open(ctx, r, log, &o); err != nil {
		return err
	}
	defer o.Engine.Close(context.WithoutCancel(ctx))
	s, err := shell.New(o)
	if err != nil {
		return usageError{fmt.Errorf("-D: %w", err)}
	}
	return f.carryOut(ctx, s, o.Terminal != nil)
}

// carryOut gives the shell what there is to do.
func (f *sqlFlags) carryOut(ctx context.Context, s *shell.Shell, interactive bool) error {
	for _, path := range f.inits {
		text, name, err := (&runFlags{}).script([]string{path})
		if err == nil {
			err = s.Init(ctx, name, text)
		}
		if err != nil {
			return f.ended(err)
		}
	}
	if interactive {
		return f.ended(s.Run(ctx))
	}
	sources := [][]string{nil} // -e, or the pipe
	for i, path := range f.files {
		if i == 0 {
			sources = nil
		}
		sources = append(sources, []string{path})
	}
	for _, args := range sources {
		text, name, err := (&runFlags{statements: f.statements}).script(args)
		if err == nil {
			err = s.Script(ctx, name, text)
		}
		if err != nil {
			return f.ended(err)
		}
	}
	return f.ended(s.Settle(ctx))
}

func (f *sqlFlags) ended(err error) error {
	switch {
	case err == nil:
		return nil
	case shell.Interrupted(err):
		return shownError{errInterrupted}
	case shell.Failed(err):
		return shownError{err}
	}
	return err
}

// openLocal makes a shell of this process.
func (f *sqlFlags) openLocal(_ context.Context, r *runner, log *slog.Logger, o *shell.Options) error {
	cfg, err := f.configuration(func(m string) {
		// The shell acts on keys that flott run has no use for.
		_, key, _ := strings.Cut(m, "'")
		if key, _, _ = strings.Cut(key, "'"); !shell.Acts(key) {
			r.say("warning: %s", m)
		}
	})
	if err != nil {
		return err
	}
	limitMemory()
	e := local.New(&embedded.Host{Engine: embedded.New(o.Out, o.Err, log), Config: cfg, Out: o.Out, Style: o.Style})
	o.Engine, o.Names, o.Ephemeral = e, e, true
	o.Prompt = "flott> "
	o.Banner = "flott " + version() + ": SQL in this process. HELP; says more, Ctrl-D leaves."
	return nil
}

// openCluster makes a shell of a Flink cluster.
func (f *sqlFlags) openCluster(ctx context.Context, r *runner, log *slog.Logger, o *shell.Options) error {
	properties, err := f.properties(func(m string) { r.say("warning: %s", m) })
	if err != nil {
		return err
	}
	client, err := f.target.dial(ctx)
	if err != nil {
		return err
	}
	info, err := client.Info(ctx)
	if err != nil {
		return err
	}
	e, err := cluster.Open(ctx, client, cluster.Options{Properties: properties, REST: f.target.rest, Log: log})
	if err != nil {
		return err
	}
	names := e.Names()
	o.Engine, o.Names, o.Forget, o.Check, o.Explain = e, names, names.Forget, cluster.Check, causes
	o.Prompt = "flink> "
	o.Banner = fmt.Sprintf("flott %s on %s %s at %s. HELP; says more, Ctrl-D leaves.", version(), info.ProductName, info.Version, filepath.Base(client.Address()))
	return nil
}

// causes are all exceptions of what Flink refused.
func causes(err error) string {
	var f *flinkgateway.Failure
	if !errors.As(err, &f) {
		return ""
	}
	var lines []string
	for _, c := range f.Causes {
		lines = append(lines, strings.TrimSuffix(strings.TrimSpace(c.Class+": "+c.Message), ":"))
	}
	return strings.Join(lines, "\nCaused by: ")
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/tableau"
)

// runFlags are the flags of `flott run`.
type runFlags struct {
	parallelism count
	settings    []string
	mode        string
	statements  []string
	style       string
	quiet       bool
	logLevel    string
	target      targetFlags
	detached    bool
	resume      bool
	from        string
	claim       string
	leaveOut    bool
	savepoint   string
	rest        string
}

// count is a whole number from 1; 0 is not set.
type count int

// String is the number.
func (c *count) String() string { return strconv.Itoa(int(*c)) }

// Type is what --help calls it.
func (c *count) Type() string { return "N" }

// Set reads the number.
func (c *count) Set(s string) error {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return errors.New("must be a whole number, at least 1")
	}
	*c = count(n)
	return nil
}

const runHelp = `Run carries out the statements of a SQL file, in order, in this process.

  CREATE TABLE …    names what is outside: files ('connector' = 'filesystem'),
                    topics (kafka), made-up rows (datagen), your terminal (print)
  SELECT …          shows rows: as a table if the input ends, else as a changelog
                    (+I new row, -U +U a row before and after an update, -D deleted)
  INSERT INTO …     runs until its input ends; if it never does, the script goes on
                    and the job runs beside it
  SET 'key' = 'v';  sets what -D sets, for the statements that follow
  EXPLAIN, SHOW, DESCRIBE, CREATE VIEW, EXECUTE STATEMENT SET, … as in Flink SQL

Results go to standard output; progress, summaries and errors to standard error.

A job over unbounded input runs until Ctrl-C: what was read goes through, then it
ends. A second Ctrl-C cancels it.

With 'execution.checkpointing.interval' and '.dir' set, the job takes checkpoints.
--resume goes on from the newest one after a crash, a kill or a stop, as if nothing
had happened (sinks: kafka with 'sink.delivery-guarantee' = 'exactly-once', files);
-s starts from a savepoint, which --savepoint, or STOP JOB 'id' WITH SAVEPOINT, leaves.

While jobs run, Flink's REST API is served on http://127.0.0.1:8081, or the next free
port, for flott list, savepoint, stop, doctor and Flink's own tools (--rest).

--target flink://HOST:PORT runs the same file on a Flink cluster, through its SQL
gateway, with the same output: docs/target_flink.md.

Exit codes: 0 done; 1 a statement or a job failed; 2 a mistake on the command
line; 130 interrupted before the end of bounded input or of the script.`

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] [FILE.sql | -]",
		Short: "Run the SQL statements of a file",
		Long:  runHelp,
		Example: `  flott run job.sql
  flott run -p 4 -D table.exec.state.ttl='1 h' job.sql
  flott run --mode batch -e "SELECT COUNT(*) FROM (VALUES (1), (2)) AS t(x)"
  flott run --target flink://gateway.example:8083 job.sql
  generate-sql | flott run -o json -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("run takes one file, got %d: %s", len(args), strings.Join(args, " "))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return run(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	f.addScript(flags, "run")
	flags.BoolVar(&f.resume, "resume", false, "go on from the newest checkpoint of the job of that pipeline.name under execution.checkpointing.dir, if there is one")
	flags.StringVar(&f.savepoint, "savepoint", "", "Ctrl-C stops each job with a savepoint below `DIR`")
	flags.StringVarP(&f.from, "from", "s", "", "savepoint or checkpoint `PATH` to start from; sets execution.state-recovery.path")
	flags.StringVar(&f.claim, "claim-mode", "", "who owns what -s names: claim, no_claim or legacy (no_claim)")
	flags.BoolVarP(&f.leaveOut, "allow-non-restored-state", "n", false, "leave out state of operators that the job no longer has")
	flags.StringVarP(&f.style, "output", "o", string(tableau.Tableau), "`style` of SELECT's rows: tableau, csv or json")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no summary and no progress")
	flags.StringVar(&f.rest, "rest", "", "serve Flink's REST API on `ADDR`, or off (127.0.0.1:8081, or the next free port)")
	f.target.add(flags)
	flags.BoolVarP(&f.detached, "detached", "d", false, "with --target: submit INSERT jobs and leave them to the cluster")
	flags.StringVar(&f.logLevel, "log", "warn", "log to standard error: debug, info, warn, error")
	return cmd
}

// addScript adds the flags that say what SQL there is and how it is planned; verb is
// what the command does with it.
func (f *runFlags) addScript(flags *pflag.FlagSet, verb string) {
	flags.VarP(&f.parallelism, "parallelism", "p", "subtasks per operator; sets parallelism.default (1)")
	flags.StringArrayVarP(&f.settings, "define", "D", nil, "`key=value` of the configuration; may be repeated")
	flags.StringVar(&f.mode, "mode", "", "streaming or batch; sets execution.runtime-mode (streaming)")
	flags.StringArrayVarP(&f.statements, "execute", "e", nil, "`SQL` to "+verb+" instead of a file; may be repeated")
}

// script returns the SQL to run and the name to show for it.
func (f *runFlags) script(args []string) (text, name string, err error) {
	switch {
	case len(f.statements) > 0 && len(args) > 0:
		return "", "", usageError{fmt.Errorf("give a file or -e, not both: %s", args[0])}
	case len(f.statements) > 0:
		return strings.Join(f.statements, ";\n"), "-e", nil
	case len(args) == 0 && term.IsTerminal(int(os.Stdin.Fd())):
		return "", "", usageError{errors.New("no SQL to run: name a file, or use -e \"SQL\", or pipe it in")}
	case len(args) == 0 || args[0] == "-":
		b, err := io.ReadAll(os.Stdin)
		return string(b), "stdin", err
	}
	b, err := os.ReadFile(args[0])
	var path *fs.PathError
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = fmt.Errorf("there is no file %s", args[0])
	case errors.As(err, &path):
		err = fmt.Errorf("cannot read %s: %w", args[0], path.Err)
	}
	return string(b), args[0], err
}

// configuration returns the defaults with what the flags set.
func (f *runFlags) configuration(warn func(string)) (*config.Config, error) {
	cfg := config.New()
	cfg.Warn = warn
	set := func(flag, key, value string) error {
		if err := cfg.Set(key, value); err != nil {
			return usageError{fmt.Errorf("%s: %w", flag, err)}
		}
		return nil
	}
	for _, s := range f.settings {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("-D %s: expected key=value", s)}
		}
		if err := set("-D "+s, strings.TrimSpace(key), value); err != nil {
			return nil, err
		}
	}
	if f.parallelism > 0 {
		if err := set("-p", "parallelism.default", fmt.Sprint(f.parallelism)); err != nil {
			return nil, err
		}
	}
	if f.mode != "" {
		if err := set("--mode", "execution.runtime-mode", f.mode); err != nil {
			return nil, err
		}
	}
	if f.from != "" {
		if err := set("-s", "execution.state-recovery.path", f.from); err != nil {
			return nil, err
		}
	}
	if f.claim != "" {
		if err := set("--claim-mode", "execution.state-recovery.claim-mode", f.claim); err != nil {
			return nil, err
		}
	}
	if f.leaveOut {
		if err := set("-n", "execution.state-recovery.ignore-unclaimed-state", "true"); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

func run(ctx context.Context, f runFlags, args []string) error {
	if _, err := tableau.New(io.Discard, tableau.Style(f.style), nil, false); err != nil {
		return usageError{fmt.Errorf("-o: %w", err)}
	}
	if err := f.checkTarget(); err != nil {
		return err
	}
	if f.target.url != "" {
		return runTarget(ctx, f, args)
	}
	r := newRunner(f.quiet)
	log, err := newLog(f.logLevel, r.screen.messages())
	if err != nil {
		return usageError{err}
	}
	cfg, err := f.configuration(func(m string) { r.say("flott: warning: %s", m) })
	if err != nil {
		return err
	}
	script, name, err := f.script(args)
	if err != nil {
		return err
	}
	limitMemory()
	serving, err := newServing(f.rest, cfg, r, log)
	if err != nil {
		return usageError{err}
	}
	defer serving.close()
	host := &embedded.Host{
		Engine: embedded.New(r.screen.results(), r.screen.messages(), log), Config: cfg,
		Out: r.screen.results(), Style: tableau.Style(f.style), Resume: f.resume, Savepoint: f.savepoint, Saved: r.saved, Ended: r.ended,
		Started: func(x *embedded.Execution) {
			serving.started(x)
			r.started(x)
		},
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer r.onInterrupt(host, cancel)()
	return r.outcome(host, script, name, host.NewSession().Run(ctx, script, host))
}

// outcome shows what became of a script.
func (r *runner) outcome(host *embedded.Host, script, name string, err error) error {
	stopped, cut := r.wasStopped()
	switch {
	case stopped && host.Refused():
		r.say("flott: interrupted; the rest of %s was not carried out", name)
		return shownError{errInterrupted}
	case stopped && (cut || errors.Is(err, jobmanager.ErrCanceled)):
		return shownError{errInterrupted}
	case err == nil:
		return nil
	}
	var failed *embedded.JobError
	var mistake *diag.Error
	switch {
	case errors.As(err, &failed):
		line, _ := diag.LineCol(script, failed.Pos)
		r.say("%s:%d: job %s failed: %v", name, line, failed.Job, failed.Err)
		if hint := connector.HintOf(err); hint != "" {
			r.say("  hint: %s", hint)
		}
	case errors.As(err, &mistake):
		r.say("%s:%s", name, strings.TrimRight(diag.Render(script, err), "\n"))
	default:
		r.say("%s: %v", name, err)
	}
	return shownError{err}
}

func newLog(level string, to io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log %s: use debug, info, warn or error", level)
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: l})), nil
}

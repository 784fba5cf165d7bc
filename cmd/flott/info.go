package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/sql/session"
)

func infoCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "info [flags] [FILE.sql | -]",
		Short: "Print the execution plans of a SQL file as JSON",
		Long: `Info prints the execution plan of every job of a SQL file as Flink's info does for a
program: JSON with operators, parallelism and how rows are shipped. Nothing runs.
flott plan shows the same to read.`,
		Example: `  flott info job.sql
  flott info -p 4 -e "SELECT COUNT(*) FROM (VALUES (1), (2)) AS t(x)"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return showInfo(cmd.Context(), f, args, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.VarP(&f.parallelism, "parallelism", "p", "subtasks per operator; sets parallelism.default (1)")
	flags.StringArrayVarP(&f.settings, "define", "D", nil, "`key=value` of the configuration; may be repeated")
	flags.StringVar(&f.mode, "mode", "", "streaming or batch; sets execution.runtime-mode (streaming)")
	flags.StringArrayVarP(&f.statements, "execute", "e", nil, "`SQL` to plan instead of a file; may be repeated")
	return cmd
}

func showInfo(ctx context.Context, f runFlags, args []string, out io.Writer) error {
	r := newRunner(true)
	cfg, err := f.configuration(func(m string) { r.say("flott: warning: %s", m) })
	if err != nil {
		return err
	}
	script, name, err := f.script(args)
	if err != nil {
		return err
	}
	engine := embedded.New(io.Discard, io.Discard, slog.New(slog.DiscardHandler))
	i := &informer{planner: &embedded.Planner{Engine: engine, Config: cfg}, engine: engine, config: cfg, out: out}
	if err := i.planner.NewSession().Run(ctx, script, i); err != nil {
		return r.outcome(&embedded.Host{}, script, name, err)
	}
	return nil
}

// informer prints the plans of jobs instead of running them. It implements
// session.Host.
type informer struct {
	planner *embedded.Planner
	engine  *embedded.Engine
	config  *config.Config
	out     io.Writer
}

// Show leaves out the results of statements.
func (*informer) Show(*session.Result) error { return nil }

// Start prints the plan of a job, between Flink's lines.
func (i *informer) Start(ctx context.Context, r *session.Result) (session.Execution, error) {
	host := &embedded.Host{Engine: i.engine, Config: i.config}
	text, err := host.Explain(r.Job.Roots, []string{"JSON_EXECUTION_PLAN"})
	if err != nil {
		return nil, err
	}
	_, plan, ok := strings.Cut(text, "\n== Physical Execution Plan ==\n")
	if !ok {
		return nil, fmt.Errorf("the plan of the job has no JSON in it")
	}
	fmt.Fprintf(i.out, "%s\n%s\n%s\n", ruled(" Execution Plan "), strings.TrimSpace(plan), ruled(""))
	return i.planner.Start(ctx, r)
}

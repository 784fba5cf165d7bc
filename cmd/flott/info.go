package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

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
	f.addScript(cmd.Flags(), "plan")
	return cmd
}

func showInfo(ctx context.Context, f runFlags, args []string, out io.Writer) error {
	_, err := f.plan(ctx, args, func(p *embedded.Planner) session.Host { return &informer{p, out} })
	return err
}

// informer prints the plans of jobs instead of running them. It implements
// session.Host.
type informer struct {
	*embedded.Planner
	out io.Writer
}

// Start prints the plan of a job, between Flink's lines.
func (i *informer) Start(ctx context.Context, r *session.Result) (session.Execution, error) {
	host := &embedded.Host{Engine: i.Engine, Config: i.Config}
	text, err := host.Explain(r.Job.Roots, []string{"JSON_EXECUTION_PLAN"})
	if err != nil {
		return nil, err
	}
	_, plan, ok := strings.Cut(text, "\n== Physical Execution Plan ==\n")
	if !ok {
		return nil, fmt.Errorf("the plan of the job has no JSON in it")
	}
	fmt.Fprintf(i.out, "%s\n%s\n%s\n", ruled(" Execution Plan "), strings.TrimSpace(plan), ruled(""))
	return i.Planner.Start(ctx, r)
}

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/sql/session"
)

const planHelp = `Plan shows the operators that the jobs of a SQL file would run as, without
running them.

With --against PATH it says what becomes of the state in that checkpoint or
savepoint if a job were started from it (flott run -s PATH):

  kept          the operator goes on with its state, perhaps on other subtasks
  rebuilt       the operator starts empty: it is new, or was changed
  incompatible  the start is refused: the reason says why
  dropped       nothing in the job takes the state: refused without
                --allow-non-restored-state

An operator keeps its state across edits that do not change what it computes:
names of tables and views, comments, order of statements, other parallelism.

Exit codes: 0 the jobs can start with all of the state; 1 a mistake in the file, or
something is rebuilt, incompatible or dropped.`

func planCommand() *cobra.Command {
	var f runFlags
	var against string
	cmd := &cobra.Command{
		Use:   "plan [flags] [FILE.sql | -]",
		Short: "Show what a SQL file would run, and what of a savepoint it would keep",
		Long:  planHelp,
		Example: `  flott plan job.sql
  flott plan --against checkpoints/4f0c…/chk-41 job.sql`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return showPlan(cmd.Context(), f, args, against, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&against, "against", "", "checkpoint or savepoint `PATH` to compare with")
	f.addScript(flags, "plan")
	return cmd
}

func showPlan(ctx context.Context, f runFlags, args []string, against string, out io.Writer) error {
	planner, err := f.plan(ctx, args, func(p *embedded.Planner) session.Host { return p })
	if err != nil {
		return err
	}
	lost := false
	for i, p := range planner.Plans {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "job %s\n", p.Graph.Name)
		if against == "" {
			showOperators(out, p)
			continue
		}
		m, verdicts, err := planner.Engine.Against(ctx, p, against)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "against checkpoint %d of job %s (%s)\n", m.ID, m.Name, m.Job)
		lost = showVerdicts(out, verdicts) || lost
	}
	if lost {
		return shownError{fmt.Errorf("not all of the state is kept")}
	}
	return nil
}

// plan plans the jobs of a script for a host that it makes of the planner.
func (f *runFlags) plan(ctx context.Context, args []string, host func(*embedded.Planner) session.Host) (*embedded.Planner, error) {
	r := newRunner(true)
	cfg, err := f.configuration(func(m string) { r.say("flott: warning: %s", m) })
	if err != nil {
		return nil, err
	}
	script, name, err := f.script(args)
	if err != nil {
		return nil, err
	}
	p := &embedded.Planner{Engine: embedded.New(io.Discard, io.Discard, slog.New(slog.DiscardHandler)), Config: cfg}
	if err := p.NewSession().Run(ctx, script, host(p)); err != nil {
		return nil, r.outcome(&embedded.Host{}, script, name, err)
	}
	return p, nil
}

func showOperators(out io.Writer, p *embedded.Plan) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "UID\tPARALLELISM\tOPERATOR\tDOES")
	for _, v := range p.Graph.Vertices {
		for _, n := range v.Chain {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", n.Op.UID, v.Parallelism, n.Op.Name, n.Op.Description)
		}
	}
	w.Flush()
}

// showVerdicts reports whether some state would not be there after a start.
func showVerdicts(out io.Writer, verdicts []snapshot.Verdict) (lost bool) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "OUTCOME\tSTATE\tOPERATOR\tWHY")
	for _, v := range verdicts {
		fmt.Fprintf(w, "%s\t%d B\t%s\t%s\n", v.Outcome, v.Bytes, v.Name, v.Reason)
		lost = lost || v.Outcome != snapshot.Kept
	}
	w.Flush()
	if len(verdicts) == 0 {
		fmt.Fprintln(out, "neither the job nor the checkpoint has state")
	}
	return lost
}

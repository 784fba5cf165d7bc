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
	flags.VarP(&f.parallelism, "parallelism", "p", "subtasks per operator; sets parallelism.default (1)")
	flags.StringArrayVarP(&f.settings, "define", "D", nil, "`key=value` of the configuration; may be repeated")
	flags.StringVar(&f.mode, "mode", "", "streaming or batch; sets execution.runtime-mode (streaming)")
	flags.StringArrayVarP(&f.statements, "execute", "e", nil, "`SQL` to plan instead of a file; may be repeated")
	return cmd
}

func showPlan(ctx context.Context, f runFlags, args []string, against string, out io.Writer) error {
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
	planner := &embedded.Planner{Engine: engine, Config: cfg}
	if err := planner.NewSession().Run(ctx, script, planner); err != nil {
		return r.outcome(&embedded.Host{}, script, name, err)
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
		m, verdicts, err := engine.Against(ctx, p, against)
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

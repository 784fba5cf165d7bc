package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/flottstream/flott/internal/drill"
)

const drillHelp = `Drill breaks one thing on purpose and watches whether the doctor notices: it injects
a fault, waits until 'flott doctor' would name the cause, mends the fault, waits until
the cause is no longer named, and counts rows that were lost.

Without --target it starts a job of its own, on flott or (--flink) on a real Flink
cluster of its own. With --target it breaks what you name: processes by --pid, or
connections that go through a toxiproxy. It mends what it broke, also on Ctrl-C.

Exit codes: 0 the cause was named and is gone; 1 it was not; 2 a mistake on the
command line, or a fault that cannot be injected there.`

// drillFlags are the flags of `flott drill`.
type drillFlags struct {
	options drill.Options
	flink   bool
	output  string
	timeout time.Duration
}

func drillCommand() *cobra.Command {
	var f drillFlags
	cmd := &cobra.Command{
		Use:   "drill [NAME]",
		Short: "Breaks something on purpose and watches whether the doctor notices",
		Long:  drillHelp,
		Example: `  flott drill list
  flott drill slow-sink
  flott drill hot-key --flink -o json
  flott drill cpu-throttle --target http://localhost:8081 --pid 4711
  flott drill slow-sink --target http://localhost:8081 --toxiproxy localhost:8474 --proxy kafka`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("one drill at a time, not %d", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "list" {
				return listDrills(cmd.OutOrStdout(), f.output)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return runDrill(ctx, &f, args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags, o := cmd.Flags(), &f.options
	flags.StringVar(&o.Target, "target", "", "`URL` of a cluster to break, instead of a job of the drill's own")
	flags.StringVar(&o.Job, "job", "", "one job of the target only: its id, the start of it, or its name")
	flags.BoolVar(&f.flink, "flink", false, "the drill's own job on a real Flink, started by scripts/flink")
	flags.StringVar(&o.Script, "flink-script", "scripts/flink", "`PATH` of scripts/flink")
	flags.IntVar(&o.Port, "flink-port", 0, "REST port of that Flink; two ports 1000 above it are taken, too (8481)")
	flags.IntSliceVar(&o.PIDs, "pid", nil, "process of the target that may be broken, on this machine (again for more)")
	flags.StringVar(&o.Toxiproxy, "toxiproxy", "", "`ADDRESS` of a toxiproxy that the target's connections go through")
	flags.StringVar(&o.Proxy, "proxy", "", "`NAME` of the proxy in it")
	flags.DurationVar(&f.timeout, "within", 3*time.Minute, "how long the doctor may take to name the cause, and again to see that it is gone")
	flags.StringArrayVarP(&o.Access.Headers, "header", "H", nil, "header for every request to the target, 'Name: value'")
	flags.StringVar(&o.Access.Bearer, "bearer", "", "token for the header Authorization")
	flags.StringVar(&o.Access.User, "user", "", "user:password for basic authentication")
	flags.StringVar(&o.Access.CA, "tls-ca", "", "file of certificates to trust")
	flags.BoolVar(&o.Access.Insecure, "tls-insecure", false, "do not verify the target's certificate")
	flags.StringVarP(&f.output, "output", "o", "text", "text or json")
	flags.StringVar(&o.Record, "record", "", "keep a bundle of what the cluster said when the cause was named in this `FILE`")
	return cmd
}

func listDrills(out io.Writer, style string) error {
	type line struct {
		Name  string         `json:"name"`
		Cause string         `json:"cause"`
		Own   []drill.Engine `json:"own_job"`
		There bool           `json:"target"`
		Title string         `json:"fault"`
	}
	var lines []line
	for _, d := range drill.Table() {
		own := d.On
		if own == nil {
			own = []drill.Engine{}
		}
		lines = append(lines, line{d.Name, d.Cause, own, d.Abroad != nil, d.Title})
	}
	if style == "json" {
		return writeJSON(out, lines)
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "DRILL\tTHE DOCTOR IS TO SAY\tWHERE\tFAULT")
	for _, l := range lines {
		var where []string
		for _, e := range l.Own {
			where = append(where, string(e))
		}
		if l.There {
			where = append(where, "target")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Name, l.Cause, strings.Join(where, " "), l.Title)
	}
	return w.Flush()
}

func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func runDrill(ctx context.Context, f *drillFlags, name string, out, messages io.Writer) error {
	if !slices.Contains([]string{"text", "json"}, f.output) {
		return usageError{fmt.Errorf("-o %s is not there; it is text or json", f.output)}
	}
	d, err := drill.Find(name)
	if err != nil {
		return usageError{err}
	}
	if f.flink && f.options.Target != "" {
		return usageError{errors.New("--flink starts a cluster and --target names one: give one of them")}
	}
	o := &f.options
	o.Engine = drill.Flott
	if f.flink {
		o.Engine = drill.Flink
	}
	if o.Flott, err = os.Executable(); err != nil {
		return err
	}
	o.NameWithin, o.ClearWithin = f.timeout, f.timeout
	start := time.Now()
	o.Say = func(s string) { fmt.Fprintf(messages, "%5.1f s  %s\n", time.Since(start).Seconds(), s) }
	result, err := drill.Run(ctx, d, *o)
	var refused *drill.RefusedError
	switch {
	case errors.As(err, &refused):
		return usageError{err}
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(messages, "flott: interrupted; what was broken is mended")
		return shownError{errInterrupted}
	case err != nil:
		return err
	}
	if f.output == "json" {
		err = writeJSON(out, result)
	} else {
		err = showDrill(out, result)
	}
	if err == nil && !result.OK {
		err = shownError{errors.New("the drill failed")}
	}
	return err
}

func showDrill(out io.Writer, r *drill.Outcome) error {
	var b strings.Builder
	word := "PASSED"
	if !r.OK {
		word = "FAILED"
	}
	where := "job of its own on " + string(r.Engine)
	if r.Target != "" {
		where = r.Target
	}
	fmt.Fprintf(&b, "%s  %s  (%s)\n", word, r.Drill, where)
	if r.Named != "" {
		fmt.Fprintf(&b, "  named     %s: %s\n", r.Named, r.Summary)
		fmt.Fprintf(&b, "  detection %.1f s after the fault\n", r.Detection)
	} else {
		fmt.Fprintf(&b, "  expected  %s\n", strings.Join(r.Expected, " or "))
	}
	if r.Cleared {
		fmt.Fprintf(&b, "  recovery  %.1f s after the fault (MTTR), as the doctor sees it\n", r.Repair)
	}
	if r.Problem != "" {
		fmt.Fprintf(&b, "  problem   %s\n", r.Problem)
	}
	if len(r.Others) > 0 {
		fmt.Fprintf(&b, "  also      %s\n", strings.Join(r.Others, ", "))
	}
	if len(r.Before) > 0 {
		fmt.Fprintf(&b, "  before    %s\n", strings.Join(r.Before, ", "))
	}
	switch rows := r.Rows; {
	case rows == nil:
		b.WriteString("  rows      not counted: the results do not tell\n")
	default:
		fmt.Fprintf(&b, "  rows      %d sent, %d arrived, %d lost, %d twice\n", rows.Sent, rows.Arrived, rows.Lost, rows.Twice)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

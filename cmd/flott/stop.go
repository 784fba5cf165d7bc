package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

// savepointRequest is a savepoint that is asked for over REST.
type savepointRequest struct {
	address  string
	format   string // canonical or native
	detached bool   // do not wait for it
}

func (s *savepointRequest) flags(cmd *cobra.Command) {
	addressFlag(cmd, &s.address)
	cmd.Flags().StringVar(&s.format, "type", "canonical", "`FORMAT` of the savepoint: canonical, which any backend reads, or native, which is faster")
	cmd.Flags().BoolVar(&s.detached, "detached", false, "do not wait: print the request's ID")
}

// begin checks the flags and finds the job.
func (s *savepointRequest) begin(ctx context.Context, job string) (r *remote, id string, err error) {
	s.format = strings.ToUpper(s.format)
	if s.format != "CANONICAL" && s.format != "NATIVE" {
		return nil, "", usageError{fmt.Errorf("--type %s: use canonical or native", strings.ToLower(s.format))}
	}
	if r, err = dial(s.address); err != nil {
		return nil, "", err
	}
	id, err = r.find(ctx, job)
	return r, id, err
}

// triggered is the answer to a request that takes its time.
type triggered struct {
	ID string `json:"request-id"`
}

// finish waits for the savepoint and prints where it is.
func (s *savepointRequest) finish(ctx context.Context, out io.Writer, r *remote, id string, t triggered) error {
	if s.detached {
		fmt.Fprintf(out, "Request ID: %s\n", t.ID)
		return nil
	}
	operation, err := r.operation(ctx, "/jobs/"+id+"/savepoints/"+t.ID)
	if err != nil {
		return err
	}
	var done struct{ Location string }
	if err := json.Unmarshal(operation, &done); err != nil {
		return err
	}
	fmt.Fprintf(out, "Savepoint completed. Path: %s\n", done.Location)
	return nil
}

func stopCommand() *cobra.Command {
	var s savepointRequest
	var target string
	var drain bool
	cmd := &cobra.Command{
		Use:   "stop [--drain] [-p TARGET] JOB",
		Short: "Stop a job of a running flott or Flink with a savepoint",
		Long: `Stop takes a savepoint and then ends the job: what it has read is written, once.
flott run -s PATH goes on from there.

--drain ends event time first, so that open windows fire: for a job that is not
meant to go on.

JOB is the job's ID, the beginning of it, or its name.`,
		Example: `  flott stop -p file:///savepoints 4f0c9a1b2c3d4e5f60718293a4b5c6d7`,
		Args:    oneJob(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, id, err := s.begin(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			what := "Suspending job %q with a %s savepoint.\n"
			if drain {
				what = "Draining job %q with a %s savepoint.\n"
			}
			fmt.Fprintf(cmd.OutOrStdout(), what, id, s.format)
			body := map[string]any{"targetDirectory": orNull(target), "drain": drain, "formatType": s.format, "triggerId": nil}
			var t triggered
			err = r.call(cmd.Context(), http.MethodPost, "/jobs/"+id+"/stop", body, &t)
			if err == nil {
				err = s.finish(cmd.Context(), cmd.OutOrStdout(), r, id, t)
			}
			if err != nil {
				return fmt.Errorf("job %s was not stopped: %w", id, noTarget(err, "-p TARGET"))
			}
			return nil
		},
	}
	s.flags(cmd)
	cmd.Flags().BoolVarP(&drain, "drain", "d", false, "end event time first: open windows fire")
	cmd.Flags().StringVarP(&target, "savepointPath", "p", "", "`TARGET` directory of the savepoint (execution.checkpointing.savepoint-dir of the job)")
	return cmd
}

// orNull is null for "", as Flink's clients send it.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// noTarget says in our words that there is no directory for the savepoint.
func noTarget(err error, how string) error {
	if strings.Contains(err.Error(), "target-directory") {
		return fmt.Errorf("there is no directory for the savepoint: give %s, or set 'execution.checkpointing.savepoint-dir' for the job", how)
	}
	return err
}

package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func listCommand() *cobra.Command {
	var address string
	var running, scheduled, all bool
	cmd := &cobra.Command{
		Use:   "list [-r | -s | -a]",
		Short: "List the jobs of a running flott or Flink",
		Example: `  flott list
  flott list -a -m flink.example:8081`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := dial(address)
			if err != nil {
				return err
			}
			if !running && !scheduled {
				running, scheduled = true, true
			}
			return list(cmd.Context(), cmd.OutOrStdout(), r, running || all, scheduled || all, all)
		},
	}
	addressFlag(cmd, &address)
	cmd.Flags().BoolVarP(&running, "running", "r", false, "only jobs that run or restart")
	cmd.Flags().BoolVarP(&scheduled, "scheduled", "s", false, "only jobs that are not deployed yet")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "also jobs that have ended")
	return cmd
}

// list prints the groups that are asked for, each by start, in Flink's words.
func list(ctx context.Context, out io.Writer, r *remote, running, scheduled, ended bool) error {
	jobs, err := r.jobs(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(jobs, func(a, b remoteJob) int { return int(a.Start - b.Start) })
	group := func(title, none string, in func(remoteJob) bool) {
		some := false
		for _, j := range jobs {
			if !in(j) {
				continue
			}
			if !some {
				fmt.Fprintln(out, ruled(" "+title+" "))
			}
			some = true
			fmt.Fprintf(out, "%s : %s : %s (%s)\n", time.UnixMilli(j.Start).Format("02.01.2006 15:04:05"), j.ID, j.Name, j.State)
		}
		if some {
			fmt.Fprintln(out, ruled(""))
		} else {
			fmt.Fprintln(out, none)
		}
	}
	if running {
		group("Running/Restarting Jobs", "No running jobs.", func(j remoteJob) bool { return !j.terminal() && j.State != "CREATED" })
	}
	if scheduled {
		group("Scheduled Jobs", "No scheduled jobs.", func(j remoteJob) bool { return j.State == "CREATED" })
	}
	if ended {
		group("Terminated Jobs", "No terminated jobs.", remoteJob.terminal)
	}
	return nil
}

// ruled is a title in the middle of a line.
func ruled(title string) string {
	left := (62 - len(title)) / 2
	return strings.Repeat("-", left) + title + strings.Repeat("-", 62-len(title)-left)
}

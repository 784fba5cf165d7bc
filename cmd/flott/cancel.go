package main

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

func cancelCommand() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   "cancel JOB",
		Short: "Cancel a job of a running flott or Flink",
		Long: `Cancel ends a job at once, without a savepoint: what it has read and not written
is lost, unless it is resumed from a checkpoint. flott stop ends it with one.

JOB is the job's ID, the beginning of it, or its name.`,
		Args: oneJob(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := dial(address)
			if err != nil {
				return err
			}
			id, err := r.find(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Cancelling job %s.\n", id)
			if err := r.call(cmd.Context(), http.MethodPatch, "/jobs/"+id+"?mode=cancel", nil, nil); err != nil {
				return fmt.Errorf("job %s was not cancelled: %w", id, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Cancelled job %s.\n", id)
			return nil
		},
	}
	addressFlag(cmd, &address)
	return cmd
}

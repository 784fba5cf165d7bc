package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

func checkpointCommand() *cobra.Command {
	var address string
	var full bool
	cmd := &cobra.Command{
		Use:   "checkpoint [--full] JOB",
		Short: "Take a checkpoint of a job of a running flott or Flink now",
		Long: `Checkpoint takes a checkpoint without waiting for the interval: with --full one
that does not build on those before.

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
			kind := "CONFIGURED"
			if full {
				kind = "FULL"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Triggering checkpoint for job %s.\n", id)
			number, err := takeCheckpoint(cmd, r, id, kind)
			if err != nil {
				return fmt.Errorf("no checkpoint of job %s was taken: %w", id, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Checkpoint(%s) %d for job %s completed.\n", kind, number, id)
			return nil
		},
	}
	addressFlag(cmd, &address)
	cmd.Flags().BoolVar(&full, "full", false, "a full checkpoint, not an incremental one")
	return cmd
}

func takeCheckpoint(cmd *cobra.Command, r *remote, id, kind string) (int64, error) {
	var t triggered
	body := map[string]any{"checkpointType": kind, "triggerId": nil}
	if err := r.call(cmd.Context(), http.MethodPost, "/jobs/"+id+"/checkpoints", body, &t); err != nil {
		return 0, err
	}
	operation, err := r.operation(cmd.Context(), "/jobs/"+id+"/checkpoints/"+t.ID)
	if err != nil {
		return 0, err
	}
	var done struct {
		ID int64 `json:"checkpointId"`
	}
	return done.ID, json.Unmarshal(operation, &done)
}

package main

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

func savepointCommand() *cobra.Command {
	var s savepointRequest
	var dispose string
	cmd := &cobra.Command{
		Use:   "savepoint JOB [TARGET] | savepoint -d PATH",
		Short: "Take a savepoint of a job of a running flott or Flink, or delete one",
		Long: `Savepoint writes the state of a job that goes on running to a new folder below
TARGET, or below the job's 'execution.checkpointing.savepoint-dir'.
flott run -s PATH starts a job from it.

With -d it deletes the savepoint at PATH instead.

JOB is the job's ID, the beginning of it, or its name.`,
		Example: `  flott savepoint 4f0c9a1b2c3d4e5f60718293a4b5c6d7 file:///savepoints
  flott savepoint -d file:///savepoints/savepoint-4f0c9a-1b2c3d4e5f60`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("dispose") {
				return noArguments(cmd, args)
			}
			return oneJob(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("dispose") {
				return disposeSavepoint(cmd, s.address, dispose)
			}
			return takeSavepoint(cmd, s, args)
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVarP(&dispose, "dispose", "d", "", "delete the savepoint at `PATH`")
	return cmd
}

func takeSavepoint(cmd *cobra.Command, s savepointRequest, args []string) error {
	r, id, err := s.begin(cmd.Context(), args[0])
	if err != nil {
		return err
	}
	target := ""
	if len(args) > 1 {
		target = args[1]
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Triggering savepoint for job %s.\n", id)
	body := map[string]any{"target-directory": orNull(target), "cancel-job": false, "formatType": s.format, "triggerId": nil}
	var t triggered
	err = r.call(cmd.Context(), http.MethodPost, "/jobs/"+id+"/savepoints", body, &t)
	if err == nil {
		err = s.finish(cmd.Context(), cmd.OutOrStdout(), r, id, t)
	}
	if err != nil {
		return fmt.Errorf("no savepoint of job %s was taken: %w", id, noTarget(err, "one after the job"))
	}
	return nil
}

func disposeSavepoint(cmd *cobra.Command, address, path string) error {
	if path == "" {
		return usageError{fmt.Errorf("-d needs the path of a savepoint")}
	}
	r, err := dial(address)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Disposing savepoint '%s'.\n", path)
	var t triggered
	err = r.call(cmd.Context(), http.MethodPost, "/savepoint-disposal", map[string]string{"savepoint-path": path}, &t)
	if err == nil {
		_, err = r.operation(cmd.Context(), "/savepoint-disposal/"+t.ID)
	}
	if err != nil {
		return fmt.Errorf("savepoint %s was not disposed of: %w", path, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Savepoint '%s' disposed.\n", path)
	return nil
}

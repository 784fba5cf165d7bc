// Command flott runs Flink SQL jobs. This file is the list of its commands;
// each has a file of its own.
package main

import (
	"errors"
	"fmt"
	"os"
	_ "time/tzdata" // zones on machines that have none

	"github.com/spf13/cobra"
)

func main() {
	cmd := root()
	cmd.SetArgs(sqlClientArgs(flinkArgs(os.Args[1:])))
	if err := cmd.Execute(); err != nil {
		var shown shownError
		if !errors.As(err, &shown) {
			fmt.Fprintf(os.Stderr, "flott: %v\n", err)
		}
		os.Exit(exitCode(err))
	}
}

// The exit codes; 0 is success.
const (
	exitFailed      = 1   // a statement or a job failed
	exitUsage       = 2   // a mistake on the command line
	exitInterrupted = 130 // ended by a signal before its end, as shells count SIGINT
)

// shownError is an error that was already shown to the user.
type shownError struct{ error }

// Unwrap returns the error.
func (e shownError) Unwrap() error { return e.error }

// usageError is a mistake on the command line.
type usageError struct{ error }

// errInterrupted is the outcome of a run that a signal cut short.
var errInterrupted = errors.New("interrupted")

func exitCode(err error) int {
	var usage usageError
	var look doctorExit
	switch {
	case errors.As(err, &look):
		return look.code
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	}
	return exitFailed
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "flott",
		Short: "Runs Flink SQL: a stream processor in one binary",
		Long: `flott runs Apache Flink SQL in one process: windows, joins and changelogs over
files, Kafka topics and generated rows. There is no cluster to start and no jar
to fetch; connectors and formats are built in.`,
		Example: `  flott run -e "SELECT 'hello' AS greeting, 6 * 7 AS answer"
  flott run job.sql
  flott help run`,
		Version:                    version(),
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       unknownCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; `%s --help` lists the flags", err, c.CommandPath())}
	})
	cmd.AddCommand(runCommand(), sqlCommand(), planCommand(), stateCommand(), datagenCommand(), doctorCommand(), drillCommand(), versionCommand())
	cmd.AddCommand(listCommand(), cancelCommand(), stopCommand(), savepointCommand(), checkpointCommand(), infoCommand())
	return cmd
}

// unknownCommand refuses words that are no command.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "; `flott --help` lists the commands"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("; did you mean `flott %s`?", near[0])
	} else if _, err := os.Stat(args[0]); err == nil {
		hint = fmt.Sprintf("; to run the file: `flott run %s`", args[0])
	}
	return usageError{fmt.Errorf("there is no command %q%s", args[0], hint)}
}

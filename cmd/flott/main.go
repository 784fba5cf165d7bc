// Command flott runs Flink SQL jobs. This file is the list of its commands;
// each has a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		var shown shownError
		if !errors.As(err, &shown) {
			fmt.Fprintf(os.Stderr, "flott: %v\n", err)
		}
		os.Exit(exitCode(err))
	}
}

// shownError is an error that was already shown to the user.
type shownError struct{ error }

// Unwrap returns the error.
func (e shownError) Unwrap() error { return e.error }

// usageError is a mistake on the command line.
type usageError struct{ error }

// exitCode is 2 for a mistake on the command line, else 1.
func exitCode(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "flott",
		Short:         "Runs Flink SQL: a stream processor in one binary",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	cmd.AddCommand(runCommand())
	return cmd
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return info.Main.Version
}

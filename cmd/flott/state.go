package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/storage"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/inspect"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/backends"
	"github.com/flottstream/flott/internal/tableau"
)

const stateHelp = `State looks into checkpoints and savepoints. Nothing is changed, and no job needs
to run.

PATH is a folder with checkpoints somewhere below it, one checkpoint (…/chk-<n>),
one savepoint, or its _metadata file: a path, or the URL of a storage
(s3://bucket/…; give its options with -D, as in the job's configuration).`

// stateFlags are the flags of `flott state`.
type stateFlags struct {
	settings []string
	operator string
	state    string
	style    string
	limit    int64
}

func stateCommand() *cobra.Command {
	var f stateFlags
	cmd := &cobra.Command{
		Use:   "state",
		Short: "Look into checkpoints and savepoints",
		Long:  stateHelp,
		Example: `  flott state ls checkpoints/
  flott state ls checkpoints/4f0c…/chk-41
  flott state show checkpoints/4f0c…/chk-41 --operator GroupAggregate[3]
  flott state dump checkpoints/4f0c…/chk-41 --operator GroupAggregate[3] --state groupAgg -o json`,
		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringArrayVarP(&f.settings, "define", "D", nil, "`key=value` of the configuration, such as s3.endpoint; may be repeated")
	ls := &cobra.Command{
		Use:   "ls PATH",
		Short: "List the checkpoints in a folder, or the operators in one",
		Long: `Ls lists the checkpoints and savepoints below a folder, or the operators in one
checkpoint with the size of their state.

Files that a checkpoint needs are looked for; one that lacks a file is shown as
broken.`,
		Example: `  flott state ls checkpoints/
  flott state ls savepoints/savepoint-4f0c2e-1d5a0f7be341`,
	}
	show := &cobra.Command{
		Use:   "show [flags] PATH",
		Short: "Show the states of operators, and where they are big",
		Long: `Show prints the states of each operator with their types, its subtasks with their
size, and the key groups and keys that hold most. It reads all keyed state of the
operators it shows. Sizes of key groups are those before compression.`,
		Example: `  flott state show checkpoints/4f0c…/chk-41
  flott state show checkpoints/4f0c…/chk-41 --operator 77aa`,
	}
	show.Flags().StringVar(&f.operator, "operator", "", "only this `OPERATOR`: its UID or name, or how that begins")
	dump := &cobra.Command{
		Use:   "dump [flags] PATH",
		Short: "Print the entries of a state",
		Long: `Dump prints the entries of one state of one operator, a row each: the key, the
record, and what flott keeps beside it. What has no columns, such as accumulators,
is shown as bytes (x'…').

Of an operator's list the rows are its records; of a source's splits (--state
splits) they are where it stood.`,
		Example: `  flott state dump checkpoints/4f0c…/chk-41 --operator Join[5] --state left -o json
  flott state dump savepoints/savepoint-4f0c2e-1d5a0f7be341 --operator 0b7e --state splits`,
	}
	dump.Flags().StringVar(&f.operator, "operator", "", "the `OPERATOR`: its UID or name, or how that begins")
	dump.Flags().StringVar(&f.state, "state", "", "the `STATE`, by name; may be left out if there is only one")
	dump.Flags().StringVarP(&f.style, "output", "o", string(tableau.Tableau), "`style` of the rows: tableau, csv or json")
	dump.Flags().Int64Var(&f.limit, "limit", 0, "stop after `N` rows; 0 prints all")
	ls.RunE = f.with(listState)
	show.RunE = f.with(showState)
	dump.RunE = f.with(dumpState)
	cmd.AddCommand(ls, show, dump)
	return cmd
}

// with runs a command on the one PATH it is given.
func (f *stateFlags) with(run func(context.Context, *stateFlags, string, io.Writer) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{fmt.Errorf("%s takes one PATH, got %d", cmd.CommandPath(), len(args))}
		}
		ctx := cmd.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		return run(ctx, f, args[0], cmd.OutOrStdout())
	}
}

// storage opens what any checkpoint lies in.
func (f *stateFlags) storage(ctx context.Context) (*snapshot.Storage, error) {
	cfg := config.New()
	for _, s := range f.settings {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("-D %s: expected key=value", s)}
		}
		if err := cfg.Set(key, value); err != nil {
			return nil, usageError{fmt.Errorf("-D %s: %w", key, err)}
		}
	}
	return snapshot.OpenStorage(ctx, snapshot.Settings{Storage: cfg.Storage()}, func(url string, options map[string]string) (blob.Store, error) {
		return storage.Open(ctx, url, options)
	})
}

// open opens one checkpoint; the storage is to be closed.
func (f *stateFlags) open(ctx context.Context, path string) (*inspect.Checkpoint, *snapshot.Storage, error) {
	store, err := f.storage(ctx)
	if err != nil {
		return nil, nil, err
	}
	c, err := inspect.Open(ctx, store, path, openKeyed)
	if err != nil {
		store.Close()
		return nil, nil, err
	}
	return c, store, nil
}

// openKeyed opens keyed state of any format.
func openKeyed(ctx context.Context, part state.Part, files state.Files) (state.Source, error) {
	return backends.Source(ctx, part, files, "")
}

// isMissing reports that there is no checkpoint at a path: it may be a folder of some.
func isMissing(err error) bool { return errors.Is(err, blob.ErrNotExist) }

// sizeText prints a number of bytes for people.
func sizeText(n int64) string {
	const units = "kMGTP"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.95 && unit < len(units)-1 {
		f, unit = f/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", f, units[unit])
}

// whenText prints a time in ms since 1970.
func whenText(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02 15:04:05") }

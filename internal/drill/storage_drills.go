package drill

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	toxics "github.com/Shopify/toxiproxy/v2/client"
)

// storageDrills break what the job writes to and reads from.
var storageDrills = []*Drill{
	{
		Name: "storage-down", Lasting: true, Title: "the checkpoints' folder cannot be written", Cause: "checkpoint-declined", Also: []string{"checkpoint-failing", "checkpoint-storage-slow"},
		On: everywhere, Job: eachRow.with("execution.checkpointing.tolerable-failed-checkpoints", "1000"),
		Break:  func(_ context.Context, l *Lab) error { return l.blockFolders() },
		Abroad: cutAbroad,
	},
	{
		Name: "storage-full", Lasting: true, Title: "the checkpoints' file system has room for one page", Cause: "checkpoint-declined", Also: []string{"checkpoint-failing", "checkpoint-storage-slow"},
		On: everywhere, Job: eachRow.with("execution.checkpointing.tolerable-failed-checkpoints", "1000"), Why: "it must hide the folder of the checkpoints",
		Break: func(ctx context.Context, l *Lab) error { return l.fillFolder(ctx, 4<<10) },
	},
	{
		Name: "kafka-outage", Lasting: true, Title: "the broker of the results does not answer", Cause: "slow-sink", Also: []string{"kafka-unavailable", "user-exception", "restart-loop", "checkpoint-declined"}, On: everywhere, Job: eachRow,
		Break: func(_ context.Context, l *Lab) error {
			l.Mend("the broker answers again", l.out.Proxy.Clear)
			l.out.Proxy.Cut()
			return nil
		},
		Abroad: cutAbroad,
	},
	{
		Name: "slow-network", Title: "every answer of the results' broker is 400 ms late", Cause: "slow-sink", Also: []string{"checkpoint-sync-slow", "network-loss"}, On: nil, Job: eachRow,
		Why:    "a delay alone is hidden by batches; it takes the connections of a target",
		Abroad: toxicAbroad("latency", "downstream", toxics.Attributes{"latency": 400}),
	},
}

// blockFolders puts files where the job makes folders for its checkpoints.
func (l *Lab) blockFolders() error {
	root := l.checkpoints()
	hidden := root + ".hidden"
	l.Mend("the checkpoints' folder is back", func(context.Context) error {
		if err := os.Remove(root); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if _, err := os.Stat(hidden); err != nil {
			return nil // it was not moved
		}
		return os.Rename(hidden, root)
	})
	if err := os.Rename(root, hidden); err != nil {
		return err
	}
	return os.WriteFile(root, []byte("not a folder: "+filepath.Base(root)+"\n"), 0o444)
}

// fillFolder puts a file system of some bytes where checkpoints go.
func (l *Lab) fillFolder(_ context.Context, bytes int64) error {
	undo, err := limitFolder(l.checkpoints(), bytes)
	if err != nil {
		return &RefusedError{l.drill.Name, err.Error()}
	}
	l.Mend("the checkpoints' folder has room again", func(context.Context) error { return undo() })
	return nil
}

package kafka

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kadm"
)

// commits tells the consumer group about positions, in a goroutine of its own.
// The newest ones wait in a place for one; the reader's goroutine puts them there.
type commits struct {
	newest chan kadm.Offsets // of capacity 1
	cancel context.CancelFunc
	done   chan struct{}
}

func newCommits(parent context.Context, r *reader) *commits {
	ctx, cancel := context.WithCancel(parent)
	c := &commits{newest: make(chan kadm.Offsets, 1), cancel: cancel, done: make(chan struct{})}
	go c.run(ctx, r.fetcher.client, r.group, r.log)
	return c
}

func (c *commits) run(ctx context.Context, client *client, group string, log *slog.Logger) {
	defer close(c.done)
	admin := kadm.NewClient(client.Client)
	for {
		select {
		case offsets := <-c.newest:
			err := admin.CommitAllOffsets(ctx, group, offsets)
			if err != nil && ctx.Err() == nil && log != nil {
				log.Warn("Failed to commit consumer offsets for a checkpoint", "error", client.failed(fmt.Sprintf("cannot commit the offsets of consumer group '%s'", group), err))
			}
		case <-ctx.Done():
			return
		}
	}
}

// put replaces what the goroutine has not taken yet. Only one goroutine calls it.
func (c *commits) put(offsets kadm.Offsets) {
	select {
	case <-c.newest:
	default:
	}
	c.newest <- offsets
}

func (c *commits) close() {
	c.cancel()
	<-c.done
}

package operators

import (
	"context"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rpc"
)

// stuckSink is a sink whose outside world does not answer: Write waits until its
// context ends.
type stuckSink struct{ ctx context.Context }

func (s *stuckSink) Changelog() format.Changelog { return 0 }
func (s *stuckSink) Parallelism() int            { return 0 }
func (s *stuckSink) Writer(ctx *connector.WriterContext) (connector.Writer, error) {
	s.ctx = ctx.Context
	return s, nil
}
func (s *stuckSink) Write(*batch.Batch) error { <-s.ctx.Done(); return s.ctx.Err() }
func (s *stuckSink) Flush(bool) error         { return nil }
func (s *stuckSink) Close() error             { return s.ctx.Err() }

// A task that is cancelled does not wait for a sink that waits for ever.
func TestCancelWhileASinkWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	op := newSink(&jobgraph.Sink{}, &stuckSink{})
	if err := op.(operator.Opener).Open(&operator.Context{Metrics: metrics.NewGroup(nil), Log: rpc.Discard, Canceled: ctx}); err != nil {
		t.Fatal(err)
	}
	schema := bigints("n")
	b := batch.NewBatch(schema, 1)
	appendInts(b, batch.Insert, []int64{1})
	done := make(chan error)
	go func() { done <- op.ProcessBatch(0, b, nil) }()
	cancel()
	if err := <-done; err != context.Canceled {
		t.Errorf("the sink answered %v", err)
	}
}

// Closing a sink that was not cancelled happens before its context ends.
func TestCloseBeforeTheContextEnds(t *testing.T) {
	op := newSink(&jobgraph.Sink{}, &stuckSink{})
	if err := op.(operator.Opener).Open(&operator.Context{Metrics: metrics.NewGroup(nil), Log: rpc.Discard, Canceled: t.Context()}); err != nil {
		t.Fatal(err)
	}
	if err := op.(operator.Closer).Close(); err != nil {
		t.Errorf("the context had ended: %v", err)
	}
}

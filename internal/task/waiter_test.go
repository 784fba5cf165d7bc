package task

import (
	"context"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// waiter keeps each batch for three calls by the clock; while it has the first it is full.
type waiter struct {
	timers operator.Timers
	left   int
	took   int // batches
	log    []string
	ends   func() // called when one call is left
}

func (w *waiter) Open(ctx *operator.Context) error { w.timers = ctx.Timers; return nil }
func (w *waiter) ProcessBatch(_ int, _ *batch.Batch, _ operator.Output) error {
	w.log, w.left = append(w.log, "rows"), 3
	w.took++
	w.timers.Set(0)
	return nil
}
func (w *waiter) OnProcessingTime(now int64, _ operator.Output) error {
	w.log = append(w.log, "tick")
	if w.left--; w.left > 0 {
		w.timers.Set(now + 1)
	}
	if w.left == 1 && w.ends != nil {
		w.ends()
	}
	return nil
}
func (w *waiter) OnWatermark(time int64, _ operator.Output) (int64, error) {
	if time == stream.MaxTime {
		w.log = append(w.log, "end of time")
	}
	return time, nil
}
func (w *waiter) Waiting() bool                { return w.left > 0 }
func (w *waiter) Full() bool                   { return w.left > 0 && w.took == 1 }
func (w *waiter) PrepareSnapshot(int64) error  { w.log = append(w.log, "snapshot"); return nil }
func (w *waiter) Finish(operator.Output) error { w.log = append(w.log, "finish"); return nil }

// An operator that is full gets no rows, and one that waits at the end of the input is
// finished only after that; timers fire and checkpoints are taken meanwhile.
func TestOperatorThatWaits(t *testing.T) {
	b := newBench(t, hashEdge)
	w := &waiter{}
	b.config.Build = func(*jobgraph.Operator, []types.Schema) (operator.Operator, error) { return w, nil }
	b.config.Backend = func(r keygroup.Range, _ *snapshot.OperatorRestore) (state.Backend, error) {
		return heap.New(heap.Options{KeyGroups: r, MaxParallelism: 128}), nil
	}
	b.send(t, 0, 1, 2, 3)
	b.send(t, 0, 4, 5)
	b.config.In[0][0].Send(stream.Element{Kind: stream.EndOfData})
	b.config.In[0][0].Send(stream.Element{Kind: stream.End})
	b.config.Checkpoints.Write = func(context.Context, state.Snapshot, keygroup.Range, Files) (state.Part, error) {
		return state.Part{}, nil
	}
	task := b.task(t)
	w.ends = func() {
		if w.took == 2 {
			task.TriggerCheckpoint(stream.CheckpointBarrier{ID: 7, Aligned: true})
		}
	}
	if err := task.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	// When the input is read to its end between two calls by the clock is not said.
	got, want := strings.Join(w.log, ", "), "rows, tick, tick, tick, rows, tick, tick, tick, finish"
	if plain := strings.NewReplacer("snapshot, ", "", "end of time, ", "").Replace(got); plain != want || !strings.Contains(got, "end of time") {
		t.Errorf("got %s, want %s", got, want)
	}
	if b.master.acks[7] == nil || strings.Index(got, "snapshot") > strings.Index(got, "finish") {
		t.Errorf("no checkpoint while the operator waited: %s, %v", got, b.master.declined)
	}
}

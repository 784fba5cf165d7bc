package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/stream"
)

func barrierOf(id int64) stream.Element {
	return stream.Element{Kind: stream.Barrier, Checkpoint: stream.CheckpointBarrier{ID: id, Unaligned: true}}
}

func keysOf(batches []*batch.Batch) (keys []int64) {
	for _, b := range batches {
		keys = append(keys, b.Cols[0].Int64s()...)
	}
	return keys
}

// A writer with no room left and rows pending sends a barrier without waiting; the
// consumer sees it first, reads what it overtakes, and processes that afterwards.
func TestBarrierDoesNotWait(t *testing.T) {
	w, gates, channels := pair(context.Background(), jobgraph.Hash, 1, Limits{Exclusive: 2})
	g, c := gates[0], channels[0]
	for i := range int64(2) {
		w.Emit(rows(i))
		w.Flush()
	}
	w.Send(stream.Element{Kind: stream.Watermark, Time: 5})
	w.Emit(rows(2)) // stays with the writer
	if w.Available() {
		t.Fatal("both buffers are used")
	}
	if err := w.Send(barrierOf(7)); err != nil {
		t.Fatal(err)
	}
	if n, _ := c.InFlight(); n != 3 || c.overdraft != 1 {
		t.Fatalf("%d buffers in flight, %d of them overdraft, want 3 and 1", n, c.overdraft)
	}
	if n, size := w.Queued(); n != 3 || size != 3*int64(rows(1).SizeBytes()) {
		t.Errorf("%d batches of %d bytes are queued", n, size)
	}
	e, channel, ok := g.Poll()
	if !ok || !e.Announced || e.Checkpoint.ID != 7 {
		t.Fatalf("first comes %v, want the announced barrier", e)
	}
	if _, ok := g.Overtake(channel, 6); ok {
		t.Error("there is no barrier of checkpoint 6")
	}
	for _, read := range []func(int, int64) ([]*batch.Batch, bool){g.Inflight, g.Overtake} {
		ahead, ok := read(channel, 7)
		if got := keysOf(ahead); !ok || !slices.Equal(got, []int64{0, 1, 2}) {
			t.Fatalf("ahead of the barrier are %v", got)
		}
	}
	if _, ok := g.Overtake(channel, 7); ok {
		t.Error("the barrier has overtaken already")
	}
	w.Send(stream.Element{Kind: stream.End})
	if _, got := drain(t, g); fmt.Sprint(got) != "[records(1) records(1) watermark(5) records(1) end]" {
		t.Errorf("later come %v", got)
	}
	if n, _ := c.InFlight(); n != 0 || c.overdraft != 0 || w.spare.used.Load() != 0 {
		t.Errorf("%d buffers, %d overdraft are still accounted for", n, c.overdraft)
	}
}

// Where edges keep their order, and where checkpoints are aligned, nothing is
// announced; but no barrier waits.
func TestOrderedBarriers(t *testing.T) {
	for _, dist := range []jobgraph.Distribution{jobgraph.Forward, jobgraph.Rescale, jobgraph.Broadcast, jobgraph.Global, jobgraph.Hash} {
		w, gates, _ := pair(context.Background(), dist, 1, Limits{Exclusive: 1})
		w.Emit(rows(1))
		w.Flush()
		w.Emit(rows(2))
		e := barrierOf(1)
		e.Checkpoint.Unaligned = dist != jobgraph.Hash
		w.Send(e)
		if _, got := drain(t, gates[0]); fmt.Sprint(got) != "[records(1) records(1) barrier(1)]" {
			t.Errorf("%s: %v", dist, got)
		}
	}
}

// An announcement reaches a consumer that has blocked the channel, one that attaches
// later, and is replaced by a newer one; a barrier reached in its place is not told
// of again.
func TestAnnouncements(t *testing.T) {
	c := NewChannel(DefaultLimits)
	c.Announce(barrierOf(1))
	wake := make(chan struct{}, 1)
	g := NewGate([]*Channel{c}, 8, wake)
	select {
	case <-wake:
	default:
		t.Fatal("the consumer was not woken")
	}
	g.Block(0)
	if e, _, ok := g.PollUrgent(); !ok || e.Checkpoint.ID != 1 {
		t.Fatalf("got %v", e)
	}
	c.Announce(barrierOf(2))
	c.Announce(barrierOf(3))
	if e, _, ok := g.Poll(); !ok || e.Checkpoint.ID != 3 || !e.Announced {
		t.Fatalf("got %v, want the newest", e)
	}
	if e, _, ok := g.Poll(); ok {
		t.Fatalf("the channel is blocked, but gave %v", e)
	}
	c.Announce(barrierOf(4))
	for range 4 {
		c.pop()
	}
	if e, _, ok := g.PollUrgent(); ok {
		t.Fatalf("%v was reached before", e)
	}
}

// The end of a channel is announced to who awaits it, whether it is there or comes.
func TestAwaitedEnd(t *testing.T) {
	for _, before := range []bool{true, false} {
		c := NewChannel(DefaultLimits)
		g := NewGate([]*Channel{c}, 8, make(chan struct{}, 1))
		c.Push(context.Background(), rows(1, 2))
		c.Send(stream.Element{Kind: stream.EndOfData})
		if before {
			c.Send(stream.Element{Kind: stream.End})
		}
		g.Await(0)
		if !before {
			if e, _, ok := g.PollUrgent(); ok {
				t.Fatalf("%v: EndOfData is not the end", e)
			}
			c.Send(stream.Element{Kind: stream.End})
		}
		if e, _, ok := g.Poll(); !ok || e.Kind != stream.End || !e.Announced {
			t.Fatalf("got %v, want the announced end", e)
		}
		ahead, ok := g.Overtake(0, 9)
		if got := keysOf(ahead); !ok || !slices.Equal(got, []int64{1, 2}) {
			t.Fatalf("ahead of the end are %v", got)
		}
		if _, got := drain(t, g); fmt.Sprint(got) != "[records(2) end of data end]" {
			t.Errorf("later come %v", got)
		}
	}
	c := NewChannel(DefaultLimits)
	g := NewGate([]*Channel{c}, 8, make(chan struct{}, 1))
	g.Await(0)
	g.Unblock()
	c.Send(stream.Element{Kind: stream.End})
	if _, _, ok := g.PollUrgent(); ok {
		t.Error("nobody awaits the end any more")
	}
}

// With overdraft a writer finishes what it has begun, then it is not Available until
// buffers are back, and is woken then.
func TestOverdraft(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	c := NewChannel(Limits{Exclusive: 2})
	g := NewGate([]*Channel{c}, 1, make(chan struct{}, 1))
	wake := make(chan struct{}, 1)
	w := NewWriter(WriterConfig{Context: ctx, Edge: jobgraph.Edge{Dist: jobgraph.Forward, Schema: schema},
		Channels: []*Channel{c}, MaxParallelism: 128, BatchRows: 1, Waited: new(metrics.Timer), Overdraft: 2, Wake: wake})
	for i := range 5 { // 2 exclusive, 1 floating, 2 overdraft
		if got, want := w.Available(), i < 3; got != want {
			t.Fatalf("with %d batches in flight Available is %v", i, got)
		}
		if err := w.Emit(rows(int64(i))); err != nil {
			t.Fatal(err)
		}
	}
	cancel(errors.New("full"))
	if _, err := c.Push(ctx, rows(9)); err == nil {
		t.Fatal("the sixth must wait")
	}
	for left := 4; left >= 0; left-- {
		e, _, _ := g.Poll()
		g.Recycle(0, e.Batch)
		select {
		case <-wake:
		default:
			t.Fatalf("with %d batches left nobody was woken", left)
		}
		if got, want := w.Available(), left < 3; got != want {
			t.Fatalf("with %d batches left Available is %v", left, got)
		}
		c.watched = true
	}
	if used := g.floating.used.Load() + w.spare.used.Load(); used != 0 || c.buffers != 0 {
		t.Errorf("%d shared buffers, %d in all are still accounted for", used, c.buffers)
	}
}

// What has room is handed over, the rest stays with the writer, in order.
func TestFlushFree(t *testing.T) {
	w, gates, channels := pair(context.Background(), jobgraph.Broadcast, 2, Limits{Exclusive: 1})
	w.Emit(rows(1))
	w.FlushFree()
	e, _, _ := gates[0].Poll()
	gates[0].Recycle(0, e.Batch)
	w.Emit(rows(2))
	w.FlushFree() // channel 1 is full
	w.Emit(rows(3))
	for i, want := range []int{1, 1} {
		if n, _ := channels[i].InFlight(); n != want {
			t.Errorf("channel %d: %d batches in flight, want %d", i, n, want)
		}
	}
	drain(t, gates[1])
	w.FlushFree()
	if keys, _ := drain(t, gates[0]); !slices.Equal(keys, []int64{2}) {
		t.Errorf("channel 0: %v", keys)
	}
	if keys, _ := drain(t, gates[1]); !slices.Equal(keys, []int64{2, 3}) {
		t.Errorf("channel 1: %v", keys)
	}
}

// Producers on goroutines of their own, a consumer that overtakes: nothing is lost,
// the order of each channel is kept, and what was ahead of a barrier is what its
// producer had sent before it. Mostly for the race detector.
func TestConcurrentOvertaking(t *testing.T) {
	const producers, checkpoints, batches = 3, 20, 10
	wake := make(chan struct{}, 1)
	channels := make([]*Channel, producers)
	for i := range channels {
		channels[i] = NewChannel(Limits{Exclusive: 2})
	}
	g := NewGate(channels, 2, wake)
	var wg sync.WaitGroup
	for _, c := range channels {
		w := NewWriter(WriterConfig{Context: context.Background(), Edge: jobgraph.Edge{Dist: jobgraph.Hash, Keys: []int{0}, Schema: schema},
			Channels: []*Channel{c}, MaxParallelism: 128, BatchRows: 2, Waited: new(metrics.Timer)})
		wg.Go(func() {
			next := int64(0)
			for id := range int64(checkpoints) {
				for range batches {
					w.Emit(rows(next))
					next++
					w.Queued()
				}
				w.Send(barrierOf(id + 1))
			}
			w.Send(stream.Element{Kind: stream.End})
		})
	}
	var processed [producers]int64
	for open := producers; open > 0; {
		e, c, ok := g.Poll()
		if !ok {
			<-wake
			continue
		}
		switch {
		case e.Kind == stream.Records:
			for _, k := range e.Batch.Cols[0].Int64s() {
				if k != processed[c] {
					t.Fatalf("channel %d: row %d comes, want %d", c, k, processed[c])
				}
				processed[c]++
			}
			g.Recycle(c, e.Batch)
		case e.Kind == stream.End:
			open--
		case e.Announced:
			ahead, ok := g.Overtake(c, e.Checkpoint.ID)
			if !ok {
				t.Fatalf("channel %d: barrier %d was announced, but is not there", c, e.Checkpoint.ID)
			}
			at := processed[c]
			for _, k := range keysOf(ahead) {
				if k != at {
					t.Fatalf("channel %d: row %d is ahead, want %d", c, k, at)
				}
				at++
			}
			if at != e.Checkpoint.ID*batches {
				t.Fatalf("channel %d: barrier %d is behind %d rows", c, e.Checkpoint.ID, at)
			}
		}
	}
	wg.Wait()
	for c, n := range processed {
		if n != checkpoints*batches {
			t.Errorf("channel %d: %d rows", c, n)
		}
		if n, _ := channels[c].InFlight(); n != 0 {
			t.Errorf("channel %d: %d buffers are still accounted for", c, n)
		}
	}
}

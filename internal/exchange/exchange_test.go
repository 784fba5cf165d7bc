package exchange

import (
	"context"
	"errors"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

var schema = types.Schema{{Name: "k", Type: types.Of(types.BigInt).NotNull()}, {Name: "s", Type: types.String()}}

func rows(keys ...int64) *batch.Batch {
	b := batch.NewBatch(schema, len(keys))
	for _, k := range keys {
		b.Cols[0].AppendInt64(k)
		b.Cols[1].AppendString("v")
	}
	b.SetLen()
	return b
}

// pair is one producer and width consumers joined by dist.
func pair(ctx context.Context, dist jobgraph.Distribution, width int, limits Limits) (*Writer, []*Gate, []*Channel) {
	channels := make([]*Channel, width)
	gates := make([]*Gate, width)
	for i := range channels {
		channels[i] = NewChannel(limits)
		gates[i] = NewGate(channels[i:i+1], limits.Floating, make(chan struct{}, 1))
	}
	w := NewWriter(WriterConfig{
		Context: ctx, Edge: jobgraph.Edge{Dist: dist, Keys: []int{0}, Schema: schema}, Channels: channels,
		MaxParallelism: 128, BatchRows: 4, Waited: new(metrics.Timer),
	})
	return w, gates, channels
}

func drain(t *testing.T, g *Gate) (keys []int64, elements []string) {
	t.Helper()
	for {
		e, c, ok := g.Poll()
		if !ok {
			return keys, elements
		}
		elements = append(elements, e.String())
		if e.Kind == stream.Records {
			keys = append(keys, e.Batch.Cols[0].Int64s()...)
			g.Recycle(c, e.Batch)
		}
	}
}

// Every row reaches exactly the subtask that owns its key group, in order.
func TestHashRoutesByKeyGroup(t *testing.T) {
	w, gates, _ := pair(context.Background(), jobgraph.Hash, 3, Limits{Exclusive: 100})
	var in []int64
	for k := range int64(100) {
		in = append(in, k%17)
	}
	if err := w.Emit(rows(in...)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for i, g := range gates {
		keys, _ := drain(t, g)
		total += len(keys)
		for _, k := range keys {
			if owner := keygroup.Subtask(keygroup.Of(keygroup.Hash8(uint64(k)), 128), 128, 3); owner != i {
				t.Errorf("key %d went to subtask %d, its key group belongs to %d", k, i, owner)
			}
		}
	}
	if total != len(in) {
		t.Errorf("%d rows arrived of %d", total, len(in))
	}
}

// The key groups are those of the consumer, also if the producer has more subtasks
// than the job has key groups.
func TestHashRoutesByKeyGroupOfTheConsumer(t *testing.T) {
	g := &jobgraph.StreamGraph{Parallelism: 3, MaxParallelism: 128, Operators: []*jobgraph.Operator{
		{ID: 0, Name: "source", Parallelism: 200, Schema: schema},
		{ID: 1, Name: "sum", Inputs: []jobgraph.Input{{From: 0, Dist: jobgraph.Hash, Keys: []int{0}}}, Schema: schema},
	}}
	job, err := jobgraph.Chain(g)
	if err != nil {
		t.Fatal(err)
	}
	producer := job.Vertices[0]
	channels := []*Channel{NewChannel(Limits{Exclusive: 2000}), NewChannel(Limits{Exclusive: 2000}), NewChannel(Limits{Exclusive: 2000})}
	w := NewWriter(WriterConfig{Context: t.Context(), Edge: producer.Outputs[0], Channels: channels, MaxParallelism: producer.MaxParallelism, BatchRows: 4})
	var in []int64
	for k := range int64(3000) {
		in = append(in, k)
	}
	if err := w.Emit(rows(in...)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	for i, c := range channels {
		keys, _ := drain(t, NewGate([]*Channel{c}, 0, make(chan struct{}, 1)))
		own := keygroup.RangeOf(i, job.Vertices[1].MaxParallelism, 3)
		for _, k := range keys {
			if group := keygroup.Of(keygroup.Hash8(uint64(k)), job.Vertices[1].MaxParallelism); group < own.Start || group > own.End {
				t.Errorf("key %d of key group %d went to subtask %d, which has %v", k, group, i, own)
			}
		}
	}
}

// Control elements stay behind the rows before them and ahead of those after.
func TestControlElementsKeepTheirPlace(t *testing.T) {
	w, gates, _ := pair(context.Background(), jobgraph.Forward, 1, Limits{Exclusive: 100})
	w.Emit(rows(1))
	w.Send(stream.Element{Kind: stream.Watermark, Time: 5})
	w.Send(stream.Element{Kind: stream.Watermark, Time: 6})
	w.Emit(rows(2))
	w.Send(stream.Element{Kind: stream.End})
	_, got := drain(t, gates[0])
	want := []string{"records(1)", "watermark(6)", "records(1)", "end"}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v (a watermark replaces the one right before it)", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// A producer waits when its buffers are used up and goes on when one comes back.
func TestFullChannelBlocksTheProducer(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	w, gates, channels := pair(ctx, jobgraph.Forward, 1, Limits{Exclusive: 2, Floating: 1})
	pushed := make(chan error)
	go func() {
		for i := range int64(4) {
			if err := w.Emit(rows(i)); err != nil {
				pushed <- err
				return
			}
			if err := w.Flush(); err != nil {
				pushed <- err
				return
			}
			pushed <- nil
		}
		close(pushed)
	}()
	for range 3 { // two exclusive, one floating
		if err := <-pushed; err != nil {
			t.Fatal(err)
		}
	}
	if n, _ := channels[0].InFlight(); n != 3 {
		t.Fatalf("%d buffers in flight, want 3", n)
	}
	e, c, ok := gates[0].Poll()
	if !ok {
		t.Fatal("nothing to poll")
	}
	gates[0].Recycle(c, e.Batch)
	if err := <-pushed; err != nil {
		t.Fatal(err)
	}
	cause := errors.New("stop")
	go func() { cancel(cause) }()
	if err := w.Emit(rows(9, 9, 9, 9)); !errors.Is(err, cause) {
		t.Fatalf("a blocked producer must end with the cause of its context, got %v", err)
	}
}

func TestBlockedChannelIsSkipped(t *testing.T) {
	a, b := NewChannel(DefaultLimits), NewChannel(DefaultLimits)
	g := NewGate([]*Channel{a, b}, 8, make(chan struct{}, 1))
	a.Send(stream.Element{Kind: stream.Barrier, Checkpoint: stream.CheckpointBarrier{ID: 1}})
	a.Send(stream.Element{Kind: stream.Watermark, Time: 1})
	if _, c, ok := g.Poll(); !ok || c != 0 {
		t.Fatal("the barrier of channel 0 must come first")
	}
	g.Block(0)
	b.Send(stream.Element{Kind: stream.Watermark, Time: 2})
	if e, c, ok := g.Poll(); !ok || c != 1 || e.Time != 2 {
		t.Fatalf("got %v of channel %d, want the watermark of channel 1", e, c)
	}
	if e, _, ok := g.Poll(); ok {
		t.Fatalf("channel 0 is blocked, but gave %v", e)
	}
	g.Unblock()
	if e, c, ok := g.Poll(); !ok || c != 0 || e.Time != 1 {
		t.Fatalf("got %v of channel %d after unblocking", e, c)
	}
}

func BenchmarkHashExchange(b *testing.B) {
	w, gates, _ := pair(context.Background(), jobgraph.Hash, 2, Limits{Exclusive: 64})
	w.rows = batch.Capacity
	keys := make([]int64, batch.Capacity)
	for i := range keys {
		keys[i] = int64(i) * 7919
	}
	in := rows(keys...)
	b.SetBytes(int64(in.SizeBytes()))
	for b.Loop() {
		w.Emit(in)
		w.Flush()
		for _, g := range gates {
			for {
				e, c, ok := g.Poll()
				if !ok {
					break
				}
				g.Recycle(c, e.Batch)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch.Capacity, "ns/row")
}

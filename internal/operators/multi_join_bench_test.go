package operators

import (
	"math/rand"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/stream"
)

// BenchmarkMultiJoin is a chain of three joins by one key, as one operator and as
// one operator per join: the rows of four inputs, in turn, some of them taken back.
// It reports what is kept at the end.
func BenchmarkMultiJoin(b *testing.B) {
	for _, bench := range []struct {
		name    string
		kind    jobgraph.JoinKind
		perKey  int // rows per key and input
		deletes bool
	}{{"inner/one", jobgraph.Inner, 1, false}, {"inner/three", jobgraph.Inner, 3, false}, {"left/one", jobgraph.Left, 1, true}, {"left/three", jobgraph.Left, 3, true}} {
		c := chainCase{inputs: 4, kinds: []jobgraph.JoinKind{bench.kind, bench.kind, bench.kind}, against: []int{0, 0, 0}, less: make([]bool, 3)}
		for range c.inputs {
			c.updating = append(c.updating, bench.deletes)
		}
		input := chainRows(bench.perKey, bench.deletes)
		run := func(b *testing.B, open func() (func(input int, rows *batch.Batch, out operator.Output) error, []*heap.Backend)) {
			rows, kept, emitted := 0, int64(0), rowCounter{}
			b.ReportAllocs()
			for range b.N {
				b.StopTimer()
				take, backends := open()
				emitted = rowCounter{}
				b.StartTimer()
				for k, in := range input {
					rows += in.Rows()
					if err := take(k%c.inputs, in, &emitted); err != nil {
						b.Fatal(err)
					}
				}
				kept = 0
				for _, s := range backends {
					kept += s.MemoryBytes()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
			b.ReportMetric(float64(kept)/float64(rows/b.N), "state-bytes/row")
			b.ReportMetric(float64(emitted.rows), "rows-out")
		}
		b.Run(bench.name+"/chain", func(b *testing.B) {
			run(b, func() (func(int, *batch.Batch, operator.Output) error, []*heap.Backend) {
				chain := c.binary(b)
				var backends []*heap.Backend
				for _, j := range chain.joins {
					backends = append(backends, openOnHeap(b, j))
				}
				return chain.take, backends
			})
		})
		b.Run(bench.name+"/multi", func(b *testing.B) {
			run(b, func() (func(int, *batch.Batch, operator.Output) error, []*heap.Backend) {
				multi := c.multi(b)
				backend := openOnHeap(b, multi)
				return multi.ProcessBatch, []*heap.Backend{backend}
			})
		})
	}
}

// chainRows are batches for the inputs in turn.
func chainRows(perKey int, deletes bool) []*batch.Batch {
	const batches, size = 64, 1024
	r := rand.New(rand.NewSource(1))
	keys := int64(batches / 4 * size / perKey)
	var there [4][][]int64
	out := make([]*batch.Batch, batches)
	for k := range out {
		b := batch.NewBatch(bigints("k", "v"), size)
		rows := &there[k%4]
		for range size {
			if n := len(*rows); deletes && n > 0 && r.Intn(8) == 0 {
				at := r.Intn(n)
				appendInts(b, batch.Delete, (*rows)[at])
				(*rows)[at] = (*rows)[n-1]
				*rows = (*rows)[:n-1]
				continue
			}
			row := []int64{r.Int63n(keys), r.Int63n(1000)}
			*rows = append(*rows, row)
			appendInts(b, batch.Insert, row)
		}
		out[k] = b
	}
	return out
}

// openOnHeap opens an operator and returns where it keeps its state.
func openOnHeap(b *testing.B, op operator.Operator) *heap.Backend {
	b.Helper()
	all := keygroup.Range{Start: 0, End: keygroup.DefaultMaxParallelism - 1}
	backend := heap.New(heap.Options{KeyGroups: all, MaxParallelism: keygroup.DefaultMaxParallelism})
	err := op.(operator.Opener).Open(&operator.Context{
		Watermark: stream.MinTime, Name: "bench", Parallelism: 1, MaxParallelism: keygroup.DefaultMaxParallelism, KeyGroups: all,
		State: backend, Metrics: metrics.NewGroup(nil), Log: rpc.Discard, Clock: fixedClock{time.UnixMilli(7)}, Timers: &setTimers{},
		Settings: operator.Settings{BatchRows: batch.Capacity, Streaming: true, TimeZone: time.UTC},
	})
	if err != nil {
		b.Fatal(err)
	}
	return backend
}

package task

import (
	"context"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

var numbers = types.Schema{{Name: "n", Type: types.Of(types.BigInt).NotNull()}}

// fakeMaster notes what a task tells.
type fakeMaster struct {
	acks     map[int64]*snapshot.Subtask
	declined map[int64]string
	ended    int
}

func (m *fakeMaster) RequestSplit() {}
func (m *fakeMaster) EndOfData()    { m.ended++ }
func (m *fakeMaster) AckCheckpoint(id int64, s checkpoint.State, _ checkpoint.Metrics) {
	part, err := snapshot.Decode(s, "")
	if err != nil {
		panic(err)
	}
	m.acks[id] = part
}
func (m *fakeMaster) DeclineCheckpoint(id int64, why checkpoint.Reason, cause string) {
	m.declined[id] = why.String() + " " + cause
}

// adder is an operator that counts rows; snapshots notes how many it had counted
// at each checkpoint.
type adder struct {
	rows      int
	snapshots map[int64]int
	finished  int
}

func (a *adder) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	a.rows += b.Rows()
	return nil
}
func (a *adder) PrepareSnapshot(id int64) error { a.snapshots[id] = a.rows; return nil }
func (a *adder) Finish(operator.Output) error   { a.finished++; return nil }

// fakeSource has nothing to read.
type fakeSource struct{ closed int }

func (s *fakeSource) Poll(operator.SourceOutput) (operator.SourceState, error) {
	return operator.SourceWaiting, nil
}
func (s *fakeSource) Wait() <-chan struct{}                   { return nil }
func (s *fakeSource) AddSplits([]connector.Split, bool) error { return nil }
func (s *fakeSource) Positions() ([]connector.Split, error)   { return nil, nil }
func (s *fakeSource) Close() error                            { s.closed++; return nil }

// bench is a task and its surroundings. Parts of checkpoints are made durable at
// once, in the test's goroutine.
type bench struct {
	master *fakeMaster
	adder  *adder
	source *fakeSource
	config Config
}

// newBench prepares a task of an adder behind the input edges, or of a source and an
// adder if there are none.
func newBench(t *testing.T, edges ...jobgraph.Edge) *bench {
	b := &bench{
		master: &fakeMaster{acks: map[int64]*snapshot.Subtask{}, declined: map[int64]string{}},
		adder:  &adder{snapshots: map[int64]int{}},
	}
	v := &jobgraph.Vertex{Name: "adder", Parallelism: 1, MaxParallelism: 128, Inputs: edges}
	if len(edges) == 0 {
		b.source = &fakeSource{}
		v.Chain = append(v.Chain, jobgraph.ChainNode{Op: &jobgraph.Operator{Name: "source", UID: "source", Schema: numbers}, Input: -1})
	}
	v.Chain = append(v.Chain, jobgraph.ChainNode{Op: &jobgraph.Operator{Name: "adder", UID: "adder", Schema: numbers}, Input: len(v.Chain) - 1})
	storage, err := snapshot.OpenStorage(t.Context(), snapshot.Settings{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.config = Config{
		Vertex: v, Master: b.master, Clock: realClock{}, Log: rpc.Discard, Metrics: metrics.NewGroup(nil), FlushEvery: -1,
		Settings: operator.Settings{BatchRows: 16},
		Build:    func(*jobgraph.Operator, []types.Schema) (operator.Operator, error) { return b.adder, nil },
		Source: func(*jobgraph.Operator, int, int, *metrics.Group) (operator.Source, error) {
			if b.source == nil {
				return nil, nil
			}
			return b.source, nil
		},
		Checkpoints: &Checkpoints{
			Files: func(ctx context.Context, barrier stream.CheckpointBarrier) (Files, error) {
				barrier.Kind = stream.Checkpoint // in memory
				return storage.Files(ctx, barrier)
			},
			Go: func(f func()) { f() },
		},
		Files: storage.Reader(),
	}
	for range edges {
		b.config.In = append(b.config.In, []*exchange.Channel{exchange.NewChannel(exchange.Limits{Exclusive: 8})})
	}
	return b
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// task makes the task.
func (b *bench) task(t *testing.T) *Task {
	task, err := New(t.Context(), b.config)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// send queues rows on the channel of an edge.
func (b *bench) send(t *testing.T, edge int, rows ...int64) {
	out := batch.NewBatch(numbers, len(rows))
	for _, n := range rows {
		out.Cols[0].AppendInt64(n)
	}
	out.SetLen()
	if _, err := b.config.In[edge][0].Push(t.Context(), out); err != nil {
		t.Fatal(err)
	}
}

// inflight is how many rows a checkpoint holds beside the state.
func (b *bench) inflight(id int64) (rows int) {
	for _, f := range b.master.acks[id].Inflight {
		rows += int(f.Rows)
	}
	return rows
}

package taskmanager

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

var numbers = types.Schema{{Name: "n", Type: types.Of(types.BigInt).NotNull()}}

// tap is a connector whose source emits what the test sends, until it is closed.
type tap struct{ rows chan int64 }

func (t *tap) Name() string { return "tap" }

func (t *tap) Source(*connector.Env, *connector.Scan) (connector.Source, error) { return t, nil }

func (t *tap) Sink(*connector.Env, *connector.Target) (connector.Sink, error) {
	return nil, errors.New("tap has no sink")
}

func (t *tap) Abilities() connector.Abilities { return connector.Abilities{} }

func (t *tap) Enumerator(context.Context, int) (connector.Enumerator, error) {
	return nil, errors.New("the test hands out the splits")
}

func (t *tap) Reader(*connector.ReaderContext) (connector.Reader, error) {
	return &tapReader{tap: t, wake: make(chan struct{}, 1)}, nil
}

type tapReader struct {
	tap  *tap
	wake chan struct{}
	once sync.Once
	held []int64
	mu   sync.Mutex
	done bool
}

func (r *tapReader) Add([]connector.Split) error { return nil }

// pump moves rows from the tap to held, waking the task.
func (r *tapReader) pump() {
	for n := range r.tap.rows {
		r.mu.Lock()
		r.held = append(r.held, n)
		r.mu.Unlock()
		r.signal()
	}
	r.mu.Lock()
	r.done = true
	r.mu.Unlock()
	r.signal()
}

func (r *tapReader) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *tapReader) Read(b *batch.Batch, _ int) (connector.Progress, error) {
	r.once.Do(func() { go r.pump() })
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.held {
		b.Cols[0].AppendInt64(n)
	}
	b.SetLen()
	r.held = nil
	switch {
	case b.N > 0:
		return connector.Progress{State: connector.More}, nil
	case r.done:
		return connector.Progress{State: connector.Drained}, nil
	}
	return connector.Progress{State: connector.Waiting}, nil
}

func (r *tapReader) Wait() <-chan struct{}                 { return r.wake }
func (r *tapReader) Positions() ([]connector.Split, error) { return nil, nil }
func (r *tapReader) Close() error                          { return nil }

// master records what the TaskManager reports.
type master struct {
	acks   chan rpc.Attempt
	states chan string
	ended  chan error
}

func (m *master) TaskState(a rpc.Attempt, s rpc.State, cause error) {
	if s.Terminal() {
		if cause == nil && s != rpc.Finished {
			cause = fmt.Errorf("%v %s", a, s)
		}
		m.ended <- cause
	}
}
func (m *master) RequestSplit(rpc.Attempt)                   {}
func (m *master) EndOfData(rpc.Attempt)                      {}
func (m *master) DeclineCheckpoint(rpc.Attempt, rpc.Decline) {}
func (m *master) AckCheckpoint(a rpc.Attempt, _ rpc.Ack)     { m.acks <- a }

// collected sums what a job emits.
type collected struct {
	mu   sync.Mutex
	rows []int64
}

func (c *collected) Collect(b *batch.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range b.Rows() {
		c.rows = append(c.rows, b.Cols[0].Int64s()[b.Row(k)])
	}
	return nil
}

// pipeline is two sources, a shuffle by key, and two subtasks that double and
// collect.
func pipeline(t *testing.T) *jobgraph.Graph {
	t.Helper()
	column := &expr.Column{Index: 0, Name: "n", T: numbers[0].Type}
	double, err := expr.Resolve("+", []expr.Expr{column, column})
	if err != nil {
		t.Fatal(err)
	}
	g, err := jobgraph.Chain(&jobgraph.StreamGraph{
		Name: "test", Parallelism: 2, MaxParallelism: 128, Chaining: true,
		Operators: []*jobgraph.Operator{
			{ID: 0, UID: "a", Name: "Source: tap", Schema: numbers, Spec: &jobgraph.Scan{Connector: "tap", Scan: connector.Scan{Fields: []connector.ScanField{{Name: "n", Type: numbers[0].Type}}}}},
			{ID: 1, UID: "b", Name: "Calc", Schema: numbers, Spec: &jobgraph.Calc{Project: []expr.Expr{double}}, Inputs: []jobgraph.Input{{From: 0, Dist: jobgraph.Hash, Keys: []int{0}}}},
			{ID: 2, UID: "c", Name: "Collect", Spec: &jobgraph.Collect{Schema: numbers}, Inputs: []jobgraph.Input{{From: 1}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Vertices) != 2 {
		t.Fatalf("%d vertices, want 2: Calc and Collect are chained", len(g.Vertices))
	}
	return g
}

type clock struct{}

func (clock) Now() time.Time { return time.Now() }

// start runs the pipeline and returns its parts; stop must be called.
func start(t *testing.T, rows chan int64, out *collected) (m *TaskManager, sources []rpc.Attempt, report *master, count int) {
	t.Helper()
	m = New(Options{
		ID: "test", Clock: clock{}, Log: rpc.Discard, Limits: exchange.DefaultLimits,
		Builder: &operators.Builder{Connectors: map[string]connector.Factory{"tap": &tap{rows}}, Env: &connector.Env{}, Collector: out},
		Backend: func(r BackendRequest) (state.Backend, error) {
			return heap.New(heap.Options{KeyGroups: r.Groups, MaxParallelism: r.MaxParallelism}), nil
		},
	})
	t.Cleanup(m.Close)
	storage, err := snapshot.OpenStorage(context.Background(), snapshot.Settings{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.opts.Storage = func(snapshot.Settings) (*snapshot.Storage, error) { return storage, nil }
	report = &master{acks: make(chan rpc.Attempt, 16), states: make(chan string, 64), ended: make(chan error, 16)}
	width := map[int]int{}
	g := pipeline(t)
	for _, v := range g.Vertices {
		for _, e := range append(append([]jobgraph.Edge{}, v.Inputs...), v.Outputs...) {
			width[e.ID] = 2
		}
	}
	for i := len(g.Vertices) - 1; i >= 0; i-- {
		v := g.Vertices[i]
		for s := range v.Parallelism {
			a := rpc.Attempt{Job: "j", Vertex: v.ID, Subtask: s}
			count++
			err := m.Submit(&rpc.Deployment{
				Attempt: a, JobName: "test", Vertex: v, Producers: width, Consumers: width,
				Settings: operator.Settings{BatchRows: 16, Streaming: true, TimeZone: time.UTC}, FlushEvery: time.Millisecond,
				Snapshots: &snapshot.Settings{InlineBytes: 1 << 10},
			}, report)
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Inputs) == 0 {
				sources = append(sources, a)
				m.AddSplits(a, []connector.Split{{ID: fmt.Sprint(s)}}, true)
			}
		}
	}
	return m, sources, report, count
}

// A barrier put in at the sources is acknowledged once by every subtask, with
// all rows before it processed; afterwards rows flow on to the end.
func TestBarriersPassThroughTheJob(t *testing.T) {
	rows, out := make(chan int64), &collected{}
	m, sources, report, count := start(t, rows, out)
	for n := range int64(100) {
		rows <- n
	}
	for _, a := range sources {
		m.TriggerCheckpoint(a, stream.CheckpointBarrier{ID: 1})
	}
	acked := map[rpc.Attempt]int{}
	for range count {
		acked[<-report.acks]++
	}
	if len(acked) != count {
		t.Fatalf("%d of %d subtasks acknowledged: %v", len(acked), count, acked)
	}
	for n := range int64(100) {
		rows <- 100 + n
	}
	close(rows)
	for range count {
		if err := <-report.ended; err != nil {
			t.Fatal(err)
		}
	}
	sort.Slice(out.rows, func(i, j int) bool { return out.rows[i] < out.rows[j] })
	if len(out.rows) != 200 || out.rows[199] != 398 {
		t.Fatalf("%d rows arrived, the last is %v; want 200 and 398", len(out.rows), out.rows[len(out.rows)-1:])
	}
}

// A canceled subtask ends although its input never does.
func TestCancel(t *testing.T) {
	rows, out := make(chan int64), &collected{}
	m, _, report, count := start(t, rows, out)
	rows <- 1
	m.Close()
	for range count {
		if err := <-report.ended; err == nil {
			t.Error("a canceled subtask reported that it finished")
		}
	}
	close(rows)
}

// A stopped source lets what it has read go through, and the job ends.
func TestStop(t *testing.T) {
	rows, out := make(chan int64), &collected{}
	m, sources, report, count := start(t, rows, out)
	for n := range int64(10) {
		rows <- n
	}
	for _, a := range sources {
		m.TriggerCheckpoint(a, stream.CheckpointBarrier{ID: 1})
	}
	for range count {
		<-report.acks // the rows are through
	}
	for _, a := range sources {
		m.Stop(a)
	}
	for range count {
		if err := <-report.ended; err != nil {
			t.Fatal(err)
		}
	}
	if len(out.rows) == 0 {
		t.Error("nothing arrived")
	}
	close(rows)
}

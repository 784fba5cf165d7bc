package task

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/align"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/eventtime"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowbatch"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// Config is what a TaskManager knows about a subtask it is to run.
type Config struct {
	Vertex  *jobgraph.Vertex
	Subtask int
	// In are the channels into the subtask, by edge of Vertex.Inputs; Out the
	// channels out of it, by edge of Vertex.Outputs.
	In, Out  [][]*exchange.Channel
	Floating int // floating buffers of the gate

	Master   Master
	World    actor.World // nil: threads
	Clock    operator.Clock
	Log      *slog.Logger
	Metrics  *metrics.Group // scope of the task
	Settings operator.Settings
	// FlushEvery is execution.buffer-timeout; negative: flush only full batches.
	FlushEvery time.Duration

	// Build makes the operator of a chain node; Source that of a head that is a
	// source (nil if it is not).
	Build   func(op *jobgraph.Operator, inputs []types.Schema) (operator.Operator, error)
	Source  func(op *jobgraph.Operator, subtask, parallelism int, metrics *metrics.Group) (operator.Source, error)
	Backend func(keygroup.Range, *snapshot.OperatorRestore) (state.Backend, error)

	Job         string       // its ID
	Checkpoints *Checkpoints // nil: the job takes none
	Restore     *snapshot.Restore
	Files       state.Files // what Restore refers to
}

// New wires the chain of a subtask and opens its operators. If it fails, what
// was opened is closed again.
func New(ctx context.Context, c Config) (*Task, error) {
	t := &Task{
		name:   fmt.Sprintf("%s (%d/%d)", c.Vertex.Name, c.Subtask+1, c.Vertex.Parallelism),
		log:    c.Log,
		world:  actor.Or(c.World),
		clock:  c.Clock,
		master: c.Master,
		time:   stream.MinTime,
		wake:   make(chan struct{}, 1),
		pace:   newPace(),

		flushEvery: c.FlushEvery,
		idled:      new(metrics.Timer), waited: new(metrics.Timer), blocked: new(metrics.Timer),
		bytesIn: c.Metrics.Counter("numBytesIn"),

		groups:      keygroup.RangeOf(c.Subtask, c.Vertex.MaxParallelism, c.Vertex.Parallelism),
		checkpoints: c.Checkpoints, restore: c.Restore, files: c.Files, vertex: c.Vertex, writing: map[int64]context.CancelFunc{},
	}
	t.ctx, t.cancel = context.WithCancel(ctx)
	t.wireInputs(c)
	if err := t.wireChain(ctx, c); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// wireInputs attaches the channels of all input edges to one gate.
func (t *Task) wireInputs(c Config) {
	var channels []*exchange.Channel
	for e, in := range c.In {
		edge := c.Vertex.Inputs[e]
		t.encoders = append(t.encoders, rowbatch.NewEncoder(edge.Schema, c.Checkpoints != nil && c.Checkpoints.Settings.Compress))
		for i, ch := range in {
			channels = append(channels, ch)
			t.places = append(t.places, place{edge.FromUID, edge.Port, i, e})
		}
	}
	if len(channels) == 0 {
		return
	}
	t.open, t.feeding = len(channels), len(channels)
	t.times = eventtime.NewCombiner(len(channels))
	t.aligner = align.New(len(channels))
	for i, p := range t.places {
		if !exchange.Overtakes(c.Vertex.Inputs[p.edge].Dist) {
			t.aligner.KeepOrder(i)
		}
	}
	t.gate = exchange.NewGate(channels, c.Floating, t.wake)
	t.publishInput(c.Metrics)
}

func (t *Task) wireChain(ctx context.Context, c Config) error {
	t.publishTimes(c.Metrics)
	bytes, buffers := c.Metrics.Counter("numBytesOut"), c.Metrics.Counter("numBuffersOut")
	for i, link := range c.Vertex.Chain {
		group := c.Metrics.Child(map[string]string{"operator_name": link.Op.Name, "operator_id": link.Op.UID})
		n := &node{
			name: link.Op.Name, uid: link.Op.UID, time: stream.MinTime, sent: stream.MinTime,
			in: group.Counter("numRecordsIn"), out: group.Counter("numRecordsOut"),
			watermark: group.Gauge("currentInputWatermark"), passed: group.Gauge("currentOutputWatermark"),
		}
		n.watermark.Set(stream.MinTime)
		n.passed.Set(stream.MinTime)
		t.nodes = append(t.nodes, n)
		if link.Input >= 0 {
			parent := t.nodes[link.Input]
			parent.children = append(parent.children, n)
		}
		for e, edge := range c.Vertex.Outputs {
			if edge.FromNode == i {
				w := exchange.NewWriter(exchange.WriterConfig{
					Context: ctx, Edge: edge, Channels: c.Out[e], Subtask: c.Subtask,
					MaxParallelism: c.Vertex.MaxParallelism, BatchRows: c.Settings.BatchRows, Waited: t.blocked, Bytes: bytes, Buffers: buffers,
					Overdraft: exchange.DefaultOverdraft, Wake: t.wake, World: t.world,
				})
				n.writers, t.edges = append(n.writers, w), append(t.edges, w)
			}
		}
		if err := t.open1(ctx, c, i, n, group); err != nil {
			return fmt.Errorf("%s: %w", link.Op.Name, err)
		}
	}
	t.publishOutput(c.Metrics)
	return nil
}

// open1 builds and opens the operator of one chain node.
func (t *Task) open1(ctx context.Context, c Config, i int, n *node, group *metrics.Group) error {
	op := c.Vertex.Chain[i].Op
	if i == 0 {
		src, err := c.Source(op, c.Subtask, c.Vertex.Parallelism, group)
		if err != nil {
			return err
		}
		if src != nil {
			t.source = src
			return t.openOperator(ctx, c, n, group, src)
		}
	}
	built, err := c.Build(op, c.Vertex.InputSchemas(i))
	if err != nil {
		return err
	}
	n.op = built
	return t.openOperator(ctx, c, n, group, built)
}

// openOperator gives the operator its surroundings and the state it is restored
// from, and sets the node's event time to what it was then.
func (t *Task) openOperator(run context.Context, c Config, n *node, group *metrics.Group, op any) (err error) {
	from := t.restored(n.uid)
	ctx := &operator.Context{
		Name: n.name, Subtask: c.Subtask, Parallelism: c.Vertex.Parallelism, MaxParallelism: c.Vertex.MaxParallelism,
		KeyGroups: t.groups, Metrics: group, Log: c.Log, Clock: c.Clock, Timers: nodeTimers{&t.timers, n}, Settings: c.Settings,
		Watermark: stream.MinTime, Canceled: run, Job: c.Job, UID: n.uid,
		Checkpointing: c.Checkpoints != nil && c.Checkpoints.Settings.AfterFinish,
	}
	if t.restore != nil {
		ctx.Restored = t.restore.Checkpoint
	}
	if from != nil {
		n.time, n.sent, ctx.Watermark = from.In, from.Out, from.In
		n.watermark.Set(n.time)
		n.passed.Set(n.sent)
		if len(t.nodes) == 1 { // the head
			t.time, t.restoredDone = from.In, from.Done
		}
	}
	n.saver, _ = op.(operator.Snapshotter)
	n.listener, _ = op.(operator.CheckpointListener)
	n.waiter, _ = op.(operator.Waiter)
	opener, ok := op.(operator.Opener)
	if !ok {
		return nil
	}
	if n.state, err = c.Backend(t.groups, from); err != nil {
		return err
	}
	ctx.State = n.state
	if err := opener.Open(ctx); err != nil {
		return err
	}
	if lost := n.state.Unclaimed(); len(lost) > 0 {
		t.log.Warn(fmt.Sprintf("%s: the checkpoint has state that the operator no longer uses: %s", n.name, strings.Join(lost, ", ")))
	}
	return nil
}

// AddSplits gives splits to a source task.
func (t *Task) AddSplits(splits []connector.Split, noMore bool) {
	t.post(func() error { return t.source.AddSplits(splits, noMore) })
}

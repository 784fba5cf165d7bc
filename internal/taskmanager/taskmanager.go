// Package taskmanager runs subtasks: it wires their channels, builds their
// operators and reports what becomes of them.
package taskmanager

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/statefile"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/task"
)

// Options configure a TaskManager.
type Options struct {
	ID      string
	Builder *operators.Builder
	// Backend makes the state of one operator of a subtask.
	Backend func(BackendRequest) (state.Backend, error)
	// Storage is where the checkpoints of a job go; its owner closes it.
	Storage func(snapshot.Settings) (*snapshot.Storage, error)
	Limits  exchange.Limits
	World   actor.World // nil: threads
	Clock   operator.Clock
	Log     *slog.Logger
	// Observe, if not nil, makes what is told of every element between two subtasks.
	Observe func(from rpc.Attempt, edge, producer, consumer int) func(stream.Element)
}

// BackendRequest says which state a backend is for.
type BackendRequest struct {
	Groups         keygroup.Range
	MaxParallelism int
	Restore        *snapshot.OperatorRestore // nil: empty
	Files          state.Files               // what Restore refers to
	Checkpoint     int64                     // that Restore is of, 0 if none
}

// TaskManager runs subtasks of any number of jobs. It implements
// rpc.TaskManager and is safe for concurrent use.
type TaskManager struct {
	opts    Options
	metrics *metrics.Group

	mu       sync.Mutex
	channels map[channelID]*exchange.Channel
	tasks    map[rpc.Attempt]*running
	gone     chan struct{} // capacity 1: a task has ended
}

// channelID names the pipe between two subtasks of a job.
type channelID struct {
	job                      string
	edge, producer, consumer int
	attempt                  int
}

// running is a subtask from Submit to its end. Calls that come before the task is
// built wait in early; guarded by TaskManager.mu.
type running struct {
	task   *task.Task // nil until built
	early  []func(*task.Task)
	cancel context.CancelCauseFunc
}

// New returns a TaskManager without tasks.
func New(opts Options) *TaskManager {
	opts.World = actor.Or(opts.World)
	return &TaskManager{
		opts: opts, metrics: metrics.NewGroup(map[string]string{"tm_id": opts.ID}),
		channels: map[channelID]*exchange.Channel{}, tasks: map[rpc.Attempt]*running{}, gone: make(chan struct{}, 1),
	}
}

// Metrics is the root of all tasks' metrics.
func (m *TaskManager) Metrics() *metrics.Group { return m.metrics }

// Submit starts a subtask: it is built, restored and run in its own goroutine.
func (m *TaskManager) Submit(d *rpc.Deployment, master rpc.JobMaster) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	r := &running{cancel: cancel}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.tasks[d.Attempt]; ok {
		return fmt.Errorf("subtask %v was submitted twice", d.Attempt)
	}
	m.tasks[d.Attempt] = r
	in, out := m.wire(d)
	m.opts.World.Go(func() { m.run(ctx, d, r, in, out, master) })
	return nil
}

func (m *TaskManager) run(ctx context.Context, d *rpc.Deployment, r *running, in, out [][]*exchange.Channel, master rpc.JobMaster) {
	a := d.Attempt
	// Profiles and goroutine dumps name the subtask.
	pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("job", a.Job, "vertex", d.Vertex.UID, "task",
		fmt.Sprintf("%s (%d/%d)#%d", d.Vertex.Name, a.Subtask+1, d.Vertex.Parallelism, a.Number))))
	master.TaskState(a, rpc.Initializing, nil)
	err := m.start(ctx, d, r, in, out, master)
	if err == nil {
		master.TaskState(a, rpc.Running, nil)
		err = r.task.Run(ctx)
	}
	state := rpc.Finished
	switch {
	case err != nil && ctx.Err() != nil:
		state, err = rpc.Canceled, nil
	case err != nil:
		state = rpc.Failed
	}
	if err != nil {
		m.opts.Log.Info(fmt.Sprintf("%s (%d/%d)#%d of job %s switched to FAILED with failure cause: %v", d.Vertex.Name, a.Subtask+1, d.Vertex.Parallelism, a.Number, a.Job, err))
	}
	r.cancel(nil)
	m.forget(a)
	master.TaskState(a, state, err)
}

// start builds the task and gives it the calls that came meanwhile.
func (m *TaskManager) start(ctx context.Context, d *rpc.Deployment, r *running, in, out [][]*exchange.Channel, master rpc.JobMaster) error {
	c, err := m.config(ctx, d, master)
	if err != nil {
		return err
	}
	c.In, c.Out = in, out
	t, err := task.New(ctx, c)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r.task = t
	for _, call := range r.early {
		call(t)
	}
	r.early = nil
	return nil
}

func (m *TaskManager) forget(a rpc.Attempt) {
	m.mu.Lock()
	delete(m.tasks, a)
	m.mu.Unlock()
	actor.Signal(m.gone)
}

// config assembles a subtask's surroundings.
func (m *TaskManager) config(ctx context.Context, d *rpc.Deployment, master rpc.JobMaster) (task.Config, error) {
	group := m.metrics.Child(map[string]string{
		"job_id": d.Attempt.Job, "job_name": d.JobName, "task_id": d.Vertex.UID, "task_name": d.Vertex.Name,
		"subtask_index": strconv.Itoa(d.Attempt.Subtask), "task_attempt_num": strconv.Itoa(d.Attempt.Number),
	})
	c := task.Config{
		Vertex: d.Vertex, Subtask: d.Attempt.Subtask, Floating: m.opts.Limits.Floating,
		Master: attemptMaster{d.Attempt, master}, World: m.opts.World, Clock: m.opts.Clock, Log: m.opts.Log, Metrics: group,
		Settings: d.Settings, FlushEvery: d.FlushEvery, Job: d.Attempt.Job, Restore: d.Restore,
		Build: m.opts.Builder.Operator,
		Source: func(op *jobgraph.Operator, _, _ int, _ *metrics.Group) (operator.Source, error) {
			return m.opts.Builder.Source(op)
		},
	}
	files, err := m.checkpoints(ctx, d, &c)
	if err != nil {
		return c, err
	}
	c.Files = files
	c.Backend = func(groups keygroup.Range, from *snapshot.OperatorRestore) (state.Backend, error) {
		r := BackendRequest{Groups: groups, MaxParallelism: d.Vertex.MaxParallelism, Restore: from, Files: files}
		if d.Restore != nil {
			r.Checkpoint = d.Restore.Checkpoint
		}
		return m.opts.Backend(r)
	}
	return c, nil
}

// checkpoints prepares the subtask's part in checkpoints and loads what it is
// restored from; it returns the files that refers to.
func (m *TaskManager) checkpoints(ctx context.Context, d *rpc.Deployment, c *task.Config) (state.Files, error) {
	if d.Snapshots == nil {
		return nil, nil
	}
	storage, err := m.opts.Storage(*d.Snapshots)
	if err != nil {
		return nil, err
	}
	options := statefile.Options{Compress: d.Snapshots.Compress, InlineBytes: d.Snapshots.InlineBytes, MaxParallelism: d.Vertex.MaxParallelism}
	c.Checkpoints = &task.Checkpoints{
		Settings: *d.Snapshots, Go: m.opts.World.Go,
		Files: func(ctx context.Context, b stream.CheckpointBarrier) (task.Files, error) {
			return storage.Files(ctx, b)
		},
		Write: func(ctx context.Context, s state.Snapshot, groups keygroup.Range, files task.Files) (state.Part, error) {
			o := options
			o.Groups = groups
			return statefile.Write(ctx, s, files, o)
		},
	}
	reader := storage.Reader()
	if d.Restore != nil {
		if err := d.Restore.Load(ctx, reader); err != nil {
			return nil, err
		}
	}
	return reader, nil
}

// wire finds or makes the channels of a subtask, by edge. The caller holds mu.
func (m *TaskManager) wire(d *rpc.Deployment) (in, out [][]*exchange.Channel) {
	self, width := d.Attempt.Subtask, d.Vertex.Parallelism
	for _, e := range d.Vertex.Inputs {
		var from []*exchange.Channel
		for p := range d.Producers[e.ID] {
			if jobgraph.Connected(e.Dist, p, d.Producers[e.ID], self, width) {
				from = append(from, m.channel(d.Attempt, e.ID, p, self))
			}
		}
		in = append(in, from)
	}
	for _, e := range d.Vertex.Outputs {
		var to []*exchange.Channel
		for c := range d.Consumers[e.ID] {
			if jobgraph.Connected(e.Dist, self, width, c, d.Consumers[e.ID]) {
				to = append(to, m.channel(d.Attempt, e.ID, self, c))
			}
		}
		out = append(out, to)
	}
	return in, out
}

// channel returns the pipe between two subtasks; the end that comes second
// takes it out of the table.
func (m *TaskManager) channel(a rpc.Attempt, edge, producer, consumer int) *exchange.Channel {
	id := channelID{a.Job, edge, producer, consumer, a.Number}
	c, ok := m.channels[id]
	if ok {
		delete(m.channels, id)
		return c
	}
	c = exchange.NewChannel(m.opts.Limits)
	if m.opts.Observe != nil {
		c.Observe(m.opts.Observe(a, edge, producer, consumer))
	}
	m.channels[id] = c
	return c
}

// Cancel ends a subtask.
func (m *TaskManager) Cancel(a rpc.Attempt) {
	m.mu.Lock()
	r := m.tasks[a]
	m.mu.Unlock()
	if r != nil {
		r.cancel(task.ErrCanceled)
	}
}

// Stop ends a source subtask gracefully.
func (m *TaskManager) Stop(a rpc.Attempt) { m.call(a, func(t *task.Task) { t.Stop() }) }

// AddSplits gives splits to a source subtask.
func (m *TaskManager) AddSplits(a rpc.Attempt, splits []connector.Split, noMore bool) {
	m.call(a, func(t *task.Task) { t.AddSplits(splits, noMore) })
}

// TriggerCheckpoint starts a checkpoint at a subtask.
func (m *TaskManager) TriggerCheckpoint(a rpc.Attempt, b stream.CheckpointBarrier) {
	m.call(a, func(t *task.Task) { t.TriggerCheckpoint(b) })
}

// CheckpointComplete tells a subtask that a checkpoint is final.
func (m *TaskManager) CheckpointComplete(a rpc.Attempt, c checkpoint.Commit) {
	m.call(a, func(t *task.Task) { t.CheckpointComplete(c) })
}

// CheckpointAborted tells a subtask that a checkpoint will not complete.
func (m *TaskManager) CheckpointAborted(a rpc.Attempt, c checkpoint.Abort) {
	m.call(a, func(t *task.Task) { t.CheckpointAborted(c) })
}

// call gives a subtask, if it is there, something to do, in order of the calls.
func (m *TaskManager) call(a rpc.Attempt, f func(*task.Task)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.tasks[a]
	switch {
	case r == nil:
	case r.task == nil:
		r.early = append(r.early, f)
	default:
		f(r.task)
	}
}

// Close cancels all subtasks and waits for them.
func (m *TaskManager) Close() {
	m.mu.Lock()
	for _, r := range m.tasks {
		r.cancel(task.ErrCanceled)
	}
	m.mu.Unlock()
	for m.running() > 0 {
		m.opts.World.Wait(time.Time{}, m.gone, nil, nil)
	}
}

func (m *TaskManager) running() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.tasks)
}

// attemptMaster is a task's line to the master of its job.
type attemptMaster struct {
	attempt rpc.Attempt
	master  rpc.JobMaster
}

func (a attemptMaster) RequestSplit() { a.master.RequestSplit(a.attempt) }
func (a attemptMaster) EndOfData()    { a.master.EndOfData(a.attempt) }

func (a attemptMaster) AckCheckpoint(id int64, s checkpoint.State, m checkpoint.Metrics) {
	a.master.AckCheckpoint(a.attempt, rpc.Ack{Checkpoint: id, State: s, Metrics: m})
}

func (a attemptMaster) DeclineCheckpoint(id int64, why checkpoint.Reason, cause string) {
	a.master.DeclineCheckpoint(a.attempt, rpc.Decline{Checkpoint: id, Reason: why, Cause: cause})
}

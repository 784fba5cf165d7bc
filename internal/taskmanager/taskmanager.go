// Package taskmanager runs subtasks: it wires their channels, builds their
// operators and reports what becomes of them.
package taskmanager

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/task"
)

// Options configure a TaskManager.
type Options struct {
	ID      string
	Builder *operators.Builder
	Backend func(keygroup.Range) state.Backend
	Limits  exchange.Limits
	Clock   operator.Clock
	Log     *slog.Logger
}

// TaskManager runs subtasks of any number of jobs. It implements
// rpc.TaskManager and is safe for concurrent use.
type TaskManager struct {
	opts    Options
	metrics *metrics.Group

	mu       sync.Mutex
	channels map[channelID]*exchange.Channel
	tasks    map[rpc.Attempt]*running
	done     sync.WaitGroup
}

// channelID names the pipe between two subtasks of a job.
type channelID struct {
	job                      string
	edge, producer, consumer int
	attempt                  int
}

type running struct {
	task   *task.Task // nil until built
	cancel context.CancelCauseFunc
}

// New returns a TaskManager without tasks.
func New(opts Options) *TaskManager {
	return &TaskManager{
		opts: opts, metrics: metrics.NewGroup(map[string]string{"tm_id": opts.ID}),
		channels: map[channelID]*exchange.Channel{}, tasks: map[rpc.Attempt]*running{},
	}
}

// Metrics is the root of all tasks' metrics.
func (m *TaskManager) Metrics() *metrics.Group { return m.metrics }

// Submit builds a subtask and starts it.
func (m *TaskManager) Submit(d *rpc.Deployment, master rpc.JobMaster) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	r := &running{cancel: cancel}
	m.mu.Lock()
	if _, ok := m.tasks[d.Attempt]; ok {
		m.mu.Unlock()
		return fmt.Errorf("subtask %v was submitted twice", d.Attempt)
	}
	m.tasks[d.Attempt] = r
	m.done.Add(1)
	m.mu.Unlock()

	t, err := task.New(ctx, m.config(d, master))
	if err != nil {
		m.forget(d.Attempt)
		cancel(err)
		return err
	}
	m.mu.Lock()
	r.task = t
	m.mu.Unlock()
	go m.run(ctx, d.Attempt, t, master)
	return nil
}

func (m *TaskManager) run(ctx context.Context, a rpc.Attempt, t *task.Task, master rpc.JobMaster) {
	master.TaskState(a, rpc.Running, nil)
	err := t.Run(ctx)
	state := rpc.Finished
	switch {
	case err != nil && ctx.Err() != nil:
		state, err = rpc.Canceled, nil
	case err != nil:
		state = rpc.Failed
	}
	m.forget(a)
	master.TaskState(a, state, err)
}

func (m *TaskManager) forget(a rpc.Attempt) {
	m.mu.Lock()
	delete(m.tasks, a)
	m.mu.Unlock()
	m.done.Done()
}

// config assembles a subtask's surroundings.
func (m *TaskManager) config(d *rpc.Deployment, master rpc.JobMaster) task.Config {
	group := m.metrics.Child(map[string]string{
		"job_id": d.Attempt.Job, "job_name": d.JobName, "task_id": d.Vertex.UID, "task_name": d.Vertex.Name,
		"subtask_index": strconv.Itoa(d.Attempt.Subtask), "task_attempt_num": strconv.Itoa(d.Attempt.Number),
	})
	in, out := m.wire(d)
	return task.Config{
		Vertex: d.Vertex, Subtask: d.Attempt.Subtask, In: in, Out: out, Floating: m.opts.Limits.Floating,
		Master: attemptMaster{d.Attempt, master}, Clock: m.opts.Clock, Log: m.opts.Log, Metrics: group,
		Settings: d.Settings, FlushEvery: d.FlushEvery, Backend: m.opts.Backend,
		Build: m.opts.Builder.Operator,
		Source: func(op *jobgraph.Operator, _, _ int, _ *metrics.Group) (operator.Source, error) {
			return m.opts.Builder.Source(op)
		},
	}
}

// wire finds or makes the channels of a subtask, by edge.
func (m *TaskManager) wire(d *rpc.Deployment) (in, out [][]*exchange.Channel) {
	m.mu.Lock()
	defer m.mu.Unlock()
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
func (m *TaskManager) Stop(a rpc.Attempt) {
	if t := m.task(a); t != nil {
		t.Stop()
	}
}

// AddSplits gives splits to a source subtask.
func (m *TaskManager) AddSplits(a rpc.Attempt, splits []connector.Split, noMore bool) {
	if t := m.task(a); t != nil {
		t.AddSplits(splits, noMore)
	}
}

// TriggerCheckpoint starts a checkpoint at a source subtask.
func (m *TaskManager) TriggerCheckpoint(a rpc.Attempt, b stream.CheckpointBarrier) {
	if t := m.task(a); t != nil {
		t.TriggerCheckpoint(b)
	}
}

func (m *TaskManager) task(a rpc.Attempt) *task.Task {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.tasks[a]; r != nil {
		return r.task
	}
	return nil
}

// Close cancels all subtasks and waits for them.
func (m *TaskManager) Close() {
	m.mu.Lock()
	for _, r := range m.tasks {
		r.cancel(task.ErrCanceled)
	}
	m.mu.Unlock()
	m.done.Wait()
}

// attemptMaster is a task's line to the master of its job.
type attemptMaster struct {
	attempt rpc.Attempt
	master  rpc.JobMaster
}

func (a attemptMaster) RequestSplit()          { a.master.RequestSplit(a.attempt) }
func (a attemptMaster) AckCheckpoint(id int64) { a.master.AckCheckpoint(a.attempt, id) }

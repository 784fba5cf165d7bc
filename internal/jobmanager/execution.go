package jobmanager

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/schedule"
)

// execution is the newest attempt of a subtask.
type execution struct {
	vertex   *jobgraph.Vertex
	place    int // in JobMaster.execs
	attempt  rpc.Attempt
	state    rpc.State
	input    input
	endedAt  int64                // newest checkpoint triggered when its input ended
	restored *checkpoint.Manifest // what the attempt started from, nil: from nothing
}

// input is how far a subtask is at the end of its input.
type input uint8

const (
	open   input = iota
	ended        // it waits for the checkpoint of its last results
	sealed       // that has completed: it will finish
)

func (e *execution) subtask() schedule.Subtask {
	return schedule.Subtask{Vertex: e.attempt.Vertex, Index: e.attempt.Subtask}
}

func (e *execution) task() checkpoint.Task {
	return checkpoint.Task{Vertex: e.attempt.Vertex, Subtask: e.attempt.Subtask, Attempt: e.attempt.Number}
}

// alive reports that a TaskManager has it.
func (e *execution) alive() bool { return e.state != rpc.Created && !e.state.Terminal() }

// isSource reports that it reads no other subtask.
func (e *execution) isSource() bool { return len(e.vertex.Inputs) == 0 }

// name is what logs call it: "Source: bid (1/4)".
func (e *execution) name() string {
	return fmt.Sprintf("%s (%d/%d)", e.vertex.Name, e.attempt.Subtask+1, e.vertex.Parallelism)
}

// id is Flink's execution attempt ID.
func (m *JobMaster) id(e *execution) string {
	return fmt.Sprintf("%s_%s_%d_%d", m.graphID, e.vertex.UID, e.attempt.Subtask, e.attempt.Number)
}

// find returns the execution of an attempt, nil if it is not the newest.
func (m *JobMaster) find(a rpc.Attempt) *execution {
	e := m.byTask[schedule.Subtask{Vertex: a.Vertex, Index: a.Subtask}]
	if e == nil || e.attempt != a {
		return nil
	}
	return e
}

// shift logs a new state of a subtask and tells the checkpoints of it.
func (m *JobMaster) shift(e *execution, to rpc.State, cause error) {
	line := fmt.Sprintf("%s (%s) switched from %s to %s", e.name(), m.id(e), e.state, to)
	if cause != nil {
		m.info(line+" on "+m.location+".", "cause", cause)
	} else {
		m.info(line + ".")
	}
	e.state = to
	m.record(e)
	state := checkpoint.TaskDeploying
	switch to {
	case rpc.Running:
		state = checkpoint.TaskRunning
	case rpc.Finished:
		state = checkpoint.TaskFinished
	case rpc.Failed, rpc.Canceled, rpc.Canceling:
		state = checkpoint.TaskFailed
	}
	m.step(checkpoint.TaskStateChanged{Task: e.task(), State: state})
}

// deploy starts the subtasks that tasks names, consumers first. It stops at the
// first that cannot be started and returns it with the reason.
func (m *JobMaster) deploy(tasks map[schedule.Subtask]bool, from *start) (*execution, error) {
	width := map[int]int{}
	for _, v := range m.job.Graph.Vertices {
		width[v.ID] = v.Parallelism
	}
	for i := len(m.job.Graph.Vertices) - 1; i >= 0; i-- {
		v := m.job.Graph.Vertices[i]
		producers, consumers := map[int]int{}, map[int]int{}
		for _, e := range v.Inputs {
			producers[e.ID] = width[e.From]
		}
		for _, e := range v.Outputs {
			consumers[e.ID] = width[e.To]
		}
		for subtask := range v.Parallelism {
			if !tasks[schedule.Subtask{Vertex: v.ID, Index: subtask}] {
				continue
			}
			e := m.byTask[schedule.Subtask{Vertex: v.ID, Index: subtask}]
			d := &rpc.Deployment{
				Attempt: e.attempt, JobName: m.job.Graph.Name, Vertex: v, Producers: producers, Consumers: consumers,
				Settings: m.job.Settings, FlushEvery: m.job.FlushEvery, Snapshots: m.snapshots(), Restore: from.subtask(e),
			}
			e.restored = from.manifest
			m.shift(e, rpc.Deploying, nil)
			if err := m.tm.Submit(d, m); err != nil {
				return e, err
			}
			m.stopSource(e)
		}
	}
	return nil, nil
}

// stopSource stops a source if the job is being stopped.
func (m *JobMaster) stopSource(e *execution) {
	if m.stopping && e.alive() && e.isSource() {
		m.tm.Stop(e.attempt)
	}
}

// cancelTask ends a subtask that a TaskManager has.
func (m *JobMaster) cancelTask(e *execution) {
	if e.alive() && e.state != rpc.Canceling {
		m.shift(e, rpc.Canceling, nil)
		m.tm.Cancel(e.attempt)
	}
}

var errGone = errors.New("the TaskManager has ended the subtask")

// TaskState takes a report of a TaskManager.
func (m *JobMaster) TaskState(a rpc.Attempt, s rpc.State, cause error) {
	m.post(func() { m.taskState(a, s, cause) })
}

func (m *JobMaster) taskState(a rpc.Attempt, s rpc.State, cause error) {
	e := m.find(a)
	if e == nil || !e.alive() || e.state == s {
		return
	}
	canceling := e.state == rpc.Canceling
	if canceling {
		if !s.Terminal() {
			return
		}
		// Whatever it failed of, it was to end.
		s, cause = rpc.Canceled, nil
	}
	if cause != nil {
		s = rpc.Failed
	}
	if cause == nil && (s == rpc.Failed || s == rpc.Canceled && !canceling) {
		s, cause = rpc.Failed, errGone
	}
	m.shift(e, s, cause)
	if s == rpc.Failed {
		m.taskFailed(e, cause)
	}
	m.finalCheckpoint()
}

// RequestSplit takes a source subtask's request.
func (m *JobMaster) RequestSplit(a rpc.Attempt) {
	m.post(func() {
		e, c := m.find(a), m.source(a.Vertex)
		if e != nil && e.alive() && e.state != rpc.Canceling && c != nil {
			m.assign(c, c.asked(a.Subtask))
		}
	})
}

// source is the coordinator of a vertex, nil if it reads no table.
func (m *JobMaster) source(vertex int) *coordinator {
	for _, c := range m.sources {
		if c.vertex == vertex {
			return c
		}
	}
	return nil
}

// assign gives splits to subtasks that can take them. Those of a subtask that
// cannot come back when it restarts.
func (m *JobMaster) assign(c *coordinator, as []assignment) {
	for _, a := range as {
		e := m.byTask[schedule.Subtask{Vertex: c.vertex, Index: a.subtask}]
		if e.alive() && e.state != rpc.Canceling {
			m.tm.AddSplits(e.attempt, a.splits, a.noMore)
		}
	}
}

// scan is the table a vertex reads, nil if it reads none.
func scan(v *jobgraph.Vertex) *jobgraph.Scan {
	if len(v.Chain) == 0 || v.Chain[0].Op == nil {
		return nil
	}
	spec, _ := v.Chain[0].Op.Spec.(*jobgraph.Scan)
	return spec
}

// openSources opens the enumerators that are not open, or that a restart from an
// older checkpoint than they were opened with has made useless.
func (m *JobMaster) openSources(ctx context.Context, from *start) error {
	for _, v := range m.job.Graph.Vertices {
		spec, old := scan(v), m.source(v.ID)
		if spec == nil || old != nil && old.enumerator != nil && old.base <= from.id() {
			continue
		}
		c, err := m.openSource(ctx, v, spec, old, from)
		if err != nil {
			return err
		}
		m.forget(v.ID)
		m.sources = append(m.sources, c)
	}
	return nil
}

func (m *JobMaster) openSource(ctx context.Context, v *jobgraph.Vertex, spec *jobgraph.Scan, old *coordinator, from *start) (*coordinator, error) {
	source, err := m.open(spec)
	if err != nil {
		return nil, err
	}
	enumerator, err := source.Enumerator(ctx, v.Parallelism)
	if err != nil {
		return nil, err
	}
	c := old
	if c == nil || c.base > from.id() {
		c = newCoordinator(v.ID, v.Parallelism)
		c.bounded = source.Abilities().Bounded
		if from.plan != nil {
			splits, _ := from.plan.Splits(v.ID)
			if err := c.restore(from.id(), from.plan.Coordinator(v.ID), splits); err != nil {
				enumerator.Close()
				return nil, err
			}
			if r, ok := enumerator.(connector.Resumer); ok {
				if err := r.Resume(slices.Concat(splits...)); err != nil {
					enumerator.Close()
					return nil, err
				}
			}
		}
	}
	if old != nil {
		old.close()
	}
	c.enumerator, c.interval = enumerator, enumerator.Interval()
	return c, nil
}

// forget takes a vertex's coordinator out of the list.
func (m *JobMaster) forget(vertex int) {
	for i, c := range m.sources {
		if c.vertex == vertex {
			m.sources = append(m.sources[:i:i], m.sources[i+1:]...)
			return
		}
	}
}

// discover starts the goroutine that asks an enumerator for splits now and at its
// interval, unless there is one or all have been found.
func (m *JobMaster) discover(ctx context.Context, c *coordinator) {
	if c.stop != nil || c.complete {
		return
	}
	ctx, c.stop = context.WithCancel(ctx)
	enumerator, interval := c.enumerator, c.interval
	m.job.World.Go(func() { m.discoverLoop(ctx, c, enumerator, interval) })
}

func (m *JobMaster) discoverLoop(ctx context.Context, c *coordinator, enumerator connector.Enumerator, interval time.Duration) {
	for {
		splits, err := enumerator.Discover(ctx)
		last := interval == 0
		m.post(func() {
			switch {
			case ctx.Err() != nil: // closed, or the job is being cancelled
			case err != nil:
				c.close()
				m.failGlobally(err)
			default:
				m.assign(c, c.discovered(splits, last))
			}
		})
		if last || err != nil {
			return
		}
		m.job.World.Wait(m.job.World.Now().Add(interval), ctx.Done(), nil, nil)
		if ctx.Err() != nil {
			return
		}
	}
}

// Package jobmanager runs jobs: it deploys the subtasks of a graph to a
// TaskManager, hands out splits and decides what becomes of the job.
package jobmanager

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rpc"
)

// ErrCanceled is the outcome of a job that was cancelled.
var ErrCanceled = errors.New("the job was canceled")

// JobMaster runs one job. Its loop, Run, owns all state; TaskManagers talk to it
// through the rpc.JobMaster methods, which only post events.
type JobMaster struct {
	job    Job
	tm     rpc.TaskManager
	open   func(*jobgraph.Scan) (connector.Source, error)
	log    *slog.Logger
	events chan func()
	ended  chan struct{} // closed when Run returns: events are no longer taken

	execs    map[rpc.Attempt]rpc.State
	sources  map[int]*coordinator // by vertex
	alive    int                  // executions not terminal
	failure  error                // first failure: the cause of the job's
	stopping bool
}

// NewJobMaster returns a master of a job on a TaskManager. open configures the
// connector of a scan.
func NewJobMaster(job Job, tm rpc.TaskManager, open func(*jobgraph.Scan) (connector.Source, error), log *slog.Logger) *JobMaster {
	return &JobMaster{
		job: job, tm: tm, open: open, log: log,
		events: make(chan func(), 256), ended: make(chan struct{}),
		execs: map[rpc.Attempt]rpc.State{}, sources: map[int]*coordinator{},
	}
}

// Run deploys the job and returns when all of its subtasks have ended: nil if
// they finished, ErrCanceled if ctx was done, else the first failure.
func (m *JobMaster) Run(ctx context.Context) error {
	defer close(m.ended)
	m.log.Info(fmt.Sprintf("Job %s (%s) switched from state CREATED to RUNNING.", m.job.Graph.Name, m.job.ID))
	err := m.deploy(ctx)
	if err != nil {
		m.fail(err)
	}
	canceled := ctx.Done()
	for m.alive > 0 {
		select {
		case event := <-m.events:
			event()
		case <-canceled:
			canceled = nil
			m.fail(ErrCanceled)
		}
	}
	for _, c := range m.sources {
		c.enumerator.Close()
	}
	state := "FINISHED"
	switch {
	case errors.Is(m.failure, ErrCanceled):
		state = "CANCELED"
	case m.failure != nil:
		state = "FAILED"
	}
	m.log.Info(fmt.Sprintf("Job %s (%s) switched from state RUNNING to %s.", m.job.Graph.Name, m.job.ID, state))
	return m.failure
}

// Stop ends the job gracefully: sources stop, what they have read goes through.
func (m *JobMaster) Stop() {
	m.post(func() {
		if m.stopping {
			return
		}
		m.stopping = true
		for a, s := range m.execs {
			if !s.Terminal() && m.isSource(a.Vertex) {
				m.tm.Stop(a)
			}
		}
	})
}

func (m *JobMaster) isSource(vertex int) bool { return len(m.job.Graph.Vertices[vertex].Inputs) == 0 }

func (m *JobMaster) post(event func()) {
	select {
	case m.events <- event:
	case <-m.ended:
	}
}

// deploy starts the subtasks, consumers first, and the discovery of splits.
func (m *JobMaster) deploy(ctx context.Context) error {
	width := map[int]int{}
	for _, v := range m.job.Graph.Vertices {
		width[v.ID] = v.Parallelism
		if err := m.openSource(ctx, v); err != nil {
			return err
		}
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
			a := rpc.Attempt{Job: m.job.ID, Vertex: v.ID, Subtask: subtask}
			m.execs[a] = rpc.Deploying
			m.alive++
			err := m.tm.Submit(&rpc.Deployment{
				Attempt: a, JobName: m.job.Graph.Name, Vertex: v, Producers: producers, Consumers: consumers,
				Settings: m.job.Settings, FlushEvery: m.job.FlushEvery,
			}, m)
			if err != nil {
				m.execs[a] = rpc.Failed
				m.alive--
				return err
			}
		}
	}
	for _, c := range m.sources {
		go m.discover(ctx, c)
	}
	return nil
}

// openSource starts the coordinator of a vertex that reads a table.
func (m *JobMaster) openSource(ctx context.Context, v *jobgraph.Vertex) error {
	spec, ok := v.Chain[0].Op.Spec.(*jobgraph.Scan)
	if !ok {
		return nil
	}
	source, err := m.open(spec)
	if err != nil {
		return err
	}
	enumerator, err := source.Enumerator(ctx, v.Parallelism)
	if err != nil {
		return err
	}
	m.sources[v.ID] = &coordinator{vertex: v.ID, enumerator: enumerator, interval: enumerator.Interval(), parallelism: v.Parallelism}
	return nil
}

// discover calls the enumerator now and at its interval, until the job ends.
func (m *JobMaster) discover(ctx context.Context, c *coordinator) {
	for {
		splits, err := c.enumerator.Discover(ctx)
		if err != nil {
			m.post(func() { m.fail(err) })
			return
		}
		last := c.interval == 0
		m.post(func() { m.assign(c, c.discovered(splits, last)) })
		if last {
			return
		}
		select {
		case <-time.After(c.interval):
		case <-m.ended:
			return
		}
	}
}

func (m *JobMaster) assign(c *coordinator, as []assignment) {
	for _, a := range as {
		m.tm.AddSplits(rpc.Attempt{Job: m.job.ID, Vertex: c.vertex, Subtask: a.subtask}, a.splits, a.noMore)
	}
}

// fail records the job's failure and cancels what still runs.
func (m *JobMaster) fail(cause error) {
	if m.failure == nil {
		m.failure = cause
	}
	for a, s := range m.execs {
		if !s.Terminal() && s != rpc.Canceling {
			m.execs[a] = rpc.Canceling
			m.tm.Cancel(a)
		}
	}
}

// TaskState takes a report of a TaskManager.
func (m *JobMaster) TaskState(a rpc.Attempt, s rpc.State, cause error) {
	m.post(func() {
		before := m.execs[a]
		if before.Terminal() || before == rpc.Canceling && !s.Terminal() {
			return
		}
		m.execs[a] = s
		v := m.job.Graph.Vertices[a.Vertex]
		m.log.Info(fmt.Sprintf("%s (%d/%d) switched from %s to %s.", v.Name, a.Subtask+1, v.Parallelism, before, s))
		if s.Terminal() {
			m.alive--
		}
		if cause != nil {
			m.fail(cause)
		}
	})
}

// RequestSplit takes a source subtask's request.
func (m *JobMaster) RequestSplit(a rpc.Attempt) {
	m.post(func() {
		if c := m.sources[a.Vertex]; c != nil {
			m.assign(c, c.asked(a.Subtask))
		}
	})
}

// AckCheckpoint takes a subtask's acknowledgement.
func (m *JobMaster) AckCheckpoint(a rpc.Attempt, ack rpc.Ack) {}

// DeclineCheckpoint takes a subtask's refusal.
func (m *JobMaster) DeclineCheckpoint(a rpc.Attempt, d rpc.Decline) {}

// EndOfData takes a subtask's report that it waits for a last checkpoint.
func (m *JobMaster) EndOfData(a rpc.Attempt) {}

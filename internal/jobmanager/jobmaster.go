// Package jobmanager runs jobs: it deploys the subtasks of a graph to a
// TaskManager, hands out splits, drives checkpoints and decides what becomes of
// the job when something fails.
//
// What is decided is decided by pure machines: checkpoint.Coordinator (when a
// checkpoint starts, completes or fails), schedule.Failover (what restarts, and
// when) and coordinator (which subtask reads which split). JobMaster carries out
// what they say: one loop owns them all, and everything else reaches it as an
// event.
package jobmanager

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/schedule"
)

// ErrCanceled is the outcome of a job that was cancelled.
var ErrCanceled = errors.New("the job was canceled")

// JobMaster runs one job. Its loop, Run, owns all state; TaskManagers talk to it
// through the rpc.JobMaster methods, which only post events.
type JobMaster struct {
	job      Job
	tm       rpc.TaskManager
	open     func(*jobgraph.Scan) (connector.Source, error)
	log      *slog.Logger
	mail     *mailbox
	ended    chan struct{} // closed when Run returns
	location string        // of the TaskManager, in logs
	graphID  string        // 32 hex digits, part of attempt IDs

	status   checkpoint.JobStatus
	execs    []*execution // by vertex and subtask
	byTask   map[schedule.Subtask]*execution
	sources  []*coordinator // in order of the graph's vertices
	failure  error          // the outcome of a job that is failing
	stopping bool           // sources have been asked to stop

	failover *schedule.Failover
	pending  *restart // nil: nothing waits for its restart

	checkpoints // nil coord: none are taken

	io      context.Context // of work in the background; outlives the job's
	cancel  context.CancelFunc
	working int // pieces of work in the background

	metrics *metrics.Group
	told    told // what other goroutines may ask for
}

// NewJobMaster returns a master of a job on a TaskManager. open configures the
// connector of a scan.
func NewJobMaster(job Job, tm rpc.TaskManager, open func(*jobgraph.Scan) (connector.Source, error), log *slog.Logger) *JobMaster {
	if job.Restart == (schedule.Options{}) {
		job.Restart = schedule.Default()
	}
	job.World = actor.Or(job.World)
	if job.Random == nil {
		job.Random = rand.Float64
	}
	m := &JobMaster{
		job: job, tm: tm, open: open, log: log, mail: newMailbox(), ended: make(chan struct{}),
		status: checkpoint.JobCreated, byTask: map[schedule.Subtask]*execution{},
		metrics: metrics.NewGroup(map[string]string{"job_id": job.ID, "job_name": job.Graph.Name}),
	}
	m.location = m.tmID() + " @ localhost (dataPort=-1)"
	m.io, m.cancel = context.WithCancel(context.Background())
	m.graphID = randomID()
	periodic := false
	if c := job.Checkpointing; c != nil {
		o := c.Options
		o.JobID, o.JobName = job.ID, job.Graph.Name
		if o.GraphID != "" {
			m.graphID = o.GraphID
		}
		o.GraphID = m.graphID
		periodic = o.Interval > 0
		m.checkpoints = newCheckpoints(*c, o, job.Graph)
		m.told.history = checkpoint.NewHistory(o)
	}
	m.failover = schedule.NewFailover(job.Restart, job.Graph, periodic, job.Random)
	for _, v := range job.Graph.Vertices {
		for subtask := range v.Parallelism {
			e := &execution{vertex: v, place: len(m.execs), attempt: rpc.Attempt{Job: job.ID, Vertex: v.ID, Subtask: subtask}, state: rpc.Created}
			m.execs = append(m.execs, e)
			m.byTask[e.subtask()] = e
		}
	}
	for _, e := range m.execs {
		m.record(e)
	}
	m.publish()
	return m
}

func (m *JobMaster) tmID() string {
	if g := m.tm.Metrics(); g != nil && g.Var("tm_id") != "" {
		return g.Var("tm_id")
	}
	return "local"
}

// shutdownGrace is how long manifests and deletions may take after the job has
// ended.
const shutdownGrace = time.Minute

// Run runs the job to its end: it returns nil if all subtasks finished,
// ErrCanceled if ctx was done before, else what made it fail.
func (m *JobMaster) Run(ctx context.Context) error {
	defer close(m.ended)
	defer m.mail.close()
	defer m.cancel()
	m.begin(ctx)
	canceled := ctx.Done()
	for {
		m.resume(ctx)
		if m.over() {
			break
		}
		m.job.World.Wait(m.deadline(), m.mail.wake, canceled, nil)
		if canceled != nil && ctx.Err() != nil {
			canceled = nil
			m.tick()
			m.cancelJob()
		}
		m.tick()
		m.readMail()
	}
	m.finish()
	return m.failure
}

// readMail calls what was posted.
func (m *JobMaster) readMail() {
	for _, event := range m.mail.take() {
		m.tick()
		event()
	}
}

// begin tells the world and finds out what to start from.
func (m *JobMaster) begin(ctx context.Context) {
	m.info(fmt.Sprintf("Using restart back off time strategy %s for %s (%s).", m.failover.Strategy(), m.job.Graph.Name, m.job.ID))
	m.tick()
	all := m.allTasks()
	m.pending = &restart{tasks: all, due: m.now(), first: true}
	m.keep = m.job.RestoreFrom != nil
	if err := m.restoreFrom(ctx); err != nil {
		if ctx.Err() != nil {
			m.cancelJob()
			return
		}
		m.failJob("", err)
	}
}

// over reports whether nothing is left to run, and what that makes of the job.
func (m *JobMaster) over() bool {
	alive, finished := 0, 0
	for _, e := range m.execs {
		if e.alive() {
			alive++
		}
		if e.state == rpc.Finished {
			finished++
		}
	}
	switch m.status {
	case checkpoint.JobFailing, checkpoint.JobCanceling:
		return alive == 0
	}
	return m.pending == nil && finished == len(m.execs)
}

// finish ends checkpoints, waits for work in the background and tells the outcome.
func (m *JobMaster) finish() {
	outcome := checkpoint.JobFinished
	switch m.status {
	case checkpoint.JobFailing:
		outcome = checkpoint.JobFailed
	case checkpoint.JobCanceling:
		outcome = checkpoint.JobCanceled
	}
	m.transition(outcome, nil)
	if m.keep && outcome != checkpoint.JobFinished {
		m.step(checkpoint.Shutdown{Status: checkpoint.JobSuspended})
	} else {
		m.step(checkpoint.Shutdown{Status: outcome})
	}
	grace := time.AfterFunc(shutdownGrace, m.cancel)
	defer grace.Stop()
	for m.working > 0 {
		m.job.World.Wait(time.Time{}, m.mail.wake, nil, nil)
		m.readMail()
	}
	for _, c := range m.sources {
		c.close()
	}
	m.refuseWaiting()
}

// transition logs a new status of the job.
func (m *JobMaster) transition(to checkpoint.JobStatus, cause error) {
	line := fmt.Sprintf("Job %s (%s) switched from state %s to %s.", m.job.Graph.Name, m.job.ID, m.status, to)
	switch {
	case to == checkpoint.JobRestarting: // the user sees nothing else of it
		m.log.Warn(line, "cause", cause)
	case cause != nil:
		m.info(line, "cause", cause)
	default:
		m.info(line)
	}
	m.status = to
	m.publish()
}

// become is a transition to a status that is not the last.
func (m *JobMaster) become(s checkpoint.JobStatus, cause error) {
	if m.status == s {
		return
	}
	m.transition(s, cause)
	m.step(checkpoint.JobStatusChanged{Status: s})
}

func (m *JobMaster) info(message string, args ...any) { m.log.Info(message, args...) }

// now is the time in ms since 1970.
func (m *JobMaster) now() int64 { return m.job.World.Now().UnixMilli() }

// post makes the loop call event.
func (m *JobMaster) post(event func()) { m.mail.put(event) }

// background does work beside the loop; the loop calls what it returns.
func (m *JobMaster) background(work func(ctx context.Context) func()) {
	m.working++
	m.job.World.Go(func() {
		done := work(m.io)
		m.post(func() {
			m.working--
			done()
		})
	})
}

// Stop ends the job gracefully: sources stop, what they have read goes through.
func (m *JobMaster) Stop() {
	m.post(func() {
		m.stopping = true
		m.step(checkpoint.Leaving{})
		for _, e := range m.execs {
			m.stopSource(e)
		}
	})
}

// told is what is known outside of the loop.
type told struct {
	mu         sync.Mutex
	history    *checkpoint.History
	exceptions []Exception
	status     checkpoint.JobStatus
	entered    map[checkpoint.JobStatus]int64 // ms
	executions []ExecutionReport              // as JobMaster.execs
}

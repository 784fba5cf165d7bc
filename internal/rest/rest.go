// Package rest serves Flink's REST API for the jobs of a process: the paths,
// fields and words of Flink 2.3, so that Flink's command line, dashboards and
// `flott doctor` work against flott.
//
// # Contract
//
// A Handler answers from what Cluster and Job tell at that moment; it holds no
// state but the outcomes of operations it was asked for (savepoints and the like,
// kept for five minutes) and a minute of counters, which rates are made of. A
// figure that flott does not have is left out of the lists of metrics; a field
// that Flink's clients insist on is there with Flink's word for "not known".
//
// # Who may ask
//
// There are no users and no passwords: whoever reaches the port can cancel jobs.
// Therefore Listen binds to loopback unless told otherwise, the Host header must
// name this machine (a web page cannot rebind its own name to it), a request that
// a page of another origin makes is refused, no CORS headers are sent, bodies are
// bounded and secrets are masked.
package rest

import (
	"context"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/metrics"
)

// Cluster is what is served. Its methods are called by many goroutines.
type Cluster interface {
	// Jobs are those that run and those that have ended, oldest first.
	Jobs() []Job
	// Config is what was configured, by key; secrets are masked.
	Config() [][2]string
	// Dispose deletes a savepoint.
	Dispose(ctx context.Context, path string) error
}

// Job is one job. jobmanager.JobMaster has most of it. Its methods are called by
// many goroutines.
type Job interface {
	Info() Info
	Graph() *jobgraph.Graph
	Status() checkpoint.JobStatus
	// Entered is when the job entered the statuses it has been in, in ms since 1970.
	Entered() map[checkpoint.JobStatus]int64
	// Executions is the newest attempt of every subtask, by vertex and subtask.
	Executions() []jobmanager.ExecutionReport
	// Exceptions are the newest failures, oldest first.
	Exceptions() []jobmanager.Exception
	// History calls f with the checkpoints; not at all if the job takes none.
	History(f func(*checkpoint.History))
	// Metrics are those of the job as a whole, under Flink's names.
	Metrics() *metrics.Group
	// TaskMetrics are those of its subtasks and operators.
	TaskMetrics() *metrics.Group

	TriggerSavepoint(ctx context.Context, dir string, format checkpoint.Format) (path string, err error)
	StopWithSavepoint(ctx context.Context, dir string, format checkpoint.Format, drain bool) (path string, err error)
	TriggerCheckpoint(ctx context.Context, full bool) (id int64, err error)
	Cancel()
}

// Info is what does not change while a job runs.
type Info struct {
	ID, Name     string
	Streaming    bool
	Started      time.Time
	Parallelism  int         // default of the job
	Restart      string      // restart strategy, in words
	SavepointDir string      // execution.checkpointing.savepoint-dir
	Config       [][2]string // what was set, masked
}

// Options are what a Handler is told about itself.
type Options struct {
	Version  string // of flott
	Revision string
	// Hosts are names, beside localhost and addresses, that the Host header may have.
	Hosts []string
	// TaskManager is the ID under which this process shows its worker half.
	TaskManager string
	Slots       int
}

// flinkVersion is the version of the API: tools look at it to know what to expect.
const flinkVersion = "2.3.0"

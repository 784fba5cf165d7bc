// Package minicluster is a JobManager and a TaskManager in one process, over
// the same interfaces a cluster uses. `flott run`, the shell and the tests run
// their jobs on it.
package minicluster

import (
	"context"
	"log/slog"
	"time"

	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/taskmanager"
)

// Options configure a cluster; Builder and Backend are required.
type Options struct {
	Builder *operators.Builder
	Backend func(taskmanager.BackendRequest) (state.Backend, error)
	// Storage is where the checkpoints of a job go; nil: jobs take none.
	Storage func(snapshot.Settings) (*snapshot.Storage, error)
	Limits  exchange.Limits // zero: exchange.DefaultLimits
	Clock   operator.Clock  // nil: the wall clock
	Log     *slog.Logger    // nil: no log
}

// Cluster runs jobs in this process.
type Cluster struct {
	opts Options
	tm   *taskmanager.TaskManager
}

// WallClock is the real time.
type WallClock struct{}

// Now is the time.
func (WallClock) Now() time.Time { return time.Now() }

// New starts a cluster. Close ends it.
func New(opts Options) *Cluster {
	if opts.Limits == (exchange.Limits{}) {
		opts.Limits = exchange.DefaultLimits
	}
	if opts.Clock == nil {
		opts.Clock = WallClock{}
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Cluster{opts: opts, tm: taskmanager.New(taskmanager.Options{
		ID: "local", Builder: opts.Builder, Backend: opts.Backend, Storage: opts.Storage, Limits: opts.Limits, Clock: opts.Clock, Log: opts.Log,
	})}
}

// Metrics is the root of the metrics of all tasks.
func (c *Cluster) Metrics() *metrics.Group { return c.tm.Metrics() }

// Submit returns the master of a job; the caller Runs it.
func (c *Cluster) Submit(job jobmanager.Job) *jobmanager.JobMaster {
	return jobmanager.NewJobMaster(job, c.tm, c.opts.Builder.OpenSource, c.opts.Log)
}

// Run runs a job to its end.
func (c *Cluster) Run(ctx context.Context, job jobmanager.Job) error {
	return c.Submit(job).Run(ctx)
}

// Close cancels what still runs and waits for it.
func (c *Cluster) Close() { c.tm.Close() }

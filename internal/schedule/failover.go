package schedule

import (
	"fmt"

	"github.com/flottstream/flott/internal/jobgraph"
)

// Failover answers failures.
type Failover struct {
	regions  *Regions
	strategy Strategy
	full     bool
	restarts int64
}

// NewFailover returns the failover of a job; o must be valid.
func NewFailover(o Options, g *jobgraph.Graph, checkpointing bool, random func() float64) *Failover {
	return &Failover{regions: NewRegions(g), strategy: NewStrategy(o, checkpointing, random), full: o.Failover == Full}
}

// Failure is something that failed.
type Failure struct {
	Now      int64    // ms
	Task     *Subtask // nil: the job as a whole
	Name     string   // of the task in logs: "Source: bid (1/4)"
	Terminal bool     // no restart can help, e.g. a bug in the job or bad configuration
}

// Verdict is what becomes of the job.
type Verdict struct {
	Restart []Subtask // empty: the job fails
	Delay   int64     // ms, before they are deployed again
	// Fail is the exception of a job that fails; its cause is what failed.
	Fail string
	Log  string // line of the jobmaster at INFO
}

// Failed decides about a failure.
func (f *Failover) Failed(x Failure) Verdict {
	if x.Terminal {
		return Verdict{Fail: "The failure is not recoverable"}
	}
	counted := f.strategy.Failed(x.Now)
	delay, ok := f.strategy.Restart(x.Now)
	if !ok {
		return Verdict{Fail: "Recovery is suppressed by " + f.strategy.String()}
	}
	if counted {
		f.restarts++
	}
	v := Verdict{Delay: delay}
	if x.Task == nil {
		v.Restart = f.regions.All()
		v.Log = fmt.Sprintf("%d tasks will be restarted to recover from a global failure.", len(v.Restart))
		return v
	}
	v.Restart = f.regions.Of(*x.Task)
	if f.full {
		v.Restart = f.regions.All()
	}
	v.Log = fmt.Sprintf("%d tasks will be restarted to recover the failed task %s.", len(v.Restart), x.Name)
	return v
}

// Restarts is numRestarts.
func (f *Failover) Restarts() int64 { return f.restarts }

// Strategy is the restart strategy in use, for the log line
// "Using restart back off time strategy … for … (…).".
func (f *Failover) Strategy() string { return f.strategy.String() }

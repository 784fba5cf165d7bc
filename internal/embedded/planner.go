package embedded

import (
	"context"
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/minicluster"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/stream"
)

// Planner carries out a script up to the plans of its jobs; nothing runs. It
// implements session.Host.
type Planner struct {
	Engine *Engine
	Config *config.Config
	Plans  []*Plan
}

// NewSession returns a session whose jobs are planned.
func (p *Planner) NewSession() *session.Session {
	s := session.New(sessionConfig{p.Config}, p.Engine.Connectors(), p.Engine.Env(), nil)
	s.Binder.Warn = p.Config.Warn
	s.Catalogs = catalogs(p.Config)
	return s
}

// Show leaves out the results of statements.
func (p *Planner) Show(*session.Result) error { return nil }

// Start plans a job.
func (p *Planner) Start(_ context.Context, r *session.Result) (session.Execution, error) {
	planned, err := p.Engine.PlanJob(r.Job, p.Config.Clone())
	if err == nil {
		p.Plans = append(p.Plans, planned)
	}
	return unstarted{}, err
}

// unstarted is a job that has ended because it never ran.
type unstarted struct{}

// Wait returns at once.
func (unstarted) Wait() error { return nil }

// Against tells what becomes of the state in the checkpoint or savepoint at path if
// the job were started from it.
func (e *Engine) Against(ctx context.Context, p *Plan, path string) (*checkpoint.Manifest, []snapshot.Verdict, error) {
	store, err := snapshot.OpenStorage(ctx, snapshot.Settings{Storage: p.config.Storage()}, openStore)
	if err != nil {
		return nil, nil, err
	}
	defer store.Close()
	m, err := store.ReadManifest(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	verdicts, err := snapshot.Compare(m, p.Graph, func(op *jobgraph.Operator) ([]state.Description, []string, bool, error) {
		return e.needs(p, op)
	})
	return m, verdicts, err
}

// needs opens an operator on empty state to see what it asks for. Sources and sinks
// are not opened: that would reach out.
func (e *Engine) needs(p *Plan, op *jobgraph.Operator) (states []state.Description, lists []string, source bool, err error) {
	switch op.Spec.(type) {
	case *jobgraph.Scan:
		return nil, nil, true, nil
	case *jobgraph.Sink, *jobgraph.Collect:
		return nil, nil, false, nil
	}
	var built any
	b := &operators.Builder{Connectors: e.connectors, Env: e.env}
	if len(op.Inputs) == 0 {
		built, err = b.Source(op)
	} else {
		built, err = b.Operator(op, p.Graph.InputSchemas(op))
	}
	opener, ok := built.(operator.Opener)
	if err != nil || !ok {
		return nil, nil, false, err
	}
	backend := heap.New(heap.Options{KeyGroups: keygroup.RangeOf(0, 128, 1), MaxParallelism: 128})
	defer backend.Close()
	err = opener.Open(&operator.Context{
		Name: op.Name, UID: op.UID, Parallelism: 1, MaxParallelism: 128, KeyGroups: keygroup.RangeOf(0, 128, 1),
		State: backend, Metrics: metrics.NewGroup(nil), Log: e.log, Clock: minicluster.WallClock{}, Timers: noTimers{},
		Settings: e.settings(p.config, p.mode), Watermark: stream.MinTime,
	})
	if c, ok := built.(operator.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		return nil, nil, false, fmt.Errorf("%s: %w", op.Name, err)
	}
	frozen, err := backend.Snapshot(0)
	if err != nil {
		return nil, nil, false, err
	}
	defer frozen.Release()
	for _, l := range frozen.Lists() {
		lists = append(lists, l.Name)
	}
	return frozen.States(), lists, false, nil
}

// noTimers never calls back.
type noTimers struct{}

// Set does nothing.
func (noTimers) Set(int64) {}

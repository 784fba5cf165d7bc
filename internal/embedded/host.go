package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/operators"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/sql/explain"
	"github.com/flottstream/flott/internal/sql/lower"
	"github.com/flottstream/flott/internal/sql/optimize"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/tableau"
)

// Host runs the jobs of a script in this process and shows their results. It
// implements session.Host and session.Explainer.
type Host struct {
	Engine *Engine
	Config *config.Config
	Out    io.Writer // results
	Style  tableau.Style
	Resume bool // jobs go on from the newest checkpoint of their name
	// Savepoint is where Stop puts a savepoint of each job; empty: it takes none.
	Savepoint string
	// Saved is told where the savepoint of a job lies, or why there is none.
	Saved func(x *Execution, path string, err error)
	// Started is told about every job, from the goroutine that started it; Ended
	// when a job has ended and its rows are shown. Either may be nil.
	Started func(*Execution)
	Ended   func(*Execution, error)
	// Rows, if not nil, makes what shows the rows of a query: every change as it comes.
	Rows func(Shape) (tableau.Writer, error)

	mu      sync.Mutex
	running map[*Execution]bool
	stopped bool
	refused bool
}

// errStopped is why nothing is started after Stop.
var errStopped = errors.New("stopped")

// NewSession returns a session whose jobs run on the host.
func (h *Host) NewSession() *session.Session {
	s := session.New(sessionConfig{h.Config}, h.Engine.Connectors(), h.Engine.Env(), h)
	s.Binder.Warn, s.Binder.User = h.Config.Warn, h.Engine.Functions()
	s.Catalogs = catalogs(h.Config)
	return s
}

// sessionConfig is the configuration as the session sees it.
type sessionConfig struct{ *config.Config }

// Show shows the result of a statement that is no job. OK is not shown.
func (h *Host) Show(r *session.Result) error {
	if h.refuse() {
		return errStopped
	}
	return tableau.Answer(h.Out, h.Style, r.Statement, r.Columns, r.Rows)
}

// Start plans and starts a job.
func (h *Host) Start(ctx context.Context, r *session.Result) (session.Execution, error) {
	if h.refuse() {
		return nil, errStopped
	}
	cfg := h.Config.Clone()
	p, err := h.Engine.PlanJob(r.Job, cfg)
	if err != nil {
		return nil, err
	}
	var shown *view
	var collect operators.Collector
	var kept *keptRows
	switch {
	case r.Then != nil:
		kept = &keptRows{zone: cfg.Zone("table.local-time-zone")}
		collect = kept
	case r.Job.IsQuery():
		if shown, err = h.shown(r.Statement, r.Job, p, cfg); err != nil {
			return nil, err
		}
		collect = shown
	}
	x, err := h.Engine.Start(ctx, p, collect, h.Resume)
	if err != nil {
		return nil, err
	}
	x.Bounded = r.Job.Bounded
	h.mu.Lock()
	if h.running == nil {
		h.running = map[*Execution]bool{}
	}
	h.running[x] = true
	if h.stopped { // since the check above
		x.Stop()
	}
	h.mu.Unlock()
	if h.Started != nil {
		h.Started(x)
	}
	return &hosted{host: h, x: x, shown: shown, kept: kept, then: r.Then, pos: r.Statement.Range().Pos}, nil
}

// order is the order in which the user asked for the rows of a query, nil if in
// none.
func order(root plan.Node) (cols []rowcodec.SortColumn) {
	c, ok := root.(*plan.Collect)
	if !ok {
		return nil
	}
	sort, ok := c.Input.(*plan.Sort)
	if !ok {
		return nil
	}
	schema := c.Schema()
	for _, k := range sort.Order {
		cols = append(cols, rowcodec.SortColumn{
			Column: k.Column, Type: schema[k.Column].Type, Descending: k.Descending, NullsFirst: !k.NullsLast,
		})
	}
	return cols
}

// hosted is a job with what it shows.
type hosted struct {
	host  *Host
	x     *Execution
	shown *view     // nil if it is no query
	kept  *keptRows // of a query whose rows are for then
	then  func(rows [][]*string) error
	pos   int // of its statement in the script
}

// JobError is why a job did not come to its end.
type JobError struct {
	Job string // name
	Pos int    // of its statement in the script
	Err error
}

// Error names the job.
func (e *JobError) Error() string { return fmt.Sprintf("job %s failed: %v", e.Job, e.Err) }

// Unwrap returns the cause.
func (e *JobError) Unwrap() error { return e.Err }

// Wait waits for the job and shows the rest of its rows.
func (j *hosted) Wait() error {
	err := j.x.Wait()
	if j.shown != nil {
		if e := j.shown.end(err == nil); err == nil {
			err = e
		}
	}
	if j.then != nil && err == nil {
		err = j.then(j.kept.rows)
	}
	j.host.mu.Lock()
	delete(j.host.running, j.x)
	j.host.mu.Unlock()
	if j.host.Ended != nil {
		j.host.Ended(j.x, err)
	}
	if err != nil {
		return &JobError{Job: j.x.Name, Pos: j.pos, Err: err}
	}
	return nil
}

// refuse reports, and notes, that the host was stopped.
func (h *Host) refuse() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused = h.refused || h.stopped
	return h.stopped
}

// Refused reports that statements were left out because of Stop.
func (h *Host) Refused() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused
}

// Stop ends all running jobs gracefully; no other statement is carried out.
func (h *Host) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	for x := range h.running {
		if h.Savepoint == "" {
			x.Stop()
			continue
		}
		go func() {
			path, err := x.StopWithSavepoint(context.Background(), h.Savepoint, false)
			h.Saved(x, path, err)
			if err != nil {
				x.Stop()
			}
		}()
	}
}

// Jobs are the running jobs, by start.
func (h *Host) Jobs() []session.RunningJob {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []session.RunningJob
	for x := range h.running {
		out = append(out, session.RunningJob{ID: x.ID, Name: x.Name, Status: string(x.Status()), Started: x.Started})
	}
	slices.SortFunc(out, func(a, b session.RunningJob) int { return a.Started.Compare(b.Started) })
	return out
}

// StopJob ends a running job.
func (h *Host) StopJob(ctx context.Context, id string, savepoint, drain bool) (string, error) {
	h.mu.Lock()
	var job *Execution
	for x := range h.running {
		if x.ID == id {
			job = x
		}
	}
	h.mu.Unlock()
	switch {
	case job == nil:
		return "", errors.New("no such job runs")
	case savepoint:
		return job.StopWithSavepoint(ctx, "", drain)
	}
	job.Cancel()
	<-job.Done()
	return "", nil
}

// Explain prints the plans of relations.
func (h *Host) Explain(roots []plan.Node, details []string) (string, error) {
	var d explain.Details
	for _, name := range details {
		if err := d.ParseDetail(name); err != nil {
			return "", err
		}
	}
	// A query that nobody runs has no client that wants rows before updates.
	queries := append([]plan.Node(nil), roots...)
	for i, r := range queries {
		if c, ok := r.(*plan.Collect); ok {
			queries[i] = c.Input
		}
	}
	physical, err := h.Engine.Optimize(queries, h.Config)
	if err != nil {
		return "", err
	}
	graph, err := lower.Graph(physical, lowerOptions("explain", h.Config))
	if err != nil {
		return "", err
	}
	advice := optimize.Advise(physical, optimize.Options{Settings: h.Config.Planner(), Streaming: Streaming(h.Config)})
	return explain.Text(explain.Plan{Logical: roots, Physical: physical, Graph: graph, Advice: advice}, d), nil
}

package sim

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/session"
)

// workload is a job as text: statements of which the last is a query. Its rows go to
// the simulated sink.
type workload struct {
	name     string
	script   string
	settings map[string]string
	plans    map[int]*planned // by parallelism
}

// planned is a job that only lacks what a process adds. It is never changed.
type planned struct {
	job jobmanager.Job
	env *connector.Env
}

// planFor plans the job.
func (w *workload) planFor(parallelism int, connectors map[string]connector.Factory) (*planned, error) {
	if p := w.plans[parallelism]; p != nil {
		return p, nil
	}
	cfg := config.New()
	for k, v := range w.settings {
		if err := cfg.Set(k, v); err != nil {
			return nil, err
		}
	}
	for k, v := range map[string]string{
		"parallelism.default": fmt.Sprint(parallelism), "table.local-time-zone": "UTC", "pipeline.name": "simulated", "execution.runtime-mode": "streaming",
	} {
		if err := cfg.Set(k, v); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	engine := embedded.New(&out, &out, rpc.Discard)
	for name, f := range connectors {
		engine.Connectors()[name] = f
	}
	job, err := w.bind((&embedded.Host{Engine: engine, Config: cfg}).NewSession())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.name, err)
	}
	plan, err := engine.Plan(job.Roots, cfg)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.name, err)
	}
	p := &planned{env: engine.Env(), job: jobmanager.Job{Graph: plan.Graph, Settings: engine.Settings(plan)}}
	if w.plans == nil {
		w.plans = map[int]*planned{}
	}
	w.plans[parallelism] = p
	return p, nil
}

// bind carries the script out and makes the final query an INSERT.
func (w *workload) bind(s *session.Session) (*session.Job, error) {
	statements, err := parser.ParseScript(w.script)
	if err != nil {
		return nil, err
	}
	var last ast.Statement
	for i, stmt := range statements {
		r, err := s.Execute(w.script, stmt)
		if err != nil {
			return nil, err
		}
		if i < len(statements)-1 {
			continue
		}
		if r.Job == nil || !r.Job.IsQuery() {
			return nil, fmt.Errorf("the last statement is no query")
		}
		last = stmt
		if err := execute(s, sinkDDL(r.Job)); err != nil {
			return nil, err
		}
	}
	span := last.Range()
	insert := "INSERT INTO simulated_sink " + strings.TrimRight(strings.TrimSpace(w.script[span.Pos:span.End]), ";")
	again, err := parser.ParseScript(insert)
	if err != nil {
		return nil, err
	}
	r, err := s.Execute(insert, again[0])
	if err != nil {
		return nil, err
	}
	return r.Job, nil
}

func execute(s *session.Session, text string) error {
	statements, err := parser.ParseScript(text)
	if err != nil {
		return err
	}
	_, err = s.Execute(text, statements[0])
	return err
}

// sinkDDL declares a table for the rows of a query.
func sinkDDL(job *session.Job) string {
	var columns []string
	for i, f := range job.Roots[0].Schema() {
		columns = append(columns, fmt.Sprintf("c%d %s", i, f.Type.WithoutTime().WithNull(true)))
	}
	return "CREATE TABLE simulated_sink (" + strings.Join(columns, ", ") + ") WITH ('connector' = 'sim')"
}

// tune draws what the plan does not depend on.
func tune(job *jobmanager.Job, r *rand.Rand) {
	job.Settings.BatchRows = 1 + r.IntN(8)
	job.FlushEvery = []time.Duration{-1, 0, 3 * time.Millisecond, 100 * time.Millisecond}[r.IntN(4)]
}

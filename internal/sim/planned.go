package sim

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/types"
)

// workload is a job as text: statements of which the last is a query. Its rows go to
// the simulated sink.
type workload struct {
	name     string
	script   string
	settings map[string]string
	users    *expr.UserFunctions // may be nil
	stable   bool                // see query
	plans    map[int]*planned    // by parallelism
	schema   types.Schema        // of the query, once it has been planned
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
	if w.users != nil {
		*engine.Functions() = *w.users
	}
	job, err := w.bind((&embedded.Host{Engine: engine, Config: cfg}).NewSession())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.name, err)
	}
	plan, err := engine.PlanJob(job, cfg)
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
	var query *session.Job
	for i, stmt := range statements {
		r, err := s.Execute(w.script, stmt)
		if err != nil {
			return nil, err
		}
		if i == len(statements)-1 {
			query = r.Job
		}
	}
	if query == nil || !query.IsQuery() {
		return nil, ErrNoQuery
	}
	w.schema = query.Roots[0].Schema()
	if err := execute(s, sinkDDL(w.schema)); err != nil {
		return nil, err
	}
	span := statements[len(statements)-1].Range()
	insert := insertOf(strings.TrimRight(strings.TrimSpace(w.script[span.Pos:span.End]), ";"), w.schema)
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

// ErrNoQuery is the error of a script that does not end with a query.
var ErrNoQuery = errors.New("the last statement is no query")

// asText tells which columns of a query come to the sink as text, as it keeps all
// values in the end: a sink takes one time attribute, and no interval.
func asText(schema types.Schema) (text []bool, some bool) {
	text, times := make([]bool, len(schema)), 0
	for i, f := range schema {
		if f.Type.Time != types.NoTime {
			times++
		}
		text[i] = f.Type.Time != types.NoTime && times > 1 || f.Type.Kind == types.IntervalYearMonth || f.Type.Kind == types.IntervalDayTime
		some = some || text[i]
	}
	return text, some
}

// insertOf makes a query an INSERT into the simulated sink.
func insertOf(query string, schema types.Schema) string {
	text, some := asText(schema)
	if !some {
		return "INSERT INTO simulated_sink " + query
	}
	columns, names := make([]string, len(schema)), make([]string, len(schema))
	for i := range schema {
		names[i] = fmt.Sprintf("c%d", i)
		columns[i] = names[i]
		if text[i] {
			columns[i] = "CAST(" + names[i] + " AS STRING)"
		}
	}
	return "INSERT INTO simulated_sink SELECT " + strings.Join(columns, ", ") + " FROM (" + query + ") AS q (" + strings.Join(names, ", ") + ")"
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
func sinkDDL(schema types.Schema) string {
	var columns []string
	text, _ := asText(schema)
	for i, f := range schema {
		t := f.Type.WithoutTime().WithNull(true).String()
		if text[i] {
			t = "STRING"
		}
		columns = append(columns, fmt.Sprintf("c%d %s", i, t))
	}
	return "CREATE TABLE simulated_sink (" + strings.Join(columns, ", ") + ") WITH ('connector' = 'sim')"
}

// tune draws what the plan does not depend on.
func tune(job *jobmanager.Job, r *rand.Rand) {
	job.Settings.BatchRows = 1 + r.IntN(8)
	job.FlushEvery = []time.Duration{-1, 0, 3 * time.Millisecond, 100 * time.Millisecond}[r.IntN(4)]
}

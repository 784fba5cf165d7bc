package sim

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// Plant is a fault of the simulated world that a checker has to find.
type Plant string

// The plants.
const (
	Nothing   Plant = ""
	Loss      Plant = "loss"      // a row of a committed transaction is gone
	Duplicate Plant = "duplicate" // a row of a committed transaction is there twice
	Leak      Plant = "leak"      // a file is not deleted
	Backwards Plant = "backwards" // a watermark goes back
	Amnesia   Plant = "amnesia"   // an operator forgets part of its state when it is restored
)

// Run runs the simulation of a seed and checks it. The error ends with the newest
// lines of the job's log.
func Run(seed uint64, plant Plant) (*Report, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	q := &queries[r.IntN(len(queries))]
	data := newDataset(r)
	if q.versions {
		data.tables["b"] = data.tables["b"][:1]
	}
	data.owned = q.owned || r.IntN(2) == 0
	return runJob(seed, jobOf(q, settings(r)), data, drawChaos(r), plant)
}

// Answer is what a script gave.
type Answer struct {
	Schema types.Schema
	Rows   []Change
	Log    string // what happened, newest lines
}

// RunScript simulates a script that ends with a query, with up to so many subtasks.
// Its sources are what the script says; the answer must not depend on the order in
// which rows come out of them. Aligned: no barrier overtakes rows. Rows in flight are
// replayed without the watermarks that were between them, so that a row which had
// been late may count after such a restore.
func RunScript(seed uint64, script string, settings map[string]string, parallelism int, aligned bool) (*Answer, *Report, error) {
	return RunProgram(seed, script, settings, parallelism, aligned, expr.NewUserFunctions())
}

// RunProgram is RunScript with functions written in Go.
func RunProgram(seed uint64, script string, settings map[string]string, parallelism int, aligned bool, users *expr.UserFunctions) (*Answer, *Report, error) {
	plan := drawChaos(rand.New(rand.NewPCG(seed, 0)))
	plan.parallelism, plan.corrupt = parallelism, false // exactly once is what the caller checks
	plan.aligned = aligned
	plan.gap = 5 + plan.gap/8
	job := &workload{name: "script", script: script, settings: settings, users: users}
	s := newSimulation(seed, job, &dataset{}, plan)
	defer s.close()
	s.log.all = Verbose
	s.patient, s.w.pace = true, time.Millisecond/2 // few rows, but many checkpoints
	err := s.run()
	if err == nil {
		err = s.check(nil)
	}
	if err != nil {
		return nil, s.report, s.explain(err)
	}
	return &Answer{job.schema, s.broker.visible, s.log.String()}, s.report, nil
}

// settings draws what changes the plan.
func settings(r *rand.Rand) map[string]string {
	out := map[string]string{}
	if r.IntN(3) == 0 {
		out["table.exec.mini-batch.enabled"] = "true"
		out["table.exec.mini-batch.allow-latency"] = "5 ms"
		out["table.exec.mini-batch.size"] = "7"
	}
	if r.IntN(5) == 0 {
		out["pipeline.operator-chaining.enabled"] = "false"
	}
	if r.IntN(5) == 0 {
		out["flott.table.exec.changelog"] = "per-record"
	}
	return out
}

func drawChaos(r *rand.Rand) chaos {
	return chaos{
		kills: r.IntN(6), stops: r.IntN(3), savepoints: r.IntN(3), cancels: r.IntN(3), gap: 10 + r.IntN([]int{50, 300, 1000}[r.IntN(3)]),
		stumbling: []float64{0, 0.001, 0.01}[r.IntN(3)], stumbles: r.IntN(6), parallelism: 1 + r.IntN(3), trouble: r.IntN(2) == 0,
		rocks: r.IntN(8) == 0, drag: []time.Duration{0, 0, time.Millisecond, 4 * time.Millisecond}[r.IntN(4)],
		corrupt: r.IntN(10) == 0,
	}
}

// Verbose makes the log hold every element on every edge.
var Verbose bool

// plans keeps what has been planned: planning takes longer than running.
var plans = map[string]*workload{}

func jobOf(q *query, settings map[string]string) *workload {
	key := fmt.Sprint(q.name, settings)
	w := plans[key]
	if w == nil {
		w = &workload{name: q.name, script: ddl + q.sql + ";", settings: settings, stable: q.stable}
		plans[key] = w
	}
	return w
}

// runJob runs a job undisturbed and then disturbed.
func runJob(seed uint64, job *workload, data *dataset, plan chaos, plant Plant) (*Report, error) {
	quiet := newSimulation(seed, job, data, chaos{calm: true})
	defer quiet.close()
	if err := quiet.run(); err != nil {
		return quiet.report, quiet.explain(fmt.Errorf("undisturbed: %w", err))
	}
	if plant == Leak { // a process that is killed sweeps when it is started again
		plan.kills, plan.trouble = 0, false
	}
	s := newSimulation(seed, job, data, plan)
	defer s.close()
	switch plant {
	case Loss:
		s.broker.lose = 1 + len(quiet.broker.visible)/2
	case Duplicate:
		s.broker.double = 1 + len(quiet.broker.visible)/2
	case Leak:
		s.disk.keeps = 1
	case Amnesia:
		s.forget = 4
	case Backwards:
		s.watch.plant = 5
	}
	s.log.all = Verbose
	err := s.run()
	if err == nil {
		err = s.check(fold(quiet.broker.visible))
	}
	if err == nil && job.stable && s.report.Corruptions == 0 {
		var compared bool
		if compared, err = compareStates(quiet, s); compared {
			s.report.States++
		}
	}
	if err != nil {
		err = s.explain(err)
	}
	return s.report, err
}

func (s *simulation) explain(err error) error {
	return fmt.Errorf("seed %d: %s: %w\n%s", s.seed, s.job.name, err, s.log)
}

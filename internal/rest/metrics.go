package rest

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/checkpoint"
)

// namedMetric is an entry of a list of names.
type namedMetric struct {
	ID string `json:"id"`
}

// readMetric is a metric that was asked for.
type readMetric struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// one answers for one source of figures: the names, or what ?get asks for. Names
// that nobody has are left out.
func (r *request) one(figures []figure, prefix string) any {
	if !r.query.Has("get") {
		names := []namedMetric{}
		for i := range figures {
			names = append(names, namedMetric{prefix + figures[i].id()})
		}
		return names
	}
	return pick(r.list("get"), figures, prefix)
}

func pick(wanted []string, figures []figure, prefix string) []readMetric {
	out := []readMetric{}
	for i := range figures {
		if id := prefix + figures[i].id(); slices.Contains(wanted, id) {
			out = append(out, readMetric{id, figures[i].print()})
		}
	}
	return out
}

// aggregate is a metric over several sources.
type aggregate struct {
	ID   string  `json:"id"`
	Min  *number `json:"min,omitempty"`
	Max  *number `json:"max,omitempty"`
	Avg  *number `json:"avg,omitempty"`
	Sum  *number `json:"sum,omitempty"`
	Skew *number `json:"skew,omitempty"`
}

var aggregations = []string{"min", "max", "avg", "sum", "skew"}

// aggregated answers for several sources. One name that nobody has makes the whole
// answer empty, as in Flink, whose autoscaler relies on it.
func (r *request) aggregated(sources [][]figure) (any, error) {
	if !r.query.Has("get") {
		seen, names := map[string]bool{}, []namedMetric{}
		for _, figures := range sources {
			for i := range figures {
				if id := figures[i].id(); !seen[id] {
					seen[id] = true
					names = append(names, namedMetric{id})
				}
			}
		}
		return names, nil
	}
	which := r.list("agg")
	for _, a := range which {
		if !slices.Contains(aggregations, strings.ToLower(a)) {
			return nil, badQuery("agg", a)
		}
	}
	out := []aggregate{}
	for _, id := range r.list("get") {
		var values []float64
		for _, figures := range sources {
			for i := range figures {
				if figures[i].text == "" && figures[i].id() == id {
					values = append(values, figures[i].value)
				}
			}
		}
		if len(values) == 0 {
			return []aggregate{}, nil
		}
		out = append(out, summarise(id, values, which))
	}
	return out, nil
}

func summarise(id string, values []float64, which []string) aggregate {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	avg := sum / float64(len(values))
	deviation := 0.0
	for _, v := range values {
		deviation += math.Abs(v - avg)
	}
	skew := 0.0 // mean distance from the average, in percent of it
	if avg != 0 {
		skew = min(100, deviation/float64(len(values))/avg*100)
	}
	a := aggregate{ID: id}
	for i, field := range []**number{&a.Min, &a.Max, &a.Avg, &a.Sum, &a.Skew} {
		if len(which) > 0 && !slices.ContainsFunc(which, func(w string) bool { return strings.EqualFold(w, aggregations[i]) }) {
			continue
		}
		n := number([]float64{slices.Min(values), slices.Max(values), avg, sum, skew}[i])
		*field = &n
	}
	return a
}

// numbers reads a query parameter such as "0,2-4".
func (r *request) numbers(name string, most int) (map[int]bool, error) {
	out := map[int]bool{}
	for _, part := range r.list(name) {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		b := a
		if err == nil && isRange {
			b, err = strconv.Atoi(to)
		}
		if err != nil || a < 0 || b < a {
			return nil, badQuery(name, part)
		}
		for n := a; n <= min(b, most); n++ {
			out[n] = true
		}
	}
	return out, nil
}

func vertexMetrics(r *request) (any, error) {
	j, v, err := r.vertex()
	if err != nil {
		return nil, err
	}
	reading := r.h.figures.of(j)
	names, values, wanted := []namedMetric{}, []readMetric{}, r.list("get")
	for n := range v.Parallelism {
		prefix := strconv.Itoa(n) + "."
		figures := reading.subtask(v.ID, n)
		if r.query.Has("get") {
			values = append(values, pick(wanted, figures, prefix)...)
			continue
		}
		for i := range figures {
			names = append(names, namedMetric{prefix + figures[i].id()})
		}
	}
	if r.query.Has("get") {
		return values, nil
	}
	return names, nil
}

func subtaskMetrics(r *request) (any, error) {
	j, v, n, err := r.subtask()
	if err != nil {
		return nil, err
	}
	return r.one(r.h.figures.of(j).subtask(v.ID, n), ""), nil
}

func subtasksMetrics(r *request) (any, error) {
	j, v, err := r.vertex()
	if err != nil {
		return nil, err
	}
	only, err := r.numbers("subtasks", v.Parallelism)
	if err != nil {
		return nil, err
	}
	var sources [][]figure
	reading := r.h.figures.of(j)
	for n := range v.Parallelism {
		if len(only) == 0 || only[n] {
			sources = append(sources, reading.subtask(v.ID, n))
		}
	}
	return r.aggregated(sources)
}

// coordinatorMetrics: the coordinators of sources count nothing yet.
func coordinatorMetrics(r *request) (any, error) {
	if _, _, err := r.vertex(); err != nil {
		return nil, err
	}
	return []namedMetric{}, nil
}

func watermarks(r *request) (any, error) {
	j, v, err := r.vertex()
	if err != nil {
		return nil, err
	}
	out := []readMetric{}
	reading := r.h.figures.of(j)
	for n := range v.Parallelism {
		if w, ok := reading.vertices[v.ID].subtasks[n].headWatermark(v); ok {
			out = append(out, readMetric{strconv.Itoa(n) + ".currentInputWatermark", whole(w)})
		}
	}
	return out, nil
}

func jobMetrics(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	return r.one(jobFigures(j, r.h.now()), ""), nil
}

func jobsMetrics(r *request) (any, error) {
	var sources [][]figure
	only := r.list("jobs")
	for _, id := range only {
		if !hexID.MatchString(id) {
			return nil, badQuery("jobs", id)
		}
	}
	for _, j := range r.h.cluster.Jobs() {
		if len(only) == 0 || slices.Contains(only, j.Info().ID) {
			sources = append(sources, jobFigures(j, r.h.now()))
		}
	}
	return r.aggregated(sources)
}

// jobFigures are the metrics of a job on the JobManager.
func jobFigures(j Job, now int64) []figure {
	var l list
	status, entered := j.Status(), j.Entered()
	in := func(s checkpoint.JobStatus) float64 {
		if status != s {
			return 0
		}
		return float64(now - entered[s])
	}
	for _, s := range []struct {
		name   string
		status checkpoint.JobStatus
	}{
		{"createdTime", checkpoint.JobCreated}, {"runningTime", checkpoint.JobRunning}, {"restartingTime", checkpoint.JobRestarting},
		{"cancellingTime", checkpoint.JobCanceling}, {"failingTime", checkpoint.JobFailing},
	} {
		l.count(s.name, in(s.status))
	}
	l.count("initializingTime", 0)
	uptime, downtime := in(checkpoint.JobRunning), in(checkpoint.JobRestarting)
	if terminal(status) {
		uptime, downtime = -1, -1
	}
	l.count("uptime", uptime)
	l.count("downtime", downtime)
	l.count("numRescales", 0)
	for _, s := range j.Metrics().Read(nil) {
		if s.Name == "numRestarts" {
			l.count(s.Name, s.Value)
		}
	}
	path, gauges := "n/a", checkpoint.NewHistory(checkpoint.Default()).Gauges()
	j.History(func(h *checkpoint.History) { path, gauges = h.LastPath(), h.Gauges() })
	for _, g := range gauges {
		l.count(g.Name, g.Value)
	}
	l.figures = append(l.figures, figure{name: "lastCheckpointExternalPath", text: path})
	return l.figures
}

func jobManagerMetrics(r *request) (any, error) { return r.one(r.h.jobManagerFigures(), ""), nil }

func (h *Handler) jobManagerFigures() []figure {
	l := list{figures: h.process.figures()}
	running := 0
	for _, j := range h.cluster.Jobs() {
		if !terminal(j.Status()) {
			running++
		}
	}
	l.count("numRegisteredTaskManagers", 1)
	l.count("numRunningJobs", float64(running))
	total, free := h.slots()
	l.count("taskSlotsTotal", float64(total))
	l.count("taskSlotsAvailable", float64(free))
	return l.figures
}

func taskManagerMetrics(r *request) (any, error) {
	if err := r.taskManager(); err != nil {
		return nil, err
	}
	return r.one(r.h.workerFigures(), ""), nil
}

func taskManagersMetrics(r *request) (any, error) {
	for _, id := range r.list("taskmanagers") {
		if id != r.h.options.TaskManager {
			return nil, notFound("TaskManager %s not found", id)
		}
	}
	return r.aggregated([][]figure{r.h.workerFigures()})
}

// taskManager checks the TaskManager that the path names.
func (r *request) taskManager() error {
	if id := r.PathValue("taskmanagerid"); id != r.h.options.TaskManager {
		return refuse(http.StatusNotFound, "No TaskExecutor registered under %s.", id)
	}
	return nil
}

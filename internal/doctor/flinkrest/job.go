package flinkrest

import (
	"html"
	"math"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// convertJob builds a job with its vertices, sources first. Edges that would make
// a circle, which no Flink sends, are left out.
func convertJob(w *jobWire) snapshot.Job {
	j := snapshot.Job{
		ID: w.ID, Name: w.Name, State: w.State, Type: w.Type, Scheduler: w.Scheduler, Start: w.Start.time(), Duration: w.Duration.duration(),
		Entered: map[string]time.Time{}, Metrics: map[string]float64{},
	}
	if j.Type == "" {
		j.Type = w.Plan.Type
	}
	for state, at := range w.Timestamps {
		if t := at.time(); !t.IsZero() {
			j.Entered[state] = t
		}
	}
	byID := map[string]int{}
	for _, v := range w.Vertices {
		if _, twice := byID[v.ID]; twice || v.ID == "" {
			continue
		}
		byID[v.ID] = len(j.Vertices)
		j.Vertices = append(j.Vertices, snapshot.Vertex{
			ID: v.ID, Name: plainText(v.Name), Parallelism: v.Parallelism, MaxParallelism: v.MaxParallelism, Status: v.Status, SlotGroup: v.SlotGroup,
			Metrics: map[string]snapshot.Spread{}, Coordinator: map[string]float64{},
		})
	}
	for _, n := range w.Plan.Nodes {
		at, ok := byID[n.ID]
		if !ok {
			continue
		}
		j.Vertices[at].Description = plainText(n.Description)
		for _, in := range n.Inputs {
			if _, ok := byID[in.ID]; ok {
				j.Vertices[at].Inputs = append(j.Vertices[at].Inputs, snapshot.Edge{From: in.ID, Ship: in.Ship, Exchange: in.Exchange})
			}
		}
	}
	j.Vertices = topological(j.Vertices)
	return j
}

// topological orders vertices so that each comes after its inputs.
func topological(vs []snapshot.Vertex) []snapshot.Vertex {
	done := map[string]bool{}
	var out []snapshot.Vertex
	for len(out) < len(vs) {
		before := len(out)
		for i := range vs {
			if done[vs[i].ID] {
				continue
			}
			ready := true
			for _, in := range vs[i].Inputs {
				ready = ready && done[in.From]
			}
			if ready {
				done[vs[i].ID] = true
				out = append(out, vs[i])
			}
		}
		if len(out) == before { // a circle: cut it
			for i := range vs {
				if !done[vs[i].ID] {
					vs[i].Inputs = nil
					break
				}
			}
		}
	}
	return out
}

// plainText takes the HTML out of a description of the plan.
func plainText(s string) string {
	s = strings.NewReplacer("<br/>", "\n", "<br>", "\n").Replace(s)
	return strings.TrimSpace(html.UnescapeString(s))
}

// setSubtasks fills in a vertex's subtasks.
func setSubtasks(v *snapshot.Vertex, w *vertexWire) {
	v.Subtasks = nil
	for _, s := range w.Subtasks {
		host := s.Endpoint
		if host == "" {
			host = s.Host
		}
		out := snapshot.Subtask{
			Index: s.Subtask, Attempt: s.Attempt, Status: s.Status, TaskManager: s.TaskManager, Endpoint: host,
			BackPressured: math.NaN(), Busy: math.NaN(), Idle: math.NaN(), ReadRecords: count(s.Metrics.ReadRecords), WriteRecords: count(s.Metrics.WriteRecords),
			ReadBytes: count(s.Metrics.ReadBytes), WriteBytes: count(s.Metrics.WriteBytes),
			AccumulatedBusy: s.Metrics.Busy.duration(), AccumulatedBackPressed: s.Metrics.BackPressured.duration(), Metrics: map[string]float64{},
		}
		if s.Metrics.RecordsComplete != nil && !*s.Metrics.RecordsComplete {
			out.ReadRecords = -1
		}
		if s.Metrics.WriteComplete != nil && !*s.Metrics.WriteComplete {
			out.WriteRecords = -1
		}
		v.Subtasks = append(v.Subtasks, out)
	}
}

func count(n number) int64 {
	if math.IsNaN(float64(n)) || n < 0 || n > math.MaxInt64/2 {
		return -1
	}
	return int64(n)
}

// setBackPressure fills in how busy the subtasks are.
func setBackPressure(v *snapshot.Vertex, w *backPressureWire) {
	for _, b := range w.Subtasks {
		for i := range v.Subtasks {
			if v.Subtasks[i].Index == b.Subtask {
				v.Subtasks[i].BackPressured, v.Subtasks[i].Busy, v.Subtasks[i].Idle = share(b.Ratio), share(b.Busy), share(b.Idle)
			}
		}
	}
}

func share(n *number) float64 {
	if n == nil {
		return math.NaN()
	}
	return min(float64(*n), 1)
}

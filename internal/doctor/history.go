package doctor

import (
	"math"
	"strings"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// History remembers some figures of earlier snapshots, for rules that need a trend.
type History struct {
	series map[string]*snapshot.Series
	order  []string
	looks  int
}

const historyPoints = 240

// Add remembers a snapshot's figures and gives it those of all before.
func (h *History) Add(s *snapshot.Snapshot) {
	if h.series == nil {
		h.series = map[string]*snapshot.Series{}
	}
	for i := range s.Jobs {
		j := &s.Jobs[i]
		if cp := j.Checkpoints.LatestCompleted; cp != nil {
			h.add(s, j, "", "lastCheckpointFullSize", float64(cp.StateBytes))
		}
		if _, missing := j.Missing[snapshot.CheckpointStats]; !missing {
			h.add(s, j, "", "numberOfFailedCheckpoints", float64(j.Checkpoints.Counts.Failed))
			h.add(s, j, "", "numberOfCompletedCheckpoints", float64(j.Checkpoints.Counts.Completed))
		}
		h.add(s, j, "", "numRestarts", j.Metric("numRestarts"))
		for k := range j.Vertices {
			v := &j.Vertices[k]
			h.add(s, j, v.ID, "backPressuredTimeMsPerSecond", v.Metric("backPressuredTimeMsPerSecond").Max)
			h.add(s, j, v.ID, "currentInputWatermark", v.Metric("currentInputWatermark").Min)
			for _, m := range v.Of("pendingRecords") {
				h.add(s, j, v.ID, "pendingRecords", m.Sum)
			}
		}
	}
	if h.looks++; h.looks > 2 {
		delete(s.Missing, snapshot.History)
	}
	for _, key := range h.order {
		s.Series = append(s.Series, *h.series[key])
	}
}

func (h *History) add(s *snapshot.Snapshot, j *snapshot.Job, vertex, metric string, value float64) {
	if math.IsNaN(value) {
		return
	}
	key := strings.Join([]string{j.ID, vertex, metric}, " ")
	one, ok := h.series[key]
	if !ok {
		one = &snapshot.Series{Metric: metric, Labels: map[string]string{"job_id": j.ID, "job_name": j.Name}}
		if vertex != "" {
			one.Labels["task_id"] = vertex
		}
		h.series[key] = one
		h.order = append(h.order, key)
	}
	one.Points = append(one.Points, snapshot.Point{Time: s.Taken, Value: value})
	if len(one.Points) > historyPoints {
		one.Points = one.Points[1:]
	}
}

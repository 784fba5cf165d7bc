// Package promread reads the history of Flink's metrics from Prometheus: the
// course of some figures over the last hours, for rules that need a trend.
package promread

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Getter answers GET requests of Prometheus' HTTP API.
type Getter interface {
	Get(ctx context.Context, path string) ([]byte, error)
}

// wanted are the metrics that rules look at, with the query that keeps them small.
var wanted = []struct{ metric, query string }{
	{"lastCheckpointFullSize", "max by (job_id, job_name) (flink_jobmanager_job_lastCheckpointFullSize)"},
	{"lastCheckpointDuration", "max by (job_id, job_name) (flink_jobmanager_job_lastCheckpointDuration)"},
	{"numberOfFailedCheckpoints", "max by (job_id, job_name) (flink_jobmanager_job_numberOfFailedCheckpoints)"},
	{"numberOfCompletedCheckpoints", "max by (job_id, job_name) (flink_jobmanager_job_numberOfCompletedCheckpoints)"},
	{"numRestarts", "max by (job_id, job_name) (flink_jobmanager_job_numRestarts)"},
	{"currentInputWatermark", "min by (job_id, job_name, task_id) (flink_taskmanager_job_task_currentInputWatermark)"},
	{"pendingRecords", "sum by (job_id, job_name, task_id) (flink_taskmanager_job_task_operator_pendingRecords)"},
	{"backPressuredTimeMsPerSecond", "max by (job_id, job_name, task_id) (flink_taskmanager_job_task_backPressuredTimeMsPerSecond)"},
}

// Range is how far back is looked; Step is the distance of two points.
const (
	Range     = 2 * time.Hour
	Step      = 2 * time.Minute
	seriesMax = 2000 // of a metric
)

type answer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Type   string `json:"resultType"`
		Result []struct {
			Metric map[string]string `json:"metric"`
			Values [][2]any          `json:"values"`
		} `json:"result"`
	} `json:"data"`
}

// Read reads the history up to a moment. What Prometheus does not have is not in
// it; an error says that it could not be asked at all.
func Read(ctx context.Context, get Getter, until time.Time) ([]snapshot.Series, error) {
	var out []snapshot.Series
	for _, w := range wanted {
		q := url.Values{"query": {w.query}, "start": {seconds(until.Add(-Range))}, "end": {seconds(until)}, "step": {strconv.Itoa(int(Step.Seconds()))}}
		body, err := get.Get(ctx, "/api/v1/query_range?"+q.Encode())
		if err != nil {
			return nil, err
		}
		series, err := parse(w.metric, body)
		if err != nil {
			return nil, err
		}
		out = append(out, series...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("Prometheus has none of Flink's metrics of the last %s; is metrics.reporter.prom set and scraped", Range)
	}
	return out, nil
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func parse(metric string, body []byte) ([]snapshot.Series, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || a.Status == "" {
		return nil, fmt.Errorf("this is not Prometheus' API: it answered %q", clip(body))
	}
	if a.Status != "success" {
		return nil, fmt.Errorf("Prometheus: %s", a.Error)
	}
	if a.Data.Type != "matrix" {
		return nil, fmt.Errorf("Prometheus answered a %s instead of a matrix", a.Data.Type)
	}
	var out []snapshot.Series
	for _, r := range a.Data.Result[:min(len(a.Data.Result), seriesMax)] {
		s := snapshot.Series{Metric: metric, Labels: r.Metric}
		for _, v := range r.Values {
			at, ok := v[0].(float64)
			text, ok2 := v[1].(string)
			value, err := strconv.ParseFloat(text, 64)
			if ok && ok2 && err == nil && !math.IsNaN(value) && !math.IsInf(value, 0) && at > 0 && at < 1e11 {
				s.Points = append(s.Points, snapshot.Point{Time: time.UnixMilli(int64(at * 1000)).UTC(), Value: value})
			}
		}
		slices.SortFunc(s.Points, func(a, b snapshot.Point) int { return a.Time.Compare(b.Time) })
		if len(s.Points) > 0 {
			out = append(out, s)
		}
	}
	return out, nil
}

func clip(b []byte) string {
	return strings.ToValidUTF8(string(b[:min(len(b), 80)]), "?")
}

// Jobs builds the jobs that a history tells of. All that it does not tell is missing.
func Jobs(series []snapshot.Series, reason string) []snapshot.Job {
	byID := map[string]*snapshot.Job{}
	var order []string
	for i := range series {
		s := &series[i]
		id := s.Labels["job_id"]
		if id == "" {
			continue
		}
		j := byID[id]
		if j == nil {
			j = &snapshot.Job{ID: id, Name: s.Labels["job_name"], State: "RUNNING", Type: "STREAMING", Metrics: map[string]float64{}, Entered: map[string]time.Time{}}
			for _, part := range []snapshot.Part{
				snapshot.Vertices, snapshot.Subtasks, snapshot.BackPressure, snapshot.VertexStats, snapshot.CheckpointStats, snapshot.CheckpointSetting,
				snapshot.CheckpointDetails, snapshot.Exceptions, snapshot.Config,
			} {
				j.Miss(part, reason)
			}
			byID[id] = j
			order = append(order, id)
		}
		if s.Labels["task_id"] == "" {
			j.Metrics[s.Metric] = s.Points[len(s.Points)-1].Value
		}
		j.Duration = max(j.Duration, s.Points[len(s.Points)-1].Time.Sub(s.Points[0].Time))
	}
	out := make([]snapshot.Job, 0, len(order))
	for _, id := range order {
		out = append(out, *byID[id])
	}
	return out
}

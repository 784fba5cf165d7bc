package logscan

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Jobs builds from events what they tell about jobs: state, checkpoints and
// failures. All else is missing, with the reason.
func Jobs(events []snapshot.LogEvent, reason string) []snapshot.Job {
	byID := map[string]*snapshot.Job{}
	var order []string
	for i := range events {
		e := &events[i]
		id := e.Fields["job"]
		if id == "" || len(id) != 32 {
			continue
		}
		if byID[id] == nil {
			byID[id] = newJob(id, reason)
			order = append(order, id)
		}
		apply(byID[id], e)
	}
	taskFailures(events, byID, order)
	out := make([]snapshot.Job, 0, len(order))
	for _, id := range order {
		j := byID[id]
		if j.State == "CANCELED" || j.State == "FINISHED" { // as with a live cluster
			continue
		}
		h := j.Checkpoints.History
		sort.SliceStable(h, func(a, b int) bool { return h[a].ID > h[b].ID })
		for i := range h {
			if h[i].Status == "COMPLETED" {
				j.Checkpoints.LatestCompleted = &h[i]
				break
			}
		}
		sort.SliceStable(j.Exceptions, func(a, b int) bool { return j.Exceptions[a].Time.After(j.Exceptions[b].Time) })
		out = append(out, *j)
	}
	return out
}

func newJob(id, reason string) *snapshot.Job {
	j := &snapshot.Job{ID: id, Name: id, State: "RUNNING", Type: "STREAMING", Metrics: map[string]float64{}, Entered: map[string]time.Time{}}
	for _, part := range []snapshot.Part{
		snapshot.Vertices, snapshot.Subtasks, snapshot.BackPressure, snapshot.VertexStats, snapshot.CheckpointSetting, snapshot.CheckpointDetails, snapshot.JobStats, snapshot.Config,
	} {
		j.Miss(part, reason)
	}
	return j
}

func apply(j *snapshot.Job, e *snapshot.LogEvent) {
	switch e.Kind {
	case JobState:
		j.Name, j.State = e.Fields["name"], e.Fields["to"]
		j.Entered[j.State] = e.Time
		if j.Start.IsZero() {
			j.Start = e.Time
		}
		j.Duration = e.Time.Sub(j.Start)
		if strings.TrimSpace(e.Stack) != "" && (j.State == "RESTARTING" || j.State == "FAILING" || j.State == "FAILED") {
			addFailure(j, e, "")
		}
	case CheckpointCompleted:
		cp := checkpoint(j, e)
		cp.Status, cp.LatestAck = "COMPLETED", e.Time
		ms, _ := strconv.ParseInt(e.Fields["ms"], 10, 64)
		cp.Duration = time.Duration(ms) * time.Millisecond
		cp.Triggered = e.Time.Add(-cp.Duration)
		cp.Bytes, _ = strconv.ParseInt(e.Fields["bytes"], 10, 64)
		cp.StateBytes = cp.Bytes
		j.Checkpoints.Counts.Completed++
	case CheckpointExpired:
		fail(j, e, "Checkpoint expired before completing.")
	case CheckpointDeclined:
		fail(j, e, "Checkpoint was declined.\n"+e.Stack)
	case CheckpointFailed:
		if e.Fields["checkpoint"] != "" && strings.Contains(e.Stack, "CheckpointException: ") {
			_, message, _ := strings.Cut(e.Stack, "CheckpointException: ")
			fail(j, e, message)
		}
	}
}

// checkpoint is the job's checkpoint that an event is about.
func checkpoint(j *snapshot.Job, e *snapshot.LogEvent) *snapshot.Checkpoint {
	id, _ := strconv.ParseInt(e.Fields["checkpoint"], 10, 64)
	h := j.Checkpoints.History
	for i := range h {
		if h[i].ID == id {
			return &h[i]
		}
	}
	j.Checkpoints.Counts.Total++
	j.Checkpoints.History = append(h, snapshot.Checkpoint{ID: id, Triggered: e.Time})
	return &j.Checkpoints.History[len(h)]
}

func fail(j *snapshot.Job, e *snapshot.LogEvent, message string) {
	cp := checkpoint(j, e)
	if cp.Status == "FAILED" {
		return
	}
	cp.Status, cp.Failed, cp.Failure = "FAILED", e.Time, message
	j.Checkpoints.Counts.Failed++
}

func addFailure(j *snapshot.Job, e *snapshot.LogEvent, task string) {
	name, _, _ := strings.Cut(strings.TrimSpace(e.Stack), ":")
	j.Exceptions = append(j.Exceptions, snapshot.Exception{Name: name, Stack: e.Stack, Time: e.Time, Task: task, Endpoint: e.Fields["at"]})
}

// taskFailures gives the failures of tasks to their jobs. A line of a task does not
// name its job: with one job it is clear; otherwise the job is the one that the same
// process says to have failed next. Attempts of one job's execution share the first
// part of their ids since Flink 1.16.
func taskFailures(events []snapshot.LogEvent, byID map[string]*snapshot.Job, order []string) {
	graphs := map[string]*snapshot.Job{}
	jobOf := func(i int) *snapshot.Job {
		if len(order) == 1 {
			return byID[order[0]]
		}
		graph, _, _ := strings.Cut(events[i].Fields["attempt"], "_")
		if graphs[graph] == nil {
			graphs[graph] = failsNext(events, i, byID)
		}
		return graphs[graph]
	}
	seen, told := map[string]bool{}, map[*snapshot.Job]bool{}
	for i := range events {
		e := &events[i]
		if e.Kind != TaskFailed || strings.TrimSpace(e.Stack) == "" || seen[e.Fields["attempt"]] {
			continue
		}
		j := jobOf(i)
		if j == nil {
			continue
		}
		seen[e.Fields["attempt"]] = true // JobManager and TaskManager both tell it
		if !told[j] {
			told[j], j.Exceptions = true, nil // of the job's state: the same failures again
		}
		addFailure(j, e, e.Fields["task"])
	}
}

// failsNext is the job of which the process that wrote event i says next, within two
// seconds, that it fails or restarts.
func failsNext(events []snapshot.LogEvent, i int, byID map[string]*snapshot.Job) *snapshot.Job {
	for k := i + 1; k < len(events) && events[k].Time.Sub(events[i].Time) <= 2*time.Second; k++ {
		if e := &events[k]; e.Kind == JobState && (e.Fields["to"] == "RESTARTING" || e.Fields["to"] == "FAILING") {
			return byID[e.Fields["job"]]
		}
	}
	return nil
}

// Package snapshot is what the doctor knows about a cluster at one moment, as
// plain data: it reads nothing and decides nothing. Readers fill it (flinkrest,
// logscan, promread, …); rules look at it.
//
// Contract: a figure that could not be read is not zero. Ratios and metrics are
// NaN or absent then, and Missing says which part and why, so that a rule that
// needs the part is "not assessed" and never "healthy".
package snapshot

import (
	"math"
	"strings"
	"time"
)

// Part names a part of a snapshot that a rule may need.
type Part string

// The parts.
const (
	Jobs              Part = "jobs"
	Config            Part = "configuration"
	TaskManagers      Part = "taskmanagers"
	TaskManagerStats  Part = "taskmanager metrics"
	JobManagerStats   Part = "jobmanager metrics"
	Vertices          Part = "vertices"
	Subtasks          Part = "subtasks"
	BackPressure      Part = "back pressure"
	VertexStats       Part = "vertex metrics"
	Watermarks        Part = "watermarks"
	CheckpointStats   Part = "checkpoints"
	CheckpointSetting Part = "checkpoint configuration"
	CheckpointDetails Part = "checkpoint details"
	Exceptions        Part = "exceptions"
	JobStats          Part = "job metrics"
	Threads           Part = "thread dumps"
	Logs              Part = "jobmanager logs"
	TaskManagerLogs   Part = "taskmanager logs"
	History           Part = "history"
	Kernel            Part = "kernel"
	Kubernetes        Part = "kubernetes"
)

// Snapshot is one look at a cluster.
type Snapshot struct {
	Taken   time.Time
	Target  string // where it was read, for the reader of a report
	Product string // "Flink" or "flott"
	Version string // e.g. "2.3.0"; "" if unknown

	SlotsTotal, SlotsFree int
	Config                map[string]string  // the cluster's configuration keys
	JobManager            map[string]float64 // metrics of the JobManager process
	TaskManagers          []TaskManager
	Jobs                  []Job
	Logs                  []LogEvent // in order of time where the time is known
	Series                []Series   // history, from Prometheus or earlier snapshots
	Node                  *Node      // the machine the doctor runs on
	Pods                  []Pod

	// Missing says why a part is not there. A part that was read has no entry.
	Missing map[Part]string
}

// Miss records why a part could not be read; the first reason stays.
func (s *Snapshot) Miss(p Part, reason string) {
	if s.Missing == nil {
		s.Missing = map[Part]string{}
	}
	if _, ok := s.Missing[p]; !ok {
		s.Missing[p] = reason
	}
}

// TaskManager is one worker process.
type TaskManager struct {
	ID            string
	Endpoint      string // host, or host:port
	Slots, Free   int
	LastHeartbeat time.Time
	CPUCores      int
	// Memory in bytes, by Flink's names: taskHeap, managedMemory, networkMemory, …
	Memory  map[string]int64
	Metrics map[string]float64 // e.g. "Status.JVM.CPU.Load"
	Missing map[Part]string
}

// Metric returns a metric, NaN if it was not read.
func (t *TaskManager) Metric(name string) float64 { return metric(t.Metrics, name) }

func metric(m map[string]float64, name string) float64 {
	if v, ok := m[name]; ok {
		return v
	}
	return math.NaN()
}

// Job is one job.
type Job struct {
	ID, Name  string
	State     string // RUNNING, RESTARTING, …
	Type      string // STREAMING or BATCH
	Scheduler string
	Start     time.Time
	Duration  time.Duration
	Entered   map[string]time.Time // when the job last entered a state
	Vertices  []Vertex             // in topological order: sources first

	RestartStrategy string            // human text of the job's execution config
	UserConfig      map[string]string // the job's own settings
	Metrics         map[string]float64
	Checkpoints     Checkpoints
	Exceptions      []Exception // newest first
	// Uncollected says that tasks run whose figures the JobManager has not got yet.
	Uncollected bool

	Missing map[Part]string
}

// Miss records why a part of the job could not be read; the first reason stays.
func (j *Job) Miss(p Part, reason string) {
	if j.Missing == nil {
		j.Missing = map[Part]string{}
	}
	if _, ok := j.Missing[p]; !ok {
		j.Missing[p] = reason
	}
}

// Metric returns a metric of the job, NaN if it was not read.
func (j *Job) Metric(name string) float64 { return metric(j.Metrics, name) }

// Vertex returns the vertex with an id, nil if there is none.
func (j *Job) Vertex(id string) *Vertex {
	for i := range j.Vertices {
		if j.Vertices[i].ID == id {
			return &j.Vertices[i]
		}
	}
	return nil
}

// Upstream reports whether vertex a feeds vertex b, directly or not.
func (j *Job) Upstream(a, b string) bool {
	seen := map[string]bool{b: true}
	for queue := []string{b}; len(queue) > 0; queue = queue[1:] {
		v := j.Vertex(queue[0])
		if v == nil {
			continue
		}
		for _, in := range v.Inputs {
			if in.From == a {
				return true
			}
			if !seen[in.From] {
				seen[in.From] = true
				queue = append(queue, in.From)
			}
		}
	}
	return false
}

// Consumers returns the vertices that read from a vertex.
func (j *Job) Consumers(id string) (out []*Vertex) {
	for i := range j.Vertices {
		for _, in := range j.Vertices[i].Inputs {
			if in.From == id {
				out = append(out, &j.Vertices[i])
				break
			}
		}
	}
	return out
}

// Edge is an input of a vertex.
type Edge struct {
	From     string // vertex id
	Ship     string // HASH, FORWARD, REBALANCE, RESCALE, BROADCAST, …
	Exchange string
}

// Vertex is a chain of operators that runs as one task per subtask.
type Vertex struct {
	ID, Name                    string
	Parallelism, MaxParallelism int
	Status                      string
	SlotGroup                   string
	Description                 string // of the plan, plain text
	Inputs                      []Edge
	Subtasks                    []Subtask
	// Metrics over all subtasks, by Flink's name; an operator's metric has the
	// operator in front: "Calc[2].numRecordsIn".
	Metrics map[string]Spread
	// Coordinator are the metrics of the source's coordinator.
	Coordinator map[string]float64
}

// Spread is one metric over the subtasks of a vertex.
type Spread struct{ Min, Max, Avg, Sum float64 }

// Metric returns a metric of the task; all NaN if it was not read.
func (v *Vertex) Metric(name string) Spread {
	if m, ok := v.Metrics[name]; ok {
		return m
	}
	nan := math.NaN()
	return Spread{nan, nan, nan, nan}
}

// Of returns an operator's metric, by operator.
func (v *Vertex) Of(name string) map[string]Spread {
	out := map[string]Spread{}
	for id, m := range v.Metrics {
		if op, ok := strings.CutSuffix(id, "."+name); ok {
			out[op] = m
		}
	}
	return out
}

// Source reports whether the vertex reads from outside.
func (v *Vertex) Source() bool { return len(v.Inputs) == 0 }

// Sink reports whether the vertex writes outside: its chain ends in a sink.
func (v *Vertex) Sink() bool {
	return strings.Contains(v.Name, "Sink:") || strings.Contains(v.Name, ": Writer") || strings.Contains(v.Name, ": Committer") ||
		strings.Contains(v.Name, "Sink(") || strings.Contains(v.Name, "sink") || strings.Contains(v.Name, "TableSink")
}

// Subtask is one parallel instance of a vertex.
type Subtask struct {
	Index, Attempt                          int
	Status                                  string
	TaskManager, Endpoint                   string
	BackPressured, Busy, Idle               float64 // shares of the last second, 0..1; NaN if unknown
	ReadRecords, WriteRecords               int64   // since the start of the attempt; -1 if unknown
	ReadBytes, WriteBytes                   int64   // likewise
	AccumulatedBusy, AccumulatedBackPressed time.Duration
	Metrics                                 map[string]float64 // by the names of Vertex.Metrics
	Stacks                                  []Stack            // samples of the task's thread
}

// Metric returns a metric of the subtask, NaN if it was not read.
func (s *Subtask) Metric(name string) float64 { return metric(s.Metrics, name) }

// Stack is what a thread was doing at one moment, innermost frame first.
type Stack struct {
	State  string // RUNNABLE, BLOCKED, WAITING, TIMED_WAITING
	Frames []string
}

// Exception is one failure of a job.
type Exception struct {
	Name, Stack string
	Time        time.Time
	Task        string // "" for a global failure
	TaskManager string
	Endpoint    string
}

// LogEvent is one line of a log that means something, or several alike.
type LogEvent struct {
	Kind   string // of logscan's table
	Time   time.Time
	Level  string
	File   string // and line, as file:line
	Text   string // the line without its head
	Fields map[string]string
	Stack  string // lines that follow, for failures; clipped
	Count  int    // lines alike; the first one is shown
	Last   time.Time
}

// Field returns a field of the event, "" if it has none of that name.
func (e *LogEvent) Field(name string) string { return e.Fields[name] }

// Series is the course of one figure.
type Series struct {
	Metric string            // Flink's name, e.g. "lastCheckpointDuration"
	Labels map[string]string // job_id, job_name, task_name, …
	Points []Point           // in order of time
}

// Point is one value of a series.
type Point struct {
	Time  time.Time
	Value float64
}

// Node is the machine the doctor runs on.
type Node struct {
	// Pressure is the share of the last minute in which some task waited for
	// the resource (PSI some avg60): cpu, io, memory; in 0..1.
	Pressure map[string]float64
	// Throttled is the share of CPU periods in which the cgroup was throttled.
	Throttled   float64
	CPULimit    float64 // cores; 0: none
	MemoryLimit int64   // bytes; 0: none
	MemoryUsed  int64
	OOMKills    int64
	// Retransmits is the share of TCP segments sent again since boot, and Peers
	// the share per peer of what is connected now.
	Retransmits float64
	Peers       map[string]float64
	Missing     map[string]string
}

// Pod is one pod of Kubernetes.
type Pod struct {
	Name, Component        string // component: jobmanager, taskmanager
	Restarts               int
	LastReason             string // of the last termination, e.g. OOMKilled
	ExitCode               int
	CPULimit               float64 // cores; 0: none
	MemoryLimit            int64   // bytes; 0: none
	Events                 []string
	Phase, UnscheduledWhy  string
	CPURequest             float64
	LastTermination, Start time.Time
}

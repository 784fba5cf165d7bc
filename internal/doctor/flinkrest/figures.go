package flinkrest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// pathBytesMax keeps a request's first line under the 4096 bytes that Netty takes.
const pathBytesMax = 3600

// taskMetrics are the task's metrics that rules look at.
var taskMetrics = []string{
	"numRecordsIn", "numRecordsOut", "numRecordsInPerSecond", "numRecordsOutPerSecond", "numBytesInPerSecond", "numBytesOutPerSecond",
	"busyTimeMsPerSecond", "backPressuredTimeMsPerSecond", "idleTimeMsPerSecond", "softBackPressuredTimeMsPerSecond", "hardBackPressuredTimeMsPerSecond",
	"Shuffle.Netty.Input.Buffers.inPoolUsage", "Shuffle.Netty.Output.Buffers.outPoolUsage",
	"Shuffle.Netty.Input.Buffers.inputFloatingBuffersUsage", "Shuffle.Netty.Input.Buffers.inputExclusiveBuffersUsage",
	"Shuffle.Netty.Input.Buffers.inputQueueLength", "Shuffle.Netty.Input.Buffers.inputQueueSize", "Shuffle.Netty.Output.Buffers.outputQueueLength",
	"Shuffle.Netty.Input.numBytesInRemotePerSecond", "numBytesInRemotePerSecond",
	"checkpointAlignmentTime", "checkpointStartDelayNanos", "currentInputWatermark", "mailboxLatencyMs_p99", "mailboxQueueSize",
	"debloatedBufferSize", "estimatedTimeToConsumeBuffersMs", "numFiredTimersPerSecond", "initializationTime",
}

// operatorMetrics are the ends of the names of operators' metrics that rules look at.
var operatorMetrics = []string{
	"currentOutputWatermark", "currentInputWatermark", "currentInput1Watermark", "currentInput2Watermark", "numLateRecordsDropped", "lateRecordsDroppedRate",
	"watermarkLatency", "pendingRecords", "pendingBytes", "watermarkLag", "sourceIdleTime", "currentFetchEventTimeLag", "currentEmitEventTimeLag",
	"watermarkAlignmentDrift", "numRecordsInErrors", "numRecordsSendErrors", "numRecordsOutErrors", "currentSendTime", "numRecordsSend", "numRecordsIn", "numRecordsOut",
	"numRecordsInPerSecond", "numRecordsOutPerSecond", "pendingCommittables", "failedCommittables", "retriedCommittables",
	"cache.hitCount", "cache.missCount", "cache.loadCount", "cache.latestLoadTime", "cache.numLoadFailures", "commitsFailed", "records_lag_max", "records-lag-max",
	"rocksdb.actual-delayed-write-rate", "rocksdb.is-write-stopped", "rocksdb.num-running-compactions", "rocksdb.estimate-pending-compaction-bytes", "rocksdb.num-live-versions",
}

// taskManagerMetrics are the metrics of a worker process.
var taskManagerMetrics = []string{
	"Status.Container.CPU.Throttled", "Status.JVM.CPU.Load", "Status.JVM.CPU.Time", "Status.JVM.Memory.Heap.Used", "Status.JVM.Memory.Heap.Max", "Status.JVM.Memory.Metaspace.Used",
	"Status.JVM.Memory.Metaspace.Max", "Status.JVM.Memory.Direct.MemoryUsed", "Status.JVM.Memory.Direct.TotalCapacity",
	"Status.JVM.GarbageCollector.All.TimeMsPerSecond", "Status.JVM.GarbageCollector.All.Time", "Status.JVM.GarbageCollector.All.Count",
	"Status.JVM.GarbageCollector.G1_Old_Generation.Count", "Status.JVM.GarbageCollector.G1_Old_Generation.TimeMsPerSecond",
	"Status.Flink.Memory.Managed.Used", "Status.Flink.Memory.Managed.Total", "Status.Shuffle.Netty.UsedMemorySegments", "Status.Shuffle.Netty.TotalMemorySegments",
	"Status.Shuffle.Netty.AvailableMemorySegments", "Status.Shuffle.Netty.RequestedMemoryUsage", "Status.JVM.Threads.Count",
	"Status.JVM.FileDescriptor.Open", "Status.JVM.FileDescriptor.Max", "System.CPU.Steal", "System.CPU.IOWait", "System.CPU.Usage",
}

// splitMetric recognises FLIP-33 and FLIP-217 metrics of one split.
func splitMetric(id string) bool { return strings.Contains(id, ".split.") }

// figures reads metrics: of the processes, of each job and each vertex.
func (r *reader) figures(ctx context.Context) {
	reads := []func(){func() { r.jobManagerFigures(ctx) }}
	for i := range r.snap.TaskManagers {
		if i == taskManagersMax {
			r.miss(snapshot.TaskManagerStats, fmt.Errorf("metrics of only %d of %d TaskManagers were read", taskManagersMax, len(r.snap.TaskManagers)))
			break
		}
		reads = append(reads, func() { r.taskManagerFigures(ctx, &r.snap.TaskManagers[i]) })
	}
	for i := range r.snap.Jobs {
		j := &r.snap.Jobs[i]
		reads = append(reads, func() { r.jobFigures(ctx, j) })
		for k := range j.Vertices {
			reads = append(reads, func() { r.vertex(ctx, j, &j.Vertices[k]) })
		}
	}
	all(reads...)
	r.again(ctx)
}

// collected is how long a job has to run until figures that are missing are worth
// waiting for: those of a younger one would tell little yet.
const collected = 15 * time.Second

// patience is how often figures that Flink has not collected yet are asked for again,
// and how long is waited between. Flink asks its TaskManagers no sooner than ten
// seconds (metrics.fetcher.update-interval) after it did so last.
var patience = []time.Duration{1500 * time.Millisecond, 4 * time.Second, 6 * time.Second}

// again reads figures that were not there yet: those of tasks that began to run
// after Flink's last collection, or whose TaskManager was slow to answer.
func (r *reader) again(ctx context.Context) {
	for _, wait := range patience {
		var reads []func()
		for i := range r.snap.Jobs {
			j := &r.snap.Jobs[i]
			if !j.Uncollected {
				continue
			}
			j.Uncollected = false
			for _, part := range []snapshot.Part{snapshot.BackPressure, snapshot.VertexStats, snapshot.Subtasks} {
				delete(j.Missing, part)
			}
			for k := range j.Vertices {
				reads = append(reads, func() { r.vertex(ctx, j, &j.Vertices[k]) })
			}
		}
		if len(reads) == 0 {
			return
		}
		delete(r.snap.Missing, snapshot.TaskManagerStats)
		for i := range r.snap.TaskManagers[:min(len(r.snap.TaskManagers), taskManagersMax)] {
			if t := &r.snap.TaskManagers[i]; t.Missing[snapshot.TaskManagerStats] != "" {
				t.Missing = nil
				reads = append(reads, func() { r.taskManagerFigures(ctx, t) })
			}
		}
		if r.options.WarmUp > 0 && pause(ctx, wait) != nil {
			return
		}
		all(reads...)
	}
}

// values reads un-aggregated metrics; names nobody has are left out.
func (r *reader) values(ctx context.Context, path string, names []string, into map[string]float64) error {
	for _, chunk := range chunks(path, names) {
		var w []metricWire
		if err := r.json(ctx, chunk, &w); err != nil {
			return err
		}
		for _, m := range w {
			if m.Value != nil {
				into[m.ID] = float64(*m.Value)
			}
		}
	}
	return nil
}

// chunks makes requests of names that are short enough.
func chunks(path string, names []string) (out []string) {
	var b strings.Builder
	for _, n := range names {
		escaped := url.QueryEscape(n)
		if b.Len() > 0 && b.Len()+len(escaped) > pathBytesMax {
			out = append(out, b.String())
			b.Reset()
		}
		if b.Len() == 0 {
			b.WriteString(path + "?get=" + escaped)
		} else {
			b.WriteString("," + escaped)
		}
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

func (r *reader) jobManagerFigures(ctx context.Context) {
	r.snap.JobManager = map[string]float64{}
	names := append(slices.Clone(taskManagerMetrics), "numRegisteredTaskManagers", "numPendingTaskManagers", "taskSlotsAvailable", "taskSlotsTotal", "numRunningJobs")
	if err := r.values(ctx, "/jobmanager/metrics", names, r.snap.JobManager); err != nil {
		r.miss(snapshot.JobManagerStats, err)
	}
}

func (r *reader) taskManagerFigures(ctx context.Context, t *snapshot.TaskManager) {
	err := r.values(ctx, "/taskmanagers/"+url.PathEscape(t.ID)+"/metrics", taskManagerMetrics, t.Metrics)
	if err == nil && len(t.Metrics) == 0 {
		err = fmt.Errorf("the JobManager has no metrics of TaskManager %s yet", t.ID)
	}
	if err != nil {
		t.Missing = map[snapshot.Part]string{snapshot.TaskManagerStats: err.Error()}
		r.miss(snapshot.TaskManagerStats, err)
	}
}

func (r *reader) jobFigures(ctx context.Context, j *snapshot.Job) {
	names := []string{"numRestarts", "fullRestarts", "uptime", "downtime", "lastCheckpointDuration", "lastCheckpointSize", "lastCheckpointFullSize",
		"numberOfFailedCheckpoints", "numberOfCompletedCheckpoints", "numberOfInProgressCheckpoints", "restartingTime", "restartingTimeTotal", "runningTime"}
	if err := r.values(ctx, "/jobs/"+j.ID+"/metrics", names, j.Metrics); err != nil {
		r.missOf(j, snapshot.JobStats, err)
	}
}

// vertex reads subtasks, back pressure and metrics of a vertex.
func (r *reader) vertex(ctx context.Context, j *snapshot.Job, v *snapshot.Vertex) {
	base := "/jobs/" + j.ID + "/vertices/" + v.ID
	var pressure backPressureWire
	var pressureErr, statsErr error
	all(
		func() {
			var w vertexWire
			if err := r.json(ctx, base, &w); err != nil {
				r.missOf(j, snapshot.Subtasks, err)
				return
			}
			setSubtasks(v, &w)
		},
		func() { pressureErr = r.json(ctx, base+"/backpressure", &pressure) },
		func() { statsErr = r.vertexMetrics(ctx, base, v) },
		func() { r.coordinator(ctx, base, v) },
	)
	if pressureErr != nil {
		r.missOf(j, snapshot.BackPressure, pressureErr)
	} else {
		setBackPressure(v, &pressure)
		if len(pressure.Subtasks) == 0 && v.Status == "RUNNING" {
			r.missOf(j, snapshot.BackPressure, fmt.Errorf("the JobManager has no figures of %s yet", v.Name))
			r.mu.Lock()
			j.Uncollected = j.Duration >= collected
			r.mu.Unlock()
		}
	}
	if statsErr != nil {
		r.missOf(j, snapshot.VertexStats, statsErr)
		return
	}
	if err := r.perSubtask(ctx, base, v); err != nil {
		r.missOf(j, snapshot.VertexStats, err)
	}
}

// vertexMetrics reads metrics over the subtasks. One name that is not there makes
// Flink's aggregated answer empty, so the names are read first.
func (r *reader) vertexMetrics(ctx context.Context, base string, v *snapshot.Vertex) error {
	var list []metricWire
	if err := r.json(ctx, base+"/subtasks/metrics", &list); err != nil {
		return err
	}
	var wanted []string
	for _, m := range list {
		if slices.Contains(taskMetrics, m.ID) || splitMetric(m.ID) && len(wanted) < 400 || operatorMetric(m.ID) {
			wanted = append(wanted, m.ID)
		}
	}
	slices.Sort(wanted)
	for _, path := range chunks(base+"/subtasks/metrics", wanted) {
		var w []metricWire
		if err := r.json(ctx, path, &w); err != nil {
			return err
		}
		for _, m := range w {
			v.Metrics[m.ID] = snapshot.Spread{Min: orNaN(m.Min), Max: orNaN(m.Max), Avg: orNaN(m.Avg), Sum: orNaN(m.Sum)}
		}
	}
	return nil
}

func operatorMetric(id string) bool {
	for _, end := range operatorMetrics {
		if strings.HasSuffix(id, "."+end) {
			return true
		}
	}
	return false
}

func orNaN(n *number) float64 {
	if n == nil {
		return math.NaN()
	}
	return float64(*n)
}

// perSubtask reads, subtask by subtask, the metrics in which subtasks differ.
func (r *reader) perSubtask(ctx context.Context, base string, v *snapshot.Vertex) error {
	if v.Parallelism < 2 || len(v.Subtasks) == 0 {
		for i := range v.Subtasks { // one subtask: the sum is its value
			for id, m := range v.Metrics {
				v.Subtasks[i].Metrics[id] = m.Max
			}
		}
		return nil
	}
	var names []string
	for id, m := range v.Metrics {
		if !(m.Max > m.Min) || !differs(id) {
			continue
		}
		for i := range v.Subtasks {
			names = append(names, strconv.Itoa(v.Subtasks[i].Index)+"."+id)
		}
	}
	slices.Sort(names)
	got := map[string]float64{}
	if err := r.values(ctx, base+"/metrics", names, got); err != nil {
		var older interface{ NotKept() bool }
		if errors.As(err, &older) {
			return nil // a bundle whose doctor did not ask for them
		}
		return err
	}
	for i := range v.Subtasks {
		prefix := strconv.Itoa(v.Subtasks[i].Index) + "."
		for id, m := range v.Metrics {
			if value, ok := got[prefix+id]; ok {
				v.Subtasks[i].Metrics[id] = value
			} else if m.Max == m.Min {
				v.Subtasks[i].Metrics[id] = m.Max
			}
		}
	}
	return nil
}

// differs reports whether a rule looks at a metric subtask by subtask.
func differs(id string) bool {
	switch id {
	case "numRecordsInPerSecond", "numRecordsOutPerSecond", "currentInputWatermark", "Shuffle.Netty.Input.Buffers.inPoolUsage", "Shuffle.Netty.Output.Buffers.outPoolUsage",
		"Shuffle.Netty.Input.Buffers.inputExclusiveBuffersUsage", "Shuffle.Netty.Input.Buffers.inputQueueSize", "numBytesInPerSecond", "estimatedTimeToConsumeBuffersMs":
		return true
	}
	return strings.HasSuffix(id, ".currentOutputWatermark") || strings.HasSuffix(id, ".sourceIdleTime") || strings.HasSuffix(id, ".pendingRecords")
}

// coordinator reads the metrics of a source's coordinator; there may be none.
func (r *reader) coordinator(ctx context.Context, base string, v *snapshot.Vertex) {
	if !v.Source() {
		return
	}
	var list []metricWire
	if r.json(ctx, base+"/jm-operator-metrics", &list) != nil || len(list) == 0 {
		return
	}
	var names []string
	for _, m := range list {
		names = append(names, m.ID)
	}
	slices.Sort(names)
	_ = r.values(ctx, base+"/jm-operator-metrics", names[:min(len(names), 100)], v.Coordinator)
}

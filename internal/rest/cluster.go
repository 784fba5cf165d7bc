package rest

import (
	"runtime"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
)

// now is the time in ms since 1970.
func (h *Handler) now() int64 { return time.Now().UnixMilli() }

// terminal reports a status that no other follows.
func terminal(s checkpoint.JobStatus) bool {
	return slices.Contains([]checkpoint.JobStatus{checkpoint.JobFinished, checkpoint.JobCanceled, checkpoint.JobFailed, checkpoint.JobSuspended}, s)
}

// slots returns how many subtasks of a vertex the process is meant for, its cores
// or more if a job has more, and how many of these no job uses.
func (h *Handler) slots() (total, free int) {
	used := 0
	for _, j := range h.cluster.Jobs() {
		if !terminal(j.Status()) {
			used += width(j)
		}
	}
	total = max(h.options.Slots, used)
	return total, total - used
}

// width is the slots a job takes: the parallelism of its widest vertex.
func width(j Job) (most int) {
	for _, v := range j.Graph().Vertices {
		most = max(most, v.Parallelism)
	}
	return most
}

type overviewBody struct {
	TaskManagers   int    `json:"taskmanagers"`
	SlotsTotal     int    `json:"slots-total"`
	SlotsAvailable int    `json:"slots-available"`
	Running        int    `json:"jobs-running"`
	Finished       int    `json:"jobs-finished"`
	Cancelled      int    `json:"jobs-cancelled"`
	Failed         int    `json:"jobs-failed"`
	Version        string `json:"flink-version"`
	Commit         string `json:"flink-commit"`
}

func overview(r *request) (any, error) {
	b := overviewBody{TaskManagers: 1, Version: flinkVersion, Commit: "flott " + r.h.options.Version}
	b.SlotsTotal, b.SlotsAvailable = r.h.slots()
	for _, j := range r.h.cluster.Jobs() {
		switch j.Status() {
		case checkpoint.JobFinished:
			b.Finished++
		case checkpoint.JobCanceled:
			b.Cancelled++
		case checkpoint.JobFailed:
			b.Failed++
		default:
			b.Running++
		}
	}
	return b, nil
}

type dashboardBody struct {
	Refresh  int64  `json:"refresh-interval"` // ms
	Zone     string `json:"timezone-name"`
	Offset   int64  `json:"timezone-offset"` // ms
	Version  string `json:"flink-version"`
	Revision string `json:"flink-revision"`
	Features struct {
		Submit  bool `json:"web-submit"`
		Cancel  bool `json:"web-cancel"`
		Rescale bool `json:"web-rescale"`
		History bool `json:"web-history"`
	} `json:"features"`
}

func dashboardConfig(r *request) (any, error) {
	zone, offset := time.Now().Zone()
	b := dashboardBody{
		Refresh: 3000, Zone: zone, Offset: int64(offset) * 1000, Version: flinkVersion,
		Revision: "flott " + r.h.options.Version + " " + r.h.options.Revision,
	}
	b.Features.Cancel = true
	return b, nil
}

type keyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func keyValues(list [][2]string) []keyValue {
	out := []keyValue{}
	for _, kv := range list {
		out = append(out, keyValue{kv[0], kv[1]})
	}
	return out
}

func configuration(r *request) (any, error) { return keyValues(r.h.cluster.Config()), nil }

type logsBody struct {
	Logs []struct{} `json:"logs"`
}

// logs: the log goes to standard error, not to files.
func logs(*request) (any, error) { return logsBody{Logs: []struct{}{}}, nil }

func taskManagerLogs(r *request) (any, error) {
	if err := r.taskManager(); err != nil {
		return nil, err
	}
	return logs(r)
}

const megabyte = 1 << 20

type resource struct {
	Cores    number   `json:"cpuCores"`
	Heap     int64    `json:"taskHeapMemory"` // MB, as the others
	OffHeap  int64    `json:"taskOffHeapMemory"`
	Managed  int64    `json:"managedMemory"`
	Network  int64    `json:"networkMemory"`
	Extended struct{} `json:"extendedResources"`
}

type taskManagerBody struct {
	ID            string         `json:"id"`
	Path          string         `json:"path"`
	DataPort      int            `json:"dataPort"`
	JMXPort       int            `json:"jmxPort"`
	LastHeartbeat int64          `json:"timeSinceLastHeartbeat"`
	Slots         int            `json:"slotsNumber"`
	Free          int            `json:"freeSlots"`
	Assigned      int            `json:"assignedTasks"`
	Total         resource       `json:"totalResource"`
	FreeResource  resource       `json:"freeResource"`
	Hardware      hardware       `json:"hardware"`
	Memory        memoryBody     `json:"memoryConfiguration"`
	Allocated     []slotBody     `json:"allocatedSlots,omitempty"`
	Metrics       *runtimeMemory `json:"metrics,omitempty"`
}

type hardware struct {
	Cores    int   `json:"cpuCores"`
	Physical int64 `json:"physicalMemory"`
	Free     int64 `json:"freeMemory"`
	Managed  int64 `json:"managedMemory"`
}

// memoryBody is in bytes. flott has one pool: the heap.
type memoryBody struct {
	FrameworkHeap    int64 `json:"frameworkHeap"`
	TaskHeap         int64 `json:"taskHeap"`
	FrameworkOffHeap int64 `json:"frameworkOffHeap"`
	TaskOffHeap      int64 `json:"taskOffHeap"`
	Network          int64 `json:"networkMemory"`
	Managed          int64 `json:"managedMemory"`
	Metaspace        int64 `json:"jvmMetaspace"`
	Overhead         int64 `json:"jvmOverhead"`
	TotalFlink       int64 `json:"totalFlinkMemory"`
	TotalProcess     int64 `json:"totalProcessMemory"`
}

type slotBody struct {
	Job      string   `json:"jobId"`
	Resource resource `json:"resource"`
	Assigned int      `json:"assignedTasks"`
}

type runtimeMemory struct {
	HeapUsed          int64       `json:"heapUsed"`
	HeapCommitted     int64       `json:"heapCommitted"`
	HeapMax           int64       `json:"heapMax"`
	NonHeapUsed       int64       `json:"nonHeapUsed"`
	NonHeapCommitted  int64       `json:"nonHeapCommitted"`
	NonHeapMax        int64       `json:"nonHeapMax"`
	DirectCount       int64       `json:"directCount"`
	DirectUsed        int64       `json:"directUsed"`
	DirectMax         int64       `json:"directMax"`
	MappedCount       int64       `json:"mappedCount"`
	MappedUsed        int64       `json:"mappedUsed"`
	MappedMax         int64       `json:"mappedMax"`
	SegmentsAvailable int64       `json:"nettyShuffleMemorySegmentsAvailable"`
	SegmentsUsed      int64       `json:"nettyShuffleMemorySegmentsUsed"`
	SegmentsTotal     int64       `json:"nettyShuffleMemorySegmentsTotal"`
	ShuffleAvailable  int64       `json:"nettyShuffleMemoryAvailable"`
	ShuffleUsed       int64       `json:"nettyShuffleMemoryUsed"`
	ShuffleTotal      int64       `json:"nettyShuffleMemoryTotal"`
	Collectors        []collector `json:"garbageCollectors"`
}

type collector struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
	Time  int64  `json:"time"` // ms
}

// taskManagerBody describes this process as a TaskManager.
func (h *Handler) taskManagerBody() taskManagerBody {
	total, free := h.slots()
	limit := memoryLimit()
	b := taskManagerBody{
		ID: h.options.TaskManager, Path: "flott://" + h.options.TaskManager, DataPort: -1, JMXPort: -1, LastHeartbeat: h.now(),
		Slots: total, Free: free,
		Total:    resource{Cores: number(runtime.GOMAXPROCS(0)), Heap: limit / megabyte},
		Hardware: hardware{Cores: runtime.NumCPU(), Physical: physicalMemory(), Free: limit},
		Memory:   memoryBody{TaskHeap: limit, TotalFlink: limit, TotalProcess: limit},
	}
	b.FreeResource = share(b.Total, free, total)
	for _, j := range h.cluster.Jobs() {
		if terminal(j.Status()) {
			continue
		}
		for _, e := range j.Executions() {
			if !e.State.Terminal() {
				b.Assigned++
			}
		}
	}
	return b
}

// share is part of n parts of a resource.
func share(r resource, part, n int) resource {
	if n == 0 {
		return resource{}
	}
	r.Cores = r.Cores * number(part) / number(n)
	r.Heap = r.Heap * int64(part) / int64(n)
	return r
}

func taskManagers(r *request) (any, error) {
	return struct {
		TaskManagers []taskManagerBody `json:"taskmanagers"`
	}{[]taskManagerBody{r.h.taskManagerBody()}}, nil
}

func taskManager(r *request) (any, error) {
	if err := r.taskManager(); err != nil {
		return nil, err
	}
	b := r.h.taskManagerBody()
	for _, j := range r.h.cluster.Jobs() {
		if !terminal(j.Status()) {
			b.Allocated = append(b.Allocated, allocated(j, b.Total, b.Slots)...)
		}
	}
	now := r.h.process.read()
	pauses := collector{"All", int64(now.collections), now.gcClock.Milliseconds()}
	held := int64(max(0, now.total-now.heapHeld))
	b.Metrics = &runtimeMemory{
		HeapUsed: int64(now.heapUsed), HeapCommitted: int64(now.heapHeld), HeapMax: int64(now.limit),
		NonHeapUsed: held, NonHeapCommitted: held, NonHeapMax: -1, Collectors: []collector{pauses},
	}
	return b, nil
}

// allocated is the slots of a job: one for each subtask index.
func allocated(j Job, total resource, slots int) []slotBody {
	out := make([]slotBody, width(j))
	for _, e := range j.Executions() {
		if !e.State.Terminal() {
			out[e.Subtask].Assigned++
		}
	}
	for i := range out {
		out[i].Job, out[i].Resource = j.Info().ID, share(total, 1, slots)
	}
	return out
}

package rules

import (
	"math"
	"strings"

	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var taskManagerNeeds = []snapshot.Part{snapshot.TaskManagers, snapshot.TaskManagerStats}

var memoryRules = []Rule{
	{
		ID: "FLT410", Cause: "memory-limit", Title: "The heap is nearly full", Level: Warning, Needs: taskManagerNeeds, Cluster: heapFull, Stage: 0,
		Doc: Doc{
			Symptom:   "Heap used stays above 90 %, pauses get longer.",
			Cause:     "More than 90 % of a TaskManager's heap is in use while it collects garbage much: the next step is an OutOfMemoryError.",
			See:       "Status.JVM.Memory.Heap.Used against Heap.Max over time: what stays after a collection counts.",
			Remedy:    "taskmanager.memory.task.heap.size up, or state off the heap (RocksDB).",
			Reproduce: "Growing state on hashmap with a small heap.",
			Source:    "Runbook, section 2.",
		},
	},
	{
		ID: "FLT411", Cause: "network-buffers", Title: "There are no network buffers left", Level: Warning, Needs: taskManagerNeeds, Cluster: buffersGone, Stage: 0, Explains: []string{"FLT211"},
		Doc: Doc{
			Symptom:   "Tasks start slowly or not at all; throughput falls when jobs are added.",
			Cause:     "All memory segments of a TaskManager are taken: new tasks cannot start, running ones share too few.",
			See:       "Status.Shuffle.Netty.AvailableMemorySegments 0, RequestedMemoryUsage above 100.",
			Remedy:    "taskmanager.memory.network.fraction and .max up; fewer slots or less parallelism per TaskManager.",
			Reproduce: "taskmanager.memory.network.max: 8 mb at parallelism 16 with hash edges.",
			Source:    "Flink documentation, Network memory.",
		},
	},
	{
		ID: "FLT211", Cause: "network-buffers", Title: "A task cannot get network buffers", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: buffersFailed, Bounded: true, Stopped: true, Explains: afterFailure,
		Doc: Doc{
			Symptom:   "The job fails at its start, or when it is scaled up: `Insufficient number of network buffers`.",
			Cause:     "`Insufficient number of network buffers`: a task needs more buffers than the TaskManager has, and fails.",
			See:       "Tab Exceptions.",
			Remedy:    "taskmanager.memory.network.fraction: 0.2, taskmanager.memory.network.max up.",
			Reproduce: "As FLT411.",
			Source:    "Flink documentation, Network memory.",
		},
	},
	{
		ID: "FLT412", Cause: "memory-limit", Title: "Out of memory", Level: Critical, Needs: []snapshot.Part{snapshot.Exceptions}, Job: outOfMemory, Bounded: true, Stopped: true, Explains: append([]string{"FLT401", "FLT402", "FLT404", "FLT410", "FLT414"}, afterFailure...),
		Doc: Doc{
			Symptom:   "A TaskManager or JobManager dies with OutOfMemoryError, or its container with exit code 137.",
			Cause:     "A process ran out of heap or direct memory, or the container or kernel killed it for memory.",
			See:       "Exceptions and logs: OutOfMemoryError; kubectl describe pod: OOMKilled, exit code 137.",
			Remedy:    "Heap: taskmanager.memory.task.heap.size. Direct: taskmanager.memory.task.off-heap.size. Killed: taskmanager.memory.jvm-overhead.fraction, because something takes memory that Flink does not plan.",
			Reproduce: "LISTAGG over everything with a heap of 100 MB.",
			Source:    "Runbook, section 2; logs.",
		},
	},
	{
		ID: "FLT413", Cause: "memory-limit", Title: "Metaspace is nearly full", Level: Warning, Needs: taskManagerNeeds, Cluster: metaspaceFull, Stage: 0, Explains: []string{"FLT412", "FLT402"},
		Doc: Doc{
			Symptom:   "After some hundred submissions the TaskManager dies with `OutOfMemoryError: Metaspace`.",
			Cause:     "Classes of jobs that ended are still loaded: every submission to a session cluster takes more, until the TaskManager dies.",
			See:       "Status.JVM.Memory.Metaspace.Used against Max.",
			Remedy:    "Connector jars into lib/ instead of each job; taskmanager.memory.jvm-metaspace.size up; application mode.",
			Reproduce: "Submit a jar some hundred times.",
			Source:    "Flink documentation, Debugging Classloading.",
		},
	},
	{
		ID: "FLT414", Cause: "gc-pressure", Title: "Much time goes into garbage collection", Level: Warning, Needs: taskManagerNeeds, Cluster: gcShareHigh, Stage: 0, Explains: []string{"FLT401", "FLT410"},
		Doc: Doc{
			Symptom:   "Throughput comes in waves; CPU is high with little work done.",
			Cause:     "A TaskManager spends more than a tenth of its time in garbage collection.",
			See:       "Status.JVM.GarbageCollector.All.TimeMsPerSecond.",
			Remedy:    "As FLT208.",
			Reproduce: "As FLT208.",
			Source:    "Runbook, section 2.",
		},
	},
	{
		ID: "FLT418", Cause: "gc-pressure", Title: "Long pauses in the GC log", Level: Warning, Needs: []snapshot.Part{snapshot.TaskManagerLogs}, Cluster: gcPauses, Stage: 0, Explains: []string{"FLT401", "FLT414"},
		Doc: Doc{
			Symptom:   "Heartbeats and checkpoints are late at the moments of long pauses in the GC log.",
			Cause:     "The JVM stopped for seconds. Heartbeats, acknowledgements and records all waited.",
			See:       "-Xlog:gc*: Pause Full, Pause Young … ms.",
			Remedy:    "More heap or less on it; G1 with a pause goal.",
			Reproduce: "A full heap.",
			Source:    "Runbook, section 4: G1 with GC logging.",
		},
	},
	{
		ID: "FLT420", Cause: "file-descriptors", Title: "File descriptors run out", Level: Warning, Needs: taskManagerNeeds, Cluster: fileDescriptors, Stage: 0,
		Doc: Doc{
			Symptom:   "`Too many open files`; RocksDB or connections fail.",
			Cause:     "More than 90 % of the allowed file descriptors are open; RocksDB and connections need more.",
			See:       "Status.JVM.FileDescriptor.Open against Max.",
			Remedy:    "ulimit -n 65536 or more; state.backend.rocksdb.files.open.",
			Reproduce: "ulimit -n 256.",
			Source:    "Flink documentation, RocksDB tuning.",
		},
	},
}

// eachTaskManager asks for every TaskManager whose metrics are known; if none is,
// the rule is not assessed.
func eachTaskManager(c *Case, figure string, ask func(t *snapshot.TaskManager, value float64)) {
	known := false
	for i := range c.S.TaskManagers {
		t := &c.S.TaskManagers[i]
		if v, ok := t.Metrics[figure]; ok {
			known = true
			ask(t, v)
		}
	}
	if !known && len(c.S.TaskManagers) > 0 {
		c.notAssessed("no TaskManager has the metric %s", figure)
	}
}

func heapFull(c *Case) {
	for i := range c.S.TaskManagers {
		if t := &c.S.TaskManagers[i]; len(t.Metrics) > 0 && math.IsNaN(gcShare(t)) {
			c.notAssessed("no TaskManager has the metric %s", "Status.JVM.GarbageCollector.All.TimeMsPerSecond")
			return
		}
	}
	eachTaskManager(c, "Status.JVM.Memory.Heap.Used", func(t *snapshot.TaskManager, used float64) {
		most := t.Metric("Status.JVM.Memory.Heap.Max")
		if !(most > 0) || used < 0.9*most || !(gcShare(t) >= 0.05) {
			return
		}
		f := c.found(Warning, say("the heap of TaskManager %s is %s full", t.ID, pct(used/most))).on(t.ID)
		f.because("%s of %s, %s of the time in garbage collection", size(int64(used)), size(int64(most)), pct(gcShare(t)))
		gcRemedy(f)
	})
}

func metaspaceFull(c *Case) {
	eachTaskManager(c, "Status.JVM.Memory.Metaspace.Used", func(t *snapshot.TaskManager, used float64) {
		most := t.Metric("Status.JVM.Memory.Metaspace.Max")
		if !(most > 0) || used < 0.9*most {
			return
		}
		f := c.found(Warning, say("the metaspace of TaskManager %s is %s full", t.ID, pct(used/most))).on(t.ID)
		f.because("%s of %s", size(int64(used)), size(int64(most)))
		f.remedy("taskmanager.memory.jvm-metaspace.size: 512 mb; connector jars in lib/ instead of every job")
		f.expect("no TaskManager dies after many submissions")
	})
}

func gcShareHigh(c *Case) {
	eachTaskManager(c, "Status.JVM.GarbageCollector.All.TimeMsPerSecond", func(t *snapshot.TaskManager, ms float64) {
		if ms < 1000*gcHigh {
			return
		}
		severity := Warning
		if ms >= 400 {
			severity = Critical
		}
		f := c.found(severity, say("TaskManager %s collects garbage %s of the time", t.ID, pct(ms/1000))).on(t.ID)
		if used, most := t.Metric("Status.JVM.Memory.Heap.Used"), t.Metric("Status.JVM.Memory.Heap.Max"); most > 0 {
			f.because("heap %s of %s", size(int64(used)), size(int64(most)))
		}
		gcRemedy(f)
	})
}

func buffersGone(c *Case) {
	eachTaskManager(c, "Status.Shuffle.Netty.RequestedMemoryUsage", func(t *snapshot.TaskManager, percent float64) {
		free := t.Metric("Status.Shuffle.Netty.AvailableMemorySegments")
		if percent <= 100 && !(free == 0) {
			return
		}
		f := c.found(Warning, say("TaskManager %s has no network buffers left", t.ID)).on(t.ID)
		f.because("%.0f %% of its network memory is asked for, %.0f segments are free", percent, free)
		buffersRemedy(f)
	})
}

func buffersRemedy(f *Finding) {
	f.remedy("taskmanager.memory.network.fraction: 0.2; taskmanager.memory.network.max: 1 gb")
	f.remedy("or less parallelism per TaskManager: the need grows with slots × parallelism per hash edge")
	f.expect("all tasks start, RequestedMemoryUsage below 100")
}

func buffersFailed(c *Case) {
	es := recent(c, failures(c.J, failBuffers))
	if len(es) == 0 {
		return
	}
	f := c.found(severityOf(c, es[0]), say("a task could not get network buffers")).on(es[0].TaskManager)
	f.because("%s", innermostCause(es[0].Stack))
	buffersRemedy(f)
}

func outOfMemory(c *Case) {
	es := recent(c, failures(c.J, failMemory, failMetaspace, failDirect))
	events := c.fileEvents(logscan.OutOfHeap, logscan.OutOfDirect, logscan.OutOfMetaspace, logscan.GCOverhead, logscan.ContainerKilled)
	var killed []snapshot.Pod
	for _, p := range c.S.Pods {
		if p.LastReason == "OOMKilled" || p.ExitCode == 137 {
			killed = append(killed, p)
		}
	}
	if len(es)+len(events)+len(killed) == 0 {
		return
	}
	var f *Finding
	text := ""
	switch {
	case len(es) > 0:
		text = es[0].Stack
		f = c.found(severityOf(c, es[0]), say("out of memory at %s", stamp(es[0].Time))).on(es[0].TaskManager)
		f.because("%s", firstOf(innermostCause(text), es[0].Name))
	case len(events) > 0:
		e := events[len(events)-1]
		text = e.Kind
		f = c.found(Critical, say("out of memory at %s", stamp(e.Time)))
		f.because("log %s: %s", e.File, firstLine(e.Text, 200))
	default:
		p := killed[0]
		text = "OOMKilled"
		f = c.found(Critical, say("pod %s was killed for memory", p.Name))
		f.because("%s, exit code %d, limit %s, %d restarts", p.LastReason, p.ExitCode, size(p.MemoryLimit), p.Restarts)
	}
	switch {
	case strings.Contains(strings.ToLower(text), "metaspace"):
		f.remedy("taskmanager.memory.jvm-metaspace.size: 512 mb; connector jars in lib/ instead of every job")
	case strings.Contains(strings.ToLower(text), "direct") || strings.Contains(text, "Cannot reserve"):
		f.remedy("taskmanager.memory.task.off-heap.size: 256 mb, or taskmanager.memory.framework.off-heap.size up")
	case strings.Contains(text, "killed") || strings.Contains(text, "OOMKilled") || strings.Contains(text, "physical memory") || strings.Contains(text, "137"):
		f.remedy("taskmanager.memory.jvm-overhead.fraction: 0.2 (and .max up), or taskmanager.memory.process.size and the container's limit up")
		f.remedy("RocksDB takes what malloc fragments: jemalloc in the image, state.backend.rocksdb.memory.managed: true")
	default:
		f.remedy("taskmanager.memory.task.heap.size up, or taskmanager.memory.managed.fraction down (hashmap state does not use managed memory)")
		f.remedy("state off the heap: state.backend.type: rocksdb; table.exec.state.ttl for state that grows")
	}
	f.expect("no restart for lack of memory at the same load")
}

func gcPauses(c *Case) {
	var worst float64
	var at *snapshot.LogEvent
	n := 0
	for _, e := range c.logEvents(logscan.GCPause) {
		ms := toFloat(e.Fields["ms"]) + 1000*toFloat(e.Fields["secs"])
		if ms >= 1000 {
			n++
		}
		if ms > worst {
			worst, at = ms, e
		}
	}
	if worst < 1000 {
		return
	}
	f := c.found(Warning, say("%d GC pauses of a second or more, the longest %.1f s", n, worst/1000))
	f.because("log %s: %s", at.File, firstLine(at.Text, 160))
	gcRemedy(f)
}

func fileDescriptors(c *Case) {
	eachTaskManager(c, "Status.JVM.FileDescriptor.Open", func(t *snapshot.TaskManager, open float64) {
		most := t.Metric("Status.JVM.FileDescriptor.Max")
		if !(most > 0) || open < 0.9*most {
			return
		}
		f := c.found(Warning, say("TaskManager %s has %.0f of %.0f file descriptors open", t.ID, open, most)).on(t.ID)
		f.because("Status.JVM.FileDescriptor.Open %.0f", open)
		f.remedy("ulimit -n 65536 for the process (LimitNOFILE, or the container runtime)")
	})
}

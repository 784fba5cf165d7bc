package rules

import (
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Rules about the processes of a cluster: their memory, their machines, their end.
var processRules = []Rule{
	{
		ID: "FLT424", Cause: "gc-pressure", Title: "The JobManager collects garbage or its heap is full", Level: Warning, Needs: []snapshot.Part{snapshot.JobManagerStats}, Cluster: jobManagerHeap, Stage: 0, Explains: []string{"FLT407", "FLT401", "FLT127"},
		Doc: Doc{
			Symptom:   "The web UI answers slowly, checkpoints are triggered late, leadership is lost, heartbeats time out on all TaskManagers at once.",
			Cause:     "The JobManager's heap is too small for its jobs, its execution graphs and the metadata of checkpoints (many subtasks, state kept in metadata, union state).",
			See:       "GET /jobmanager/metrics?get=Status.JVM.Memory.Heap.Used,Status.JVM.GarbageCollector.All.TimeMsPerSecond.",
			Remedy:    "jobmanager.memory.process.size up; fewer jobs per session cluster; web.history and execution.checkpointing.data-inline-threshold down.",
			Reproduce: "jobmanager.memory.jvm-heap… of 200 MB and a job with parallelism 500.",
			Source:    "Runbook, section 2, GC and memory.",
		},
	},
	{
		ID: "FLT425", Cause: "memory-limit", Title: "Managed memory lies idle while the heap is short", Level: Info, Needs: taskManagerNeeds, Cluster: idleManaged, Stage: 0,
		Doc: Doc{
			Symptom:   "Much garbage collection although the TaskManager's process has gigabytes that nobody uses.",
			Cause:     "State is on the heap (hashmap), but 40 % of Flink's memory is reserved for RocksDB, batch operators and Python.",
			See:       "Status.Flink.Memory.Managed.Used 0 of Managed.Total; heap above 80 %.",
			Remedy:    "taskmanager.memory.managed.fraction: 0 for hashmap state: the heap grows by as much.",
			Reproduce: "state.backend.type: hashmap with the default taskmanager.memory.managed.fraction and growing state.",
			Source:    "Flink documentation, Set up TaskManager Memory: managed memory.",
		},
	},
	{
		ID: "FLT426", Cause: "memory-limit", Title: "Little managed memory for RocksDB", Level: Info, Needs: append([]snapshot.Part{snapshot.Jobs}, taskManagerNeeds...), Cluster: littleManaged, Stage: 0,
		Doc: Doc{
			Symptom:   "State access is slow from the start and the disk is read all the time.",
			Cause:     "Block cache and memtables of all states of a slot share its part of managed memory; with less than 64 MB they evict each other and flush tiny files.",
			See:       "Status.Flink.Memory.Managed.Total ÷ taskmanager.numberOfTaskSlots.",
			Remedy:    "taskmanager.memory.managed.fraction: 0.6 or taskmanager.memory.managed.size; fewer slots per TaskManager.",
			Reproduce: "taskmanager.memory.managed.size: 64 mb with 4 slots and RocksDB.",
			Source:    "Flink documentation, Tuning RocksDB memory.",
		},
	},
	{
		ID: "FLT427", Cause: "cpu-saturated", Title: "Tasks are unevenly spread over the TaskManagers", Level: Info, Needs: taskManagerNeeds, Cluster: unevenSpread, Stage: 0,
		Doc: Doc{
			Symptom:   "One TaskManager is at its limit while another one runs nothing.",
			Cause:     "Slots are filled one TaskManager after the other, not in turn.",
			See:       "GET /taskmanagers: freeSlots; CPU load of each.",
			Remedy:    "taskmanager.load-balance.mode: SLOTS (before 2.0: cluster.evenly-spread-out-slots: true), then restart the job.",
			Reproduce: "Two TaskManagers of 4 slots and a job of parallelism 4.",
			Source:    "Runbook, section 3; Flink documentation, Balanced Tasks Scheduling.",
		},
	},
	{
		ID: "FLT428", Cause: "memory-limit", Title: "The container is smaller than the process it holds", Level: Warning, Needs: []snapshot.Part{snapshot.Kubernetes, snapshot.Config}, Cluster: containerSmall, Stage: 0, Explains: []string{"FLT412", "FLT402", "FLT207", "FLT218"},
		Doc: Doc{
			Symptom:   "Pods are OOMKilled long before the heap is full, or are throttled although the node has idle cores.",
			Cause:     "The memory limit of the pod is below taskmanager.memory.process.size, or its CPU limit is below one core per slot.",
			See:       "kubectl describe pod: Limits, against taskmanager.memory.process.size and taskmanager.numberOfTaskSlots.",
			Remedy:    "The limit at least taskmanager.memory.process.size (kubernetes.taskmanager.memory.limit-factor: 1.0), one core per slot.",
			Reproduce: "A deployment with limits.memory 1Gi and taskmanager.memory.process.size: 2g.",
			Source:    "Runbook, scenario 3; Flink documentation, Container OOM Killed.",
		},
	},
	{
		ID: "FLT429", Cause: "taskmanager-lost", Title: "A process of the cluster ended itself or was ended", Level: Warning, Needs: []snapshot.Part{snapshot.TaskManagerLogs}, Cluster: processEnded, Stage: 0, Explains: append([]string{"FLT402", "FLT401"}, afterFailure...),
		Doc: Doc{
			Symptom:   "A JobManager or TaskManager is gone; its log ends with a fatal error, a signal, or the resource manager says that its worker was terminated.",
			Cause:     "An error that Flink does not survive (a thread that threw, a task that could not be cancelled, a failed registration), SIGTERM from outside (eviction, deployment, systemd), or the container runtime.",
			See:       "The last lines of its log: `Fatal error occurred while executing the TaskManager`, `FATAL: Thread …`, `RECEIVED SIGNAL 15`, `Worker … is terminated. Diagnostics: …`.",
			Remedy:    "By the line: mend the error; for signals look who sent it (kubectl get events, journalctl); for a worker read its diagnostics and exit code.",
			Reproduce: "kill PID of a TaskManager.",
			Source:    "Logs, sections 3, 4 and 8.",
		},
	},
	{
		ID: "FLT430", Cause: "heartbeat-timeout", Title: "A TaskManager is silent", Level: Warning, Needs: []snapshot.Part{snapshot.TaskManagers}, Cluster: silentTaskManager, Stage: 0, Explains: append([]string{"FLT401", "FLT402", "FLT431"}, heldBack...),
		Doc: Doc{
			Symptom:   "Its metrics and thread dumps are not to be had; checkpoints wait for its answers; nothing has failed yet.",
			Cause:     "The process stands still (a long collection, a frozen or overloaded machine, SIGSTOP) or the network to it is cut. After heartbeat.timeout the JobManager gives it up.",
			See:       "GET /taskmanagers: timeSinceLastHeartbeat (a time stamp) against those of the others.",
			Remedy:    "Look at the machine before the timeout takes the evidence away: thread dump by kill -QUIT, GC log, dmesg, ping. heartbeat.timeout: 50 s stays as it is unless such pauses are known.",
			Reproduce: "kill -STOP of a TaskManager.",
			Source:    "Runbook, section 3, network partition, and section 4, heartbeats.",
		},
	},
	{
		ID: "FLT431", Cause: "task-start-slow", Title: "Tasks take long to get running", Level: Warning, Needs: []snapshot.Part{snapshot.Vertices, snapshot.Subtasks}, Job: slowStart, Symptom: true, Stage: 1, Explains: []string{"FLT105", "FLT112"},
		Doc: Doc{
			Symptom:   "The job is RUNNING, some of its subtasks are DEPLOYING or INITIALIZING for minutes; no record flows and checkpoints fail with `Not all required tasks are currently running`.",
			Cause:     "DEPLOYING: the TaskManager does not answer or downloads jars. INITIALIZING: state is downloaded, or open() of a function or connector waits for something outside.",
			See:       "Tab SubTasks: Status; thread dump of the TaskManager; metric initializationTime.",
			Remedy:    "Local recovery (execution.state-recovery.from-local: true), more threads for downloads, time limits in open().",
			Reproduce: "A function whose open() sleeps two minutes.",
			Source:    "Runbook, section 5: TaskManager lost, state restored.",
		},
	},
}

// managerTime is the JobManager's time of the snapshot: the doctor's clock may differ.
func managerTime(s *snapshot.Snapshot) (now time.Time) {
	for i := range s.TaskManagers {
		if t := s.TaskManagers[i].LastHeartbeat; t.After(now) {
			now = t
		}
	}
	for i := range s.Jobs {
		if j := &s.Jobs[i]; !j.Start.IsZero() && j.State == "RUNNING" {
			if t := j.Start.Add(j.Duration); t.After(now) {
				now = t
			}
		}
	}
	return now
}

func silentTaskManager(c *Case) {
	interval := 10 * time.Second
	if d := flinkDuration(c.setting("heartbeat.interval")); d > 0 {
		interval = d
	}
	now, known := managerTime(c.S), false
	for i := range c.S.TaskManagers {
		t := &c.S.TaskManagers[i]
		if t.LastHeartbeat.IsZero() {
			continue
		}
		known = true
		silent := now.Sub(t.LastHeartbeat)
		if silent < interval*3/2+time.Second {
			continue
		}
		f := c.found(Warning, say("TaskManager %s has been silent for %s", t.ID, dur(silent))).on(t.ID)
		f.because("a heartbeat is due every %s; heartbeat.timeout: %s", dur(interval), firstOf(c.setting("heartbeat.timeout"), "50 s"))
		if why := t.Missing[snapshot.TaskManagerStats]; why != "" {
			f.because("%s", why)
		}
		f.remedy("look at that machine now, before the timeout: jstack or kill -QUIT of the process, GC log, dmesg, network")
		f.expect("heartbeats of all TaskManagers younger than their interval")
	}
	if !known && len(c.S.TaskManagers) > 0 {
		c.notAssessed("the JobManager does not show when it heard from its TaskManagers")
	}
}

// startMuch is how long tasks may take to get running.
const startMuch = time.Minute

func slowStart(c *Case) {
	since := c.J.Start
	if at, ok := c.J.Entered["RUNNING"]; ok {
		since = at
	}
	took := managerTime(c.S).Sub(since)
	if since.IsZero() || took < startMuch {
		return
	}
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		n := map[string]int{}
		var one *snapshot.Subtask
		for k := range v.Subtasks {
			if s := &v.Subtasks[k]; s.Status == "DEPLOYING" || s.Status == "INITIALIZING" {
				n[s.Status]++
				one = s
			}
		}
		if one == nil {
			continue
		}
		f := c.found(Warning, say("subtask %d of %s is still %s after %s", one.Index, shortName(v.Name), one.Status, dur(took))).at(v).subtask(one)
		f.because("%d subtasks DEPLOYING, %d INITIALIZING of %d", n["DEPLOYING"], n["INITIALIZING"], len(v.Subtasks))
		if last := c.J.Checkpoints.LatestCompleted; last != nil && n["INITIALIZING"] > 0 {
			f.because("%s of state to restore", size(last.StateBytes))
		}
		f.remedy("DEPLOYING: look at the TaskManager and its download of jars (blob.server); INITIALIZING: at the download of state and at open() of functions and connectors")
		f.remedy("execution.state-recovery.from-local: true; state.backend.rocksdb.checkpoint.transfer.thread.num: 8")
		f.expect("all subtasks RUNNING within seconds")
	}
}

func jobManagerHeap(c *Case) {
	if c.S.Product == "flott" && len(c.S.TaskManagers) == 1 {
		return // one process, which is looked at as the TaskManager
	}
	used, most := c.S.JobManager["Status.JVM.Memory.Heap.Used"], c.S.JobManager["Status.JVM.Memory.Heap.Max"]
	gc, known := c.S.JobManager["Status.JVM.GarbageCollector.All.TimeMsPerSecond"]
	if !known && most == 0 {
		c.notAssessed("the JobManager shows neither its heap nor its garbage collection")
		return
	}
	full := most > 0 && used >= 0.9*most && gc >= 50
	if !full && gc < 1000*gcHigh {
		return
	}
	f := c.found(Warning, say("the JobManager collects garbage %s of the time", pct(gc/1000)))
	if most > 0 {
		f.because("heap %s of %s", size(int64(used)), size(int64(most)))
	}
	f.remedy("jobmanager.memory.process.size: twice of what it has; fewer jobs in this session cluster")
	f.expect("a share of garbage collection below 5 %%")
}

func idleManaged(c *Case) {
	eachTaskManager(c, "Status.Flink.Memory.Managed.Total", func(t *snapshot.TaskManager, total float64) {
		used, most := t.Metric("Status.JVM.Memory.Heap.Used"), t.Metric("Status.JVM.Memory.Heap.Max")
		short := most > 0 && used >= 0.8*most || gcShare(t) >= 0.05
		if total < 128<<20 || !(t.Metric("Status.Flink.Memory.Managed.Used") == 0) || !short || t.Free == t.Slots {
			return
		}
		f := c.found(Info, say("TaskManager %s has %s of managed memory that nobody uses", t.ID, size(int64(total)))).on(t.ID)
		f.because("heap %s of %s, %s of the time in garbage collection", size(int64(used)), size(int64(most)), pct(max(gcShare(t), 0)))
		f.remedy("taskmanager.memory.managed.fraction: 0 (hashmap state does not use it)")
		f.expect("a heap that is larger by %s in the same container", size(int64(total)))
	})
}

// managedPerSlot is what RocksDB needs at least of a slot's managed memory, in bytes.
const managedPerSlot = 64 << 20

func littleManaged(c *Case) {
	rocks, state := false, int64(0)
	for i := range c.S.Jobs {
		k := &c.S.Jobs[i].Checkpoints
		if k.Config != nil && strings.Contains(k.Config.Backend, "RocksDB") && k.LatestCompleted != nil {
			rocks, state = true, max(state, k.LatestCompleted.StateBytes)
		}
	}
	eachTaskManager(c, "Status.Flink.Memory.Managed.Total", func(t *snapshot.TaskManager, total float64) {
		if !rocks || t.Slots == 0 || total >= managedPerSlot*float64(t.Slots) || float64(state) < total {
			return
		}
		f := c.found(Info, say("RocksDB has %s of managed memory per slot on TaskManager %s", size(int64(total)/int64(t.Slots)), t.ID)).on(t.ID)
		f.because("%s for %d slots; the largest job has %s of state", size(int64(total)), t.Slots, size(state))
		f.remedy("taskmanager.memory.managed.fraction: 0.6, or taskmanager.memory.managed.size: %d mb", t.Slots*256)
		f.expect("fewer reads from disk: the block cache holds the hot part of the state")
	})
}

func unevenSpread(c *Case) {
	var full, empty *snapshot.TaskManager
	for i := range c.S.TaskManagers {
		t := &c.S.TaskManagers[i]
		if t.Slots > 1 && t.Free == 0 && (full == nil || t.Metric("Status.JVM.CPU.Load") > full.Metric("Status.JVM.CPU.Load")) {
			full = t
		}
		if t.Slots > 1 && t.Free == t.Slots {
			empty = t
		}
	}
	if full == nil || empty == nil || !(full.Metric("Status.JVM.CPU.Load") >= 0.8) {
		return
	}
	f := c.found(Info, say("TaskManager %s is full, TaskManager %s runs nothing", full.ID, empty.ID)).on(full.ID)
	f.because("CPU load %s with %d of %d slots taken", pct(full.Metric("Status.JVM.CPU.Load")), full.Slots, full.Slots)
	if c.before2() {
		f.remedy("cluster.evenly-spread-out-slots: true, then restart the job")
	} else {
		f.remedy("taskmanager.load-balance.mode: SLOTS, then restart the job")
	}
	f.expect("each machine takes its share of the load")
}

func containerSmall(c *Case) {
	for _, p := range c.S.Pods {
		keys := []string{"taskmanager.memory.process.size", "taskmanager.memory.flink.size"}
		if p.Component == "jobmanager" {
			keys = []string{"jobmanager.memory.process.size", "jobmanager.memory.flink.size"}
		}
		if want := memorySize(c.setting(keys...)); p.MemoryLimit > 0 && want > p.MemoryLimit {
			f := c.found(Warning, say("pod %s may use %s, its process is planned for %s", p.Name, size(p.MemoryLimit), size(want)))
			f.because("%s: %s", keys[0], c.setting(keys...))
			f.remedy("limits.memory of the container at least %s; or %s: %d mb", size(want), keys[0], p.MemoryLimit>>20)
			f.expect("no container is killed for memory that Flink was told to take")
		}
		slots := toFloat(c.setting("taskmanager.numberOfTaskSlots"))
		if p.Component == "taskmanager" && p.CPULimit > 0 && p.CPULimit < 0.75*slots {
			f := c.found(Info, say("pod %s has %.1f cores for %.0f slots", p.Name, p.CPULimit, slots))
			f.Cause = "cpu-saturated"
			f.because("taskmanager.numberOfTaskSlots: %.0f", slots)
			f.remedy("kubernetes.taskmanager.cpu.amount: %.0f, or fewer slots", slots)
		}
	}
}

// memorySize reads a size as Flink writes it (2g, 1728 mb, 1024); 0 if it is none.
func memorySize(s string) int64 {
	s = strings.ToLower(strings.TrimSpace(s))
	digits := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(s)
	}
	units := map[string]int64{"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30, "t": 1 << 40, "tb": 1 << 40}
	return int64(toFloat(s[:digits])) * units[strings.TrimSuffix(strings.TrimSpace(s[digits:]), "ytes")]
}

func processEnded(c *Case) {
	es := c.logEvents(logscan.Fatal, logscan.WorkerTerminated, logscan.Signal)
	if len(es) == 0 {
		return
	}
	e := es[len(es)-1]
	for _, x := range es { // what a process says of itself tells more than a signal
		if x.Kind != logscan.Signal {
			e = x
		}
	}
	severity := Warning
	if e.Kind == logscan.Signal {
		severity = Info // somebody stopped it, perhaps on purpose
	}
	f := c.found(severity, say("a process ended: %s", firstLine(e.Text, 160)))
	f.because("log %s at %s", e.File, stamp(e.Time))
	if len(es) > 1 {
		f.because("%d such lines", len(es))
	}
	switch e.Kind {
	case logscan.WorkerTerminated:
		f.remedy("read its diagnostics and exit code (137: killed for memory, 143: stopped from outside): kubectl describe pod, yarn logs")
	case logscan.Signal:
		f.remedy("find who sent it: kubectl get events, journalctl, the deployment tool")
	default:
		f.remedy("mend what the lines before it name; the TaskManager comes back only if something restarts it")
	}
	f.expect("processes live as long as their machines")
}

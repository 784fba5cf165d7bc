package rules

import (
	"math"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// heldBack are the effects that a slow vertex has.
var heldBack = []string{"FLT103", "FLT104", "FLT105", "FLT106", "FLT107", "FLT108", "FLT109", "FLT111", "FLT112", "FLT113", "FLT114", "FLT115", "FLT119", "FLT121", "FLT131", "FLT134", "FLT201", "FLT202", "FLT216", "FLT217", "FLT403", "FLT415", "FLT501"}

var pressureNeeds = []snapshot.Part{snapshot.Vertices, snapshot.Subtasks, snapshot.BackPressure}

var pressureRules = []Rule{
	{
		ID: "FLT201", Cause: "back-pressure", Title: "Tasks are back-pressured", Level: Critical, Needs: pressureNeeds, Job: backPressure, Symptom: true, Stage: 1,
		Explains: []string{"FLT106", "FLT107", "FLT108", "FLT103", "FLT104", "FLT105", "FLT112", "FLT114", "FLT115", "FLT121", "FLT131", "FLT134", "FLT202", "FLT216"},
		Doc: Doc{
			Symptom:   "Black boxes in the job graph; throughput of the source falls although more records wait.",
			Cause:     "A task waits for output buffers because what reads from it takes too long. The panel shows the sender, so the task that is shown is not the slow one. Back pressure reaches the source, which then takes in less, and barriers of checkpoints travel as slowly as records.",
			See:       "Web UI, job graph: black boxes; or GET /jobs/:id/vertices/:id/backpressure: ratio above 0.5 is HIGH, above 0.1 LOW. Metrics backPressuredTimeMsPerSecond, outPoolUsage.",
			Remedy:    "Find the first task, seen from the sink, that is not back-pressured while its input is, and make that one faster; findings FLT203 to FLT218 name it.",
			Reproduce: "A datagen source with 'rows-per-second' = '2000' into a sink that takes 10 ms a row.",
			Source:    "Flink documentation, Monitoring Back Pressure; runbook, section 2.",
		},
	},
	{
		ID: "FLT202", Cause: "back-pressure", Title: "Buffer pools are full", Level: Info, Needs: []snapshot.Part{snapshot.Vertices, snapshot.VertexStats}, Job: poolMatrix, Symptom: true, Stage: 1,
		Doc: Doc{
			Symptom:   "inPoolUsage or outPoolUsage above 0.8.",
			Cause:     "Pools of input and output buffers tell where records pile up: input full and output free is the root, input and output full is blocked by a later task and hands it on, only output full is the last one before the root.",
			See:       "Metrics Shuffle.Netty.Input.Buffers.inPoolUsage and Shuffle.Netty.Output.Buffers.outPoolUsage per subtask; above 0.8 is full. exclusiveBuffersUsage high on few subtasks while floatingBuffersUsage is high: skew.",
			Remedy:    "Make the task with full input and free output faster. More buffers only hide it for a moment.",
			Reproduce: "As FLT201.",
			Source:    "Runbook, section 2 (outPoolUsage × inPoolUsage).",
		},
	},
	{
		ID: ruleDataSkew, Cause: "data-skew", Title: "One subtask gets most of the records", Level: Critical, Needs: pressureNeeds, Job: neckRule(dataSkew), Explains: heldBack,
		Doc: Doc{
			Symptom:   "One subtask at 100 % busy, the others nearly idle; more parallelism changes nothing.",
			Cause:     "Records are split by key, and one key, or a few, carry most of them. The subtask that owns them works at its limit while the others wait; the whole job is as fast as that subtask.",
			See:       "GET /jobs/:id/vertices/:id: read-records per subtask; Web UI, tab SubTasks: Records Received; state size per subtask in the checkpoint details.",
			Remedy:    "Local-global aggregation for aggregates (table.optimizer.agg-phase-strategy = TWO_PHASE with mini-batch), split distinct for COUNT DISTINCT, a salted key for joins, rebalance when the skew comes from the source.",
			Reproduce: "GROUP BY a column of which 95 % of the rows have one value, with an expensive function after it.",
			Source:    "Runbook, scenario 2; Flink documentation, Performance Tuning.",
		},
	},
	{
		ID: ruleSlowSink, Cause: "slow-sink", Title: "The sink is slower than the job", Level: Critical, Needs: pressureNeeds, Job: neckRule(slowSink), Explains: append([]string{"FLT503"}, heldBack...),
		Doc: Doc{
			Symptom:   "Everything before the sink is back-pressured; the sink itself is busy or waits.",
			Cause:     "The task that writes outside is busy or waits for the external system most of the time, and everything before it is back-pressured.",
			See:       "Thread dump or flame graph of the sink's task: frames of SinkWriter, a client or a socket. Metric currentSendTime of the sink's operator.",
			Remedy:    "Write in batches, write more in parallel (sink.parallelism), give the external system more room, or put a queue (Kafka) in between.",
			Reproduce: "A sink whose write() takes 10 ms.",
			Source:    "Runbook, section 2, causes.",
		},
	},
	{
		ID: ruleSlowLookup, Cause: "slow-lookup", Title: "A lookup join waits for its table", Level: Critical, Needs: pressureNeeds, Job: neckRule(slowLookup), Explains: heldBack,
		Doc: Doc{
			Symptom:   "The task of the lookup join is busy 100 % at a few hundred records a second, with the CPU idle.",
			Cause:     "A dimension table is asked row by row and the task waits for each answer. 5 ms an answer is 200 rows a second for a subtask.",
			See:       "Flame graph (off-CPU) of the LookupJoin task: JDBC, HTTP or socket frames under LookupFunction.",
			Remedy:    "Asynchronous lookup, unordered, and a cache: hint LOOKUP('async'='true', 'output-mode'='allow_unordered', 'capacity'='200'), option 'lookup.cache' = 'PARTIAL' with max-rows and expiry.",
			Reproduce: "A lookup table that answers after 20 ms.",
			Source:    "Runbook, scenario 5.",
		},
	},
	{
		ID: ruleSlowOp, Cause: "slow-operator", Title: "A task cannot keep up", Level: Critical, Needs: pressureNeeds, Job: neckRule(slowOperator), Explains: heldBack,
		Doc: Doc{
			Symptom:   "All subtasks of one task are busy near 100 %, what is before it is back-pressured.",
			Cause:     "A task is busy all the time and evenly so: its own work per record is too expensive for the rate that arrives.",
			See:       "busyTimeMsPerSecond near 1000 on all subtasks; flame graph (on-CPU) for the hot function, often a regular expression, JSON or a user function.",
			Remedy:    "Make the hot function cheaper or raise the parallelism of the task, up to the cores there are.",
			Reproduce: "A scalar function that burns 2 ms a row.",
			Source:    "Runbook, section 2, causes.",
		},
	},
	{
		ID: ruleCPU, Cause: "cpu-saturated", Title: "The TaskManager has no CPU left", Level: Critical, Needs: append([]snapshot.Part{snapshot.TaskManagerStats}, pressureNeeds...), Job: neckRule(cpuSaturated), Explains: heldBack,
		Doc: Doc{
			Symptom:   "Several tasks of one TaskManager are slow at once, the machine's CPU is at its limit.",
			Cause:     "Several tasks of one process compete for its cores; the one that happens to be last shows up as the slow one. A CPU limit of a container does the same.",
			See:       "Status.JVM.CPU.Load near 1; on the node: throttled periods in cpu.stat of the container, /proc/pressure/cpu.",
			Remedy:    "More cores for the TaskManager (kubernetes.taskmanager.cpu.amount, a higher limit) or fewer slots per TaskManager and more TaskManagers.",
			Reproduce: "Two chains of expensive functions on one core.",
			Source:    "Runbook, section 2, causes.",
		},
	},
	{
		ID: ruleGC, Cause: "gc-pressure", Title: "Garbage collection stops the tasks", Level: Critical, Needs: append([]snapshot.Part{snapshot.TaskManagerStats}, pressureNeeds...), Job: neckRule(gcPressure), Explains: append([]string{"FLT401", "FLT410", "FLT414"}, heldBack...),
		Doc: Doc{
			Symptom:   "Throughput comes in waves; all tasks of one TaskManager stand still at the same moments.",
			Cause:     "The JVM of the slow task spends a large share of its time collecting garbage, and all its tasks stand still meanwhile.",
			See:       "Status.JVM.GarbageCollector.All.TimeMsPerSecond; GC log (-Xlog:gc*): Pause Full, long Pause Young.",
			Remedy:    "More heap (taskmanager.memory.task.heap.size), state in RocksDB instead of hashmap, fewer objects per record (pipeline.object-reuse), fewer slots per TaskManager.",
			Reproduce: "Large state on hashmap with a task heap of 200 MB.",
			Source:    "Runbook, section 2, causes.",
		},
	},
	{
		ID: ruleParallelism, Cause: "parallelism-mismatch", Title: "Fewer subtasks than the task before it", Level: Critical, Needs: pressureNeeds, Job: neckRule(parallelismMismatch), Explains: append([]string{"FLT210"}, heldBack...),
		Doc: Doc{
			Symptom:   "A narrow box behind a wide one in the job graph; all its subtasks are busy, the wide ones back-pressured.",
			Cause:     "A task has fewer subtasks than what feeds it and all of them are busy. Different parallelism also breaks a chain: records are serialised and travel over the network.",
			See:       "The two boxes of the job graph: Parallelism; the edge says REBALANCE where a FORWARD was possible.",
			Remedy:    "Give both the same parallelism, so that they chain: remove 'sink.parallelism' or 'scan.parallelism', or raise parallelism.default.",
			Reproduce: "'sink.parallelism' = '1' behind an expensive expression at parallelism 4.",
			Source:    "Runbook, section 2, chaining case.",
		},
	},
	{
		ID: "FLT210", Cause: "parallelism-mismatch", Title: "Different parallelism breaks a chain", Level: Info, Needs: []snapshot.Part{snapshot.Vertices}, Job: brokenChain, Stage: 0,
		Doc: Doc{
			Symptom:   "Two boxes in the job graph where one would do.",
			Cause:     "Two tasks would run as one chain if they had the same parallelism. As it is, every record is serialised between them.",
			See:       "Job graph: an edge REBALANCE between tasks of different parallelism in one slot-sharing group.",
			Remedy:    "The same parallelism for both, unless the narrower one is narrow on purpose.",
			Reproduce: "'sink.parallelism' = '1' at parallelism 2.",
			Source:    "Runbook, section 2: the seven conditions of chaining.",
		},
	},
	{
		ID: ruleNetwork, Cause: "network-loss", Title: "Records are slow on the network", Level: Critical, Needs: pressureNeeds, Job: neckRule(networkSlow), Explains: append([]string{"FLT211"}, heldBack...),
		Doc: Doc{
			Symptom:   "Back pressure without any busy task: sender waits, receiver waits.",
			Cause:     "The sender waits for buffers and the receiver, on another machine, waits for records: what is between them is slow. Usually lost packets or a thin link.",
			See:       "ss -ti on the TaskManager: retrans; nstat TcpRetransSegs; more than 1 % is much, 20 % was seen under partition. `flott doctor --node` on the machine.",
			Remedy:    "Check the link and its errors (ethtool -S), security groups, MTU; move TaskManagers closer together; taskmanager.memory.network.fraction only helps against delay, not loss.",
			Reproduce: "tc qdisc add dev eth0 root netem loss 10% on one of two TaskManagers.",
			Source:    "Runbook, section 2 and scenario network partition.",
		},
	},
	{
		ID: ruleState, Cause: "slow-state", Title: "State access on RocksDB is slow", Level: Critical, Needs: pressureNeeds, Job: neckRule(slowState), Explains: append([]string{"FLT118"}, heldBack...),
		Doc: Doc{
			Symptom:   "A stateful task is busy 100 % with little CPU; threads are in org.rocksdb.",
			Cause:     "The task spends its time reading and writing state in RocksDB: the working set does not fit its block cache and memtables, the disk is slow, or writes are stalled until compaction catches up.",
			See:       "Thread dump: frames of org.rocksdb; metrics rocksdb.is-write-stopped, rocksdb.actual-delayed-write-rate, rocksdb.estimate-pending-compaction-bytes (switch them on with state.backend.rocksdb.metrics.*).",
			Remedy:    "More managed memory (taskmanager.memory.managed.fraction), local SSDs (state.backend.rocksdb.localdir), mini-batch so that each key is touched once, TTL so that state stays small.",
			Reproduce: "GROUP BY a random BIGINT at full speed with 64 MB of managed memory.",
			Source:    "Runbook, scenario 1.",
		},
	},
	{
		ID: ruleLock, Cause: "lock-contention", Title: "Tasks wait for a lock", Level: Critical, Needs: append([]snapshot.Part{snapshot.Threads}, pressureNeeds...), Job: neckRule(lockContention), Explains: heldBack,
		Doc: Doc{
			Symptom:   "More slots in a TaskManager do not bring more throughput; threads are BLOCKED.",
			Cause:     "The thread of the slow task is BLOCKED on a monitor most of the time: a synchronized client or a static cache shared by several subtasks of a process.",
			See:       "Thread dump of the TaskManager: state BLOCKED, `-  blocked on`; flame graph (off-CPU).",
			Remedy:    "One client per subtask (open it in open()), no static synchronized state; or one slot per TaskManager.",
			Reproduce: "A scalar function with a synchronized static method that sleeps.",
			Source:    "Runbook, section 2, causes.",
		},
	},
	{
		ID: ruleFanOut, Cause: "slow-operator", Title: "A task emits far more than it takes in", Level: Info, Needs: append([]snapshot.Part{snapshot.VertexStats}, pressureNeeds...), Job: fanOut, Stage: 0,
		Doc: Doc{
			Symptom:   "A back-pressured task whose consumer takes in far more records than the task itself.",
			Cause:     "A back-pressured task multiplies records (flat map, UNNEST, a join with many matches), so it is itself the root and not what follows.",
			See:       "numRecordsOut against numRecordsIn of the task.",
			Remedy:    "Filter before the records are multiplied; give the next task more subtasks.",
			Reproduce: "CROSS JOIN UNNEST of arrays of 100.",
			Source:    "Runbook, section 2: itself when it emits far more than it takes.",
		},
	},
	{
		ID: "FLT216", Cause: "network-buffers", Title: "In-flight data takes long to consume", Level: Info, Needs: []snapshot.Part{snapshot.Vertices, snapshot.VertexStats}, Job: inFlight, Symptom: true, Stage: 2,
		Doc: Doc{
			Symptom:   "Barriers and results are seconds late under load although every task is alive.",
			Cause:     "What waits in the buffers before a task takes seconds to consume, so a barrier takes as long to pass. Buffers have a fixed size unless they are debloated to what the task consumes in a second.",
			See:       "Metrics inputQueueSize ÷ numBytesInPerSecond; with debloating estimatedTimeToConsumeBuffersMs and debloatedBufferSize.",
			Remedy:    "taskmanager.network.memory.buffer-debloat.enabled: true (target 1 s), or unaligned checkpoints. If it is on already: a smaller taskmanager.network.memory.buffer-debloat.target and fewer floating buffers.",
			Reproduce: "Back pressure with a slow consumer.",
			Source:    "Flink documentation, Network Buffer Tuning.",
		},
	},
	{
		ID: "FLT217", Cause: "data-skew", Title: "Records are uneven, without harm so far", Level: Warning, Needs: pressureNeeds, Job: quietSkew, Stage: 0, Explains: []string{"FLT107", "FLT108", "FLT111", "FLT112", "FLT119", "FLT121"},
		Doc: Doc{
			Symptom:   "Records Received of one subtask is several times that of the others; nothing is slow yet.",
			Cause:     "One subtask takes in several times as many records as the others. It keeps up today; at a peak it is the first that does not.",
			See:       "As FLT203.",
			Remedy:    "As FLT203, before the load grows.",
			Reproduce: "As FLT203, without the expensive function.",
			Source:    "Runbook, scenario 2.",
		},
	},
	{
		ID: ruleSlowHost, Cause: "cpu-saturated", Title: "One subtask is slower with the same work", Level: Critical, Needs: pressureNeeds, Job: neckRule(slowHost), Explains: heldBack,
		Doc: Doc{
			Symptom:   "One subtask is busy, gets as many records as the others, and holds the job back.",
			Cause:     "All subtasks get the same number of records, but one is at its limit and the others are not: its machine is slower (another process, CPU steal, throttling, a failing disk).",
			See:       "busyTimeMsPerSecond per subtask against read-records per subtask; top, steal time and cpu.stat on the machine.",
			Remedy:    "Move the TaskManager; find the neighbour that takes the CPU; cluster.blocklist or taint the node.",
			Reproduce: "cpulimit on one of two TaskManagers.",
			Source:    "Runbook, section 2, causes.",
		},
	},
}

// neckRule asks a rule for the necks whose reason it names.
func neckRule(say func(c *Case, n *Neck)) func(*Case) {
	return func(c *Case) {
		for _, n := range c.L.Necks {
			if c.rule.ID == ruleGC && n.TM != nil && len(n.TM.Metrics) > 0 && math.IsNaN(gcShare(n.TM)) {
				c.notAssessed("no TaskManager has the metric %s", "Status.JVM.GarbageCollector.All.TimeMsPerSecond")
				return
			}
			if n.Rule == c.rule.ID {
				say(c, n)
			}
		}
	}
}

func backPressure(c *Case) {
	known := false
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		l := c.L.Vertices[v.ID]
		if math.IsNaN(l.PressureMax) {
			continue
		}
		known = true
		if l.PressureMax < pressureLow {
			continue
		}
		severity := Info
		if l.PressureMax >= pressureHigh {
			severity = Warning
		}
		if l.PressureAvg >= 0.9 {
			severity = Critical
		}
		f := c.found(severity, say("%s is back-pressured %s of the time", shortName(v.Name), pct(l.PressureMax))).at(v)
		f.because("back-pressured on average over %d subtasks: %s, at most %s", len(v.Subtasks), pct(l.PressureAvg), pct(l.PressureMax))
		if busy := l.BusyMax; busy >= 0 {
			f.because("busy itself: at most %s", pct(busy))
		}
		f.remedy("make the task that reads from it faster; it is the first one towards the sink that is not back-pressured")
	}
	if !known && len(c.J.Vertices) > 0 {
		c.notAssessed("Flink has no back pressure figures of this job yet")
	}
}

// fullShare is the share of a pool from which it counts as full.
const fullShare = 0.8

func poolMatrix(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		in := v.Metric("Shuffle.Netty.Input.Buffers.inPoolUsage").Max
		out := v.Metric("Shuffle.Netty.Output.Buffers.outPoolUsage").Max
		if v.Source() || !(in >= fullShare) {
			continue
		}
		if out >= fullShare {
			c.found(Info, say("%s is blocked by a later task and hands it on", shortName(v.Name))).at(v).because("input buffers %s, output buffers %s full", pct(in), pct(out))
			continue
		}
		f := c.found(Info, say("records pile up before %s", shortName(v.Name))).at(v)
		f.because("input buffers %s full, output buffers %s", pct(in), pct(max(out, 0)))
		floating := v.Metric("Shuffle.Netty.Input.Buffers.inputFloatingBuffersUsage").Max
		exclusive := v.Metric("Shuffle.Netty.Input.Buffers.inputExclusiveBuffersUsage")
		if floating >= fullShare && exclusive.Max >= 0.5 && exclusive.Min < 0.1 {
			f.because("floating buffers %s full, exclusive ones between %s and %s: only some channels are slow", pct(floating), pct(exclusive.Min), pct(exclusive.Max))
		}
	}
}

// neckFinding starts the finding about a neck with what all of them show.
func neckFinding(c *Case, n *Neck, summary Text) *Finding {
	severity := Warning
	worst := n.weight(c.L)
	if worst >= 0.9 {
		severity = Critical
	} else if len(n.Held) > 0 && worst < 0.3 && !filling(n.VertexLoad, c.L.Vertices[n.Held[0].ID]) {
		severity = Info
	}
	f := c.found(severity, summary).at(n.V).subtask(n.Hottest)
	if n.BusyMax >= 0 && n.Hottest != nil {
		if len(n.V.Subtasks) > 1 {
			f.because("subtask %d is busy %s, the others %s on average", n.Hottest.Index, pct(n.BusyMax), pct(n.BusyRest))
		} else {
			f.because("its one subtask is busy %s", pct(n.BusyMax))
		}
	}
	for _, h := range n.Held {
		f.because("%s before it is back-pressured %s", shortName(h.Name), pct(c.L.Vertices[h.ID].PressureMax))
		if full := h.Metric("Shuffle.Netty.Output.Buffers.outPoolUsage").Max; full >= 0.5 {
			f.because("its output buffers are %s full", pct(full))
		}
	}
	return f
}

// seen adds what the threads were seen doing.
func (f *Finding) seen(w Work) *Finding {
	if w.Samples == 0 {
		return f
	}
	kind, most := "", 0.0
	for _, k := range []string{WorkSink, WorkLookup, WorkState, WorkUser, WorkOther} {
		if s := w.Share(k); s > most {
			kind, most = k, s
		}
	}
	f.because("%s of %d thread samples were in the %s, %s waiting", pct(most), w.Samples, kind, pct(w.Waiting+w.Blocked))
	if w.Frame != "" {
		f.because("most often in %s", w.Frame)
	}
	return f
}

func dataSkew(c *Case, n *Neck) {
	s := n.Skew
	f := neckFinding(c, n, say("subtask %d of %s gets %s of all records: skewed keys", s.Hot.Index, shortName(n.V.Name), pct(s.Share)))
	f.subtask(s.Hot)
	f.because("%.1f times as many records as the average of the other %d subtasks", min(s.Ratio, 999), len(n.V.Subtasks)-1)
	name := n.V.Name
	switch {
	case strings.Contains(name, "Join"):
		f.remedy("salt the hot key on both sides (key || '#' || bucket, the small side copied per bucket), or filter NULL and default keys before the join")
	case fedBy(n.V, "HASH") && (strings.Contains(name, "Aggregate") || strings.Contains(name, "Window")):
		f.remedy("SET 'table.exec.mini-batch.enabled' = 'true'; SET 'table.exec.mini-batch.allow-latency' = '2 s'; SET 'table.exec.mini-batch.size' = '5000'")
		f.remedy("SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE': counts locally before the shuffle")
		f.remedy("with COUNT(DISTINCT …): SET 'table.optimizer.distinct-agg.split.enabled' = 'true'")
	case fedBy(n.V, "HASH"):
		f.remedy("group by a salted key first, MOD(HASH_CODE(…), 64), then by the key alone; or filter NULL and default keys out before")
	default:
		f.remedy("the skew is there before this task: rebalance after the source, or more even partitions in the topic")
	}
	f.expect("load of subtask %d falls from %s to about %s; the back pressure goes", s.Hot.Index, pct(s.Share), pct(1/float64(len(n.V.Subtasks))))
}

func fedBy(v *snapshot.Vertex, ship string) bool {
	for _, in := range v.Inputs {
		if strings.HasPrefix(in.Ship, ship) {
			return true
		}
	}
	return false
}

func slowSink(c *Case, n *Neck) {
	f := neckFinding(c, n, say("the sink in %s is slower than what arrives", shortName(n.V.Name))).seen(n.Work)
	for op, m := range n.V.Of("currentSendTime") {
		if m.Max > 0 {
			f.because("sending takes up to %.0f ms (%s)", m.Max, op)
		}
	}
	f.remedy("write in larger batches: sink.buffer-flush.max-rows / sink.buffer-flush.interval of JDBC, sink.bulk-flush.* of Elasticsearch, batch.size and linger.ms of Kafka")
	f.remedy("raise 'sink.parallelism' (now %d) as far as the external system takes it", n.V.Parallelism)
	f.remedy("look at the external system: its own latency, locks, quota")
	f.expect("throughput grows in step with batch size or parallelism until the external system is the limit")
}

func slowLookup(c *Case, n *Neck) {
	f := neckFinding(c, n, say("the lookup join in %s waits for its table", shortName(n.V.Name))).seen(n.Work)
	hit, miss := 0.0, 0.0
	for _, m := range n.V.Of("cache.hitCount") {
		hit += m.Sum
	}
	for _, m := range n.V.Of("cache.missCount") {
		miss += m.Sum
	}
	if hit+miss > 0 {
		f.because("its cache answers %s of the lookups", pct(hit/(hit+miss)))
	} else {
		f.because("no cache: no metric cache.hitCount")
	}
	f.remedy("cache: 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '100000', 'lookup.partial-cache.expire-after-write' = '10 min'")
	f.remedy("asynchronous: SELECT /*+ LOOKUP('table'='…', 'async'='true', 'output-mode'='allow_unordered', 'capacity'='200', 'timeout'='10s') */ …")
	f.expect("50 ms per row become 5 ms, as reported from the field; checkpoints of 5 min become 30 s")
}

func slowOperator(c *Case, n *Neck) {
	f := neckFinding(c, n, say("%s cannot keep up with its input", shortName(n.V.Name))).seen(n.Work)
	if in := n.V.Metric("numRecordsInPerSecond").Sum; in > 0 && n.BusyAvg > 0 {
		f.because("takes in %s, %.2f ms of a subtask per record", rate(in), 1000*n.BusyAvg*float64(n.V.Parallelism)/in)
	}
	if n.TM != nil {
		if load := n.TM.Metric("Status.JVM.CPU.Load"); load >= 0 {
			f.because("CPU load of its TaskManager: %s", pct(load))
		}
	}
	if n.Work.Waiting >= 0.5 {
		f.remedy("it waits instead of computing (%s): call asynchronously (async I/O) or in batches", n.Work.Frame)
	} else if n.Work.Frame != "" {
		f.remedy("make %s cheaper: look at the flame graph of this task (rest.flamegraph.enabled: true)", n.Work.Frame)
	} else {
		f.remedy("look at the flame graph of this task (rest.flamegraph.enabled: true) and make the hot function cheaper")
	}
	f.remedy("raise its parallelism (now %d): SET 'parallelism.default' = '%d', with as many slots and cores", n.V.Parallelism, 2*n.V.Parallelism)
	f.expect("throughput grows with the number of subtasks as long as there are free cores")
}

func cpuSaturated(c *Case, n *Neck) {
	f := neckFinding(c, n, say("TaskManager %s has no CPU left for %s", n.TM.ID, shortName(n.V.Name))).on(n.TM.ID)
	f.because("CPU load %s with %d cores and %d slots", pct(n.TM.Metric("Status.JVM.CPU.Load")), n.TM.CPUCores, n.TM.Slots)
	if share := throttled(n.TM); share >= throttledHigh {
		f.because("its container used up its CPU quota in %s of the periods", pct(share))
	}
	if s := c.S.Node; s != nil && s.Throttled >= 0.05 {
		f.because("the container was throttled in %s of its periods", pct(s.Throttled))
	}
	f.remedy("more cores: kubernetes.taskmanager.cpu.amount, or a higher CPU limit; or fewer slots: taskmanager.numberOfTaskSlots: %d", max(1, n.TM.CPUCores))
	f.expect("busy shares fall below 80 %% as soon as each slot has a core")
}

func gcPressure(c *Case, n *Neck) {
	f := neckFinding(c, n, say("TaskManager %s collects garbage %s of the time", n.TM.ID, pct(gcShare(n.TM)))).on(n.TM.ID)
	used, most := n.TM.Metric("Status.JVM.Memory.Heap.Used"), n.TM.Metric("Status.JVM.Memory.Heap.Max")
	if used > 0 && most > 0 {
		f.because("heap %s of %s", size(int64(used)), size(int64(most)))
	}
	gcRemedy(f)
}

func gcRemedy(f *Finding) {
	f.remedy("more heap: taskmanager.memory.task.heap.size, or taskmanager.memory.process.size with a smaller taskmanager.memory.managed.fraction")
	f.remedy("state off the heap: state.backend.type: rocksdb")
	f.remedy("fewer objects: pipeline.object-reuse: true")
	f.expect("a share of garbage collection below 5 %%")
}

func parallelismMismatch(c *Case, n *Neck) {
	before := c.L.wider(n)
	f := neckFinding(c, n, say("%s has %d subtasks for the output of %d", shortName(n.V.Name), n.V.Parallelism, before)).seen(n.Work)
	f.remedy("give it the parallelism of its input (%d): remove 'sink.parallelism' or setParallelism(%d)", before, n.V.Parallelism)
	f.expect("with equal parallelism and a forward edge the two become one chain: no serialisation between them")
}

func brokenChain(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if len(v.Inputs) != 1 || v.Inputs[0].Ship != "REBALANCE" && v.Inputs[0].Ship != "RESCALE" {
			continue
		}
		up := c.J.Vertex(v.Inputs[0].From)
		if up == nil || up.Parallelism == v.Parallelism || len(c.J.Consumers(up.ID)) != 1 {
			continue
		}
		f := c.found(Info, say("%s does not chain to the task before it: %d subtasks against %d", shortName(v.Name), v.Parallelism, up.Parallelism)).at(v)
		f.because("edge %s from %s", v.Inputs[0].Ship, shortName(up.Name))
		f.remedy("the same parallelism for both lets them run as one task, without network between them")
	}
}

func networkSlow(c *Case, n *Neck) {
	f := neckFinding(c, n, say("records to %s are slow on the network", shortName(n.V.Name)))
	if node := c.S.Node; node != nil && node.Retransmits > 0.01 {
		f.because("%s of TCP segments are sent again on this machine", pct(node.Retransmits))
	}
	f.remedy("look for lost packets on the machines of its TaskManagers: nstat -az TcpRetransSegs, ethtool -S, MTU")
	f.expect("back pressure goes without any change to the job")
}

func slowState(c *Case, n *Neck) {
	f := neckFinding(c, n, say("%s waits for its state in RocksDB", shortName(n.V.Name))).seen(n.Work)
	if stalled(n.V) {
		f.because("RocksDB holds writes back (is-write-stopped or actual-delayed-write-rate above 0)")
	}
	f.remedy("more memory for RocksDB: taskmanager.memory.managed.fraction: 0.6, or managed.size")
	f.remedy("local SSDs: state.backend.rocksdb.localdir; more threads: state.backend.rocksdb.thread.num: 4; mini-batch: SET 'table.exec.mini-batch.enabled' = 'true'")
	f.expect("compaction tuning alone brought 30 %% in the field; mini-batch saves most reads and writes of hot keys")
}

func lockContention(c *Case, n *Neck) {
	f := neckFinding(c, n, say("%s waits for a lock", shortName(n.V.Name))).seen(n.Work)
	f.because("%s of the samples are BLOCKED", pct(n.Work.Blocked))
	f.remedy("one client per subtask instead of a shared, synchronized one (%s)", n.Work.Frame)
	f.expect("busy subtasks scale with their number again")
}

func fanOut(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		in, out := v.Metric("numRecordsInPerSecond").Sum, v.Metric("numRecordsOutPerSecond").Sum
		if v.Source() || !(in > 1) || !(out >= 10*in) || !(c.L.Vertices[v.ID].PressureMax >= pressureHigh) {
			continue
		}
		f := c.found(Info, say("%s emits %.0f records for each it takes in", shortName(v.Name), out/in)).at(v)
		f.because("in %s, out %s", rate(in), rate(out))
		f.remedy("filter before the records are multiplied")
	}
}

func inFlight(c *Case) {
	known := false
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if v.Source() {
			continue
		}
		worst, waiting := inFlightOf(v)
		if waiting < 0 {
			continue
		}
		if known = true; waiting < 5*time.Second {
			continue
		}
		f := c.found(Info, say("the buffers before %s hold %.0f s of work", shortName(v.Name), waiting.Seconds())).at(v).subtask(worst)
		if !math.IsNaN(v.Metric("estimatedTimeToConsumeBuffersMs").Max) {
			f.because("estimatedTimeToConsumeBuffersMs %.0f", waiting.Seconds()*1000)
			f.remedy("taskmanager.network.memory.buffer-debloat.target: 500 ms; taskmanager.network.memory.floating-buffers-per-gate: 4")
		} else {
			queue, taken := v.Metric("Shuffle.Netty.Input.Buffers.inputQueueSize").Max, v.Metric("numBytesInPerSecond").Max
			if worst != nil {
				queue, taken = worst.Metric("Shuffle.Netty.Input.Buffers.inputQueueSize"), worst.Metric("numBytesInPerSecond")
			}
			f.because("%s wait, %s/s are taken in; buffers are not debloated", size(int64(queue)), size(int64(taken)))
			f.remedy("taskmanager.network.memory.buffer-debloat.enabled: true")
		}
		f.expect("about a second of work in the buffers, so that barriers pass in a second")
	}
	if !known && len(c.J.Vertices) > 1 {
		c.notAssessed("Flink shows neither inputQueueSize nor estimatedTimeToConsumeBuffersMs of this job")
	}
}

func quietSkew(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		s := skewOf(v)
		if v.Source() || !s.Known || s.Ratio < 4 || s.Hot.ReadRecords < 1000 {
			continue
		}
		if isNeck(c.L, v) {
			continue
		}
		var f *Finding
		if late := c.waitsFor(v, s.Hot); late > 0 {
			f = c.found(Warning, say("subtask %d of %s gets %s of all records, and barriers wait behind them", s.Hot.Index, shortName(v.Name), pct(s.Share))).at(v).subtask(s.Hot)
			f.because("the barrier reached it %s after the checkpoint began, the other subtasks far sooner", dur(late))
		} else if l := c.L.Vertices[v.ID]; strained(l, s.Hot) {
			f = c.found(Warning, say("subtask %d of %s gets %s of all records: it alone limits what the job can take", s.Hot.Index, shortName(v.Name), pct(s.Share))).at(v).subtask(s.Hot)
			f.because("subtask %d is busy %s, the others %s on average", s.Hot.Index, pct(l.BusyMax), pct(l.BusyRest))
		} else {
			f = c.found(Info, say("subtask %d of %s gets %s of all records, and keeps up", s.Hot.Index, shortName(v.Name), pct(s.Share))).at(v).subtask(s.Hot)
		}
		f.because("%.1f times as many records as the average of the other %d subtasks", min(s.Ratio, 999), len(v.Subtasks)-1)
		f.remedy("before the load grows: SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE' with mini-batch, or a salted key")
	}
}

// strained reports whether one subtask is at work most of the time while the
// others rest: the job cannot take much more, however many subtasks it is given.
func strained(l *VertexLoad, hot *snapshot.Subtask) bool {
	return l.Hottest == hot && l.BusyMax >= 0.6 && l.BusyRest <= 0.35*l.BusyMax
}

// waitsFor is how late the barrier of the newest checkpoint with details reached one
// subtask, if it was a second or more and thrice what it was for any other; else 0.
func (c *Case) waitsFor(v *snapshot.Vertex, hot *snapshot.Subtask) time.Duration {
	for i := range c.J.Checkpoints.History {
		t := c.J.Checkpoints.History[i].Task(v.ID)
		if t == nil || len(t.Parts) < 2 {
			continue
		}
		var own, rest time.Duration
		for _, p := range t.Parts {
			if p.Index == hot.Index {
				own = p.StartDelay
			} else {
				rest = max(rest, p.StartDelay)
			}
		}
		if own >= time.Second && own >= 3*rest {
			return own
		}
		return 0
	}
	return 0
}

func isNeck(l *Load, v *snapshot.Vertex) bool {
	for _, n := range l.Necks {
		if n.V == v {
			return true
		}
	}
	return false
}

func slowHost(c *Case, n *Neck) {
	f := neckFinding(c, n, say("subtask %d of %s is slower than the others with the same work", n.Hottest.Index, shortName(n.V.Name)))
	f.because("records are even: the hottest subtask gets %.1f times the average", n.Skew.Ratio)
	if n.TM != nil {
		if load := n.TM.Metric("Status.JVM.CPU.Load"); load >= 0 {
			f.because("CPU load of its TaskManager: %s", pct(load))
		}
	}
	f.remedy("look at the machine of TaskManager %s: steal time, throttling (cpu.stat), other processes, disk", n.Hottest.TaskManager)
	f.expect("on another machine the subtask is as busy as the others")
}

package rules

import (
	"net"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Rules about what limits checkpoints and state before they fail.
var checkpointLimitRules = []Rule{
	{
		ID: "FLT130", Cause: "state-skew", Title: "Key groups divide unevenly among the subtasks", Level: Info, Needs: []snapshot.Part{snapshot.Vertices}, Job: unevenKeyGroups, Stage: 0, Explains: []string{"FLT119", "FLT217"},
		Doc: Doc{
			Symptom:   "Some subtasks of a keyed task have about twice the state and load of the others although the keys are even.",
			Cause:     "State is split into max-parallelism key groups and each subtask owns a range of whole groups. If their number is only a little above the parallelism, some subtasks own two groups and others one.",
			See:       "GET /jobs/:id: maxParallelism ÷ parallelism of each vertex; State Size per subtask in the checkpoint details.",
			Remedy:    "pipeline.max-parallelism a multiple of the parallelism, or at least ten times as high. It is fixed with the first checkpoint: a change needs a new start of the state (State Processor API keeps it).",
			Reproduce: "Parallelism 100 with pipeline.max-parallelism: 128.",
			Source:    "Runbook, section 2; Flink documentation, Parallel Execution: maximum parallelism.",
		},
	},
	{
		ID: "FLT131", Cause: "checkpoint-slow", Title: "Checkpoints take longer than a minute", Level: Warning, Needs: configNeeds, Job: slowCheckpoints, Symptom: true, Stage: 4,
		Doc: Doc{
			Symptom:   "End to end duration of checkpoints above a minute; recovery goes back as far, and exactly-once output is as late.",
			Cause:     "One of the four phases is slow: trigger, alignment, the synchronous or the asynchronous part. Another finding usually names it.",
			See:       "Tab Checkpoints, History: End to End Duration; metric lastCheckpointDuration.",
			Remedy:    "Go by the list: source trigger slow, full instead of incremental, back pressure or skew, alignment, busy task thread, synchronous part, asynchronous part. execution.checkpointing.incremental: true comes first for large state.",
			Reproduce: "Several GB of state on a thin line to the storage.",
			Source:    "Runbook, section 1: healthy is below 1 min.",
		},
	},
	{
		ID: "FLT132", Cause: "config-dangerous", Title: "Checkpoints are on the local disk of several machines", Level: Warning, Needs: []snapshot.Part{snapshot.Config, snapshot.TaskManagers}, Cluster: localCheckpoints, Stage: 0,
		Doc: Doc{
			Symptom:   "Checkpoints complete, but a restart on another machine fails with FileNotFoundException.",
			Cause:     "execution.checkpointing.dir names a local path and the TaskManagers run on several machines: each writes its part to its own disk.",
			See:       "execution.checkpointing.dir begins with file: or /; GET /taskmanagers shows several hosts.",
			Remedy:    "execution.checkpointing.dir on S3, HDFS or a file system that all machines mount at the same path.",
			Reproduce: "execution.checkpointing.dir: file:///tmp/checkpoints with TaskManagers on two machines.",
			Source:    "Runbook, section 3: externalised on durable storage.",
		},
	},
	{
		ID: "FLT133", Cause: "state-growth", Title: "Nothing limits the state of a join or an aggregation", Level: Info, Needs: []snapshot.Part{snapshot.Vertices, snapshot.Config}, Job: unlimitedState, Stage: 0, Explains: []string{"FLT118"},
		Doc: Doc{
			Symptom:   "State that is larger every day. Nothing fails until memory, disk or the checkpoint timeout is reached.",
			Cause:     "A regular join keeps all rows of both sides and GROUP BY keeps a row for every key, for ever, unless a time-to-live says otherwise.",
			See:       "EXPLAIN shows Join or GroupAggregate without a window; table.exec.state.ttl is not set.",
			Remedy:    "SET 'table.exec.state.ttl' = '1 d', or the hint STATE_TTL per table; an interval join or a window where the question allows it.",
			Reproduce: "SELECT … FROM a JOIN b ON a.k = b.k without table.exec.state.ttl.",
			Source:    "Runbook, section 1 (no TTL or unbounded join) and section 5, joins.",
		},
	},
	{
		ID: "FLT134", Cause: "checkpoint-sync-slow", Title: "The task thread is too busy to take its snapshot", Level: Warning, Needs: []snapshot.Part{snapshot.TaskManagerLogs}, Cluster: barrierLate, Symptom: true, Stage: 3, Explains: []string{"FLT103", "FLT104", "FLT105", "FLT112", "FLT113", "FLT114", "FLT115", "FLT131"},
		Doc: Doc{
			Symptom:   "All barriers of a task are there, but its snapshot starts half a minute later.",
			Cause:     "The snapshot waits in the mailbox of the task's thread behind a record, a timer or a flush that takes that long.",
			See:       "TaskManager log: `Time from receiving all checkpoint barriers/RPC … to executing it exceeded threshold`; flame graph (on-CPU and off-CPU) of that task; metric mailboxLatencyMs.",
			Remedy:    "No call that blocks in processElement() or onTimer(): async I/O, smaller batches; spread timers that fire at the same moment.",
			Reproduce: "A function that sleeps 40 s on one record.",
			Source:    "Runbook, section 1: task thread too busy to snapshot.",
		},
	},
	{
		ID: "FLT135", Cause: "ha-unavailable", Title: "Metadata of a checkpoint may not have been written", Level: Warning, Needs: []snapshot.Part{snapshot.Logs}, Cluster: metadataUnsure, Stage: 0, Explains: []string{"FLT102", "FLT104", "FLT127"},
		Doc: Doc{
			Symptom:   "A checkpoint whose parts are all there fails at the very end, or nobody knows whether it counts.",
			Cause:     "The pointer to it could not be written to ZooKeeper, etcd or Kubernetes, or the answer was lost. Flink keeps the files, to be safe.",
			See:       "JobManager log: `An error occurred while writing checkpoint … to the underlying metadata store`.",
			Remedy:    "Mend the HA service first (see the log line's cause); old chk- folders that no running job refers to can be deleted by hand afterwards.",
			Reproduce: "Stop ZooKeeper while a checkpoint completes.",
			Source:    "Runbook, section 3, ZooKeeper failure: metadata not written.",
		},
	},
	{
		ID: "FLT136", Cause: "config-dangerous", Title: "Large state is always restored from afar", Level: Info, Needs: []snapshot.Part{snapshot.Config, snapshot.CheckpointStats, snapshot.CheckpointSetting}, Job: noLocalRecovery, Stage: 0,
		Doc: Doc{
			Symptom:   "After the failure of one task the job needs minutes until it runs again.",
			Cause:     "Every task downloads its state anew, although most of them come back to the machine that still has it on its disk.",
			See:       "execution.state-recovery.from-local (1.x: state.backend.local-recovery) is false; metric initializationTime.",
			Remedy:    "execution.state-recovery.from-local: true, with a disk that holds a copy of the state.",
			Reproduce: "20 GB of state on RocksDB with the default.",
			Source:    "Runbook, section 5: local recovery; Flink documentation, Tuning Large State.",
		},
	},
}

func unevenKeyGroups(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if !fedBy(v, "HASH") || v.Parallelism < 2 || v.MaxParallelism < v.Parallelism {
			continue
		}
		few := v.MaxParallelism / v.Parallelism
		many := (v.MaxParallelism + v.Parallelism - 1) / v.Parallelism
		if 2*many < 3*few {
			continue
		}
		f := c.found(Info, say("some subtasks of %s own %d key groups and others %d", shortName(v.Name), many, few)).at(v)
		f.because("max-parallelism %d for %d subtasks", v.MaxParallelism, v.Parallelism)
		f.remedy("pipeline.max-parallelism: %d (a multiple of the parallelism; the job starts with new state)", 10*v.Parallelism)
		f.expect("the same number of key groups for all, hence even state and load")
	}
}

func slowCheckpoints(c *Case) {
	avg, longest, n := typical(c.J)
	conf := c.J.Checkpoints.Config
	if c.J.Checkpoints.Off || conf == nil {
		return
	}
	if n == 0 {
		c.notAssessed("no checkpoint was completed yet")
		return
	}
	if avg < time.Minute || conf.Interval > 0 && avg > conf.Interval/2 { // then FLT114 and FLT115 tell
		return
	}
	f := c.found(Warning, say("checkpoints take %s, more than a minute", dur(avg)))
	f.because("average of the last %d; the longest %s", n, dur(longest))
	if last := c.J.Checkpoints.LatestCompleted; last != nil {
		f.because("written %s of %s of state", size(last.Bytes), size(last.StateBytes))
	}
}

// hosts are the machines of the TaskManagers.
func hosts(s *snapshot.Snapshot) map[string]bool {
	out := map[string]bool{}
	for i := range s.TaskManagers {
		host := s.TaskManagers[i].Endpoint
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		out[host] = true
	}
	return out
}

func localCheckpoints(c *Case) {
	dir := c.setting("execution.checkpointing.dir", "state.checkpoints.dir")
	machines := hosts(c.S)
	if !strings.HasPrefix(dir, "file:") && !strings.HasPrefix(dir, "/") || len(machines) < 2 {
		return
	}
	severity := Info // it may be a mount that all share
	if strings.Contains(dir, "/tmp") {
		severity = Warning
	}
	f := c.found(severity, say("checkpoints go to a local path on %d machines", len(machines)))
	f.because("execution.checkpointing.dir: %s", dir)
	f.remedy("execution.checkpointing.dir: s3://BUCKET/checkpoints (or hdfs://), unless all machines mount this path from one server")
	f.expect("a task that moves to another machine finds its state")
}

// keepsAll reports whether a vertex has an operator that keeps state without end.
func keepsAll(v *snapshot.Vertex) bool {
	for _, op := range strings.Split(v.Name, "->") {
		op = strings.TrimSpace(op)
		for _, kind := range []string{"Join[", "GroupAggregate[", "GlobalGroupAggregate[", "GroupTableAggregate["} {
			if strings.HasPrefix(op, kind) {
				return true
			}
		}
	}
	return false
}

func unlimitedState(c *Case) {
	ttl := c.setting("table.exec.state.ttl")
	if ttl != "" && flinkDuration(ttl) > 0 {
		return
	}
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		if !keepsAll(v) || strings.Contains(strings.ToUpper(v.Description), "STATE_TTL") {
			continue
		}
		f := c.found(Info, say("%s keeps state for every key for ever", shortName(v.Name))).at(v)
		f.because("table.exec.state.ttl: %s", firstOf(ttl, "not set"))
		f.remedy("SET 'table.exec.state.ttl' = '1 d', as long as a key may still change")
		f.expect("state levels off after one time-to-live")
	}
}

func barrierLate(c *Case) {
	es := c.logEvents(logscan.BarrierLate)
	if len(es) == 0 {
		return
	}
	worst := es[0]
	for _, e := range es {
		if toFloat(e.Fields["ms"]) > toFloat(worst.Fields["ms"]) {
			worst = e
		}
	}
	f := c.found(Warning, say("a task began its snapshot %s after all barriers were there", dur(msOf(worst.Fields["ms"]))))
	f.because("log %s at %s: %s", worst.File, stamp(worst.Time), firstLine(worst.Text, 160))
	f.remedy("find what its thread does meanwhile (rest.flamegraph.enabled: true): a blocking call, a flush, many timers at one moment")
	f.expect("milliseconds between the last barrier and the snapshot")
}

func metadataUnsure(c *Case) {
	es := c.logEvents(logscan.MetadataUnsure)
	if len(es) == 0 {
		return
	}
	e := es[len(es)-1]
	f := c.found(Warning, say("whether checkpoint %s was registered is unknown", firstOf(e.Fields["checkpoint"], "?")))
	f.because("log %s at %s: %s", e.File, stamp(e.Time), firstLine(e.Text, 200))
	f.remedy("mend the HA service (ZooKeeper, etcd, Kubernetes API); chk- folders that no running job refers to may then be deleted")
	f.expect("checkpoints complete within milliseconds after the last answer")
}

// largeState is the state from which a download takes minutes.
const largeState = 10 << 30

func noLocalRecovery(c *Case) {
	last := c.J.Checkpoints.LatestCompleted
	local := c.setting("execution.state-recovery.from-local", "state.backend.local-recovery")
	if last == nil || last.StateBytes < largeState || strings.EqualFold(local, "true") {
		return
	}
	f := c.found(Info, say("%s of state are downloaded at every restart", size(last.StateBytes)))
	f.because("execution.state-recovery.from-local: %s", firstOf(local, "not set"))
	f.remedy("execution.state-recovery.from-local: true")
	f.expect("tasks that stay on their machine restore from its disk in seconds")
}

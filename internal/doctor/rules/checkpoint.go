package rules

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/logscan"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var (
	checkpointNeeds = []snapshot.Part{snapshot.CheckpointStats}
	detailNeeds     = []snapshot.Part{snapshot.CheckpointStats, snapshot.CheckpointDetails}
	checkpointsFail = []string{"FLT103", "FLT104", "FLT105", "FLT112", "FLT114", "FLT115", "FLT131", "FLT403", "FLT415"}
)

var checkpointRules = []Rule{
	{
		ID: "FLT101", Cause: "checkpoint-disabled", Title: "Checkpointing is off", Level: Warning, Needs: checkpointNeeds, Job: checkpointsOff,
		Doc: Doc{
			Symptom:   "The tab Checkpoints is empty; after a failure the job starts from nothing; exactly-once sinks never show a row.",
			Cause:     "A streaming job without checkpoints loses its state at the first failure, and sinks that commit with checkpoints (Kafka exactly-once, files) never show a row.",
			See:       "GET /jobs/:id/checkpoints answers 404, or the interval is missing in the tab Checkpoints, Configuration.",
			Remedy:    "execution.checkpointing.interval: 1 min.",
			Reproduce: "Any streaming job without execution.checkpointing.interval.",
			Source:    "Runbook, section 4.",
		},
	},
	{
		ID: "FLT102", Cause: "checkpoint-declined", Title: "A task declines checkpoints", Level: Critical, Needs: checkpointNeeds, Job: declined, Stage: 5, Explains: checkpointsFail, Stopped: true,
		Doc: Doc{
			Symptom:   "Single checkpoints fail within seconds, long before their timeout, with a message of a task.",
			Cause:     "A task refused a checkpoint, or failed while it wrote its part: storage that cannot be written, state that cannot be serialised, too little room. The reported share of such failures is 40 %.",
			See:       "JobManager log: `Decline checkpoint N by task <execution> of job <job>`; look the execution id up in a line `Deploying …`, then read that TaskManager's log. REST: failure_message of the checkpoint.",
			Remedy:    "Mend what the message names; most often credentials or space of execution.checkpointing.dir.",
			Reproduce: "Make the checkpoint directory read-only while the job runs.",
			Source:    "Runbook, section 1.",
		},
	},
	{
		ID: "FLT103", Cause: "checkpoint-timeout-short", Title: "Checkpoints expire", Level: Critical, Needs: checkpointNeeds, Job: expired, Symptom: true, Stage: 5, Explains: []string{"FLT104", "FLT105", "FLT112", "FLT403", "FLT415"},
		Doc: Doc{
			Symptom:   "Checkpoints run until their timeout and are then given up; the share of acknowledged subtasks stays below 100 %.",
			Cause:     "A checkpoint was not complete within its timeout and was given up. Another finding usually says why: back pressure that holds barriers, slow storage, a timeout that is too short.",
			See:       "JobManager log: `Checkpoint N of job J expired before completing.`; late answers: `Received late message for now expired checkpoint attempt N from …`.",
			Remedy:    "Remove the cause; raise execution.checkpointing.timeout only if checkpoints are healthy and merely long.",
			Reproduce: "execution.checkpointing.timeout: 10 ms.",
			Source:    "Runbook, section 1.",
		},
	},
	{
		ID: "FLT104", Cause: "checkpoint-failing", Title: "Two or more checkpoints failed in a row", Level: Critical, Needs: checkpointNeeds, Job: failingInARow, Symptom: true, Stage: 6, Explains: []string{"FLT403", "FLT415"},
		Doc: Doc{
			Symptom:   "Several FAILED in a row at the top of the history; with few tolerable failures the job restarts.",
			Cause:     "Consecutive failures: after a failure of the job everything since the last good checkpoint is done again, and the job itself fails when tolerable-failed-checkpoints is exceeded.",
			See:       "Tab Checkpoints, History; log: `(N consecutive failed attempts so far)`.",
			Remedy:    "See the finding that explains it.",
			Reproduce: "As FLT103.",
			Source:    "Runbook, section 4: the alarm to have.",
		},
	},
	{
		ID: "FLT105", Cause: "checkpoint-failing", Title: "No checkpoint was ever completed", Level: Critical, Needs: checkpointNeeds, Job: neverCompleted, Symptom: true, Stage: 6,
		Doc: Doc{
			Symptom:   "Completed 0 in the counts although the job has run for a while.",
			Cause:     "The job runs but has nothing to go back to: a failure starts it from scratch.",
			See:       "Counts in the tab Checkpoints: Completed 0.",
			Remedy:    "See the finding that explains it.",
			Reproduce: "As FLT103, from the start.",
			Source:    "Runbook, section 1.",
		},
	},
	{
		ID: "FLT106", Cause: "checkpoint-trigger-slow", Title: "Sources take long to start a checkpoint", Level: Warning, Needs: detailNeeds, Job: triggerSlow, Symptom: true, Stage: 2, Explains: []string{"FLT103", "FLT114", "FLT115", "FLT131"},
		Doc: Doc{
			Symptom:   "Start delay of seconds already at the source subtasks; all later phases shift by as much.",
			Cause:     "The coordinator asked the sources for a barrier, but their threads were busy or blocked and answered late.",
			See:       "Checkpoint details: start delay of the source subtasks.",
			Remedy:    "Relieve the source task: break its chain before the expensive operator, or make what follows faster if the source is back-pressured.",
			Reproduce: "A slow function chained to a source.",
			Source:    "Runbook, section 1, trigger phase.",
		},
	},
	{
		ID: "FLT107", Cause: "alignment-backpressure", Title: "Barriers are stuck behind records", Level: Warning, Needs: detailNeeds, Job: startDelay, Symptom: true, Stage: 3, Explains: []string{"FLT103", "FLT104", "FLT105", "FLT112", "FLT114", "FLT115", "FLT131", "FLT121"},
		Doc: Doc{
			Symptom:   "Start delay of seconds behind a slow task, while sync and async parts are short.",
			Cause:     "The first barrier reached a task long after the trigger, because it waited in the queue behind records that a slow task has not taken yet.",
			See:       "Checkpoint details, Start Delay per subtask; metric checkpointStartDelayNanos.",
			Remedy:    "Remove the back pressure; meanwhile unaligned checkpoints or buffer debloating.",
			Reproduce: "Back pressure and a checkpoint interval of some seconds.",
			Source:    "Runbook, sections 1 and 3.",
		},
	},
	{
		ID: "FLT108", Cause: "alignment-backpressure", Title: "Alignment takes long", Level: Warning, Needs: detailNeeds, Job: alignment, Symptom: true, Stage: 3, Explains: []string{"FLT103", "FLT104", "FLT114", "FLT115", "FLT131", "FLT121"},
		Doc: Doc{
			Symptom:   "Alignment above 100 ms; one input of a task stands still during checkpoints.",
			Cause:     "A task got a barrier on one input and waited for the others, holding records of the first back. Healthy is below 100 ms. Uneven inputs or one slow upstream subtask are behind it.",
			See:       "Checkpoint details, Alignment Duration; metric checkpointAlignmentTime.",
			Remedy:    "Make the inputs even (skew, watermark alignment); execution.checkpointing.aligned-checkpoint-timeout: 10 s with unaligned checkpoints.",
			Reproduce: "A join of a fast and a back-pressured source.",
			Source:    "Runbook, section 1: healthy < 100 ms.",
		},
	},
	{
		ID: "FLT109", Cause: "checkpoint-sync-slow", Title: "The synchronous part is slow", Level: Warning, Needs: detailNeeds, Job: syncSlow, Stage: 4, Explains: []string{"FLT103", "FLT104", "FLT105", "FLT112", "FLT113", "FLT114", "FLT115", "FLT131"},
		Doc: Doc{
			Symptom:   "Throughput drops to zero for moments at every checkpoint; sync duration of seconds.",
			Cause:     "While the task captures its state it processes nothing. Large timers or operator state on the heap, snapshotState() that does I/O, or a sink that flushes make it slow.",
			See:       "Checkpoint details, Sync Duration per subtask.",
			Remedy:    "No I/O in snapshotState(); timers in RocksDB (state.backend.rocksdb.timer-service.factory: ROCKSDB); smaller sink buffers, so that the flush is short.",
			Reproduce: "A sink whose flush takes 3 s.",
			Source:    "Runbook, section 1, persist phase.",
		},
	},
	{
		ID: "FLT110", Cause: "checkpoint-storage-slow", Title: "Writing checkpoints is slow", Level: Warning, Needs: detailNeeds, Job: asyncSlow, Stage: 4, Explains: []string{"FLT103", "FLT104", "FLT105", "FLT111", "FLT112", "FLT113", "FLT114", "FLT115", "FLT131"},
		Doc: Doc{
			Symptom:   "Async duration of seconds or minutes while barriers pass quickly.",
			Cause:     "The asynchronous part is bytes divided by bandwidth. Few bytes in a long time is the storage: its latency, throttling, or the network to it.",
			See:       "Checkpoint details: Async Duration against Checkpointed Data Size per subtask.",
			Remedy:    "Faster or nearer storage, more threads for uploads, incremental checkpoints, compression.",
			Reproduce: "execution.checkpointing.dir on a throttled mount.",
			Source:    "Runbook, section 1, persist phase; scenario 1.",
		},
	},
	{
		ID: "FLT111", Cause: "state-skew", Title: "One subtask's part takes far longer than the others", Level: Info, Needs: detailNeeds, Job: oneSlowPart, Symptom: true, Stage: 4,
		Doc: Doc{
			Symptom:   "All subtasks but one have answered for long when the checkpoint completes.",
			Cause:     "The checkpoint is as slow as its slowest subtask. One slow among many is skew, a slow disk or a slow machine; all slow is the storage.",
			See:       "Checkpoint details, Subtasks: sort by End to End Duration.",
			Remedy:    "Compare its state size (skew) and its TaskManager (machine) with the others.",
			Reproduce: "A hot key with much state.",
			Source:    "Runbook, section 1.",
		},
	},
	{
		ID: "FLT112", Cause: "checkpoint-unacknowledged", Title: "Subtasks never acknowledge", Level: Warning, Needs: checkpointNeeds, Job: unacknowledged, Symptom: true, Stage: 4, Explains: []string{"FLT104", "FLT105"},
		Doc: Doc{
			Symptom:   "Acknowledged n/m with n below m: a checkpoint that hangs or has expired.",
			Cause:     "A checkpoint is only complete when every subtask has acknowledged. This names who did not.",
			See:       "Tab Checkpoints, History, details: Acknowledged n/m, and the subtasks marked n/a.",
			Remedy:    "Look at those subtasks: busy, blocked, or on a lost TaskManager.",
			Reproduce: "As FLT103.",
			Source:    "Runbook, section 1: must be 100 %.",
		},
	},
	{
		ID: "FLT118", Cause: "state-growth", Title: "State grows without bound", Level: Warning, Job: stateGrowth, Stage: 0, Explains: []string{"FLT110", "FLT113", "FLT114", "FLT115", "FLT131", "FLT117", "FLT410", "FLT414", "FLT125"},
		Doc: Doc{
			Symptom:   "Full Checkpoint Data Size rises at every checkpoint and never levels off.",
			Cause:     "The full state is larger at every checkpoint and the growth does not slow down. An aggregation or join keeps a row for every key it ever saw.",
			See:       "Full Checkpoint Data Size over the history; metric lastCheckpointFullSize over a day.",
			Remedy:    "A time-to-live (table.exec.state.ttl, hint STATE_TTL), windows or interval joins instead of unbounded ones.",
			Reproduce: "SELECT k, COUNT(*) … GROUP BY k with a random BIGINT k.",
			Source:    "Runbook, section 1: growth for ever = no TTL or unbounded join.",
		},
	},
	{
		ID: "FLT119", Cause: "state-skew", Title: "One subtask has most of the state", Level: Warning, Needs: detailNeeds, Job: stateSkew, Stage: 0, Explains: []string{"FLT109", "FLT110", "FLT111", "FLT112"},
		Doc: Doc{
			Symptom:   "State Size of one subtask is several times that of the others.",
			Cause:     "Key groups are uneven: one subtask keeps several times as much state as the others, so its checkpoint and its recovery take as many times longer.",
			See:       "Checkpoint details: State Size per subtask.",
			Remedy:    "A finer or salted key; TTL on the hot key's state; more key groups (pipeline.max-parallelism) when few keys fall together.",
			Reproduce: "Collect a list per key with 95 % of the rows on one key.",
			Source:    "Runbook, section 2.",
		},
	},
	{
		ID: "FLT127", Cause: "checkpoint-storage-slow", Title: "Completing a checkpoint is slow", Level: Warning, Needs: []snapshot.Part{snapshot.Logs}, Cluster: finalization, Stage: 4, Explains: []string{"FLT103", "FLT114", "FLT115", "FLT131"},
		Doc: Doc{
			Symptom:   "All subtasks have acknowledged, and the checkpoint still stays IN_PROGRESS for seconds.",
			Cause:     "All subtasks have acknowledged, but writing the metadata and registering it with the HA services takes seconds.",
			See:       "JobManager log: `Completed checkpoint … finalizationTime=… ms`.",
			Remedy:    "Look at the latency of execution.checkpointing.dir from the JobManager and at ZooKeeper or etcd; many small files: execution.checkpointing.file-merging.enabled: true.",
			Reproduce: "Slow storage for the JobManager.",
			Source:    "Runbook, section 1, complete phase.",
		},
	},
}

func checkpointsOff(c *Case) {
	if !c.J.Checkpoints.Off || c.J.Type == "BATCH" {
		return
	}
	f := c.found(Warning, say("checkpointing is off: a failure loses the state of the job"))
	f.because("GET /jobs/%s/checkpoints: checkpointing has not been enabled", c.J.ID)
	f.remedy("SET 'execution.checkpointing.interval' = '1 min' before the job is started, with execution.checkpointing.dir on durable storage")
	f.expect("after a failure the job goes on from the last checkpoint; exactly-once sinks commit")
}

// failedOnes are the failed checkpoints of the history whose failure passes a test.
func failedOnes(j *snapshot.Job, is func(message string) bool) (out []*snapshot.Checkpoint) {
	for i := range j.Checkpoints.History {
		if cp := &j.Checkpoints.History[i]; cp.Status == "FAILED" && is(cp.Failure) {
			out = append(out, cp)
		}
	}
	if cp := j.Checkpoints.LatestFailed; len(out) == 0 && cp != nil && is(cp.Failure) {
		out = append(out, cp)
	}
	return out
}

func isExpiry(m string) bool { return strings.Contains(m, "expired before completing") }

// isDecline leaves out what happens at every restart and shutdown.
func isDecline(m string) bool {
	for _, normal := range []string{"not ready", "is closing", "partially closed", "newer checkpoint was received", "cancellation from one of its inputs", "input stream is finished"} {
		if strings.Contains(m, normal) {
			return false
		}
	}
	for _, sign := range []string{"was declined", "Asynchronous task checkpoint failed", "sharing the ChannelState file", "Failure to finalize checkpoint", "IO-problem detected", "Trigger checkpoint failure"} {
		if strings.Contains(m, sign) {
			return true
		}
	}
	return false
}

// logEvents are the events of a kind that belong to the case's job.
func (c *Case) logEvents(kinds ...string) (out []*snapshot.LogEvent) {
	for i := range c.S.Logs {
		e := &c.S.Logs[i]
		if slices.Contains(kinds, e.Kind) && (c.J == nil || e.Fields["job"] == "" || e.Fields["job"] == c.J.ID) {
			out = append(out, e)
		}
	}
	return out
}

// fileEvents are the events of a kind from log files of the whole cluster. The
// JobManager's log alone may tell of other jobs; REST tells the same by job.
func (c *Case) fileEvents(kinds ...string) (out []*snapshot.LogEvent) {
	if _, missing := c.S.Missing[snapshot.TaskManagerLogs]; missing {
		return nil
	}
	return c.since(c.logEvents(kinds...))
}

// since keeps the events since the start of the case's job.
func (c *Case) since(events []*snapshot.LogEvent) (out []*snapshot.LogEvent) {
	for _, e := range events {
		if c.J == nil || c.J.Start.IsZero() || e.Time.IsZero() || e.Time.After(c.J.Start.Add(-time.Minute)) {
			out = append(out, e)
		}
	}
	return out
}

func declined(c *Case) {
	ones := failedOnes(c.J, isDecline)
	lines := c.logEvents(logscan.CheckpointDeclined, logscan.AsyncFailed)
	if len(ones) == 0 {
		snapshotFailed(c)
		return
	}
	severity := Warning
	if recent := c.J.Checkpoints.History; len(recent) > 0 && recent[0].Status == "FAILED" || len(ones) > 2 {
		severity = Critical
	}
	f := c.found(severity, say("checkpoint %d was declined: %s", ones[0].ID, firstLine(ones[0].Failure, 160)))
	if len(ones) > 1 {
		f.because("%d checkpoints of the history were declined", len(ones))
	}
	nameMissing(c, f, ones[0])
	for _, e := range lines[:min(len(lines), 3)] {
		f.because("log %s: checkpoint %s by %s", e.File, e.Fields["checkpoint"], strings.TrimSpace(e.Fields["task"]+" "+e.Fields["attempt"]))
		nameDecliner(c, f, e)
	}
	cause := innermostCause(ones[0].Failure)
	for _, e := range c.logEvents(logscan.CheckpointFailed, logscan.CheckpointDeclined) {
		if e.Fields["checkpoint"] == fmt.Sprint(ones[0].ID) && e.Stack != "" {
			cause = innermostCause(e.Stack)
		}
	}
	if cause != "" {
		f.because("caused by %s", cause)
	}
	f.remedy("read the log of the TaskManager that declined, at %s", stamp(ones[0].Failed))
	f.remedy("check that execution.checkpointing.dir can be written from every TaskManager: credentials, quota, space")
	f.expect("the next checkpoint completes; the job keeps running as long as execution.checkpointing.tolerable-failed-checkpoints allows")
}

// snapshotFailed looks for tasks that fail with their part of a checkpoint: what goes
// wrong in the synchronous part is no declined checkpoint for Flink but the end of
// the task.
func snapshotFailed(c *Case) {
	if _, missing := c.J.Missing[snapshot.Exceptions]; missing {
		return
	}
	es := recent(c, failures(c.J, failSnapshot))
	if len(es) == 0 {
		return
	}
	e := es[0]
	f := c.found(severityOf(c, e), say("a task fails when it takes its part of a checkpoint: %s", firstOf(innermostCause(e.Stack), firstLine(e.Name, 160)))).on(e.TaskManager)
	f.atTask(c, e)
	f.because("%d such failures in the last hour", len(es))
	if at := blame(e.Stack); at != "" {
		f.because("thrown in %s", at)
	}
	f.remedy("mend what the exception names: snapshotState of the function, or what it writes to")
	f.expect("the next checkpoint completes and the job is not restarted by it")
}

// nameDecliner takes the task and its TaskManager from a line of the log.
func nameDecliner(c *Case, f *Finding, e *snapshot.LogEvent) {
	if f.Vertex == "" {
		for i := range c.J.Vertices {
			if v := &c.J.Vertices[i]; strings.HasPrefix(e.Fields["task"], v.Name+" (") {
				f.at(v)
			}
		}
	}
	if f.TaskManager == "" {
		f.TaskManager, _, _ = strings.Cut(e.Fields["at"], " @ ")
	}
}

// nameMissing adds who did not acknowledge a checkpoint.
func nameMissing(c *Case, f *Finding, cp *snapshot.Checkpoint) {
	if cp.Subtasks > 0 && cp.Acknowledged < cp.Subtasks {
		f.because("checkpoint %d: %d of %d subtasks acknowledged", cp.ID, cp.Acknowledged, cp.Subtasks)
	}
	if cp.Acknowledged == 0 {
		return // it did not get as far as the tasks
	}
	named := 0
	for i := range cp.Tasks {
		t := &cp.Tasks[i]
		v := c.J.Vertex(t.Vertex)
		if t.Acknowledged >= t.Subtasks || v == nil || named == 3 {
			continue
		}
		named++
		var who []string
		for _, p := range t.Parts {
			if !p.Acknowledged {
				who = append(who, fmt.Sprint(p.Index))
			}
		}
		list := strings.Join(who[:min(len(who), 5)], ", ")
		if list == "" {
			list = "?"
		}
		f.because("no answer from %s, subtasks %s", shortName(v.Name), list)
		if f.Vertex == "" {
			f.at(v)
			if len(who) == 1 && len(t.Parts) > 0 {
				for k := range v.Subtasks {
					if fmt.Sprint(v.Subtasks[k].Index) == who[0] {
						f.subtask(&v.Subtasks[k])
					}
				}
			}
		}
	}
}

func expired(c *Case) {
	ones := failedOnes(c.J, isExpiry)
	if len(ones) == 0 {
		return
	}
	newest := c.J.Checkpoints.History
	severity := Warning
	if len(newest) > 0 && newest[0].ID == ones[0].ID || len(ones) > 1 {
		severity = Critical
	}
	timeout := time.Duration(0)
	if conf := c.J.Checkpoints.Config; conf != nil {
		timeout = conf.Timeout
	}
	after := timeout
	if after == 0 {
		after = ones[0].Duration
	}
	summary := say("checkpoint %d expired after %s", ones[0].ID, dur(after))
	if after == 0 {
		summary = say("checkpoint %d expired", ones[0].ID)
	}
	f := c.found(severity, summary)
	f.because("%d of the last %d checkpoints expired", len(ones), max(len(newest), len(ones)))
	nameMissing(c, f, ones[0])
	for _, e := range c.logEvents(logscan.CheckpointLate)[:min(2, len(c.logEvents(logscan.CheckpointLate)))] {
		f.because("log %s: late answer for checkpoint %s from %s", e.File, e.Fields["checkpoint"], firstOf(e.Fields["task"], e.Fields["attempt"]))
	}
	f.remedy("if nothing else is wrong: execution.checkpointing.timeout: %s", value(max(10*time.Minute, 3*timeout)))
	f.expect("checkpoints that merely need longer get the time to complete")
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// inARow counts the failed checkpoints since the last that was completed.
func inARow(j *snapshot.Job) (n int) {
	for _, cp := range j.Checkpoints.History {
		switch {
		case cp.Status == "COMPLETED":
			return n
		case cp.Status == "FAILED" && !normalAbort(cp.Failure):
			n++
		}
	}
	return n
}

// normalAbort are failures that restarts and shutdowns bring along.
func normalAbort(m string) bool {
	for _, s := range []string{"Coordinator is suspending", "CheckpointCoordinator shutdown", "has been subsumed", "not ready", "is closing", "Not all required tasks", "FailoverRegion is restarting"} {
		if strings.Contains(m, s) {
			return true
		}
	}
	return false
}

func failingInARow(c *Case) {
	n := inARow(c.J)
	if n < 2 {
		for _, e := range c.logEvents(logscan.CheckpointFailed) {
			if e.Fields["consecutive"] != "" && e.Fields["consecutive"] != "0" && e.Fields["consecutive"] != "1" && n == 0 && len(c.J.Checkpoints.History) == 0 {
				c.found(Critical, say("%s checkpoints in a row failed", e.Fields["consecutive"])).because("log %s: %s", e.File, firstLine(e.Text, 160))
				return
			}
		}
		return
	}
	f := c.found(Critical, say("%d checkpoints in a row failed", n))
	for _, cp := range c.J.Checkpoints.History[:min(3, len(c.J.Checkpoints.History))] {
		if cp.Status == "FAILED" {
			f.because("checkpoint %d at %s: %s", cp.ID, stamp(cp.Triggered), firstLine(cp.Failure, 120))
		}
	}
	if last := c.J.Checkpoints.LatestCompleted; last != nil {
		f.because("the last good one, %d, is %s old", last.ID, dur(c.S.Taken.Sub(last.LatestAck)))
	}
}

func neverCompleted(c *Case) {
	k := c.J.Checkpoints
	if k.Off || k.Counts.Completed > 0 || k.Counts.Failed == 0 || k.LatestCompleted != nil || k.Restored != nil {
		return
	}
	if n := len(failedOnes(c.J, func(m string) bool { return !normalAbort(m) })); n == 0 {
		return
	}
	f := c.found(Critical, say("none of %d checkpoints was completed since the job started", k.Counts.Total))
	f.because("completed 0, failed %d, in progress %d; the job runs for %s", k.Counts.Failed, k.Counts.InProgress, dur(c.J.Duration))
}

// part is a subtask's part of the newest checkpoint that has details.
type part struct {
	cp *snapshot.Checkpoint
	t  *snapshot.CheckpointTask
	p  *snapshot.CheckpointPart
	v  *snapshot.Vertex
}

// parts lists the acknowledged parts of the checkpoints whose details were read.
func parts(j *snapshot.Job) (out []part) {
	for i := range j.Checkpoints.History {
		cp := &j.Checkpoints.History[i]
		for k := range cp.Tasks {
			t := &cp.Tasks[k]
			v := j.Vertex(t.Vertex)
			for n := range t.Parts {
				if t.Parts[n].Acknowledged && v != nil {
					out = append(out, part{cp, t, &t.Parts[n], v})
				}
			}
		}
	}
	return out
}

// worstPart is the part with the largest figure among those that pass.
func worstPart(j *snapshot.Job, is func(part) bool, figure func(*snapshot.CheckpointPart) time.Duration) (worst part, ok bool) {
	for _, x := range parts(j) {
		if is(x) && (!ok || figure(x.p) > figure(worst.p)) {
			worst, ok = x, true
		}
	}
	return worst, ok
}

func (f *Finding) ofPart(j *snapshot.Job, x part) *Finding {
	f.at(x.v)
	for k := range x.v.Subtasks {
		if x.v.Subtasks[k].Index == x.p.Index {
			f.subtask(&x.v.Subtasks[k])
		}
	}
	return f
}

// noParts says that there is no checkpoint to look into yet.
func noParts(c *Case) bool {
	if c.J.Checkpoints.Off {
		return true
	}
	if len(c.J.Checkpoints.History) == 0 {
		c.notAssessed("the job has no checkpoint yet")
		return true
	}
	return false
}

func triggerSlow(c *Case) {
	if noParts(c) {
		return
	}
	x, ok := worstPart(c.J, func(x part) bool { return x.v.Source() && !impossible(x.p) }, func(p *snapshot.CheckpointPart) time.Duration { return p.StartDelay })
	if !ok || x.p.StartDelay < time.Second || x.p.StartDelay < x.p.Duration/4 {
		return
	}
	f := c.found(Warning, say("source %s started checkpoint %d only after %s", shortName(x.v.Name), x.cp.ID, dur(x.p.StartDelay))).ofPart(c.J, x)
	f.because("start delay of its subtask %d: %s of %s end to end", x.p.Index, dur(x.p.StartDelay), dur(x.p.Duration))
	f.remedy("give its thread air: break the chain after the source (pipeline.operator-chaining.enabled: false, or different parallelism), or speed up what follows")
	f.expect("the barrier leaves the source within milliseconds")
}

func startDelay(c *Case) {
	if noParts(c) {
		return
	}
	x, ok := worstPart(c.J, func(x part) bool { return !x.v.Source() && !impossible(x.p) }, func(p *snapshot.CheckpointPart) time.Duration { return p.StartDelay })
	if !ok || x.p.StartDelay < time.Second || x.p.StartDelay < x.p.Duration/4 {
		return
	}
	f := c.found(Warning, say("the barrier of checkpoint %d reached %s only after %s", x.cp.ID, shortName(x.v.Name), dur(x.p.StartDelay))).ofPart(c.J, x)
	f.because("start delay of subtask %d: %s of %s end to end", x.p.Index, dur(x.p.StartDelay), dur(x.p.Duration))
	f.remedy("remove the back pressure before this task")
	f.remedy("meanwhile: execution.checkpointing.unaligned.enabled: true, execution.checkpointing.aligned-checkpoint-timeout: 10 s; or taskmanager.network.memory.buffer-debloat.enabled: true")
	f.expect("barriers overtake the waiting records: about half the duration, as reported from the field")
}

func alignment(c *Case) {
	if noParts(c) {
		return
	}
	x, ok := worstPart(c.J, func(x part) bool { return !x.v.Source() }, func(p *snapshot.CheckpointPart) time.Duration { return p.Alignment })
	if !ok || x.p.Alignment < 100*time.Millisecond {
		return
	}
	severity := Info
	if x.p.Alignment >= time.Second && x.p.Alignment >= x.p.Duration/4 {
		severity = Warning
	}
	f := c.found(severity, say("%s aligned checkpoint %d for %s", shortName(x.v.Name), x.cp.ID, dur(x.p.Alignment))).ofPart(c.J, x)
	f.because("alignment of subtask %d: %s of %s end to end; healthy is below 100 ms", x.p.Index, dur(x.p.Alignment), dur(x.p.Duration))
	f.remedy("find the input whose barrier is late: back pressure or skew before this task")
	f.remedy("execution.checkpointing.unaligned.enabled: true with execution.checkpointing.aligned-checkpoint-timeout: 1 s")
	f.expect("alignment falls below 100 ms, or turns unaligned after the timeout")
}

func syncSlow(c *Case) {
	if noParts(c) {
		return
	}
	x, ok := worstPart(c.J, func(part) bool { return true }, standstill)
	if !ok || standstill(x.p) < time.Second || standstill(x.p) < x.p.Duration/4 {
		return
	}
	f := c.found(Warning, say("%s stood still for %s in the synchronous part of checkpoint %d", shortName(x.v.Name), dur(standstill(x.p)), x.cp.ID)).ofPart(c.J, x)
	f.because("sync %s, async %s, state %s of subtask %d", dur(x.p.Sync), dur(x.p.Async), size(x.p.StateBytes), x.p.Index)
	if before := x.p.Before(); before > x.p.Sync {
		f.because("%s before the snapshot itself, in prepareSnapshotPreBarrier: a flush", dur(before))
	}
	if x.v.Sink() {
		f.remedy("the sink flushes in this part: smaller buffers (sink.buffer-flush.max-rows), a faster external system")
	}
	f.remedy("no I/O in snapshotState() and prepareSnapshotPreBarrier(); timers in RocksDB: state.backend.rocksdb.timer-service.factory: ROCKSDB")
	f.expect("below 100 ms; the task works on while its state is written")
}

// standstill is how long a task processed nothing because of a checkpoint. What no
// phase accounts for counts only where it is most of the time.
func standstill(p *snapshot.CheckpointPart) time.Duration {
	if before := p.Before(); before > p.Duration/2 {
		return p.Sync + before
	}
	return p.Sync
}

func asyncSlow(c *Case) {
	if noParts(c) {
		return
	}
	x, ok := worstPart(c.J, func(part) bool { return true }, func(p *snapshot.CheckpointPart) time.Duration { return p.Async })
	if !ok || x.p.Async < 2*time.Second || x.p.Async < x.p.Duration/4 {
		return
	}
	perSecond := float64(x.p.Bytes) / x.p.Async.Seconds()
	severity := Warning
	if perSecond > 100<<20 && x.p.Async < 30*time.Second {
		return // much state at a good speed
	}
	f := c.found(severity, say("writing %s of checkpoint %d took %s in %s", size(x.p.Bytes), x.cp.ID, dur(x.p.Async), shortName(x.v.Name))).ofPart(c.J, x)
	f.because("%s/s for subtask %d", size(int64(perSecond)), x.p.Index)
	slow, all := 0, 0
	for _, o := range x.t.Parts {
		if o.Acknowledged {
			all++
			if o.Async >= x.p.Async/2 {
				slow++
			}
		}
	}
	f.because("%d of %d subtasks of the task are about as slow", slow, all)
	if dir := c.S.Config["execution.checkpointing.dir"]; dir != "" {
		f.because("execution.checkpointing.dir: %s", dir)
	}
	f.remedy("measure the storage from a TaskManager: latency of small writes, throttling (HTTP 503), bandwidth")
	f.remedy("execution.checkpointing.incremental: true; state.backend.rocksdb.checkpoint.transfer.thread.num: 8; execution.checkpointing.snapshot-compression: true; execution.checkpointing.file-merging.enabled: true")
	f.expect("bytes fall by 70 %% with incremental checkpoints, 15 min become 3 min, as reported from the field")
}

func oneSlowPart(c *Case) {
	if noParts(c) {
		return
	}
	for i := range c.J.Checkpoints.History {
		cp := &c.J.Checkpoints.History[i]
		for k := range cp.Tasks {
			t := &cp.Tasks[k]
			v := c.J.Vertex(t.Vertex)
			if v == nil || len(t.Parts) < 3 {
				continue
			}
			ds := make([]time.Duration, 0, len(t.Parts))
			worst := &t.Parts[0]
			for n := range t.Parts {
				ds = append(ds, t.Parts[n].Duration)
				if t.Parts[n].Duration > worst.Duration {
					worst = &t.Parts[n]
				}
			}
			slices.Sort(ds)
			median := ds[len(ds)/2]
			if worst.Duration < time.Second || worst.Duration < 5*median {
				continue
			}
			f := c.found(Info, say("subtask %d of %s took %s for checkpoint %d, the others %s", worst.Index, shortName(v.Name), dur(worst.Duration), cp.ID, dur(median)))
			f.ofPart(c.J, part{cp, t, worst, v})
			f.because("start delay %s, alignment %s, sync %s, async %s, state %s", dur(worst.StartDelay), dur(worst.Alignment), dur(worst.Sync), dur(worst.Async), size(worst.StateBytes))
			return
		}
	}
}

func unacknowledged(c *Case) {
	if noParts(c) {
		return
	}
	for i := range c.J.Checkpoints.History {
		cp := &c.J.Checkpoints.History[i]
		age := c.S.Taken.Sub(cp.Triggered)
		stuck := cp.Status == "IN_PROGRESS" && cp.Acknowledged < cp.Subtasks && age > 30*time.Second
		gone := cp.Status == "FAILED" && cp.Subtasks > 0 && cp.Acknowledged < cp.Subtasks && isExpiry(cp.Failure)
		if !stuck && !gone {
			continue
		}
		f := c.found(Warning, say("checkpoint %d has only %d of %d answers", cp.ID, cp.Acknowledged, cp.Subtasks))
		if stuck {
			f.because("in progress for %s", dur(age))
		}
		nameMissing(c, f, cp)
		return
	}
}

func stateGrowth(c *Case) {
	done := c.J.Checkpoints.Completed()
	if c.J.Checkpoints.Off {
		return
	}
	if len(done) < 6 { // either history will do
		if s := c.series("lastCheckpointFullSize", c.J); s == nil || len(s.Points) < 6 {
			if reason, missing := c.J.Missing[snapshot.CheckpointStats]; missing {
				c.notAssessed("%s: %s", snapshot.CheckpointStats, reason)
				return
			}
			c.notAssessed("only %d completed checkpoints in the history; 6 are needed to see a trend", len(done))
			return
		}
	}
	var sizes []float64
	var times []time.Time
	if s := c.series("lastCheckpointFullSize", c.J); s != nil && len(s.Points) >= 6 {
		for _, p := range s.Points {
			sizes, times = append(sizes, p.Value), append(times, p.Time)
		}
	} else {
		for i := len(done) - 1; i >= 0; i-- {
			sizes, times = append(sizes, float64(done[i].StateBytes)), append(times, done[i].Triggered)
		}
	}
	if !growing(sizes) && !(c.unlimited() && risingTeeth(sizes)) {
		return
	}
	first, last := sizes[0], sizes[len(sizes)-1]
	span := times[len(times)-1].Sub(times[0])
	if span <= 0 {
		return
	}
	f := c.found(Warning, say("state grew from %s to %s in %s and does not slow down", size(int64(first)), size(int64(last)), dur(span)))
	f.because("%s/h over %d checkpoints", size(int64((last-first)/span.Hours())), len(sizes))
	var most *snapshot.CheckpointTask
	for i := range done {
		for k := range done[i].Tasks {
			if t := &done[i].Tasks[k]; most == nil || t.StateBytes > most.StateBytes {
				most = t
			}
		}
		if most != nil {
			break
		}
	}
	if most != nil {
		if v := c.J.Vertex(most.Vertex); v != nil {
			f.at(v).because("most of it in %s: %s", shortName(v.Name), size(most.StateBytes))
		}
	}
	if ttl := c.setting("table.exec.state.ttl"); ttl == "" || strings.HasPrefix(ttl, "0") {
		f.because("table.exec.state.ttl is not set for the cluster")
	}
	f.remedy("SET 'table.exec.state.ttl' = '1 d', as long as a key may still change")
	f.remedy("or per table: SELECT /*+ STATE_TTL('orders' = '1d') */ …; interval join or window instead of an unbounded join or GROUP BY")
	f.expect("state levels off after one time-to-live")
}

// compacted is by how much state shrinks when files are merged although nothing was
// dropped from it.
const compacted = 0.05

// growing reports whether sizes grow all the time, at least by 40 %, and as fast at
// the end as before.
func growing(sizes []float64) bool {
	n := len(sizes)
	first, last := sizes[0], sizes[n-1]
	if last-first < 256<<10 || last < 1.4*first {
		return false
	}
	down := 0
	for i := 1; i < n; i++ {
		if sizes[i] < (1-compacted)*sizes[i-1] {
			down++
		}
	}
	third := n / 3
	late := (last - sizes[n-1-third]) / float64(third)
	all := (last - first) / float64(n-1)
	return down*8 <= n && late >= 0.5*all
}

// unlimited reports whether the job has a task that keeps state for every key for ever.
func (c *Case) unlimited() bool {
	if ttl := c.setting("table.exec.state.ttl"); ttl != "" && flinkDuration(ttl) > 0 {
		return false
	}
	return slices.ContainsFunc(c.J.Vertices, func(v snapshot.Vertex) bool { return keepsAll(&v) })
}

// risingTeeth reports whether sizes are a saw whose teeth rise: values that are
// written anew pile up until RocksDB merges its files, at every fourth checkpoint,
// and each of the four is larger than its like before.
func risingTeeth(sizes []float64) bool {
	var drops []int
	for i := 1; i < len(sizes); i++ {
		if sizes[i] < (1-compacted)*sizes[i-1] {
			drops = append(drops, i)
		}
	}
	if len(drops) < 2 {
		return false
	}
	period := drops[1] - drops[0]
	for i := 2; i < len(drops); i++ {
		if drops[i]-drops[i-1] != period {
			return false
		}
	}
	n := len(sizes)
	if n-period < 5 || sizes[n-1]-sizes[n-1-period] < 256<<10 {
		return false
	}
	for i := period; i < n; i++ {
		if sizes[i] < 1.15*sizes[i-period] {
			return false
		}
	}
	return true
}

func stateSkew(c *Case) {
	if noParts(c) {
		return
	}
	for i := range c.J.Checkpoints.History {
		cp := &c.J.Checkpoints.History[i]
		if cp.Status != "COMPLETED" {
			continue
		}
		for k := range cp.Tasks {
			t := &cp.Tasks[k]
			v := c.J.Vertex(t.Vertex)
			if v == nil || len(t.Parts) < 2 {
				continue
			}
			worst, sum := &t.Parts[0], int64(0)
			for n := range t.Parts {
				sum += t.Parts[n].StateBytes
				if t.Parts[n].StateBytes > worst.StateBytes {
					worst = &t.Parts[n]
				}
			}
			rest := float64(sum-worst.StateBytes) / float64(len(t.Parts)-1)
			if worst.StateBytes < 1<<20 || float64(worst.StateBytes) < 3*rest {
				continue
			}
			f := c.found(Warning, say("subtask %d of %s has %s of %s of state", worst.Index, shortName(v.Name), size(worst.StateBytes), size(sum)))
			f.ofPart(c.J, part{cp, t, worst, v})
			f.because("the others have %s on average (checkpoint %d)", size(int64(rest)), cp.ID)
			f.remedy("a finer or salted key for this operator; TTL for the hot key: SET 'table.exec.state.ttl' = '1 d'")
			f.remedy("if few keys fall together by chance: pipeline.max-parallelism: 1024 (a new job; state is not kept)")
			f.expect("checkpoint and recovery of this task become as short as those of the others")
			return
		}
	}
}

func finalization(c *Case) {
	var worst *snapshot.LogEvent
	var worstMs int
	done := c.logEvents(logscan.CheckpointCompleted)
	for _, e := range done {
		if ms := atoi(e.Fields["finalization"]); ms > worstMs {
			worst, worstMs = e, ms
		}
	}
	if worst == nil || worstMs < 2000 {
		return
	}
	f := c.found(Warning, say("completing checkpoint %s took %s after all answers", worst.Fields["checkpoint"], dur(time.Duration(worstMs)*time.Millisecond)))
	f.JobID = worst.Fields["job"]
	f.because("log %s: %s", worst.File, firstLine(worst.Text, 200))
	f.remedy("look at the latency of the storage from the JobManager, and at ZooKeeper or etcd if high availability is on")
	f.expect("finalization takes some ten milliseconds")
}

func atoi(s string) (n int) { _, _ = fmt.Sscan(s, &n); return n }

func stamp(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

func firstLine(s string, n int) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > n {
		s = string(r[:n-1]) + "…"
	}
	return s
}

// setting is a key of the cluster's configuration under its present or an old name.
func (c *Case) setting(keys ...string) string {
	for _, k := range keys {
		if c.J != nil {
			if v, ok := c.J.UserConfig[k]; ok {
				return v
			}
		}
		if v, ok := c.S.Config[k]; ok {
			return v
		}
	}
	return ""
}

// series is the course of a job's metric, nil if nobody kept it.
func (c *Case) series(metric string, j *snapshot.Job) *snapshot.Series {
	for i := range c.S.Series {
		s := &c.S.Series[i]
		if s.Metric == metric && (j == nil || s.Labels["job_id"] == j.ID) {
			return s
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

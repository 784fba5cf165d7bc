package rules

import (
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var configNeeds = []snapshot.Part{snapshot.CheckpointStats, snapshot.CheckpointSetting}

var checkpointSettingRules = []Rule{
	{
		ID: "FLT113", Cause: "checkpoint-timeout-short", Title: "The timeout is too near the duration", Level: Critical, Needs: configNeeds, Job: timeoutShort, Stage: 0, Explains: []string{"FLT103", "FLT104", "FLT105", "FLT112", "FLT403", "FLT415"},
		Doc: Doc{
			Symptom:   "Durations in the history come near the timeout, or checkpoints expire on a job that is otherwise well.",
			Cause:     "Checkpoints need more than half of the time they are given, or expire although nothing holds them up: the next peak makes them fail.",
			See:       "Tab Checkpoints: Configuration, Timeout, against End to End Duration in the history.",
			Remedy:    "execution.checkpointing.timeout: 10 min, the default; shorter only with a reason.",
			Reproduce: "execution.checkpointing.timeout: 10 ms.",
			Source:    "Runbook, section 1.",
		},
	},
	{
		ID: "FLT114", Cause: "checkpoint-interval-short", Title: "Checkpoints take longer than their interval", Level: Warning, Needs: configNeeds, Job: intervalShort, Symptom: true, Stage: 4,
		Doc: Doc{
			Symptom:   "The next checkpoint starts the moment the last one ends; there is always one in progress.",
			Cause:     "A checkpoint takes longer than the pause until the next: the job checkpoints without end and has no time for its work.",
			See:       "End to End Duration against Interval.",
			Remedy:    "A longer interval and a minimum pause.",
			Reproduce: "execution.checkpointing.interval: 50 ms.",
			Source:    "Runbook, section 1: duration < interval / 2.",
		},
	},
	{
		ID: "FLT115", Cause: "checkpoint-interval-short", Title: "Checkpoints take more than half their interval", Level: Warning, Needs: configNeeds, Job: intervalTight, Symptom: true, Stage: 4,
		Doc: Doc{
			Symptom:   "More than half of the time some checkpoint is in progress.",
			Cause:     "The healthy figure is a duration below half the interval; above it, checkpoints soon overlap.",
			See:       "End to End Duration against Interval.",
			Remedy:    "As FLT114.",
			Reproduce: "An interval of 1 s with checkpoints of 700 ms.",
			Source:    "Runbook, section 1.",
		},
	},
	{
		ID: "FLT116", Cause: "checkpoint-interval-short", Title: "No minimum pause between checkpoints", Level: Info, Needs: configNeeds, Job: minPause, Stage: 0,
		Doc: Doc{
			Symptom:   "After one slow checkpoint the next follows at once and is slow, too.",
			Cause:     "Without a minimum pause the next checkpoint starts at once after a slow one, exactly when the job needs air.",
			See:       "Tab Checkpoints, Configuration: Minimum Pause Between Checkpoints 0.",
			Remedy:    "execution.checkpointing.min-pause: half of the interval.",
			Reproduce: "Slow checkpoints and min-pause unset.",
			Source:    "Runbook, section 4.",
		},
	},
	{
		ID: "FLT117", Cause: "checkpoint-not-incremental", Title: "Full checkpoints where incremental ones would do", Level: Warning, Needs: configNeeds, Job: notIncremental, Stage: 0, Explains: []string{"FLT110", "FLT103", "FLT104", "FLT105", "FLT112", "FLT113", "FLT114", "FLT115", "FLT131"},
		Doc: Doc{
			Symptom:   "Checkpointed Data Size is as large as Full Checkpoint Data Size every time; durations grow with the state.",
			Cause:     "RocksDB writes its whole state at every checkpoint, although only new files would have to be uploaded.",
			See:       "Checkpointed Data Size equals Full Checkpoint Data Size; execution.checkpointing.incremental is false.",
			Remedy:    "execution.checkpointing.incremental: true.",
			Reproduce: "state.backend.type: rocksdb with execution.checkpointing.incremental: false and growing state.",
			Source:    "Runbook, scenario 1: bytes −70 %, 15 → 3 min.",
		},
	},
	{
		ID: "FLT120", Cause: "config-dangerous", Title: "Very many checkpoints are retained", Level: Info, Needs: []snapshot.Part{snapshot.Config}, Job: retained, Stage: 0,
		Doc: Doc{
			Symptom:   "The checkpoint folder is many times larger than the state; recovery lists many checkpoints.",
			Cause:     "Each retained checkpoint keeps its files; incremental ones keep old SST files alive. Recovery looks through all of them in the HA store.",
			See:       "execution.checkpointing.num-retained.",
			Remedy:    "1 to 5; savepoints for what must be kept.",
			Reproduce: "execution.checkpointing.num-retained: 100.",
			Source:    "Flink documentation, Checkpoints.",
		},
	},
	{
		ID: "FLT121", Cause: "unaligned-advised", Title: "Unaligned checkpoints would help", Level: Info, Needs: append([]snapshot.Part{snapshot.CheckpointDetails}, configNeeds...), Job: unalignedAdvised, Symptom: true, Stage: 4,
		Doc: Doc{
			Symptom:   "Most of End to End Duration is start delay and alignment; sync and async are short.",
			Cause:     "Most of a checkpoint's duration is spent on start delay and alignment: barriers wait behind records. Unaligned barriers overtake them.",
			See:       "Checkpoint details: start delay + alignment against end to end.",
			Remedy:    "execution.checkpointing.unaligned.enabled: true with an aligned-checkpoint-timeout, so that quiet times stay aligned.",
			Reproduce: "Back pressure with aligned checkpoints.",
			Source:    "Runbook, section 3: duration −50 %.",
		},
	},
	{
		ID: "FLT122", Cause: "config-dangerous", Title: "Unaligned checkpoints bring nothing here", Level: Info, Needs: append([]snapshot.Part{snapshot.CheckpointDetails}, configNeeds...), Job: unalignedUseless, Stage: 0,
		Doc: Doc{
			Symptom:   "Checkpoints are unaligned and no faster for it; persisted in-flight data makes them larger.",
			Cause:     "Unaligned checkpoints are on, but sync and async parts take nearly all of the time and barriers do not wait. They only add in-flight data and forbid some rescaling.",
			See:       "Checkpoint details: sync + async against end to end.",
			Remedy:    "Turn them off, or set execution.checkpointing.aligned-checkpoint-timeout so that they start only under back pressure.",
			Reproduce: "Unaligned checkpoints on an idle job with large state.",
			Source:    "Runbook, section 3.",
		},
	},
	{
		ID: "FLT123", Cause: "config-dangerous", Title: "No failed checkpoint is tolerated", Level: Info, Needs: configNeeds, Job: tolerable, Stage: 0,
		Doc: Doc{
			Symptom:   "The job restarts after a single failed checkpoint: `Exceeded checkpoint tolerable failure threshold`.",
			Cause:     "execution.checkpointing.tolerable-failed-checkpoints is 0: one failed checkpoint restarts the job.",
			See:       "Tab Checkpoints, Configuration: Tolerable Failed Checkpoints.",
			Remedy:    "3, with an alarm on two failures in a row.",
			Reproduce: "The default.",
			Source:    "Runbook, section 4: tolerable failures 3.",
		},
	},
	{
		ID: "FLT124", Cause: "config-dangerous", Title: "Checkpoints are kept in the JobManager's memory", Level: Warning, Needs: configNeeds, Job: memoryStorage, Stage: 0,
		Doc: Doc{
			Symptom:   "The JobManager's heap grows with every checkpoint; state is gone after its restart.",
			Cause:     "Without a checkpoint directory, state goes into the JobManager's heap: 5 MB per state at most, and gone when the JobManager goes.",
			See:       "Tab Checkpoints, Configuration: Checkpoint Storage JobManagerCheckpointStorage.",
			Remedy:    "execution.checkpointing.dir on S3, HDFS or another file system that all processes see.",
			Reproduce: "No execution.checkpointing.dir.",
			Source:    "Runbook, section 5.",
		},
	},
	{
		ID: "FLT125", Cause: "config-dangerous", Title: "Checkpoints write very many small files", Level: Info, Needs: append([]snapshot.Part{snapshot.Config}, configNeeds...), Job: smallFiles, Stage: 0,
		Doc: Doc{
			Symptom:   "The storage limits requests (HTTP 503 SlowDown), although few bytes are written.",
			Cause:     "Many subtasks with little state write a file each, at every checkpoint: the storage is limited by requests, not by bytes.",
			See:       "Subtasks × states per interval; requests per second of the bucket.",
			Remedy:    "execution.checkpointing.file-merging.enabled: true; execution.checkpointing.data-inline-threshold: 64 kb.",
			Reproduce: "Parallelism 200 with an interval of 10 s and state below 1 MB per subtask.",
			Source:    "Flink documentation, Checkpoints: file merging.",
		},
	},
	{
		ID: "FLT126", Cause: "config-dangerous", Title: "The last savepoint is in a backend's own format", Level: Info, Needs: checkpointNeeds, Job: nativeSavepoint, Stage: 0,
		Doc: Doc{
			Symptom:   "A savepoint cannot be restored after a change of state backend.",
			Cause:     "A native savepoint can only be restored by the same state backend; canonical ones by all.",
			See:       "Savepoint details: format.",
			Remedy:    "flink savepoint -type canonical before a change of backend or of a major version.",
			Reproduce: "flink savepoint -type native.",
			Source:    "Flink documentation, Savepoints.",
		},
	},
	{
		ID: "FLT128", Cause: "config-dangerous", Title: "Checkpoints are deleted when the job is cancelled", Level: Info, Needs: configNeeds, Job: notExternalized, Stage: 0,
		Doc: Doc{
			Symptom:   "After a cancel the checkpoint folder is empty: nothing to start from.",
			Cause:     "Whoever cancels the job by mistake, or a terminal failure, leaves nothing to start from.",
			See:       "Tab Checkpoints, Configuration: Persist Checkpoints Externally.",
			Remedy:    "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION.",
			Reproduce: "The default.",
			Source:    "Runbook, section 3: externalised on durable storage.",
		},
	},
}

// typical is the average and the longest duration of completed checkpoints.
func typical(j *snapshot.Job) (avg, longest time.Duration, n int) {
	done := j.Checkpoints.Completed()
	if k := len(done) - 1; k >= 2 && done[k].ID == 1 {
		var rest time.Duration
		for _, cp := range done[:k] {
			rest += cp.Duration
		}
		if done[k].Duration > 3*rest/time.Duration(k) {
			done = done[:k] // classes were loaded and connections made in it
		}
	}
	for _, cp := range done {
		avg += cp.Duration
		longest = max(longest, cp.Duration)
		n++
	}
	if n > 0 {
		avg /= time.Duration(n)
	}
	return avg, longest, n
}

func timeoutShort(c *Case) {
	k := &c.J.Checkpoints
	if k.Off || k.Config == nil || k.Config.Timeout == 0 {
		return
	}
	timeout := k.Config.Timeout
	_, longest, n := typical(c.J)
	gone := failedOnes(c.J, isExpiry)
	near := n > 0 && longest > timeout/2
	// Expired in a time in which no healthy system could be sure to complete.
	tiny := len(gone) > 0 && timeout < 10*time.Second
	if !near && !tiny {
		return
	}
	severity := Warning
	if len(gone) > 1 || len(gone) > 0 && n == 0 {
		severity = Critical
	}
	f := c.found(severity, say("checkpoints get only %s, execution.checkpointing.timeout", dur(timeout)))
	if n > 0 {
		f.because("the longest of the last %d completed ones took %s", n, dur(longest))
	}
	if len(gone) > 0 {
		f.because("%d of the last %d expired", len(gone), max(len(k.History), len(gone)))
	}
	f.remedy("execution.checkpointing.timeout: %s", value(max(10*time.Minute, 5*longest)))
	f.expect("checkpoints complete; a hanging one is still noticed")
}

func intervalShort(c *Case) {
	avg, _, n := typical(c.J)
	conf := c.J.Checkpoints.Config
	if conf == nil || n == 0 || conf.Interval == 0 || avg <= conf.Interval {
		return
	}
	f := c.found(Warning, say("checkpoints take %s, but are due every %s", dur(avg), dur(conf.Interval)))
	intervalEvidence(f, conf, n)
	f.remedy("execution.checkpointing.interval: %s; execution.checkpointing.min-pause: %s", value(max(10*time.Second, 4*avg)), value(max(5*time.Second, 2*avg)))
	f.expect("the job works between checkpoints again")
}

func intervalEvidence(f *Finding, conf *snapshot.CheckpointConfig, n int) {
	f.because("average of the last %d; minimum pause %s, at most %d at a time", n, dur(conf.MinPause), conf.MaxConcurrent)
}

// intervalLeast is the shortest time between checkpoints that serves anything.
const intervalLeast = 50 * time.Millisecond

func intervalTight(c *Case) {
	avg, _, n := typical(c.J)
	conf := c.J.Checkpoints.Config
	if conf == nil || n < 2 || conf.Interval == 0 || avg > conf.Interval {
		return
	}
	var f *Finding
	switch {
	case avg > conf.Interval/2:
		f = c.found(Warning, say("checkpoints take %s of an interval of %s, more than half", dur(avg), dur(conf.Interval)))
	case conf.Interval < intervalLeast && conf.MinPause < intervalLeast:
		f = c.found(Warning, say("there is a checkpoint every %s: files, metadata and commits of each cost more than the work between two", dur(conf.Interval)))
	default:
		return
	}
	intervalEvidence(f, conf, n)
	f.remedy("execution.checkpointing.interval: %s", value(max(10*time.Second, 4*avg)))
	f.expect("duration below half the interval")
}

func minPause(c *Case) {
	avg, longest, n := typical(c.J)
	conf := c.J.Checkpoints.Config
	if conf == nil || n == 0 || conf.Interval == 0 || conf.MinPause > 0 || longest <= conf.Interval/2 {
		return
	}
	f := c.found(Info, say("execution.checkpointing.min-pause is 0 and checkpoints take up to %s of %s", dur(longest), dur(conf.Interval)))
	f.because("average %s", dur(avg))
	f.remedy("execution.checkpointing.min-pause: %s", value(conf.Interval/2))
}

func notIncremental(c *Case) {
	k := &c.J.Checkpoints
	if k.Config == nil || !strings.Contains(k.Config.Backend, "RocksDB") || k.Config.Changelog {
		return
	}
	done := k.Completed()
	if len(done) < 2 {
		if !k.Off {
			c.notAssessed("fewer than two completed checkpoints to compare")
		}
		return
	}
	var bytes, state int64
	for _, cp := range done {
		if cp.Bytes < cp.StateBytes-cp.StateBytes/50 {
			return // incremental
		}
		bytes, state = max(bytes, cp.Bytes), max(state, cp.StateBytes)
	}
	said := strings.EqualFold(c.setting("execution.checkpointing.incremental", "state.backend.incremental"), "true")
	// A job may have another setting than its cluster, which REST does not show:
	// many checkpoints that are all as large as the state tell.
	plain := len(done) >= 5 && state >= 16<<20
	if said && !plain || state < 1<<20 {
		return
	}
	avg, _, n := typical(c.J)
	severity := Info
	perSecond := float64(bytes) / max(k.Config.Interval.Seconds(), 1)
	if state >= 1<<30 || avg >= 10*time.Second || state >= 16<<20 && (avg >= 2*time.Second || perSecond >= 4<<20) {
		severity = Warning
	}
	f := c.found(severity, say("RocksDB writes its full state, %s, at every checkpoint", size(state)))
	f.because("written and full size are the same in all of %d checkpoints; duration %s on average", n, dur(avg))
	f.remedy("execution.checkpointing.incremental: true")
	f.expect("only new files are written: 70 %% fewer bytes, 15 min become 3 min, as reported from the field")
}

func retained(c *Case) {
	if n, err := strconv.Atoi(c.setting("execution.checkpointing.num-retained", "state.checkpoints.num-retained")); err == nil && n > 20 {
		f := c.found(Info, say("%d checkpoints are retained", n))
		f.because("execution.checkpointing.num-retained: %d", n)
		f.remedy("execution.checkpointing.num-retained: 3; savepoints for what must be kept")
	}
}

func unalignedAdvised(c *Case) {
	conf := c.J.Checkpoints.Config
	if conf == nil || conf.Unaligned || conf.Mode != "exactly_once" || noParts(c) {
		return
	}
	x, ok := worstPart(c.J, func(x part) bool { return !x.v.Source() && !impossible(x.p) }, func(p *snapshot.CheckpointPart) time.Duration { return p.StartDelay + p.Alignment })
	waited := time.Duration(0)
	if ok {
		waited = x.p.StartDelay + x.p.Alignment
	}
	if !ok || waited < 5*time.Second || waited < x.p.Duration/2 {
		return
	}
	f := c.found(Info, say("barriers waited %s of %s of checkpoint %d; unaligned ones would not", dur(waited), dur(x.p.Duration), x.cp.ID)).ofPart(c.J, x)
	f.because("start delay %s, alignment %s in %s", dur(x.p.StartDelay), dur(x.p.Alignment), shortName(x.v.Name))
	f.remedy("execution.checkpointing.unaligned.enabled: true; execution.checkpointing.aligned-checkpoint-timeout: 10 s")
	f.expect("about half the duration, as reported from the field")
}

func unalignedUseless(c *Case) {
	conf := c.J.Checkpoints.Config
	if conf == nil || !conf.Unaligned || noParts(c) {
		return
	}
	x, ok := worstPart(c.J, func(part) bool { return true }, func(p *snapshot.CheckpointPart) time.Duration { return p.Sync + p.Async })
	if !ok || x.p.Duration < 5*time.Second || x.p.Sync+x.p.Async < x.p.Duration*8/10 || conf.AlignedTimeout > 0 {
		return
	}
	f := c.found(Info, say("unaligned checkpoints are on, but %s of %s go into writing state", dur(x.p.Sync+x.p.Async), dur(x.p.Duration))).ofPart(c.J, x)
	f.because("start delay %s, alignment %s", dur(x.p.StartDelay), dur(x.p.Alignment))
	f.remedy("execution.checkpointing.aligned-checkpoint-timeout: 10 s, so that they start only when barriers wait")
}

func tolerable(c *Case) {
	conf := c.J.Checkpoints.Config
	if conf == nil || c.J.Checkpoints.Off || conf.TolerableFailed > 0 {
		return
	}
	f := c.found(Info, say("one failed checkpoint restarts the job"))
	f.because("execution.checkpointing.tolerable-failed-checkpoints: 0")
	f.remedy("execution.checkpointing.tolerable-failed-checkpoints: 3")
}

func memoryStorage(c *Case) {
	conf := c.J.Checkpoints.Config
	if conf == nil || c.J.Checkpoints.Off || !strings.Contains(conf.Storage, "JobManager") {
		return
	}
	level := Warning
	if c.S.Product != "Flink" { // a flott without a directory is one process, on trial: nobody else could go on from its checkpoints
		level = Info
	}
	f := c.found(level, say("checkpoints are kept in the JobManager's memory"))
	f.because("checkpoint storage %s", conf.Storage)
	f.remedy("execution.checkpointing.dir: s3://BUCKET/checkpoints (or hdfs://, or a path that all processes share)")
	f.expect("state survives the JobManager and may be larger than 5 MB")
}

func smallFiles(c *Case) {
	done := c.J.Checkpoints.Completed()
	conf := c.J.Checkpoints.Config
	if len(done) == 0 || conf == nil || conf.Interval == 0 || strings.EqualFold(c.setting("execution.checkpointing.file-merging.enabled"), "true") {
		return
	}
	cp := done[0]
	if cp.Subtasks < 200 || cp.Bytes/int64(cp.Subtasks) > 1<<20 || cp.Bytes/int64(cp.Subtasks) < 20<<10 {
		return
	}
	f := c.found(Info, say("%d subtasks write files of %s each at every checkpoint", cp.Subtasks, size(cp.Bytes/int64(cp.Subtasks))))
	f.because("every %s; execution.checkpointing.file-merging.enabled is not set", dur(conf.Interval))
	f.remedy("execution.checkpointing.file-merging.enabled: true")
}

func nativeSavepoint(c *Case) {
	sp := c.J.Checkpoints.LatestSavepoint
	if sp == nil || !strings.HasPrefix(sp.SavepointFormat, "native") {
		return
	}
	f := c.found(Info, say("savepoint %d is in the native format", sp.ID))
	f.because("%s", sp.Path)
	f.remedy("flink savepoint -type canonical %s before a change of state backend or major version", c.J.ID)
}

func notExternalized(c *Case) {
	conf := c.J.Checkpoints.Config
	if conf == nil || c.J.Checkpoints.Off || conf.Externalized && !conf.DropAtEnd {
		return
	}
	f := c.found(Info, say("cancelling the job deletes its checkpoints"))
	f.because("externalized: %t, delete on cancellation: %t", conf.Externalized, conf.DropAtEnd)
	f.remedy("execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION")
}

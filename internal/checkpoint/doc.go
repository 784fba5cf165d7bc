// Package checkpoint decides when checkpoints start, complete, fail and are
// thrown away. It is a pure machine: no clock, goroutine, file, socket or logger
// inside. Events go in by Coordinator.Step, work comes out as a Ready.
//
// # Life of a checkpoint
//
//	request → trigger → acknowledged by all → persisted → committed → subsumed
//	             └─ declined, expired, aborted, subsumed, failed: exactly one outcome
//
// A request waits in a queue (savepoints first, then manual checkpoints, then the
// one periodic request) until max-concurrent-checkpoints and min-pause allow it.
// Once its manifest is being written, a checkpoint can no longer be aborted: only
// Persisted or PersistFailed decide it, because a manifest that is durable may be
// restored from. Savepoints are forced past max-concurrent (unless barriers are
// unaligned), are not subsumed, do not count as failures of the job, and — stop
// with savepoint excepted — neither commit side effects nor serve recovery.
//
// A savepoint that stops the job commits side effects, so from then on it is the
// point to recover from, although its files belong to the user. (In Flink a job
// that fails while stopping goes back to the checkpoint before, and what the
// savepoint committed is emitted again.)
//
// # Files
//
// Each acknowledgement lists the files its state consists of. A file may appear
// in many checkpoints; it is discarded when neither a retained checkpoint nor one
// in progress needs it. Trigger.Base names the completed checkpoint an
// incremental snapshot may build on: a task refers only to files of Base and to
// new ones, never to those of another checkpoint, whatever notifications it has
// seen; Base is kept until the checkpoint that was built on it is decided. Base 0
// asks for a full snapshot. A savepoint refers to files of its own only.
//
// # How the jobmaster drives it
//
// One loop owns the Coordinator. For every message of a task, timer or user:
//
//		c.Step(Tick{now})           // always first: the other events carry no time
//		c.Step(event)
//		for rd, ok := c.Ready(); ok; rd, ok = c.Ready() {
//		    carry out rd, field by field, in order
//		    c.Advance(rd)
//		}
//		set one timer to c.Deadline(), which steps Tick
//
//	  - Trigger: first capture the state of each source coordinator named in
//	    Trigger.Coordinators and step CoordinatorAck (or TriggerFailed), then send the
//	    barrier to Trigger.Tasks, behind the splits already sent to them. The barrier
//	    carries all of Trigger.Barrier to every subtask.
//	  - Persist: write the manifest durably in the background (fenced by the leader's
//	    epoch), then step Persisted, or PersistFailed if it is certain that it is not
//	    there. Read it back before giving up with Unsure.
//	  - Commit, Abort: tell the tasks; calls to attempts that are gone are dropped.
//	  - Discard: delete in the background; the manifest, if named, before its files.
//	  - Reply: answers to SavepointRequested, CheckpointRequested, StopRequested.
//	  - FailJob: treat as a failure of the job (of the task, if one is named).
//	  - Log: write as is. History: History.Apply, which also serves REST and metrics.
//
// Job and task states are told by JobStatusChanged and TaskStateChanged. On a
// restart: step JobStatusChanged{RESTARTING}, carry out what is ready, and wait
// until Restorable says that it is settled; only then choose the checkpoint to
// restore, step Restored, and deploy with new attempt numbers. At start with high
// availability step Recovered with the manifests found, oldest first, before
// Restored. Shutdown is the last event; a Persist under way is still answered.
package checkpoint

package checkpoint

import (
	"fmt"
	"log/slog"
	"slices"
)

// failure is why a checkpoint ends without completing.
type failure struct {
	reason Reason
	task   *Task  // who is to blame; nil: the jobmaster
	detail string // before the sentence of the reason
	cause  string // exception text
	keep   bool   // its files may be in use: leave them
}

func (f failure) message() string { return exception(f.detail, f.reason) }

// abort ends a checkpoint that has not completed: with one outcome, files freed,
// tasks told, request answered, failures counted.
func (c *Coordinator) abort(p *pending, f failure) {
	c.remove(p)
	c.pause()
	id := p.manifest.ID
	c.logFailed(id, f)
	c.out.History = append(c.out.History, Update{Event: Failed, ID: id, Time: c.now, Reason: f.reason, Message: f.message()})
	c.out.Abort = append(c.out.Abort, Abort{ID: id, Latest: c.latestID(), Reason: f.reason, Tasks: p.wait})
	var free []Handle
	p.manifest.each(func(hs []Handle) { free = append(free, c.files.release(hs)...) })
	switch {
	case f.keep:
		c.kept[id] = true
	case len(free) > 0:
		c.out.Discard = append(c.out.Discard, Discard{ID: id, Handles: free})
	}
	c.unpin(p)
	if p.kind == SyncSavepoint {
		c.stop = nil // the job goes on
	}
	if p.name != "" {
		why := f.message()
		if f.cause != "" {
			why += " Caused by: " + f.cause
		}
		c.out.Reply = append(c.out.Reply, Reply{Request: p.name, ID: id, Err: why})
	}
	c.count(p, f)
}

// abortAll aborts all that can be aborted.
func (c *Coordinator) abortAll(f failure) {
	for _, p := range slices.Clone(c.pending) {
		if p.phase != persisting {
			c.abort(p, f)
		}
	}
}

// refuse answers a request that did not get as far as an id.
func (c *Coordinator) refuse(r request, why string) {
	f := failure{reason: NotAllTasksRunning, detail: why}
	c.log(slog.LevelInfo, "CheckpointFailureManager", fmt.Sprintf("Failed to trigger checkpoint for job %s since %s.", c.o.JobID, f.message()))
	c.out.History = append(c.out.History, Update{Event: Refused, Time: c.now, Kind: r.kind, Reason: f.reason, Message: f.message()})
	c.reject(r, f.message())
}

// count decides whether a failure of a checkpoint fails the job. A savepoint does
// so only if a task declines one that stops the job: its sources wait already.
func (c *Coordinator) count(p *pending, f failure) {
	switch {
	case p.kind == SyncSavepoint && f.task != nil && f.reason.Outcome() == OutcomeDeclined && f.reason != TaskClosing:
		c.out.FailJob = append(c.out.FailJob, FailJob{Message: f.message()})
		return
	case p.kind.IsSavepoint(), !f.reason.Counts(), p.manifest.ID < c.lastSuccess:
		return
	}
	c.failures++
	if c.failures <= c.o.TolerableFailures {
		return
	}
	c.failures = 0
	c.out.FailJob = append(c.out.FailJob, FailJob{
		Message: fmt.Sprintf("Exceeded checkpoint tolerable failure threshold. The latest checkpoint failed due to %s, view the Checkpoint History tab or the Job Manager log to find out why continuous checkpoints failed.", f.reason.Text()),
		Cause:   f.cause,
		Task:    f.task,
	})
}

// succeeded ends a row of failures.
func (c *Coordinator) succeeded(id int64) {
	c.failures = 0
	c.lastSuccess = max(c.lastSuccess, id)
}

func (c *Coordinator) decline(ev Decline) {
	p := c.find(ev.ID)
	if p == nil || p.phase == persisting {
		c.logDeclineLate(ev)
		return
	}
	c.logDecline(ev)
	k := ev.Task
	c.abort(p, failure{reason: ev.Reason, task: &k, detail: declinedBy(c.topo, k), cause: ev.Cause})
}

func (c *Coordinator) triggerFailed(ev TriggerFailed) {
	p := c.find(ev.ID)
	if p == nil || p.phase == persisting {
		return
	}
	c.log(slog.LevelInfo, "CheckpointCoordinator", fmt.Sprintf("Triggering Checkpoint %d for job %s failed due to %s", ev.ID, c.o.JobID, ev.Cause))
	c.abort(p, failure{reason: ev.Reason, cause: ev.Cause})
}

func (c *Coordinator) persistFailed(ev PersistFailed) {
	p := c.find(ev.ID)
	if p == nil || p.phase != persisting {
		return
	}
	if ev.Unsure {
		c.logUnsure(p, ev.Cause)
	}
	c.abort(p, failure{reason: FinalizeFailure, cause: ev.Cause, keep: ev.Unsure})
}

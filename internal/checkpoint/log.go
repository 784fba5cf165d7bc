package checkpoint

import (
	"fmt"
	"log/slog"
)

func (c *Coordinator) log(level slog.Level, logger, message string) {
	c.out.Log = append(c.out.Log, Log{Level: level, Logger: logger, Message: message})
}

func (c *Coordinator) info(format string, args ...any) {
	c.log(slog.LevelInfo, "CheckpointCoordinator", fmt.Sprintf(format, args...))
}

// attempt is Flink's execution attempt id.
func (c *Coordinator) attempt(k Task) string {
	uid := fmt.Sprint(k.Vertex)
	if v := c.topo.byID[k.Vertex]; v != nil {
		uid = v.graph.UID
	}
	return fmt.Sprintf("%s_%s_%d_%d", c.o.GraphID, uid, k.Subtask, k.Attempt)
}

// describe prints the type of a checkpoint as Flink's classes do.
func (r request) describe() string {
	switch {
	case r.kind == Checkpoint && r.full && !r.periodic:
		return "CheckpointType{name='Full Checkpoint', sharingFilesStrategy=FORWARD}"
	case r.kind == Checkpoint:
		return "CheckpointType{name='Checkpoint', sharingFilesStrategy=FORWARD_BACKWARD}"
	case r.kind == Savepoint:
		return fmt.Sprintf("SavepointType{name='Savepoint', postCheckpointAction=NONE, formatType=%s}", r.format)
	case r.drain:
		return fmt.Sprintf("SavepointType{name='Terminate Savepoint', postCheckpointAction=TERMINATE, formatType=%s}", r.format)
	}
	return fmt.Sprintf("SavepointType{name='Suspend Savepoint', postCheckpointAction=SUSPEND, formatType=%s}", r.format)
}

func (c *Coordinator) logTriggering(p *pending) {
	c.info("Triggering checkpoint %d (type=%s) @ %d for job %s.", p.manifest.ID, p.describe(), p.manifest.Timestamp, c.o.JobID)
}

func (c *Coordinator) logCompleted(p *pending) {
	c.info("Completed checkpoint %d for job %s (%d bytes, checkpointDuration=%d ms, finalizationTime=%d ms).",
		p.manifest.ID, c.o.JobID, p.manifest.Size, p.fullSince-p.manifest.Timestamp, c.now-p.fullSince)
}

func (c *Coordinator) logExpired(id int64) {
	c.info("Checkpoint %d of job %s expired before completing.", id, c.o.JobID)
}

// logFailed is the line of every checkpoint that does not complete.
func (c *Coordinator) logFailed(id int64, f failure) {
	cause := "org.apache.flink.runtime.checkpoint.CheckpointException: " + f.message()
	if f.cause != "" {
		cause += "\nCaused by: " + f.cause
	}
	c.out.Log = append(c.out.Log, Log{
		Level: slog.LevelWarn, Logger: "CheckpointFailureManager", Cause: cause,
		Message: fmt.Sprintf("Failed to trigger or complete checkpoint %d for job %s. (%d consecutive failed attempts so far)", id, c.o.JobID, c.failures),
	})
}

func (c *Coordinator) logDecline(ev Decline) {
	c.out.Log = append(c.out.Log, Log{
		Level: slog.LevelInfo, Logger: "CheckpointCoordinator", Cause: ev.Cause,
		Message: fmt.Sprintf("Decline checkpoint %d by task %s of job %s at %s.", ev.ID, c.attempt(ev.Task), c.o.JobID, ev.Location),
	})
}

func (c *Coordinator) logDeclineLate(ev Decline) {
	text := "Received decline message for unknown (too old?) checkpoint attempt %d from task %s of job %s at %s : %s"
	for _, id := range c.recent {
		if id == ev.ID {
			text = "Received another decline message for now expired checkpoint attempt %d from task %s of job %s at %s : %s"
		}
	}
	c.log(slog.LevelDebug, "CheckpointCoordinator", fmt.Sprintf(text, ev.ID, c.attempt(ev.Task), c.o.JobID, ev.Location, exception(declinedBy(c.topo, ev.Task), ev.Reason)))
}

// logAck fills a sentence with checkpoint, task, job and location.
func (c *Coordinator) logAck(level slog.Level, format string, ev Ack) {
	c.log(level, "CheckpointCoordinator", fmt.Sprintf(format, ev.ID, c.attempt(ev.Task), c.o.JobID, ev.Location))
}

func (c *Coordinator) logUnsure(p *pending, cause string) {
	c.out.Log = append(c.out.Log, Log{Level: slog.LevelWarn, Logger: "CheckpointCoordinator", Cause: cause, Message: fmt.Sprintf(
		"An error occurred while writing checkpoint %d to the underlying metadata store. Flink was not able to determine whether the metadata was successfully persisted. The corresponding state located at '%s' won't be discarded and needs to be cleaned up manually.",
		p.manifest.ID, p.manifest.Path)})
}

func (c *Coordinator) logScheduler(message string) {
	c.log(slog.LevelInfo, "ExecutionTrackingCheckpointCoordinatorDeActivator", message)
}

func (c *Coordinator) logShutdown() {
	c.info("Stopping checkpoint coordinator for job %s.", c.o.JobID)
}

// logManual is a line of the jobmaster about a request of a user.
func (c *Coordinator) logManual(format string) {
	c.log(slog.LevelInfo, "JobMaster", fmt.Sprintf(format, c.o.JobID))
}

func (c *Coordinator) logFromSavepoint(m *Manifest, allow bool) {
	mode := ""
	if allow {
		mode = "allowing non restored state"
	}
	c.info("Starting job %s from savepoint %s (%s)", c.o.JobID, m.Path, mode)
}

func (c *Coordinator) logNextID() {
	c.info("Reset the checkpoint ID of job %s to %d.", c.o.JobID, c.nextID)
}

func (c *Coordinator) logRestored(m *Manifest) {
	if m == nil {
		c.info("No checkpoint found during restore.")
		return
	}
	c.info("Restoring job %s from %s %d @ %d for %s located at %s.", c.o.JobID,
		[...]string{"Checkpoint", "Savepoint", "Suspend Savepoint"}[m.Kind], m.ID, m.Timestamp, m.Job, m.Path)
}

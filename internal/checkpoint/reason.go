package checkpoint

// Reason is why a checkpoint failed or was not triggered.
type Reason uint8

// The reasons. Comments say what a task means by those it declines with.
const (
	NoReason              Reason = iota
	Expired                      // took longer than the timeout
	Declined                     // the task could not take its snapshot
	AsyncException               // writing the snapshot failed
	TriggerFailure               // the trigger could not be sent or a source coordinator failed
	FinalizeFailure              // the manifest could not be written
	IOException                  // as TriggerFailure, by input or output
	ChannelStateShared           // another subtask writing to the same file failed
	TaskNotReady                 // the task is not running yet
	TaskClosing                  // the task is finishing
	DeclinedSubsumed             // the barrier of a newer checkpoint came first
	CancellationBarrier          // an input gave the checkpoint up
	InputEndOfStream             // an input ended
	Subsumed                     // a newer checkpoint completed first
	CoordinatorShutdown          // the job ended
	CoordinatorSuspend           // the job restarts or is being stopped
	TaskFailure                  // a task failed
	TooManyRequests              // the queue is full
	NotAllTasksRunning           // checkpoint not triggered: a task does not run yet
	PeriodicShutdown             // periodic checkpoints are off
	UnknownTaskToNotify          // a task to notify is not known
	TaskCheckpointFailure        // local failure of a task
	lastReason
)

// reasons is the table of what a reason means: Flink's name and text, whether it
// counts toward tolerable-failed-checkpoints, and the outcome it leads to.
var reasons = [lastReason]struct {
	name, text string
	counts     bool
	outcome    Outcome
}{
	NoReason:              {"NONE", "", false, OutcomeAborted},
	Expired:               {"CHECKPOINT_EXPIRED", "Checkpoint expired before completing.", true, OutcomeExpired},
	Declined:              {"CHECKPOINT_DECLINED", "Checkpoint was declined.", true, OutcomeDeclined},
	AsyncException:        {"CHECKPOINT_ASYNC_EXCEPTION", "Asynchronous task checkpoint failed.", true, OutcomeDeclined},
	TriggerFailure:        {"TRIGGER_CHECKPOINT_FAILURE", "Trigger checkpoint failure.", true, OutcomeFailed},
	FinalizeFailure:       {"FINALIZE_CHECKPOINT_FAILURE", "Failure to finalize checkpoint.", true, OutcomeFailed},
	IOException:           {"IO_EXCEPTION", "An Exception occurred while triggering the checkpoint. IO-problem detected.", true, OutcomeFailed},
	ChannelStateShared:    {"CHANNEL_STATE_SHARED_STREAM_EXCEPTION", "The checkpoint was aborted due to exception of other subtasks sharing the ChannelState file.", true, OutcomeDeclined},
	TaskNotReady:          {"CHECKPOINT_DECLINED_TASK_NOT_READY", "Checkpoint was declined (tasks not ready)", false, OutcomeDeclined},
	TaskClosing:           {"CHECKPOINT_DECLINED_TASK_CLOSING", "Checkpoint was declined (task is closing)", false, OutcomeDeclined},
	DeclinedSubsumed:      {"CHECKPOINT_DECLINED_SUBSUMED", "Checkpoint was canceled because a barrier from newer checkpoint was received.", false, OutcomeDeclined},
	CancellationBarrier:   {"CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER", "Task received cancellation from one of its inputs", false, OutcomeDeclined},
	InputEndOfStream:      {"CHECKPOINT_DECLINED_INPUT_END_OF_STREAM", "Checkpoint was declined because one input stream is finished", false, OutcomeDeclined},
	Subsumed:              {"CHECKPOINT_SUBSUMED", "Checkpoint has been subsumed.", false, OutcomeSubsumed},
	CoordinatorShutdown:   {"CHECKPOINT_COORDINATOR_SHUTDOWN", "CheckpointCoordinator shutdown.", false, OutcomeAborted},
	CoordinatorSuspend:    {"CHECKPOINT_COORDINATOR_SUSPEND", "Checkpoint Coordinator is suspending.", false, OutcomeAborted},
	TaskFailure:           {"TASK_FAILURE", "Task has failed.", false, OutcomeAborted},
	TooManyRequests:       {"TOO_MANY_CHECKPOINT_REQUESTS", "The maximum number of queued checkpoint requests exceeded", false, OutcomeAborted},
	NotAllTasksRunning:    {"NOT_ALL_REQUIRED_TASKS_RUNNING", "Not all required tasks are currently running.", false, OutcomeAborted},
	PeriodicShutdown:      {"PERIODIC_SCHEDULER_SHUTDOWN", "Periodic checkpoint scheduler is shut down.", false, OutcomeAborted},
	UnknownTaskToNotify:   {"UNKNOWN_TASK_CHECKPOINT_NOTIFICATION_FAILURE", "Unknown task for the checkpoint to notify.", false, OutcomeAborted},
	TaskCheckpointFailure: {"TASK_CHECKPOINT_FAILURE", "Task local checkpoint failure.", false, OutcomeDeclined},
}

// String returns Flink's name of the reason.
func (r Reason) String() string { return reasons[r].name }

// Text returns Flink's sentence.
func (r Reason) Text() string { return reasons[r].text }

// Counts reports whether the reason counts toward tolerable-failed-checkpoints.
func (r Reason) Counts() bool { return reasons[r].counts }

// Outcome returns what became of a checkpoint that failed for the reason.
func (r Reason) Outcome() Outcome { return reasons[r].outcome }

// Outcome is the end of a checkpoint; each triggered one has exactly one.
type Outcome uint8

// The outcomes.
const (
	InProgress       Outcome = iota
	OutcomeCompleted         // durable
	OutcomeDeclined          // a task could not
	OutcomeExpired           // not in time
	OutcomeFailed            // the jobmaster could not
	OutcomeSubsumed          // a newer one was faster
	OutcomeAborted           // the job restarts, stops or has ended
)

// String names the outcome.
func (o Outcome) String() string {
	return [...]string{"in progress", "completed", "declined", "expired", "failed", "subsumed", "aborted"}[o]
}

// exception is the text of Flink's CheckpointException: detail, if any, before
// the sentence of the reason.
func exception(detail string, r Reason) string {
	if detail == "" {
		return r.Text()
	}
	return detail + " Failure reason: " + r.Text()
}

package checkpoint

import "time"

// Event is something that happened. Only the types of this file are events.
type Event interface{ event() }

// Task names one execution of one subtask.
type Task struct {
	Vertex  int // jobgraph vertex ID
	Subtask int
	Attempt int // 0 at first, +1 per restart
}

// TaskState is as much of an execution's state as matters here.
type TaskState uint8

// The states of a task.
const (
	TaskDeploying TaskState = iota // anything before running
	TaskRunning
	TaskFinished
	TaskFailed // failed or cancelled
)

// JobStatus is the state of the job, in Flink's words.
type JobStatus string

// The states the coordinator tells apart; any other is "not running".
const (
	JobCreated    JobStatus = "CREATED"
	JobRunning    JobStatus = "RUNNING"
	JobRestarting JobStatus = "RESTARTING"
	JobFailing    JobStatus = "FAILING"
	JobCanceling  JobStatus = "CANCELLING"
	JobFinished   JobStatus = "FINISHED"
	JobFailed     JobStatus = "FAILED"
	JobCanceled   JobStatus = "CANCELED"
	JobSuspended  JobStatus = "SUSPENDED"
)

// Metrics is what a subtask measured of its part of a checkpoint.
type Metrics struct {
	StartDelay  time.Duration // trigger to first barrier
	Alignment   time.Duration // first barrier to last
	Sync, Async time.Duration
	Bytes       int64 // written for this checkpoint
	FullBytes   int64 // of the state in full
	Processed   int64 // bytes processed while aligning
	Persisted   int64 // bytes in flight that became part of the checkpoint
	Unaligned   bool
}

// ClaimMode says who owns a snapshot that was restored from.
type ClaimMode string

// The claim modes.
const (
	Claim   ClaimMode = "CLAIM"    // ours: deleted when subsumed, incremental snapshots may build on it
	NoClaim ClaimMode = "NO_CLAIM" // the user's: the next snapshot is a full one
	Legacy  ClaimMode = "LEGACY"   // the user's, but snapshots may build on it
)

type (
	// Tick is the time, in ms since 1970. It is stepped before every other event and
	// at Deadline. Time that goes back is taken for standing still.
	Tick struct{ Now int64 }

	// JobStatusChanged is a state of the job that is not its last: see Shutdown.
	JobStatusChanged struct{ Status JobStatus }

	// TaskStateChanged is a new state of the newest attempt of a subtask.
	TaskStateChanged struct {
		Task  Task
		State TaskState
	}

	// Ack is a subtask's part of a checkpoint, durable.
	Ack struct {
		ID       int64
		Task     Task
		Location string // "tm-1 @ host (dataPort=1)", for the log
		State    State
		Metrics  Metrics
	}

	// CoordinatorAck is the state of the source coordinator of a vertex.
	CoordinatorAck struct {
		ID     int64
		Vertex int
		State  State
	}

	// Decline says that a subtask will not take part in a checkpoint.
	Decline struct {
		ID       int64
		Task     Task
		Location string
		Reason   Reason
		Cause    string // error text with its stack, for the log
	}

	// TriggerFailed says that a checkpoint could not be started: TriggerFailure or
	// IOException.
	TriggerFailed struct {
		ID     int64
		Reason Reason
		Cause  string
	}

	// Persisted says that the manifest of a checkpoint is durable.
	Persisted struct {
		ID            int64
		MetadataBytes int64
	}

	// PersistFailed says that the manifest is certainly not there or, if Unsure, that
	// nobody can tell.
	PersistFailed struct {
		ID     int64
		Cause  string
		Unsure bool
	}

	// SavepointRequested asks for a savepoint at Path. Request comes back in Reply.
	SavepointRequested struct {
		Request string
		Path    string
		Format  Format
	}

	// CheckpointRequested asks for a checkpoint now; Silent: it is the jobmaster, for
	// tasks that wait for a last one, and the log does not say so.
	CheckpointRequested struct {
		Request string
		Full    bool
		Silent  bool
	}

	// StopRequested asks for a savepoint after which the job finishes; with Drain
	// event time ends first. The reply comes when all tasks have finished.
	StopRequested struct {
		Request string
		Path    string
		Format  Format
		Drain   bool
	}

	// Leaving says that the sources were asked to end where they are. From here on
	// there are no checkpoints but the one in which all tasks end (Silent), and a
	// savepoint that stops the job: a task that had finished in an earlier one would
	// be taken for one that has read all of its input.
	Leaving struct{}

	// Backlog says that the source of a vertex has (no longer) a backlog.
	Backlog struct {
		Vertex int
		On     bool
	}

	// Recovered brings the retained checkpoints found at start, oldest first.
	Recovered struct{ Completed []*Manifest }

	// Restored says what the job's state was restored from: one of the retained
	// checkpoints (ID alone), another snapshot (Manifest, owned by Claim), or nothing.
	Restored struct {
		ID               int64
		Manifest         *Manifest
		Claim            ClaimMode
		AllowNonRestored bool
	}

	// Shutdown is the end of the job, in a terminal status or SUSPENDED.
	Shutdown struct{ Status JobStatus }
)

func (Tick) event()                {}
func (JobStatusChanged) event()    {}
func (TaskStateChanged) event()    {}
func (Ack) event()                 {}
func (CoordinatorAck) event()      {}
func (Decline) event()             {}
func (TriggerFailed) event()       {}
func (Persisted) event()           {}
func (PersistFailed) event()       {}
func (SavepointRequested) event()  {}
func (CheckpointRequested) event() {}
func (StopRequested) event()       {}
func (Leaving) event()             {}
func (Backlog) event()             {}
func (Recovered) event()           {}
func (Restored) event()            {}
func (Shutdown) event()            {}

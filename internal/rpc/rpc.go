// Package rpc is what a JobManager and its TaskManagers say to each other, as
// Go interfaces and plain data. In one process the implementations call each
// other directly (internal/minicluster); between processes a transport carries
// the same calls.
package rpc

import (
	"log/slog"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/stream"
)

// Attempt names one execution of one subtask.
type Attempt struct {
	Job     string // 32 hex digits
	Vertex  int    // jobgraph vertex ID
	Subtask int
	Number  int // 0 at first, +1 per restart
}

// State is the state of an execution, in Flink's words.
type State string

// The execution states.
const (
	Created      State = "CREATED"
	Deploying    State = "DEPLOYING"
	Initializing State = "INITIALIZING"
	Running      State = "RUNNING"
	Finished     State = "FINISHED"
	Canceling    State = "CANCELING"
	Canceled     State = "CANCELED"
	Failed       State = "FAILED"
)

// Terminal reports a state that no other follows.
func (s State) Terminal() bool { return s == Finished || s == Canceled || s == Failed }

// Deployment is everything a TaskManager needs to run a subtask.
type Deployment struct {
	Attempt    Attempt
	JobName    string
	Vertex     *jobgraph.Vertex
	Producers  map[int]int // parallelism of the producing vertex, by edge ID of Vertex.Inputs
	Consumers  map[int]int // parallelism of the consuming vertex, by edge ID of Vertex.Outputs
	Settings   operator.Settings
	FlushEvery time.Duration
	Snapshots  *snapshot.Settings // nil: the job takes no checkpoints
	Restore    *snapshot.Restore  // nil: it starts afresh
}

// Ack is a subtask's part of a checkpoint, durable.
type Ack struct {
	Checkpoint int64
	State      checkpoint.State
	Metrics    checkpoint.Metrics
}

// Decline says that a subtask does not take part in a checkpoint.
type Decline struct {
	Checkpoint int64
	Reason     checkpoint.Reason
	Cause      string // error text
}

// TaskManager is what a JobManager asks of a TaskManager.
type TaskManager interface {
	// Submit starts a subtask; its state changes are reported to the master.
	Submit(d *Deployment, master JobMaster) error
	// Cancel ends a subtask; it does nothing if the subtask is not there.
	Cancel(a Attempt)
	// Stop ends a source subtask gracefully: what it has read goes through.
	Stop(a Attempt)
	AddSplits(a Attempt, splits []connector.Split, noMore bool)
	TriggerCheckpoint(a Attempt, b stream.CheckpointBarrier)
	// CheckpointComplete tells a subtask that a checkpoint is final.
	CheckpointComplete(a Attempt, c checkpoint.Commit)
	// CheckpointAborted tells a subtask that a checkpoint will not complete.
	CheckpointAborted(a Attempt, c checkpoint.Abort)
	// Metrics is the root of the TaskManager's metrics.
	Metrics() *metrics.Group
}

// JobMaster is what TaskManagers tell the master of a job. Calls do not wait.
type JobMaster interface {
	TaskState(a Attempt, s State, cause error)
	RequestSplit(a Attempt)
	AckCheckpoint(a Attempt, ack Ack)
	DeclineCheckpoint(a Attempt, d Decline)
	// EndOfData says that a subtask has processed all of its input and waits for
	// the checkpoint that makes its last results final.
	EndOfData(a Attempt)
}

// Discard is a logger for tests and for commands that do not log.
var Discard = slog.New(slog.DiscardHandler)

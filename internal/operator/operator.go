// Package operator is the contract between a subtask and the operators it
// runs. An operator is driven by one goroutine, the subtask's mailbox loop: no
// method is ever called while another one runs, so operators need no locks.
//
// Only ProcessBatch is mandatory. An operator that keeps state, cares about
// event time or buffers rows also implements what it needs of
//
//	Opener            to get its Context before the first element
//	WatermarkHandler  to see event time advance; without it watermarks pass through
//	TimerHandler      to be called back at a processing time it asked for
//	Waiter            to keep rows until such a time
//	Flusher           to give out what it holds back when latency demands it
//	Finisher          to give out the rest when all inputs have ended
//	Snapshotter       to bring its state into the backend before a checkpoint
//	Closer            to release what it holds, also after failure
package operator

import (
	"context"
	"log/slog"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/state"
)

// Operator transforms batches.
type Operator interface {
	// ProcessBatch takes a batch from one of its inputs (0, or 0 and 1 for joins).
	// The batch is read-only and valid until ProcessBatch returns. Emitting may
	// block: that is back pressure. An error fails the task.
	ProcessBatch(input int, b *batch.Batch, out Output) error
}

// Output is where an operator's results go. A batch is valid for the receiver
// until Emit returns; then the operator may overwrite it. Emitting an empty
// batch is allowed and does nothing.
type Output interface {
	Emit(b *batch.Batch) error
}

// Opener is called once before anything else.
type Opener interface{ Open(ctx *Context) error }

// WatermarkHandler sees the operator's event time (the minimum over its inputs)
// advance. What it emits precedes the watermark. It returns the watermark to
// pass on: normally time itself; less to hold it back; stream.MinTime to pass
// nothing.
type WatermarkHandler interface {
	OnWatermark(time int64, out Output) (int64, error)
}

// TimerHandler is called when the processing time set by Context.Timers has
// come; now is in ms since the epoch.
type TimerHandler interface {
	OnProcessingTime(now int64, out Output) error
}

// Waiter keeps rows until processing times that it has set timers for.
type Waiter interface {
	TimerHandler
	// Waiting reports whether it keeps any. A task whose input has ended goes on serving
	// timers and checkpoints until none of its operators does, and calls Finish then; at a
	// savepoint that drains the job it calls Finish at once.
	Waiting() bool
	// Full reports whether no more should come for now: the task leaves what follows in
	// its input until a timer has changed that.
	Full() bool
}

// TimeOutput is an Output that also passes on a watermark that the operator has held
// back. What a task gives to ProcessBatch, OnWatermark, OnProcessingTime and Finish is one.
type TimeOutput interface {
	Output
	Watermark(time int64) error
}

// Flusher is asked to emit rows it holds back for efficiency (mini-batch
// bundles): before every watermark and barrier, at execution.buffer-timeout or
// the mini-batch latency, and when input pauses.
type Flusher interface{ Flush(out Output) error }

// Finisher is called after the last element of every input, after a final
// watermark of stream.MaxTime.
type Finisher interface{ Finish(out Output) error }

// Snapshotter is called between two elements when a checkpoint's barriers have
// been aligned: what the operator keeps outside its state backend must be in
// the backend when it returns.
type Snapshotter interface{ PrepareSnapshot(checkpoint int64) error }

// CheckpointListener learns that a checkpoint is complete or was aborted.
type CheckpointListener interface {
	CheckpointComplete(checkpoint int64) error
	CheckpointAborted(checkpoint int64) error
}

// Closer is called last, whatever happened.
type Closer interface{ Close() error }

// Context is what a subtask offers to an operator. It is read-only.
type Context struct {
	Name           string // operator name as shown in the plan
	Subtask        int    // 0-based
	Parallelism    int
	MaxParallelism int
	KeyGroups      keygroup.Range
	State          state.Backend
	Metrics        *metrics.Group // scope of this operator and subtask
	Log            *slog.Logger
	Clock          Clock
	Timers         Timers
	Settings       Settings
	// Watermark is the event time the operator had reached in the checkpoint it is
	// restored from; stream.MinTime if it starts afresh. Its state is in State.
	Watermark int64
	// Restored is that checkpoint's ID, 0 if it starts afresh.
	Restored int64
	// Canceled is done when the task is cancelled: what waits for the outside world
	// gives up then. Nil: never.
	Canceled context.Context
	// Job, UID and Checkpointing: see connector.WriterContext.
	Job, UID      string
	Checkpointing bool
}

// UntilCanceled returns a context that ends when the task is cancelled, or by cancel.
func (c *Context) UntilCanceled() (ctx context.Context, cancel context.CancelFunc) {
	if c.Canceled == nil {
		return context.WithCancel(context.Background())
	}
	return context.WithCancel(c.Canceled)
}

// Clock tells the processing time, so that tests and the simulator can set it.
type Clock interface{ Now() time.Time }

// Timers asks for OnProcessingTime calls.
type Timers interface {
	// Set asks for a call at or after at (ms since the epoch). One operator has
	// one pending call: an earlier request wins, a later one is kept for after it.
	Set(at int64)
}

// Settings are the options of the job that operators act on; the zero value of
// a field is not a default: the task fills all in.
type Settings struct {
	BatchRows   int            // rows per emitted batch aimed at
	StateTTL    time.Duration  // table.exec.state.ttl, 0 keeps for ever
	PerRecord   bool           // flott.table.exec.changelog = per-record
	TimeZone    *time.Location // table.local-time-zone
	LateLogRate time.Duration  // at most one log line about late rows per this time
	QueryStart  time.Time      // for CURRENT_TIMESTAMP in batch mode
	Streaming   bool           // execution.runtime-mode
	// MiniBatchRows and MiniBatchLatency are table.exec.mini-batch.size and
	// .allow-latency; 0 rows: mini-batch is off and every batch is its own bundle.
	MiniBatchRows    int64
	MiniBatchLatency time.Duration
	LegacyCast       bool // table.exec.legacy-cast-behaviour
	// Functions are the user's Go functions by name.
	Functions map[string]*expr.UserFunction
}

// Source is the head operator of a source vertex: it makes batches instead of
// being given them.
type Source interface {
	// Poll emits at most one batch worth of rows, and watermarks.
	Poll(out SourceOutput) (SourceState, error)
	// Wait yields or is closed when Poll is worth calling again after SourceWaiting.
	Wait() <-chan struct{}
	// AddSplits gives it splits; noMore says that these were the last.
	AddSplits(splits []connector.Split, noMore bool) error
	// Positions are the splits not finished, as of the rows emitted so far.
	Positions() ([]connector.Split, error)
}

// SourceState says how a source goes on.
type SourceState uint8

// The source states.
const (
	SourceMore       SourceState = iota // call Poll again
	SourceWaiting                       // nothing now; see Wait
	SourceNeedsSplit                    // all splits read; ask for more
	SourceFinished                      // nothing will follow
)

// SourceOutput is an Output that also takes time.
type SourceOutput interface {
	Output
	Watermark(time int64) error
	Idle(idle bool) error
}

// Package stream names what flows on a channel between two subtasks. Records
// travel in batches; everything else is a control element that keeps its place
// between them.
package stream

import (
	"fmt"
	"math"
	"time"

	"github.com/flottstream/flott/internal/batch"
)

// Kind tells what an Element is.
type Kind uint8

// The elements of a stream.
const (
	Records   Kind = iota // Batch
	Watermark             // Time: no row with a rowtime <= Time follows (late ones excepted)
	Status                // Idle: this channel does (not) hold back the watermark
	Barrier               // Checkpoint: rows before it belong to the checkpoint
	EndOfData             // no rows or watermarks follow, only barriers; Stopped as for End
	End                   // no element follows; Stopped if the job was stopped rather than done
)

// The ends of event time. A bounded input ends with a Watermark of MaxTime.
const (
	MinTime = int64(math.MinInt64)
	MaxTime = int64(math.MaxInt64)
)

// Element is one item of a stream. Only the fields its Kind names are set.
type Element struct {
	Kind    Kind
	Batch   *batch.Batch
	Time    int64 // event time in ms
	Idle    bool
	Stopped bool // EndOfData, End: do not take this for the end of event time
	// Announced: a Barrier or End that is still in its place in the queue and is told
	// of ahead of it; it comes again when that place is reached (see exchange.Gate).
	Announced  bool
	Checkpoint CheckpointBarrier
}

// CheckpointBarrier separates the rows of one checkpoint from those of the next.
// It tells every subtask what it needs to know to take its part.
type CheckpointBarrier struct {
	ID        int64
	Timestamp int64 // ms, when the checkpoint was triggered
	Kind      SnapshotKind
	Format    SnapshotFormat // of a savepoint
	Drain     bool           // SyncSavepoint: event time ends before the barrier
	// Base is the completed checkpoint an incremental snapshot may build on; 0 asks
	// for a full one.
	Base int64
	Path string // where the snapshot goes
	// Aligned: subtasks wait for the barriers of all channels (false: at-least-once,
	// or Unaligned). Unaligned: barriers overtake rows. AlignedTimeout: start aligned,
	// become unaligned after this long since Timestamp; 0 is never.
	Aligned, Unaligned bool
	AlignedTimeout     time.Duration
}

// SnapshotKind is the purpose of a checkpoint.
type SnapshotKind uint8

// The kinds of checkpoints.
const (
	Checkpoint    SnapshotKind = iota
	Savepoint                  // taken for the user, belongs to the user
	SyncSavepoint              // a savepoint that stops the job
)

// IsSavepoint reports a snapshot that belongs to the user.
func (k SnapshotKind) IsSavepoint() bool { return k != Checkpoint }

// String returns Flink's word.
func (k SnapshotKind) String() string {
	return [...]string{"CHECKPOINT", "SAVEPOINT", "SYNC_SAVEPOINT"}[k]
}

// SnapshotFormat is the format of a savepoint.
type SnapshotFormat string

// The formats of savepoints; a checkpoint has none.
const (
	Canonical SnapshotFormat = "CANONICAL"
	Native    SnapshotFormat = "NATIVE"
)

// String prints the element for logs and test stories.
func (e Element) String() string {
	switch e.Kind {
	case Records:
		return fmt.Sprintf("records(%d)", e.Batch.Rows())
	case Watermark:
		return fmt.Sprintf("watermark(%d)", e.Time)
	case Status:
		if e.Idle {
			return "idle"
		}
		return "active"
	case Barrier:
		return fmt.Sprintf("barrier(%d)", e.Checkpoint.ID)
	case EndOfData:
		return "end of data"
	}
	return "end"
}

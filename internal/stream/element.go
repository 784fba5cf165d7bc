// Package stream names what flows on a channel between two subtasks. Records
// travel in batches; everything else is a control element that keeps its place
// between them.
package stream

import (
	"fmt"
	"math"

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
	End                   // no element follows; Stopped if the job was stopped rather than done
)

// The ends of event time. A bounded input ends with a Watermark of MaxTime.
const (
	MinTime = int64(math.MinInt64)
	MaxTime = int64(math.MaxInt64)
)

// Element is one item of a stream. Only the fields its Kind names are set.
type Element struct {
	Kind       Kind
	Batch      *batch.Batch
	Time       int64 // event time in ms
	Idle       bool
	Stopped    bool // End: do not take this for the end of event time
	Checkpoint CheckpointBarrier
}

// CheckpointBarrier separates the rows of one checkpoint from those of the next.
type CheckpointBarrier struct {
	ID        int64
	Timestamp int64 // ms, when the checkpoint was triggered
	Unaligned bool
	Savepoint bool
}

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
	}
	return "end"
}

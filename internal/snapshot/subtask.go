package snapshot

import (
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Subtask is all state of a subtask: what a new attempt needs to go on.
type Subtask struct {
	Operators []Operator // in order of the chain, stateless ones too
	Inflight  []Inflight // rows that an unaligned barrier overtook
}

// Operator is the state of one operator in one subtask.
type Operator struct {
	UID, Name string
	// In is the event time the operator had reached, Out the watermark it had
	// passed on (stream.MinTime: none).
	In, Out int64
	// Done: its input had ended and it has been finished; it must not be again.
	Done   bool
	Keyed  *Keyed              // nil if it has no keyed state
	Lists  []state.ListContent // operator state
	Large  []LargeList         // more of it, in files: see Subtask.Spill
	Splits []connector.Split   // of a source: where it stood
}

// Keyed is keyed state of the keys in Groups.
type Keyed struct {
	Groups keygroup.Range
	States []state.Description // what the Part holds, for tools and for Compare
	Part   state.Part
}

// LargeList is operator state too big for the acknowledgement: its records lie in
// a segment. A Restore takes every Step-th of them from First on.
type LargeList struct {
	Name        string
	Mode        state.Redistribution
	Count       int // records in the segment
	First, Step int // Step 0 is 1
	Segment     state.Segment
}

// Inflight is rows of one channel into the subtask. Each segment is a batch
// stream, see docs/formats/inflight.md.
type Inflight struct {
	From, To string // UIDs of the operators that the edge joins
	Port     int
	Producer int // subtask
	Rows     int64
	Segment  state.Segment
}

// Restore is what one subtask starts from.
type Restore struct {
	Checkpoint int64
	// Operators are those of the vertex's chain that have state, by UID.
	Operators map[string]*OperatorRestore
	// Inflight are rows to process before any other. Whole says that all of them
	// are this subtask's; else it keeps the rows of its own key groups.
	Inflight []Inflight
	Whole    bool
	// Finished: the subtask had finished before the checkpoint; it ends at once.
	Finished bool
}

// OperatorRestore is what one operator of one subtask starts from.
type OperatorRestore struct {
	In, Out int64
	Done    bool
	Keyed   []Keyed // of the old subtasks whose key groups overlap its own
	Lists   []state.ListContent
	Large   []LargeList // Restore.Load turns them into Lists
}

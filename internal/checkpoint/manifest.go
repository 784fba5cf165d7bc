package checkpoint

import "github.com/flottstream/flott/internal/stream"

// Barrier is what travels with a checkpoint's barriers to every subtask; Kind and
// Format are the words it uses.
type (
	Barrier = stream.CheckpointBarrier
	Kind    = stream.SnapshotKind
	Format  = stream.SnapshotFormat
)

// The kinds and formats, under their short names.
const (
	Checkpoint    = stream.Checkpoint
	Savepoint     = stream.Savepoint
	SyncSavepoint = stream.SyncSavepoint
	Canonical     = stream.Canonical
	Native        = stream.Native
)

// Handle is a file that state lies in.
type Handle struct {
	Name string // unique in the storage; the same name is the same bytes
	Size int64  // bytes
}

// State is what one subtask or source coordinator gave to a checkpoint. Data is
// opaque here: it says what lies where in the files, and may hold small state
// itself. Handles are all the files it refers to.
type State struct {
	Data    []byte
	Handles []Handle
}

// Manifest is a checkpoint as it is written down: everything needed to restore
// from it. It is not changed once it has been handed out.
type Manifest struct {
	Job       string
	Name      string // of the job: pipeline.name
	ID        int64
	Timestamp int64 // ms, when it was triggered
	Kind      Kind
	Format    Format // of a savepoint
	Path      string // where it lies, as users see it
	Unaligned bool   // some subtask holds rows in flight
	Size      int64  // bytes of state in full
	Increment int64  // bytes written for this checkpoint
	Vertices  []VertexState
}

// VertexState is the state of a vertex.
type VertexState struct {
	UID            string
	Name           string
	MaxParallelism int
	Operators      []OperatorName // of its chain, in order
	Coordinator    *State         // of its source coordinator, nil if it has none
	Subtasks       []SubtaskState // by subtask
}

// OperatorName names an operator of a vertex's chain.
type OperatorName struct{ UID, Name string }

// SubtaskState is the state of a subtask. One that had finished has none and
// must not run again when it is restored.
type SubtaskState struct {
	Finished bool
	State
}

// each calls f with the files of every part of the manifest.
func (m *Manifest) each(f func([]Handle)) {
	for _, v := range m.Vertices {
		if v.Coordinator != nil {
			f(v.Coordinator.Handles)
		}
		for _, s := range v.Subtasks {
			f(s.Handles)
		}
	}
}

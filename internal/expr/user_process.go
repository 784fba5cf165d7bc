package expr

import (
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// UserProcess is a process table function written in Go.
type UserProcess struct {
	Name string
	Args []ProcessArg // as declared, without on_time and uid
	// Rows are the columns that the function itself emits.
	Rows types.Schema
	// Updates are the kinds of rows it emits besides inserts.
	Updates ProcessUpdates
	// Timers says that it takes part in event time.
	Timers bool
	// Stateful says that it declares state.
	Stateful bool
	// New returns the function for one subtask.
	New func() *Process
}

// ProcessUpdates says what a process table function emits besides inserts.
type ProcessUpdates uint8

// What a function may emit.
const (
	ProcessInserts  ProcessUpdates = iota // inserts only
	ProcessUpserts                        // also +U and -D by partition
	ProcessRetracts                       // also +U, each with a -U before it, and -D
)

// ProcessArg is an argument of a process table function: a scalar or a table.
type ProcessArg struct {
	Name     string
	Type     types.Type // of a scalar
	Optional bool       // a scalar that may be left out: it is NULL then
	Table    *ProcessTable
}

// ProcessTable are the traits of a table argument.
type ProcessTable struct {
	Set               bool // set semantics, else row semantics
	OptionalPartition bool // PARTITION BY may be left out
	PassThrough       bool // all of its columns are in the output
	Updates           bool // it may have updates
	UpdateBefore      bool // updates come with the row before, also where upserts would do
	RequireOnTime     bool
	// Check tells why a table of this schema cannot be passed, nil if it can.
	Check func(types.Schema) error
}

// Process is a process table function at work in one subtask. Handles are in the order
// of declaration.
type Process struct {
	Tables  []ProcessRows
	Scalars []func(v *batch.Vector) // take the value of an argument, in row 0
	States  []ProcessState
	Out     ProcessOutput
	// Eval is called for each row, OnTimer for each timer that has fired.
	Eval, OnTimer func(ProcessContext) error
}

// ProcessRows gives a function the rows of a table argument.
type ProcessRows interface {
	// Bind tells what columns come, before the first row.
	Bind(types.Schema) error
	// Take makes a row the current one, Leave says that there is none.
	Take(b *batch.Batch, row int)
	Leave()
}

// ProcessState is a state of a function. Per batch it is told the distinct keys (Begin),
// which of them is at work (Use), and when to store what it holds back (End).
type ProcessState interface {
	// Open asks for the state; ttl is the job's, for states without one of their own.
	Open(b state.Backend, key []types.Type, ttl time.Duration) error
	Begin(keys *state.Keys) error
	Use(key int)
	Clear() error
	End() error
}

// ProcessOutput takes the rows that a function emits: its columns, and a kind for each row.
type ProcessOutput struct {
	Cols  []*batch.Vector
	Kinds []batch.RowKind
}

// ProcessContext is what a function can ask of the operator that runs it. Times are in ms.
type ProcessContext interface {
	// Time is that of the row or of the timer; ok is false for a row without on_time.
	Time() (ms int64, ok bool)
	// Watermark is the event time reached; ok is false if there is none yet.
	Watermark() (ms int64, ok bool)
	// Timer is the name of the timer that fires; ok is false if it has none.
	Timer() (name string, ok bool)
	// SetTimer sets or moves a named timer, SetUnnamed sets one without a name.
	SetTimer(name string, ms int64)
	SetUnnamed(ms int64)
	ClearTimer(name string)
	ClearUnnamed(ms int64)
	ClearTimers()
	ClearStates()
}

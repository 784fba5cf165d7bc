package jobgraph

import (
	"time"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// Process is a process table function over its table arguments, an input each. Output:
// the keys of each input (or, with PassThrough, all columns of the only one), the
// function's own columns, the time of the row or timer if Rowtime is set.
type Process struct {
	Fn          string
	User        *expr.UserProcess
	Inputs      []ProcessInput
	Args        []expr.Expr // of the scalar arguments; no columns
	PassThrough bool
	Rowtime     bool
	// Alone: the function takes no table; its input is one row that stands for the call.
	Alone bool
	// Updates are the changes that it may emit.
	Updates Changes
	Out     types.Schema
	UID     string        // of a function with state or timers
	TTL     time.Duration // of states that declare none
}

// ProcessInput is a table argument.
type ProcessInput struct {
	Name   string // of the argument
	Set    bool
	Keys   []int
	Order  []SortKey // the time first; nil: as they come
	Time   int       // on_time column, -1: none
	Schema types.Schema
}

func (*Process) spec() {}

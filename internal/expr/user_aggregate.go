package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// UserFunctions are the functions that a program has written in Go, by name in
// lower case.
type UserFunctions struct {
	Scalars    map[string]*UserFunction
	Tables     map[string]*UserTable
	Aggregates map[string]*UserAggregate
	Processes  map[string]*UserProcess
}

// NewUserFunctions returns none.
func NewUserFunctions() *UserFunctions {
	return &UserFunctions{
		Scalars: map[string]*UserFunction{}, Tables: map[string]*UserTable{}, Aggregates: map[string]*UserAggregate{},
		Processes: map[string]*UserProcess{},
	}
}

// UserTable is a table function written in Go.
type UserTable struct {
	Name string
	// Infer checks the argument types and returns the types to cast them to and
	// the columns of the rows.
	Infer func(args []types.Type) (params []types.Type, rows types.Schema, err error)
	// New returns a function for one goroutine. It appends the rows for row i of
	// args to out, whose N it leaves alone, and returns how many.
	New func() func(args []*batch.Vector, i int, out []*batch.Vector) (int, error)
}

// UserAggregate is an aggregate function written in Go.
type UserAggregate struct {
	Name  string
	Infer func(args []types.Type) (params []types.Type, result types.Type, err error)
	// New returns an evaluator for one goroutine.
	New func() AggregateEvaluator
	// Retracts says that rows can be taken back; without it the input must not change.
	Retracts bool
	// KeepNulls: rows whose first argument is NULL are accumulated too.
	KeepNulls bool
}

// AggregateStates are the states of some groups as bytes. A group that has no row
// yet has none.
type AggregateStates interface {
	Len() int
	Get(group int) []byte
	Set(group int, state []byte) // copies it
}

// AggregateEvaluator computes on states.
type AggregateEvaluator interface {
	// Update adds rows[k] of args to group gid[k], or takes it back.
	Update(states AggregateStates, args []*batch.Vector, rows, gid []int32, retract bool) error
	// Merge adds group k of from to group gid[k] of into.
	Merge(into AggregateStates, gid []int32, from AggregateStates) error
	// Result appends the value of every group to out.
	Result(states AggregateStates, out *batch.Vector) error
}

// CastUser casts arguments to what a user's function takes.
func CastUser(name string, args []Expr, want []types.Type) ([]Expr, error) {
	cast := make([]Expr, len(args))
	for i, a := range args {
		var err error
		if cast[i], err = ImplicitCast(a, want[i].WithNull(a.Type().Nullable)); err != nil {
			return nil, cannotApply(name, args, i, castHint(want[i]))
		}
	}
	return cast, nil
}

// SignatureError says that a user's function does not take arguments of these types.
func SignatureError(name string, args []Expr, why error) error {
	return typeErrorf(-1, why.Error(), "Cannot apply '%s' to arguments of type '%s'", name, signatureText(name, args))
}

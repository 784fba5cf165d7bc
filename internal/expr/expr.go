// Package expr is the typed expression: a small tree of data that the binder
// builds, the planner rewrites and a subtask compiles to batch kernels.
//
// Everything that is not a column, a constant or a field of a row is a Call of
// a named function; operators, CASE, CAST and the logical connectives are
// functions like any other ("+", "=", "AND", "CASE", "CAST", …). The function
// table (functions.go) gives each its typing rule and its kernel.
package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Expr is a node of an expression tree. Trees are immutable.
type Expr interface {
	// Type is the type of the value, nullability included.
	Type() types.Type
	// String prints the expression as Flink's plans do, e.g. "(price * 2)",
	// columns by name.
	String() string
	isExpr()
}

// Column is a column of the input by position. Name is for printing only.
type Column struct {
	Index int
	Name  string
	T     types.Type
}

// Literal is a constant: a vector of exactly one value (which may be NULL).
type Literal struct {
	Value *batch.Vector
}

// Field is a field of a ROW value; NULL if the row is NULL.
type Field struct {
	X     Expr
	Index int
	T     types.Type
}

// Call applies a function of the function table. Args are already coerced: each
// has exactly the type the function's rule asks for.
type Call struct {
	Fn   string // canonical name in the function table, upper case
	Args []Expr
	T    types.Type
	// User is the function itself when it was registered by a user (see
	// Functions); nil for the function table's.
	User *UserFunction
}

// Type returns the column's type.
func (c *Column) Type() types.Type { return c.T }

// Type returns the constant's type.
func (l *Literal) Type() types.Type { return l.Value.Type }

// Type returns the field's type.
func (f *Field) Type() types.Type { return f.T }

// Type returns the result type.
func (c *Call) Type() types.Type { return c.T }

func (*Column) isExpr()  {}
func (*Literal) isExpr() {}
func (*Field) isExpr()   {}
func (*Call) isExpr()    {}

// Walk calls fn for e and, while fn returns true, for the nodes below it.
func Walk(e Expr, fn func(Expr) bool) {
	if !fn(e) {
		return
	}
	switch e := e.(type) {
	case *Field:
		Walk(e.X, fn)
	case *Call:
		for _, a := range e.Args {
			Walk(a, fn)
		}
	}
}

// Rewrite returns e with every node replaced by fn(node), children first. Nodes
// that do not change are shared.
func Rewrite(e Expr, fn func(Expr) Expr) Expr {
	switch n := e.(type) {
	case *Field:
		if x := Rewrite(n.X, fn); x != n.X {
			e = &Field{X: x, Index: n.Index, T: n.T}
		}
	case *Call:
		var args []Expr
		for i, a := range n.Args {
			r := Rewrite(a, fn)
			if r != a && args == nil {
				args = append([]Expr(nil), n.Args...)
			}
			if args != nil {
				args[i] = r
			}
		}
		if args != nil {
			e = &Call{Fn: n.Fn, Args: args, T: n.T, User: n.User}
		}
	}
	return fn(e)
}

// Columns adds to set the positions of the columns e reads.
func Columns(e Expr, set map[int]bool) {
	Walk(e, func(n Expr) bool {
		if c, ok := n.(*Column); ok {
			set[c.Index] = true
		}
		return true
	})
}

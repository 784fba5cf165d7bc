package jobgraph

import "github.com/flottstream/flott/internal/expr"

// MultiJoin is a chain of regular joins by one common key: ((0 ⋈ 1) ⋈ 2) ⋈ …
// It keeps the rows of its inputs and nothing of what the chain has in between.
// Output: the columns of all inputs.
type MultiJoin struct {
	// Inputs are the inputs in the order of the chain; key i of one equals key i of
	// every other it meets.
	Inputs []JoinSide
	// Kinds[i] is the join that adds input i+1: Inner or Left.
	Kinds []JoinKind
	// Conds[i] is what that join asks beside the common key, over the columns of the
	// inputs 0..i+1; nil if nothing.
	Conds []expr.Expr
}

// Outer reports that some join of the chain is a left join.
func (m *MultiJoin) Outer() bool {
	for _, k := range m.Kinds {
		if k == Left {
			return true
		}
	}
	return false
}

func (*MultiJoin) spec() {}

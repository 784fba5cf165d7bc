package bind

import (
	"slices"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// groupID is GROUP_ID(), the number of a grouping set among those that are the same: 0
// where all differ.
func (b *exprBinder) groupID(e *ast.Call) (expr.Expr, error) {
	if len(e.Args) > 0 {
		return nil, errorAt(e, "", "Invalid number of arguments to function 'GROUP_ID'. Was expecting 0 arguments")
	}
	var seen [][]int
	for _, set := range b.block.grouping.sets {
		set = slices.Sorted(slices.Values(set))
		if slices.ContainsFunc(seen, func(o []int) bool { return slices.Equal(o, set) }) {
			return nil, notSupported(e, "GROUP_ID() of grouping sets that are there twice", "write each set once")
		}
		seen = append(seen, set)
	}
	return expr.IntLit(types.BigInt, 0), nil
}

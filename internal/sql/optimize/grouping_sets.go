package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// expandGroupingSets computes GROUPING SETS by emitting each row once per set,
// with the keys not in the set NULL and the number of the set beside them.
func expandGroupingSets(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		a, ok := n.(*plan.Aggregate)
		if !ok || a.Sets == nil {
			return n, nil
		}
		in := a.Input.Schema()
		own := windowKeysOfAllSets(a)
		expand := &plan.Expand{Input: a.Input}
		expand.Out = append(expand.Out, in...)
		keys := make([]int, 0, len(a.Keys)+1)
		for i, k := range a.Keys {
			if own[i] {
				keys = append(keys, k) // windows stay the row's own
				continue
			}
			keys = append(keys, len(expand.Out))
			expand.Out = append(expand.Out, types.Field{Name: a.Out[i].Name, Type: in[k].Type.WithNull(true).WithoutTime()})
		}
		keys = append(keys, len(expand.Out))
		expand.Out = append(expand.Out, types.Field{Name: "$e", Type: types.Of(types.BigInt).NotNull()})
		for _, set := range a.Sets {
			expand.Projections = append(expand.Projections, groupingProjection(a, set, own))
		}
		out := *a
		out.Input, out.Keys, out.Sets = expand, keys, nil
		return &out, nil
	})
}

// windowKeysOfAllSets tells which keys are columns of the row's window that every set has. A set without start or end is
// no aggregation by window, so then there are none.
func windowKeysOfAllSets(a *plan.Aggregate) []bool {
	own := make([]bool, len(a.Keys))
	w := windowsOf(a.Input)
	if w == nil {
		return own
	}
	starts, ends := false, false
	for i, k := range a.Keys {
		own[i] = w.has(k)
		for _, set := range a.Sets {
			own[i] = own[i] && contains(set, i)
		}
		starts = starts || own[i] && w.isStart(k)
		ends = ends || own[i] && w.isEnd(k)
	}
	if !starts || !ends {
		clear(own)
	}
	return own
}

// groupingProjection is the row for one set: the input, the keys or NULL, and
// the grouping id, whose bits from the left are 1 for keys not in the set.
func groupingProjection(a *plan.Aggregate, set []int, own []bool) []expr.Expr {
	in := a.Input.Schema()
	exprs := columnsOf(in)
	id := int64(0)
	for i, k := range a.Keys {
		id <<= 1
		if !contains(set, i) {
			id |= 1
		}
		switch {
		case own[i]:
		case contains(set, i):
			exprs = append(exprs, columnAt(in, k))
		default:
			exprs = append(exprs, expr.NullLit(in[k].Type))
		}
	}
	return append(exprs, expr.IntLit(types.BigInt, id))
}

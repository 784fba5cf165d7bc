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
		repeated := make(map[int64]int64, len(a.Sets))
		for _, set := range a.Sets {
			id := groupingID(a, set)
			repeated[id]++
			id |= (repeated[id] - 1) << len(a.Keys) // a set that is written twice gives its rows twice
			expand.Projections = append(expand.Projections, groupingProjection(a, set, own, id))
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

// groupingID has a bit for each key, the first one's the highest: 1 for keys not in the set.
func groupingID(a *plan.Aggregate, set []int) int64 {
	id := int64(0)
	for i := range a.Keys {
		id <<= 1
		if !contains(set, i) {
			id |= 1
		}
	}
	return id
}

// groupingProjection is the row for one set: the input, the keys or NULL, and the number of the set.
func groupingProjection(a *plan.Aggregate, set []int, own []bool, id int64) []expr.Expr {
	in := a.Input.Schema()
	exprs := columnsOf(in)
	for i, k := range a.Keys {
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

package optimize

import (
	"slices"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// propagateEmpty computes relations of which the text of the query says that they have
// no rows. It is more than thrift: an aggregate without keys over such a relation is a
// row, in streaming mode too, where over a table without rows it is none.
func propagateEmpty(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		switch n := n.(type) {
		case *plan.Project, *plan.Filter, *plan.Sort, *plan.Over, *plan.Unnest, *plan.TableFunction:
			if isEmpty(n.Inputs()[0]) {
				return &plan.Values{Out: n.Schema()}, nil
			}
		case *plan.Join:
			if joinsNothing(n) {
				return &plan.Values{Out: n.Schema()}, nil
			}
		case *plan.SetOp:
			if n.Kind == plan.Union && n.All {
				return unionOfRows(n), nil
			}
		case *plan.Aggregate:
			if isEmpty(n.Input) && n.Group == nil && n.Sets == nil {
				return aggregateOfNothing(n), nil
			}
		}
		return n, nil
	})
}

func isEmpty(n plan.Node) bool {
	v, ok := n.(*plan.Values)
	return ok && len(v.Rows) == 0
}

// joinsNothing reports a join that has no row for want of rows on one side.
func joinsNothing(n *plan.Join) bool {
	left, right := isEmpty(n.Left), isEmpty(n.Right)
	switch n.Kind {
	case jobgraph.Inner, jobgraph.Semi:
		return left || right || slices.ContainsFunc(conjuncts(n.Cond), isNever)
	case jobgraph.Left, jobgraph.Anti:
		return left
	case jobgraph.Right:
		return right
	}
	return left && right
}

// isNever reports a condition that is FALSE or NULL for every row: a constant, or a comparison with NULL.
func isNever(e expr.Expr) bool {
	if isFalse(e) {
		return true
	}
	c, ok := e.(*expr.Call)
	if !ok || opposite[c.Fn] == "" {
		return false
	}
	return slices.ContainsFunc(c.Args, func(a expr.Expr) bool {
		l, ok := a.(*expr.Literal)
		return ok && l.Value.IsNull(0)
	})
}

// unionOfRows leaves out inputs without rows.
func unionOfRows(n *plan.SetOp) plan.Node {
	var in []plan.Node
	for _, i := range n.In {
		if !isEmpty(i) {
			in = append(in, i)
		}
	}
	switch {
	case len(in) == len(n.In):
		return n
	case len(in) == 0:
		return &plan.Values{Out: n.Out}
	}
	c := *n
	c.In = in
	return &c
}

// aggregateOfNothing is no row for each of no keys, or the row of an aggregate without
// keys: counts are 0, all else is NULL.
func aggregateOfNothing(n *plan.Aggregate) plan.Node {
	out := &plan.Values{Out: n.Schema()}
	if len(n.Keys) > 0 {
		return out
	}
	var row []expr.Expr
	for _, c := range n.Calls {
		switch {
		case c.Fn == "COUNT" && c.Type.Kind == types.BigInt:
			row = append(row, expr.IntLit(types.BigInt, 0))
		case c.Type.Nullable:
			row = append(row, expr.NullLit(c.Type))
		default:
			return n // what it gives is for the aggregate to say
		}
	}
	out.Rows = [][]expr.Expr{row}
	return out
}

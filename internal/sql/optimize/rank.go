package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

var rankFunctions = map[string]jobgraph.RankFunction{
	"ROW_NUMBER": jobgraph.RowNumber, "RANK": jobgraph.RankNumber, "DENSE_RANK": jobgraph.DenseRank,
}

// recognizeRank makes a Rank of a filter with an upper bound on the number that
// a ranking function gives.
func recognizeRank(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n, nil
		}
		over, ok := f.Input.(*plan.Over)
		if !ok || len(over.Calls) != 1 || len(over.Order) == 0 {
			return n, nil
		}
		fn, ok := rankFunctions[over.Calls[0].Fn]
		if !ok {
			return n, nil
		}
		number := len(over.Input.Schema())
		lo, hi, rest := numberRange(conjuncts(f.Cond), number)
		if hi < 0 {
			return n, nil
		}
		rank := &plan.Rank{
			Input: over.Input, Function: fn, Partition: over.Partition, Order: over.Order,
			Start: lo, End: hi, EmitRank: true, Out: over.Out,
		}
		return newFilter(rank, rest...), nil
	})
}

// numberRange finds the bounds that conditions put on column number (1-based,
// inclusive; hi is -1 without an upper bound) and returns the other conditions.
func numberRange(conds []expr.Expr, number int) (lo, hi int64, rest []expr.Expr) {
	lo, hi = 1, -1
	for _, c := range conds {
		from, to, ok := numberBounds(c, number)
		if !ok {
			rest = append(rest, c)
			continue
		}
		if from > 0 {
			lo = max(lo, from)
		}
		if to >= 0 && (hi < 0 || to < hi) {
			hi = to
		}
	}
	return lo, hi, rest
}

// numberBounds reads one condition on the number: from 0 and to -1 are open.
func numberBounds(e expr.Expr, number int) (from, to int64, ok bool) {
	c, isCall := e.(*expr.Call)
	if !isCall || len(c.Args) < 2 {
		return 0, -1, false
	}
	if c.Fn == "BETWEEN" && len(c.Args) == 3 && isColumn(c.Args[0], number) {
		lo, ok1 := expr.ConstantInt(c.Args[1])
		hi, ok2 := expr.ConstantInt(c.Args[2])
		return lo, max(hi, 0), ok1 && ok2
	}
	if len(c.Args) != 2 {
		return 0, -1, false
	}
	fn := c.Fn
	x, v := c.Args[0], c.Args[1]
	if !isColumn(x, number) {
		x, v = v, x
		fn = mirrored[fn]
	}
	k, isInt := expr.ConstantInt(v)
	if !isColumn(x, number) || !isInt {
		return 0, -1, false
	}
	switch fn {
	case "<=":
		return 0, max(k, 0), true
	case "<":
		return 0, max(k-1, 0), true
	case "=":
		return max(k, 1), max(k, 0), true
	case ">=":
		return max(k, 1), -1, true
	case ">":
		return max(k+1, 1), -1, true
	}
	return 0, -1, false
}

// mirrored is the comparison with its operands exchanged.
var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}

func isColumn(e expr.Expr, i int) bool {
	if c, ok := e.(*expr.Call); ok && c.Fn == "CAST" && c.T.IsInteger() {
		e = c.Args[0]
	}
	c, ok := e.(*expr.Column)
	return ok && c.Index == i
}

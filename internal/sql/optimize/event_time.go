package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// usesEventTime reports whether some operator that the roots will become waits
// for watermarks. If none does, sources need not make them. It errs on the
// side of yes.
func usesEventTime(roots []plan.Node) bool {
	seen := make(map[plan.Node]bool)
	var visit func(n plan.Node) bool
	visit = func(n plan.Node) bool {
		if seen[n] {
			return false
		}
		seen[n] = true
		if waitsForWatermarks(n) {
			return true
		}
		for _, in := range n.Inputs() {
			if visit(in) {
				return true
			}
		}
		return false
	}
	for _, r := range roots {
		if visit(r) {
			return true
		}
	}
	return false
}

func waitsForWatermarks(n plan.Node) bool {
	readsWatermark := false
	rewriteExprs(n, func(e expr.Expr) expr.Expr {
		readsWatermark = readsWatermark || callsWatermark(e)
		return e
	})
	if readsWatermark {
		return true
	}
	switch n := n.(type) {
	case *plan.Scan: // a source that is asked for what it cannot do
		return n.Table.Watermark != nil && expr.IsSourceWatermark(n.Table.Watermark.Expr)
	case *plan.WindowTVF:
		return !n.Window.Proctime
	case *plan.Aggregate:
		return n.Group != nil && !n.Group.Proctime
	case *plan.Process:
		return len(n.Tables) > 0
	case *plan.Match:
		return !n.Spec.Proctime
	case *plan.Over:
		return ordersByRowtime(n.Input, n.Order)
	case *plan.Rank: // keeping the first row waits, keeping the last does not
		return n.End == 1 && len(n.Order) == 1 && !n.Order[0].Descending && ordersByRowtime(n.Input, n.Order)
	case *plan.Sort:
		return ordersByRowtime(n.Input, n.Order)
	case *plan.Join:
		return n.Snapshot != nil && n.Snapshot.T.Time != types.Proctime || comparesRowtimes(n)
	case *plan.Sink:
		return n.Table.Options["sink.partition-commit.trigger"] == "partition-time" || n.OnConflict == "NOTHING" || n.OnConflict == "ERROR"
	}
	return false
}

func callsWatermark(e expr.Expr) bool {
	found := false
	expr.Walk(e, func(n expr.Expr) bool {
		if c, ok := n.(*expr.Call); ok && c.Fn == "CURRENT_WATERMARK" {
			found = true
		}
		return !found
	})
	return found
}

func ordersByRowtime(in plan.Node, order []jobgraph.SortKey) bool {
	for _, k := range order {
		if in.Schema()[k.Column].Type.Time == types.Rowtime {
			return true
		}
	}
	return false
}

// comparesRowtimes reports a join that becomes an interval join by event time.
func comparesRowtimes(n *plan.Join) bool {
	left, right := n.Left.Schema(), n.Right.Schema()
	b, ok := timeBounds(splitCondition(n.Cond, left, right).rest, left, right)
	return ok && !b.proctime
}

package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
)

// correlateOn adds the condition of a join with UNNEST or a table function. An
// inner join's is a filter; a left join's says which elements count, and a row of
// which none does is padded, so that it belongs to what expands the row.
func (q *query) correlateOn(n plan.Node, on ast.Expr, s *scope) (plan.Node, error) {
	if on == nil || isTrue(on) {
		return n, nil
	}
	eb := &exprBinder{query: q, scope: s, noAggregate: "ON clause"}
	cond, err := eb.condition(on, "ON clause")
	if err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case *plan.Unnest:
		if n.Left {
			n.Cond = cond
			return n, nil
		}
	case *plan.TableFunction:
		if n.Left {
			n.Cond = cond
			return n, nil
		}
	}
	return &plan.Filter{Input: n, Cond: cond}, nil
}

// withCondition adds the condition, if there is one, to what a join reads.
func withCondition(xs []expr.Expr, cond expr.Expr) []expr.Expr {
	if cond == nil {
		return xs
	}
	return append(xs, cond)
}

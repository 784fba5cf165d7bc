package bind

import (
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
)

// bindNested binds a query inside of another one. Its ORDER BY means nothing there unless
// it chooses rows: as in Flink it is checked and left out, so that streams can have it.
func (q *query) bindNested(x *ast.Query, parent *scope) (plan.Node, error) {
	n, err := q.bindQuery(x, parent)
	if err != nil || len(x.OrderBy) == 0 || x.Limit != nil || x.Offset != nil {
		return n, err
	}
	switch top := n.(type) {
	case *plan.Sort:
		return top.Input, nil
	case *plan.Project: // of the columns that the order needs besides
		if sort, ok := top.Input.(*plan.Sort); ok && len(top.Out) < len(sort.Schema()) {
			return &plan.Project{Input: sort.Input, Exprs: top.Exprs, Out: top.Out}, nil
		}
	}
	return n, nil
}

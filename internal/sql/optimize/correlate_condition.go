package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
)

// correlateCondition is how a plan shows the condition of a left join with UNNEST
// or a table function whose columns are [width, all): as Flink does, by the
// places of the expanded columns. Flink has no plan for other conditions; those
// name their columns.
func correlateCondition(cond expr.Expr, width, all int) []plan.Attr {
	if cond == nil {
		return nil
	}
	if !within(columnSet(cond), width, all) {
		return []plan.Attr{plan.Expressions("condition", func(form func(expr.Expr) string) string { return "[" + form(cond) + "]" })}
	}
	to := make([]int, all)
	for i := range to {
		to[i] = i - width
	}
	return []plan.Attr{{Name: "condition", Value: "[" + plan.Digest(remap(cond, to)) + "]"}}
}

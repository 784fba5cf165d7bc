package optimize

import (
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// sourceFilter is what the readers of a source want of it. The source may leave out
// parts of the table by it (partitions, row groups); the filter stays behind it.
type sourceFilter struct {
	alternatives [][]format.Comparison
	shown        []expr.Expr // of each reader, for EXPLAIN
	whole        bool        // some reader wants all rows
}

// addFilter notes what one reader of a source filters by. conds are over the
// table's columns. Rows that are left out make no watermarks, and changes must all
// be there: then nothing is handed on.
func (s *source) addFilter(p *planner, cond expr.Expr) {
	pruner, ok := s.pruner.(connector.Pruner)
	if !ok || s.abilities.Changelog != format.InsertOnly || s.table.Watermark != nil && p.eventTime {
		s.filter.whole = true
		return
	}
	var all []format.Comparison
	var shown []expr.Expr
	for _, c := range conjuncts(cond) {
		if comparison, ok := s.comparison(c); ok && pruner.Prunes(comparison.Column) {
			all, shown = append(all, comparison), append(shown, c)
		}
	}
	if len(all) == 0 {
		s.filter.whole = true
		return
	}
	s.filter.alternatives = append(s.filter.alternatives, all)
	s.filter.shown = append(s.filter.shown, and(shown...))
}

// scanFilter is nil if some reader wants all rows.
func (s *source) scanFilter() *format.Filter {
	if s.filter.whole || len(s.filter.alternatives) == 0 {
		return nil
	}
	return &format.Filter{Alternatives: s.filter.alternatives}
}

var comparisonOps = map[string]format.ComparisonOp{
	"=": format.Equal, "<": format.Less, "<=": format.LessEqual, ">": format.Greater, ">=": format.GreaterEqual,
}

// comparison reads a comparison of a column with a constant, or several equalities
// of one column joined by OR.
func (s *source) comparison(e expr.Expr) (format.Comparison, bool) {
	c, ok := e.(*expr.Call)
	if !ok {
		return format.Comparison{}, false
	}
	switch c.Fn {
	case "OR":
		return s.oneOf(c.Args)
	case "IN":
		equalities := make([]expr.Expr, len(c.Args)-1)
		for i, v := range c.Args[1:] {
			equalities[i] = &expr.Call{Fn: "=", Args: []expr.Expr{c.Args[0], v}, T: c.T}
		}
		return s.oneOf(equalities)
	}
	op, ok := comparisonOps[c.Fn]
	if !ok || len(c.Args) != 2 {
		return format.Comparison{}, false
	}
	column, value := c.Args[0], c.Args[1]
	if _, literal := column.(*expr.Literal); literal {
		column, value = value, column
		op = comparisonOps[mirroredOp(c.Fn)]
	}
	col, ok1 := column.(*expr.Column)
	lit, ok2 := value.(*expr.Literal)
	if !ok1 || !ok2 || col.Index >= len(s.table.Columns) || !format.Comparable(s.table.Columns[col.Index].Type) {
		return format.Comparison{}, false
	}
	v, ok := valueOf(lit, s.table.Columns[col.Index].Type)
	return format.Comparison{Column: col.Index, Op: op, Values: v}, ok
}

func mirroredOp(fn string) string {
	if fn == "=" {
		return fn
	}
	return mirrored[fn]
}

func (s *source) oneOf(equalities []expr.Expr) (format.Comparison, bool) {
	var out format.Comparison
	for i, a := range equalities {
		one, ok := s.comparison(a)
		if !ok || one.Op != format.Equal || i > 0 && one.Column != out.Column {
			return out, false
		}
		if i == 0 {
			out = one
			continue
		}
		for k := range one.Values.Len() {
			out.Values.AppendFrom(one.Values, k)
		}
	}
	return out, true
}

// valueOf is a constant as a value that compares with those of a column: a whole
// number as BIGINT, which all of them are compared as.
func valueOf(l *expr.Literal, t types.Type) (*batch.Vector, bool) {
	if l.Value.IsNull(0) {
		return nil, false
	}
	from := l.Type()
	switch {
	case t.Kind == types.Varchar && from.IsCharacter():
		v := batch.New(types.String(), 1)
		v.AppendBytes(l.Value.At(0))
		return v, true
	case t.Kind == types.Date && from.Kind == types.Date:
		v := batch.New(types.Of(types.BigInt), 1)
		v.AppendInt64(int64(l.Value.Int32s()[0]))
		return v, true
	case t.Kind != types.Varchar && t.Kind != types.Date:
		x, ok := expr.ConstantInt(l)
		v := batch.New(types.Of(types.BigInt), 1)
		v.AppendInt64(x)
		return v, ok && isWhole(from)
	}
	return nil, false
}

func isWhole(t types.Type) bool {
	switch t.Kind {
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt:
		return true
	}
	return false
}

// filterText prints the filter as Flink's plans do.
func (s *source) filterText() string {
	parts := make([]string, len(s.filter.shown))
	for i, e := range s.filter.shown {
		parts[i] = strings.Replace(plan.Prefix(e), "AND(", "and(", 1)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "or(" + strings.Join(parts, ", ") + ")"
}

package explain

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// writeLogical prints the relations as the binder made them.
func writeLogical(sb *strings.Builder, n plan.Node, first, rest string) {
	if c, ok := n.(*plan.Collect); ok { // the client's, not the query's
		n = c.Input
	}
	sb.WriteString(first + logicalLine(n) + "\n")
	inputs := n.Inputs()
	if s, ok := n.(*plan.Scan); ok && s.Table.Watermark != nil {
		sb.WriteString(rest + "+- " + scanLine(s) + "\n")
		return
	}
	for i, in := range inputs {
		f, r := rest+":- ", rest+":  "
		if i == len(inputs)-1 {
			f, r = rest+"+- ", rest+"   "
		}
		writeLogical(sb, in, f, r)
	}
}

func scanLine(n *plan.Scan) string {
	return "LogicalTableScan(table=[[" + strings.Join(strings.Split(n.Table.Name, "."), ", ") + "]])"
}

func logicalLine(n plan.Node) string {
	switch n := n.(type) {
	case *plan.Scan:
		if w := n.Table.Watermark; w != nil {
			return fmt.Sprintf("LogicalWatermarkAssigner(rowtime=[%s], watermark=[%s])", n.Table.Layout[w.Rowtime].Name, rex(w.Expr))
		}
		return scanLine(n)
	case *plan.Values:
		rows := make([]string, len(n.Rows))
		for i, r := range n.Rows {
			rows[i] = "{ " + rexes(r) + " }"
		}
		return "LogicalValues(tuples=[[" + strings.Join(rows, ", ") + "]])"
	case *plan.Project:
		return "LogicalProject(" + named(n.Out, n.Exprs) + ")"
	case *plan.Filter:
		return "LogicalFilter(condition=[" + rex(n.Cond) + "])"
	case *plan.Join:
		return logicalJoin(n)
	case *plan.Aggregate:
		return logicalAggregate(n)
	case *plan.WindowTVF:
		return logicalWindow(n)
	case *plan.Over:
		return logicalOver(n)
	case *plan.Sort:
		return logicalSort(n)
	case *plan.SetOp:
		return fmt.Sprintf("Logical%s(all=[%v])", [...]string{"Union", "Intersect", "Minus"}[n.Kind], n.All)
	case *plan.Unnest:
		return "LogicalCorrelate(unnest=[" + rex(n.Collection) + "], joinType=[" + sideName(n.Left) + "])"
	case *plan.TableFunction:
		return "LogicalCorrelate(invocation=[" + n.Fn + "(" + rexes(n.Args) + ")], joinType=[" + sideName(n.Left) + "])"
	case *plan.Sink:
		return "LogicalSink(table=[" + n.Table.Name + "], fields=[" + strings.Join(n.Input.Schema().Names(), ", ") + "])"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan.")
}

func sideName(left bool) string {
	if left {
		return "left"
	}
	return "inner"
}

func named(out types.Schema, exprs []expr.Expr) string {
	parts := make([]string, len(exprs))
	for i, e := range exprs {
		parts[i] = out[i].Name + "=[" + rex(e) + "]"
	}
	return strings.Join(parts, ", ")
}

func logicalJoin(n *plan.Join) string {
	cond := "true"
	if n.Cond != nil {
		cond = rex(n.Cond)
	}
	kind := [...]string{"inner", "left", "right", "full", "semi", "anti"}[n.Kind]
	if n.Snapshot != nil {
		return fmt.Sprintf("LogicalCorrelate(snapshot=[$%d], condition=[%s], joinType=[%s])", n.Snapshot.Index, cond, kind)
	}
	return "LogicalJoin(condition=[" + cond + "], joinType=[" + kind + "])"
}

func logicalAggregate(n *plan.Aggregate) string {
	set := func(keys []int) string {
		parts := make([]string, len(keys))
		for i, k := range keys {
			parts[i] = fmt.Sprint(k)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	s := "LogicalAggregate(group=[" + set(n.Keys) + "]"
	if n.Sets != nil {
		groups := make([]string, len(n.Sets))
		for i, g := range n.Sets {
			keys := make([]int, len(g))
			for k, at := range g {
				keys[k] = n.Keys[at]
			}
			groups[i] = set(keys)
		}
		s += ", groups=[[" + strings.Join(groups, ", ") + "]]"
	}
	for _, c := range n.Calls {
		args := make([]string, len(c.Args))
		for i, a := range c.Args {
			args[i] = fmt.Sprintf("$%d", a)
		}
		text := strings.Join(args, ", ")
		if c.Distinct {
			text = "DISTINCT " + text
		}
		s += ", " + c.Name + "=[" + c.Fn + "(" + text + ")"
		if c.Filter >= 0 {
			s += fmt.Sprintf(" FILTER $%d", c.Filter)
		}
		s += "]"
	}
	if n.Group != nil {
		s += ", window=[" + windowCall(*n.Group) + "]"
	}
	return s + ")"
}

func windowCall(w jobgraph.Window) string {
	args := []string{fmt.Sprintf("DESCRIPTOR($%d)", w.Time)}
	for _, ms := range []int64{w.Slide, w.Size, w.Offset} {
		if ms != 0 {
			args = append(args, fmt.Sprintf("%d:INTERVAL DAY TO SECOND", ms))
		}
	}
	return [...]string{"TUMBLE", "HOP", "CUMULATE", "SESSION"}[w.Kind] + "(" + strings.Join(args, ", ") + ")"
}

func logicalWindow(n *plan.WindowTVF) string {
	cols := make([]string, len(n.Out))
	for i, f := range n.Out {
		cols[i] = f.Type.String() + " " + f.Name
	}
	return "LogicalTableFunctionScan(invocation=[" + windowCall(n.Window) + "], rowType=[RecordType(" + strings.Join(cols, ", ") + ")])"
}

func logicalOver(n *plan.Over) string {
	parts := make([]string, len(n.Calls))
	for i, c := range n.Calls {
		args := make([]string, len(c.Args))
		for k, a := range c.Args {
			args[k] = fmt.Sprintf("$%d", a)
		}
		over := ""
		if len(n.Partition) > 0 {
			keys := make([]string, len(n.Partition))
			for k, a := range n.Partition {
				keys[k] = fmt.Sprintf("$%d", a)
			}
			over = "PARTITION BY " + strings.Join(keys, ", ")
		}
		if len(n.Order) > 0 {
			over = strings.TrimSpace(over + " ORDER BY " + sortKeys(n.Order))
		}
		parts[i] = c.Name + "=[" + c.Fn + "(" + strings.Join(args, ", ") + ") OVER (" + over + ")]"
	}
	return "LogicalWindow(" + strings.Join(parts, ", ") + ")"
}

func sortKeys(keys []jobgraph.SortKey) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("$%d", k.Column)
		if k.Descending {
			parts[i] += " DESC"
		}
		if k.NullsLast {
			parts[i] += " NULLS LAST"
		} else {
			parts[i] += " NULLS FIRST"
		}
	}
	return strings.Join(parts, ", ")
}

func logicalSort(n *plan.Sort) string {
	var parts []string
	for i, k := range n.Order {
		parts = append(parts, fmt.Sprintf("sort%d=[$%d]", i, k.Column))
	}
	for i, k := range n.Order {
		dir := "ASC"
		if k.Descending {
			dir = "DESC"
		}
		nulls := "-nulls-first"
		if k.NullsLast {
			nulls = "-nulls-last"
		}
		parts = append(parts, fmt.Sprintf("dir%d=[%s%s]", i, dir, nulls))
	}
	if n.Offset > 0 {
		parts = append(parts, fmt.Sprintf("offset=[%d]", n.Offset))
	}
	if n.Limit >= 0 {
		parts = append(parts, fmt.Sprintf("fetch=[%d]", n.Limit))
	}
	return "LogicalSort(" + strings.Join(parts, ", ") + ")"
}

// rex prints an expression as the tree of calls it is: "+($0, 1)".
func rex(e expr.Expr) string {
	switch e := e.(type) {
	case *expr.Column:
		return fmt.Sprintf("$%d", e.Index)
	case *expr.Field:
		name := fmt.Sprint(e.Index)
		if t := e.X.Type(); e.Index < len(t.Fields) {
			name = t.Fields[e.Index].Name
		}
		return rex(e.X) + "." + name
	case *expr.Call:
		if (e.Fn == "CAST" || e.Fn == "TRY_CAST") && len(e.Args) == 1 {
			return e.Fn + "(" + rex(e.Args[0]) + "):" + e.T.WithNull(true).String()
		}
		return e.Fn + "(" + rexes(e.Args) + ")"
	}
	return e.String()
}

func rexes(es []expr.Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = rex(e)
	}
	return strings.Join(parts, ", ")
}

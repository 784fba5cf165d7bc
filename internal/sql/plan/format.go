package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
)

// Format prints a logical plan as the "Abstract Syntax Tree" of EXPLAIN, with a
// line per relation as Flink names them. Columns are $0, $1, … of the input.
// There is no newline at the end.
func Format(n Node) string {
	var b strings.Builder
	formatLine(&b, lines(n), "", "")
	return strings.TrimSuffix(b.String(), "\n")
}

// line is a relation as printed; a Scan of a table with computed columns or a
// watermark is several.
type line struct {
	text   string
	inputs []line
}

func formatLine(b *strings.Builder, l line, first, rest string) {
	b.WriteString(first + l.text + "\n")
	for i, in := range l.inputs {
		if i < len(l.inputs)-1 {
			formatLine(b, in, rest+":- ", rest+":  ")
		} else {
			formatLine(b, in, rest+"+- ", rest+"   ")
		}
	}
}

func lines(n Node) line {
	if s, ok := n.(*Scan); ok {
		return scanLines(s)
	}
	l := line{text: describe(n)}
	for _, in := range n.Inputs() {
		l.inputs = append(l.inputs, lines(in))
	}
	return l
}

func scanLines(s *Scan) line {
	l := line{text: call("LogicalTableScan", "table", "["+strings.ReplaceAll(s.Table.Name, ".", ", ")+"]")}
	if computes(s.Table) {
		var args []string
		for _, c := range s.Table.Layout {
			x := c.Computed
			if x == nil {
				x = &expr.Column{Index: c.Source, T: c.Type}
			}
			args = append(args, c.Name, Digest(x))
		}
		l = line{call("LogicalProject", args...), []line{l}}
	}
	if w := s.Table.Watermark; w != nil {
		l = line{call("LogicalWatermarkAssigner", "rowtime", s.Table.Layout[w.Rowtime].Name, "watermark", Digest(w.Expr)), []line{l}}
	}
	return l
}

// computes reports a layout that is more than the columns as they are.
func computes(t *Table) bool {
	for i, c := range t.Layout {
		if c.Computed != nil || c.Source != i {
			return true
		}
	}
	return false
}

// call prints op(name=[value], …) of pairs; a pair with an empty value is left out.
func call(op string, pairs ...string) string {
	var args []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			args = append(args, pairs[i]+"=["+pairs[i+1]+"]")
		}
	}
	return op + "(" + strings.Join(args, ", ") + ")"
}

func describe(n Node) string {
	switch n := n.(type) {
	case *Values:
		return describeValues(n)
	case *Project:
		var args []string
		for i, x := range n.Exprs {
			args = append(args, n.Out[i].Name, Digest(x))
		}
		return call("LogicalProject", args...)
	case *Filter:
		return call("LogicalFilter", "condition", Digest(n.Cond))
	case *Join:
		return describeJoin(n)
	case *Aggregate:
		return describeAggregate(n)
	case *WindowTVF:
		return call("LogicalTableFunctionScan", "invocation", describeWindow(&n.Window))
	case *Over:
		return describeOver(n)
	case *Sort:
		return describeSort(n)
	}
	return describeRest(n)
}

func describeRest(n Node) string {
	switch n := n.(type) {
	case *Match:
		return describeMatch(n)
	case *Changelog:
		return describeChangelog(n)
	case *Process:
		return call("LogicalTableFunctionScan", "invocation", n.Invocation(Digest), "rowType", RecordType(n.Out))
	case *SetOp:
		return call([...]string{"LogicalUnion", "LogicalIntersect", "LogicalMinus"}[n.Kind], "all", strconv.FormatBool(n.All))
	case *Unnest:
		ordinality := ""
		if n.Ordinality {
			ordinality = "true"
		}
		return call("LogicalCorrelate", "unnest", Digest(n.Collection), "withOrdinality", ordinality, "joinType", correlateKind(n.Left), "condition", correlateCondition(n.Cond))
	case *TableFunction:
		return call("LogicalCorrelate", "invocation", n.Fn+"("+digests(n.Args)+")", "joinType", correlateKind(n.Left), "condition", correlateCondition(n.Cond))
	case *Rank:
		return call("LogicalRank", "partitionBy", refs(n.Partition), "orderBy", sortKeys(n.Order), "rankRange", fmt.Sprintf("rankStart=%d, rankEnd=%d", n.Start, n.End))
	case *Expand:
		var sets []string
		for _, p := range n.Projections {
			sets = append(sets, "{"+digests(p)+"}")
		}
		return call("LogicalExpand", "projects", strings.Join(sets, ", "))
	case *Replicate:
		return call("LogicalReplicate", "count", "$"+strconv.Itoa(n.Count))
	case *Sink:
		overwrite := ""
		if n.Overwrite {
			overwrite = "true"
		}
		return call("LogicalSink", "table", n.Table.Name, "overwrite", overwrite, "onConflict", n.OnConflict, "fields", strings.Join(n.Input.Schema().Names(), ", "))
	case *Collect:
		return call("LogicalSink", "table", "*anonymous_collect*", "fields", strings.Join(n.Input.Schema().Names(), ", "))
	}
	return fmt.Sprintf("%T", n)
}

func correlateKind(left bool) string {
	if left {
		return "left"
	}
	return "inner"
}

// correlateCondition is "" if there is none.
func correlateCondition(cond expr.Expr) string {
	if cond == nil {
		return ""
	}
	return Digest(cond)
}

func describeValues(n *Values) string {
	rows := make([]string, len(n.Rows))
	for i, r := range n.Rows {
		rows[i] = "{ " + digests(r) + " }"
	}
	return call("LogicalValues", "tuples", "["+strings.Join(rows, ", ")+"]")
}

func describeJoin(n *Join) string {
	cond := "true"
	if n.Cond != nil {
		cond = Digest(n.Cond)
	}
	kind := [...]string{"inner", "left", "right", "full", "semi", "anti"}[n.Kind]
	snapshot, nulls := "", ""
	if n.Snapshot != nil {
		snapshot = Digest(n.Snapshot)
	}
	if n.NullAware {
		nulls = "true"
	}
	async, retry := "", ""
	if n.Lookup != nil {
		async, retry = n.Lookup.AsyncText(), n.Lookup.RetryText()
	}
	return call("LogicalJoin", "condition", cond, "joinType", kind, "systemTime", snapshot, "nullAware", nulls,
		"leftStateTtl", ttl(n.LeftTTL.String(), n.LeftTTL == 0), "rightStateTtl", ttl(n.RightTTL.String(), n.RightTTL == 0),
		"async", async, "retry", retry)
}

func ttl(s string, unset bool) string {
	if unset {
		return ""
	}
	return s
}

func describeAggregate(n *Aggregate) string {
	args := []string{"group", "{" + bare(n.Keys) + "}"}
	if n.Sets != nil {
		var sets []string
		for _, s := range n.Sets {
			keys := make([]int, len(s))
			for i, k := range s {
				keys[i] = n.Keys[k]
			}
			sets = append(sets, "{"+bare(keys)+"}")
		}
		args = append(args, "groups", "["+strings.Join(sets, ", ")+"]")
	}
	for _, c := range n.Calls {
		args = append(args, c.Name, aggDigest(&c))
	}
	op := "LogicalAggregate"
	if n.Group != nil {
		op = "LogicalWindowAggregate"
		props := make([]string, len(n.Properties))
		for i, p := range n.Properties {
			props[i] = [...]string{"start", "end", "rowtime", "proctime"}[p]
		}
		args = append(args, "window", describeWindow(n.Group), "properties", strings.Join(props, ", "))
	}
	return call(op, append(args, "stateTtl", ttl(n.TTL.String(), n.TTL == 0))...)
}

func aggDigest(c *jobgraph.AggCall) string {
	s := c.Fn + "("
	if c.Distinct {
		s += "DISTINCT "
	}
	s += refs(c.Args) + ")"
	if c.Filter >= 0 {
		s += " FILTER $" + strconv.Itoa(c.Filter)
	}
	return s
}

func describeWindow(w *jobgraph.Window) string {
	name := [...]string{"TUMBLE", "HOP", "CUMULATE", "SESSION"}[w.Kind]
	args := []string{"DESCRIPTOR($" + strconv.Itoa(w.Time) + ")"}
	if len(w.Partition) > 0 {
		args = append(args, "PARTITION BY "+refs(w.Partition))
	}
	if w.Slide > 0 {
		args = append(args, millis(w.Slide))
	}
	args = append(args, millis(w.Size))
	if w.Offset != 0 {
		args = append(args, millis(w.Offset))
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

func millis(ms int64) string { return strconv.FormatInt(ms, 10) + ":INTERVAL" }

func describeOver(n *Over) string {
	args := []string{"partitionBy", refs(n.Partition), "orderBy", sortKeys(n.Order)}
	for _, c := range n.Calls {
		args = append(args, c.Name, aggDigest(&c.AggCall)+" "+frameText(c.Frame))
	}
	return call("LogicalOverAggregate", args...)
}

func frameText(f jobgraph.OverFrame) string {
	unit := "RANGE"
	if f.Rows {
		unit = "ROWS"
	}
	return unit + " BETWEEN " + frameBound(f.Preceding, f.UnboundedPreceding, "PRECEDING", "FOLLOWING") +
		" AND " + frameBound(f.Following, f.UnboundedFollowing, "FOLLOWING", "PRECEDING")
}

func frameBound(n int64, unbounded bool, side, other string) string {
	switch {
	case unbounded:
		return "UNBOUNDED " + side
	case n > 0:
		return strconv.FormatInt(n, 10) + " " + side
	case n < 0:
		return strconv.FormatInt(-n, 10) + " " + other
	}
	return "CURRENT ROW"
}

func describeSort(n *Sort) string {
	var args []string
	for i, k := range n.Order {
		args = append(args, "sort"+strconv.Itoa(i), "$"+strconv.Itoa(k.Column))
	}
	for i, k := range n.Order {
		args = append(args, "dir"+strconv.Itoa(i), direction(k))
	}
	if n.Offset > 0 {
		args = append(args, "offset", strconv.FormatInt(n.Offset, 10))
	}
	if n.Limit >= 0 {
		args = append(args, "fetch", strconv.FormatInt(n.Limit, 10))
	}
	return call("LogicalSort", args...)
}

func direction(k jobgraph.SortKey) string {
	dir, nulls := "ASC", "-nulls-first"
	if k.Descending {
		dir = "DESC"
	}
	if k.NullsLast {
		nulls = "-nulls-last"
	}
	return dir + nulls
}

func sortKeys(keys []jobgraph.SortKey) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = "$" + strconv.Itoa(k.Column) + " " + direction(k)
	}
	return strings.Join(parts, ", ")
}

func refs(cols []int) string { return joinInts(cols, "$") }

func bare(cols []int) string { return joinInts(cols, "") }

func joinInts(cols []int, before string) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = before + strconv.Itoa(c)
	}
	return strings.Join(parts, ", ")
}

func digests(xs []expr.Expr) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = Digest(x)
	}
	return strings.Join(parts, ", ")
}

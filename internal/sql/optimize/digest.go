package optimize

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// digest identifies a relation by what it computes, names left out. Relations
// with functions that differ from call to call are never equal.
func (p *planner) digest(n plan.Node) string {
	if d, ok := p.digests[n]; ok {
		return d
	}
	var sb strings.Builder
	p.describe(&sb, n)
	for _, in := range n.Inputs() {
		sb.WriteString("|" + p.digest(in))
	}
	sum := sha256.Sum256([]byte(sb.String()))
	d := hex.EncodeToString(sum[:16])
	p.digests[n] = d
	return d
}

func (p *planner) describe(sb *strings.Builder, n plan.Node) {
	fmt.Fprintf(sb, "%T %s ", n, typesOf(n.Schema()))
	exprs := func(es []expr.Expr) {
		for _, e := range es {
			p.describeExpr(sb, n, e)
		}
	}
	switch n := n.(type) {
	case *plan.Scan:
		fmt.Fprintf(sb, "%s %v %d", tableKey(n.Table), n.Columns, n.Limit)
	case *plan.Values:
		for _, r := range n.Rows {
			exprs(r)
			sb.WriteByte(';')
		}
	case *plan.Project:
		exprs(n.Exprs)
	case *plan.Filter:
		exprs([]expr.Expr{n.Cond})
	case *plan.Join:
		fmt.Fprintf(sb, "%d %v %d %d ", n.Kind, n.NullAware, n.LeftTTL, n.RightTTL)
		if n.Snapshot != nil {
			fmt.Fprintf(sb, "@%d ", n.Snapshot.Index)
		}
		if n.Cond != nil {
			exprs([]expr.Expr{n.Cond})
		}
	case *plan.Aggregate:
		fmt.Fprintf(sb, "%v %v %v %d", n.Keys, n.Sets, n.Properties, n.TTL)
		for _, c := range n.Calls {
			fmt.Fprintf(sb, "%s%v%v%d%s,", c.Fn, c.Args, c.Distinct, c.Filter, c.Type)
		}
		if n.Group != nil {
			fmt.Fprintf(sb, "%+v", *n.Group)
		}
	case *plan.WindowTVF:
		fmt.Fprintf(sb, "%+v", n.Window)
	case *plan.Over:
		fmt.Fprintf(sb, "%v %v", n.Partition, n.Order)
		for _, c := range n.Calls {
			fmt.Fprintf(sb, "%s%v%v%d%s%+v,", c.Fn, c.Args, c.Distinct, c.Filter, c.Type, c.Frame)
		}
	case *plan.Rank:
		fmt.Fprintf(sb, "%d %v %v %d %d %v", n.Function, n.Partition, n.Order, n.Start, n.End, n.EmitRank)
	case *plan.Sort:
		fmt.Fprintf(sb, "%v %d %d", n.Order, n.Limit, n.Offset)
	case *plan.SetOp:
		fmt.Fprintf(sb, "%d %v", n.Kind, n.All)
	case *plan.Unnest:
		exprs([]expr.Expr{n.Collection})
		fmt.Fprintf(sb, "%v %v", n.Left, n.Ordinality)
		if n.Cond != nil {
			exprs([]expr.Expr{n.Cond})
		}
	case *plan.TableFunction:
		fmt.Fprintf(sb, "%s %v", n.Fn, n.Left)
		exprs(n.Args)
		if n.Cond != nil {
			exprs([]expr.Expr{n.Cond})
		}
	case *plan.Expand:
		for _, r := range n.Projections {
			exprs(r)
			sb.WriteByte(';')
		}
	case *plan.Match:
		p.describeMatch(sb, n)
	case *plan.Process:
		sb.WriteString(n.Invocation(plan.Digest) + processUID(n))
		for _, t := range n.Tables {
			sb.WriteString(strings.Join(t.Names, ","))
		}
		exprs(n.Args)
	case *plan.Replicate:
		fmt.Fprintf(sb, "%d", n.Count)
	default: // sinks and collects are themselves
		fmt.Fprintf(sb, "%p", n)
	}
}

func (p *planner) describeExpr(sb *strings.Builder, owner plan.Node, e expr.Expr) {
	writeExpr(sb, e)
	sb.WriteByte(',')
	if !expr.IsDeterministic(e) && !isProctime(e) {
		fmt.Fprintf(sb, "%p", owner)
	}
}

// writeExpr writes an expression with columns by position.
func writeExpr(sb *strings.Builder, e expr.Expr) {
	switch e := e.(type) {
	case *expr.Column:
		fmt.Fprintf(sb, "$%d", e.Index)
	case *expr.Literal:
		fmt.Fprintf(sb, "%s:%s", e, e.Type())
	case *expr.Field:
		writeExpr(sb, e.X)
		fmt.Fprintf(sb, ".%d", e.Index)
	case *expr.Call:
		fmt.Fprintf(sb, "%s:%s(", e.Fn, e.T)
		for _, a := range e.Args {
			writeExpr(sb, a)
			sb.WriteByte(',')
		}
		sb.WriteByte(')')
	}
}

func typesOf(s types.Schema) string {
	parts := make([]string, len(s))
	for i, f := range s {
		parts[i] = f.Type.String()
	}
	return strings.Join(parts, ",")
}

// tableKey identifies a table as read: its name and, since hints may change
// them, its options.
func tableKey(t *plan.Table) string {
	keys := make([]string, 0, len(t.Options))
	for k, v := range t.Options {
		keys = append(keys, k+"="+v)
	}
	sort.Strings(keys)
	return t.Name + "{" + strings.Join(keys, ",") + "}"
}

package optimize

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// values plans constant rows; expressions that are not constant are computed
// by a Calc per row, united.
func (p *planner) values(n *plan.Values) (*plan.Physical, error) {
	rows := batch.NewBatch(n.Out, len(n.Rows))
	for _, r := range n.Rows {
		if !p.appendLiterals(rows, r, n.Out) {
			return p.computedValues(n)
		}
	}
	out := &plan.Physical{Spec: &jobgraph.Values{Rows: rows}, Op: "Values", Out: n.Out, Parallelism: 1}
	out.Traits.Bounded = true
	return p.add(out, facts{single: true, attrs: func() []plan.Attr {
		return []plan.Attr{plan.Expressions("tuples", func(form func(expr.Expr) string) string {
			tuples := make([]string, len(n.Rows))
			for i, r := range n.Rows {
				tuples[i] = "{ " + joined(r, form) + " }"
			}
			return "[" + list(tuples) + "]"
		})}
	}}), nil
}

// joined prints expressions one behind the other.
func joined(xs []expr.Expr, form func(expr.Expr) string) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = form(x)
	}
	return strings.Join(parts, ", ")
}

func (p *planner) appendLiterals(b *batch.Batch, row []expr.Expr, out types.Schema) bool {
	literals := make([]*expr.Literal, len(row))
	for i, e := range row {
		l, ok := expr.Fold(e, p.o.Expr).(*expr.Literal)
		if !ok || !l.Value.IsNull(0) && l.Value.Type.Physical() != out[i].Type.Physical() {
			return false
		}
		literals[i] = l
	}
	for i, l := range literals {
		if l.Value.IsNull(0) {
			b.Cols[i].AppendNull()
		} else {
			b.Cols[i].AppendFrom(l.Value, 0)
		}
	}
	b.AppendKind(batch.Insert)
	return true
}

// computedValues is a Calc over a single empty row for each row.
func (p *planner) computedValues(n *plan.Values) (*plan.Physical, error) {
	zero := &plan.Values{Rows: [][]expr.Expr{{expr.IntLit(types.Int, 0)}}, Out: types.Schema{{Name: "ZERO", Type: types.Of(types.Int).NotNull()}}}
	union := &plan.SetOp{Kind: plan.Union, All: true, Out: n.Out}
	for _, r := range n.Rows {
		union.In = append(union.In, &plan.Project{Input: zero, Exprs: r, Out: n.Out})
	}
	if len(union.In) == 1 {
		return p.convert(union.In[0])
	}
	return p.convert(union)
}

// union plans UNION ALL. It is no operator: its consumers get the rows of all
// inputs (see lower).
func (p *planner) union(n *plan.SetOp) (*plan.Physical, error) {
	if n.Kind != plan.Union || !n.All {
		return nil, fmt.Errorf("planner: a set operation was not expanded")
	}
	out := &plan.Physical{Op: "Union", Out: append(types.Schema(nil), n.Out...)}
	single := true
	for i, c := range n.In {
		in, err := p.convert(c)
		if err != nil {
			return nil, err
		}
		in = p.declared(in, out.Out)
		out.Inputs = append(out.Inputs, plan.PhysicalInput{Node: in})
		out.Traits.Changes |= in.Traits.Changes
		single = false
		for k := range out.Out { // a time attribute only if all inputs agree
			if i == 0 {
				out.Out[k].Type.Time = in.Out[k].Type.Time
			} else if out.Out[k].Type.Time != in.Out[k].Type.Time {
				out.Out[k].Type.Time = types.NoTime
			}
		}
	}
	return p.add(out, facts{single: single, attrs: func() []plan.Attr {
		return []plan.Attr{{Name: "all", Value: "[true]"}, {Name: "union", Value: list(out.Out.Names())}}
	}}), nil
}

func (p *planner) expand(n *plan.Expand) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	out := &plan.Physical{Spec: &jobgraph.Expand{Projections: n.Projections}, Op: "Expand", Inputs: []plan.PhysicalInput{{Node: in}}}
	out.Out = append(types.Schema(nil), n.Out...)
	for i := range out.Out {
		out.Out[i].Type = out.Out[i].Type.WithoutTime()
		if c, ok := n.Projections[0][i].(*expr.Column); ok {
			out.Out[i].Type.Time = in.Out[c.Index].Type.Time
		}
	}
	out.Traits.Changes = in.Traits.Changes
	return p.add(out, facts{single: p.facts[in].single, attrs: func() []plan.Attr {
		return []plan.Attr{plan.Expressions("projects", func(form func(expr.Expr) string) string {
			var sets []string
			for _, r := range n.Projections {
				sets = append(sets, "{"+strings.Join(selectItems(r, n.Out, form), ", ")+"}")
			}
			return list(sets)
		})}
	}}), nil
}

func (p *planner) replicate(n *plan.Replicate) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	out := &plan.Physical{Spec: &jobgraph.Replicate{Count: n.Count}, Op: "Correlate", Inputs: []plan.PhysicalInput{{Node: in}}}
	for i, f := range in.Out {
		if i != n.Count {
			out.Out = append(out.Out, f)
		}
	}
	out.Traits.Changes = in.Traits.Changes
	return p.add(out, facts{single: p.facts[in].single, attrs: func() []plan.Attr {
		call := "$REPLICATE_ROWS$1(" + in.Out[n.Count].Name + ")"
		return []plan.Attr{{Name: "invocation", Value: "[" + call + "]"}, {Name: "correlate", Value: "[table(" + call + ")]"},
			{Name: "select", Value: list(out.Out.Names())}, {Name: "joinType", Value: "[INNER]"}}
	}}), nil
}

func (p *planner) unnest(n *plan.Unnest) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	spec := &jobgraph.Unnest{Column: n.Collection, Left: n.Left, Ordinality: n.Ordinality, Elements: n.Elements, Cond: n.Cond}
	fn := "$UNNEST_ROWS$1"
	if n.Ordinality {
		fn = "$UNNEST_ROWS_WITH_ORDINALITY$1"
	}
	return p.correlate(in, spec, n.Out, n.Left, n.Cond, func(form func(expr.Expr) string) string { return fn + "(" + form(n.Collection) + ")" }), nil
}

func (p *planner) tableFunction(n *plan.TableFunction) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	spec := &jobgraph.TableFunction{Fn: n.Fn, User: n.User, Args: n.Args, Left: n.Left, Cond: n.Cond, Out: n.Rows}
	return p.correlate(in, spec, n.Out, n.Left, n.Cond, func(form func(expr.Expr) string) string { return n.Fn + "(" + joined(n.Args, form) + ")" }), nil
}

func (p *planner) correlate(in *plan.Physical, spec jobgraph.Spec, schema types.Schema, left bool, cond expr.Expr, call func(form func(expr.Expr) string) string) *plan.Physical {
	out := &plan.Physical{Spec: spec, Op: "Correlate", Inputs: []plan.PhysicalInput{{Node: in}}}
	added := schema[len(in.Out):]
	out.Out = append(append(types.Schema(nil), in.Out...), withoutTime(added)...)
	out.Traits.Changes = in.Traits.Changes
	return p.add(out, facts{hash: p.facts[in].hash, single: p.facts[in].single, attrs: func() []plan.Attr {
		kind := "INNER"
		if left {
			kind = "LEFT"
		}
		in := func(before, behind string) func(form func(expr.Expr) string) string {
			return func(form func(expr.Expr) string) string { return before + call(form) + behind }
		}
		attrs := []plan.Attr{plan.Expressions("invocation", in("[", "]")), plan.Expressions("correlate", in("[table(", ")]")),
			{Name: "select", Value: list(out.Out.Names())}, {Name: "joinType", Value: "[" + kind + "]"}}
		return append(attrs, correlateCondition(cond, len(schema)-len(added), len(schema))...)
	}})
}

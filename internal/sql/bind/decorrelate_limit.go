package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// pullSort takes conditions out of ORDER BY … LIMIT: the rows are numbered for every
// value that the row around is compared with, and the first ones of each number stay.
func (d *decorrelator) pullSort(n *plan.Sort) (plan.Node, []expr.Expr, error) {
	in, conds, err := d.pull(n.Input)
	if err != nil || n.Limit < 0 && n.Offset == 0 {
		return in, conds, err
	}
	for i, c := range conds {
		conds[i] = d.around(c)
	}
	if in, conds, err = d.q.equalities(d.n, d.rows, in, conds); err != nil {
		return nil, nil, err
	}
	p := newProjector(in).identity()
	numbered := &plan.Over{Order: n.Order}
	for i, c := range conds {
		in, out, op := equiSides(c)
		at := p.add(in)
		numbered.Partition = append(numbered.Partition, at)
		x := &expr.Column{Index: innerBase + at, Name: p.out[at].Name, T: in.Type()}
		if conds[i], err = typed(d.n, op, nil, []expr.Expr{out, x}); err != nil {
			return nil, nil, err
		}
	}
	numbered.Input = p.node()
	s := numbered.Input.Schema()
	number := jobgraph.AggCall{Fn: "ROW_NUMBER", Filter: -1, Type: types.Of(types.BigInt).NotNull(), Name: "rownum"}
	frame := jobgraph.OverFrame{Rows: true, UnboundedPreceding: true}
	numbered.Calls = []jobgraph.OverCall{{AggCall: number, Frame: frame}}
	numbered.Out = append(append(types.Schema(nil), s...), types.Field{Name: number.Name, Type: number.Type})
	first := &plan.Filter{Input: numbered}
	var bounds []expr.Expr
	within := func(op string, limit int64) error {
		x, err := typed(d.n, op, nil, []expr.Expr{columnOf(numbered.Out, len(s)), expr.IntLit(types.BigInt, limit)})
		bounds = append(bounds, x)
		return err
	}
	if n.Limit >= 0 {
		err = within("<=", n.Offset+n.Limit)
	}
	if err == nil && n.Offset > 0 {
		err = within(">", n.Offset)
	}
	if err != nil {
		return nil, nil, err
	}
	first.Cond = and(bounds)
	kept := newProjector(first)
	for i, f := range s {
		kept.append(columnOf(numbered.Out, i), f.Name)
	}
	return d.passing(kept, conds)
}

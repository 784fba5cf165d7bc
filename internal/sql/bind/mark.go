package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// mark binds [NOT] IN, [NOT] EXISTS and quantified comparisons where a value is
// needed: the row is joined with what has to be known of the subquery.
func (b *exprBinder) mark(e ast.Expr) (expr.Expr, error) {
	if err := b.hasNoBlock(e); err != nil {
		return nil, err
	}
	switch e := e.(type) {
	case *ast.In:
		return b.markIn(e, e.X, e.Query, e.Not)
	case *ast.Quantified:
		switch {
		case e.Op == ast.OpEq && !e.All:
			return b.markIn(e, e.X, e.Query, false)
		case e.Op == ast.OpNe && e.All:
			return b.markIn(e, e.X, e.Query, true)
		}
		return b.markQuantified(e)
	}
	s, err := b.existential(e, false)
	if err != nil {
		return nil, err
	}
	return b.markMatch(e, s.node, s.conds)
}

// markMatch is whether a subquery has a row that meets the conditions: a join
// with its distinct keys, of which the match is looked at.
func (b *exprBinder) markMatch(n ast.Node, node plan.Node, conds []expr.Expr) (expr.Expr, error) {
	node, conds, err := b.equalities(n, b.block.node, node, conds)
	if err != nil {
		return nil, err
	}
	keys, conds, err := b.byKeys(n, node, conds)
	if err != nil {
		return nil, err
	}
	seen := keys.append(expr.BoolLit(true), "$mark")
	s := &subquery{n: n, node: distinctRows(keys.node()), conds: conds, kind: jobgraph.Left}
	m := &expr.Column{Index: innerBase + seen, Name: "$mark", T: types.Of(types.Boolean)}
	if s.value, err = b.apply(n, "IS NOT NULL", m); err != nil {
		return nil, err
	}
	return b.place(s), nil
}

// byKeys projects a subquery to the inner sides of equalities, which then
// compare with its columns.
func (b *exprBinder) byKeys(n ast.Node, node plan.Node, conds []expr.Expr) (*projector, []expr.Expr, error) {
	keys := newProjector(node)
	out := make([]expr.Expr, len(conds))
	for i, c := range conds {
		in, outer, op := equiSides(c)
		at := keys.add(in)
		x := &expr.Column{Index: innerBase + at, Name: keys.out[at].Name, T: keys.out[at].Type}
		var err error
		if out[i], err = b.apply(n, op, outer, x); err != nil {
			return nil, nil, err
		}
	}
	return keys, out, nil
}

// markIn is x [NOT] IN (query). With NULLs it takes to know whether the query
// has rows and NULLs at all.
func (b *exprBinder) markIn(n, x ast.Expr, q *ast.Query, not bool) (expr.Expr, error) {
	c, err := b.comparison(n, x, q, "=")
	if err != nil {
		return nil, err
	}
	exact := c.nullable && (not || !b.loose[n])
	if exact && len(c.parts) > 1 {
		return nil, notSupported(n, "IN of several nullable columns outside of a top-level AND of WHERE", "use EXISTS")
	}
	if not && c.d.perGroup {
		return nil, notSupported(n, "NOT IN over a correlated aggregate without GROUP BY", "")
	}
	y, err := b.markMatch(n, c.d.node, append(append([]expr.Expr(nil), c.d.conds...), c.parts...))
	if err != nil {
		return nil, err
	}
	if exact {
		m, err := b.summary(n, c, false)
		if err != nil {
			return nil, err
		}
		unknown, err := b.apply(n, "IS NULL", c.left[0])
		if err != nil {
			return nil, err
		}
		if y, err = b.verdict(n, m, y, unknown, len(c.d.conds) > 0); err != nil {
			return nil, err
		}
	}
	if not {
		return b.apply(n, "NOT", y)
	}
	return y, nil
}

// markQuantified is x op ANY|ALL (query), decided by the least and the greatest
// value; ALL is NOT (x opposite ANY).
func (b *exprBinder) markQuantified(e *ast.Quantified) (expr.Expr, error) {
	op := string(e.Op)
	if e.All {
		op = opposite[op]
	}
	c, err := b.comparison(e, e.X, e.Query, op)
	if err != nil {
		return nil, err
	}
	if len(c.parts) > 1 || c.d.perGroup {
		return nil, notSupported(e, "A quantified comparison in this form", "use EXISTS")
	}
	m, err := b.summary(e, c, true)
	if err != nil {
		return nil, err
	}
	var found expr.Expr
	switch op {
	case "<", "<=":
		found, err = b.apply(e, op, c.left[0], m.greatest)
	case ">", ">=":
		found, err = b.apply(e, op, c.left[0], m.least)
	default:
		found, err = b.unequal(e, c.left[0], m)
	}
	if err != nil {
		return nil, err
	}
	unknown, err := b.apply(e, "IS NULL", found)
	if err != nil {
		return nil, err
	}
	y, err := b.verdict(e, m, found, unknown, false)
	if err == nil && e.All {
		return b.apply(e, "NOT", y)
	}
	return y, err
}

var opposite = map[string]string{"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

// unequal is x <> ANY: some value is another.
func (b *exprBinder) unequal(n ast.Node, x expr.Expr, m *summary) (expr.Expr, error) {
	l, err := b.apply(n, "<>", x, m.least)
	if err != nil {
		return nil, err
	}
	g, err := b.apply(n, "<>", x, m.greatest)
	if err != nil {
		return nil, err
	}
	return b.apply(n, "OR", l, g)
}

// summary is what is known of the values of a query, for each row around.
type summary struct {
	status          expr.Expr // rowsOnly or withNulls; 0 or NULL if there is no row
	least, greatest expr.Expr
}

const (
	rowsOnly  = 1 // there are rows, none of them NULL
	withNulls = 2
)

// summary joins the row with the counts, and the extremes, of a query's values.
func (b *exprBinder) summary(n ast.Node, c *comparison, extremes bool) (*summary, error) {
	node, conds, err := b.equalities(n, b.block.node, c.d.node, c.d.conds)
	if err != nil {
		return nil, err
	}
	keys, conds, err := b.byKeys(n, node, conds)
	if err != nil {
		return nil, err
	}
	width := len(keys.exprs)
	value := keys.append(columnOf(node.Schema(), 0), "")
	bigint := types.Of(types.BigInt).NotNull()
	agg := &plan.Aggregate{Input: keys.node(), Calls: []jobgraph.AggCall{
		{Fn: "COUNT", Filter: -1, Type: bigint, Name: "$rows"},
		{Fn: "COUNT", Args: []int{value}, Filter: -1, Type: bigint, Name: "$values"},
	}}
	if extremes {
		t := keys.out[value].Type.WithNull(true).WithoutTime()
		agg.Calls = append(agg.Calls,
			jobgraph.AggCall{Fn: "MIN", Args: []int{value}, Filter: -1, Type: t, Name: "$least"},
			jobgraph.AggCall{Fn: "MAX", Args: []int{value}, Filter: -1, Type: t, Name: "$greatest"})
	}
	for i := range width {
		agg.Keys = append(agg.Keys, i)
		agg.Out = append(agg.Out, types.Field{Name: keys.out[i].Name, Type: keys.out[i].Type.WithoutTime()})
	}
	for _, call := range agg.Calls {
		agg.Out = append(agg.Out, types.Field{Name: call.Name, Type: call.Type})
	}
	return b.summaryOf(n, agg, conds, extremes)
}

// summaryOf is the join with the aggregate of a summary.
func (b *exprBinder) summaryOf(n ast.Node, agg *plan.Aggregate, conds []expr.Expr, extremes bool) (*summary, error) {
	width := len(agg.Keys)
	status, err := b.status(n, columnOf(agg.Out, width), columnOf(agg.Out, width+1))
	if err != nil {
		return nil, err
	}
	p := newProjector(agg)
	for i := range width {
		p.append(columnOf(agg.Out, i), agg.Out[i].Name)
	}
	p.append(status, "$status")
	if extremes {
		p.append(columnOf(agg.Out, width+2), "$least")
		p.append(columnOf(agg.Out, width+3), "$greatest")
	}
	first := &subquery{n: n, node: p.node(), conds: conds, kind: jobgraph.Left}
	value := func(i int) expr.Expr {
		c := inner(first.node, i)
		c.T = c.T.WithNull(true)
		return c
	}
	first.value = value(width)
	m := &summary{status: b.place(first)}
	if extremes {
		m.least = b.place(&subquery{n: n, shares: first, value: value(width + 1)})
		m.greatest = b.place(&subquery{n: n, shares: first, value: value(width + 2)})
	}
	return m, nil
}

// status is 0 for no rows, withNulls if fewer values than rows, else rowsOnly.
func (b *exprBinder) status(n ast.Node, rows, values expr.Expr) (expr.Expr, error) {
	none, err := b.apply(n, "=", rows, expr.IntLit(types.BigInt, 0))
	if err != nil {
		return nil, err
	}
	nulls, err := b.apply(n, "<", values, rows)
	if err != nil {
		return nil, err
	}
	return b.apply(n, "CASE", none, expr.IntLit(types.Int, 0), nulls, expr.IntLit(types.Int, withNulls), expr.IntLit(types.Int, rowsOnly))
}

// verdict is TRUE where found is, else FALSE over no rows, else NULL where the
// comparison is unknown or met a NULL, else FALSE. In a correlated subquery Flink
// has an unknown one before no rows.
func (b *exprBinder) verdict(n ast.Node, m *summary, found, unknown expr.Expr, correlated bool) (expr.Expr, error) {
	empty, err := b.apply(n, "COALESCE", m.status, expr.IntLit(types.Int, 0))
	if err != nil {
		return nil, err
	}
	if empty, err = b.apply(n, "=", empty, expr.IntLit(types.Int, 0)); err != nil {
		return nil, err
	}
	nulls, err := b.apply(n, "=", m.status, expr.IntLit(types.Int, withNulls))
	if err != nil {
		return nil, err
	}
	no, null := expr.BoolLit(false), expr.NullLit(types.Of(types.Boolean))
	args := []expr.Expr{found, expr.BoolLit(true), empty, no, unknown, null}
	if correlated {
		args = []expr.Expr{found, expr.BoolLit(true), unknown, null, empty, no}
	}
	return b.apply(n, "CASE", append(args, nulls, null, no)...)
}

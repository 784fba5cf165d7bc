package bind

import (
	"slices"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// decorrelator takes the conditions that refer to the query around out of a
// subquery, so that they can be the condition of a join.
//
// A condition starts at a Filter and moves up. A Project on its way passes the
// columns it needs; a Join sends it on with the other side's offset; an
// Aggregate takes the subquery's side of an equality as a further key: the
// aggregate is computed for all keys at once, and the join finds the right one; a
// Sort with a limit numbers its rows by that side.
// Anything else on its way is refused.
type decorrelator struct {
	q     *query
	scope *scope
	rows  plan.Node // around; nil if not known
	n     ast.Node

	node  plan.Node
	width int // columns the subquery itself has; node may have more
	// conds are over the row around and, from innerBase on, node.
	conds []expr.Expr
	// single: there is at most one row (for each row around).
	single bool
	// perGroup: an aggregate without GROUP BY got keys, so a row around may find
	// no group where there should be one of no rows; empty are the columns' values then.
	perGroup bool
	empty    []expr.Expr
	// anyColumns: only the existence of rows counts.
	anyColumns bool
}

// decorrelated binds a subquery and takes its outer conditions out.
func (b *exprBinder) decorrelated(x *ast.Query, anyColumns bool) (*decorrelator, error) {
	scope := b.scope
	if scope == nil {
		scope = newScope()
	}
	var around plan.Node
	if b.block != nil {
		around = b.block.node
	}
	return b.query.decorrelate(x, x, scope, around, anyColumns)
}

func newScope() *scope { return &scope{} }

// decorrelate binds a subquery in a scope; rows are those around it, nil if
// they are not known.
func (q *query) decorrelate(at ast.Node, x *ast.Query, around *scope, rows plan.Node, anyColumns bool) (*decorrelator, error) {
	node, err := q.bindNested(x, around)
	if err != nil {
		return nil, err
	}
	d := &decorrelator{q: q, scope: around, rows: rows, n: at, width: len(node.Schema()), anyColumns: anyColumns}
	d.single = atMostOneRow(node)
	if d.node, d.conds, err = d.pull(node); err != nil {
		return nil, err
	}
	// The references become the columns of the row around.
	for i, c := range d.conds {
		d.conds[i] = d.around(c)
	}
	return d, nil
}

// around replaces the references to the query just around by its columns.
func (d *decorrelator) around(x expr.Expr) expr.Expr {
	return replace(x, func(c *expr.Column) expr.Expr {
		if !d.isOuter(c) {
			return nil
		}
		return d.q.correlated[-1-c.Index].x
	})
}

// isOuter reports a reference to the query just around.
func (d *decorrelator) isOuter(c *expr.Column) bool {
	return c.Index < 0 && d.q.correlated[-1-c.Index].scope == d.scope
}

// correlates reports whether x refers to the query just around.
func (d *decorrelator) correlates(x expr.Expr) bool {
	found := false
	if x != nil {
		expr.Walk(x, func(e expr.Expr) bool {
			if c, ok := e.(*expr.Column); ok && d.isOuter(c) {
				found = true
			}
			return !found
		})
	}
	return found
}

// below reports whether a relation or one below it refers to the query around.
func (d *decorrelator) below(n plan.Node) bool {
	if slices.ContainsFunc(expressions(n), d.correlates) {
		return true
	}
	return slices.ContainsFunc(n.Inputs(), d.below)
}

// expressions lists the scalar expressions of a relation.
func expressions(n plan.Node) []expr.Expr {
	switch n := n.(type) {
	case *plan.Project:
		return n.Exprs
	case *plan.Filter:
		return []expr.Expr{n.Cond}
	case *plan.Join:
		if n.Cond != nil {
			return []expr.Expr{n.Cond}
		}
	case *plan.Values:
		var xs []expr.Expr
		for _, r := range n.Rows {
			xs = append(xs, r...)
		}
		return xs
	case *plan.Unnest:
		return withCondition([]expr.Expr{n.Collection}, n.Cond)
	case *plan.Process:
		return n.Args
	case *plan.TableFunction:
		return withCondition(slices.Clone(n.Args), n.Cond)
	}
	return nil
}

// pull returns n without outer conditions, its columns in their places and
// perhaps more behind them, and the conditions.
func (d *decorrelator) pull(n plan.Node) (plan.Node, []expr.Expr, error) {
	if !d.below(n) {
		return n, nil, nil
	}
	switch n := n.(type) {
	case *plan.Filter:
		return d.pullFilter(n)
	case *plan.Project:
		return d.pullProject(n)
	case *plan.Join:
		return d.pullJoin(n)
	case *plan.Aggregate:
		return d.pullAggregate(n)
	case *plan.Sort:
		return d.pullSort(n)
	}
	return nil, nil, notSupported(d.n, "A subquery that is correlated in this way", "join the table in FROM instead")
}

func (d *decorrelator) pullFilter(n *plan.Filter) (plan.Node, []expr.Expr, error) {
	in, conds, err := d.pull(n.Input)
	if err != nil {
		return nil, nil, err
	}
	if d.perGroup {
		d.empty = nil // what HAVING says of no rows is not known
		if slices.ContainsFunc(conjuncts(n.Cond, nil), isCountTest) {
			return nil, nil, notSupported(d.n, "HAVING with a count in a correlated subquery without GROUP BY", "")
		}
	}
	var stay []expr.Expr
	for _, c := range conjuncts(n.Cond, nil) {
		if d.correlates(c) {
			conds = append(conds, shiftRange(c, 0, innerBase))
		} else {
			stay = append(stay, c)
		}
	}
	if c := and(stay); c != nil {
		in = &plan.Filter{Input: in, Cond: c}
	}
	return in, conds, nil
}

func isCountTest(x expr.Expr) bool {
	found := false
	expr.Walk(x, func(e expr.Expr) bool {
		if c, ok := e.(*expr.Column); ok && c.T.Kind == types.BigInt && !c.T.Nullable {
			found = true
		}
		return !found
	})
	return found
}

func (d *decorrelator) pullProject(n *plan.Project) (plan.Node, []expr.Expr, error) {
	in, conds, err := d.pull(n.Input)
	if err != nil {
		return nil, nil, err
	}
	p := newProjector(in)
	for i, x := range n.Exprs {
		if d.correlates(x) {
			if !d.anyColumns {
				return nil, nil, notSupported(d.n, "A reference to the query around in the SELECT list of a subquery", "")
			}
			x = expr.NullLit(x.Type())
		}
		p.append(x, n.Out[i].Name)
	}
	if d.empty != nil {
		empty := make([]expr.Expr, len(n.Exprs))
		for i, x := range n.Exprs {
			empty[i] = replace(x, func(c *expr.Column) expr.Expr { return d.empty[c.Index] })
		}
		d.empty = empty
	}
	return d.passing(p, conds)
}

// passing adds to a projection the columns that the conditions need.
func (d *decorrelator) passing(p *projector, conds []expr.Expr) (plan.Node, []expr.Expr, error) {
	for i, c := range conds {
		conds[i] = replace(c, func(c *expr.Column) expr.Expr {
			if base(c.Index) != innerBase {
				return nil
			}
			at := p.add(&expr.Column{Index: c.Index - innerBase, Name: c.Name, T: c.T})
			return &expr.Column{Index: innerBase + at, Name: p.out[at].Name, T: c.T}
		})
	}
	return &plan.Project{Input: p.input, Exprs: p.exprs, Out: p.out}, conds, nil
}

func (d *decorrelator) pullJoin(n *plan.Join) (plan.Node, []expr.Expr, error) {
	if n.Kind != jobgraph.Inner && d.below(n.Right) || (n.Kind == jobgraph.Right || n.Kind == jobgraph.Full) && d.below(n.Left) {
		return nil, nil, notSupported(d.n, "A correlated subquery inside of an outer, semi or anti join", "")
	}
	if n.Kind != jobgraph.Inner && d.correlates(n.Cond) {
		return nil, nil, notSupported(d.n, "A reference to the query around in the condition of an outer, semi or anti join", "")
	}
	left, conds, err := d.pull(n.Left)
	if err != nil {
		return nil, nil, err
	}
	right, more, err := d.pull(n.Right)
	if err != nil {
		return nil, nil, err
	}
	oldLeft, newLeft := len(n.Left.Schema()), len(left.Schema())
	moved := func(x expr.Expr) expr.Expr {
		return replace(x, func(c *expr.Column) expr.Expr {
			if c.Index < oldLeft {
				return nil
			}
			return &expr.Column{Index: c.Index - oldLeft + newLeft, Name: c.Name, T: c.T}
		})
	}
	for _, c := range more {
		conds = append(conds, shiftRange(c, innerBase, innerBase+newLeft))
	}
	j := *n
	j.Left, j.Right, j.Cond = left, right, nil
	var stay []expr.Expr
	if n.Cond != nil {
		for _, c := range conjuncts(n.Cond, nil) {
			if d.correlates(c) {
				conds = append(conds, shiftRange(moved(c), 0, innerBase))
			} else {
				stay = append(stay, moved(c))
			}
		}
	}
	j.Cond = and(stay)
	if n.Kind == jobgraph.Semi || n.Kind == jobgraph.Anti {
		j.Out = left.Schema()
		return &j, conds, nil
	}
	j.Out = sideBySide(left.Schema(), right.Schema(), false, n.Kind == jobgraph.Left)
	p := newProjector(&j)
	for i, f := range n.Out {
		at := i
		if i >= oldLeft {
			at += newLeft - oldLeft
		}
		p.append(columnOf(j.Out, at), f.Name)
	}
	return d.passing(p, conds)
}

func (d *decorrelator) pullAggregate(n *plan.Aggregate) (plan.Node, []expr.Expr, error) {
	if n.Sets != nil || n.Group != nil {
		return nil, nil, notSupported(d.n, "A correlated subquery with GROUPING SETS or a group window", "")
	}
	in, conds, err := d.pull(n.Input)
	if err != nil {
		return nil, nil, err
	}
	if len(n.Calls) > 0 {
		for i, c := range conds {
			conds[i] = d.around(c)
		}
		if in, conds, err = d.q.equalities(d.n, d.rows, in, conds); err != nil {
			return nil, nil, err
		}
	}
	p := newProjector(in).identity()
	agg := &plan.Aggregate{Keys: slices.Clone(n.Keys), Calls: n.Calls}
	key := func(x expr.Expr) int { // of the output
		at := p.add(x)
		if i := slices.Index(agg.Keys, at); i >= 0 {
			return i
		}
		agg.Keys = append(agg.Keys, at)
		return len(agg.Keys) - 1
	}
	for i, c := range conds {
		if in, out, op := equiSides(c); op != "" {
			k := key(in)
			x := &expr.Column{Index: innerBase + k, Name: p.out[agg.Keys[k]].Name, T: in.Type()}
			if conds[i], err = typed(d.n, op, nil, []expr.Expr{out, x}); err != nil {
				return nil, nil, err
			}
		} else { // DISTINCT: any condition may come later
			conds[i] = replace(c, func(c *expr.Column) expr.Expr {
				if base(c.Index) != innerBase {
					return nil
				}
				return &expr.Column{Index: innerBase + key(&expr.Column{Index: c.Index - innerBase, Name: c.Name, T: c.T}), Name: c.Name, T: c.T}
			})
		}
	}
	if len(n.Keys) == 0 && len(n.Calls) > 0 {
		d.perGroup = true
		d.empty = overNothing(n.Calls)
	}
	agg.Input = p.node()
	return d.keysBehind(n, agg, conds)
}

// equalities takes conditions that are no equalities into a subquery: its rows
// are joined with the distinct values around of which the conditions speak, and
// what remains is that the row around has these values. rows are those around.
func (q *query) equalities(n ast.Node, rows, node plan.Node, conds []expr.Expr) (plan.Node, []expr.Expr, error) {
	var stay, inside []expr.Expr
	for _, c := range conds {
		if _, _, op := equiSides(c); op != "" {
			stay = append(stay, c)
		} else {
			inside = append(inside, c)
		}
	}
	if len(inside) == 0 {
		return node, conds, nil
	}
	if rows == nil {
		return nil, nil, notSupported(n, "A subquery with a condition other than equality, here", "join the table in FROM instead")
	}
	values, width := newProjector(rows), len(node.Schema())
	known := true
	for i, c := range inside {
		inside[i] = replace(c, func(c *expr.Column) expr.Expr {
			switch base(c.Index) {
			case innerBase:
				return &expr.Column{Index: c.Index - innerBase, Name: c.Name, T: c.T}
			case 0:
				return &expr.Column{Index: width + values.add(c), Name: c.Name, T: c.T}
			}
			known = false
			return nil
		})
	}
	if !known || len(values.exprs) == 0 {
		return nil, nil, notSupported(n, "A subquery with such a condition other than equality", "join the table in FROM instead")
	}
	right := distinctRows(&plan.Project{Input: values.input, Exprs: values.exprs, Out: values.out})
	join := &plan.Join{Left: node, Right: right, Kind: jobgraph.Inner, Cond: and(inside), Out: sideBySide(node.Schema(), right.Schema(), false, false)}
	for i, x := range values.exprs {
		c, err := typed(n, "IS NOT DISTINCT FROM", nil, []expr.Expr{x, inner(join, width+i)})
		if err != nil {
			return nil, nil, err
		}
		stay = append(stay, c)
	}
	return join, stay, nil
}

// overNothing is what aggregates give if there are no rows.
func overNothing(calls []jobgraph.AggCall) []expr.Expr {
	out := make([]expr.Expr, len(calls))
	for i, c := range calls {
		if countsRows(c.Fn) && c.Type.Kind == types.BigInt {
			out[i] = expr.IntLit(types.BigInt, 0)
		} else {
			out[i] = expr.NullLit(c.Type)
		}
	}
	return out
}

// keysBehind restores the order of columns after an aggregate got more keys:
// what it had, then the new keys.
func (d *decorrelator) keysBehind(old, agg *plan.Aggregate, conds []expr.Expr) (plan.Node, []expr.Expr, error) {
	in := agg.Input.Schema()
	taken := map[string]bool{}
	for i, k := range agg.Keys {
		name := in[k].Name
		if i < len(old.Keys) {
			name = old.Out[i].Name
		}
		agg.Out = append(agg.Out, types.Field{Name: unique(name, taken), Type: in[k].Type.WithoutTime()})
	}
	for i, c := range agg.Calls {
		agg.Out = append(agg.Out, types.Field{Name: unique(c.Name, taken), Type: old.Out[len(old.Keys)+i].Type})
	}
	p := newProjector(agg)
	for i, f := range old.Out {
		at := i
		if i >= len(old.Keys) {
			at += len(agg.Keys) - len(old.Keys)
		}
		p.append(columnOf(agg.Out, at), f.Name)
	}
	return d.passing(p, conds)
}

// atMostOneRow reports a relation that cannot have two rows.
func atMostOneRow(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Project:
		return atMostOneRow(n.Input)
	case *plan.Filter:
		return atMostOneRow(n.Input)
	case *plan.Sort:
		return n.Limit == 0 || n.Limit == 1 || atMostOneRow(n.Input)
	case *plan.Aggregate:
		return len(n.Keys) == 0 && n.Group == nil && len(n.Sets) <= 1
	case *plan.Values:
		return len(n.Rows) <= 1
	}
	return false
}

// singleValue lets the subquery fail if it gives a second row (for the same
// row around).
func (d *decorrelator) singleValue(n ast.Node) error {
	var err error
	if d.node, d.conds, err = d.q.equalities(d.n, d.rows, d.node, d.conds); err != nil {
		return err
	}
	p := newProjector(d.node)
	agg := &plan.Aggregate{}
	for i, c := range d.conds {
		in, out, op := equiSides(c)
		agg.Keys = append(agg.Keys, p.append(in, ""))
		x := &expr.Column{Index: innerBase + 1 + i, T: in.Type()}
		if d.conds[i], err = typed(n, op, nil, []expr.Expr{out, x}); err != nil {
			return err
		}
	}
	value := columnOf(d.node.Schema(), 0)
	t := value.T.WithNull(true).WithoutTime()
	agg.Calls = []jobgraph.AggCall{{Fn: "SINGLE_VALUE", Args: []int{p.append(value, value.Name)}, Filter: -1, Type: t, Name: value.Name}}
	agg.Input = p.node()
	for _, k := range agg.Keys {
		agg.Out = append(agg.Out, types.Field{Name: p.out[k].Name, Type: p.out[k].Type.WithoutTime()})
	}
	agg.Out = append(agg.Out, types.Field{Name: value.Name, Type: t})
	// The value comes first, as in the subquery itself.
	front := newProjector(agg)
	front.append(columnOf(agg.Out, len(agg.Keys)), value.Name)
	for i := range agg.Keys {
		front.append(columnOf(agg.Out, i), "")
	}
	d.node = front.node()
	return nil
}

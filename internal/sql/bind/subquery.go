package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
)

// subquery is a query inside an expression, to be joined to the block.
type subquery struct {
	n    ast.Node
	node plan.Node
	// conds join it: over the row of the block it is attached to and, from
	// innerBase on, over node's columns.
	conds []expr.Expr
	kind  jobgraph.JoinKind // Semi, Anti, or Left for one that gives a value
	// nullAware marks a NOT IN that a NULL makes unknown.
	nullAware bool
	// value is what the placeholder stands for, from innerBase on.
	value expr.Expr
	// shares is the subquery whose join gives the value too.
	shares *subquery
	// attached is set once the join is on the block; at is where node's columns begin.
	attached bool
	at       int
}

// conjunct is a part of a condition: a semi or anti join, or an expression.
type conjunct struct {
	x   expr.Expr
	sub *subquery
}

// conditions binds a WHERE, HAVING or QUALIFY. Its [NOT] IN and [NOT] EXISTS
// that stand alone or under AND become joins; elsewhere they give a value.
func (b *block) conditions(e ast.Expr, clause string) ([]conjunct, error) {
	eb := &exprBinder{query: b.query, scope: b.scope, block: b, aliases: clause == "QUALIFY clause"}
	if clause == "WHERE clause" {
		eb.noAggregate = clause
	}
	var out []conjunct
	for _, part := range flatten(e, ast.OpAnd, nil) {
		s, err := eb.existential(part, false)
		if err != nil {
			return nil, err
		}
		if s != nil {
			b.subs = append(b.subs, s)
			out = append(out, conjunct{sub: s})
			continue
		}
		eb.loose = map[ast.Expr]bool{}
		for _, x := range flatten(part, ast.OpOr, nil) {
			for _, y := range flatten(x, ast.OpAnd, nil) {
				eb.loose[y] = true
			}
		}
		x, err := eb.condition(part, clause)
		if err != nil {
			return nil, err
		}
		out = append(out, conjunct{x: x})
	}
	return out, nil
}

// existential binds a condition that is a semi or anti join; nil if it is none.
func (b *exprBinder) existential(e ast.Expr, not bool) (*subquery, error) {
	switch e := e.(type) {
	case *ast.Unary:
		if e.Op == ast.OpNot {
			return b.existential(e.X, !not)
		}
	case *ast.Exists:
		return b.exists(e, not)
	case *ast.In:
		if e.Query != nil {
			return b.compared(e, e.X, e.Query, "=", e.Not != not)
		}
	case *ast.Quantified:
		if e.Query != nil {
			return b.quantified(e, not)
		}
	}
	return nil, nil
}

func joinKind(not bool) jobgraph.JoinKind {
	if not {
		return jobgraph.Anti
	}
	return jobgraph.Semi
}

func (b *exprBinder) exists(e *ast.Exists, not bool) (*subquery, error) {
	s := &subquery{n: e, kind: joinKind(not)}
	d, err := b.decorrelated(e.Query, true)
	if err != nil {
		return nil, err
	}
	s.node, s.conds = d.node, d.conds
	if d.perGroup {
		if d.empty == nil {
			return nil, notSupported(e, "EXISTS over a correlated aggregate with HAVING and without GROUP BY", "")
		}
		s.node, s.conds = oneRow(), nil // such an aggregate always has its row
	}
	return s, nil
}

// quantified is x op ANY|ALL (query).
func (b *exprBinder) quantified(e *ast.Quantified, not bool) (*subquery, error) {
	switch {
	case e.Op == ast.OpEq && !e.All:
		return b.compared(e, e.X, e.Query, "=", not)
	case e.Op == ast.OpNe && e.All:
		return b.compared(e, e.X, e.Query, "=", !not)
	case !e.All && !not:
		return b.compared(e, e.X, e.Query, string(e.Op), false)
	case e.All && !not:
		// x op ALL q: there is no y for which x op y is not TRUE.
		s, err := b.compared(e, e.X, e.Query, string(e.Op), false)
		if err != nil {
			return nil, err
		}
		s.kind = jobgraph.Anti
		last := len(s.conds) - 1
		s.conds[last], err = b.apply(e, "IS NOT TRUE", s.conds[last])
		return s, err
	}
	return nil, notSupported(e, "NOT before a quantified comparison", "turn the comparison around")
}

// comparison is a comparison of values with the columns of a query.
type comparison struct {
	d        *decorrelator
	left     []expr.Expr
	parts    []expr.Expr // one per column
	nullable bool        // a part may be unknown
}

func (b *exprBinder) comparison(n ast.Node, x ast.Expr, q *ast.Query, op string) (*comparison, error) {
	elems := []ast.Expr{x}
	if r, ok := x.(*ast.RowCtor); ok {
		elems = r.Elems
	}
	left, err := b.all(elems)
	if err != nil {
		return nil, err
	}
	d, err := b.decorrelated(q, false)
	if err != nil {
		return nil, err
	}
	if d.width != len(left) {
		return nil, errorAt(n, "", "Values passed to IN operator must have compatible types: %d values are compared with %d columns", len(left), d.width)
	}
	c := &comparison{d: d, left: left}
	for i, l := range left {
		r := inner(d.node, i)
		part, err := typed(n, op, []ast.Expr{elems[i], elems[i]}, []expr.Expr{l, r})
		if err != nil {
			return nil, err
		}
		c.nullable = c.nullable || l.Type().Nullable || r.T.Nullable
		c.parts = append(c.parts, part)
	}
	return c, nil
}

// compared is x [NOT] IN (query), or another comparison with its rows, as a
// semi or anti join.
func (b *exprBinder) compared(n ast.Node, x ast.Expr, q *ast.Query, op string, not bool) (*subquery, error) {
	c, err := b.comparison(n, x, q, op)
	if err != nil {
		return nil, err
	}
	d := c.d
	if not && d.perGroup {
		return nil, notSupported(n, "NOT IN over a correlated aggregate without GROUP BY", "")
	}
	s := &subquery{n: n, node: d.node, conds: d.conds, kind: joinKind(not)}
	if !not || !c.nullable {
		s.conds = append(s.conds, c.parts...)
		return s, nil
	}
	if len(d.conds) == 0 && len(c.parts) == 1 && op == "=" {
		s.nullAware, s.conds = true, c.parts
		return s, nil
	}
	// NOT IN holds if no row makes the comparison TRUE or unknown.
	unknown, err := b.apply(n, "IS NOT FALSE", and(c.parts))
	s.conds = append(s.conds, unknown)
	return s, err
}

// inner is column i of a subquery in the conditions that join it.
func inner(n plan.Node, i int) *expr.Column {
	c := columnOf(n.Schema(), i)
	c.Index += innerBase
	return c
}

// subqueryExpr binds IN, EXISTS, ANY, ALL and scalar subqueries as values.
func (b *exprBinder) subqueryExpr(e ast.Expr) (expr.Expr, error) {
	switch e := e.(type) {
	case *ast.In:
		if e.Query == nil {
			return b.inList(e)
		}
	case *ast.Quantified:
		if e.Query == nil {
			return b.quantifiedList(e)
		}
	case *ast.ScalarSubquery:
		return b.scalar(e)
	}
	return b.mark(e)
}

func (b *exprBinder) inList(e *ast.In) (expr.Expr, error) {
	x, ok, err := b.rowInList(e)
	if err == nil && !ok {
		x, err = b.resolve(e, "IN", append([]ast.Expr{e.X}, e.List...)...)
	}
	if err != nil || !e.Not {
		return x, err
	}
	return b.apply(e, "NOT", x)
}

func (b *exprBinder) quantifiedList(e *ast.Quantified) (expr.Expr, error) {
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	var parts []expr.Expr
	for _, l := range e.List {
		y, err := b.bind(l)
		if err != nil {
			return nil, err
		}
		c, err := typed(e, string(e.Op), []ast.Expr{e.X, l}, []expr.Expr{x, y})
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	if e.All {
		return b.apply(e, "AND", parts...)
	}
	return b.apply(e, "OR", parts...)
}

func (b *exprBinder) hasNoBlock(n ast.Node) error {
	if b.block == nil {
		return notSupported(n, "A subquery here", "join the table in FROM instead")
	}
	return nil
}

// place gives the block a subquery whose value the placeholder stands for.
func (b *exprBinder) place(s *subquery) *expr.Column {
	b.block.subs = append(b.block.subs, s)
	return &expr.Column{Index: subBase + len(b.block.subs) - 1, Name: "$sub" + itoa(len(b.block.subs)-1), T: s.value.Type()}
}

// scalar binds a query that gives one value, NULL if it gives no row.
func (b *exprBinder) scalar(e *ast.ScalarSubquery) (expr.Expr, error) {
	if err := b.hasNoBlock(e); err != nil {
		return nil, err
	}
	d, err := b.decorrelated(e.Query, false)
	if err != nil {
		return nil, err
	}
	if d.width != 1 {
		return nil, errorAt(e, "", "Expected a single-column result for scalar subquery, but it has %d columns", d.width)
	}
	if !d.single {
		if err := d.singleValue(e); err != nil {
			return nil, err
		}
	}
	v := inner(d.node, 0)
	v.T = v.T.WithNull(true).WithoutTime()
	s := &subquery{n: e, node: d.node, conds: d.conds, kind: jobgraph.Left, value: v}
	if d.perGroup && d.empty != nil && !expr.IsNullLit(d.empty[0]) {
		// No group means an aggregate over no rows: COUNT is 0, not NULL.
		x, err := b.apply(e, "COALESCE", v, d.empty[0])
		if err != nil {
			return nil, err
		}
		s.value = nullableCall(x) // as Flink types it
	}
	return b.place(s), nil
}

// nullableCall is x with a nullable type.
func nullableCall(x expr.Expr) expr.Expr {
	if c, ok := x.(*expr.Call); ok && !c.T.Nullable {
		d := *c
		d.T.Nullable = true
		return &d
	}
	return x
}

// equiSides splits an equality of an inner and an outer expression; the inner
// one is over the subquery's columns. op is its operator, "" if it is none.
func equiSides(c expr.Expr) (in, out expr.Expr, op string) {
	call, isCall := c.(*expr.Call)
	if !isCall || call.Fn != "=" && call.Fn != "IS NOT DISTINCT FROM" {
		return nil, nil, ""
	}
	l, r := call.Args[0], call.Args[1]
	if onlyInner(l) {
		l, r = r, l
	}
	if !onlyInner(r) || mentions(l, innerBase) {
		return nil, nil, ""
	}
	return fromInner(r), l, call.Fn
}

// onlyInner reports an expression over the subquery's columns alone.
func onlyInner(x expr.Expr) bool {
	some, all := false, true
	expr.Walk(x, func(e expr.Expr) bool {
		if c, ok := e.(*expr.Column); ok {
			some = true
			all = all && base(c.Index) == innerBase
		}
		return true
	})
	return some && all
}

// fromInner moves an expression onto the subquery's own row.
func fromInner(x expr.Expr) expr.Expr { return shiftRange(x, innerBase, 0) }

// shiftRange moves the columns of a range to another beginning.
func shiftRange(x expr.Expr, from, to int) expr.Expr {
	return replace(x, func(c *expr.Column) expr.Expr {
		if base(c.Index) != from {
			return nil
		}
		return &expr.Column{Index: c.Index - from + to, Name: c.Name, T: c.T}
	})
}

// attach joins to the block the subqueries whose placeholders x has.
func (b *block) attach(x expr.Expr) error {
	var err error
	expr.Walk(x, func(e expr.Expr) bool {
		c, ok := e.(*expr.Column)
		if ok && err == nil && base(c.Index) == subBase {
			err = b.join(b.subs[c.Index-subBase])
		}
		return true
	})
	return err
}

// join puts one subquery on the block.
func (b *block) join(s *subquery) error {
	if s.attached {
		return nil
	}
	if s.shares != nil {
		err := b.join(s.shares)
		s.attached, s.at = true, s.shares.at
		return err
	}
	for i, c := range s.conds {
		if err := b.attach(c); err != nil {
			return err
		}
		s.conds[i] = b.settled(c)
	}
	left, right := b.node.Schema(), s.node.Schema()
	s.attached, s.at = true, len(left)
	conds := make([]expr.Expr, len(s.conds))
	for i, c := range s.conds {
		conds[i] = shiftRange(c, innerBase, len(left))
	}
	j := &plan.Join{Left: b.node, Right: s.node, Kind: s.kind, Cond: and(conds), NullAware: s.nullAware, Out: left}
	if s.kind == jobgraph.Left {
		j.Out = sideBySide(left, right, false, true)
	}
	b.node = j
	return nil
}

// settled replaces the placeholders of attached subqueries.
func (b *block) settled(x expr.Expr) expr.Expr {
	return replace(x, func(c *expr.Column) expr.Expr {
		if base(c.Index) != subBase {
			return nil
		}
		s := b.subs[c.Index-subBase]
		if !s.attached {
			return nil
		}
		return shiftRange(s.value, innerBase, s.at)
	})
}

// filter keeps the rows for which all conjuncts are TRUE: first those that
// need no join, then the joins, then the rest.
func (b *block) filter(cs []conjunct) error {
	var plain, later []expr.Expr
	for _, c := range cs {
		switch {
		case c.sub != nil:
		case mentions(c.x, subBase):
			later = append(later, c.x)
		default:
			plain = append(plain, c.x)
		}
	}
	b.keep(plain)
	for _, c := range cs {
		if c.sub != nil {
			if err := b.join(c.sub); err != nil {
				return err
			}
		}
	}
	for i, x := range later {
		if err := b.attach(x); err != nil {
			return err
		}
		later[i] = b.settled(x)
	}
	b.keep(later)
	return nil
}

func (b *block) keep(xs []expr.Expr) {
	if c := and(xs); c != nil {
		b.node = &plan.Filter{Input: b.node, Cond: c}
	}
}

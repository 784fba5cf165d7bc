package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// selectBlock binds one SELECT. order is the ORDER BY of the query it is the
// body of: its expressions see the FROM clause too.
func (q *query) selectBlock(s *ast.Select, order []ast.SortItem, parent *scope) (n plan.Node, visible int, err error) {
	around, lookups := q.ttl, q.lookups
	defer func() { q.ttl, q.lookups = around, lookups }()
	if q.ttl, err = q.checkHints(s.Hints); err != nil {
		return nil, 0, err
	}
	if q.lookups, err = lookupHints(s.Hints); err != nil {
		return nil, 0, err
	}
	ttl := q.ttl
	b := &block{query: q}
	for _, it := range s.Items {
		if it.Alias != nil {
			b.aliases = append(b.aliases, it.Alias.Name)
		}
	}
	if err := b.from(s.From, parent); err != nil {
		return nil, 0, err
	}
	if err := b.joinHints(s.Hints); err != nil {
		return nil, 0, err
	}
	if err := b.where(s.Where); err != nil {
		return nil, 0, err
	}
	if err := b.named(s.Windows); err != nil {
		return nil, 0, err
	}
	if s.GroupBy != nil {
		if err := b.bindGroupBy(s.GroupBy); err != nil {
			return nil, 0, err
		}
	}
	if err := b.bindLater(s, order); err != nil {
		return nil, 0, err
	}
	q.ttl = ttl
	if n, err = b.build(s); err == nil && len(s.Hints) > 0 {
		err = ttl.unused(s.Hints[0])
	}
	q.written = b.written
	return n, len(b.items), err
}

// from binds the FROM clause. Without one there is a single row.
func (b *block) from(t ast.TableRef, parent *scope) error {
	if t == nil {
		b.node, b.scope = oneRow(), &scope{parent: parent}
		return nil
	}
	src, err := b.query.fromClause(t, parent)
	if err != nil {
		return err
	}
	b.node, b.scope = src.node, src.scope
	return nil
}

// oneRow is the relation of a SELECT without FROM.
func oneRow() plan.Node {
	zero := expr.IntLit(types.Int, 0)
	return &plan.Values{Rows: [][]expr.Expr{{zero}}, Out: types.Schema{{Name: "ZERO", Type: zero.Type()}}}
}

// where puts the filter of WHERE on the block.
func (b *block) where(e ast.Expr) error {
	if e == nil {
		return nil
	}
	cs, err := b.conditions(e, "WHERE clause")
	if err != nil {
		return err
	}
	return b.filter(cs)
}

// bindLater binds everything behind GROUP BY, all in the row of FROM.
func (b *block) bindLater(s *ast.Select, order []ast.SortItem) error {
	for i := range s.Items {
		if err := b.bindItem(&s.Items[i]); err != nil {
			return err
		}
	}
	b.nameItems()
	if s.Having != nil {
		if b.grouping == nil {
			b.grouping = &grouping{}
		}
		cs, err := b.conditions(s.Having, "HAVING clause")
		if err != nil {
			return err
		}
		b.having = cs
	}
	if s.Qualify != nil {
		cs, err := b.conditions(s.Qualify, "QUALIFY clause")
		if err != nil {
			return err
		}
		b.qualify = cs
	}
	return b.bindOrder(order)
}

func (b *block) bindItem(it *ast.SelectItem) error {
	if star, ok := it.X.(*ast.Star); ok {
		return b.bindStar(star)
	}
	eb := &exprBinder{query: b.query, scope: b.scope, block: b}
	x, err := eb.bind(it.X)
	if err != nil {
		return err
	}
	out := item{n: it.X, x: x}
	if p, ok := it.X.(*ast.Path); ok {
		out.name, out.named = p.Parts[len(p.Parts)-1].Name, true
	}
	if c, ok := it.X.(*ast.Call); ok && c.End == c.Name.End { // CURRENT_DATE without parentheses
		out.name, out.named = c.Name.Last().Name, true
	}
	if it.Alias != nil {
		out.name, out.named = it.Alias.Name, true
	}
	b.items = append(b.items, out)
	return nil
}

// bindStar expands * or t.*; r.* of a ROW column gives its fields.
func (b *block) bindStar(s *ast.Star) error {
	columns := b.scope.visible
	if s.Qualifier != nil {
		parts := make([]string, len(s.Qualifier))
		for i, p := range s.Qualifier {
			parts[i] = p.Name
		}
		if r := b.scope.relation(parts); r != nil {
			columns = r.columns
			if err := namedOnce(s, r); err != nil {
				return err
			}
		} else if fields, err := b.rowStar(s); err != nil {
			return err
		} else {
			columns = fields
		}
	} else if len(b.scope.relations) == 0 {
		return errorAt(s, "", "SELECT * requires a FROM clause")
	} else {
		for _, r := range b.scope.relations {
			if err := namedOnce(s, r); err != nil {
				return err
			}
		}
	}
	b.noted.star(s, b.starOf(s))
	for _, c := range columns {
		b.items = append(b.items, item{n: s, x: b.located(c.x, s), name: c.name, named: true})
	}
	return nil
}

func (b *block) rowStar(s *ast.Star) ([]entry, error) {
	p := &ast.Path{Span: s.Span, Parts: s.Qualifier}
	x, err := b.lookup(b.scope, p)
	if err != nil || x.Type().Kind != types.Row {
		var tables []string
		for _, r := range b.scope.relations {
			tables = append(tables, r.alias)
		}
		return nil, errorAt(s, catalog.DidYouMean(pathText(s.Qualifier), tables), "Unknown identifier '%s'", pathText(s.Qualifier))
	}
	var fields []entry
	for _, f := range x.Type().Fields {
		y, _ := field(x, f.Name)
		fields = append(fields, entry{f.Name, y})
	}
	return fields, nil
}

// nameItems gives every item a name of its own: EXPR$0 where there is none.
func (b *block) nameItems() {
	taken := map[string]bool{}
	for i := range b.items {
		it := &b.items[i]
		if !it.named {
			it.name = "EXPR$" + itoa(i)
		}
		b.written = append(b.written, it.name)
		it.name = unique(it.name, taken)
		if c, ok := it.x.(*expr.Column); ok {
			switch base(c.Index) {
			case aggBase:
				if a := b.aggs[c.Index-aggBase]; a.name == "" {
					a.name = it.name
				}
			case overBase:
				if o := b.overs[c.Index-overBase]; o.call.name == "" {
					o.call.name = it.name
				}
			}
		}
	}
}

// build runs the stages behind WHERE.
func (b *block) build(s *ast.Select) (plan.Node, error) {
	if b.isGrouped() {
		if err := b.group(); err != nil {
			return nil, err
		}
		if err := b.filter(b.having); err != nil {
			return nil, err
		}
	}
	for _, x := range b.later() {
		if err := b.attach(*x); err != nil {
			return nil, err
		}
	}
	if err := b.settle(); err != nil {
		return nil, err
	}
	if err := b.windowed(); err != nil {
		return nil, err
	}
	if err := b.filter(b.qualify); err != nil {
		return nil, err
	}
	return b.project(s.Distinct)
}

// settle replaces the placeholders of the subqueries that were attached.
func (b *block) settle() error {
	return b.eachLater(func(x expr.Expr) (expr.Expr, error) { return b.settled(x), nil })
}

// project puts the SELECT list, DISTINCT and ORDER BY on the block.
func (b *block) project(distinct bool) (plan.Node, error) {
	visible := len(b.items)
	p := newProjector(b.node)
	for _, it := range b.items {
		p.append(it.x, it.name)
	}
	keys := make([]jobgraph.SortKey, 0, len(b.order))
	for _, o := range b.order {
		at := o.item
		if at < 0 {
			at = p.add(o.x)
			if at >= visible && distinct {
				return nil, errorAt(o.n, "", "Expression '%s' is not in the select clause", b.text(o.n))
			}
		}
		keys = append(keys, jobgraph.SortKey{Column: at, Descending: o.desc, NullsLast: o.nullsLast})
	}
	var n plan.Node = &plan.Project{Input: b.node, Exprs: p.exprs, Out: p.out}
	if same := p.node(); same == b.node && sameNames(p.out, b.node.Schema()) {
		n = b.node
	}
	if distinct {
		n = distinctRows(n)
	}
	if len(keys) > 0 {
		n = &plan.Sort{Input: n, Order: keys, Limit: -1}
	}
	return n, nil
}

func sameNames(a, b types.Schema) bool {
	for i := range a {
		if a[i].Name != b[i].Name {
			return false
		}
	}
	return true
}

// trim leaves out the columns that were added for ORDER BY.
func trim(n plan.Node, visible int) plan.Node {
	s := n.Schema()
	if len(s) == visible {
		return n
	}
	out := &plan.Project{Input: n, Out: s[:visible:visible]}
	for i := range visible {
		out.Exprs = append(out.Exprs, columnOf(s, i))
	}
	return out
}

// distinctRows is SELECT DISTINCT: an aggregate of keys alone.
func distinctRows(n plan.Node) plan.Node {
	agg := &plan.Aggregate{Input: n}
	for i, f := range n.Schema() {
		agg.Keys = append(agg.Keys, i)
		agg.Out = append(agg.Out, types.Field{Name: f.Name, Type: f.Type})
	}
	windowed := groupsByWindow(agg)
	for i := range agg.Out {
		if !windowed || windowColumn(n, i).property != timeColumn {
			agg.Out[i].Type = agg.Out[i].Type.WithoutTime()
		}
	}
	return agg
}

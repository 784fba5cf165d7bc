package bind

import (
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// cte is a name of a WITH clause, bound once; all uses share the relation.
type cte struct {
	name string
	node plan.Node
	next *cte // the ones before it and around it
}

// bindQuery binds a whole query. parent is the scope it may refer to.
func (q *query) bindQuery(x *ast.Query, parent *scope) (plan.Node, error) {
	outer := q.ctes
	defer func() { q.ctes = outer }()
	if err := q.with(x, parent); err != nil {
		return nil, err
	}
	n, visible, err := q.ordered(x, parent)
	if err != nil {
		return nil, err
	}
	if _, ok := x.Body.(*ast.Select); !ok {
		q.written = nil
	}
	if n, err = limited(n, x); err != nil {
		return nil, err
	}
	return trim(n, visible), nil
}

func (q *query) with(x *ast.Query, parent *scope) error {
	if x.Recursive {
		return notSupported(x, "WITH RECURSIVE", "")
	}
	seen := map[string]bool{}
	for i := range x.With {
		c := &x.With[i]
		if seen[c.Name.Name] {
			return errorAt(c.Name, "", "Duplicate name '%s' in WITH clause", c.Name.Name)
		}
		seen[c.Name.Name] = true
		n, err := q.bindNested(c.Query, parent)
		if err != nil {
			return err
		}
		if twice := repeated(q.written); twice != "" && c.Columns == nil {
			return errorAt(c.Query, "name the columns: "+c.Name.Name+" (…) AS", "Column has duplicate column name '%s' and no column list specified", twice)
		}
		if n, err = renamed(n, c.Columns, c); err != nil {
			return err
		}
		q.ctes = &cte{c.Name.Name, n, q.ctes}
	}
	return nil
}

// renamed gives columns the names of a list, if there is one.
func renamed(n plan.Node, names []ast.Ident, at ast.Node) (plan.Node, error) {
	if names == nil {
		return n, nil
	}
	have := n.Schema()
	if len(names) != len(have) {
		return nil, errorAt(at, "", "List of column aliases must have same degree as table; table has %d columns (%s), whereas alias list has %d columns",
			len(have), quotedList(have.Names()), len(names))
	}
	list := make([]string, len(names))
	seen := map[string]bool{}
	for i, id := range names {
		if seen[id.Name] {
			return nil, errorAt(id, "", "Duplicate name '%s' in column alias list", id.Name)
		}
		seen[id.Name] = true
		list[i] = id.Name
	}
	return withNames(n, list), nil
}

func quotedList(names []string) string {
	return "'" + strings.Join(names, "', '") + "'"
}

// ordered binds body and ORDER BY. Columns from visible on only serve to sort.
func (q *query) ordered(x *ast.Query, parent *scope) (n plan.Node, visible int, err error) {
	if s, ok := x.Body.(*ast.Select); ok {
		return q.selectBlock(s, x.OrderBy, parent)
	}
	if n, err = q.body(x.Body, parent); err != nil {
		return nil, 0, err
	}
	visible = len(n.Schema())
	if len(x.OrderBy) == 0 {
		return n, visible, nil
	}
	b := &block{query: q, node: n, scope: scopeOf("", nil, n.Schema().Names(), n.Schema(), parent)}
	for i, f := range n.Schema() {
		b.items = append(b.items, item{n: x.Body, x: columnOf(n.Schema(), i), name: f.Name, named: true})
	}
	if err := b.bindOrder(x.OrderBy); err != nil {
		return nil, 0, err
	}
	n, err = b.project(false)
	return n, visible, err
}

// body binds what stands between WITH and ORDER BY.
func (q *query) body(x ast.QueryBody, parent *scope) (plan.Node, error) {
	switch x := x.(type) {
	case *ast.Select:
		n, _, err := q.selectBlock(x, nil, parent)
		return n, err
	case *ast.SetOp:
		return q.setOp(x, parent)
	case *ast.Values:
		return q.values(x, parent)
	case *ast.ExplicitTable:
		n, _, err := q.namedTable(&ast.Table{Span: x.Span, Name: x.Name}, parent)
		return n, err
	case *ast.Query:
		return q.bindQuery(x, parent)
	}
	return nil, errorAt(x, "", "This kind of query is not supported")
}

// operand binds one side of a set operation.
func (q *query) operand(x ast.QueryBody, parent *scope) (plan.Node, error) {
	if inner, ok := x.(*ast.Query); ok {
		return q.bindNested(inner, parent)
	}
	return q.body(x, parent)
}

var setKinds = map[ast.SetOpKind]plan.SetKind{ast.Union: plan.Union, ast.Intersect: plan.Intersect, ast.Except: plan.Except}

// setOp binds UNION, INTERSECT and EXCEPT. A chain of UNION ALL is one node.
func (q *query) setOp(x *ast.SetOp, parent *scope) (plan.Node, error) {
	operands := []ast.QueryBody{x.Left, x.Right}
	if x.Op == ast.Union {
		operands = flattenUnion(x, x.All, nil)
	}
	op := &plan.SetOp{Kind: setKinds[x.Op], All: x.All}
	for _, o := range operands {
		n, err := q.operand(o, parent)
		if err != nil {
			return nil, err
		}
		if len(op.In) > 0 && len(n.Schema()) != len(op.In[0].Schema()) {
			return nil, errorAt(o, "", "Column count mismatch in %s: %d columns before, %d here", setName(x.Op, x.All), len(op.In[0].Schema()), len(n.Schema()))
		}
		op.In = append(op.In, n)
	}
	for i, f := range op.In[0].Schema() {
		t, err := commonColumn(op.In, i, operands, setName(x.Op, x.All))
		if err != nil {
			return nil, err
		}
		op.Out = append(op.Out, types.Field{Name: f.Name, Type: t})
	}
	for i, n := range op.In {
		op.In[i] = castRows(n, op.Out)
	}
	return op, nil
}

func setName(op ast.SetOpKind, all bool) string {
	if all {
		return string(op) + " ALL"
	}
	return string(op)
}

func flattenUnion(x ast.QueryBody, all bool, into []ast.QueryBody) []ast.QueryBody {
	if s, ok := x.(*ast.SetOp); ok && s.Op == ast.Union && s.All == all {
		return flattenUnion(s.Right, all, flattenUnion(s.Left, all, into))
	}
	return append(into, x)
}

// commonColumn is the type of column i of a set operation; a time attribute
// stays one if it is one in all operands.
func commonColumn(in []plan.Node, i int, operands []ast.QueryBody, name string) (types.Type, error) {
	ts := make([]types.Type, len(in))
	time := in[0].Schema()[i].Type.Time
	for k, n := range in {
		ts[k] = n.Schema()[i].Type
		if ts[k].Time != time {
			time = types.NoTime
		}
		if k > 0 {
			if _, ok := expr.CommonType(ts[:k+1]); !ok {
				return types.Type{}, errorAt(operands[k], "cast one of the two", "Type mismatch in column %d of %s: %s before, %s here",
					i+1, name, ts[k-1].WithNull(true).WithoutTime(), ts[k].WithNull(true).WithoutTime())
			}
		}
	}
	t, _ := expr.CommonType(ts)
	if !strings.HasPrefix(name, "UNION ALL") {
		time = types.NoTime
	}
	t.Time = time
	return t, nil
}

// castRows makes the columns of n have the types of out.
func castRows(n plan.Node, out types.Schema) plan.Node {
	in := n.Schema()
	p := &plan.Project{Input: n}
	same := true
	for i, f := range in {
		x := expr.Expr(columnOf(in, i))
		if !f.Type.EqualIgnoringNull(out[i].Type) {
			x = mustCast(x, out[i].Type.WithNull(f.Type.Nullable || f.Type.Kind == types.Null))
			same = false
		}
		p.Exprs = append(p.Exprs, x)
		p.Out = append(p.Out, types.Field{Name: f.Name, Type: outType(x)})
	}
	if same {
		return n
	}
	return p
}

// mustCast casts to a type that CommonType has found to be possible.
func mustCast(x expr.Expr, t types.Type) expr.Expr {
	y, err := expr.Cast(x, t.WithoutTime())
	if err != nil {
		panic("bind: " + err.Error())
	}
	return y
}

// values binds VALUES: rows of one type.
func (q *query) values(x *ast.Values, parent *scope) (plan.Node, error) {
	b := &block{query: q, node: oneRow(), scope: &scope{parent: parent}}
	eb := &exprBinder{query: q, scope: b.scope, noAggregate: "VALUES"}
	rows := make([][]expr.Expr, len(x.Rows))
	for i, r := range x.Rows {
		if len(r.Elems) != len(x.Rows[0].Elems) {
			return nil, errorAt(r, "", "Values passed to VALUES operator must have compatible types: the first row has %d columns, this one %d", len(x.Rows[0].Elems), len(r.Elems))
		}
		xs, err := eb.all(r.Elems)
		if err != nil {
			return nil, err
		}
		rows[i] = xs
	}
	out := make(types.Schema, len(rows[0]))
	for c := range out {
		ts := make([]types.Type, len(rows))
		for i := range rows {
			ts[i] = rows[i][c].Type()
			if _, ok := expr.CommonType(ts[:i+1]); !ok {
				return nil, errorAt(x.Rows[i].Elems[c], "", "Values passed to VALUES operator must have compatible types: %s before, %s here",
					ts[i-1].WithNull(true).WithoutTime(), ts[i].WithNull(true).WithoutTime())
			}
		}
		t, _ := expr.CommonType(ts)
		out[c] = types.Field{Name: "EXPR$" + itoa(c), Type: t.WithoutTime()}
		for i := range rows {
			if !rows[i][c].Type().EqualIgnoringNull(t) {
				rows[i][c] = mustCast(rows[i][c], t.WithNull(rows[i][c].Type().Nullable))
			}
		}
	}
	return &plan.Values{Rows: rows, Out: out}, nil
}

// limited puts LIMIT and OFFSET on a query, into its Sort if it has one.
func limited(n plan.Node, x *ast.Query) (plan.Node, error) {
	if x.Limit == nil && x.Offset == nil {
		return n, nil
	}
	limit, offset := int64(-1), int64(0)
	for _, l := range []struct {
		lit  *ast.Literal
		into *int64
	}{{x.Limit, &limit}, {x.Offset, &offset}} {
		if l.lit == nil {
			continue
		}
		v, err := strconv.ParseInt(l.lit.Text, 10, 64)
		if err != nil || v < 0 {
			return nil, errorAt(l.lit, "", "'%s' is not a number of rows", l.lit.Text)
		}
		*l.into = v
	}
	if s, ok := n.(*plan.Sort); ok && s.Limit < 0 && s.Offset == 0 && len(x.OrderBy) > 0 {
		return &plan.Sort{Input: s.Input, Order: s.Order, Limit: limit, Offset: offset}, nil
	}
	return &plan.Sort{Input: n, Limit: limit, Offset: offset}, nil
}

// sortItem is a key of ORDER BY: an output column, or an expression.
type sortItem struct {
	n         ast.Node
	item      int // -1: x
	x         expr.Expr
	desc      bool
	nullsLast bool
}

// bindOrder binds ORDER BY: an ordinal, a name of the output, or an expression
// in the row of FROM.
func (b *block) bindOrder(order []ast.SortItem) error {
	for i := range order {
		o, err := b.sortItem(&order[i])
		if err != nil {
			return err
		}
		b.order = append(b.order, o)
	}
	return nil
}

func (b *block) sortItem(s *ast.SortItem) (sortItem, error) {
	out := sortItem{n: s.X, item: -1, desc: s.Desc, nullsLast: nullsLast(s)}
	switch e := s.X.(type) {
	case *ast.Literal:
		if e.Kind == ast.IntLit {
			n, err := strconv.Atoi(e.Text)
			if err != nil || n < 1 || n > len(b.items) {
				return out, errorAt(e, "the query has "+itoa(len(b.items))+" columns", "Ordinal out of range")
			}
			out.item = n - 1
			return out, nil
		}
	case *ast.Path:
		if len(e.Parts) == 1 {
			for i, it := range b.items {
				if it.named && it.name == e.Parts[0].Name {
					out.item = i
					return out, nil
				}
			}
		}
	}
	eb := &exprBinder{query: b.query, scope: b.scope, block: b}
	if !b.isGrouped() {
		eb.noAggregate = "ORDER BY clause of non-aggregating SELECT"
	}
	x, err := eb.bind(s.X)
	if err != nil {
		return out, err
	}
	out.x = x
	return out, nil
}

// nullsLast is where NULLs go: they are smaller than everything unless told
// otherwise.
func nullsLast(s *ast.SortItem) bool {
	switch s.Nulls {
	case ast.NullsFirst:
		return false
	case ast.NullsLast:
		return true
	}
	return s.Desc
}

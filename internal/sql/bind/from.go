package bind

import (
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// source is an element of FROM: its rows and what its columns are called.
type source struct {
	node  plan.Node
	scope *scope
}

// fromClause binds a FROM clause and checks that its names are distinct.
func (q *query) fromClause(t ast.TableRef, parent *scope) (*source, error) {
	s, err := q.tableRef(t, nil, parent)
	if err != nil {
		return nil, err
	}
	s.scope.parent = parent
	seen := map[string]bool{}
	for _, r := range s.scope.relations {
		if r.alias != "" && seen[r.alias] {
			return nil, errorAt(second(t, r.alias), "give one of them an alias", "Duplicate relation name '%s' in FROM clause", r.alias)
		}
		seen[r.alias] = true
	}
	return s, nil
}

// second finds where a name is given to a relation for the second time.
func second(t ast.TableRef, name string) ast.Node {
	var found []ast.Node
	ast.Inspect(t, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Query:
			return false
		case *ast.Table:
			if n.Alias == nil && n.Name.Last().Name == name {
				found = append(found, n)
			}
		case *ast.Alias:
			if n.Name.Name == name {
				found = append(found, n)
			}
		}
		return true
	})
	if len(found) < 2 {
		return t
	}
	return found[1]
}

// tableRef binds one element. left is what stands before it in FROM, which
// LATERAL and UNNEST can refer to; nil for the first.
func (q *query) tableRef(t ast.TableRef, left *source, parent *scope) (*source, error) {
	switch t := t.(type) {
	case *ast.Table:
		return q.table(t, parent)
	case *ast.Derived:
		return q.derived(t, left, parent)
	case *ast.Join:
		return q.join(t, left, parent)
	case *ast.TableFunc:
		return q.tableFunc(t, left, parent)
	case *ast.Unnest:
		return q.correlate(t, nil, left, parent)
	case *ast.MatchRecognize:
		return q.matchRecognize(t, left, parent)
	case *ast.Pivot:
		return nil, notSupported(t, "PIVOT", "write an aggregate with FILTER for each value")
	}
	return nil, errorAt(t, "", "This element of FROM is not supported")
}

// table binds a named table, view or CTE.
func (q *query) table(t *ast.Table, parent *scope) (*source, error) {
	if t.SystemTime != nil {
		return nil, notSupported(t, "FOR SYSTEM_TIME AS OF outside of the right side of a join (time travel)", "")
	}
	n, s, err := q.namedTable(t, parent)
	if err != nil {
		return nil, err
	}
	return q.aliased(&source{n, s}, t.Alias, parent)
}

// aliased gives a source another name and its columns new ones.
func (q *query) aliased(s *source, a *ast.Alias, parent *scope) (*source, error) {
	if a == nil {
		return s, nil
	}
	names := s.node.Schema().Names()
	if a.Columns != nil {
		n, err := renamed(s.node, a.Columns, a)
		if err != nil {
			return nil, err
		}
		s = &source{node: n}
		names = n.Schema().Names()
	}
	return &source{s.node, scopeOf(a.Name.Name, nil, names, s.node.Schema(), parent)}, nil
}

// namedTable finds a CTE, a table or a view.
func (q *query) namedTable(t *ast.Table, parent *scope) (plan.Node, *scope, error) {
	if len(t.Name.Parts) == 1 {
		for c := q.ctes; c != nil; c = c.next {
			if c.name == t.Name.Last().Name {
				if err := noOptions(t); err != nil {
					return nil, nil, err
				}
				q.noted.table(t, c.name)
				return c.node, scopeOf(c.name, nil, c.node.Schema().Names(), c.node.Schema(), parent), nil
			}
		}
	}
	path, err := q.Catalog.Resolve(t.Name.Strings())
	if err != nil {
		return nil, nil, errorOf(t.Name, err)
	}
	r, ok := q.Catalog.Lookup(path)
	if !ok {
		return nil, nil, q.notFoundTable(t, path)
	}
	var n plan.Node
	switch r := r.(type) {
	case *catalog.Table:
		n, err = q.scan(r, t)
	case *catalog.View:
		if err = noOptions(t); err == nil {
			n, err = q.view(r, t)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	q.noted.table(t, path.Catalog, path.Database, path.Object)
	return n, scopeOf(path.Object, &path, n.Schema().Names(), n.Schema(), parent), nil
}

func (q *query) notFoundTable(t *ast.Table, path catalog.Path) error {
	var ctes []string
	for c := q.ctes; c != nil; c = c.next {
		ctes = append(ctes, c.name)
	}
	hint := catalog.DidYouMean(t.Name.Last().Name, ctes)
	if hint == "" {
		hint = q.Catalog.NearTo(path)
	}
	return errorAt(t.Name, hint, "Object '%s' not found", t.Name)
}

func noOptions(t *ast.Table) error {
	for _, h := range t.Hints {
		if upperName(h.Name) == "OPTIONS" {
			return errorAt(h, "put the hint at the table inside", "The 'OPTIONS' hint is allowed only on tables: '%s' is a view or a subquery", t.Name)
		}
	}
	return nil
}

// view binds the query of a view where it is used.
func (q *query) view(v *catalog.View, t *ast.Table) (plan.Node, error) {
	for _, p := range q.views {
		if p == v.Path {
			return nil, errorAt(t.Name, "", "View '%s' uses itself", v.Path)
		}
	}
	n, err := q.Binder.bindView(v, append(q.views[:len(q.views):len(q.views)], v.Path))
	if err != nil {
		return nil, errorAt(t.Name, "a table it uses has changed; CREATE OR REPLACE it", "View '%s' is no longer valid: %s", v.Path, plainMessage(err))
	}
	return withNames(n, v.Schema.Names()), nil
}

// bindView binds the query of a view in the database it was created in.
func (b *Binder) bindView(v *catalog.View, expanding []catalog.Path) (plan.Node, error) {
	return b.bindViewNoting(v, expanding, nil)
}

func (b *Binder) bindViewNoting(v *catalog.View, expanding []catalog.Path, e *expansion) (plan.Node, error) {
	inner := b.query(v.Source)
	inner.noted = e
	inner.views = expanding
	c, d := b.Catalog.Current()
	if v.Catalog != c || v.Database != d {
		if err := b.Catalog.UseDatabase(v.Catalog, v.Database); err != nil {
			return nil, err
		}
		defer func() { _ = b.Catalog.UseDatabase(c, d) }()
	}
	return inner.bindQuery(v.Query, nil)
}

// derived binds a subquery in FROM.
func (q *query) derived(t *ast.Derived, left *source, parent *scope) (*source, error) {
	around := parent
	if t.Lateral && left != nil {
		return nil, notSupported(t, "LATERAL with a query, here", "it can stand on the right side of a join or behind a comma")
	}
	n, err := q.bindNested(t.Query, around)
	if err != nil {
		return nil, err
	}
	if written := q.written; repeated(written) != "" && aliasColumns(t.Alias) == nil {
		alias := ""
		if t.Alias != nil {
			alias = t.Alias.Name.Name
		}
		return &source{n, scopeOf(alias, nil, written, n.Schema(), parent)}, nil
	}
	return q.subqueryAlias(n, t.Alias, parent)
}

func (q *query) subqueryAlias(n plan.Node, a *ast.Alias, parent *scope) (*source, error) {
	s := &source{n, scopeOf("", nil, n.Schema().Names(), n.Schema(), parent)}
	return q.aliased(s, a, parent)
}

// tableFunc binds a window function or a table function in FROM.
func (q *query) tableFunc(t *ast.TableFunc, left *source, parent *scope) (*source, error) {
	name := upper(t.Call.Name)
	if len(t.Call.Name.Parts) == 1 && (name == "TO_CHANGELOG" || name == "FROM_CHANGELOG") {
		n, err := q.changelog(t.Call, parent)
		if err != nil {
			return nil, err
		}
		return q.subqueryAlias(n, t.Alias, parent)
	}
	f, ok := windowFunctions[name]
	if !ok || len(t.Call.Name.Parts) > 1 {
		if u, err := q.userDefined(t.Call.Name); err == nil && u.process != nil {
			n, err := q.process(t.Call, u.process, parent)
			if err != nil {
				return nil, err
			}
			return q.subqueryAlias(n, t.Alias, parent)
		}
		return q.correlate(t, nil, left, parent)
	}
	n, _, err := q.windowTVF(t.Call, f, parent)
	if err != nil {
		return nil, err
	}
	return q.subqueryAlias(n, t.Alias, parent)
}

// correlate binds UNNEST or a table function over the rows of left. on is the
// condition of its join; left join if keep.
type correlation struct {
	keep bool
	on   ast.Expr
}

func (q *query) correlate(t ast.TableRef, c *correlation, left *source, parent *scope) (*source, error) {
	if c == nil {
		c = &correlation{}
	}
	alone := left == nil
	if alone {
		left = &source{oneRow(), &scope{parent: parent}}
	}
	var n plan.Node
	var alias *ast.Alias
	var err error
	switch t := t.(type) {
	case *ast.Unnest:
		alias = t.Alias
		n, err = q.unnest(t, c, left)
	case *ast.TableFunc:
		alias = t.Alias
		n, err = q.tableFunction(t, c, left)
	}
	if err != nil {
		return nil, err
	}
	offset := len(left.node.Schema())
	out := n.Schema()[offset:]
	right, err := correlateScope(t, alias, out, parent)
	if err != nil {
		return nil, err
	}
	all := n.Schema()
	if alone { // without the row that was made up
		p := newProjector(n)
		for i, f := range out {
			p.append(columnOf(all, offset+i), f.Name)
		}
		return &source{p.node(), right}, nil
	}
	s := joined(left.scope.onto(all, 0), right.onto(all, offset))
	s.parent = parent
	if n, err = q.correlateOn(n, c.on, s); err != nil {
		return nil, err
	}
	return &source{n, s}, nil
}

func correlateScope(n ast.Node, a *ast.Alias, out types.Schema, parent *scope) (*scope, error) {
	names, alias := out.Names(), ""
	if a != nil {
		alias = a.Name.Name
		if a.Columns != nil && len(a.Columns) != len(names) {
			return nil, errorAt(a, "", "List of column aliases must have same degree as table; table has %d columns (%s), whereas alias list has %d columns",
				len(names), quotedList(names), len(a.Columns))
		}
		for i, c := range a.Columns {
			names[i] = c.Name
		}
	}
	return scopeOf(alias, nil, names, out, parent), nil
}

// unnest expands an array, map or multiset of the row.
func (q *query) unnest(t *ast.Unnest, c *correlation, left *source) (plan.Node, error) {
	if len(t.Args) != 1 {
		return nil, notSupported(t, "UNNEST of several collections", "write one UNNEST for each")
	}
	eb := &exprBinder{query: q, scope: left.scope}
	x, err := eb.bind(t.Args[0])
	if err != nil {
		return nil, err
	}
	elems, err := elementsOf(t, x.Type(), aliasColumns(t.Alias))
	if err != nil {
		return nil, err
	}
	n := &plan.Unnest{Input: left.node, Collection: x, Left: c.keep, Ordinality: t.Ordinality, Elements: elems}
	added := elems
	if t.Ordinality {
		added = append(append(types.Schema(nil), elems...), types.Field{Name: ordinalityName(t.Alias, len(elems)), Type: types.Of(types.Int).NotNull()})
	}
	n.Out = sideBySide(left.node.Schema(), added, false, c.keep)
	return n, nil
}

func ordinalityName(a *ast.Alias, at int) string {
	if cols := aliasColumns(a); at < len(cols) {
		return cols[at].Name
	}
	return "ORDINALITY"
}

func aliasColumns(a *ast.Alias) []ast.Ident {
	if a == nil {
		return nil
	}
	return a.Columns
}

// elementsOf is the row of an element: a ROW's fields, a map's key and value.
func elementsOf(n ast.Node, t types.Type, alias []ast.Ident) (types.Schema, error) {
	var s types.Schema
	switch t.Kind {
	case types.Array, types.Multiset:
		s = types.Schema{{Name: "EXPR$0", Type: *t.Elem}}
		if t.Elem.Kind == types.Row {
			s = nil
			for _, f := range t.Elem.Fields {
				s = append(s, types.Field{Name: f.Name, Type: f.Type.WithNull(f.Type.Nullable || t.Elem.Nullable)})
			}
		}
	case types.Map:
		s = types.Schema{{Name: "KEY", Type: *t.Key}, {Name: "VALUE", Type: *t.Elem}}
	default:
		return nil, errorAt(n, "an ARRAY, MAP or MULTISET is expected", "Cannot apply 'UNNEST' to arguments of type 'UNNEST(<%s>)'", t.WithNull(true).WithoutTime())
	}
	for i := range s {
		if i < len(alias) {
			s[i].Name = alias[i].Name
		}
	}
	return s, nil
}

// tableFunction calls a table function for each row of left.
func (q *query) tableFunction(t *ast.TableFunc, c *correlation, left *source) (plan.Node, error) {
	for _, a := range t.Call.Args {
		if n, ok := a.(*ast.NamedArg); ok {
			a = n.Value
		}
		if _, ok := a.(*ast.TableArg); ok {
			return nil, q.unknownProcess(t.Call, left.scope.parent)
		}
	}
	if u, err := q.userDefined(t.Call.Name); err != nil || u.found() {
		if err != nil {
			return nil, err
		}
		return q.userTable(t, u, c, left)
	}
	return nil, errorAt(t.Call.Name, "in FROM there are TUMBLE, HOP, CUMULATE, SESSION and UNNEST", "No match found for function signature %s", t.Call.Name)
}

func isTrue(e ast.Expr) bool {
	l, ok := e.(*ast.Literal)
	return ok && l.Kind == ast.BoolLit && l.Text == "TRUE"
}

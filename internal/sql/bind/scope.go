package bind

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/types"
)

// scope is what names in an expression can mean: the relations of a FROM
// clause, whose columns lie side by side in one row.
type scope struct {
	relations []*relation
	// visible are the columns of `*`, in order; an unqualified name is one of them.
	// A column merged by USING or NATURAL is there once.
	visible []entry
	parent  *scope // of the query around this one
}

// relation is a named element of FROM.
type relation struct {
	alias string // "" for a subquery without one
	// path is the table's own name when it has no alias: t, db.t and cat.db.t name it too.
	path    *catalog.Path
	columns []entry
}

// entry is a named column: what it is in the row of the scope.
type entry struct {
	name string
	x    expr.Expr
}

// scopeOf is the scope of one relation whose row is schema.
func scopeOf(alias string, path *catalog.Path, names []string, schema types.Schema, parent *scope) *scope {
	r := &relation{alias: alias, path: path, columns: make([]entry, len(schema))}
	for i, f := range schema {
		r.columns[i] = entry{names[i], &expr.Column{Index: i, Name: f.Name, T: f.Type}}
	}
	return &scope{relations: []*relation{r}, visible: r.columns, parent: parent}
}

// names returns the names of the visible columns.
func (s *scope) names() []string {
	names := make([]string, len(s.visible))
	for i, e := range s.visible {
		names[i] = e.name
	}
	return names
}

// mapped returns the scope with f applied to every column.
func (s *scope) mapped(f func(expr.Expr) expr.Expr) *scope {
	out := &scope{parent: s.parent}
	apply := func(in []entry) []entry {
		es := make([]entry, len(in))
		for i, e := range in {
			es[i] = entry{e.name, f(e.x)}
		}
		return es
	}
	for _, r := range s.relations {
		out.relations = append(out.relations, &relation{alias: r.alias, path: r.path, columns: apply(r.columns)})
	}
	out.visible = apply(s.visible)
	return out
}

// onto returns the scope for the row schema, in which the scope's own row
// begins at offset.
func (s *scope) onto(schema types.Schema, offset int) *scope {
	return s.mapped(func(x expr.Expr) expr.Expr {
		nullable := false
		y := expr.Rewrite(x, func(e expr.Expr) expr.Expr {
			c, ok := e.(*expr.Column)
			if !ok {
				return e
			}
			f := schema[c.Index+offset]
			nullable = nullable || f.Type.Nullable
			return &expr.Column{Index: c.Index + offset, Name: f.Name, T: f.Type}
		})
		if call, ok := y.(*expr.Call); ok && nullable && call.Fn != "COALESCE" {
			return nullableCall(call)
		}
		return y
	})
}

// joined puts two scopes of one join's output side by side.
func joined(l, r *scope) *scope {
	return &scope{
		relations: append(append([]*relation(nil), l.relations...), r.relations...),
		visible:   append(append([]entry(nil), l.visible...), r.visible...),
		parent:    l.parent,
	}
}

// named reports whether the qualifier parts name the relation.
func (r *relation) named(parts []string) bool {
	if len(parts) == 1 && r.alias == parts[0] && r.alias != "" {
		return true
	}
	if r.path == nil {
		return false
	}
	full := [...]string{r.path.Catalog, r.path.Database, r.path.Object}
	if len(parts) > len(full) {
		return false
	}
	for i, p := range full[len(full)-len(parts):] {
		if parts[i] != p {
			return false
		}
	}
	return true
}

// relation finds the relation of a qualifier in this scope alone.
func (s *scope) relation(parts []string) *relation {
	for _, r := range s.relations {
		if r.named(parts) {
			return r
		}
	}
	return nil
}

// column finds a column by name among entries: its position, how many match.
func column(entries []entry, name string) (at, count int) {
	at = -1
	for i, e := range entries {
		if e.name == name {
			if count == 0 {
				at = i
			}
			count++
		}
	}
	return at, count
}

// found is a name's meaning: a column and the parts of the path behind it,
// which are fields of rows.
type found struct {
	scope  *scope
	x      expr.Expr
	fields []ast.Ident
	table  string // for messages
	upTo   int    // how many parts name table and column
}

// qualified finds a path that begins with a relation of this scope. ok is false
// if there is none; err says that it has no such column.
func (s *scope) qualified(p *ast.Path) (f found, ok bool, err error) {
	names := make([]string, len(p.Parts))
	for i, id := range p.Parts {
		names[i] = id.Name
	}
	for i := len(names) - 1; i > 0; i-- {
		r := s.relation(names[:i])
		if r == nil {
			continue
		}
		at, count := column(r.columns, names[i])
		switch {
		case count > 1:
			return f, false, errorAt(p.Parts[i], "", "Column '%s' is ambiguous", names[i])
		case count == 1:
			return found{s, r.columns[at].x, p.Parts[i+1:], strings.Join(names[:i], "."), i + 1}, true, nil
		}
		return f, false, errorAt(p.Parts[i], nearColumn(names[i], r.columns), "Column '%s' not found in table '%s'", names[i], strings.Join(names[:i], "."))
	}
	return f, false, nil
}

// unqualified finds a path that begins with a column of this scope, or if
// inside is set with a field of one.
func (s *scope) unqualified(p *ast.Path, inside bool) (f found, ok bool, err error) {
	name := p.Parts[0].Name
	at, count := column(s.visible, name)
	switch {
	case count > 1:
		return f, false, errorAt(p.Parts[0], qualify(name, s), "Column '%s' is ambiguous", name)
	case count == 1:
		return found{s, s.visible[at].x, p.Parts[1:], s.tableOf(name), 1}, true, nil
	case !inside:
		return f, false, nil
	}
	switch hits := peek(s.visible, name); len(hits) {
	case 0:
		return f, false, nil
	case 1:
		return found{s, hits[0], p.Parts[1:], "", 1}, true, nil
	}
	return f, false, errorAt(p.Parts[0], "", "Column '%s' is ambiguous", name)
}

// peek finds the fields of that name inside of ROW columns, the outermost ones:
// a field can be named without its row where no column has its name.
func peek(columns []entry, name string) []expr.Expr {
	var hits []expr.Expr
	var deeper []entry
	for _, c := range columns {
		if c.x.Type().Kind != types.Row {
			continue
		}
		if x, ok := field(c.x, name); ok {
			hits = append(hits, x)
		}
		for _, f := range c.x.Type().Fields {
			x, _ := field(c.x, f.Name)
			deeper = append(deeper, entry{f.Name, x})
		}
	}
	if len(hits) == 0 && len(deeper) > 0 {
		return peek(deeper, name)
	}
	return hits
}

// tableOf names the relation that has a column.
func (s *scope) tableOf(name string) string {
	for _, r := range s.relations {
		if _, n := column(r.columns, name); n > 0 {
			return r.alias
		}
	}
	return ""
}

func nearColumn(name string, entries []entry) string {
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.name)
	}
	return catalog.DidYouMean(name, names)
}

// qualify says how an ambiguous name can be written.
func qualify(name string, s *scope) string {
	var options []string
	for _, r := range s.relations {
		if _, n := column(r.columns, name); n > 0 && r.alias != "" {
			options = append(options, r.alias+"."+name)
		}
	}
	if len(options) < 2 {
		return ""
	}
	return "write " + strings.Join(options, " or ")
}

// lookup finds the meaning of a path, outwards through the queries around: as
// a table's column, else as a column with fields.
func (q *query) lookup(s *scope, p *ast.Path) (expr.Expr, error) {
	var first error
	for at := s; at != nil && len(p.Parts) > 1; at = at.parent {
		f, ok, err := at.qualified(p)
		if ok {
			return q.reference(s, f, p)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	inside := first == nil
	for at := s; at != nil; at = at.parent {
		f, ok, err := at.unqualified(p, inside)
		if ok {
			return q.reference(s, f, p)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	if first != nil {
		return nil, first
	}
	return nil, notFound(s, p)
}

func notFound(s *scope, p *ast.Path) error {
	name := p.Parts[0].Name
	if len(p.Parts) > 1 {
		var tables []string
		for at := s; at != nil; at = at.parent {
			for _, r := range at.relations {
				if r.alias != "" {
					tables = append(tables, r.alias)
				}
			}
		}
		hint := catalog.DidYouMean(name, tables)
		if hint == "" && len(tables) > 0 {
			hint = "the tables here are " + strings.Join(tables, ", ")
		}
		return errorAt(p.Parts[0], hint, "Table '%s' not found", name)
	}
	var names []string
	for at := s; at != nil; at = at.parent {
		names = append(names, at.names()...)
	}
	hint := catalog.DidYouMean(name, slices.Clone(names))
	if hint == "" && len(names) > 0 && len(names) <= 12 {
		hint = "the columns are " + strings.Join(names, ", ")
	}
	return errorAt(p, hint, "Column '%s' not found in any table", name)
}

// reference makes the expression of a found name.
func (q *query) reference(s *scope, f found, p *ast.Path) (expr.Expr, error) {
	x := f.x
	q.noted.path(p, f)
	if f.scope != s {
		q.correlated = append(q.correlated, outerRef{f.scope, x})
		x = &expr.Column{Index: -len(q.correlated), Name: p.Parts[f.upTo-1].Name, T: x.Type()}
	}
	x = q.located(x, p)
	for i, id := range f.fields {
		y, ok := field(x, id.Name)
		if !ok {
			return nil, errorAt(p, nearField(id.Name, x.Type()), "Column '%s' not found in table '%s'", pathText(p.Parts[f.upTo-1:f.upTo+i+1]), f.table)
		}
		x = y
	}
	return x, nil
}

// located gives every column of x an identity of its own and remembers where
// it stands in the text.
func (q *query) located(x expr.Expr, n ast.Node) expr.Expr {
	return expr.Rewrite(x, func(e expr.Expr) expr.Expr {
		c, ok := e.(*expr.Column)
		if !ok {
			return e
		}
		fresh := *c
		q.origins[&fresh] = n
		return &fresh
	})
}

// field accesses a field of a row by name.
func field(x expr.Expr, name string) (expr.Expr, bool) {
	t := x.Type()
	for i, f := range t.Fields {
		if f.Name == name && t.Kind == types.Row {
			return &expr.Field{X: x, Index: i, T: f.Type.WithNull(f.Type.Nullable || t.Nullable)}, true
		}
	}
	return nil, false
}

func nearField(name string, t types.Type) string {
	if t.Kind != types.Row {
		return "it is of type " + t.WithoutTime().String() + ", which has no fields"
	}
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	if h := catalog.DidYouMean(name, names); h != "" {
		return h
	}
	return "its fields are " + strings.Join(names, ", ")
}

func pathText(parts []ast.Ident) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	return strings.Join(names, ".")
}

package bind

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/parser"
)

// ExpandedView is the query of a view with all names in full, as Flink shows it;
// the query as it was written where that cannot be told.
func (b *Binder) ExpandedView(v *catalog.View) string {
	stmt, err := parser.ParseStatement(v.Text)
	written, ok := stmt.(*ast.QueryStatement)
	if err != nil || !ok {
		return v.Text
	}
	q := written.Query
	nameSubqueries(q)
	inner := *v
	inner.Query, inner.Source = q, v.Text
	e := newExpansion()
	n, err := b.bindViewNoting(&inner, []catalog.Path{v.Path}, e)
	if err != nil || len(n.Schema()) != len(v.Schema) || e.unknown {
		return v.Text
	}
	if text, ok := ast.FormatExpanded(q, &e.Expansion); ok {
		return text
	}
	return v.Text
}

// expansion notes what names mean while a query is bound. Its methods do nothing
// for nil.
type expansion struct {
	ast.Expansion
	unknown bool // a name has no text of its own
}

func newExpansion() *expansion {
	functions := make(map[string]bool)
	for _, name := range expr.Names() {
		functions[name] = true
	}
	return &expansion{Expansion: ast.Expansion{
		Paths: map[*ast.Path][]string{}, Stars: map[*ast.Star][][2]string{}, Tables: map[*ast.Table][]string{},
		Builtin: func(name string) bool {
			return functions[name] || isAggregate(name) || isRanking(name) || isAuxiliary(name)
		},
	}}
}

// path notes that p is a column and fields.
func (e *expansion) path(p *ast.Path, f found) {
	if e == nil {
		return
	}
	if f.table == "" {
		e.unknown = true
		return
	}
	parts := []string{f.table[strings.LastIndexByte(f.table, '.')+1:]}
	for _, id := range p.Parts[f.upTo-1:] {
		parts = append(parts, id.Name)
	}
	e.Paths[p] = parts
}

// star notes the columns of relations that s stands for.
func (e *expansion) star(s *ast.Star, relations []*relation) {
	if e == nil {
		return
	}
	for _, r := range relations {
		for _, c := range r.columns {
			e.Stars[s] = append(e.Stars[s], [2]string{r.alias, c.name})
		}
	}
}

// table notes what t names.
func (e *expansion) table(t *ast.Table, path ...string) {
	if e != nil {
		e.Tables[t] = path
	}
}

// same notes that t names what u does.
func (e *expansion) same(t, u *ast.Table) {
	if e != nil {
		e.Tables[t] = e.Tables[u]
	}
}

// nameSubqueries gives what has no name in FROM one, as Flink does: EXPR$0, … in
// the order of the text. A set operation that is sorted becomes such a subquery,
// TABLE t as an argument becomes a query.
func nameSubqueries(q *ast.Query) {
	next := 0
	name := func(a **ast.Alias, at ast.Span) {
		if *a == nil {
			*a = &ast.Alias{Span: at, Name: ast.Ident{Span: at, Name: "EXPR$" + itoa(next)}}
			next++
		}
	}
	ast.Inspect(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Query:
			if _, sorted := n.Body.(*ast.SetOp); sorted && (n.OrderBy != nil || n.Limit != nil || n.Offset != nil) {
				n.Body = allOf(n.Span, &ast.Derived{Span: n.Span, Query: &ast.Query{Span: n.Span, Body: n.Body}})
			}
		case *ast.Derived:
			name(&n.Alias, n.Span)
		case *ast.TableFunc:
			name(&n.Alias, n.Span)
		case *ast.Unnest:
			name(&n.Alias, n.Span)
		case *ast.TableArg:
			if n.Table != nil {
				n.Query = &ast.Query{Span: n.Span, Body: allOf(n.Span, &ast.Table{Span: n.Span, Name: *n.Table})}
				n.Table = nil
			}
		}
		return true
	})
}

// allOf is SELECT * FROM t.
func allOf(at ast.Span, t ast.TableRef) *ast.Select {
	return &ast.Select{Span: at, Items: []ast.SelectItem{{Span: at, X: &ast.Star{Span: at}}}, From: t}
}

// starOf are the relations that a star stands for.
func (b *block) starOf(s *ast.Star) []*relation {
	if s.Qualifier == nil {
		return b.scope.relations
	}
	parts := make([]string, len(s.Qualifier))
	for i, p := range s.Qualifier {
		parts[i] = p.Name
	}
	return slices.DeleteFunc([]*relation{b.scope.relation(parts)}, func(r *relation) bool { return r == nil })
}

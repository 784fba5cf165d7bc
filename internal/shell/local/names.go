package local

import (
	"maps"
	"slices"

	"github.com/flottstream/flott/internal/shell/complete"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/session"
)

// Catalogs implements complete.Names.
func (e *Engine) Catalogs() []string { return e.session.Binder.Catalog.Catalogs() }

// Databases implements complete.Names.
func (e *Engine) Databases() []string {
	names, _ := e.session.Binder.Catalog.Databases("")
	return names
}

// Tables implements complete.Names.
func (e *Engine) Tables() []string {
	names, _ := e.session.Binder.Catalog.Tables("", "")
	return names
}

// Columns implements complete.Names.
func (e *Engine) Columns(table []string) (out []complete.ColumnOf) {
	name := ast.Name{}
	for _, p := range table {
		name.Parts = append(name.Parts, ast.Ident{Name: p})
	}
	r, err := e.session.Execute("", &ast.Describe{Kind: ast.TableObject, Name: &name})
	if err != nil {
		return nil
	}
	return described(r)
}

// described are the columns in the answer of DESCRIBE.
func described(r *session.Result) (out []complete.ColumnOf) {
	for _, row := range r.Rows {
		if len(row) > 1 && row[0] != nil && row[1] != nil {
			out = append(out, complete.ColumnOf{Name: *row[0], Type: *row[1]})
		}
	}
	return out
}

// Functions implements complete.Names.
func (e *Engine) Functions() []string {
	return append(session.Builtins(), e.session.Binder.Catalog.Functions()...)
}

// Connectors implements complete.Names.
func (e *Engine) Connectors() []string {
	return slices.Sorted(maps.Keys(e.host.Engine.Connectors()))
}

// Formats implements complete.Names.
func (e *Engine) Formats() []string { return slices.Sorted(maps.Keys(e.host.Engine.Env().Formats)) }

// Keys implements complete.Names.
func (e *Engine) Keys() []complete.Setting { return complete.Keys(true) }

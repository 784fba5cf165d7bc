package session

import (
	"fmt"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/parser"
)

// restore makes a table or view anew from the statement that SHOW CREATE shows,
// under the name it has now.
func (s *Session) restore(p catalog.Path, in catalog.Context, ddl string) (r catalog.Relation, err error) {
	stmt, err := parser.ParseStatement(ddl)
	if err != nil {
		return nil, err
	}
	name := ast.Name{}
	for _, part := range []string{p.Catalog, p.Database, p.Object} {
		name.Parts = append(name.Parts, ast.Ident{Name: part})
	}
	err = s.Binder.Catalog.InContext(in, func() error {
		switch x := stmt.(type) {
		case *ast.CreateTable:
			x.Name = name
			t, err := s.Binder.CreateTable(ddl, x)
			r = t
			return err
		case *ast.CreateView:
			x.Name = name
			v, err := s.Binder.CreateView(ddl, x)
			r = v
			return err
		}
		return fmt.Errorf("a table or view is expected, and not: %s", ddl)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// statement is what restore reads: SHOW CREATE, by the object's own name alone.
func statement(r catalog.Relation) string {
	switch r := r.(type) {
	case *catalog.View:
		return createView(r, catalog.Quote(r.Path.Object), r.Text)
	case *catalog.Table:
		return createTable(r, catalog.Quote(r.Path.Object))
	}
	return ""
}

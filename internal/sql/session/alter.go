package session

import (
	"maps"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// alter is ALTER TABLE, VIEW, DATABASE and FUNCTION.
func (s *Session) alter(source string, x *ast.Alter) error {
	switch x.Kind {
	case ast.TableObject:
		return s.alterTable(source, x)
	case ast.ViewObject:
		return s.alterView(source, x)
	case ast.DatabaseObject:
		return s.alterDatabase(x)
	case ast.FunctionObject:
		return s.alterFunction(x)
	case ast.CatalogObject:
		return s.alterCatalog(x)
	case ast.ModelObject:
		return s.alterModel(x)
	case ast.MaterializedTableObject:
		return fail(x.Name, "there are none: this program does not have them", "Materialized table with identifier '"+x.Name.String()+"' does not exist.")
	}
	return fail(x.Name, "there are none: CREATE CONNECTION is not supported", statementName(x)+" is not supported, in Flink 2.3 neither")
}

func (s *Session) alterTable(source string, x *ast.Alter) error {
	cat := s.Binder.Catalog
	path, err := cat.Resolve(x.Name.Strings())
	if err != nil {
		return err
	}
	r, _ := cat.Lookup(path)
	t, ok := r.(*catalog.Table)
	if !ok || t.Temporary {
		if x.IfExists && r == nil {
			return nil
		}
		return fail(x.Name, cat.NearTo(path), "Table "+path.Quoted()+" doesn't exist or is a temporary table.")
	}
	switch a := x.Action.(type) {
	case *ast.RenameTo:
		to, err := cat.Resolve(a.Name.Strings())
		if err != nil {
			return err
		}
		return cat.Rename(t, to)
	case *ast.SetOptions:
		return s.changeOptions(t, func(m map[string]string) { maps.Copy(m, options(a.Options)) })
	case *ast.AddPartitions:
		return s.addPartitions(t, a)
	case *ast.DropPartitions:
		return s.dropPartitions(t, a)
	case *ast.ResetOptions:
		if len(a.Keys) == 0 {
			return fail(a, "name a key: RESET ('key')", "ALTER TABLE RESET does not support empty key")
		}
		for _, k := range a.Keys {
			if k.Text == "connector" {
				return fail(k, "", "ALTER TABLE RESET does not support changing 'connector'")
			}
		}
		return s.changeOptions(t, func(m map[string]string) {
			for _, k := range a.Keys {
				delete(m, k.Text)
			}
		})
	}
	n, ok, err := s.Binder.AlterTable(source, t, x.Action)
	if !ok {
		return fail(x.Action, "DROP the table and CREATE it anew", "This change of a table is not supported yet")
	}
	if err == nil {
		err = cat.Replace(n)
	}
	return err
}

func (s *Session) changeOptions(t *catalog.Table, change func(map[string]string)) error {
	c := *t
	c.Options = maps.Clone(t.Options)
	change(c.Options)
	return s.Binder.Catalog.Replace(&c)
}

func (s *Session) alterView(source string, x *ast.Alter) error {
	cat := s.Binder.Catalog
	path, err := cat.Resolve(x.Name.Strings())
	if err != nil {
		return err
	}
	r, _ := cat.Lookup(path)
	v, ok := r.(*catalog.View)
	if !ok || v.Temporary {
		if x.IfExists {
			return nil
		}
		return fail(x.Name, cat.NearTo(path), "View "+path.Quoted()+" doesn't exist or is a temporary view.")
	}
	switch a := x.Action.(type) {
	case *ast.RenameTo:
		to, err := cat.Resolve(a.Name.Strings())
		if err != nil {
			return err
		}
		return cat.Rename(v, to)
	case *ast.SetQuery:
		n, err := s.Binder.CreateView(source, &ast.CreateView{Span: x.Span, Name: x.Name, Temporary: v.Temporary, Query: a.Query})
		if err != nil {
			return err
		}
		n.Comment = v.Comment
		return cat.Replace(n)
	}
	return fail(x.Action, "", "This change of a view is not supported yet")
}

func (s *Session) alterDatabase(x *ast.Alter) error {
	in, name, err := databaseName(x.Name)
	if err != nil {
		return err
	}
	a, ok := x.Action.(*ast.SetOptions)
	if !ok {
		return fail(x.Action, "", "This change of a database is not supported yet")
	}
	return s.Binder.Catalog.AlterDatabase(in, name, options(a.Options))
}

func (s *Session) alterFunction(x *ast.Alter) error {
	cat := s.Binder.Catalog
	a, ok := x.Action.(*ast.SetFunction)
	if !ok {
		return fail(x.Action, "", "This change of a function is not supported yet")
	}
	f, err := s.function(x.Name, &a.Body)
	if err != nil {
		return err
	}
	f.Temporary, f.System = x.Temporary, x.System
	if err := cat.DropFunction(f.Path, x.Temporary, x.System, x.IfExists); err != nil {
		return err
	}
	return cat.CreateFunction(f, false)
}

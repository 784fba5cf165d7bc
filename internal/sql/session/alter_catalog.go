package session

import (
	"maps"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// alterCatalog is ALTER CATALOG SET, RESET and COMMENT.
func (s *Session) alterCatalog(x *ast.Alter) error {
	cat := s.Binder.Catalog
	old, err := cat.Definition(x.Name.String())
	if err != nil {
		return err
	}
	d := &catalog.Definition{Name: old.Name, Comment: old.Comment, Options: maps.Clone(old.Options)}
	switch a := x.Action.(type) {
	case *ast.SetOptions:
		if len(a.Options) == 0 {
			return fail(a, "", "ALTER CATALOG SET does not support empty option")
		}
		for _, o := range a.Options {
			if o.Key == "type" && o.Value != old.Options["type"] {
				return fail(o, "DROP CATALOG, then CREATE it anew", "ALTER CATALOG SET does not support changing 'type'")
			}
			d.Options[o.Key] = o.Value
		}
	case *ast.ResetOptions:
		if len(a.Keys) == 0 {
			return fail(a, "", "ALTER CATALOG RESET does not support empty key")
		}
		for _, k := range a.Keys {
			if k.Text == "type" {
				return fail(k, "", "ALTER CATALOG RESET does not support changing 'type'")
			}
			delete(d.Options, k.Text)
		}
	case *ast.SetComment:
		d.Comment = a.Comment.Text
	}
	return cat.AlterCatalog(d)
}

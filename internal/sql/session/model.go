package session

import (
	"maps"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/types"
)

// Models are catalogued: they can be created, changed and shown. ML_PREDICT and
// ML_EVALUATE, which would run one, are refused by name.

func (s *Session) createModel(x *ast.CreateModel) error {
	if x.As != nil {
		return fail(x.As, "train it elsewhere and name its provider: WITH ('provider' = '…')", "CREATE MODEL … AS query, which trains a model, is not supported")
	}
	if len(x.Options) == 0 {
		return fail(x, "add WITH ('provider' = '…')", "Model property list can not be empty.")
	}
	path, err := s.Binder.Catalog.Resolve(x.Name.Strings())
	if err != nil {
		return err
	}
	m := &catalog.Model{Path: path, Temporary: x.Temporary, Comment: text(x.Comment), Options: options(x.Options)}
	if m.Input, err = s.modelSchema(x.Input); err != nil {
		return err
	}
	if m.Output, err = s.modelSchema(x.Output); err != nil {
		return err
	}
	return s.Binder.Catalog.CreateModel(m, x.IfNotExists)
}

// modelSchema types the columns of INPUT or OUTPUT.
func (s *Session) modelSchema(columns []ast.ColumnDef) (types.Schema, error) {
	var out types.Schema
	for i := range columns {
		c := &columns[i]
		if c.Type == nil || c.Metadata != nil {
			return nil, fail(c, "", "A column of a model has a name and a type")
		}
		t, err := s.Binder.Type(c.Type)
		if err != nil {
			return nil, err
		}
		out = append(out, types.Field{Name: c.Name.Name, Type: t})
	}
	return out, nil
}

// model finds a permanent or temporary model.
func (s *Session) model(n ast.Name) (*catalog.Model, error) {
	cat := s.Binder.Catalog
	path, err := cat.Resolve(n.Strings())
	if err != nil {
		return nil, err
	}
	if m := cat.Model(path); m != nil {
		return m, nil
	}
	return nil, fail(n, catalog.DidYouMean(path.Object, cat.Models(path.Catalog, path.Database)), "Model "+path.Quoted()+" doesn't exist.")
}

func (s *Session) alterModel(x *ast.Alter) error {
	old, err := s.model(x.Name)
	if err != nil {
		if x.IfExists {
			return nil
		}
		return err
	}
	if old.Temporary {
		return fail(x.Name, "DROP TEMPORARY MODEL, then CREATE it anew", "Model "+old.Path.Quoted()+" doesn't exist or is a temporary model.")
	}
	m := *old
	m.Options = maps.Clone(old.Options)
	switch a := x.Action.(type) {
	case *ast.SetOptions:
		if len(a.Options) == 0 {
			return fail(a, "", "ALTER MODEL SET does not support empty option.")
		}
		maps.Copy(m.Options, options(a.Options))
	case *ast.ResetOptions:
		if len(a.Keys) == 0 {
			return fail(a, "", "ALTER MODEL RESET does not support empty key.")
		}
		for _, k := range a.Keys {
			delete(m.Options, k.Text)
		}
	case *ast.RenameTo:
		if m.Path, err = s.Binder.Catalog.Resolve(a.Name.Strings()); err != nil {
			return err
		}
	}
	return s.Binder.Catalog.ReplaceModel(old.Path, &m)
}

func (s *Session) describeModel(x *ast.Describe) (*Result, error) {
	m, err := s.model(*x.Name)
	if err != nil {
		return nil, err
	}
	r := table("name", "type", "null", "is input")
	r.Columns[2].Type, r.Columns[3].Type = types.Of(types.Boolean), types.Of(types.Boolean)
	for _, f := range m.Input {
		r.add(f.Name, typeText(f.Type), boolText(f.Type.Nullable), "TRUE")
	}
	for _, f := range m.Output {
		r.add(f.Name, typeText(f.Type), boolText(f.Type.Nullable), "FALSE")
	}
	return r, nil
}

// createModelText is SHOW CREATE MODEL.
func createModelText(m *catalog.Model) string {
	var b strings.Builder
	b.WriteString("CREATE " + temporary(m.Temporary) + "MODEL " + m.Path.Quoted() + "\n")
	for _, part := range []struct {
		word   string
		schema types.Schema
	}{{"INPUT", m.Input}, {"OUTPUT", m.Output}} {
		if len(part.schema) == 0 {
			continue
		}
		cols := make([]string, len(part.schema))
		for i, f := range part.schema {
			cols[i] = catalog.Quote(f.Name) + " " + typeSQL(f.Type)
		}
		b.WriteString(part.word + " (" + strings.Join(cols, ", ") + ")\n")
	}
	if m.Comment != "" {
		b.WriteString("COMMENT " + ast.QuoteString(m.Comment) + "\n")
	}
	return b.String() + with(m.Options)
}

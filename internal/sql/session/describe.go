package session

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/bind"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/types"
)

func sortedUnique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// describe is DESCRIBE of a table or view, a catalog, a database or a function.
func (s *Session) describe(x *ast.Describe) (*Result, error) {
	switch x.Kind {
	case ast.TableObject, ast.ViewObject, "":
		return s.columns(*x.Name)
	case ast.CatalogObject:
		return s.describeCatalog(x)
	case ast.DatabaseObject:
		return s.describeDatabase(x)
	case ast.FunctionObject:
		return s.describeFunction(x)
	case ast.ModelObject:
		return s.describeModel(x)
	case ast.JobObject:
		return nil, fail(x.Job, "SHOW JOBS lists the jobs that run", "Job "+x.Job.Text+" could not be found")
	}
	return nil, fail(*x.Name, "there are none: CREATE CONNECTION is not supported", "DESCRIBE "+string(x.Kind)+" is not supported, in Flink 2.3 neither")
}

// columns lists the columns of a table or view as Flink does.
func (s *Session) columns(name ast.Name) (*Result, error) {
	cat := s.Binder.Catalog
	path, err := cat.Resolve(name.Strings())
	if err != nil {
		return nil, err
	}
	rel, ok := cat.Lookup(path)
	if !ok {
		return nil, fail(name, cat.NearTo(path), "Tables or views with the identifier '"+path.String()+"' doesn't exist.")
	}
	r := table("name", "type", "null", "key", "extras", "watermark")
	r.Columns[2].Type = types.Of(types.Boolean)
	switch rel := rel.(type) {
	case *catalog.View:
		for _, f := range rel.Schema {
			r.add(f.Name, typeText(f.Type), boolText(f.Type.Nullable))
			r.pad()
		}
	case *catalog.Table:
		describeTable(r, rel)
	}
	return r, nil
}

// pad fills the last row with NULLs.
func (r *Result) pad() {
	last := len(r.Rows) - 1
	for len(r.Rows[last]) < len(r.Columns) {
		r.Rows[last] = append(r.Rows[last], nil)
	}
}

func typeText(t types.Type) string { return t.WithNull(true).String() }

func boolText(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}

func describeTable(r *Result, t *catalog.Table) {
	commented := slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return c.Comment != "" })
	if commented {
		r.Columns = append(r.Columns, types.Field{Name: "comment", Type: types.String()})
	}
	for _, c := range t.Columns {
		row := []*string{ptr(c.Name), ptr(typeText(c.Type)), ptr(boolText(c.Type.Nullable)), nil, nil, nil}
		if slices.Contains(t.PrimaryKey, c.Name) {
			row[3] = ptr("PRI(" + strings.Join(t.PrimaryKey, ", ") + ")")
		}
		if e := extras(&c); e != "" {
			row[4] = ptr(e)
		}
		if t.Watermark != nil && t.Watermark.Column == c.Name {
			row[5] = ptr(ast.FormatQuoted(t.Watermark.Expr))
		}
		if commented {
			var comment *string
			if c.Comment != "" {
				comment = ptr(c.Comment)
			}
			row = append(row, comment)
		}
		r.Rows = append(r.Rows, row)
	}
}

func ptr(s string) *string { return &s }

// extras says how a column that is not physical comes about.
func extras(c *catalog.Column) string {
	switch {
	case c.Computed != nil:
		return "AS " + ast.FormatQuoted(c.Computed)
	case c.IsMetadata:
		s := "METADATA"
		if c.MetadataKey != "" {
			s += " FROM " + ast.QuoteString(c.MetadataKey)
		}
		if c.Virtual {
			s += " VIRTUAL"
		}
		return s
	}
	return ""
}

func (s *Session) describeCatalog(x *ast.Describe) (*Result, error) {
	d, err := s.Binder.Catalog.Definition(x.Name.String())
	if err != nil {
		return nil, err
	}
	r := table("info name", "info value").add("name", d.Name).add("type", d.Options["type"])
	var comment *string
	if d.Comment != "" {
		comment = &d.Comment
	}
	r.Rows = append(r.Rows, []*string{ptr("comment"), comment})
	if x.Extended {
		shown := masked(d.Options)
		for _, k := range sortedKeys(shown) {
			if k != "type" {
				r.add("option:"+k, shown[k])
			}
		}
	}
	return r, nil
}

func (s *Session) describeDatabase(x *ast.Describe) (*Result, error) {
	in, name, err := databaseName(*x.Name)
	if err != nil {
		return nil, err
	}
	d, err := s.Binder.Catalog.Database(in, name)
	if err != nil {
		return nil, err
	}
	r := table("info name", "info value").add("name", d.Name).add("comment", d.Comment)
	if x.Extended {
		for _, k := range sortedKeys(d.Options) {
			r.add("option:"+k, d.Options[k])
		}
	}
	return r, nil
}

func (s *Session) describeFunction(x *ast.Describe) (*Result, error) {
	name := x.Name.Strings()
	if f := s.Binder.Catalog.LookupFunction(name); f != nil {
		language := f.Language
		if language == "" {
			language = "GO"
		}
		return table("info name", "info value").add("is system function", "false").
			add("is temporary", strings.ToLower(boolText(f.Temporary))).add("class name", f.Class).add("function language", language), nil
	}
	if name := x.Name.String(); slices.Contains(builtins(), strings.ToLower(name)) || slices.Contains(bind.BuiltinNames(), name) {
		return table("info name", "info value").add("is system function", "true").add("is temporary", "false"), nil
	}
	return nil, fail(x.Name, catalog.DidYouMean(x.Name.String(), builtins()), "Function with the identifier '"+x.Name.String()+"' doesn't exist.")
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

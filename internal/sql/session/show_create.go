package session

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/types"
)

// showCreate is SHOW CREATE TABLE, VIEW or CATALOG.
func (s *Session) showCreate(x *ast.Show, kind ast.ObjectKind) (*Result, error) {
	cat := s.Binder.Catalog
	switch kind {
	case ast.CatalogObject:
		d, err := cat.Definition(x.Name.String())
		if err != nil {
			return nil, err
		}
		return table("result").add(createCatalog(d)), nil
	case ast.ModelObject:
		m, err := s.model(*x.Name)
		if err != nil {
			return nil, err
		}
		return table("result").add(createModelText(m)), nil
	case ast.TableObject, ast.ViewObject:
	default:
		return nil, fail(*x.Name, "there are none", strings.ToUpper(string(kind[:1]))+strings.ToLower(string(kind[1:]))+" '"+x.Name.String()+"' does not exist: flott does not have them")
	}
	path, err := cat.Resolve(x.Name.Strings())
	if err != nil {
		return nil, err
	}
	r, ok := cat.Lookup(path)
	what := "Table"
	if kind == ast.ViewObject {
		what = "View"
	}
	if !ok {
		return nil, fail(x.Name, cat.NearTo(path), fmt.Sprintf("Could not execute SHOW CREATE %s. %s with identifier %s does not exist.", kind, what, path.Quoted()))
	}
	switch r := r.(type) {
	case *catalog.View:
		if kind == ast.TableObject {
			return nil, fail(x.Name, "", "SHOW CREATE TABLE is only supported for tables, but "+path.Quoted()+" is a view. Please use SHOW CREATE VIEW instead.")
		}
		return table("result").add(createView(r, r.Path.Quoted(), s.Binder.ExpandedView(r))), nil
	case *catalog.Table:
		if kind == ast.ViewObject {
			return nil, fail(x.Name, "", "SHOW CREATE VIEW is only supported for views, but "+path.Quoted()+" is a table. Please use SHOW CREATE TABLE instead.")
		}
		return table("result").add(createTable(r, r.Path.Quoted())), nil
	}
	return nil, fail(x, "", "SHOW CREATE is not possible for this object")
}

func createCatalog(c *catalog.Definition) string {
	s := "CREATE CATALOG " + catalog.Quote(c.Name) + "\n"
	if c.Comment != "" {
		s += "COMMENT " + ast.QuoteString(c.Comment) + "\n"
	}
	return s + with(masked(c.Options))
}

// masked hides the values of options that are secrets.
func masked(options map[string]string) map[string]string {
	m := make(map[string]string, len(options))
	for k, v := range options {
		if secret.MatchString(k) {
			v = "******"
		}
		m[k] = v
	}
	return m
}

var secret = regexp.MustCompile(`(?i)password|secret|token|api-?key|credential`)

func with(options map[string]string) string {
	if len(options) == 0 {
		return ""
	}
	var lines []string
	for _, k := range sortedKeys(options) {
		lines = append(lines, "  "+ast.QuoteString(k)+" = "+ast.QuoteString(options[k]))
	}
	return "WITH (\n" + strings.Join(lines, ",\n") + "\n)\n"
}

func createView(v *catalog.View, name, query string) string {
	var cols []string
	for _, f := range v.Schema {
		cols = append(cols, "  "+catalog.Quote(f.Name))
	}
	s := "CREATE " + temporary(v.Temporary) + "VIEW " + name + " (\n" + strings.Join(cols, ",\n") + "\n)\n"
	if v.Comment != "" {
		s += "COMMENT " + ast.QuoteString(v.Comment) + "\n"
	}
	return s + "AS " + query + "\n"
}

func temporary(t bool) string {
	if t {
		return "TEMPORARY "
	}
	return ""
}

func createTable(t *catalog.Table, name string) string {
	var lines []string
	for _, c := range t.Columns {
		line := "  " + catalog.Quote(c.Name) + " "
		if c.Computed == nil {
			line += typeSQL(c.Type)
		}
		if e := extras(&c); e != "" {
			line = strings.TrimSuffix(line, " ") + " " + e
		}
		if c.Comment != "" {
			line += " COMMENT " + ast.QuoteString(c.Comment)
		}
		lines = append(lines, line)
	}
	if w := t.Watermark; w != nil {
		lines = append(lines, "  WATERMARK FOR "+catalog.Quote(w.Column)+" AS "+ast.FormatQuoted(w.Expr))
	}
	if len(t.PrimaryKey) > 0 {
		lines = append(lines, "  CONSTRAINT "+catalog.Quote(t.KeyName)+" PRIMARY KEY ("+quoted(t.PrimaryKey)+") NOT ENFORCED")
	}
	s := "CREATE " + temporary(t.Temporary) + "TABLE " + name + " (\n" + strings.Join(lines, ",\n") + "\n)\n"
	if t.Comment != "" {
		s += "COMMENT " + ast.QuoteString(t.Comment) + "\n"
	}
	if t.Distribution != nil {
		s += "DISTRIBUTED " + ast.FormatDistribution(t.Distribution) + "\n"
	}
	if len(t.Partition) > 0 {
		s += "PARTITIONED BY (" + quoted(t.Partition) + ")\n"
	}
	return s + with(t.Options)
}

func quoted(names []string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = catalog.Quote(n)
	}
	return strings.Join(parts, ", ")
}

// typeSQL prints a type in full, as DDL reads it.
func typeSQL(t types.Type) string {
	s := typeRoot(t)
	if !t.Nullable {
		s += " NOT NULL"
	}
	return s
}

func typeRoot(t types.Type) string {
	switch t.Kind {
	case types.Varchar, types.Varbinary:
		return fmt.Sprintf("%s(%d)", t.Kind, t.Length)
	case types.TimestampLTZ:
		return fmt.Sprintf("TIMESTAMP(%d) WITH LOCAL TIME ZONE", t.Length)
	case types.Array, types.Multiset:
		return t.Kind.String() + "<" + typeSQL(*t.Elem) + ">"
	case types.Map:
		return "MAP<" + typeSQL(*t.Key) + ", " + typeSQL(*t.Elem) + ">"
	case types.Row:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = catalog.Quote(f.Name) + " " + typeSQL(f.Type)
		}
		if t.Class != "" {
			return "STRUCTURED<" + ast.QuoteString(t.Class) + ", " + strings.Join(parts, ", ") + ">"
		}
		return "ROW<" + strings.Join(parts, ", ") + ">"
	}
	return t.WithNull(true).WithoutTime().String()
}

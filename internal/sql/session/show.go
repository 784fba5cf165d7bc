package session

import (
	"regexp"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/bind"
	"github.com/flottstream/flott/internal/types"
)

// show is SHOW ….
func (s *Session) show(x *ast.Show) (*Result, error) {
	cat := s.Binder.Catalog
	var names []string
	column := ""
	var err error
	switch x.What {
	case "CATALOGS":
		column, names = "catalog name", cat.Catalogs()
	case "DATABASES":
		in := ""
		if x.Name != nil {
			in = x.Name.String()
		}
		column = "database name"
		names, err = cat.Databases(in)
	case "TABLES", "VIEWS":
		column, names, err = s.relations(x)
	case "FUNCTIONS", "USER FUNCTIONS":
		column, names, err = s.functions(x)
	case "MATERIALIZED TABLES":
		column = "materialized table"
	case "MODELS":
		column, names, err = s.models(x)
	case "PROCEDURES", "CONNECTIONS":
		column = strings.ToLower(strings.TrimSuffix(x.What, "S")) + " name"
	case "JARS":
		column = "jars"
	case "MODULES":
		column, names = "module name", []string{"core"}
	default:
		return s.showOne(x)
	}
	if err != nil {
		return nil, err
	}
	return filtered(list(column, names), x.Filter)
}

// relations lists tables and views, or views alone.
func (s *Session) relations(x *ast.Show) (column string, names []string, err error) {
	in, db := "", ""
	if x.Name != nil {
		if in, db, err = databaseName(*x.Name); err != nil {
			return "", nil, err
		}
	}
	if x.What == "VIEWS" {
		names, err = s.Binder.Catalog.Views(in, db)
		return "view name", names, err
	}
	names, err = s.Binder.Catalog.Tables(in, db)
	return "table name", names, err
}

// functions lists the functions of a database: those of users, or these and the built-in ones.
func (s *Session) functions(x *ast.Show) (column string, names []string, err error) {
	in, db, err := s.databaseOf(x)
	if err != nil {
		return "", nil, err
	}
	if x.What == "FUNCTIONS" {
		names = bind.BuiltinNames()
	}
	return "function name", append(names, s.Binder.Catalog.FunctionsIn(in, db)...), nil
}

// models lists the models of a database.
func (s *Session) models(x *ast.Show) (column string, names []string, err error) {
	in, db, err := s.databaseOf(x)
	if err != nil {
		return "", nil, err
	}
	return "model name", s.Binder.Catalog.Models(in, db), nil
}

// databaseOf is the database that SHOW … FROM names, or the current one.
func (s *Session) databaseOf(x *ast.Show) (in, db string, err error) {
	in, db = s.Binder.Catalog.Current()
	if x.Name == nil {
		return in, db, nil
	}
	c, db, err := databaseName(*x.Name)
	if err != nil {
		return "", "", err
	}
	if c != "" {
		in = c
	}
	_, err = s.Binder.Catalog.Database(in, db)
	return in, db, err
}

// builtins lists the functions that need no CREATE FUNCTION, in lower case.
func builtins() []string {
	var names []string
	for _, n := range append(expr.Names(), bind.AggregateNames()...) {
		names = append(names, strings.ToLower(n))
	}
	return sortedUnique(names)
}

// showOne is SHOW of one thing.
func (s *Session) showOne(x *ast.Show) (*Result, error) {
	c, d := s.Binder.Catalog.Current()
	switch x.What {
	case "CURRENT CATALOG":
		return list("current catalog name", []string{c}), nil
	case "CURRENT DATABASE":
		return list("current database name", []string{d}), nil
	case "FULL MODULES":
		r := table("module name", "used").add("core", "TRUE")
		r.Columns[1].Type = types.Of(types.Boolean)
		return r, nil
	case "PARTITIONS":
		return s.showPartitions(x)
	case "JOBS":
		return table("job id", "job name", "status", "start time"), nil
	case "COLUMNS":
		r, err := s.columns(*x.Name)
		if err != nil {
			return nil, err
		}
		return filtered(r, x.Filter)
	}
	if kind, ok := strings.CutPrefix(x.What, "CREATE "); ok {
		return s.showCreate(x, ast.ObjectKind(kind))
	}
	return nil, fail(x, "", "SHOW "+x.What+" is not supported yet")
}

// filtered keeps the rows whose first field matches [NOT] LIKE.
func filtered(r *Result, f *ast.NameFilter) (*Result, error) {
	if f == nil {
		return r, nil
	}
	re, err := regexp.Compile(likePattern(f.Pattern.Text, f.Op == ast.OpILike))
	if err != nil {
		return nil, fail(f.Pattern, "", "'"+f.Pattern.Text+"' is not a pattern")
	}
	var rows [][]*string
	for _, row := range r.Rows {
		if re.MatchString(*row[0]) != f.Not {
			rows = append(rows, row)
		}
	}
	r.Rows = rows
	return r, nil
}

// likePattern turns a LIKE pattern into a regular expression.
func likePattern(p string, ignoreCase bool) string {
	var b strings.Builder
	if ignoreCase {
		b.WriteString("(?i)")
	}
	b.WriteString("(?s)^")
	escaped := false
	for _, c := range p {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(c)))
			escaped = false
		case c == '\\':
			escaped = true
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	b.WriteByte('$')
	return b.String()
}

package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
)

// CreateView checks the query of a view and names its columns.
func (b *Binder) CreateView(source string, cv *ast.CreateView) (*catalog.View, error) {
	path, err := b.Catalog.Resolve(cv.Name.Strings())
	if err != nil {
		return nil, errorOf(cv.Name, err)
	}
	q := b.query(source)
	n, err := q.bindQuery(cv.Query, nil)
	if err != nil {
		return nil, err
	}
	if err := typedColumns(cv.Query, n.Schema()); err != nil {
		return nil, err
	}
	if cv.Columns != nil && len(cv.Columns) != len(n.Schema()) {
		return nil, errorAt(cv.Name, "", "VIEW definition and input fields not match:\n\tDef fields: [%s].\n\tInput fields: [%s].", joinNames(identNames(cv.Columns)), joinNames(n.Schema().Names()))
	}
	if cv.Columns == nil {
		if alias := aliasTwice(cv.Query); alias != nil {
			return nil, errorAt(alias, "give it another name", "A column with the same name `%s` has been defined already", alias.Name)
		}
		if twice := repeated(q.written); twice != "" {
			return nil, errorAt(cv.Query, "give one of them another name", "A column with the same name `%s` has been defined already", twice)
		}
	}
	if n, err = renamed(n, cv.Columns, cv.Name); err != nil {
		return nil, err
	}
	v := &catalog.View{
		Path: path, Temporary: cv.Temporary, Text: q.text(cv.Query),
		Query: cv.Query, Source: source, Schema: n.Schema(),
	}
	v.Catalog, v.Database = b.Catalog.Current()
	if cv.Comment != nil {
		v.Comment = cv.Comment.Text
	}
	return v, nil
}

// CreateTableAs resolves CREATE TABLE … AS query: the table that an INSERT of
// the query then fills.
func (b *Binder) CreateTableAs(source string, ct *ast.CreateTable) (*catalog.Table, error) {
	if ct.Temporary {
		return nil, errorAt(ct, "", "CREATE TABLE AS SELECT syntax does not support to create temporary table yet.")
	}
	if len(ct.PartitionedBy) > 0 && ct.Schema == nil && ct.ColumnOrder != nil {
		return nil, notSupported(ct, "PARTITIONED BY with a column list in CREATE TABLE AS", "")
	}
	n, err := b.query(source).bindQuery(ct.As, nil)
	if err != nil {
		return nil, err
	}
	def, err := tableAs(ct, n)
	if err != nil {
		return nil, err
	}
	t, err := b.CreateTable(source, def)
	if err != nil {
		return nil, err
	}
	t.FromQuery = n.Schema().Names()
	return t, nil
}

// tableAs is the CREATE TABLE with the columns of the query behind its own.
func tableAs(ct *ast.CreateTable, n plan.Node) (*ast.CreateTable, error) {
	def := *ct
	def.As, def.ColumnOrder = nil, nil
	schema := ast.TableSchema{Span: ct.Span}
	declared := map[string]bool{}
	if ct.Schema != nil {
		schema = *ct.Schema
		schema.Columns = append([]ast.ColumnDef(nil), schema.Columns...)
		for _, c := range schema.Columns {
			declared[c.Name.Name] = true
		}
	}
	fields := n.Schema()
	if ct.ColumnOrder != nil {
		if len(ct.ColumnOrder) != len(fields) {
			return nil, errorAt(ct, "", "The number of columns in the column list (%d) does not match the query (%d)", len(ct.ColumnOrder), len(fields))
		}
		for _, id := range ct.ColumnOrder {
			if fields.Index(id.Name) < 0 {
				return nil, errorAt(id, didYouMean(id.Name, fields.Names()), "Column '%s' not found in the source schema", id.Name)
			}
		}
	}
	order := fields.Names()
	if ct.ColumnOrder != nil {
		order = identNames(ct.ColumnOrder)
	}
	for _, name := range order {
		if declared[name] {
			continue
		}
		f := fields[fields.Index(name)]
		if f.Type.Nullable && keyColumn(ct.Schema, name) {
			return nil, errorAt(ct.Schema, "name it with its type and NOT NULL in front of the key", "Invalid primary key: column '%s' of the query is nullable", name)
		}
		schema.Columns = append(schema.Columns, ast.ColumnDef{Span: ct.As.Span, Name: ast.Ident{Span: ct.As.Span, Name: name}, Type: typeAst(f.Type.WithoutTime(), ct.As.Span)})
	}
	def.Schema = &schema
	return &def, nil
}

func identNames(ids []ast.Ident) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.Name
	}
	return names
}

func joinNames(names []string) string { return strings.Join(names, ", ") }

package bind

import (
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// typeAst writes a type as syntax, for the columns that CREATE TABLE AS takes
// from its query.
func typeAst(t types.Type, at ast.Span) *ast.DataType {
	d := &ast.DataType{Span: at, Name: t.Kind.String()}
	if !t.Nullable {
		d.Null = ast.NotNull
	}
	switch t.Kind {
	case types.Char, types.Varchar, types.Binary, types.Varbinary, types.Time, types.Timestamp, types.TimestampLTZ:
		d.Params = []int{t.Length}
	case types.Decimal:
		d.Params = []int{t.Length, t.Scale}
	case types.Array, types.Multiset:
		d.Elem = typeAst(*t.Elem, at)
	case types.Map:
		d.Key, d.Elem = typeAst(*t.Key, at), typeAst(*t.Elem, at)
	case types.Row:
		if t.Class != "" {
			d.Name, d.Class = "STRUCTURED", t.Class
		}
		for _, f := range t.Fields {
			d.Fields = append(d.Fields, ast.Field{Span: at, Name: ast.Ident{Span: at, Name: f.Name}, Type: typeAst(f.Type, at)})
		}
	case types.IntervalYearMonth:
		d.Name, d.Interval = "INTERVAL", &ast.IntervalQualifier{From: ast.Year}
	case types.IntervalDayTime:
		d.Name, d.Interval = "INTERVAL", &ast.IntervalQualifier{From: ast.Day}
	}
	return d
}

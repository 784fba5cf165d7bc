package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// simple are the types without parameters.
var simple = map[string]types.Type{
	"STRING": types.String(), "BYTES": types.Bytes(), "BOOLEAN": types.Of(types.Boolean),
	"TINYINT": types.Of(types.TinyInt), "SMALLINT": types.Of(types.SmallInt), "INT": types.Of(types.Int),
	"BIGINT": types.Of(types.BigInt), "FLOAT": types.Of(types.Float), "DOUBLE": types.Of(types.Double),
	"DATE": types.Of(types.Date), "NULL": {Nullable: true},
	"VARIANT": types.Of(types.Variant), "BITMAP": types.Of(types.Bitmap),
}

// sized are the types with one parameter: its default and its range.
var sized = map[string]struct {
	kind         types.Kind
	def, lo, hi  int
	what, plural string
}{
	"CHAR":          {types.Char, 1, 1, types.MaxLength, "length", "characters"},
	"VARCHAR":       {types.Varchar, types.MaxLength, 1, types.MaxLength, "length", "characters"},
	"BINARY":        {types.Binary, 1, 1, types.MaxLength, "length", "bytes"},
	"VARBINARY":     {types.Varbinary, types.MaxLength, 1, types.MaxLength, "length", "bytes"},
	"TIME":          {types.Time, 0, 0, 9, "precision", "digits"},
	"TIMESTAMP":     {types.Timestamp, 6, 0, 9, "precision", "digits"},
	"TIMESTAMP_LTZ": {types.TimestampLTZ, 6, 0, 9, "precision", "digits"},
}

// dataType is the logical type of a type as written.
func dataType(d *ast.DataType) (types.Type, error) {
	t, err := rootType(d)
	if err != nil {
		return t, err
	}
	t.Nullable = d.Null != ast.NotNull
	return t, nil
}

func rootType(d *ast.DataType) (types.Type, error) {
	if t, ok := simple[d.Name]; ok {
		return t, nil
	}
	if s, ok := sized[d.Name]; ok {
		n := s.def
		if len(d.Params) > 0 {
			n = d.Params[0]
		}
		if n < s.lo || n > s.hi {
			return types.Type{}, errorAt(d, "", "The %s of %s must be between %d and %d, but is %d", s.what, d.Name, s.lo, s.hi, n)
		}
		return types.Type{Kind: s.kind, Length: n}, nil
	}
	switch d.Name {
	case "DECIMAL":
		return decimalType(d)
	case "ARRAY", "MULTISET":
		elem, err := dataType(d.Elem)
		if err != nil {
			return types.Type{}, err
		}
		t := types.ArrayOf(elem)
		if d.Name == "MULTISET" {
			t.Kind = types.Multiset
		}
		return t, nil
	case "MAP":
		key, err := dataType(d.Key)
		if err != nil {
			return types.Type{}, err
		}
		value, err := dataType(d.Elem)
		return types.MapOf(key, value), err
	case "ROW", "STRUCTURED":
		return rowType(d)
	case "INTERVAL":
		return intervalType(&d.Interval.From), nil
	case "REAL":
		return types.Type{}, errorAt(d, "use FLOAT", "Type REAL is not supported")
	case "TIMESTAMP_TZ":
		return types.Type{}, errorAt(d, "use TIMESTAMP_LTZ, an instant shown in the session's time zone", "Type TIMESTAMP WITH TIME ZONE is not supported")
	case "RAW", "ANY":
		return types.Type{}, notSupported(d, "Type "+d.Name, "values of Java classes cannot be read here; BYTES keeps their bytes")
	}
	name := d.Name
	if d.Other != nil {
		name = d.Other.String()
	}
	return types.Type{}, errorAt(d, didYouMean(strings.ToUpper(name), typeNames()), "Unknown identifier '%s': there is no data type of this name", name)
}

func typeNames() []string {
	return []string{
		"BOOLEAN", "TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "NUMERIC", "CHAR", "VARCHAR", "STRING",
		"BINARY", "VARBINARY", "BYTES", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "INTERVAL", "ARRAY", "MAP", "MULTISET", "ROW",
		"VARIANT", "BITMAP", "STRUCTURED",
	}
}

func decimalType(d *ast.DataType) (types.Type, error) {
	p, s := 10, 0
	if len(d.Params) > 0 {
		p = d.Params[0]
	}
	if len(d.Params) > 1 {
		s = d.Params[1]
	}
	if p < 1 || p > 38 {
		return types.Type{}, errorAt(d, "", "Decimal precision must be between 1 and 38 (both inclusive), but is %d", p)
	}
	if s < 0 || s > p {
		return types.Type{}, errorAt(d, "", "Decimal scale must be between 0 and the precision %d (both inclusive), but is %d", p, s)
	}
	return types.DecimalOf(p, s), nil
}

func rowType(d *ast.DataType) (types.Type, error) {
	fields := make([]types.Field, len(d.Fields))
	seen := map[string]bool{}
	for i, f := range d.Fields {
		t, err := dataType(f.Type)
		if err != nil {
			return types.Type{}, err
		}
		if seen[f.Name.Name] {
			return types.Type{}, errorAt(f.Name, "", "Field names must be unique. Found duplicates: [%s]", f.Name.Name)
		}
		seen[f.Name.Name] = true
		fields[i] = types.Field{Name: f.Name.Name, Type: t}
	}
	t := types.RowOf(fields...)
	t.Class = d.Class
	return t, nil
}

// intervalType is the type of an interval whose leading unit is given.
func intervalType(unit *ast.TimeUnit) types.Type {
	switch *unit {
	case ast.Year, ast.Quarter, ast.Month:
		return types.Of(types.IntervalYearMonth)
	}
	return types.Of(types.IntervalDayTime)
}

package parquet

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/flottstream/flott/internal/types"
)

// arrowSchema is the schema of a file of rows.
func (s *settings) arrowSchema(schema types.Schema) (*arrow.Schema, error) {
	fields, err := s.arrowFields(schema)
	return arrow.NewSchema(fields, nil), err
}

func (s *settings) arrowFields(fields []types.Field) ([]arrow.Field, error) {
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		t, err := s.arrowType(f.Type)
		if err != nil {
			return nil, fmt.Errorf("column '%s': %w", f.Name, err)
		}
		out[i] = arrow.Field{Name: f.Name, Type: t, Nullable: f.Type.Nullable}
	}
	return out, nil
}

// arrowType is the Arrow type with the memory layout of ours.
func (s *settings) arrowType(t types.Type) (arrow.DataType, error) {
	switch t.Kind {
	case types.Boolean:
		return arrow.FixedWidthTypes.Boolean, nil
	case types.TinyInt:
		return arrow.PrimitiveTypes.Int8, nil
	case types.SmallInt:
		return arrow.PrimitiveTypes.Int16, nil
	case types.Int:
		return arrow.PrimitiveTypes.Int32, nil
	case types.BigInt:
		return arrow.PrimitiveTypes.Int64, nil
	case types.Float:
		return arrow.PrimitiveTypes.Float32, nil
	case types.Double:
		return arrow.PrimitiveTypes.Float64, nil
	case types.Char, types.Varchar:
		return arrow.BinaryTypes.String, nil
	case types.Binary, types.Varbinary:
		return arrow.BinaryTypes.Binary, nil
	case types.Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Length), Scale: int32(t.Scale)}, nil
	case types.Date:
		return arrow.FixedWidthTypes.Date32, nil
	case types.Time:
		return arrow.FixedWidthTypes.Time32ms, nil
	case types.Timestamp, types.TimestampLTZ:
		if s.int64s {
			return &arrow.TimestampType{Unit: s.unit}, nil
		}
		return &arrow.TimestampType{Unit: unitOf(t)}, nil
	}
	return s.nestedType(t)
}

func (s *settings) nestedType(t types.Type) (arrow.DataType, error) {
	switch t.Kind {
	case types.Row:
		fields, err := s.arrowFields(t.Fields)
		if err == nil && len(fields) == 0 {
			err = fmt.Errorf("a Parquet file has no %s: it needs a field", t)
		}
		return arrow.StructOf(fields...), err
	case types.Array:
		elem, err := s.arrowType(*t.Elem)
		if err != nil {
			return nil, err
		}
		return arrow.ListOfField(arrow.Field{Name: "element", Type: elem, Nullable: t.Elem.Nullable}), nil
	case types.Map, types.Multiset:
		key, value := *t.Elem, types.Of(types.Int).NotNull()
		if t.Kind == types.Map {
			key, value = *t.Key, *t.Elem
		}
		k, err := s.arrowType(key)
		if err != nil {
			return nil, err
		}
		v, err := s.arrowType(value)
		if err != nil {
			return nil, err
		}
		return arrow.MapOfFields(arrow.Field{Name: "key", Type: k}, arrow.Field{Name: "value", Type: v, Nullable: value.Nullable}), nil
	}
	return nil, fmt.Errorf("Unsupported type: %s", t)
}

// unitOf is what our timestamps of a type count.
func unitOf(t types.Type) arrow.TimeUnit {
	switch {
	case t.Length <= 3:
		return arrow.Millisecond
	case t.Length <= 6:
		return arrow.Microsecond
	}
	return arrow.Nanosecond
}

// perSecond is how many units a second has.
func perSecond(u arrow.TimeUnit) int64 {
	switch u {
	case arrow.Second:
		return 1
	case arrow.Millisecond:
		return 1e3
	case arrow.Microsecond:
		return 1e6
	}
	return 1e9
}

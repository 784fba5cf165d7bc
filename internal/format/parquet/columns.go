package parquet

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// suits refuses a column of a file that is not of the type asked for. Numbers
// may be narrower than asked for.
func suits(t arrow.DataType, want types.Type, name string) error {
	mismatch := malformed(fmt.Errorf("column '%s' is %s in the file, which cannot be read as %s", name, t, want))
	ok := false
	switch want.Kind {
	case types.Boolean:
		ok = t.ID() == arrow.BOOL
	case types.TinyInt:
		ok = t.ID() == arrow.INT8
	case types.SmallInt:
		ok = t.ID() == arrow.INT16 || t.ID() == arrow.INT8
	case types.Int:
		ok = t.ID() == arrow.INT32 || t.ID() == arrow.INT16 || t.ID() == arrow.INT8
	case types.BigInt:
		ok = t.ID() == arrow.INT64 || t.ID() == arrow.INT32
	case types.Float:
		ok = t.ID() == arrow.FLOAT32
	case types.Double:
		ok = t.ID() == arrow.FLOAT64 || t.ID() == arrow.FLOAT32
	case types.Char, types.Varchar, types.Binary, types.Varbinary:
		ok = t.ID() == arrow.STRING || t.ID() == arrow.BINARY || t.ID() == arrow.FIXED_SIZE_BINARY && !want.IsCharacter()
	case types.Decimal:
		d, isDecimal := t.(*arrow.Decimal128Type)
		ok = isDecimal && int(d.Scale) == want.Scale
	case types.Date:
		ok = t.ID() == arrow.DATE32
	case types.Time:
		ok = t.ID() == arrow.TIME32 || t.ID() == arrow.TIME64
	case types.Timestamp, types.TimestampLTZ:
		ok = t.ID() == arrow.TIMESTAMP
	case types.Array:
		if l, isList := t.(*arrow.ListType); isList {
			return suits(l.Elem(), *want.Elem, name)
		}
	case types.Map:
		if m, isMap := t.(*arrow.MapType); isMap {
			if err := suits(m.KeyType(), *want.Key, name); err != nil {
				return err
			}
			return suits(m.ItemType(), *want.Elem, name)
		}
	case types.Multiset:
		if m, isMap := t.(*arrow.MapType); isMap && m.ItemType().ID() == arrow.INT32 {
			return suits(m.KeyType(), *want.Elem, name)
		}
	case types.Row:
		s, isStruct := t.(*arrow.StructType)
		if !isStruct {
			return mismatch
		}
		for _, f := range want.Fields {
			if i, found := s.FieldIdx(f.Name); found {
				if err := suits(s.Field(i).Type, f.Type, name+"."+f.Name); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if !ok {
		return mismatch
	}
	return nil
}

// appendArray appends the values [from, to) of a, which suits v's type.
func (r *reader) appendArray(v *batch.Vector, a arrow.Array, from, to int) error {
	switch a := a.(type) {
	case *array.Int8:
		return appendNumbers(v, a, a.Int8Values(), from, to)
	case *array.Int16:
		return appendNumbers(v, a, a.Int16Values(), from, to)
	case *array.Int32:
		return appendNumbers(v, a, a.Int32Values(), from, to)
	case *array.Int64:
		return appendNumbers(v, a, a.Int64Values(), from, to)
	case *array.Float32:
		return appendNumbers(v, a, a.Float32Values(), from, to)
	case *array.Float64:
		return appendNumbers(v, a, a.Float64Values(), from, to)
	case *array.Date32:
		return appendEach(v, a, from, to, func(i int) { v.AppendInt32(int32(a.Value(i))) })
	case *array.Time32:
		per := int32(1)
		if a.DataType().(*arrow.Time32Type).Unit == arrow.Second {
			per = 1000
		}
		return appendEach(v, a, from, to, func(i int) { v.AppendInt32(int32(a.Value(i)) * per) })
	case *array.Time64:
		per := perSecond(a.DataType().(*arrow.Time64Type).Unit) / 1000
		return appendEach(v, a, from, to, func(i int) { v.AppendInt32(int32(int64(a.Value(i)) / per)) })
	case *array.Boolean:
		return appendEach(v, a, from, to, func(i int) { v.AppendBool(a.Value(i)) })
	case *array.String:
		return appendEach(v, a, from, to, func(i int) { v.AppendString(a.Value(i)) })
	case *array.Binary:
		return appendEach(v, a, from, to, func(i int) { v.AppendBytes(a.Value(i)) })
	case *array.FixedSizeBinary:
		return appendEach(v, a, from, to, func(i int) { v.AppendBytes(a.Value(i)) })
	case *array.Decimal128:
		return appendEach(v, a, from, to, func(i int) {
			x := a.Value(i)
			n := decimal.Num{Lo: x.LowBits(), Hi: x.HighBits()}
			if !n.Fits(v.Type.Length) {
				v.AppendNull()
				return
			}
			batch.AppendFixed(v, n)
		})
	case *array.Timestamp:
		return r.appendTimestamps(v, a, from, to)
	}
	return r.appendNested(v, a, from, to)
}

// appendEach calls f for the values that are not null.
func appendEach(v *batch.Vector, a arrow.Array, from, to int, f func(i int)) error {
	if a.NullN() == 0 {
		for i := from; i < to; i++ {
			f(i)
		}
		return nil
	}
	for i := from; i < to; i++ {
		if a.IsNull(i) {
			v.AppendNull()
		} else {
			f(i)
		}
	}
	return nil
}

type number interface {
	int8 | int16 | int32 | int64 | float32 | float64
}

// appendNumbers copies a column, or widens it.
func appendNumbers[T number](v *batch.Vector, a arrow.Array, values []T, from, to int) error {
	var x any = values
	switch v.Type.Kind {
	case types.TinyInt:
		copyNumbers(v, a, x.([]int8), from, to)
	case types.SmallInt:
		widen[T, int16](v, a, values, from, to)
	case types.Int:
		widen[T, int32](v, a, values, from, to)
	case types.BigInt:
		widen[T, int64](v, a, values, from, to)
	case types.Float:
		copyNumbers(v, a, x.([]float32), from, to)
	case types.Double:
		widen[T, float64](v, a, values, from, to)
	default:
		return fmt.Errorf("it is %s, not %s", a.DataType(), v.Type)
	}
	return nil
}

func copyNumbers[T number](v *batch.Vector, a arrow.Array, values []T, from, to int) {
	n := v.Len()
	v.Resize(n + to - from)
	copy(batch.Values[T](v)[n:], values[from:to])
	markNulls(v, a, n, from, to)
}

func widen[F, T number](v *batch.Vector, a arrow.Array, values []F, from, to int) {
	if same, ok := any(values).([]T); ok {
		copyNumbers(v, a, same, from, to)
		return
	}
	n := v.Len()
	v.Resize(n + to - from)
	out := batch.Values[T](v)[n:]
	for i, x := range values[from:to] {
		out[i] = T(x)
	}
	markNulls(v, a, n, from, to)
}

func markNulls(v *batch.Vector, a arrow.Array, n, from, to int) {
	if a.NullN() == 0 {
		return
	}
	for i := from; i < to; i++ {
		if a.IsNull(i) {
			v.SetNull(n + i - from)
		}
	}
}

func (r *reader) appendTimestamps(v *batch.Vector, a *array.Timestamp, from, to int) error {
	in, unit, fits := perSecond(a.DataType().(*arrow.TimestampType).Unit), v.Type.UnitsPerSecond(), true
	if err := appendEach(v, a, from, to, func(i int) {
		if v.Type.HasNanos() {
			sec := floor(int64(a.Value(i)), in)
			nano := (int64(a.Value(i)) - sec*in) * (1e9 / in)
			if r.zone != nil {
				sec = toLocal(sec, 1, r.zone)
			}
			v.AppendMoment(sec, nano)
			return
		}
		x, ok := rescale(int64(a.Value(i)), in, unit)
		if r.zone != nil {
			x = toLocal(x, unit, r.zone)
		}
		fits = fits && ok
		v.AppendInt64(x)
	}); err != nil {
		return err
	}
	if !fits {
		return fmt.Errorf("a timestamp is too far away for %s", v.Type)
	}
	return nil
}

func (r *reader) appendNested(v *batch.Vector, a arrow.Array, from, to int) error {
	switch a := a.(type) {
	case *array.Struct:
		t := a.DataType().(*arrow.StructType)
		for i := from; i < to; i++ {
			if a.IsNull(i) {
				v.AppendNull()
				continue
			}
			for k, f := range v.Type.Fields {
				at, found := t.FieldIdx(f.Name)
				if !found {
					v.Kids[k].AppendNull()
				} else if err := r.appendArray(v.Kids[k], a.Field(at), i, i+1); err != nil {
					return err
				}
			}
			v.EndRow()
		}
		return nil
	case *array.Map:
		return r.appendLists(v, a, []arrow.Array{a.Keys(), a.Items()}, from, to)
	case *array.List:
		return r.appendLists(v, a, []arrow.Array{a.ListValues()}, from, to)
	}
	return fmt.Errorf("it is %s, which cannot be read", a.DataType())
}

func (r *reader) appendLists(v *batch.Vector, a array.ListLike, kids []arrow.Array, from, to int) error {
	for i := from; i < to; i++ {
		if a.IsNull(i) {
			v.AppendNull()
			continue
		}
		start, end := a.ValueOffsets(i)
		for k, kid := range kids {
			if err := r.appendArray(v.Kids[k], kid, int(start), int(end)); err != nil {
				return err
			}
		}
		v.EndList()
	}
	return nil
}

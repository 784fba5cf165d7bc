package flott

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// timeValue is what a TIMESTAMP is in Go.
type timeValue = time.Time

// codec reads and writes values of one Go type.
type codec[T any] struct {
	sql   types.Type
	nulls bool // T can say NULL
	read  func(v *batch.Vector, i int) T
	write func(v *batch.Vector, x T)
}

// codecOf is the codec of T, which is one of those that RegisterScalar lists.
func codecOf[T any]() codec[T] {
	var c any
	switch any(*new(T)).(type) {
	case bool:
		c = codec[bool]{sql: types.Of(types.Boolean), read: (*batch.Vector).Bool, write: (*batch.Vector).AppendBool}
	case int8:
		c = fixed(types.TinyInt, (*batch.Vector).Int8s)
	case int16:
		c = fixed(types.SmallInt, (*batch.Vector).Int16s)
	case int32:
		c = fixed(types.Int, (*batch.Vector).Int32s)
	case int64:
		c = fixed(types.BigInt, (*batch.Vector).Int64s)
	case int:
		c = codec[int]{sql: types.Of(types.BigInt), read: func(v *batch.Vector, i int) int { return int(v.Int64s()[i]) },
			write: func(v *batch.Vector, x int) { v.AppendInt64(int64(x)) }}
	case float32:
		c = fixed(types.Float, (*batch.Vector).Float32s)
	case float64:
		c = fixed(types.Double, (*batch.Vector).Float64s)
	case string:
		c = codec[string]{sql: types.String(), read: func(v *batch.Vector, i int) string { return string(v.At(i)) }, write: (*batch.Vector).AppendString}
	case []byte:
		c = codec[[]byte]{sql: types.Bytes(), read: (*batch.Vector).At, write: (*batch.Vector).AppendBytes}
	case time.Time:
		c = codec[time.Time]{sql: types.TimestampLTZOf(6), read: readTime, write: writeTime}
	case sql.Null[bool]:
		c = nullable[bool]()
	case sql.Null[int32]:
		c = nullable[int32]()
	case sql.Null[int64]:
		c = nullable[int64]()
	case sql.Null[float64]:
		c = nullable[float64]()
	case sql.Null[string]:
		c = nullable[string]()
	case sql.Null[time.Time]:
		c = nullable[time.Time]()
	default:
		panic(fmt.Sprintf("flott: %T is no type of a function; see RegisterScalar for those there are", *new(T)))
	}
	return c.(codec[T])
}

func fixed[T batch.Fixed](kind types.Kind, values func(*batch.Vector) []T) codec[T] {
	return codec[T]{sql: types.Of(kind), read: func(v *batch.Vector, i int) T { return values(v)[i] },
		write: func(v *batch.Vector, x T) { batch.AppendFixed(v, x) }}
}

func nullable[T any]() codec[sql.Null[T]] {
	inner := codecOf[T]()
	return codec[sql.Null[T]]{
		sql: inner.sql, nulls: true,
		read: func(v *batch.Vector, i int) (x sql.Null[T]) {
			if !v.IsNull(i) {
				x.V, x.Valid = inner.read(v, i), true
			}
			return x
		},
		write: func(v *batch.Vector, x sql.Null[T]) {
			if x.Valid {
				inner.write(v, x.V)
			} else {
				v.AppendNull()
			}
		},
	}
}

// readTime takes a TIMESTAMP for one in UTC.
func readTime(v *batch.Vector, i int) time.Time {
	return time.Unix(v.Moment(i)).UTC()
}

func writeTime(v *batch.Vector, t time.Time) {
	v.AppendMoment(t.Unix(), int64(t.Nanosecond()))
}

// accepts is the type that an argument of type t is cast to.
func (c *codec[T]) accepts(t types.Type) types.Type {
	if t.IsTimestamp() && c.sql.IsTimestamp() {
		return t.WithoutTime()
	}
	return c.sql
}

// goValue is a value of a result: what the codecs read, else its text.
func goValue(v *batch.Vector, i int) any {
	if v.IsNull(i) {
		return nil
	}
	switch v.Type.Physical() {
	case types.LayoutBool:
		return v.Bool(i)
	case types.LayoutInt8:
		return v.Int8s()[i]
	case types.LayoutInt16:
		return v.Int16s()[i]
	case types.LayoutFloat32:
		return v.Float32s()[i]
	case types.LayoutFloat64:
		return v.Float64s()[i]
	}
	switch {
	case v.Type.IsTimestamp():
		return readTime(v, i)
	case v.Type.Kind == types.Int:
		return v.Int32s()[i]
	case v.Type.Kind == types.BigInt:
		return v.Int64s()[i]
	case v.Type.IsBinary():
		return append([]byte(nil), v.At(i)...)
	}
	return string(valuetext.AppendDisplay(nil, v, i, time.UTC))
}

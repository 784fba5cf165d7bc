package avro

import (
	"encoding/binary"
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// The branches of the unions that stand for nullable types.
const (
	branchNull  = 0 // index 0, zigzag
	branchValue = 2 // index 1
)

func appendLong(dst []byte, x int64) []byte {
	u := uint64(x<<1) ^ uint64(x>>63)
	for u >= 0x80 {
		dst = append(dst, byte(u)|0x80)
		u >>= 7
	}
	return append(dst, byte(u))
}

func appendText(dst, text []byte) []byte { return append(appendLong(dst, int64(len(text))), text...) }

// appendRow appends row i of cols as a record of fields. The types of columns may
// be NOT NULL where those of the fields are not.
func appendRow(dst []byte, fields []types.Field, cols []*batch.Vector, i int) []byte {
	for k, v := range cols {
		dst = appendValue(dst, &fields[k].Type, v, i)
	}
	return dst
}

// appendValue appends a value with the branch of its union if t is nullable.
func appendValue(dst []byte, t *types.Type, v *batch.Vector, i int) []byte {
	if t.Nullable && t.Kind != types.Null {
		if v.IsNull(i) {
			return append(dst, branchNull)
		}
		dst = append(dst, branchValue)
	}
	switch t.Kind {
	case types.Boolean:
		if v.Bool(i) {
			return append(dst, 1)
		}
		return append(dst, 0)
	case types.TinyInt:
		return appendLong(dst, int64(v.Int8s()[i]))
	case types.SmallInt:
		return appendLong(dst, int64(v.Int16s()[i]))
	case types.Int, types.Date, types.Time:
		return appendLong(dst, int64(v.Int32s()[i]))
	case types.BigInt, types.Timestamp, types.TimestampLTZ:
		return appendLong(dst, v.Int64s()[i])
	case types.Float:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(v.Float32s()[i]))
	case types.Double:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.Float64s()[i]))
	case types.Char, types.Varchar, types.Binary, types.Varbinary:
		return appendText(dst, v.At(i))
	case types.Decimal:
		return appendDecimal(dst, v.Decimals()[i])
	case types.Row:
		return appendRow(dst, t.Fields, v.Kids, i)
	case types.Array, types.Map, types.Multiset:
		return appendList(dst, t, v, i)
	}
	return dst // null
}

// appendDecimal appends the fewest bytes of two's complement.
func appendDecimal(dst []byte, n decimal.Num) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(n.Hi))
	binary.BigEndian.PutUint64(b[8:], n.Lo)
	k := 0
	for k < 15 && (b[k] == 0 && b[k+1] < 0x80 || b[k] == 0xff && b[k+1] >= 0x80) {
		k++
	}
	return appendText(dst, b[k:])
}

// counts is the type of the values of a MULTISET.
var counts = types.Of(types.Int).NotNull()

func appendList(dst []byte, t *types.Type, v *batch.Vector, i int) []byte {
	from, to := int(v.Offsets[i]), int(v.Offsets[i+1])
	if to > from {
		dst = appendLong(dst, int64(to-from))
	}
	value := t.Elem
	if t.Kind == types.Multiset {
		value = &counts
	}
	for k := from; k < to; k++ {
		if t.Kind != types.Array {
			dst = appendText(dst, v.Kids[0].At(k))
		}
		dst = appendValue(dst, value, v.Kids[len(v.Kids)-1], k)
	}
	return append(dst, 0)
}

// AppendRow appends row i of cols as a record of the schema that Derive gives for
// fields.
func AppendRow(dst []byte, fields []types.Field, cols []*batch.Vector, i int) []byte {
	return appendRow(dst, fields, cols, i)
}

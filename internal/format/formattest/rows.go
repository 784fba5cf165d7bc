package formattest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// Rows prints the rows of b, one a line: "+I(1 | x | null)".
func Rows(b *batch.Batch) string {
	var out strings.Builder
	for k := range b.Rows() {
		i := b.Row(k)
		out.WriteString(b.Kind(i).String() + "(")
		for c, v := range b.Cols {
			if c > 0 {
				out.WriteString(" | ")
			}
			out.WriteString(Value(v, i))
		}
		out.WriteString(")\n")
	}
	return out.String()
}

// Value prints value i of v.
func Value(v *batch.Vector, i int) string {
	if v.IsNull(i) {
		return "null"
	}
	t := v.Type
	switch t.Kind {
	case types.Boolean:
		return fmt.Sprint(v.Bool(i))
	case types.Char, types.Varchar:
		return string(v.At(i))
	case types.Binary, types.Varbinary:
		return fmt.Sprintf("x'%x'", v.At(i))
	case types.TinyInt:
		return fmt.Sprint(v.Int8s()[i])
	case types.SmallInt:
		return fmt.Sprint(v.Int16s()[i])
	case types.Int, types.IntervalYearMonth:
		return fmt.Sprint(v.Int32s()[i])
	case types.BigInt, types.IntervalDayTime:
		return fmt.Sprint(v.Int64s()[i])
	case types.Float:
		return string(scalar.AppendFloat32(nil, v.Float32s()[i]))
	case types.Double:
		return string(scalar.AppendFloat64(nil, v.Float64s()[i]))
	case types.Decimal:
		return string(scalar.AppendDecimal(nil, v.Decimals()[i], t.Scale))
	case types.Date:
		return string(scalar.AppendDate(nil, int64(v.Int32s()[i])))
	case types.Time:
		return string(scalar.AppendTime(nil, int64(v.Int32s()[i])))
	case types.Timestamp, types.TimestampLTZ:
		zone := scalar.NoZone
		if t.Kind == types.TimestampLTZ {
			zone = scalar.Zulu
		}
		sec, nano := v.Moment(i)
		return string(scalar.AppendMoment(nil, sec, nano, 'T', zone))
	case types.Row:
		parts := make([]string, len(v.Kids))
		for k, kid := range v.Kids {
			parts[k] = Value(kid, i)
		}
		return "(" + strings.Join(parts, " | ") + ")"
	}
	var parts []string
	for k := int(v.Offsets[i]); k < int(v.Offsets[i+1]); k++ {
		part := Value(v.Kids[0], k)
		if t.Kind != types.Array {
			part += "=" + Value(v.Kids[1], k)
		}
		parts = append(parts, part)
	}
	if t.Kind == types.Array {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Check fails the test if b breaks the rules of its layout: lengths of
// columns, children and offsets.
func Check(t testing.TB, b *batch.Batch) {
	t.Helper()
	if b.Kinds != nil && len(b.Kinds) != b.N {
		t.Fatalf("%d kinds for %d rows", len(b.Kinds), b.N)
	}
	for c, v := range b.Cols {
		if v.Len() != b.N {
			t.Fatalf("column %d has %d values, the batch has %d rows", c, v.Len(), b.N)
		}
		checkVector(t, v)
	}
}

func checkVector(t testing.TB, v *batch.Vector) {
	t.Helper()
	n := v.Len()
	if v.Valid != nil && len(v.Valid) < batch.BitmapWords(n) {
		t.Fatalf("%v: validity of %d words for %d values", v.Type, len(v.Valid), n)
	}
	kids := n
	switch v.Type.Physical() {
	case types.LayoutBytes, types.LayoutList, types.LayoutMap:
		if len(v.Offsets) != n+1 || v.Offsets[0] != 0 {
			t.Fatalf("%v: %d offsets for %d values", v.Type, len(v.Offsets), n)
		}
		for i := range n {
			if v.Offsets[i] > v.Offsets[i+1] {
				t.Fatalf("%v: offsets go back at %d", v.Type, i)
			}
		}
		kids = int(v.Offsets[n])
		if v.Type.Physical() == types.LayoutBytes && len(v.Bytes) != kids {
			t.Fatalf("%v: %d bytes, offsets end at %d", v.Type, len(v.Bytes), kids)
		}
	}
	for _, k := range v.Kids {
		if k.Len() != kids {
			t.Fatalf("%v: a child has %d values, not %d", v.Type, k.Len(), kids)
		}
		checkVector(t, k)
	}
}

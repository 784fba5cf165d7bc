package batch

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/flottstream/flott/internal/types"
)

// everyLayout has a column of each physical layout, nested ones included.
var everyLayout = types.Schema{
	{Name: "bool", Type: types.Of(types.Boolean)},
	{Name: "i8", Type: types.Of(types.TinyInt)},
	{Name: "i16", Type: types.Of(types.SmallInt)},
	{Name: "i32", Type: types.Of(types.Int)},
	{Name: "i64", Type: types.Of(types.BigInt)},
	{Name: "f32", Type: types.Of(types.Float)},
	{Name: "f64", Type: types.Of(types.Double)},
	{Name: "dec", Type: types.DecimalOf(38, 2)},
	{Name: "str", Type: types.String()},
	{Name: "list", Type: types.ArrayOf(types.String())},
	{Name: "map", Type: types.MapOf(types.String(), types.Of(types.BigInt))},
	{Name: "row", Type: types.RowOf(types.Field{Name: "a", Type: types.Of(types.Int)}, types.Field{Name: "b", Type: types.ArrayOf(types.Of(types.Boolean))})},
}

// appendRandom appends a random value, NULL now and then.
func appendRandom(r *rand.Rand, v *Vector) {
	if r.Intn(6) == 0 {
		v.AppendNull()
		return
	}
	switch v.Type.Physical() {
	case types.LayoutBool:
		v.AppendBool(r.Intn(2) == 0)
	case types.LayoutInt8:
		AppendFixed(v, int8(r.Uint32()))
	case types.LayoutInt16:
		AppendFixed(v, int16(r.Uint32()))
	case types.LayoutInt32:
		AppendFixed(v, int32(r.Uint32()))
	case types.LayoutInt64:
		AppendFixed(v, int64(r.Uint64()))
	case types.LayoutFloat32:
		AppendFixed(v, r.Float32())
	case types.LayoutFloat64:
		AppendFixed(v, r.Float64())
	case types.LayoutDecimal:
		i := v.grow()
		v.Decimals()[i].Lo = r.Uint64()
	case types.LayoutBytes:
		text := make([]byte, r.Intn(40))
		r.Read(text)
		v.AppendBytes(text)
	case types.LayoutList, types.LayoutMap:
		for range r.Intn(4) {
			for _, k := range v.Kids {
				appendRandom(r, k)
			}
		}
		v.EndList()
	case types.LayoutRow:
		for _, k := range v.Kids {
			appendRandom(r, k)
		}
		v.EndRow()
	}
}

// text is a value as text, by accessors only.
func text(v *Vector, i int) string {
	if v.IsNull(i) {
		return "NULL"
	}
	switch v.Type.Physical() {
	case types.LayoutBool:
		return fmt.Sprint(v.Bool(i))
	case types.LayoutBytes:
		return fmt.Sprintf("%x", v.At(i))
	case types.LayoutDecimal:
		return fmt.Sprint(v.Decimals()[i])
	case types.LayoutList, types.LayoutMap:
		s := "["
		for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
			for _, kid := range v.Kids {
				s += text(kid, int(k)) + " "
			}
		}
		return s + "]"
	case types.LayoutRow:
		s := "("
		for _, kid := range v.Kids {
			s += text(kid, i) + " "
		}
		return s + ")"
	}
	w := v.Type.Physical().Width()
	return fmt.Sprintf("%x", v.FixedBytes()[i*w:(i+1)*w])
}

func randomBatch(r *rand.Rand, rows int) *Batch {
	b := NewBatch(everyLayout, 0)
	for range rows {
		for _, c := range b.Cols {
			appendRandom(r, c)
		}
		b.AppendKind(RowKind(r.Intn(4)))
	}
	return b
}

func rowText(b *Batch, i int) string {
	s := b.Kind(i).String()
	for _, c := range b.Cols {
		s += " " + text(c, i)
	}
	return s
}

// Copying rows in any pieces, into a new or a recycled batch, gives the rows.
func TestCopiesEqualTheirSource(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	dst := NewBatch(everyLayout, 0)
	for round := range 200 {
		src := randomBatch(r, r.Intn(150))
		var want []string
		dst.Reset()
		for range 1 + r.Intn(3) {
			var sel []int32
			if r.Intn(3) > 0 {
				sel = []int32{}
				for i := range src.N {
					if r.Intn(3) == 0 {
						sel = append(sel, int32(i))
					}
				}
			}
			dst.AppendSelected(src, sel)
			if sel == nil {
				for i := range src.N {
					want = append(want, rowText(src, i))
				}
			}
			for _, i := range sel {
				want = append(want, rowText(src, int(i)))
			}
			if src.N > 0 {
				i := r.Intn(src.N)
				dst.AppendRow(src, i, src.Kind(i))
				want = append(want, rowText(src, i))
			}
		}
		if dst.N != len(want) {
			t.Fatalf("round %d: %d rows, want %d", round, dst.N, len(want))
		}
		for i := range want {
			if got := rowText(dst, i); got != want[i] {
				t.Fatalf("round %d row %d:\n got %s\nwant %s", round, i, got, want[i])
			}
		}
	}
}

func BenchmarkGatherShortStrings(b *testing.B) {
	src := New(types.String(), Capacity)
	var sel []int32
	for i := range Capacity {
		src.AppendString("channel-" + fmt.Sprint(i%100))
		if i%2 == 0 {
			sel = append(sel, int32(i))
		}
	}
	dst := New(types.String(), Capacity)
	for b.Loop() {
		dst.Reset()
		dst.AppendSelected(src, sel)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(sel)), "ns/value")
}

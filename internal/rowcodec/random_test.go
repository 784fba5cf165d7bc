package rowcodec

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

var flatKinds = []types.Type{
	types.Of(types.Boolean), types.Of(types.TinyInt), types.Of(types.SmallInt), types.Of(types.Int),
	types.Of(types.BigInt), types.Of(types.Float), types.Of(types.Double), types.DecimalOf(38, 4),
	types.Of(types.Date), types.TimestampOf(3), types.String(), types.Bytes(), types.Of(types.Null),
}

func randomType(r *rand.Rand, depth int, orderedOnly bool) types.Type {
	t := flatKinds[r.IntN(len(flatKinds))]
	if depth > 0 && r.IntN(4) == 0 {
		switch r.IntN(3) {
		case 0:
			t = types.ArrayOf(randomType(r, depth-1, orderedOnly))
		case 1:
			t = types.RowOf(types.Field{Name: "a", Type: randomType(r, depth-1, orderedOnly)},
				types.Field{Name: "b", Type: randomType(r, depth-1, orderedOnly)})
		default:
			if orderedOnly {
				break
			}
			t = types.MapOf(types.String().NotNull(), randomType(r, depth-1, orderedOnly))
			if r.IntN(2) == 0 {
				e := types.String()
				t = types.Type{Kind: types.Multiset, Elem: &e, Nullable: true}
			}
		}
	}
	if t.Kind != types.Null && r.IntN(2) == 0 {
		t = t.NotNull()
	}
	return t
}

func randomTypes(r *rand.Rand, n, depth int, orderedOnly bool) []types.Type {
	ts := make([]types.Type, n)
	for i := range ts {
		ts[i] = randomType(r, depth, orderedOnly)
	}
	return ts
}

func vectorsOf(ts []types.Type) []*batch.Vector {
	vs := make([]*batch.Vector, len(ts))
	for i, t := range ts {
		vs[i] = batch.New(t, 0)
	}
	return vs
}

func randomBatch(r *rand.Rand, ts []types.Type, rows int) *batch.Batch {
	b := &batch.Batch{Cols: vectorsOf(ts), N: rows}
	for _, v := range b.Cols {
		for range rows {
			appendRandom(r, v)
		}
	}
	return b
}

// appendRandom draws from few values, so that rows often are equal.
func appendRandom(r *rand.Rand, v *batch.Vector) {
	if v.Type.Kind == types.Null || v.Type.Nullable && r.IntN(4) == 0 {
		v.AppendNull()
		return
	}
	small := int64(r.IntN(5) - 2)
	if r.IntN(10) == 0 {
		small = int64(r.Uint64())
	}
	switch v.Type.Physical() {
	case types.LayoutBool:
		v.AppendBool(r.IntN(2) == 0)
	case types.LayoutInt8:
		batch.AppendFixed(v, int8(small))
	case types.LayoutInt16:
		batch.AppendFixed(v, int16(small))
	case types.LayoutInt32:
		v.AppendInt32(int32(small))
	case types.LayoutInt64:
		v.AppendInt64(small)
	case types.LayoutFloat32:
		batch.AppendFixed(v, float32(randomFloat(r)))
	case types.LayoutFloat64:
		v.AppendFloat64(randomFloat(r))
	case types.LayoutDecimal:
		batch.AppendFixed(v, decimal.Num{Lo: uint64(small), Hi: small >> 63})
	case types.LayoutBytes:
		n := r.IntN(4)
		if r.IntN(20) == 0 {
			n = 200
		}
		for range n {
			v.Bytes = append(v.Bytes, byte(r.IntN(3)))
		}
		v.EndBytes()
	case types.LayoutList, types.LayoutMap:
		for range r.IntN(4) {
			for _, kid := range v.Kids {
				appendRandom(r, kid)
			}
		}
		v.EndList()
	case types.LayoutRow:
		for _, kid := range v.Kids {
			appendRandom(r, kid)
		}
		v.EndRow()
	}
}

func randomFloat(r *rand.Rand) float64 {
	return []float64{0, math.Copysign(0, -1), 1, -1.5, math.NaN(), math.Inf(1), math.Inf(-1), 3e10}[r.IntN(8)]
}

// text prints value i; with keys set, floats that are equal print equally.
func text(v *batch.Vector, i int, keys bool) string {
	if v.IsNull(i) {
		return "NULL"
	}
	switch v.Type.Physical() {
	case types.LayoutBool:
		return fmt.Sprint(v.Bool(i))
	case types.LayoutBytes:
		return fmt.Sprintf("%x", v.At(i))
	case types.LayoutFloat32:
		return floatText(float64(v.Float32s()[i]), keys)
	case types.LayoutFloat64:
		return floatText(v.Float64s()[i], keys)
	case types.LayoutList, types.LayoutMap:
		var s []string
		for _, kid := range v.Kids {
			for j := v.Offsets[i]; j < v.Offsets[i+1]; j++ {
				s = append(s, text(kid, int(j), keys))
			}
		}
		return "[" + strings.Join(s, " ") + "]"
	case types.LayoutRow:
		var s []string
		for _, kid := range v.Kids {
			s = append(s, text(kid, i, keys))
		}
		return "(" + strings.Join(s, " ") + ")"
	}
	w := v.Type.Physical().Width()
	return fmt.Sprintf("%x", v.FixedBytes()[i*w:i*w+w])
}

func floatText(x float64, keys bool) string {
	if keys && x == 0 {
		x = 0
	}
	return fmt.Sprint(x)
}

func rowText(vs []*batch.Vector, i int, keys bool) string {
	s := make([]string, len(vs))
	for k, v := range vs {
		s[k] = text(v, i, keys)
	}
	return strings.Join(s, ", ")
}

// compareValues is the SQL order of two values, NULL excluded at the top.
func compareValues(v *batch.Vector, i, j int) int {
	switch v.Type.Physical() {
	case types.LayoutBool:
		return int(b2i(v.Bool(i))) - int(b2i(v.Bool(j)))
	case types.LayoutBytes:
		return bytes.Compare(v.At(i), v.At(j))
	case types.LayoutFloat32:
		return compareFloats(float64(v.Float32s()[i]), float64(v.Float32s()[j]))
	case types.LayoutFloat64:
		return compareFloats(v.Float64s()[i], v.Float64s()[j])
	case types.LayoutDecimal:
		a, b := v.Decimals()[i], v.Decimals()[j]
		if a.Hi != b.Hi {
			return order(a.Hi < b.Hi)
		}
		if a.Lo != b.Lo {
			return order(a.Lo < b.Lo)
		}
		return 0
	case types.LayoutList:
		kid := v.Kids[0]
		a, b := int(v.Offsets[i]), int(v.Offsets[j])
		for ; a < int(v.Offsets[i+1]) && b < int(v.Offsets[j+1]); a, b = a+1, b+1 {
			if c := compareMembers(kid, a, b); c != 0 {
				return c
			}
		}
		return int(v.Offsets[i+1]) - a - (int(v.Offsets[j+1]) - b)
	case types.LayoutRow:
		for _, kid := range v.Kids {
			if c := compareMembers(kid, i, j); c != 0 {
				return c
			}
		}
		return 0
	}
	a, b := intAt(v, i), intAt(v, j)
	if a == b {
		return 0
	}
	return order(a < b)
}

func compareMembers(v *batch.Vector, i, j int) int {
	a, b := v.IsNull(i), v.IsNull(j)
	if a || b {
		return int(b2i(b)) - int(b2i(a))
	}
	return compareValues(v, i, j)
}

func intAt(v *batch.Vector, i int) int64 {
	w := v.Type.Physical().Width()
	var b [8]byte
	copy(b[:], v.FixedBytes()[i*w:i*w+w])
	shift := 64 - 8*w
	return int64(binary.LittleEndian.Uint64(b[:])) << shift >> shift
}

func compareFloats(a, b float64) int {
	switch {
	case a == b || a != a && b != b:
		return 0
	case a != a:
		return 1
	case b != b:
		return -1
	}
	return order(a < b)
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

func b2i(b bool) byte {
	if b {
		return 1
	}
	return 0
}

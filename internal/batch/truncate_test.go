package batch

import (
	"testing"

	"github.com/flottstream/flott/internal/types"
)

// What is appended after Truncate must read as if the dropped values had never
// been there.
func TestTruncateThenAppend(t *testing.T) {
	schema := types.Schema{
		{Name: "i", Type: types.Of(types.Int)},
		{Name: "s", Type: types.String()},
		{Name: "b", Type: types.Of(types.Boolean)},
		{Name: "l", Type: types.ArrayOf(types.String())},
		{Name: "r", Type: types.RowOf(types.Field{Name: "x", Type: types.Of(types.BigInt)}, types.Field{Name: "y", Type: types.String()})},
	}
	add := func(b *Batch, k int) {
		if k%3 == 2 {
			for _, c := range b.Cols {
				c.AppendNull()
			}
			b.AppendKind(Delete)
			return
		}
		text := string(rune('a' + k%26))
		b.Cols[0].AppendInt32(int32(k))
		b.Cols[1].AppendString(text)
		b.Cols[2].AppendBool(k%2 == 0)
		for range k % 4 {
			b.Cols[3].Kids[0].AppendString(text)
		}
		b.Cols[3].EndList()
		b.Cols[4].Kids[0].AppendInt64(int64(k))
		b.Cols[4].Kids[1].AppendNull()
		b.Cols[4].EndRow()
		b.AppendKind(Insert)
	}
	for cut := 0; cut <= 130; cut += 13 {
		got, want := NewBatch(schema, 4), NewBatch(schema, 4)
		for k := range 130 {
			add(got, k)
		}
		// A row begun and never ended.
		got.Cols[1].Bytes = append(got.Cols[1].Bytes, "half"...)
		got.Cols[3].Kids[0].AppendString("half")
		got.Cols[4].Kids[0].AppendInt64(-1)
		got.Truncate(cut)
		for k := range min(cut, 130) {
			add(want, k)
		}
		for k := 200; k < 205; k++ {
			add(got, k)
			add(want, k)
		}
		if got.N != want.N {
			t.Fatalf("cut %d: N is %d, want %d", cut, got.N, want.N)
		}
		for i := range got.N {
			if got.Kind(i) != want.Kind(i) {
				t.Fatalf("cut %d row %d: kind %v, want %v", cut, i, got.Kind(i), want.Kind(i))
			}
		}
		for c := range got.Cols {
			sameVector(t, got.Cols[c], want.Cols[c])
		}
	}
}

func sameVector(t *testing.T, got, want *Vector) {
	t.Helper()
	if got.Len() != want.Len() {
		t.Fatalf("%v: length %d, want %d", got.Type, got.Len(), want.Len())
	}
	for i := range got.Len() {
		if got.IsNull(i) != want.IsNull(i) {
			t.Fatalf("%v[%d]: null %v, want %v", got.Type, i, got.IsNull(i), want.IsNull(i))
		}
		if got.IsNull(i) {
			continue
		}
		switch got.Type.Physical() {
		case types.LayoutInt32:
			if got.Int32s()[i] != want.Int32s()[i] {
				t.Fatalf("%v[%d]: %d, want %d", got.Type, i, got.Int32s()[i], want.Int32s()[i])
			}
		case types.LayoutBytes:
			if string(got.At(i)) != string(want.At(i)) {
				t.Fatalf("%v[%d]: %q, want %q", got.Type, i, got.At(i), want.At(i))
			}
		case types.LayoutBool:
			if got.Bool(i) != want.Bool(i) {
				t.Fatalf("%v[%d]: %v, want %v", got.Type, i, got.Bool(i), want.Bool(i))
			}
		case types.LayoutList:
			if got.Offsets[i+1] != want.Offsets[i+1] {
				t.Fatalf("%v[%d]: end %d, want %d", got.Type, i, got.Offsets[i+1], want.Offsets[i+1])
			}
		}
	}
	for k := range got.Kids {
		sameVector(t, got.Kids[k], want.Kids[k])
	}
}

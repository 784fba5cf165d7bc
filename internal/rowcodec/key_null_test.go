package rowcodec

import (
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// A key tells whether one of its columns is NULL, whatever its layout.
func TestKeyHasNull(t *testing.T) {
	for _, ts := range [][]types.Type{
		{types.Of(types.Int)}, {types.Of(types.Int).NotNull()}, {types.Of(types.BigInt).NotNull(), types.String()}, {types.String(), types.Of(types.Int)},
	} {
		schema := make(types.Schema, len(ts))
		cols := make([]int, len(ts))
		for i := range ts {
			schema[i].Type, cols[i] = ts[i], i
		}
		b := batch.NewBatch(schema, 2)
		for i, v := range b.Cols {
			for row := range 2 {
				switch {
				case row == 1 && ts[i].Nullable:
					v.AppendNull()
				case ts[i].Physical() == types.LayoutBytes:
					v.AppendString("x")
				case ts[i].Physical() == types.LayoutInt64:
					v.AppendInt64(-1)
				default:
					v.AppendInt32(-1)
				}
			}
		}
		b.N = 2
		e := NewKeyEncoder(ts)
		var keys state.Keys
		e.Encode(b, cols, nil, &keys)
		nullable := false
		for _, x := range ts {
			nullable = nullable || x.Nullable
		}
		if e.HasNull(keys.At(0)) || e.HasNull(keys.At(1)) != nullable {
			t.Errorf("%v: %v and %v", ts, e.HasNull(keys.At(0)), e.HasNull(keys.At(1)))
		}
	}
}

package operators

import (
	"bytes"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// markDifferent sets changed[g] where value g of v differs from value n+g, for
// g below n: v holds the old values, then the new ones.
func markDifferent(v *batch.Vector, n int, changed []bool) {
	changed = changed[:n]
	if v.Valid != nil {
		for g := range changed {
			if v.Valid.Get(g) != v.Valid.Get(n+g) {
				changed[g] = true
			}
		}
	}
	both := func(g int) bool { return v.Valid == nil || v.Valid.Get(g) && v.Valid.Get(n+g) }
	switch v.Type.Physical() {
	case types.LayoutNull:
	case types.LayoutInt64, types.LayoutFloat64:
		markWords(batch.Values[int64](v), n, changed, v.Valid)
	case types.LayoutInt32, types.LayoutFloat32:
		markWords(batch.Values[int32](v), n, changed, v.Valid)
	case types.LayoutBool:
		for g := range changed {
			if both(g) && v.Bits.Get(g) != v.Bits.Get(n+g) {
				changed[g] = true
			}
		}
	default:
		for g := range changed {
			if !changed[g] && both(g) && !equalValues(v, g, n+g) {
				changed[g] = true
			}
		}
	}
}

func markWords[T int32 | int64](vals []T, n int, changed []bool, valid batch.Bitmap) {
	old, now := vals[:n], vals[n:2*n]
	for g := range changed {
		if old[g] != now[g] && (valid == nil || valid.Get(g) && valid.Get(n+g)) {
			changed[g] = true
		}
	}
}

// equalValues compares values i and j, NULL equal to NULL.
func equalValues(v *batch.Vector, i, j int) bool {
	if a, b := v.IsNull(i), v.IsNull(j); a || b {
		return a && b
	}
	switch v.Type.Physical() {
	case types.LayoutBytes:
		return bytes.Equal(v.At(i), v.At(j))
	case types.LayoutBool:
		return v.Bits.Get(i) == v.Bits.Get(j)
	case types.LayoutRow:
		for _, kid := range v.Kids {
			if !equalValues(kid, i, j) {
				return false
			}
		}
		return true
	case types.LayoutList, types.LayoutMap:
		from, to := v.Offsets[i], v.Offsets[j]
		n := v.Offsets[i+1] - from
		if n != v.Offsets[j+1]-to {
			return false
		}
		for k := range n {
			for _, kid := range v.Kids {
				if !equalValues(kid, int(from+k), int(to+k)) {
					return false
				}
			}
		}
		return true
	}
	w := v.Type.Physical().Width()
	b := v.FixedBytes()
	return bytes.Equal(b[i*w:i*w+w], b[j*w:j*w+w])
}

package expr

import (
	"bytes"
	"cmp"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// EqualValues reports whether value i of a equals value k of b; two NULLs are
// equal. The types have the same layout; decimals may differ in scale. It is
// for long-tail code, not for hot loops.
func EqualValues(a *batch.Vector, i int, b *batch.Vector, k int) bool {
	an, bn := a.IsNull(i), b.IsNull(k)
	if an || bn {
		return an && bn
	}
	switch a.Type.Physical() {
	case types.LayoutMap:
		return equalMaps(a, i, b, k)
	case types.LayoutList:
		from, n := a.Offsets[i], a.Offsets[i+1]-a.Offsets[i]
		other := b.Offsets[k]
		if b.Offsets[k+1]-other != n {
			return false
		}
		for j := range n {
			if !EqualValues(a.Kids[0], int(from+j), b.Kids[0], int(other+j)) {
				return false
			}
		}
		return true
	case types.LayoutRow:
		for j := range a.Kids {
			if !EqualValues(a.Kids[j], i, b.Kids[j], k) {
				return false
			}
		}
		return true
	}
	return CompareValues(a, i, b, k) == 0
}

// equalMaps compares maps as sets of entries.
func equalMaps(a *batch.Vector, i int, b *batch.Vector, k int) bool {
	if a.Offsets[i+1]-a.Offsets[i] != b.Offsets[k+1]-b.Offsets[k] {
		return false
	}
	for j := int(a.Offsets[i]); j < int(a.Offsets[i+1]); j++ {
		m := findKey(b, k, a.Kids[0], j)
		if m < 0 || !EqualValues(a.Kids[1], j, b.Kids[1], m) {
			return false
		}
	}
	return true
}

// findKey returns the position of the entry of map i whose key equals key[j],
// or -1.
func findKey(m *batch.Vector, i int, key *batch.Vector, j int) int {
	for p := int(m.Offsets[i]); p < int(m.Offsets[i+1]); p++ {
		if EqualValues(m.Kids[0], p, key, j) {
			return p
		}
	}
	return -1
}

// CompareValues orders value i of a against value k of b, NULL first. Arrays
// and rows compare element by element.
func CompareValues(a *batch.Vector, i int, b *batch.Vector, k int) int {
	an, bn := a.IsNull(i), b.IsNull(k)
	if an || bn {
		return b2i(bn) - b2i(an)
	}
	if a.Type.IsTimestamp() && b.Type.IsTimestamp() && a.Type.UnitsPerSecond() != b.Type.UnitsPerSecond() {
		return compareMoments(a, i, b, k)
	}
	switch a.Type.Physical() {
	case types.LayoutBool:
		return b2i(a.Bool(i)) - b2i(b.Bool(k))
	case types.LayoutInt8:
		return cmp.Compare(a.Int8s()[i], b.Int8s()[k])
	case types.LayoutInt16:
		return cmp.Compare(a.Int16s()[i], b.Int16s()[k])
	case types.LayoutInt32:
		return cmp.Compare(a.Int32s()[i], b.Int32s()[k])
	case types.LayoutInt64:
		return cmp.Compare(a.Int64s()[i], b.Int64s()[k])
	case types.LayoutFloat32:
		return cmp.Compare(a.Float32s()[i], b.Float32s()[k])
	case types.LayoutFloat64:
		return cmp.Compare(a.Float64s()[i], b.Float64s()[k])
	case types.LayoutDecimal:
		return decimal.CmpScaled(a.Decimals()[i], a.Type.Scale, b.Decimals()[k], b.Type.Scale)
	case types.LayoutBytes:
		return bytes.Compare(a.At(i), b.At(k))
	case types.LayoutList, types.LayoutMap:
		return compareLists(a, i, b, k)
	case types.LayoutRow:
		for j := range a.Kids {
			if c := CompareValues(a.Kids[j], i, b.Kids[j], k); c != 0 {
				return c
			}
		}
	}
	return 0
}

func compareLists(a *batch.Vector, i int, b *batch.Vector, k int) int {
	na, nb := int(a.Offsets[i+1]-a.Offsets[i]), int(b.Offsets[k+1]-b.Offsets[k])
	for j := range min(na, nb) {
		for kid := range a.Kids {
			c := CompareValues(a.Kids[kid], int(a.Offsets[i])+j, b.Kids[kid], int(b.Offsets[k])+j)
			if c != 0 {
				return c
			}
		}
	}
	return cmp.Compare(na, nb)
}

// compareMoments compares timestamps of different units.
func compareMoments(a *batch.Vector, i int, b *batch.Vector, k int) int {
	secA, nanoA := a.Moment(i)
	secB, nanoB := b.Moment(k)
	return cmp.Or(cmp.Compare(secA, secB), cmp.Compare(nanoA, nanoB))
}

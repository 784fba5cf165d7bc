package datagen

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// rowOf makes a ROW of its fields.
type rowOf struct{ fields []generator }

func (g rowOf) fill(r *run, keys []uint64, v *batch.Vector) {
	for i, f := range g.fields {
		f.fill(r, keys, v.Kids[i])
	}
	for range keys {
		v.EndRow()
	}
}

// elementKeys are the keys of the length elements under each key.
func elementKeys(s stream, r *run, keys []uint64, length int) []uint64 {
	out := make([]uint64, 0, len(keys)*length)
	for _, key := range keys {
		x := s.at(r, key)
		for k := range length {
			out = append(out, x+uint64(k))
		}
	}
	return out
}

// arrayOf makes an ARRAY of length elements.
type arrayOf struct {
	stream
	element generator
	length  int
}

func (g arrayOf) fill(r *run, keys []uint64, v *batch.Vector) {
	kid := v.Kids[0]
	first := kid.Len()
	g.element.fill(r, elementKeys(g.stream, r, keys, g.length), kid)
	for i := range keys {
		endList(v, first+(i+1)*g.length)
	}
}

// endList ends a list whose elements end at position end of the children.
func endList(v *batch.Vector, end int) {
	v.EndList()
	v.Offsets[v.Len()] = int32(end)
}

// mapOf makes a MAP or MULTISET of up to length entries: keys that come out
// equal are one entry.
type mapOf struct {
	stream
	key, value generator // value nil: MULTISET
	length     int
}

func (g mapOf) fill(r *run, keys []uint64, v *batch.Vector) {
	elements := elementKeys(g.stream, r, keys, g.length)
	names := batch.New(v.Kids[0].Type, len(elements))
	g.key.fill(r, elements, names)
	values := batch.New(v.Kids[1].Type, len(elements))
	if g.value != nil {
		g.value.fill(r, elements, values)
	}
	first := v.Kids[0].Len()
	var keep []int32
	for i := range keys {
		from := len(keep)
		for k := i * g.length; k < (i+1)*g.length; k++ {
			if same := find(names, keep[from:], k); same < 0 {
				keep = append(keep, int32(k))
				if g.value == nil {
					v.Kids[1].AppendInt32(1)
				}
			} else if g.value == nil {
				v.Kids[1].Int32s()[first+from+same]++
			}
		}
		endList(v, first+len(keep))
	}
	v.Kids[0].AppendSelected(names, keep)
	if g.value != nil {
		v.Kids[1].AppendSelected(values, keep)
	}
}

// find returns which of the values in already equals value k, or -1.
func find(v *batch.Vector, already []int32, k int) int {
	for n, i := range already {
		if equal(v, int(i), k) {
			return n
		}
	}
	return -1
}

func equal(v *batch.Vector, i, j int) bool {
	if v.IsNull(i) || v.IsNull(j) {
		return v.IsNull(i) && v.IsNull(j)
	}
	switch p := v.Type.Physical(); p {
	case types.LayoutBool:
		return v.Bool(i) == v.Bool(j)
	case types.LayoutBytes:
		return string(v.At(i)) == string(v.At(j))
	case types.LayoutRow:
		for _, kid := range v.Kids {
			if !equal(kid, i, j) {
				return false
			}
		}
		return true
	case types.LayoutList, types.LayoutMap:
		return false // keys of these types are not compared
	default:
		w, buf := p.Width(), v.FixedBytes()
		return string(buf[i*w:(i+1)*w]) == string(buf[j*w:(j+1)*w])
	}
}

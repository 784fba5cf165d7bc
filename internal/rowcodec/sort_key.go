package rowcodec

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// SortColumn is one column of an ORDER BY.
type SortColumn struct {
	Column     int // position in the batch
	Type       types.Type
	Descending bool
	NullsFirst bool
}

// SortKey encodes ORDER BY columns so that bytes.Compare of two keys is the SQL
// order of the rows: strings by bytes, FALSE before TRUE, -0.0 equal to 0.0,
// NaN above all numbers, arrays and rows element by element with NULL elements
// first.
type SortKey struct {
	cols []SortColumn
}

// NewSortKey returns an encoder; it fails for types that have no order.
func NewSortKey(cols []SortColumn) (*SortKey, error) {
	for _, c := range cols {
		if !ordered(c.Type) {
			return nil, fmt.Errorf("values of type %s have no order; ORDER BY cannot use them", c.Type)
		}
	}
	return &SortKey{cols: cols}, nil
}

func ordered(t types.Type) bool {
	switch t.Kind {
	case types.Map, types.Multiset, types.Variant, types.Bitmap:
		return false
	case types.Array:
		return ordered(*t.Elem)
	case types.Row:
		for _, f := range t.Fields {
			if !ordered(f.Type) {
				return false
			}
		}
	}
	return true
}

// Width is the size of every key, or 0 if keys vary in size (NULLs are shorter,
// so nullable columns vary).
func (s *SortKey) Width() int {
	total := 0
	for _, c := range s.cols {
		w, ok := fixedWidth(c.Type)
		if !ok || hasNull(c.Type) {
			return 0
		}
		total += w
	}
	return total
}

// The marks before a value that may be NULL. They are not inverted by DESC.
const (
	nullFirst = 0
	notNull   = 1
	nullLast  = 2
)

// Append appends the key of physical row i of b to dst.
func (s *SortKey) Append(dst []byte, b *batch.Batch, i int) []byte {
	for k := range s.cols {
		c := &s.cols[k]
		v := b.Cols[c.Column]
		if hasNull(c.Type) {
			if v.IsNull(i) {
				if c.NullsFirst {
					dst = append(dst, nullFirst)
				} else {
					dst = append(dst, nullLast)
				}
				continue
			}
			dst = append(dst, notNull)
		}
		start := len(dst)
		dst = appendOrdered(dst, v, i)
		if c.Descending {
			for j := start; j < len(dst); j++ {
				dst[j] = ^dst[j]
			}
		}
	}
	return dst
}

// Encode replaces out with the keys of the rows sel of b (nil: the rows that
// are there).
func (s *SortKey) Encode(b *batch.Batch, sel []int32, out *Records) {
	if sel == nil {
		sel = b.Sel
	}
	n := b.N
	if sel != nil {
		n = len(sel)
	}
	out.Offsets = append(out.Offsets[:0], 0)
	out.Bytes = out.Bytes[:0]
	for k := range n {
		out.Bytes = s.Append(out.Bytes, b, pick(sel, k))
		out.Offsets = append(out.Offsets, int32(len(out.Bytes)))
	}
}

// appendOrdered appends a value that is not NULL in ascending encoding.
func appendOrdered(dst []byte, v *batch.Vector, i int) []byte {
	be := binary.BigEndian
	switch v.Type.Physical() {
	case types.LayoutBool:
		if v.Bool(i) {
			return append(dst, 1)
		}
		return append(dst, 0)
	case types.LayoutInt8:
		return append(dst, byte(v.Int8s()[i])^0x80)
	case types.LayoutInt16:
		return be.AppendUint16(dst, uint16(v.Int16s()[i])^1<<15)
	case types.LayoutInt32:
		return be.AppendUint32(dst, uint32(v.Int32s()[i])^1<<31)
	case types.LayoutInt64:
		return be.AppendUint64(dst, uint64(v.Int64s()[i])^1<<63)
	case types.LayoutFloat32:
		bits := float32Key(v.Float32s()[i])
		if bits>>31 != 0 && bits&^(1<<31) <= math.Float32bits(float32(math.Inf(1))) {
			return be.AppendUint32(dst, ^bits)
		}
		return be.AppendUint32(dst, bits|1<<31)
	case types.LayoutFloat64:
		bits := float64Key(v.Float64s()[i])
		if bits>>63 != 0 && bits&^(1<<63) <= math.Float64bits(math.Inf(1)) {
			return be.AppendUint64(dst, ^bits)
		}
		return be.AppendUint64(dst, bits|1<<63)
	case types.LayoutDecimal:
		x := v.Decimals()[i]
		dst = be.AppendUint64(dst, uint64(x.Hi)^1<<63)
		return be.AppendUint64(dst, x.Lo)
	case types.LayoutBytes:
		return appendEscaped(dst, v.At(i))
	case types.LayoutList:
		for j := int(v.Offsets[i]); j < int(v.Offsets[i+1]); j++ {
			dst = append(dst, 1)
			dst = appendMember(dst, v.Kids[0], j)
		}
		return append(dst, 0)
	case types.LayoutRow:
		for _, kid := range v.Kids {
			dst = appendMember(dst, kid, i)
		}
	}
	return dst
}

func appendMember(dst []byte, v *batch.Vector, i int) []byte {
	if hasNull(v.Type) {
		if v.IsNull(i) {
			return append(dst, nullFirst)
		}
		dst = append(dst, notNull)
	}
	return appendOrdered(dst, v, i)
}

// appendEscaped writes x with 0x00 as 0x00 0xFF and a terminator 0x00 0x00, so
// that a prefix sorts before what it is a prefix of, whatever follows.
func appendEscaped(dst, x []byte) []byte {
	for _, c := range x {
		dst = append(dst, c)
		if c == 0 {
			dst = append(dst, 0xFF)
		}
	}
	return append(dst, 0, 0)
}

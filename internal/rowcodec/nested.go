package rowcodec

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// maxDepth bounds the nesting of decoded values.
const maxDepth = 64

// appendNested appends value i of an ARRAY, MAP, MULTISET or ROW vector of type t,
// which is not NULL. With canonical set, equal floats get equal bytes. The types of
// the members are those of t: a vector that an expression made may hold members that
// are declared otherwise as to what can be NULL.
func appendNested(dst []byte, t *types.Type, v *batch.Vector, i int, canonical bool) []byte {
	switch v.Type.Physical() {
	case types.LayoutRow:
		return appendRowValue(dst, t, v, i, canonical)
	case types.LayoutList:
		from, to := int(v.Offsets[i]), int(v.Offsets[i+1])
		dst = binary.AppendUvarint(dst, uint64(to-from))
		return appendElements(dst, t.Elem, v.Kids[0], from, to, canonical)
	case types.LayoutMap:
		from, to := int(v.Offsets[i]), int(v.Offsets[i+1])
		dst = binary.AppendUvarint(dst, uint64(to-from))
		if t.Kind == types.Multiset {
			dst = appendElements(dst, t.Elem, v.Kids[0], from, to, canonical)
			return appendElements(dst, &count, v.Kids[1], from, to, canonical)
		}
		dst = appendElements(dst, t.Key, v.Kids[0], from, to, canonical)
		return appendElements(dst, t.Elem, v.Kids[1], from, to, canonical)
	}
	return dst
}

// count is how often a MULTISET holds an element.
var count = types.Of(types.Int).NotNull()

func appendRowValue(dst []byte, t *types.Type, v *batch.Vector, i int, canonical bool) []byte {
	at, bit := len(dst), 0
	for k := range t.Fields {
		if hasNull(t.Fields[k].Type) {
			bit++
		}
	}
	dst = appendZeros(dst, (bit+7)/8)
	bit = 0
	for k, kid := range v.Kids {
		member := &t.Fields[k].Type
		if hasNull(*member) {
			if kid.IsNull(i) {
				dst[at+bit>>3] |= 1 << (bit & 7)
				bit++
				continue
			}
			bit++
		}
		dst = appendElement(dst, member, kid, i, canonical)
	}
	return dst
}

func appendElements(dst []byte, t *types.Type, v *batch.Vector, from, to int, canonical bool) []byte {
	if !hasNull(*t) {
		for i := from; i < to; i++ {
			dst = appendElement(dst, t, v, i, canonical)
		}
		return dst
	}
	at := len(dst)
	dst = appendZeros(dst, (to-from+7)/8)
	for i := from; i < to; i++ {
		if v.IsNull(i) {
			dst[at+(i-from)>>3] |= 1 << ((i - from) & 7)
			continue
		}
		dst = appendElement(dst, t, v, i, canonical)
	}
	return dst
}

// appendElement appends one value that is not NULL; its end is known from its
// beginning.
func appendElement(dst []byte, t *types.Type, v *batch.Vector, i int, canonical bool) []byte {
	switch v.Type.Physical() {
	case types.LayoutNull:
		return dst
	case types.LayoutBytes:
		x := v.At(i)
		dst = binary.AppendUvarint(dst, uint64(len(x)))
		return append(dst, x...)
	case types.LayoutList, types.LayoutMap, types.LayoutRow:
		return appendNested(dst, t, v, i, canonical)
	case types.LayoutFloat32:
		x := v.Float32s()[i]
		if canonical {
			return binary.LittleEndian.AppendUint32(dst, float32Key(x))
		}
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(x))
	case types.LayoutFloat64:
		x := v.Float64s()[i]
		if canonical {
			return binary.LittleEndian.AppendUint64(dst, float64Key(x))
		}
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
	case types.LayoutBool:
		if v.Bool(i) {
			return append(dst, 1)
		}
		return append(dst, 0)
	}
	w := v.Type.Physical().Width()
	return append(dst, v.FixedBytes()[i*w:i*w+w]...)
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, 0)
	}
	return dst
}

// appendFixedBytes appends the value whose encoding is value, of the width of
// v's layout, to v.
func appendFixedBytes(v *batch.Vector, value []byte) {
	le := binary.LittleEndian
	switch v.Type.Physical() {
	case types.LayoutNull:
		v.AppendNull()
	case types.LayoutBool:
		v.AppendBool(value[0] != 0)
	case types.LayoutInt8:
		batch.AppendFixed(v, int8(value[0]))
	case types.LayoutInt16:
		batch.AppendFixed(v, int16(le.Uint16(value)))
	case types.LayoutInt32:
		v.AppendInt32(int32(le.Uint32(value)))
	case types.LayoutInt64:
		v.AppendInt64(int64(le.Uint64(value)))
	case types.LayoutFloat32:
		batch.AppendFixed(v, math.Float32frombits(le.Uint32(value)))
	case types.LayoutFloat64:
		v.AppendFloat64(math.Float64frombits(le.Uint64(value)))
	case types.LayoutDecimal:
		batch.AppendFixed(v, decimal.Num{Lo: le.Uint64(value), Hi: int64(le.Uint64(value[8:]))})
	}
}

// appendWholeNested decodes one nested value that is exactly value. A failure
// may leave part of it in v's children; v is then unusable.
func appendWholeNested(v *batch.Vector, value []byte) error {
	rest, err := decodeElement(v, value, 0)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%w: %d bytes behind a %s", ErrCorrupt, len(rest), v.Type)
	}
	return err
}

// decodeElement appends the value at the start of src to v and returns what
// follows it.
func decodeElement(v *batch.Vector, src []byte, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: values nested deeper than %d", ErrCorrupt, maxDepth)
	}
	switch v.Type.Physical() {
	case types.LayoutBytes:
		size, n := binary.Uvarint(src)
		if n <= 0 || size > uint64(len(src)-n) {
			return nil, short(v)
		}
		v.AppendBytes(src[n : n+int(size)])
		return src[n+int(size):], nil
	case types.LayoutRow:
		return decodeRowValue(v, src, depth)
	case types.LayoutList, types.LayoutMap:
		count, n := binary.Uvarint(src)
		if n <= 0 || count > 8*uint64(len(src)) {
			return nil, short(v)
		}
		src = src[n:]
		for _, kid := range v.Kids {
			var err error
			if src, err = decodeElements(kid, src, int(count), depth+1); err != nil {
				return nil, err
			}
		}
		v.EndList()
		return src, nil
	}
	w, _ := fixedWidth(v.Type)
	if len(src) < w {
		return nil, short(v)
	}
	appendFixedBytes(v, src[:w])
	return src[w:], nil
}

func short(v *batch.Vector) error {
	return fmt.Errorf("%w: it ends within a %s", ErrCorrupt, v.Type)
}

func decodeRowValue(v *batch.Vector, src []byte, depth int) ([]byte, error) {
	bits := 0
	for _, kid := range v.Kids {
		if hasNull(kid.Type) {
			bits++
		}
	}
	if len(src) < (bits+7)/8 {
		return nil, short(v)
	}
	nulls := src
	src = src[(bits+7)/8:]
	bit := 0
	for _, kid := range v.Kids {
		if hasNull(kid.Type) {
			null := nulls[bit>>3]>>(bit&7)&1 != 0
			bit++
			if null {
				kid.AppendNull()
				continue
			}
		}
		var err error
		if src, err = decodeElement(kid, src, depth+1); err != nil {
			return nil, err
		}
	}
	v.EndRow()
	return src, nil
}

func decodeElements(v *batch.Vector, src []byte, count, depth int) ([]byte, error) {
	var nulls []byte
	if hasNull(v.Type) {
		size := (count + 7) / 8
		if len(src) < size {
			return nil, short(v)
		}
		nulls, src = src[:size], src[size:]
	}
	for i := range count {
		if nulls != nil && nulls[i>>3]>>(i&7)&1 != 0 {
			v.AppendNull()
			continue
		}
		var err error
		if src, err = decodeElement(v, src, depth); err != nil {
			return nil, err
		}
	}
	return src, nil
}

package rowcodec

import (
	"encoding/binary"
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// KeyEncoder encodes key columns of fixed types.
type KeyEncoder struct {
	cols  []keyColumn
	nulls int // offset of the null bits, behind the fixed columns
	fixed int // offset of the variable columns: size of the fixed part
	wide  bool
	vars  []int // positions in cols of the variable columns

	cursor  []int32
	scratch []byte
	nested  [][]byte // per row, nested values of one column while a batch is encoded
}

type keyColumn struct {
	t      types.Type
	width  int // 0: variable
	offset int // of a fixed column
	bit    int // null bit, -1 if the column has none
}

// NewKeyEncoder returns an encoder of keys whose columns have the given types.
func NewKeyEncoder(ts []types.Type) *KeyEncoder {
	e := &KeyEncoder{cols: make([]keyColumn, len(ts))}
	bits := 0
	for i, t := range ts {
		c := keyColumn{t: t, bit: -1}
		if hasNull(t) {
			c.bit = bits
			bits++
		}
		if w, ok := fixedWidth(t); ok {
			c.width, c.offset = w, e.nulls
			e.nulls += w
		} else {
			c.width = -1
			e.vars = append(e.vars, i)
		}
		e.cols[i] = c
	}
	e.fixed = e.nulls + (bits+7)/8
	if len(ts) == 1 && !ts[0].Nullable && isNarrowInt(ts[0].Physical()) {
		e.wide, e.fixed = true, 8 // one integer: always eight bytes
	}
	return e
}

func isNarrowInt(p types.Physical) bool {
	return p == types.LayoutInt8 || p == types.LayoutInt16 || p == types.LayoutInt32
}

// Width is the size of every key, or 0 if keys vary in size.
func (e *KeyEncoder) Width() int {
	if len(e.vars) > 0 {
		return 0
	}
	return e.fixed
}

// Encode fills keys with the keys of the rows sel of b (nil: the rows that are
// there), made of the columns cols. It overwrites what keys held.
func (e *KeyEncoder) Encode(b *batch.Batch, cols []int, sel []int32, keys *state.Keys) {
	if sel == nil {
		sel = b.Sel
	}
	n := b.N
	if sel != nil {
		n = len(sel)
	}
	keys.Hash = grown(keys.Hash, n)
	if len(e.vars) > 0 {
		e.encodeVariable(b, cols, sel, n, keys)
		return
	}
	keys.Width, keys.Offsets = e.fixed, nil
	if e.fixed == 0 {
		e.encodeEmpty(n, keys)
		return
	}
	keys.Bytes = grown(keys.Bytes, n*e.fixed)
	if e.wide {
		widen(keys.Bytes, b.Cols[cols[0]], sel, n)
	} else {
		clearNullBits(keys.Bytes, e.fixed, e.nulls, n)
		for i := range e.cols {
			c := &e.cols[i]
			v := b.Cols[cols[i]]
			storeFixed(keys.Bytes, e.fixed, c.offset, v, sel, n)
			e.storeNulls(keys.Bytes, e.fixed, c, v, sel, n)
		}
	}
	hashFixed(keys)
}

// encodeEmpty is the key of no columns. It must not have width 0, which means
// "varies", so it is a variable key without bytes.
func (e *KeyEncoder) encodeEmpty(n int, keys *state.Keys) {
	keys.Width = 0
	keys.Bytes = keys.Bytes[:0]
	keys.Offsets = grown(keys.Offsets, n+1)
	clear(keys.Offsets)
	h := keygroup.Hash(nil)
	for i := range keys.Hash {
		keys.Hash[i] = h
	}
}

func clearNullBits(dst []byte, stride, off, n int) {
	switch stride - off {
	case 0:
	case 1:
		for k := range n {
			dst[k*stride+off] = 0
		}
	default:
		for k := range n {
			clear(dst[k*stride+off : (k+1)*stride])
		}
	}
}

// storeNulls zeroes the value and sets the null bit of the rows where v is NULL.
func (e *KeyEncoder) storeNulls(dst []byte, stride int, c *keyColumn, v *batch.Vector, sel []int32, n int) {
	if c.bit < 0 || v.Valid == nil && v.Type.Kind != types.Null {
		return
	}
	at, mask := e.nulls+c.bit>>3, byte(1)<<(c.bit&7)
	for k := range n {
		i := k
		if sel != nil {
			i = int(sel[k])
		}
		if v.IsNull(i) {
			row := dst[k*stride:]
			clear(row[c.offset : c.offset+c.width])
			row[at] |= mask
		}
	}
}

// storeFixed writes the values of a fixed-width column at dst[k*stride+off].
func storeFixed(dst []byte, stride, off int, v *batch.Vector, sel []int32, n int) {
	if n == 0 {
		return
	}
	switch v.Type.Physical() {
	case types.LayoutBool:
		storeBools(dst, stride, off, v.Bits, sel, n)
	case types.LayoutInt8:
		vals := v.Int8s()
		if sel == nil {
			for k, x := range vals[:n] {
				dst[k*stride+off] = byte(x)
			}
			return
		}
		for k, i := range sel {
			dst[k*stride+off] = byte(vals[i])
		}
	case types.LayoutInt16:
		vals := v.Int16s()
		if sel == nil {
			for k, x := range vals[:n] {
				binary.LittleEndian.PutUint16(dst[k*stride+off:], uint16(x))
			}
			return
		}
		for k, i := range sel {
			binary.LittleEndian.PutUint16(dst[k*stride+off:], uint16(vals[i]))
		}
	case types.LayoutInt32:
		storeInt32s(dst, stride, off, v.Int32s(), sel, n)
	case types.LayoutInt64:
		storeInt64s(dst, stride, off, v.Int64s(), sel, n)
	case types.LayoutFloat32:
		vals := v.Float32s()
		for k := range n {
			binary.LittleEndian.PutUint32(dst[k*stride+off:], float32Key(vals[pick(sel, k)]))
		}
	case types.LayoutFloat64:
		vals := v.Float64s()
		for k := range n {
			binary.LittleEndian.PutUint64(dst[k*stride+off:], float64Key(vals[pick(sel, k)]))
		}
	case types.LayoutDecimal:
		vals := v.Decimals()
		for k := range n {
			x := vals[pick(sel, k)]
			binary.LittleEndian.PutUint64(dst[k*stride+off:], x.Lo)
			binary.LittleEndian.PutUint64(dst[k*stride+off+8:], uint64(x.Hi))
		}
	}
}

func pick(sel []int32, k int) int {
	if sel == nil {
		return k
	}
	return int(sel[k])
}

func storeInt64s(dst []byte, stride, off int, vals []int64, sel []int32, n int) {
	if sel == nil {
		for k, x := range vals[:n] {
			binary.LittleEndian.PutUint64(dst[k*stride+off:], uint64(x))
		}
		return
	}
	for k, i := range sel {
		binary.LittleEndian.PutUint64(dst[k*stride+off:], uint64(vals[i]))
	}
}

func storeInt32s(dst []byte, stride, off int, vals []int32, sel []int32, n int) {
	if sel == nil {
		for k, x := range vals[:n] {
			binary.LittleEndian.PutUint32(dst[k*stride+off:], uint32(x))
		}
		return
	}
	for k, i := range sel {
		binary.LittleEndian.PutUint32(dst[k*stride+off:], uint32(vals[i]))
	}
}

func storeBools(dst []byte, stride, off int, bits batch.Bitmap, sel []int32, n int) {
	for k := range n {
		x := byte(0)
		if bits.Get(pick(sel, k)) {
			x = 1
		}
		dst[k*stride+off] = x
	}
}

// widen writes a narrow integer column as eight-byte keys.
func widen(dst []byte, v *batch.Vector, sel []int32, n int) {
	if n == 0 {
		return
	}
	switch v.Type.Physical() {
	case types.LayoutInt8:
		widenInts(dst, v.Int8s(), sel, n)
	case types.LayoutInt16:
		widenInts(dst, v.Int16s(), sel, n)
	default:
		widenInts(dst, v.Int32s(), sel, n)
	}
}

func widenInts[T int8 | int16 | int32](dst []byte, vals []T, sel []int32, n int) {
	if sel == nil {
		for k, x := range vals[:n] {
			binary.LittleEndian.PutUint64(dst[k*8:], uint64(int64(x)))
		}
		return
	}
	for k, i := range sel {
		binary.LittleEndian.PutUint64(dst[k*8:], uint64(int64(vals[i])))
	}
}

// float64Key is the bits of x such that equal values have equal bits.
func float64Key(x float64) uint64 {
	if x == 0 {
		return 0
	}
	if x != x {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(x)
}

func float32Key(x float32) uint32 {
	if x == 0 {
		return 0
	}
	if x != x {
		return math.Float32bits(float32(math.NaN()))
	}
	return math.Float32bits(x)
}

func hashFixed(keys *state.Keys) {
	w, b, hash := keys.Width, keys.Bytes, keys.Hash
	switch {
	case w == 8:
		for k := range hash {
			hash[k] = keygroup.Hash8(binary.LittleEndian.Uint64(b[k*8:]))
		}
	case w > 8 && w <= 16:
		// The second word is the key's last eight bytes, shifted so that what
		// they share with the first drops out.
		shift := uint(16-w) * 8
		for k := range hash {
			key := b[k*w : k*w+w]
			first := binary.LittleEndian.Uint64(key)
			second := binary.LittleEndian.Uint64(key[w-8:]) >> shift
			hash[k] = keygroup.Hash16(w, first, second)
		}
	default:
		for k := range hash {
			hash[k] = keygroup.Hash(b[k*w : k*w+w])
		}
	}
}

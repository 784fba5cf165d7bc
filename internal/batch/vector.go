package batch

import (
	"unsafe"

	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// Vector is one column of values of one type, in Arrow's memory layout.
//
//	fixed-width   values, n * width bytes
//	BOOLEAN       Bits, n bits
//	strings       Offsets (n+1, from 0) into Bytes
//	ARRAY         Offsets (n+1) into Kids[0]
//	MAP, MULTISET Offsets (n+1) into Kids[0] (keys) and Kids[1] (values, counts)
//	ROW           Kids, one per field, each of length n
//
// The value under a NULL is unspecified but present: fixed-width slots exist,
// offsets do not decrease, ROW children have a slot.
//
// A Vector is written by one owner (Append*, Resize, Set*) and read by any
// number of readers afterwards. The zero Vector with a Type is empty and
// ready to append to.
type Vector struct {
	Type    types.Type
	Valid   Bitmap // nil: no NULL among the n values
	Bits    Bitmap
	Offsets []int32
	Bytes   []byte
	Kids    []*Vector

	fixed []byte // 8-byte aligned
	n     int
}

// New returns an empty vector of type t, its children included, with room for
// capacity values.
func New(t types.Type, capacity int) *Vector {
	v := &Vector{Type: t}
	switch t.Physical() {
	case types.LayoutList:
		v.Kids = []*Vector{New(*t.Elem, capacity)}
	case types.LayoutMap:
		v.Kids = mapKids(t, capacity)
	case types.LayoutRow:
		v.Kids = make([]*Vector, len(t.Fields))
		for i, f := range t.Fields {
			v.Kids[i] = New(f.Type, capacity)
		}
	}
	v.reserve(capacity)
	v.Reset()
	return v
}

func mapKids(t types.Type, capacity int) []*Vector {
	if t.Kind == types.Multiset {
		return []*Vector{New(*t.Elem, capacity), New(types.Of(types.Int).NotNull(), capacity)}
	}
	return []*Vector{New(*t.Key, capacity), New(*t.Elem, capacity)}
}

// Len is the number of values.
func (v *Vector) Len() int { return v.n }

// Reset empties v and keeps its memory.
func (v *Vector) Reset() {
	v.n = 0
	v.Valid = nil
	v.Bytes = v.Bytes[:0]
	switch v.Type.Physical() {
	case types.LayoutBytes, types.LayoutList, types.LayoutMap:
		v.Offsets = append(v.Offsets[:0], 0)
	}
	for _, k := range v.Kids {
		k.Reset()
	}
}

// hasOffsets reports a layout with an Offsets buffer.
func (v *Vector) hasOffsets() bool {
	p := v.Type.Physical()
	return p == types.LayoutBytes || p == types.LayoutList || p == types.LayoutMap
}

// reserve makes room for n values in the fixed or offsets buffer.
func (v *Vector) reserve(n int) {
	switch p := v.Type.Physical(); p {
	case types.LayoutBool:
		v.Bits = v.Bits.resized(n)
	case types.LayoutBytes, types.LayoutList, types.LayoutMap:
		if n+1 > cap(v.Offsets) {
			grown := make([]int32, len(v.Offsets), max(n+1, 2*cap(v.Offsets)))
			copy(grown, v.Offsets)
			v.Offsets = grown
		}
	default:
		v.fixed = growAligned(v.fixed, v.n*p.Width(), n*p.Width())
	}
}

// growAligned returns buf with at least need bytes of length, 8-byte aligned,
// keeping its first keep bytes.
func growAligned(buf []byte, keep, need int) []byte {
	if need <= cap(buf) {
		return buf[:cap(buf)]
	}
	words := (max(need, 2*cap(buf)) + 7) / 8
	w := make([]uint64, words)
	nb := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(w))), words*8)
	copy(nb, buf[:keep])
	return nb
}

// Resize sets the length of a fixed-width, BOOLEAN or ROW vector to n. New
// values are unspecified and valid; the caller writes them through the typed
// slice. On layouts with offsets it only extends: new values are empty.
func (v *Vector) Resize(n int) {
	v.reserve(n)
	if v.Valid != nil {
		v.Valid = v.Valid.resized(n)
		for i := v.n; i < n; i++ {
			v.Valid.Set(i)
		}
	}
	if v.hasOffsets() {
		for len(v.Offsets) <= n {
			v.Offsets = append(v.Offsets, v.Offsets[len(v.Offsets)-1])
		}
		v.Offsets = v.Offsets[:n+1]
	}
	if v.Type.Physical() == types.LayoutRow {
		for _, k := range v.Kids {
			k.Resize(n)
		}
	}
	v.n = n
}

// view reinterprets the fixed buffer as n values of T.
func view[T any](v *Vector) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(v.fixed))), v.n)
}

// Fixed is the type set of fixed-width values.
type Fixed interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~float32 | ~float64 | decimal.Num
}

// Values returns the n values of a fixed-width vector as T, whose size must be
// the width of the layout. The slice aliases v.
func Values[T Fixed](v *Vector) []T { return view[T](v) }

// Int8s, Int16s, … are Values for the layout of that name.
func (v *Vector) Int8s() []int8 { return view[int8](v) }

// Int16s returns the values of a LayoutInt16 vector.
func (v *Vector) Int16s() []int16 { return view[int16](v) }

// Int32s returns the values of a LayoutInt32 vector.
func (v *Vector) Int32s() []int32 { return view[int32](v) }

// Int64s returns the values of a LayoutInt64 vector.
func (v *Vector) Int64s() []int64 { return view[int64](v) }

// Float32s returns the values of a LayoutFloat32 vector.
func (v *Vector) Float32s() []float32 { return view[float32](v) }

// Float64s returns the values of a LayoutFloat64 vector.
func (v *Vector) Float64s() []float64 { return view[float64](v) }

// Decimals returns the values of a LayoutDecimal vector.
func (v *Vector) Decimals() []decimal.Num { return view[decimal.Num](v) }

// FixedBytes returns the raw value buffer of a fixed-width vector, n*width bytes.
func (v *Vector) FixedBytes() []byte { return v.fixed[:v.n*v.Type.Physical().Width()] }

// At returns the bytes of string value i. They alias v.
func (v *Vector) At(i int) []byte { return v.Bytes[v.Offsets[i]:v.Offsets[i+1]] }

// Bool returns BOOLEAN value i.
func (v *Vector) Bool(i int) bool { return v.Bits.Get(i) }

// IsNull reports whether value i is NULL.
func (v *Vector) IsNull(i int) bool {
	return v.Valid != nil && !v.Valid.Get(i) || v.Type.Kind == types.Null
}

// SetNull makes value i NULL.
func (v *Vector) SetNull(i int) {
	if v.Valid == nil {
		v.Valid = MakeBitmap(max(v.n, 64), true)[:BitmapWords(v.n)]
	}
	v.Valid.Clear(i)
}

// grow adds one valid value slot and returns its position.
func (v *Vector) grow() int {
	i := v.n
	v.reserve(i + 1)
	v.n = i + 1
	if v.Valid != nil {
		v.Valid = v.Valid.resized(v.n)
		v.Valid.Set(i)
	}
	return i
}

// AppendFixed appends a value of the vector's width.
func AppendFixed[T Fixed](v *Vector, x T) {
	i := v.n
	if v.Valid == nil && (i+1)*int(unsafe.Sizeof(x)) <= len(v.fixed) {
		v.n = i + 1
	} else {
		v.grow()
	}
	view[T](v)[i] = x
}

// AppendInt64 appends to a LayoutInt64 vector.
func (v *Vector) AppendInt64(x int64) { AppendFixed(v, x) }

// AppendInt32 appends to a LayoutInt32 vector.
func (v *Vector) AppendInt32(x int32) { AppendFixed(v, x) }

// AppendFloat64 appends to a LayoutFloat64 vector.
func (v *Vector) AppendFloat64(x float64) { AppendFixed(v, x) }

// AppendBool appends to a LayoutBool vector.
func (v *Vector) AppendBool(x bool) {
	i := v.grow()
	v.Bits = v.Bits.resized(v.n)
	v.Bits.SetTo(i, x)
}

// growText is grow for LayoutBytes: the offset is the caller's to append, which
// makes room for itself.
func (v *Vector) growText() {
	if v.Valid == nil {
		v.n++
		return
	}
	v.grow()
}

// AppendBytes appends a copy of x to a LayoutBytes vector.
func (v *Vector) AppendBytes(x []byte) {
	v.growText()
	v.Bytes = append(v.Bytes, x...)
	v.Offsets = append(v.Offsets, int32(len(v.Bytes)))
}

// AppendString appends a copy of x to a LayoutBytes vector.
func (v *Vector) AppendString(x string) {
	v.growText()
	v.Bytes = append(v.Bytes, x...)
	v.Offsets = append(v.Offsets, int32(len(v.Bytes)))
}

// EndBytes ends a value whose bytes the caller has appended to v.Bytes.
func (v *Vector) EndBytes() {
	v.growText()
	v.Offsets = append(v.Offsets, int32(len(v.Bytes)))
}

// EndList ends an ARRAY, MAP or MULTISET value whose elements the caller has
// appended to the children.
func (v *Vector) EndList() {
	v.grow()
	v.Offsets = append(v.Offsets, int32(v.Kids[0].n))
}

// EndRow ends a ROW value whose fields the caller has appended to the children.
func (v *Vector) EndRow() { v.grow() }

// AppendNull appends a NULL (for ROW: also to every child, for the slot).
func (v *Vector) AppendNull() {
	if v.Type.Physical() == types.LayoutRow {
		for _, k := range v.Kids {
			k.AppendNull()
		}
	}
	v.appendEmpty()
	v.SetNull(v.n - 1)
}

// appendEmpty adds one slot with an unspecified value and, where the layout
// has offsets, an empty range.
func (v *Vector) appendEmpty() {
	v.grow()
	switch v.Type.Physical() {
	case types.LayoutBool:
		v.Bits = v.Bits.resized(v.n)
	case types.LayoutBytes, types.LayoutList, types.LayoutMap:
		v.Offsets = append(v.Offsets, v.Offsets[len(v.Offsets)-1])
	}
}

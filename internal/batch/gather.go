package batch

import (
	"encoding/binary"
	"slices"

	"github.com/flottstream/flott/internal/types"
)

// AppendSelected appends copies of the values sel of src (nil: all of them).
// The vectors must have the same layout.
func (v *Vector) AppendSelected(src *Vector, sel []int32) {
	if sel == nil {
		v.appendRange(src, 0, src.n)
		return
	}
	start := v.n
	switch p := v.Type.Physical(); p {
	case types.LayoutNull:
		v.n += len(sel)
		return
	case types.LayoutBytes:
		v.gatherBytes(src, sel)
	case types.LayoutBool:
		v.Bits = v.Bits.resized(start + len(sel))
		for k, i := range sel {
			v.Bits.SetTo(start+k, src.Bits.Get(int(i)))
		}
		v.n += len(sel)
	case types.LayoutList, types.LayoutMap:
		for _, i := range sel {
			v.appendList(src, int(i))
		}
	case types.LayoutRow:
		for k, kid := range v.Kids {
			kid.AppendSelected(src.Kids[k], sel)
		}
		v.n += len(sel)
	default:
		v.reserve(start + len(sel))
		v.n += len(sel)
		gatherFixed(v, src, start, sel, p.Width())
	}
	v.gatherValid(src, start, sel)
}

func gatherFixed(v, src *Vector, start int, sel []int32, width int) {
	switch width {
	case 1:
		gather(view[int8](v)[start:], view[int8](src), sel)
	case 2:
		gather(view[int16](v)[start:], view[int16](src), sel)
	case 4:
		gather(view[int32](v)[start:], view[int32](src), sel)
	case 8:
		gather(view[int64](v)[start:], view[int64](src), sel)
	case 16:
		gather(view[[2]uint64](v)[start:], view[[2]uint64](src), sel)
	}
}

func gather[T any](dst, src []T, sel []int32) {
	dst = dst[:len(sel)]
	for k, i := range sel {
		dst[k] = src[i]
	}
}

// gatherBytes copies strings. Most are short: up to 16 bytes are moved as two
// words, past the end of the value but inside both buffers, which spares a call
// of memmove.
func (v *Vector) gatherBytes(src *Vector, sel []int32) {
	v.reserve(v.n + len(sel))
	from, total := src.Offsets, 0
	for _, i := range sel {
		total += int(from[i+1] - from[i])
	}
	end := len(v.Bytes)
	v.Bytes = slices.Grow(v.Bytes, total+16)[:end+total]
	data, in := v.Bytes[:end+total+16], src.Bytes
	off := v.Offsets
	for _, i := range sel {
		start, stop := int(from[i]), int(from[i+1])
		if size := stop - start; size <= 16 && start+16 <= len(in) {
			w := in[start : start+16]
			binary.NativeEndian.PutUint64(data[end:], binary.NativeEndian.Uint64(w))
			binary.NativeEndian.PutUint64(data[end+8:], binary.NativeEndian.Uint64(w[8:]))
			end += size
		} else {
			end += copy(data[end:], in[start:stop])
		}
		off = append(off, int32(end))
	}
	v.Offsets = off
	v.n += len(sel)
}

// gatherValid brings the validity of the values start.. up to date.
func (v *Vector) gatherValid(src *Vector, start int, sel []int32) {
	if src.Valid == nil && v.Valid == nil {
		return
	}
	v.ensureValid(start)
	for k, i := range sel {
		v.Valid.SetTo(start+k, src.Valid == nil || src.Valid.Get(int(i)))
	}
}

// ensureValid gives v a validity bitmap of n bits; if it had none the first
// start values become valid.
func (v *Vector) ensureValid(start int) {
	if v.Valid == nil {
		v.Valid = make(Bitmap, BitmapWords(v.n), BitmapWords(max(v.n, Capacity)))
		for i := range start {
			v.Valid.Set(i)
		}
		return
	}
	v.Valid = v.Valid.resized(v.n)
}

// appendRange appends copies of the values [from, to) of src.
func (v *Vector) appendRange(src *Vector, from, to int) {
	start, count := v.n, to-from
	if count == 0 {
		return
	}
	switch p := v.Type.Physical(); p {
	case types.LayoutNull:
		v.n += count
		return
	case types.LayoutBool:
		v.Bits = v.Bits.resized(start + count)
		for i := range count {
			v.Bits.SetTo(start+i, src.Bits.Get(from+i))
		}
		v.n += count
	case types.LayoutBytes:
		v.reserve(start + count)
		base := int32(len(v.Bytes)) - src.Offsets[from]
		v.Bytes = append(v.Bytes, src.Bytes[src.Offsets[from]:src.Offsets[to]]...)
		for i := from; i < to; i++ {
			v.Offsets = append(v.Offsets, src.Offsets[i+1]+base)
		}
		v.n += count
	case types.LayoutList, types.LayoutMap:
		for i := from; i < to; i++ {
			v.appendList(src, i)
		}
	case types.LayoutRow:
		for k, kid := range v.Kids {
			kid.appendRange(src.Kids[k], from, to)
		}
		v.n += count
	default:
		w := p.Width()
		v.reserve(start + count)
		copy(v.fixed[start*w:], src.fixed[from*w:to*w])
		v.n += count
	}
	if src.Valid == nil && v.Valid == nil {
		return
	}
	v.ensureValid(start)
	for i := range count {
		v.Valid.SetTo(start+i, src.Valid == nil || src.Valid.Get(from+i))
	}
}

// appendList appends the elements of list i and its offset; validity is the
// caller's.
func (v *Vector) appendList(src *Vector, i int) {
	for k, kid := range v.Kids {
		kid.appendRange(src.Kids[k], int(src.Offsets[i]), int(src.Offsets[i+1]))
	}
	v.reserve(v.n + 1)
	v.Offsets = append(v.Offsets, int32(v.Kids[0].n))
	v.n++
}

// AppendFrom appends a copy of value i of src.
func (v *Vector) AppendFrom(src *Vector, i int) {
	if src.IsNull(i) {
		v.AppendNull()
		return
	}
	v.appendRange(src, i, i+1)
}

// SizeBytes is the memory of the values, children included.
func (v *Vector) SizeBytes() int {
	size := len(v.Valid)*8 + len(v.Bytes)
	if v.hasOffsets() {
		size += len(v.Offsets) * 4
	} else {
		size += v.n * v.Type.Physical().Width()
	}
	if v.Type.Physical() == types.LayoutBool {
		size += BitmapWords(v.n) * 8
	}
	for _, k := range v.Kids {
		size += k.SizeBytes()
	}
	return size
}

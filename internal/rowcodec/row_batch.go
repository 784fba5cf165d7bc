package rowcodec

import (
	"encoding/binary"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Encode replaces out with the records of the rows sel of b (nil: the rows
// that are there), column at a time. The bytes are those of Append.
func (e *RowEncoder) Encode(b *batch.Batch, sel []int32, out *Records) {
	if sel == nil {
		sel = b.Sel
	}
	n := b.N
	if sel != nil {
		n = len(sel)
	}
	out.Offsets = grown(out.Offsets, n+1)
	out.Offsets[0] = 0
	if e.hasNestedColumn() {
		out.Bytes = out.Bytes[:0]
		for k := range n {
			out.Bytes = e.Append(out.Bytes, b, pick(sel, k))
			out.Offsets[k+1] = int32(len(out.Bytes))
		}
		return
	}
	e.placeRecords(b, sel, n, out)
	for k := range e.cols {
		c := &e.cols[k]
		e.scatterColumn(out, c, b.Cols[k], sel, n)
	}
}

func (e *RowEncoder) hasNestedColumn() bool {
	for i := range e.cols {
		if e.cols[i].width < 0 && e.cols[i].layout != types.LayoutBytes {
			return true
		}
	}
	return false
}

// placeRecords computes the offsets, zeroes the fixed parts and sets a cursor
// per record to its variable part.
func (e *RowEncoder) placeRecords(b *batch.Batch, sel []int32, n int, out *Records) {
	off := out.Offsets
	for k := range n {
		off[k+1] = int32(e.fixed)
	}
	for j := range e.cols {
		if e.cols[j].width >= 0 {
			continue
		}
		v := b.Cols[j]
		for k := range n {
			i := pick(sel, k)
			if !v.IsNull(i) {
				size := int(v.Offsets[i+1] - v.Offsets[i])
				off[k+1] += int32(size + uvarintLen(uint64(size)))
			}
		}
	}
	for k := range n {
		off[k+1] += off[k]
	}
	out.Bytes = grown(out.Bytes, int(off[n]))
	e.cursor = grown(e.cursor, n)
	for k := range n {
		clear(out.Bytes[off[k] : off[k]+int32(e.fixed)])
		e.cursor[k] = off[k] + int32(e.fixed)
	}
}

func (e *RowEncoder) scatterColumn(out *Records, c *rowColumn, v *batch.Vector, sel []int32, n int) {
	dst, off := out.Bytes, out.Offsets
	hasNulls := c.bit >= 0 && (v.Valid != nil || c.t.Kind == types.Null)
	if hasNulls {
		at, mask := int32(c.bit>>3), byte(1)<<(c.bit&7)
		for k := range n {
			if v.IsNull(pick(sel, k)) {
				dst[off[k]+at] |= mask
			}
		}
	}
	if c.width < 0 {
		for k := range n {
			i := pick(sel, k)
			if hasNulls && v.IsNull(i) {
				continue
			}
			x := v.At(i)
			at := e.cursor[k]
			if len(x) < 0x80 {
				dst[at] = byte(len(x))
				at++
			} else {
				at += int32(binary.PutUvarint(dst[at:], uint64(len(x))))
			}
			e.cursor[k] = at + int32(copy(dst[at:], x))
		}
		return
	}
	switch {
	case !hasNulls && c.layout == types.LayoutInt64:
		vals := v.Int64s()
		for k := range n {
			binary.LittleEndian.PutUint64(dst[int(off[k])+c.offset:], uint64(vals[pick(sel, k)]))
		}
	case !hasNulls && c.layout == types.LayoutInt32:
		vals := v.Int32s()
		for k := range n {
			binary.LittleEndian.PutUint32(dst[int(off[k])+c.offset:], uint32(vals[pick(sel, k)]))
		}
	default:
		for k := range n {
			if i := pick(sel, k); !hasNulls || !v.IsNull(i) {
				putFixed(dst[int(off[k])+c.offset:], c.layout, v, i)
			}
		}
	}
}

// DecodeAll appends the columns of many records to into, column at a time;
// vectors that are nil are skipped. Slices of recs may alias state.
func (e *RowEncoder) DecodeAll(recs [][]byte, into []*batch.Vector) error {
	for _, rec := range recs {
		if len(rec) < e.fixed || e.vars == 0 && len(rec) != e.fixed {
			return fmt.Errorf("%w: a record of %d bytes, expected %d", ErrCorrupt, len(rec), e.fixed)
		}
	}
	e.cursor = grown(e.cursor, len(recs))
	for k := range e.cursor {
		e.cursor[k] = int32(e.fixed)
	}
	left := e.vars
	for k := range e.cols {
		c, v := &e.cols[k], into[k]
		if c.width >= 0 {
			if v != nil {
				e.loadColumn(recs, c, v)
			}
			continue
		}
		left--
		if v == nil && left > 0 {
			if err := e.skipColumn(recs, c, k); err != nil {
				return err
			}
		} else if v != nil {
			if err := e.loadVariable(recs, c, v, k); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *RowEncoder) skipColumn(recs [][]byte, c *rowColumn, col int) error {
	for k, rec := range recs {
		if c.bit >= 0 && rec[c.bit>>3]>>(c.bit&7)&1 != 0 {
			continue
		}
		end, _, ok := cut(rec, int(e.cursor[k]))
		if !ok {
			return fmt.Errorf("%w: column %d is longer than its record", ErrCorrupt, col)
		}
		e.cursor[k] = int32(end)
	}
	return nil
}

func (e *RowEncoder) loadVariable(recs [][]byte, c *rowColumn, v *batch.Vector, col int) error {
	if c.layout == types.LayoutBytes {
		return e.loadBytes(recs, c, v, col)
	}
	for k, rec := range recs {
		if c.bit >= 0 && rec[c.bit>>3]>>(c.bit&7)&1 != 0 {
			v.AppendNull()
			continue
		}
		end, from, ok := cut(rec, int(e.cursor[k]))
		if !ok {
			return fmt.Errorf("%w: column %d is longer than its record", ErrCorrupt, col)
		}
		e.cursor[k] = int32(end)
		if err := appendWholeNested(v, rec[from:end]); err != nil {
			return err
		}
	}
	return nil
}

func (e *RowEncoder) loadBytes(recs [][]byte, c *rowColumn, v *batch.Vector, col int) error {
	start := v.Len()
	v.Resize(start + len(recs))
	off, data := v.Offsets[start+1:], v.Bytes
	for k, rec := range recs {
		if c.bit >= 0 && rec[c.bit>>3]>>(c.bit&7)&1 != 0 {
			v.SetNull(start + k)
			off[k] = int32(len(data))
			continue
		}
		end, from, ok := cut(rec, int(e.cursor[k]))
		if !ok {
			return fmt.Errorf("%w: column %d is longer than its record", ErrCorrupt, col)
		}
		e.cursor[k] = int32(end)
		data = append(data, rec[from:end]...)
		off[k] = int32(len(data))
	}
	v.Bytes = data
	return nil
}

func (e *RowEncoder) loadColumn(recs [][]byte, c *rowColumn, v *batch.Vector) {
	start := v.Len()
	if c.layout == types.LayoutNull {
		for range recs {
			v.AppendNull()
		}
		return
	}
	loadFixed(v, recs, c.offset)
	if c.bit < 0 {
		return
	}
	at, mask := c.bit>>3, byte(1)<<(c.bit&7)
	for k, rec := range recs {
		if rec[at]&mask != 0 {
			v.SetNull(start + k)
		}
	}
}

// loadFixed appends the values at recs[k][off] to a fixed-width vector.
func loadFixed(v *batch.Vector, recs [][]byte, off int) {
	start := v.Len()
	v.Resize(start + len(recs))
	le := binary.LittleEndian
	switch w := v.Type.Physical().Width(); w {
	case 8:
		vals := batch.Values[int64](v)[start:]
		for k, rec := range recs {
			vals[k] = int64(le.Uint64(rec[off:]))
		}
	case 4:
		vals := batch.Values[int32](v)[start:]
		for k, rec := range recs {
			vals[k] = int32(le.Uint32(rec[off:]))
		}
	case 0: // BOOLEAN
		for k, rec := range recs {
			v.Bits.SetTo(start+k, rec[off] != 0)
		}
	default:
		dst := v.FixedBytes()[start*w:]
		for k, rec := range recs {
			copy(dst[k*w:k*w+w], rec[off:])
		}
	}
}

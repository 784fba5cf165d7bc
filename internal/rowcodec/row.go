package rowcodec

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// RowEncoder encodes and decodes whole rows of fixed types.
type RowEncoder struct {
	cols  []rowColumn
	head  int // bytes of the null bitmap, which comes first
	fixed int // end of the fixed columns, start of the variable ones
	vars  int // number of variable columns

	scratch []byte
	cursor  []int32
	lens    []int32
}

type rowColumn struct {
	t      types.Type
	layout types.Physical
	width  int // -1: variable
	offset int // of a fixed column
	bit    int // null bit, -1 if the column has none
}

// NewRowEncoder returns an encoder of rows whose columns have the given types.
func NewRowEncoder(ts []types.Type) *RowEncoder {
	e := &RowEncoder{cols: make([]rowColumn, len(ts))}
	bits := 0
	for i, t := range ts {
		c := rowColumn{t: t, layout: t.Physical(), bit: -1}
		if hasNull(t) {
			c.bit = bits
			bits++
		}
		e.cols[i] = c
	}
	e.head = (bits + 7) / 8
	e.fixed = e.head
	for i := range e.cols {
		c := &e.cols[i]
		if w, ok := fixedWidth(c.t); ok {
			c.width, c.offset = w, e.fixed
			e.fixed += w
		} else {
			c.width = -1
			e.vars++
		}
	}
	return e
}

// Width is the size of every record, or 0 if records vary in size.
func (e *RowEncoder) Width() int {
	if e.vars > 0 {
		return 0
	}
	return e.fixed
}

// Append appends the record of physical row i of b to dst.
func (e *RowEncoder) Append(dst []byte, b *batch.Batch, i int) []byte {
	return e.AppendColumns(dst, b.Cols, i)
}

// AppendColumns is Append of row i of the given columns.
func (e *RowEncoder) AppendColumns(dst []byte, cols []*batch.Vector, i int) []byte {
	start := len(dst)
	dst = e.room(dst)
	rec := dst[start:]
	for k := range e.cols {
		c := &e.cols[k]
		v := cols[k]
		if c.bit >= 0 && v.IsNull(i) {
			rec[c.bit>>3] |= 1 << (c.bit & 7)
			continue
		}
		if c.layout == types.LayoutInt64 {
			binary.LittleEndian.PutUint64(rec[c.offset:], uint64(v.Int64s()[i]))
		} else if c.width >= 0 {
			putFixed(rec[c.offset:], c.layout, v, i)
		}
	}
	if e.vars == 0 {
		return dst
	}
	for k := range e.cols {
		c := &e.cols[k]
		if c.width >= 0 {
			continue
		}
		v := cols[k]
		switch {
		case c.bit >= 0 && v.IsNull(i):
		case c.layout == types.LayoutBytes:
			x := v.At(i)
			dst = appendSize(dst, len(x))
			dst = append(dst, x...)
		default:
			e.scratch = appendNested(e.scratch[:0], &c.t, v, i, false)
			dst = appendSize(dst, len(e.scratch))
			dst = append(dst, e.scratch...)
		}
	}
	return dst
}

// room extends dst by the zeroed null bitmap and fixed part of a record.
func (e *RowEncoder) room(dst []byte) []byte {
	start, end := len(dst), len(dst)+e.fixed
	if end > cap(dst) {
		bigger := make([]byte, start, max(2*cap(dst), end+64))
		copy(bigger, dst)
		dst = bigger
	}
	dst = dst[:end]
	clear(dst[start:])
	return dst
}

func appendSize(dst []byte, n int) []byte {
	if n < 0x80 {
		return append(dst, byte(n))
	}
	return binary.AppendUvarint(dst, uint64(n))
}

func putFixed(dst []byte, layout types.Physical, v *batch.Vector, i int) {
	le := binary.LittleEndian
	switch layout {
	case types.LayoutInt64:
		le.PutUint64(dst, uint64(v.Int64s()[i]))
	case types.LayoutInt32:
		le.PutUint32(dst, uint32(v.Int32s()[i]))
	case types.LayoutFloat64:
		le.PutUint64(dst, math.Float64bits(v.Float64s()[i]))
	case types.LayoutBool:
		if v.Bool(i) {
			dst[0] = 1
		}
	case types.LayoutInt8:
		dst[0] = byte(v.Int8s()[i])
	case types.LayoutInt16:
		le.PutUint16(dst, uint16(v.Int16s()[i]))
	case types.LayoutFloat32:
		le.PutUint32(dst, math.Float32bits(v.Float32s()[i]))
	case types.LayoutDecimal:
		x := v.Decimals()[i]
		le.PutUint64(dst, x.Lo)
		le.PutUint64(dst[8:], uint64(x.Hi))
	}
}

// Decode appends the columns of rec to into, one vector per column of the row.
// Vectors that are nil are skipped: that is projection.
func (e *RowEncoder) Decode(rec []byte, into []*batch.Vector) error {
	if len(rec) < e.fixed {
		return fmt.Errorf("%w: a record of %d bytes, expected at least %d", ErrCorrupt, len(rec), e.fixed)
	}
	at := e.fixed
	for k := range e.cols {
		c := &e.cols[k]
		v := into[k]
		if c.bit >= 0 && rec[c.bit>>3]>>(c.bit&7)&1 != 0 {
			if v != nil {
				v.AppendNull()
			}
			continue
		}
		if c.width >= 0 {
			if v != nil {
				appendFixedBytes(v, rec[c.offset:])
			}
			continue
		}
		end, from, ok := cut(rec, at)
		if !ok {
			return fmt.Errorf("%w: column %d is longer than its record", ErrCorrupt, k)
		}
		at = end
		if v == nil {
			continue
		}
		if c.layout == types.LayoutBytes {
			v.AppendBytes(rec[from:end])
		} else if err := appendWholeNested(v, rec[from:end]); err != nil {
			return err
		}
	}
	if at != len(rec) {
		return fmt.Errorf("%w: %d bytes behind the last column", ErrCorrupt, len(rec)-at)
	}
	return nil
}

// cut finds the variable value that begins at rec[at]: it is rec[from:end].
func cut(rec []byte, at int) (end, from int, ok bool) {
	if at < len(rec) && rec[at] < 0x80 {
		from = at + 1
		end = from + int(rec[at])
		return end, from, end <= len(rec)
	}
	size, n := binary.Uvarint(rec[at:])
	if n <= 0 || size > uint64(len(rec)-at-n) {
		return 0, 0, false
	}
	from = at + n
	return from + int(size), from, true
}

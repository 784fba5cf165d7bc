package rowcodec

import (
	"encoding/binary"
	"math/bits"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// encodeVariable encodes keys that have a variable column. Two passes: sizes
// to offsets, then column by column at a cursor per row.
func (e *KeyEncoder) encodeVariable(b *batch.Batch, cols []int, sel []int32, n int, keys *state.Keys) {
	keys.Width = 0
	keys.Offsets = grown(keys.Offsets, n+1)
	off := keys.Offsets
	e.prepareNested(b, cols, sel, n)
	off[0] = 0
	for k := range n {
		off[k+1] = int32(e.fixed)
	}
	last := len(e.vars) - 1
	for j, c := range e.vars {
		e.addSizes(off[1:], b.Cols[cols[c]], j, j == last, sel, n)
	}
	for k := range n {
		off[k+1] += off[k]
	}
	keys.Bytes = grown(keys.Bytes, int(off[n]))
	e.cursor = grown(e.cursor, n)
	for k := range n {
		e.cursor[k] = off[k]
	}
	if e.fixed == 1 {
		for _, at := range e.cursor {
			keys.Bytes[at] = 0
		}
	} else if e.fixed > 0 {
		for _, at := range e.cursor {
			clear(keys.Bytes[at : at+int32(e.fixed)])
		}
	}
	for i := range e.cols {
		c := &e.cols[i]
		v := b.Cols[cols[i]]
		if c.width >= 0 {
			e.scatterFixed(keys.Bytes, c, v, sel, n)
		}
		e.scatterNulls(keys.Bytes, c, v, sel, n)
	}
	for k := range n {
		e.cursor[k] += int32(e.fixed)
	}
	for j, c := range e.vars {
		e.scatterBytes(keys.Bytes, b.Cols[cols[c]], j, j == last, sel, n)
	}
	for k := range n {
		keys.Hash[k] = keygroup.Hash(keys.Bytes[off[k]:off[k+1]])
	}
}

// prepareNested encodes the ARRAY, MAP and ROW values of the batch, which the
// passes then treat as byte strings.
func (e *KeyEncoder) prepareNested(b *batch.Batch, cols []int, sel []int32, n int) {
	count := 0
	for _, c := range e.vars {
		if b.Cols[cols[c]].Type.Physical() != types.LayoutBytes {
			count++
		}
	}
	if count == 0 {
		return
	}
	e.nested = grown(e.nested, len(e.vars)*n)
	for j, c := range e.vars {
		v := b.Cols[cols[c]]
		if v.Type.Physical() == types.LayoutBytes {
			continue
		}
		for k := range n {
			i := pick(sel, k)
			cell := e.nested[j*n+k][:0]
			if !v.IsNull(i) {
				cell = appendNested(cell, &e.cols[c].t, v, i, true)
			}
			e.nested[j*n+k] = cell
		}
	}
}

// value returns the bytes of variable column j in row k, which is row i of v.
func (e *KeyEncoder) value(v *batch.Vector, j, k, i, n int) []byte {
	if v.Type.Physical() != types.LayoutBytes {
		return e.nested[j*n+k]
	}
	if v.IsNull(i) {
		return nil
	}
	return v.At(i)
}

func (e *KeyEncoder) addSizes(sizes []int32, v *batch.Vector, j int, last bool, sel []int32, n int) {
	if v.Valid == nil && last && v.Type.Physical() == types.LayoutBytes {
		for k := range n {
			i := pick(sel, k)
			sizes[k] += v.Offsets[i+1] - v.Offsets[i]
		}
		return
	}
	for k := range n {
		size := len(e.value(v, j, k, pick(sel, k), n))
		if !last {
			size += uvarintLen(uint64(size))
		}
		sizes[k] += int32(size)
	}
}

func (e *KeyEncoder) scatterBytes(dst []byte, v *batch.Vector, j int, last bool, sel []int32, n int) {
	if v.Valid == nil && last && v.Type.Physical() == types.LayoutBytes {
		for k := range n {
			copy(dst[e.cursor[k]:], v.At(pick(sel, k)))
		}
		return
	}
	for k := range n {
		x := e.value(v, j, k, pick(sel, k), n)
		at := e.cursor[k]
		if !last {
			at += int32(binary.PutUvarint(dst[at:], uint64(len(x))))
		}
		at += int32(copy(dst[at:], x))
		e.cursor[k] = at
	}
}

// scatterFixed writes a fixed column of keys of varying size, by way of a
// contiguous column.
func (e *KeyEncoder) scatterFixed(dst []byte, c *keyColumn, v *batch.Vector, sel []int32, n int) {
	w := c.width
	e.scratch = grown(e.scratch, n*w)
	storeFixed(e.scratch, w, 0, v, sel, n)
	for k := range n {
		copy(dst[int(e.cursor[k])+c.offset:], e.scratch[k*w:k*w+w])
	}
}

func (e *KeyEncoder) scatterNulls(dst []byte, c *keyColumn, v *batch.Vector, sel []int32, n int) {
	if c.bit < 0 || v.Valid == nil && v.Type.Kind != types.Null {
		return
	}
	at, mask := e.nulls+c.bit>>3, byte(1)<<(c.bit&7)
	for k := range n {
		if !v.IsNull(pick(sel, k)) {
			continue
		}
		row := dst[e.cursor[k]:]
		row[at] |= mask
		if c.width > 0 {
			clear(row[c.offset : c.offset+c.width])
		}
	}
}

func uvarintLen(x uint64) int { return (bits.Len64(x|1) + 6) / 7 }

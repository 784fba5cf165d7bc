package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// columnNode is a column of the input, without a copy.
type columnNode struct{ index int }

func (c *columnNode) eval(f *frame, _ []int32) (*batch.Vector, error) { return f.b.Cols[c.index], nil }

func (c *columnNode) filter(f *frame, sel, dst []int32) ([]int32, error) {
	return appendTrue(f.b.Cols[c.index], f.n, sel, dst), nil
}

// constNode is a constant. Kernels look at value; eval spreads it over the
// batch for those that do not.
type constNode struct {
	value  *batch.Vector // of length 1
	spread *batch.Vector
}

func (c *constNode) eval(f *frame, _ []int32) (*batch.Vector, error) {
	if c.spread == nil {
		c.spread = batch.New(c.value.Type, f.n)
	}
	switch need := f.n - c.spread.Len(); {
	case need < 0: // whoever copies the whole vector gets as many values as there are rows
		c.spread.Truncate(f.n)
	case need > 0:
		if c.value.IsNull(0) {
			for range need {
				c.spread.AppendNull()
			}
		} else {
			c.spread.AppendSelected(c.value, make([]int32, need))
		}
	}
	return c.spread, nil
}

func (c *constNode) filter(f *frame, sel, dst []int32) ([]int32, error) {
	if c.value.IsNull(0) || !c.value.Bool(0) {
		return dst, nil
	}
	return append(dst, allRows(f, sel)...), nil
}

// nullNode is NULL for every row.
func nullConst(t types.Type) *constNode { return &constNode{value: NullLit(t).Value} }

// fieldNode is a field of a row: the child vector, with the row's NULLs.
type fieldNode struct {
	x      node
	index  int
	t      types.Type
	shadow batch.Vector
	valid  batch.Bitmap
}

func (d *fieldNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	v, err := d.x.eval(f, sel)
	if err != nil {
		return nil, err
	}
	kid := v.Kids[d.index]
	if v.Valid == nil {
		return kid, nil
	}
	d.shadow = *kid
	d.valid = sizedBitmap(d.valid, f.n)
	if kid.Valid == nil {
		copy(d.valid, v.Valid)
	} else {
		andInto(d.valid, v.Valid, kid.Valid)
	}
	d.shadow.Valid = d.valid
	return &d.shadow, nil
}

// sharedNode evaluates a sub-expression once per batch, for all rows of the
// evaluation, whichever rows ask first.
type sharedNode struct {
	of    node
	round uint64
	v     *batch.Vector
	err   error
}

func (s *sharedNode) eval(f *frame, _ []int32) (*batch.Vector, error) {
	if s.round != f.round {
		s.round = f.round
		s.v, s.err = s.of.eval(f, f.top)
	}
	return s.v, s.err
}

// identity is 0, 1, 2, …: the selection of all rows.
var identity = func() []int32 {
	rows := make([]int32, 4*batch.Capacity)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}()

// allRows returns sel, or the list of all rows for nil. The list is read-only.
func allRows(f *frame, sel []int32) []int32 {
	if sel != nil {
		return sel
	}
	if f.n <= len(identity) {
		return identity[:f.n]
	}
	rows := make([]int32, f.n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// sizedBitmap returns b with room for exactly n bits, contents unspecified.
func sizedBitmap(b batch.Bitmap, n int) batch.Bitmap {
	words := batch.BitmapWords(n)
	if cap(b) < words {
		return make(batch.Bitmap, words, batch.BitmapWords(max(n, batch.Capacity)))
	}
	return b[:words]
}

func andInto(dst, a, b batch.Bitmap) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] & b[i]
	}
}

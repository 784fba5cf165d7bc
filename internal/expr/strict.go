package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// values is an evaluated argument. A constant is a vector of one value: at maps
// every row to it.
type values struct {
	*batch.Vector
	mask int // -1, for constants 0
}

func (v values) at(i int32) int { return int(i) & v.mask }

// bytesAt is the text of row i.
func (v values) bytesAt(i int32) []byte { return v.At(int(i) & v.mask) }

// kernelCall is one run of a kernel over a batch.
type kernelCall struct {
	call *Call
	env  *Env
	n    int
	args []values
	out  *batch.Vector // of length n, no NULL yet but those of the arguments
	w    writer

	valid batch.Bitmap // memory for out.Valid
}

// null makes row i NULL.
func (c *kernelCall) null(i int32) {
	if c.out.Valid == nil {
		c.valid = sizedBitmap(c.valid, c.n)
		c.valid.Fill(true)
		c.out.Valid = c.valid
	}
	c.out.Valid.Clear(int(i))
}

func (c *kernelCall) fail(format string, args ...any) error {
	return evalErrorf(c.call, format, args...)
}

// text returns the writer of a result with offsets, at row 0.
func (c *kernelCall) text() *writer {
	c.w.start(c.out)
	return &c.w
}

// strictNode runs a kernel on the rows whose arguments are all not NULL; the
// others are NULL.
type strictNode struct {
	kernelCall
	nodes  []node
	kernel func(c *kernelCall, rows []int32) error
	rows   []int32
}

// strict builds a node for a function that is NULL when an argument is. The
// kernel sees the rows to compute in ascending order.
func strict(kernel func(c *kernelCall, rows []int32) error) func(*builder) (node, error) {
	return func(b *builder) (node, error) { return newStrict(b, kernel), nil }
}

func newStrict(b *builder, kernel func(c *kernelCall, rows []int32) error) node {
	for i := range b.args {
		if v := b.constant(i); v != nil && v.IsNull(0) {
			return nullConst(b.call.T)
		}
	}
	s := &strictNode{nodes: b.args, kernel: kernel}
	s.call, s.env = b.call, b.env
	s.args = make([]values, len(b.args))
	s.out = batch.New(b.call.T, 0)
	return s
}

func (s *strictNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	nulls := false
	for i, nd := range s.nodes {
		if c, ok := nd.(*constNode); ok {
			s.args[i] = values{c.value, 0}
			continue
		}
		v, err := nd.eval(f, sel)
		if err != nil {
			return nil, err
		}
		s.args[i] = values{v, -1}
		nulls = nulls || v.Valid != nil
	}
	s.n = f.n
	resetOut(s.out, f.n)
	rows := allRows(f, sel)
	if nulls {
		s.valid = sizedBitmap(s.valid, f.n)
		s.valid.Fill(true)
		for _, a := range s.args {
			if a.mask != 0 && a.Valid != nil {
				andInto(s.valid, s.valid, a.Valid)
			}
		}
		s.out.Valid = s.valid
		s.rows = appendValid(s.rows[:0], rows, s.valid)
		rows = s.rows
	}
	if err := s.kernel(&s.kernelCall, rows); err != nil {
		return nil, err
	}
	s.w.finish(s.out)
	return s.out, nil
}

// resetOut makes out a vector of n values, none NULL, to be written anew.
func resetOut(out *batch.Vector, n int) {
	out.Valid = nil
	switch out.Type.Physical() {
	case types.LayoutBytes:
		out.Bytes = out.Bytes[:0]
		out.Offsets[0] = 0
	case types.LayoutList, types.LayoutMap:
		for _, k := range out.Kids {
			k.Reset()
		}
		out.Offsets[0] = 0
	}
	out.Resize(n)
}

// appendValid appends those of rows that are set in valid.
func appendValid(dst, rows []int32, valid batch.Bitmap) []int32 {
	for _, i := range rows {
		if valid.Get(int(i)) {
			dst = append(dst, i)
		}
	}
	return dst
}

// writer writes the values of a vector with offsets at ascending rows; rows left
// out become empty.
type writer struct {
	buf  []byte // text results: append here, then end(i)
	off  []int32
	kid  *batch.Vector // list results: append here, then endList(i)
	next int           // the first row not written
	open bool
}

func (w *writer) start(out *batch.Vector) {
	w.buf, w.off, w.next, w.open = out.Bytes[:0], out.Offsets, 0, true
	if len(out.Kids) > 0 {
		w.kid = out.Kids[0]
	}
}

// end ends the text of row i.
func (w *writer) end(i int32) {
	from := w.off[w.next]
	for w.next < int(i) {
		w.next++
		w.off[w.next] = from
	}
	w.next++
	w.off[w.next] = int32(len(w.buf))
}

// drop forgets what was appended since the last end.
func (w *writer) drop() { w.buf = w.buf[:w.off[w.next]] }

// endList ends the list of row i.
func (w *writer) endList(i int32) {
	from := w.off[w.next]
	for w.next < int(i) {
		w.next++
		w.off[w.next] = from
	}
	w.next++
	w.off[w.next] = int32(w.kid.Len())
}

// finish fills the rows after the last one written.
func (w *writer) finish(out *batch.Vector) {
	if !w.open {
		return
	}
	w.open = false
	from := w.off[w.next]
	for w.next+1 < len(w.off) {
		w.next++
		w.off[w.next] = from
	}
	if w.kid == nil {
		out.Bytes = w.buf
	}
}

// nullAt reports a NULL at row i.
func (v values) nullAt(i int32) bool { return v.IsNull(int(i) & v.mask) }

// looseNode runs a kernel on all rows; it deals with NULLs itself.
type looseNode struct {
	kernelCall
	nodes  []node
	kernel func(c *kernelCall, rows []int32) error
}

// newLoose builds a node for a function that may see NULLs.
func newLoose(b *builder, kernel func(c *kernelCall, rows []int32) error) node {
	s := &looseNode{nodes: b.args, kernel: kernel}
	s.call, s.env = b.call, b.env
	s.args = make([]values, len(b.args))
	s.out = batch.New(b.call.T, 0)
	return s
}

func (s *looseNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	for i, nd := range s.nodes {
		var err error
		if s.args[i], err = operand(nd, f, sel); err != nil {
			return nil, err
		}
	}
	s.n = f.n
	resetOut(s.out, f.n)
	if err := s.kernel(&s.kernelCall, allRows(f, sel)); err != nil {
		return nil, err
	}
	s.w.finish(s.out)
	return s.out, nil
}

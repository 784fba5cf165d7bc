package expr

import (
	"bytes"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// span is the elements of a list value: positions in the children of v.
type span struct {
	v        *batch.Vector
	from, to int
}

func (v values) span(i int32) span {
	k := v.at(i)
	return span{v.Vector, int(v.Offsets[k]), int(v.Offsets[k+1])}
}

func (s span) len() int { return s.to - s.from }

// holds reports whether element k of kid is among the span's.
func (s span) holds(kid *batch.Vector, k int) bool { return s.find(kid, k) >= 0 }

// find returns the position of the first equal element, or -1.
func (s span) find(kid *batch.Vector, k int) int {
	for p := s.from; p < s.to; p++ {
		if EqualValues(s.v.Kids[0], p, kid, k) {
			return p
		}
	}
	return -1
}

// listCall is a kernel call whose result is a list: out is a vector to append
// the lists of the rows to, each closed by EndList.
type listCall struct {
	*kernelCall
	list *batch.Vector
}

// arg is argument k as a single value: vector and position.
func (c *listCall) arg(k int, i int32) (*batch.Vector, int) {
	a := c.args[k]
	return a.Vector, a.at(i)
}

// lists builds a strict function of lists from a kernel for one row, which
// appends the elements of the result to the children of c.list. Arguments that
// may be NULL without the result being it are those after the first of
// ARRAY_APPEND and its like.
func lists(row func(c *listCall, i int32) error) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		loose := false
		switch b.call.Fn {
		case "ARRAY_APPEND", "ARRAY_PREPEND", "ARRAY_REMOVE":
			loose = true
		}
		out := &listNode{flat: batch.New(b.call.T, 0)}
		kernel := func(c *kernelCall, rows []int32) error {
			out.flat.Reset()
			lc := &listCall{c, out.flat}
			for _, i := range rows {
				null := c.args[0].nullAt(i)
				for k := 1; k < len(c.args) && !loose; k++ {
					null = null || c.args[k].nullAt(i)
				}
				if null {
					out.flat.AppendNull()
					continue
				}
				if err := row(lc, i); err != nil {
					return err
				}
				out.flat.EndList()
			}
			return nil
		}
		out.args = newLoose(b, kernel).(*looseNode)
		out.out = batch.New(b.call.T, 0)
		return out, nil
	}
}

// listNode evaluates a list function into a dense vector and spreads it over
// the rows.
type listNode struct {
	args *looseNode
	flat *batch.Vector
	out  *batch.Vector
	to   spreader
}

func (l *listNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	if _, err := l.args.eval(f, sel); err != nil {
		return nil, err
	}
	return l.to.spread(l.flat, allRows(f, sel), f.n, l.out), nil
}

func (c *listCall) copySpan(s span) {
	for p := s.from; p < s.to; p++ {
		c.list.Kids[0].AppendFrom(s.v.Kids[0], p)
	}
}

func arrayAppend(c *listCall, i int32) error {
	c.copySpan(c.args[0].span(i))
	v, k := c.arg(1, i)
	c.list.Kids[0].AppendFrom(v, k)
	return nil
}

func arrayPrepend(c *listCall, i int32) error {
	v, k := c.arg(1, i)
	c.list.Kids[0].AppendFrom(v, k)
	c.copySpan(c.args[0].span(i))
	return nil
}

func arrayConcat(c *listCall, i int32) error {
	for _, a := range c.args {
		c.copySpan(a.span(i))
	}
	return nil
}

func arrayRemove(c *listCall, i int32) error {
	v, k := c.arg(1, i)
	s := c.args[0].span(i)
	for p := s.from; p < s.to; p++ {
		if !EqualValues(s.v.Kids[0], p, v, k) {
			c.list.Kids[0].AppendFrom(s.v.Kids[0], p)
		}
	}
	return nil
}

// written is the part of the list that is being written.
func (c *listCall) written() span {
	return span{c.list, int(c.list.Offsets[len(c.list.Offsets)-1]), c.list.Kids[0].Len()}
}

// addNew appends the elements of s that are not in the result and that keep
// admits.
func (c *listCall) addNew(s span, keep func(k int) bool) {
	for p := s.from; p < s.to; p++ {
		if !c.written().holds(s.v.Kids[0], p) && keep(p) {
			c.list.Kids[0].AppendFrom(s.v.Kids[0], p)
		}
	}
}

func arrayUnion(c *listCall, i int32) error {
	for _, a := range c.args {
		c.addNew(a.span(i), func(int) bool { return true })
	}
	return nil
}

func arrayExcept(c *listCall, i int32) error {
	s, other := c.args[0].span(i), c.args[1].span(i)
	c.addNew(s, func(k int) bool { return !other.holds(s.v.Kids[0], k) })
	return nil
}

func arrayIntersect(c *listCall, i int32) error {
	s, other := c.args[0].span(i), c.args[1].span(i)
	c.addNew(s, func(k int) bool { return other.holds(s.v.Kids[0], k) })
	return nil
}

func arrayReverse(c *listCall, i int32) error {
	s := c.args[0].span(i)
	for p := s.to - 1; p >= s.from; p-- {
		c.list.Kids[0].AppendFrom(s.v.Kids[0], p)
	}
	return nil
}

// arraySlice takes the elements from one position to another, both included;
// negative positions count from the end.
func arraySlice(c *listCall, i int32) error {
	s := c.args[0].span(i)
	n := s.len()
	start, end := int(int64At(c.args[1], i)), n
	if len(c.args) == 3 {
		end = int(int64At(c.args[2], i))
	}
	if start < 0 {
		start += n + 1
	}
	if end < 0 {
		end += n + 1
	}
	start, end = max(start, 1), min(end, n)
	if start <= end {
		c.copySpan(span{s.v, s.from + start - 1, s.from + end})
	}
	return nil
}

// arraySort is ARRAY_SORT(a[, ascending[, nulls first]]); NULLs come first in
// ascending order and last in descending order unless said otherwise.
func arraySort(c *listCall, i int32) error {
	ascending := len(c.args) < 2 || c.args[1].Bool(c.args[1].at(i))
	nullsFirst := ascending
	if len(c.args) == 3 {
		nullsFirst = c.args[2].Bool(c.args[2].at(i))
	}
	s := c.args[0].span(i)
	kid := s.v.Kids[0]
	order := make([]int, 0, s.len())
	for p := s.from; p < s.to; p++ {
		order = append(order, p)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		an, bn := kid.IsNull(a), kid.IsNull(b)
		switch {
		case an || bn:
			if r := b2i(bn) - b2i(an); nullsFirst {
				return r
			}
			return b2i(an) - b2i(bn)
		case ascending:
			return CompareValues(kid, a, kid, b)
		}
		return CompareValues(kid, b, kid, a)
	})
	for _, p := range order {
		c.list.Kids[0].AppendFrom(kid, p)
	}
	return nil
}

func mapFromArrays(c *listCall, i int32) error {
	k, v := c.args[0].span(i), c.args[1].span(i)
	if k.len() != v.len() {
		return c.fail("Invalid function MAP_FROM_ARRAYS call: the arrays have %d keys and %d values", k.len(), v.len())
	}
	for p := range k.len() {
		c.put(k.v.Kids[0], k.from+p, v.v.Kids[0], v.from+p)
	}
	return nil
}

// put adds an entry to the map being written, or replaces its value.
func (c *listCall) put(key *batch.Vector, k int, value *batch.Vector, v int) {
	w := c.written()
	if at := w.find(key, k); at >= 0 {
		c.replace(w, at, value, v)
		return
	}
	c.list.Kids[0].AppendFrom(key, k)
	c.list.Kids[1].AppendFrom(value, v)
}

// add adds an entry unless its key is there.
func (c *listCall) add(key *batch.Vector, k int, value *batch.Vector, v int) {
	w := c.written()
	if w.find(key, k) >= 0 {
		return
	}
	c.list.Kids[0].AppendFrom(key, k)
	c.list.Kids[1].AppendFrom(value, v)
}

// replace writes a value over the one at position at by copying the entries
// behind it.
func (c *listCall) replace(w span, at int, value *batch.Vector, v int) {
	kid := c.list.Kids[1]
	tail := batch.New(kid.Type, w.to-at)
	tail.AppendFrom(value, v)
	for p := at + 1; p < w.to; p++ {
		tail.AppendFrom(kid, p)
	}
	kid.Truncate(at)
	kid.AppendSelected(tail, nil)
}

// mapUnion puts the last map first: of equal keys its value counts.
func mapUnion(c *listCall, i int32) error {
	for k := len(c.args) - 1; k >= 0; k-- {
		s := c.args[k].span(i)
		for p := s.from; p < s.to; p++ {
			c.add(s.v.Kids[0], p, s.v.Kids[1], p)
		}
	}
	return nil
}

// buildArray is ARRAY[a, b]: the arguments are the elements of each row.
func buildArray(b *builder) (node, error) {
	return constructor(b, func(c *listCall, i int32) error {
		for k := range c.args {
			v, at := c.arg(k, i)
			c.list.Kids[0].AppendFrom(v, at)
		}
		return nil
	}), nil
}

// buildMap is MAP[k, v, …]; of equal keys the last one counts.
func buildMap(b *builder) (node, error) {
	return constructor(b, func(c *listCall, i int32) error {
		for k := 0; k < len(c.args); k += 2 {
			key, kp := c.arg(k, i)
			value, vp := c.arg(k+1, i)
			c.put(key, kp, value, vp)
		}
		return nil
	}), nil
}

// constructor is lists without any regard for NULL arguments.
func constructor(b *builder, row func(c *listCall, i int32) error) node {
	out := &listNode{flat: batch.New(b.call.T, 0), out: batch.New(b.call.T, 0)}
	out.args = newLoose(b, func(c *kernelCall, rows []int32) error {
		out.flat.Reset()
		lc := &listCall{c, out.flat}
		for _, i := range rows {
			if err := row(lc, i); err != nil {
				return err
			}
			out.flat.EndList()
		}
		return nil
	}).(*looseNode)
	return out
}

// picker builds a function that picks one element per row out of a child: its
// kernel appends to flat.
func picker(b *builder, row func(c *kernelCall, i int32, flat *batch.Vector) error) node {
	p := &listNode{flat: batch.New(b.call.T, 0), out: batch.New(b.call.T, 0)}
	p.args = newLoose(b, func(c *kernelCall, rows []int32) error {
		p.flat.Reset()
		for _, i := range rows {
			if c.args[0].nullAt(i) {
				p.flat.AppendNull()
				continue
			}
			if err := row(c, i, p.flat); err != nil {
				return err
			}
		}
		return nil
	}).(*looseNode)
	return p
}

// buildItem is array[i] and map[k]; NULL if there is no such element.
func buildItem(b *builder) (node, error) {
	if b.call.Args[0].Type().Kind == types.Variant {
		return newStrict(b, variantItem), nil
	}
	if b.call.Args[0].Type().Kind == types.Map {
		return picker(b, func(c *kernelCall, i int32, flat *batch.Vector) error {
			if c.args[1].nullAt(i) {
				flat.AppendNull()
				return nil
			}
			p := c.args[0].span(i).find(c.args[1].Vector, c.args[1].at(i))
			if p < 0 {
				appendMissing(flat, c.args[0].Type.Elem)
				return nil
			}
			flat.AppendFrom(c.args[0].Kids[1], p)
			return nil
		}), nil
	}
	return picker(b, func(c *kernelCall, i int32, flat *batch.Vector) error {
		s := c.args[0].span(i)
		if c.args[1].nullAt(i) {
			flat.AppendNull()
			return nil
		}
		n := c.args[1].Int64s()[c.args[1].at(i)]
		if n < 1 || n > int64(s.len()) {
			appendMissing(flat, c.args[0].Type.Elem)
			return nil
		}
		flat.AppendFrom(s.v.Kids[0], s.from+int(n)-1)
		return nil
	}), nil
}

// appendMissing appends what Flink gives for an element that is not there: NULL,
// but where elements are NOT NULL numbers, dates or truth values, -1 or FALSE.
func appendMissing(flat *batch.Vector, elem *types.Type) {
	if elem.Nullable {
		flat.AppendNull()
		return
	}
	switch elem.Physical() {
	case types.LayoutBool:
		flat.AppendBool(false)
	case types.LayoutInt8:
		batch.AppendFixed(flat, int8(-1))
	case types.LayoutInt16:
		batch.AppendFixed(flat, int16(-1))
	case types.LayoutInt32:
		flat.AppendInt32(-1)
	case types.LayoutFloat32:
		batch.AppendFixed(flat, float32(-1))
	case types.LayoutFloat64:
		flat.AppendFloat64(-1)
	case types.LayoutInt64:
		if !elem.IsTimestamp() {
			flat.AppendInt64(-1)
			return
		}
		flat.AppendNull()
	default:
		flat.AppendNull()
	}
}

// buildElement is ELEMENT(array): its only element, NULL for none.
func buildElement(b *builder) (node, error) {
	return picker(b, func(c *kernelCall, i int32, flat *batch.Vector) error {
		switch s := c.args[0].span(i); s.len() {
		case 0:
			flat.AppendNull()
		case 1:
			flat.AppendFrom(s.v.Kids[0], s.from)
		default:
			return c.fail("Array has more than one element")
		}
		return nil
	}), nil
}

func buildArrayExtreme(op compareOp) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		return picker(b, func(c *kernelCall, i int32, flat *batch.Vector) error {
			s := c.args[0].span(i)
			kid, best := s.v.Kids[0], -1
			for p := s.from; p < s.to; p++ {
				if !kid.IsNull(p) && (best < 0 || op.holds(CompareValues(kid, p, kid, best))) {
					best = p
				}
			}
			if best < 0 {
				flat.AppendNull()
				return nil
			}
			flat.AppendFrom(kid, best)
			return nil
		}), nil
	}
}

func cardinality(c *kernelCall, rows []int32) error {
	out, x := c.out.Int32s(), c.args[0]
	for _, i := range rows {
		k := x.at(i)
		out[i] = x.Offsets[k+1] - x.Offsets[k]
	}
	return nil
}

// buildArrayContains finds NULL too.
func buildArrayContains(b *builder) (node, error) {
	return newLoose(b, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			if c.args[0].nullAt(i) {
				c.null(i)
				continue
			}
			c.out.Bits.SetTo(int(i), c.args[0].span(i).holds(c.args[1].Vector, c.args[1].at(i)))
		}
		return nil
	}), nil
}

func buildArrayPosition(b *builder) (node, error) {
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			s := c.args[0].span(i)
			c.out.Int32s()[i] = int32(s.find(c.args[1].Vector, c.args[1].at(i)) - s.from + 1)
			if c.out.Int32s()[i] < 0 || !s.holds(c.args[1].Vector, c.args[1].at(i)) {
				c.out.Int32s()[i] = 0
			}
		}
		return nil
	}), nil
}

// arrayJoin is ARRAY_JOIN(a, separator[, text for NULL]); without it NULLs are
// left out.
func arrayJoin(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s, sep := c.args[0].span(i), c.args[1].bytesAt(i)
		first := true
		for p := s.from; p < s.to; p++ {
			var text []byte
			switch {
			case !s.v.Kids[0].IsNull(p):
				text = s.v.Kids[0].At(p)
			case len(c.args) == 3:
				text = c.args[2].bytesAt(i)
			default:
				continue
			}
			if !first {
				w.buf = append(w.buf, sep...)
			}
			first = false
			w.buf = append(w.buf, text...)
		}
		w.end(i)
	}
	return nil
}

// splitText is SPLIT(text, separator); an empty separator splits characters.
func splitText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s, sep := c.args[0].bytesAt(i), c.args[1].bytesAt(i)
		if len(sep) == 0 {
			for _, r := range string(s) {
				w.kid.AppendString(string(r))
			}
			w.endList(i)
			continue
		}
		if len(s) == 0 {
			w.endList(i)
			continue
		}
		for {
			k := bytes.Index(s, sep)
			if k < 0 {
				break
			}
			w.kid.AppendBytes(s[:k])
			s = s[k+len(sep):]
		}
		w.kid.AppendBytes(s)
		w.endList(i)
	}
	return nil
}

// viewNode shows a map's children as an array.
type viewNode struct {
	x      node
	t      types.Type
	kids   func(v *batch.Vector) *batch.Vector
	shadow batch.Vector
}

func (m *viewNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	v, err := m.x.eval(f, sel)
	if err != nil {
		return nil, err
	}
	m.shadow = *v
	m.shadow.Type = m.t
	m.shadow.Kids = []*batch.Vector{m.kids(v)}
	return &m.shadow, nil
}

func buildMapPart(k int) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		return &viewNode{x: b.args[0], t: b.call.T, kids: func(v *batch.Vector) *batch.Vector { return v.Kids[k] }}, nil
	}
}

// buildMapEntries shows the children as the fields of rows.
func buildMapEntries(b *builder) (node, error) {
	entry := batch.New(*b.call.T.Elem, 0)
	return &viewNode{x: b.args[0], t: b.call.T, kids: func(v *batch.Vector) *batch.Vector {
		entry.Kids, entry.Valid = nil, nil
		entry.Resize(v.Kids[0].Len())
		entry.Kids = v.Kids
		return entry
	}}, nil
}

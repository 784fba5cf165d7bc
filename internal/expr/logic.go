package expr

import (
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// logicFunctions are AND, OR, NOT and the IS tests.
func logicFunctions() []function {
	boolean := params(strictly(types.Of(types.Boolean)), aBool)
	fns := []function{
		{name: "AND", min: 2, max: -1, typing: boolean, build: buildConnective(false)},
		{name: "OR", min: 2, max: -1, typing: boolean, build: buildConnective(true)},
		{name: "NOT", min: 1, max: 1, typing: boolean, build: buildNot},
	}
	notNull := types.Of(types.Boolean).NotNull()
	for _, t := range []struct {
		name          string
		null, no, yes bool
		arg           family
	}{
		{"IS NULL", true, false, false, anything},
		{"IS NOT NULL", false, true, true, anything},
		{"IS TRUE", false, false, true, aBool},
		{"IS NOT TRUE", true, true, false, aBool},
		{"IS FALSE", false, true, false, aBool},
		{"IS NOT FALSE", true, false, true, aBool},
	} {
		fns = append(fns, function{name: t.name, min: 1, max: 1,
			typing: params(always(notNull), t.arg),
			build: func(b *builder) (node, error) {
				return &testNode{x: b.args[0], null: t.null, no: t.no, yes: t.yes, out: batch.New(notNull, 0)}, nil
			}})
	}
	return fns
}

// connective is AND (dominant FALSE) or OR (dominant TRUE) of its operands. An
// operand is evaluated only at rows that the ones before have not decided.
type connective struct {
	args     []node
	dominant bool
	out      *batch.Vector
	valid    batch.Bitmap
	rows     []int32
	accepted []int32    // OR as a filter
	steps    [2][]int32 // AND as a filter: the rows left, in turn
}

func buildConnective(dominant bool) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		return &connective{args: b.args, dominant: dominant, out: batch.New(b.call.T, 0)}, nil
	}
}

// eval keeps in out.Bits the rows known TRUE and in valid the rows known at all.
func (c *connective) eval(f *frame, sel []int32) (*batch.Vector, error) {
	resetOut(c.out, f.n)
	c.valid = sizedBitmap(c.valid, f.n)
	truth, known := c.out.Bits[:len(c.valid)], c.valid
	// The neutral value, known, is the start.
	truth.Fill(!c.dominant)
	known.Fill(true)
	rows, anyNull := sel, false
	for k, a := range c.args {
		if k > 0 {
			rows = c.undecided(allRows(f, sel))
			if len(rows) == 0 {
				break
			}
		}
		v, err := a.eval(f, rows)
		if err != nil {
			return nil, err
		}
		if v.Type.Kind == types.Null {
			v = nullConst(types.Of(types.Boolean)).mustSpread(f)
		}
		anyNull = anyNull || v.Valid != nil
		c.merge(v, k == 0 || len(rows) == f.n && rows != nil, rows)
	}
	if anyNull {
		c.out.Valid = c.valid
	}
	return c.out, nil
}

// mustSpread is eval of a constant.
func (c *constNode) mustSpread(f *frame) *batch.Vector {
	v, _ := c.eval(f, nil)
	return v
}

// merge combines the values of an operand at rows (all, if dense) into truth
// and known.
func (c *connective) merge(v *batch.Vector, dense bool, rows []int32) {
	truth, known := c.out.Bits[:len(c.valid)], c.valid
	if dense {
		for w := range truth {
			truth[w], known[w] = c.combine(truth[w], known[w], v.Bits[w], validWord(v, w))
		}
		return
	}
	for _, i := range rows {
		w, m := int(i)>>6, uint64(1)<<(uint(i)&63)
		t, k := c.combine(truth[w], known[w], v.Bits[w], validWord(v, w))
		truth[w] = truth[w]&^m | t&m
		known[w] = known[w]&^m | k&m
	}
}

func validWord(v *batch.Vector, w int) uint64 {
	if v.Valid == nil {
		return ^uint64(0)
	}
	return v.Valid[w]
}

// combine is three-valued AND or OR of 64 rows: (at, ak) are the bits that are
// true and known of the left side.
func (c *connective) combine(at, ak, bt, bk uint64) (t, k uint64) {
	at, bt = at&ak, bt&bk
	af, bf := ak&^at, bk&^bt
	if c.dominant {
		t = at | bt
		return t, t | af&bf
	}
	t = at & bt
	return t, t | af | bf
}

// undecided lists the rows that are not yet known to be the dominant value.
func (c *connective) undecided(rows []int32) []int32 {
	truth, known := c.out.Bits, c.valid
	dst := c.rows[:0]
	for _, i := range rows {
		if !known.Get(int(i)) || truth.Get(int(i)) != c.dominant {
			dst = append(dst, i)
		}
	}
	c.rows = dst
	return dst
}

func (c *connective) filter(f *frame, sel, dst []int32) ([]int32, error) {
	if c.dominant {
		return c.filterOr(f, sel, dst)
	}
	rows := sel
	for k, a := range c.args {
		last := k == len(c.args)-1
		if last {
			return filterRows(a, f, rows, dst)
		}
		next, err := filterRows(a, f, rows, c.steps[k&1][:0])
		if err != nil {
			return dst, err
		}
		c.steps[k&1] = next
		if len(next) == 0 {
			return dst, nil
		}
		rows = next
	}
	return dst, nil
}

// filterOr collects what each operand accepts of the rows that none before did.
func (c *connective) filterOr(f *frame, sel, dst []int32) ([]int32, error) {
	rest, start := allRows(f, sel), len(dst)
	for k, a := range c.args {
		got, err := filterRows(a, f, rest, c.accepted[:0])
		if err != nil {
			return dst, err
		}
		c.accepted = got
		dst = append(dst, got...)
		if k+1 < len(c.args) {
			c.steps[k&1] = difference(c.steps[k&1][:0], rest, got)
			rest = c.steps[k&1]
		}
	}
	slices.Sort(dst[start:])
	return dst, nil
}

// difference appends the elements of the ascending list a that are not in b. It
// never returns nil, which would mean all rows.
func difference(dst, a, b []int32) []int32 {
	if dst == nil {
		dst = make([]int32, 0, len(a))
	}
	k := 0
	for _, i := range a {
		if k < len(b) && b[k] == i {
			k++
			continue
		}
		dst = append(dst, i)
	}
	return dst
}

// notNode is NOT; NULL stays NULL.
type notNode struct {
	x   node
	out *batch.Vector
}

func buildNot(b *builder) (node, error) {
	return &notNode{x: b.args[0], out: batch.New(b.call.T, 0)}, nil
}

func (n *notNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	v, err := n.x.eval(f, sel)
	if err != nil {
		return nil, err
	}
	resetOut(n.out, f.n)
	for w := range n.out.Bits[:batch.BitmapWords(f.n)] {
		n.out.Bits[w] = ^v.Bits[w]
	}
	n.out.Valid = v.Valid
	return n.out, nil
}

// testNode is IS [NOT] NULL/TRUE/FALSE: what it gives for NULL, FALSE and TRUE
// (for other types than BOOLEAN "no" and "yes" are the same).
type testNode struct {
	x             node
	null, no, yes bool
	out           *batch.Vector
}

func (t *testNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	v, err := t.x.eval(f, sel)
	if err != nil {
		return nil, err
	}
	resetOut(t.out, f.n)
	bits := t.out.Bits[:batch.BitmapWords(f.n)]
	var null, no, yes uint64
	if t.null {
		null = ^uint64(0)
	}
	if t.no {
		no = ^uint64(0)
	}
	if t.yes {
		yes = ^uint64(0)
	}
	if v.Type.Kind == types.Null {
		bits.Fill(t.null)
		return t.out, nil
	}
	for w := range bits {
		valid := validWord(v, w)
		r := yes
		if no != yes {
			r = v.Bits[w]&yes | ^v.Bits[w]&no
		}
		bits[w] = valid&r | ^valid&null
	}
	return t.out, nil
}

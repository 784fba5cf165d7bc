package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// comparisonFunctions are the comparison operators, IS [NOT] DISTINCT FROM and
// [NOT] IN with a list.
func comparisonFunctions() []function {
	fns := []function{
		{name: "IS DISTINCT FROM", min: 2, max: 2, typing: typeDistinct, build: buildDistinct(true)},
		{name: "IS NOT DISTINCT FROM", min: 2, max: 2, typing: typeDistinct, build: buildDistinct(false)},
		{name: "IN", min: 2, max: -1, typing: typeIn, build: buildIn},
		{name: "NOT IN", min: 2, max: -1, rewrite: func(args []Expr) (Expr, error) {
			in, err := Resolve("IN", args)
			if err != nil {
				return nil, err
			}
			return Resolve("NOT", []Expr{in})
		}},
	}
	for _, name := range []string{"=", "<>", "<", "<=", ">", ">="} {
		fns = append(fns, function{name: name, min: 2, max: 2, typing: typeComparison, build: buildComparison})
	}
	return fns
}

// typeComparison checks that the two sides compare. A string beside another
// type is cast to it, as Flink's planner does; numbers and timestamps are left
// as they are and widened by the kernel.
func typeComparison(s *signature) (types.Type, error) {
	if err := coerceComparison(s, 0, 1); err != nil {
		return types.Type{}, err
	}
	if op := compareOps[s.fn.name]; op > opNe && !isOrderedType(s.typ(0)) {
		return types.Type{}, s.refuse(0, "Values of this type can be compared by = and <> only")
	}
	return types.Of(types.Boolean).WithNull(s.nullable()), nil
}

func typeDistinct(s *signature) (types.Type, error) {
	if err := coerceComparison(s, 0, 1); err != nil {
		return types.Type{}, err
	}
	return types.Of(types.Boolean).NotNull(), nil
}

// coerceComparison makes arguments i and k comparable.
func coerceComparison(s *signature, i, k int) error {
	a, b := s.typ(i), s.typ(k)
	switch {
	case a.Kind == types.Null && b.Kind == types.Null:
		s.args[i], s.args[k] = NullLit(types.Of(types.Int)), NullLit(types.Of(types.Int))
		return nil
	case a.Kind == types.Null:
		s.args[i] = NullLit(b)
		return nil
	case b.Kind == types.Null:
		s.args[k] = NullLit(a)
		return nil
	case comparableTypes(a, b):
		return nil
	case a.IsCharacter() != b.IsCharacter() && s.equality() && !a.IsTemporal() && !b.IsTemporal():
		return typeErrorf(-1, "Use CAST to bring both sides to one type",
			"implicit type conversion between %s and %s is not supported now", typeName(a), typeName(b))
	case a.IsCharacter() && castsFromString(b):
		return s.castForComparison(i, k)
	case b.IsCharacter() && castsFromString(a):
		return s.castForComparison(k, i)
	}
	if a.IsTemporal() && b.IsTemporal() {
		return s.refuse(-1, "Use CAST(… AS TIMESTAMP(3)) or CAST(… AS DATE) on one side")
	}
	return s.refuse(-1, "Use CAST to bring both sides to one type")
}

// equality reports comparisons for which Flink converts no string to a number.
func (s *signature) equality() bool {
	switch s.fn.name {
	case "=", "<>", "IS DISTINCT FROM", "IS NOT DISTINCT FROM":
		return true
	}
	return false
}

// castForComparison casts the string argument str to the type of the other one;
// integers are given the headroom of BIGINT, as Calcite does.
func (s *signature) castForComparison(str, other int) error {
	to := s.typ(other).WithoutTime()
	if to.IsExact() {
		big, _ := CommonType([]types.Type{to, types.Of(types.BigInt)})
		to = big
		x, err := Cast(s.args[other], to.WithNull(s.typ(other).Nullable))
		if err != nil {
			return err
		}
		s.args[other] = x
	}
	x, err := Cast(s.args[str], to.WithNull(s.typ(str).Nullable))
	if err != nil {
		return err
	}
	s.args[str] = x
	return nil
}

func castsFromString(t types.Type) bool {
	return t.IsNumeric() || t.Kind == types.Boolean || t.IsTemporal()
}

// comparableTypes reports pairs that a kernel compares without a cast in the
// tree.
func comparableTypes(a, b types.Type) bool {
	switch {
	case a.IsNumeric(), a.IsCharacter(), a.IsBinary():
		return a.IsNumeric() && b.IsNumeric() || a.IsCharacter() && b.IsCharacter() || a.IsBinary() && b.IsBinary()
	case a.IsTimestamp():
		return b.IsTimestamp()
	case a.Kind != b.Kind:
		return false
	case a.Kind == types.Array || a.Kind == types.Multiset:
		return comparableTypes(*a.Elem, *b.Elem)
	case a.Kind == types.Map:
		return comparableTypes(*a.Key, *b.Key) && comparableTypes(*a.Elem, *b.Elem)
	case a.Kind == types.Row:
		if len(a.Fields) != len(b.Fields) || a.Class != b.Class {
			return false
		}
		for i := range a.Fields {
			if !comparableTypes(a.Fields[i].Type, b.Fields[i].Type) {
				return false
			}
		}
	}
	return true
}

// isOrderedType reports types that have < and >.
func isOrderedType(t types.Type) bool {
	switch t.Kind {
	case types.Array, types.Map, types.Multiset, types.Row, types.Variant, types.Bitmap:
		return false
	}
	return true
}

// comparisonType is the type in which the kernel compares values of types a and
// b: the wider of two numbers or timestamps. Decimals keep their own scales.
func comparisonType(a, b types.Type) types.Type {
	switch {
	case a.IsApproximate() && b.IsApproximate():
		return a // FLOAT = DOUBLE compares as FLOAT
	case a.IsNumeric() && b.IsNumeric():
		t, _ := CommonType([]types.Type{a, b})
		return t
	case a.IsTemporal() && b.IsTemporal() && (a.IsTimestamp() || b.IsTimestamp()):
		t := types.TimestampOf(max(3, a.Length, b.Length))
		if a.Kind == types.TimestampLTZ || b.Kind == types.TimestampLTZ {
			t.Kind = types.TimestampLTZ
		}
		return t
	}
	return a
}

// operands brings arguments i and k to the layout they are compared in.
func (b *builder) operands(i, k int) (l, r node, t types.Type, err error) {
	lt, rt := b.call.Args[i].Type(), b.call.Args[k].Type()
	t = comparisonType(lt, rt)
	if t.Kind == types.Decimal {
		// Scales may differ; only integers become decimals.
		if lt.IsInteger() {
			lt = decimalOfInt(lt)
		}
		if rt.IsInteger() {
			rt = decimalOfInt(rt)
		}
		if l, err = b.convert(b.args[i], b.call.Args[i].Type(), lt); err == nil {
			r, err = b.convert(b.args[k], b.call.Args[k].Type(), rt)
		}
		return l, r, t, err
	}
	if t.Physical() == types.LayoutBytes || t.Physical() >= types.LayoutList {
		return b.args[i], b.args[k], t, nil
	}
	if l, err = b.convert(b.args[i], lt, t); err == nil {
		r, err = b.convert(b.args[k], rt, t)
	}
	return l, r, t, err
}

func buildComparison(b *builder) (node, error) {
	for i := range b.args {
		if v := b.constant(i); v != nil && v.IsNull(0) {
			return nullConst(b.call.T), nil
		}
	}
	l, r, t, err := b.operands(0, 1)
	if err != nil {
		return nil, err
	}
	cmp := newCompare(compareOps[b.call.Fn], l, r, t, b.call.T)
	return cmp, nil
}

func newCompare(op compareOp, l, r node, t, result types.Type) *compareNode {
	c := &compareNode{op: op, l: l, r: r, out: batch.New(result, 0)}
	if _, ok := l.(*constNode); ok {
		c.l, c.r, c.op = r, l, op.flipped()
	}
	switch t.Physical() {
	case types.LayoutInt8:
		c.kernel = comparer[int8]{}
	case types.LayoutInt16:
		c.kernel = comparer[int16]{}
	case types.LayoutInt32:
		c.kernel = comparer[int32]{}
	case types.LayoutInt64:
		c.kernel = comparer[int64]{}
	case types.LayoutFloat32:
		c.kernel = comparer[float32]{}
	case types.LayoutFloat64:
		c.kernel = comparer[float64]{}
	case types.LayoutBytes:
		c.kernel = bytesComparer{}
	case types.LayoutDecimal:
		c.kernel = decimalComparer{}
	default:
		c.kernel = valueComparer{}
	}
	return c
}

// rowComparer is the comparison kernel of a layout: rows are those at which both
// sides are there.
type rowComparer interface {
	filter(op compareOp, l, r values, rows, dst []int32) []int32
}

// denseComparer sets a bit for every row of the batch, whatever NULLs.
type denseComparer interface {
	bits(op compareOp, l, r values, dst batch.Bitmap)
}

// compareNode is l op r. A constant side stands right.
type compareNode struct {
	op     compareOp
	l, r   node
	kernel rowComparer
	out    *batch.Vector
	valid  batch.Bitmap
	rows   []int32
	hits   []int32
}

// sides evaluates both sides; null is whether either has NULLs.
func (c *compareNode) sides(f *frame, sel []int32) (l, r values, null bool, err error) {
	lv, err := c.l.eval(f, sel)
	if err != nil {
		return l, r, false, err
	}
	l = values{lv, -1}
	if k, ok := c.r.(*constNode); ok {
		return l, values{k.value, 0}, lv.Valid != nil, nil
	}
	rv, err := c.r.eval(f, sel)
	if err != nil {
		return l, r, false, err
	}
	return l, values{rv, -1}, lv.Valid != nil || rv.Valid != nil, nil
}

// bothValid fills c.valid.
func (c *compareNode) bothValid(l, r values, n int) {
	c.valid = sizedBitmap(c.valid, n)
	switch {
	case r.mask == 0 || r.Valid == nil:
		copy(c.valid, l.Valid)
	case l.Valid == nil:
		copy(c.valid, r.Valid)
	default:
		andInto(c.valid, l.Valid, r.Valid)
	}
}

func (c *compareNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	l, r, null, err := c.sides(f, sel)
	if err != nil {
		return nil, err
	}
	resetOut(c.out, f.n)
	if null {
		c.bothValid(l, r, f.n)
		c.out.Valid = c.valid
	}
	bits := c.out.Bits[:batch.BitmapWords(f.n)]
	if d, ok := c.kernel.(denseComparer); ok && (sel == nil || len(sel)*4 > f.n) {
		d.bits(c.op, l, r, bits)
		return c.out, nil
	}
	rows := allRows(f, sel)
	if null {
		c.rows = appendValid(c.rows[:0], rows, c.valid)
		rows = c.rows
	}
	c.hits = c.kernel.filter(c.op, l, r, rows, c.hits[:0])
	bits.Fill(false)
	for _, i := range c.hits {
		bits.Set(int(i))
	}
	return c.out, nil
}

func (c *compareNode) filter(f *frame, sel, dst []int32) ([]int32, error) {
	l, r, null, err := c.sides(f, sel)
	if err != nil {
		return dst, err
	}
	rows := allRows(f, sel)
	if null {
		c.bothValid(l, r, f.n)
		c.rows = appendValid(c.rows[:0], rows, c.valid)
		rows = c.rows
	}
	return c.kernel.filter(c.op, l, r, rows, dst), nil
}

// comparer compares fixed-width numbers.
type comparer[T ordered] struct{}

func (comparer[T]) filter(op compareOp, l, r values, rows, dst []int32) []int32 {
	if r.mask == 0 {
		return filterConst(op, fixedOf[T](l.Vector), fixedOf[T](r.Vector)[0], rows, dst)
	}
	return filterPair(op, fixedOf[T](l.Vector), fixedOf[T](r.Vector), rows, dst)
}

func (comparer[T]) bits(op compareOp, l, r values, dst batch.Bitmap) {
	if r.mask == 0 {
		compareConst(op, dst, fixedOf[T](l.Vector), fixedOf[T](r.Vector)[0])
		return
	}
	comparePair(op, dst, fixedOf[T](l.Vector), fixedOf[T](r.Vector))
}

// fixedOf is batch.Values for the narrower constraint of a kernel.
func fixedOf[T ordered](v *batch.Vector) []T { return batch.Values[T](v) }

type bytesComparer struct{}

func (bytesComparer) filter(op compareOp, l, r values, rows, dst []int32) []int32 {
	return filterBytes(op, l, r, rows, dst)
}

// decimalComparer compares decimals of any scales.
type decimalComparer struct{}

func (decimalComparer) filter(op compareOp, l, r values, rows, dst []int32) []int32 {
	a, b, as, bs := l.Decimals(), r.Decimals(), l.Type.Scale, r.Type.Scale
	if as == bs {
		for _, i := range rows {
			if op.holds(decimal.Cmp(a[l.at(i)], b[r.at(i)])) {
				dst = append(dst, i)
			}
		}
		return dst
	}
	for _, i := range rows {
		if op.holds(decimal.CmpScaled(a[l.at(i)], as, b[r.at(i)], bs)) {
			dst = append(dst, i)
		}
	}
	return dst
}

// valueComparer compares values of any type, constructed ones too.
type valueComparer struct{}

func (valueComparer) filter(op compareOp, l, r values, rows, dst []int32) []int32 {
	for _, i := range rows {
		if op <= opNe {
			if EqualValues(l.Vector, l.at(i), r.Vector, r.at(i)) == (op == opEq) {
				dst = append(dst, i)
			}
		} else if op.holds(CompareValues(l.Vector, l.at(i), r.Vector, r.at(i))) {
			dst = append(dst, i)
		}
	}
	return dst
}

// distinctNode is IS [NOT] DISTINCT FROM: NULL is a value like others.
type distinctNode struct {
	cmp      *compareNode // =
	distinct bool
	out      *batch.Vector
}

func buildDistinct(distinct bool) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		l, r, t, err := b.operands(0, 1)
		if err != nil {
			return nil, err
		}
		// As a vector on both sides: a constant may be NULL.
		cmp := newCompare(opEq, unfolded{l}, unfolded{r}, t, b.call.T)
		return &distinctNode{cmp: cmp, distinct: distinct, out: batch.New(b.call.T, 0)}, nil
	}
}

// unfolded hides that a node is a constant.
type unfolded struct{ node }

func (d *distinctNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	l, r, _, err := d.cmp.sides(f, sel)
	if err != nil {
		return nil, err
	}
	resetOut(d.out, f.n)
	bits := d.out.Bits[:batch.BitmapWords(f.n)]
	rows := allRows(f, sel)
	if l.Valid != nil || r.Valid != nil {
		d.cmp.rows = d.cmp.rows[:0]
		for _, i := range rows {
			if !l.IsNull(int(i)) && !r.IsNull(int(i)) {
				d.cmp.rows = append(d.cmp.rows, i)
			}
		}
		rows = d.cmp.rows
	}
	d.cmp.hits = d.cmp.kernel.filter(opEq, l, r, rows, d.cmp.hits[:0])
	bits.Fill(false)
	for _, i := range d.cmp.hits {
		bits.Set(int(i))
	}
	if l.Valid != nil && r.Valid != nil {
		for w := range bits {
			bits[w] |= ^l.Valid[w] & ^r.Valid[w]
		}
	}
	if d.distinct {
		for w := range bits {
			bits[w] = ^bits[w]
		}
	}
	return d.out, nil
}

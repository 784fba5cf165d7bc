package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr/civil"
	"github.com/flottstream/flott/internal/types"
)

// convert brings the node of an expression of type from to type to, as an
// implicit cast that does not show in the tree.
func (b *builder) convert(nd node, from, to types.Type) (node, error) {
	to = to.WithNull(from.Nullable)
	if from.Kind == types.Null {
		return nullConst(to), nil
	}
	if from.Kind == to.Kind && sameLayoutAndUnit(from, to) && (from.Kind != types.Decimal || from.Scale == to.Scale && from.Length <= to.Length) {
		return nd, nil
	}
	call := &Call{Fn: "CAST", Args: []Expr{&Column{Name: b.call.String(), T: from}}, T: to}
	sub := &builder{compiler: b.compiler, call: call, args: []node{nd}}
	c, err := sub.castNode(nd, call, false)
	if err != nil {
		return nil, err
	}
	return foldNode(sub, c), nil
}

func sameLayoutAndUnit(a, b types.Type) bool {
	return a.Physical() == b.Physical() && (!a.IsTimestamp() || a.UnitsPerSecond() == b.UnitsPerSecond())
}

// castNode makes the node of a cast; with try a value that cannot be cast is
// NULL, else it fails.
func (c *compiler) castNode(x node, call *Call, try bool) (node, error) {
	from, to := call.Args[0].Type(), call.T
	if from.Kind == types.Null {
		return nullConst(to), nil
	}
	if k, ok := x.(*constNode); ok && k.value.IsNull(0) {
		return nullConst(to), nil
	}
	if retypes(from, to) || c.env.LegacyCast && isBytes(from) && isBytes(to) {
		return &retypeNode{x: x, t: to}, nil
	}
	b := &builder{compiler: c, call: call, args: []node{x}}
	switch {
	case to.IsCharacter():
		return newStrict(b, castToText(from, to, c.env)), nil
	case from.Kind == to.Kind && to.Physical() >= types.LayoutList:
		return c.castConstructed(x, call, try)
	}
	kernel := castKernel(from, to, c.env, try)
	if kernel == nil {
		return nil, explicitCast(from, to)
	}
	return newStrict(b, kernel), nil
}

// isBytes reports text and bytes, whose casts leave the lengths alone under the
// legacy cast behaviour.
func isBytes(t types.Type) bool { return t.IsCharacter() || t.IsBinary() }

// retypes reports casts that change no bit of the values.
func retypes(from, to types.Type) bool {
	switch {
	case from.EqualIgnoringNull(to):
		return true
	case from.IsCharacter() && to.Kind == types.Varchar, from.IsBinary() && to.Kind == types.Varbinary:
		return to.Length >= from.Length
	case from.IsCharacter() && to.IsBinary():
		return to.Kind == types.Varbinary && to.Length == types.MaxLength
	case from.Kind == types.Timestamp && to.Kind == types.Timestamp, from.Kind == types.TimestampLTZ && to.Kind == types.TimestampLTZ:
		return from.UnitsPerSecond() == to.UnitsPerSecond() && to.Length >= from.Length
	case from.Kind == types.Decimal && to.Kind == types.Decimal:
		return from.Scale == to.Scale && from.Length <= to.Length
	case from.Kind == types.Time && to.Kind == types.Time:
		return to.Length >= from.Length || to.Length >= 3
	}
	return from.Kind == to.Kind && from.IsInterval()
}

// retypeNode shows the same values under another type.
type retypeNode struct {
	x      node
	t      types.Type
	shadow batch.Vector
}

func (r *retypeNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	v, err := r.x.eval(f, sel)
	if err != nil {
		return nil, err
	}
	r.shadow = *v
	r.shadow.Type = r.t
	return &r.shadow, nil
}

// castConstructed casts arrays, maps and rows part by part.
func (c *compiler) castConstructed(x node, call *Call, try bool) (node, error) {
	from, to := call.Args[0].Type(), call.T
	n := &elementsNode{x: x, t: to, isRow: to.Kind == types.Row, try: try}
	part := func(i int, from, to types.Type) error {
		from.Nullable = true // an element under a NULL is not looked at
		p := &Call{Fn: call.Fn, Args: []Expr{&Column{Name: call.Args[0].String(), T: from}}, T: to.WithNull(to.Nullable || try)}
		nd, err := c.castNode(&columnNode{index: i}, p, try)
		n.parts = append(n.parts, nd)
		return err
	}
	var err error
	switch from.Kind {
	case types.Row:
		for i := range from.Fields {
			if err = part(i, from.Fields[i].Type, to.Fields[i].Type); err != nil {
				return nil, err
			}
		}
	case types.Map:
		if err = part(0, *from.Key, *to.Key); err == nil {
			err = part(1, *from.Elem, *to.Elem)
		}
	default:
		if err = part(0, *from.Elem, *to.Elem); err == nil && from.Kind == types.Multiset {
			n.parts = append(n.parts, &columnNode{index: 1})
		}
	}
	return n, err
}

// elementsNode applies a node per child to the children of an array, map or row
// vector, and shows the result under the parent's offsets and NULLs.
type elementsNode struct {
	x      node
	t      types.Type
	isRow  bool
	parts  []node
	try    bool // a part that cannot be cast makes the whole NULL
	valid  batch.Bitmap
	inner  batch.Batch
	frame  frame
	rows   []int32
	shadow batch.Vector
	kids   []*batch.Vector
}

func (e *elementsNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	v, err := e.x.eval(f, sel)
	if err != nil {
		return nil, err
	}
	if e.rows == nil {
		e.rows = make([]int32, 0, f.n) // nil would mean all
	}
	e.rows = e.rows[:0]
	for _, i := range allRows(f, sel) {
		switch {
		case v.IsNull(int(i)):
		case e.isRow:
			e.rows = append(e.rows, i)
		default:
			for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
				e.rows = append(e.rows, k)
			}
		}
	}
	n := f.n
	if !e.isRow {
		n = v.Kids[0].Len()
	}
	e.inner = batch.Batch{Cols: v.Kids, N: n}
	e.frame.b, e.frame.n, e.frame.top = &e.inner, n, e.rows
	e.frame.round++
	e.kids = e.kids[:0]
	for _, p := range e.parts {
		kid, err := p.eval(&e.frame, e.rows)
		if err != nil {
			return nil, err
		}
		e.kids = append(e.kids, kid)
	}
	e.shadow = *v
	e.shadow.Type, e.shadow.Kids = e.t, e.kids
	if e.try {
		e.dropFailed(v, f, sel)
	}
	return &e.shadow, nil
}

// dropFailed makes the values NULL of which a part was there and is no more.
func (e *elementsNode) dropFailed(v *batch.Vector, f *frame, sel []int32) {
	lost := func(i int) bool {
		for k, kid := range e.kids {
			if !v.Kids[k].IsNull(i) && kid.IsNull(i) {
				return true
			}
		}
		return false
	}
	e.valid = sizedBitmap(e.valid, f.n)
	e.valid.Fill(true)
	if v.Valid != nil {
		copy(e.valid, v.Valid)
	}
	for _, i := range allRows(f, sel) {
		switch {
		case v.IsNull(int(i)):
		case e.isRow:
			if lost(int(i)) {
				e.valid.Clear(int(i))
			}
		default:
			for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
				if lost(int(k)) {
					e.valid.Clear(int(i))
					break
				}
			}
		}
	}
	e.shadow.Valid = e.valid
}

// castKernel is the kernel of a cast to anything but text and constructed
// types; nil if there is none.
func castKernel(from, to types.Type, env *Env, try bool) func(*kernelCall, []int32) error {
	switch {
	case from.IsCharacter():
		return castFromText(to, env, try)
	case from.IsBinary() && to.IsBinary():
		return resizeBinary
	case from.Kind == types.Boolean:
		return castFromBool(to)
	case to.Kind == types.Boolean:
		return castToBool(from)
	case from.Kind == types.Decimal && to.Kind == types.Decimal:
		return rescaleDecimal
	case from.Kind == types.Decimal && to.IsNumeric():
		return castFromDecimal(to)
	case from.IsNumeric() && to.Kind == types.Decimal:
		return castToDecimal(from)
	case from.IsInteger() && to.IsInterval():
		return intervalOfTicks
	case from.IsNumeric() && to.IsNumeric():
		return castNumber(from, to)
	case from.IsTemporal() && to.IsTemporal():
		return castTemporal(from, to, civil.NewZone(env.Zone), try)
	}
	return nil
}

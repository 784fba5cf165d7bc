package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// arithmeticFunctions are + - * / % and the sign.
func arithmeticFunctions() []function {
	return []function{
		{name: "+", min: 2, max: 2, typing: typeAdditive, build: buildArithmetic},
		{name: "-", min: 2, max: 2, typing: typeAdditive, build: buildArithmetic},
		{name: "*", min: 2, max: 2, typing: typeMultiplicative, build: buildArithmetic},
		{name: "/", min: 2, max: 2, typing: typeMultiplicative, build: buildArithmetic},
		{name: "%", min: 2, max: 2, typing: typeModulo, build: buildArithmetic},
		{name: "MOD", min: 2, max: 2, typing: typeModulo, build: buildArithmetic},
		{name: "NEG", min: 1, max: 1, typing: typeSign, build: buildNegation},
		{name: "POS", min: 1, max: 1, rewrite: func(args []Expr) (Expr, error) {
			if t := args[0].Type(); !t.IsNumeric() && !t.IsInterval() && t.Kind != types.Null {
				return nil, cannotApply("+", args, 0, "A number is expected")
			}
			return args[0], nil
		}},
	}
}

// typeAdditive types + and - of numbers, and of temporal values with intervals.
func typeAdditive(s *signature) (types.Type, error) {
	a, b := s.typ(0), s.typ(1)
	if a.IsTemporal() || a.IsInterval() || b.IsTemporal() || b.IsInterval() {
		return typeTemporalSum(s)
	}
	return typeNumeric(s)
}

func typeMultiplicative(s *signature) (types.Type, error) {
	a, b := s.typ(0), s.typ(1)
	if a.IsInterval() && b.IsNumeric() || s.fn.name == "*" && a.IsNumeric() && b.IsInterval() {
		return typeScaledInterval(s)
	}
	return typeNumeric(s)
}

// typeNumeric is the rule of two numbers: the wider integer, the decimal of
// arithmeticDecimal, or floating point.
func typeNumeric(s *signature) (types.Type, error) {
	for i := range 2 {
		if s.typ(i).Kind == types.Null {
			return types.Type{}, typeErrorf(i, "Use CAST(NULL AS …) to give it a type", "Illegal use of 'NULL'")
		}
	}
	a, b := s.typ(0), s.typ(1)
	for i, t := range []types.Type{a, b} {
		if !t.IsNumeric() {
			hint := ""
			if t.IsCharacter() {
				hint = "Strings are not numbers: use CAST(… AS INT), BIGINT, DOUBLE or DECIMAL"
			}
			return types.Type{}, s.refuse(i, hint)
		}
	}
	nullable := a.Nullable || b.Nullable
	if (a.Kind == types.Decimal || b.Kind == types.Decimal) && a.IsExact() && b.IsExact() {
		return arithmeticDecimal(s.fn.name, asDecimal(a), asDecimal(b)).WithNull(nullable), nil
	}
	if a.IsApproximate() && b.IsApproximate() {
		return a.WithoutTime().WithNull(nullable), nil // FLOAT + DOUBLE is FLOAT
	}
	return commonNumber(a, b).WithNull(nullable), nil
}

// typeModulo types %: exact numbers only, an integer result has the type of the
// divisor.
func typeModulo(s *signature) (types.Type, error) {
	t, err := typeNumeric(s)
	if err != nil {
		return t, err
	}
	a, b := s.typ(0), s.typ(1)
	if !a.IsExact() || !b.IsExact() {
		return t, s.refuse(b2i(a.IsExact()), "MOD is for integers and DECIMAL")
	}
	if t.Kind == types.Decimal {
		return arithmeticDecimal("%", asDecimal(a), asDecimal(b)).WithNull(t.Nullable), nil
	}
	return b.WithoutTime().WithNull(t.Nullable), nil
}

func typeSign(s *signature) (types.Type, error) {
	coerceNull(s, 0, types.Of(types.Int))
	if t := s.typ(0); !t.IsNumeric() && !t.IsInterval() {
		return t, typeErrorf(0, "A number is expected", "Cannot apply '-' to arguments of type '-<%s>'", typeName(t))
	}
	return s.typ(0).WithoutTime(), nil
}

// arithOp is an arithmetic operator.
type arithOp uint8

const (
	opAdd arithOp = iota
	opSub
	opMul
	opDiv
	opMod
)

var arithOps = map[string]arithOp{"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "%": opMod, "MOD": opMod}

// buildArithmetic widens both sides to the type the operator works in.
func buildArithmetic(b *builder) (node, error) {
	lt, rt, t := b.call.Args[0].Type(), b.call.Args[1].Type(), b.call.T
	if lt.IsTemporal() || lt.IsInterval() || rt.IsTemporal() || rt.IsInterval() {
		return buildTemporalSum(b)
	}
	for i := range b.args {
		if v := b.constant(i); v != nil && v.IsNull(0) {
			return nullConst(t), nil
		}
	}
	if t.Kind == types.Decimal {
		return buildDecimal(b)
	}
	// The result of % has the type of the divisor and is computed in the wider
	// type; FLOAT + DOUBLE has the first one's and is computed in it.
	op, work := arithOps[b.call.Fn], commonNumber(lt, rt)
	if lt.IsApproximate() && rt.IsApproximate() {
		work = t.WithoutTime()
	}
	l, err := b.convert(b.args[0], lt, work)
	if err != nil {
		return nil, err
	}
	r, err := b.convert(b.args[1], rt, work)
	if err != nil {
		return nil, err
	}
	nd := newArith(b.call, op, l, r, work)
	return b.convert(nd, work, t)
}

func newArith(call *Call, op arithOp, l, r node, t types.Type) node {
	switch t.Physical() {
	case types.LayoutInt8:
		return &arithNode[int8]{binary: newBinary(call, l, r, t), op: op}
	case types.LayoutInt16:
		return &arithNode[int16]{binary: newBinary(call, l, r, t), op: op}
	case types.LayoutInt32:
		return &arithNode[int32]{binary: newBinary(call, l, r, t), op: op}
	case types.LayoutInt64:
		return &arithNode[int64]{binary: newBinary(call, l, r, t), op: op}
	case types.LayoutFloat32:
		return &arithNode[float32]{binary: newBinary(call, l, r, t), op: op}
	}
	return &arithNode[float64]{binary: newBinary(call, l, r, t), op: op}
}

// binary is the frame of a strict operator on two fixed-width operands.
type binary struct {
	call  *Call
	l, r  node
	out   *batch.Vector
	valid batch.Bitmap
	rows  []int32
}

func newBinary(call *Call, l, r node, t types.Type) binary {
	return binary{call: call, l: l, r: r, out: batch.New(t, 0)}
}

// operands evaluates both sides and sets out's validity.
func (b *binary) operands(f *frame, sel []int32) (l, r values, err error) {
	if l, err = operand(b.l, f, sel); err != nil {
		return l, r, err
	}
	if r, err = operand(b.r, f, sel); err != nil {
		return l, r, err
	}
	resetOut(b.out, f.n)
	lv, rv := l.validity(), r.validity()
	switch {
	case lv == nil && rv == nil:
	case lv == nil || rv == nil:
		b.valid = sizedBitmap(b.valid, f.n)
		if lv == nil {
			lv = rv
		}
		copy(b.valid, lv)
		b.out.Valid = b.valid
	default:
		b.valid = sizedBitmap(b.valid, f.n)
		andInto(b.valid, lv, rv)
		b.out.Valid = b.valid
	}
	return l, r, nil
}

// operand evaluates one side; a constant stays one value.
func operand(nd node, f *frame, sel []int32) (values, error) {
	if c, ok := nd.(*constNode); ok {
		return values{c.value, 0}, nil
	}
	v, err := nd.eval(f, sel)
	return values{v, -1}, err
}

func (v values) validity() batch.Bitmap {
	if v.mask == 0 {
		return nil
	}
	return v.Valid
}

// validRows is the rows of sel that are not NULL in out.
func (b *binary) validRows(f *frame, sel []int32) []int32 {
	rows := allRows(f, sel)
	if b.out.Valid != nil {
		b.rows = appendValid(b.rows[:0], rows, b.out.Valid)
		rows = b.rows
	}
	return rows
}

// arithNode is l op r in machine numbers.
type arithNode[T ordered] struct {
	binary
	op arithOp
}

func (a *arithNode[T]) eval(f *frame, sel []int32) (*batch.Vector, error) {
	l, r, err := a.operands(f, sel)
	if err != nil {
		return nil, err
	}
	out, x, y := fixedOf[T](a.out), fixedOf[T](l.Vector), fixedOf[T](r.Vector)
	switch {
	case a.op >= opDiv:
		err = a.divide(f, sel, l, r)
	case r.mask == 0 && a.op == opSub:
		addConst(out, x, -y[0], sel)
	case r.mask == 0:
		arithConst(a.op, out, x, y[0], sel)
	case l.mask == 0 && a.op == opSub:
		subFromConst(out, x[0], y, sel)
	case l.mask == 0:
		arithConst(a.op, out, y, x[0], sel)
	default:
		arithPair(a.op, out, x, y, sel)
	}
	return a.out, err
}

func arithConst[T ordered](op arithOp, out, a []T, c T, sel []int32) {
	if op == opAdd {
		addConst(out, a, c, sel)
		return
	}
	if sel != nil {
		for _, i := range sel {
			out[i] = a[i] * c
		}
		return
	}
	a = a[:len(out)]
	for i := range out {
		out[i] = a[i] * c
	}
}

func addConst[T ordered](out, a []T, c T, sel []int32) {
	if sel != nil {
		for _, i := range sel {
			out[i] = a[i] + c
		}
		return
	}
	a = a[:len(out)]
	for i := range out {
		out[i] = a[i] + c
	}
}

func subFromConst[T ordered](out []T, c T, b []T, sel []int32) {
	if sel != nil {
		for _, i := range sel {
			out[i] = c - b[i]
		}
		return
	}
	b = b[:len(out)]
	for i := range out {
		out[i] = c - b[i]
	}
}

func arithPair[T ordered](op arithOp, out, a, b []T, sel []int32) {
	switch {
	case op == opAdd && sel == nil:
		a, b = a[:len(out)], b[:len(out)]
		for i := range out {
			out[i] = a[i] + b[i]
		}
	case op == opAdd:
		for _, i := range sel {
			out[i] = a[i] + b[i]
		}
	case op == opSub && sel == nil:
		a, b = a[:len(out)], b[:len(out)]
		for i := range out {
			out[i] = a[i] - b[i]
		}
	case op == opSub:
		for _, i := range sel {
			out[i] = a[i] - b[i]
		}
	case sel == nil:
		a, b = a[:len(out)], b[:len(out)]
		for i := range out {
			out[i] = a[i] * b[i]
		}
	default:
		for _, i := range sel {
			out[i] = a[i] * b[i]
		}
	}
}

// divide is / and %. Only rows that are there are looked at: a zero among
// them is an error for integers.
func (a *arithNode[T]) divide(f *frame, sel []int32, l, r values) error {
	out, x, y := fixedOf[T](a.out), fixedOf[T](l.Vector), fixedOf[T](r.Vector)
	if k := a.out.Type.Kind; k == types.Float || k == types.Double {
		for _, i := range allRows(f, sel) {
			out[i] = x[l.at(i)] / y[r.at(i)]
		}
		return nil
	}
	rows := a.validRows(f, sel)
	if r.mask == 0 && y[0] != 0 {
		divideByConst(a.op, out, x, y[0], rows)
		return nil
	}
	for _, i := range rows {
		d := y[r.at(i)]
		if d == 0 {
			return divisionByZero(a.call)
		}
		n := x[l.at(i)]
		q := n / d
		if a.op == opMod {
			q = n - q*d
		}
		out[i] = q
	}
	return nil
}

// divideByConst divides integers by a constant that is not zero. Powers of two
// and small values are frequent; the machine's division by an invariant divisor
// is what remains.
func divideByConst[T ordered](op arithOp, out, a []T, c T, rows []int32) {
	if op == opDiv {
		for _, i := range rows {
			out[i] = a[i] / c
		}
		return
	}
	for _, i := range rows {
		q := a[i] / c
		out[i] = a[i] - q*c
	}
}

func divisionByZero(call *Call) error {
	return &EvalError{Expr: call.String(), Msg: "Division by zero"}
}

// buildNegation is 0 - x; for floating point -x, which keeps the sign of zero.
func buildNegation(b *builder) (node, error) {
	t := b.call.T
	switch t.Physical() {
	case types.LayoutInt8:
		return newStrict(b, negate[int8]), nil
	case types.LayoutInt16:
		return newStrict(b, negate[int16]), nil
	case types.LayoutInt32:
		return newStrict(b, negate[int32]), nil
	case types.LayoutInt64:
		return newStrict(b, negate[int64]), nil
	case types.LayoutFloat32:
		return newStrict(b, negate[float32]), nil
	case types.LayoutFloat64:
		return newStrict(b, negate[float64]), nil
	}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		out, x := c.out.Decimals(), c.args[0].Decimals()
		for _, i := range rows {
			out[i] = x[c.args[0].at(i)].Neg()
		}
		return nil
	}), nil
}

func negate[T ordered](c *kernelCall, rows []int32) error {
	out, x := fixedOf[T](c.out), fixedOf[T](c.args[0].Vector)
	for _, i := range rows {
		out[i] = -x[c.args[0].at(i)]
	}
	return nil
}

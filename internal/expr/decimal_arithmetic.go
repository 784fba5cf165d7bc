package expr

import (
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// buildDecimal makes the node of a decimal operator. Integers are read as they
// are; what does not fit the result type is NULL, as in Flink.
func buildDecimal(b *builder) (node, error) {
	d := &decimalNode{binary: newBinary(b.call, b.args[0], b.args[1], b.call.T), op: arithOps[b.call.Fn]}
	for i, side := range []*node{&d.l, &d.r} {
		t := b.call.Args[i].Type()
		if t.IsInteger() && t.Kind != types.BigInt {
			nd, err := b.convert(*side, t, types.Of(types.BigInt))
			if err != nil {
				return nil, err
			}
			*side, t = nd, types.Of(types.BigInt)
		}
		if t.IsInteger() {
			d.whole[i], d.scale[i] = true, 0
		} else {
			d.scale[i] = t.Scale
		}
	}
	d.safe = d.op == opMul && d.scale[0]+d.scale[1] == b.call.T.Scale && d.mulFits(b)
	return d, nil
}

// mulFits reports that no product can exceed the result's precision.
func (d *decimalNode) mulFits(b *builder) bool {
	p := 0
	for _, a := range b.call.Args {
		p += asDecimal(a.Type()).Length
	}
	return p <= b.call.T.Length
}

// decimalNode is l op r on decimals and integers (BIGINT).
type decimalNode struct {
	binary
	op    arithOp
	whole [2]bool // the side is a BIGINT vector
	scale [2]int
	safe  bool // a product always fits
}

// side reads an operand as a decimal.
type decimalSide struct {
	nums []decimal.Num
	ints []int64
	mask int
}

func (d *decimalNode) side(k int, v values) decimalSide {
	if d.whole[k] {
		return decimalSide{ints: v.Int64s(), mask: v.mask}
	}
	return decimalSide{nums: v.Decimals(), mask: v.mask}
}

func (s decimalSide) at(i int32) decimal.Num {
	if s.ints != nil {
		return decimal.FromInt64(s.ints[int(i)&s.mask])
	}
	return s.nums[int(i)&s.mask]
}

func (d *decimalNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	l, r, err := d.operands(f, sel)
	if err != nil {
		return nil, err
	}
	a, b := d.side(0, l), d.side(1, r)
	rows := d.validRows(f, sel)
	switch d.op {
	case opAdd, opSub:
		d.sum(a, b, rows)
	case opMul:
		if d.safe && (a.mask == 0 || b.mask == 0) {
			d.scaleBy(a, b, rows)
		} else {
			d.product(a, b, rows)
		}
	case opDiv:
		err = d.quotient(a, b, rows)
	case opMod:
		err = d.remainder(a, b, rows)
	}
	return d.out, err
}

// null makes row i NULL: the result does not fit.
func (d *decimalNode) null(i int32) {
	if d.out.Valid == nil {
		d.valid = sizedBitmap(d.valid, d.out.Len())
		d.valid.Fill(true)
		d.out.Valid = d.valid
	}
	d.out.Valid.Clear(int(i))
}

func (d *decimalNode) sum(a, b decimalSide, rows []int32) {
	out, t := d.out.Decimals(), d.out.Type
	same := d.scale[0] == t.Scale && d.scale[1] == t.Scale
	for _, i := range rows {
		x, y := a.at(i), b.at(i)
		if d.op == opSub {
			y = y.Neg()
		}
		if same {
			out[i] = decimal.Add(x, y)
			if t.Length == decimal.MaxPrecision && !out[i].Fits(t.Length) {
				d.null(i)
			}
			continue
		}
		r, ok := addScaled(x, d.scale[0], y, d.scale[1], t)
		if !ok {
			d.null(i)
		}
		out[i] = r
	}
}

// addScaled adds numbers of different scales, exactly, and rounds the sum to t.
func addScaled(x decimal.Num, xs int, y decimal.Num, ys int, t types.Type) (decimal.Num, bool) {
	s := max(xs, ys)
	wx, ok1 := decimal.Rescale(x, xs, s, decimal.MaxPrecision)
	wy, ok2 := decimal.Rescale(y, ys, s, decimal.MaxPrecision)
	if ok1 && ok2 {
		return decimal.Rescale(decimal.Add(wx, wy), s, t.Scale, t.Length)
	}
	return decimal.AddBig(x, xs, y, ys, t.Scale, t.Length)
}

// scaleBy multiplies a column by a constant where nothing can overflow.
func (d *decimalNode) scaleBy(a, b decimalSide, rows []int32) {
	if a.mask == 0 {
		a, b = b, a
	}
	out, c := d.out.Decimals(), b.at(0)
	if a.ints != nil && c.IsInt64() {
		k := c.Int64()
		for _, i := range rows {
			out[i] = decimal.MulInt64(a.ints[i], k)
		}
		return
	}
	for _, i := range rows {
		out[i], _ = decimal.Mul(a.at(i), c, 0, decimal.MaxPrecision)
	}
}

func (d *decimalNode) product(a, b decimalSide, rows []int32) {
	out, t := d.out.Decimals(), d.out.Type
	drop := d.scale[0] + d.scale[1] - t.Scale
	for _, i := range rows {
		r, ok := decimal.Mul(a.at(i), b.at(i), drop, t.Length)
		if !ok {
			d.null(i)
		}
		out[i] = r
	}
}

func (d *decimalNode) quotient(a, b decimalSide, rows []int32) error {
	out, t := d.out.Decimals(), d.out.Type
	shift := t.Scale - d.scale[0] + d.scale[1]
	for _, i := range rows {
		y := b.at(i)
		if y.Sign() == 0 {
			return divisionByZero(d.call)
		}
		r, ok := decimal.Div(a.at(i), y, shift, t.Length)
		if !ok {
			d.null(i)
		}
		out[i] = r
	}
	return nil
}

func (d *decimalNode) remainder(a, b decimalSide, rows []int32) error {
	out, t := d.out.Decimals(), d.out.Type
	s := max(d.scale[0], d.scale[1])
	for _, i := range rows {
		y := b.at(i)
		if y.Sign() == 0 {
			return divisionByZero(d.call)
		}
		x, ok1 := decimal.Rescale(a.at(i), d.scale[0], s, decimal.MaxPrecision)
		y, ok2 := decimal.Rescale(y, d.scale[1], s, decimal.MaxPrecision)
		switch {
		case ok1 && !ok2: // the divisor is far larger
			y = decimal.Num{Lo: math.MaxUint64, Hi: math.MaxInt64}
		case !ok1:
			d.null(i)
			continue
		}
		r, ok := decimal.Rescale(decimal.Mod(x, y), s, t.Scale, t.Length)
		if !ok {
			d.null(i)
		}
		out[i] = r
	}
	return nil
}

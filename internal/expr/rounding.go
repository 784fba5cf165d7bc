package expr

import (
	"math"

	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// roundingFunctions are FLOOR, CEIL, ROUND and TRUNCATE.
func roundingFunctions() []function {
	return []function{
		{name: "FLOOR", min: 1, max: 2, typing: typeFloor, build: buildFloor},
		{name: "CEIL", min: 1, max: 2, typing: typeFloor, build: buildFloor},
		{name: "ROUND", min: 1, max: 2, typing: typeRound, build: buildRound},
		{name: "TRUNCATE", min: 1, max: 2, typing: typeRound, build: buildRound},
	}
}

// typeFloor types FLOOR and CEIL of a number, or of a time to a unit.
func typeFloor(s *signature) (types.Type, error) {
	if len(s.args) == 2 {
		return typeRoundTime(s)
	}
	if err := aNumber(s, 0); err != nil {
		return types.Type{}, err
	}
	t := s.typ(0).WithoutTime()
	if t.Kind == types.Decimal {
		t.Scale = 0
	}
	return t, nil
}

func buildFloor(b *builder) (node, error) {
	if len(b.args) == 2 {
		return buildRoundTime(b)
	}
	t, ceil := b.call.Args[0].Type(), b.call.Fn == "CEIL"
	switch {
	case t.IsInteger():
		return b.args[0], nil
	case t.Kind == types.Decimal:
		return newStrict(b, func(c *kernelCall, rows []int32) error {
			out, x := c.out.Decimals(), c.args[0].Decimals()
			for _, i := range rows {
				n := x[c.args[0].at(i)]
				if ceil {
					n = decimal.Ceil(n, t.Scale)
				} else {
					n = decimal.Floor(n, t.Scale)
				}
				if !n.Fits(c.out.Type.Length) {
					c.null(i)
				}
				out[i] = n
			}
			return nil
		}), nil
	case t.Kind == types.Float:
		return newStrict(b, floorFloat[float32](ceil)), nil
	}
	return newStrict(b, floorFloat[float64](ceil)), nil
}

func floorFloat[T float32 | float64](ceil bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		out, x := fixedOf[T](c.out), fixedOf[T](c.args[0].Vector)
		for _, i := range rows {
			v := float64(x[c.args[0].at(i)])
			if ceil {
				out[i] = T(math.Ceil(v))
			} else {
				out[i] = T(math.Floor(v))
			}
		}
		return nil
	}
}

// typeRound types ROUND and TRUNCATE(x[, n]): a DECIMAL gets the scale n if n is constant.
func typeRound(s *signature) (types.Type, error) {
	if err := typeDigits(s); err != nil {
		return types.Type{}, err
	}
	t := s.typ(0).WithoutTime().WithNull(s.nullable())
	if t.Kind != types.Decimal {
		return t, nil
	}
	n, ok := int64(0), true
	if len(s.args) == 2 {
		n, ok = ConstantInt(s.args[1])
	}
	if !ok || int(n) >= t.Scale && n >= 0 {
		return t, nil
	}
	r := types.DecimalOf(min(38, 1+t.Length-t.Scale+max(0, int(n))), max(0, int(n)))
	return r.WithNull(t.Nullable), nil
}

func typeDigits(s *signature) error {
	if err := aNumber(s, 0); err != nil {
		return err
	}
	if len(s.args) == 2 {
		return anInt(s, 1)
	}
	return nil
}

// digitsAt is the second argument of row i, 0 without one.
func digitsAt(c *kernelCall, i int32) int {
	if len(c.args) < 2 {
		return 0
	}
	return int(max(-1000, min(1000, c.args[1].Int32s()[c.args[1].at(i)])))
}

// buildRound is ROUND, half away from zero, and TRUNCATE, to digits after the
// point.
func buildRound(b *builder) (node, error) {
	t, cut := b.call.Args[0].Type(), b.call.Fn == "TRUNCATE"
	switch {
	case t.Kind == types.Decimal:
		return newStrict(b, roundDecimal(t.Scale, cut)), nil
	case t.IsInteger():
		return newStrict(b, roundInteger(cut)), nil
	case t.Kind == types.Float:
		return newStrict(b, roundFloat[float32](cut)), nil
	}
	return newStrict(b, roundFloat[float64](cut)), nil
}

// roundTo rounds or cuts n of scale from to digits, and gives it the scale to.
func roundTo(n decimal.Num, from, digits, to, precision int, cut bool) (decimal.Num, bool) {
	ok := true
	scale := from
	if digits < from {
		if drop := from - digits; cut {
			n = decimal.Trunc(n, drop)
		} else {
			n, ok = decimal.Rescale(n, drop, 0, decimal.MaxPrecision)
		}
		scale = digits
	}
	if !ok {
		return n, false
	}
	return decimal.Rescale(n, scale, to, precision)
}

func roundDecimal(scale int, cut bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		out, x, t := c.out.Decimals(), c.args[0].Decimals(), c.out.Type
		for _, i := range rows {
			n, ok := roundTo(x[c.args[0].at(i)], scale, digitsAt(c, i), t.Scale, t.Length, cut)
			if !ok {
				c.null(i)
			}
			out[i] = n
		}
		return nil
	}
}

func roundInteger(cut bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			v := int64At(c.args[0], i)
			if d := digitsAt(c, i); d < 0 {
				n, _ := roundTo(decimal.FromInt64(v), 0, d, 0, decimal.MaxPrecision, cut)
				v = n.Int64()
			}
			setInt64(c, i, v)
		}
		return nil
	}
}

// roundFloat rounds the shortest decimal text of the number, as BigDecimal does.
func roundFloat[T float32 | float64](cut bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		out, x := fixedOf[T](c.out), fixedOf[T](c.args[0].Vector)
		for _, i := range rows {
			v := x[c.args[0].at(i)]
			out[i] = T(roundShortest(float64(v), digitsAt(c, i), cut, isFloat32[T]()))
		}
		return nil
	}
}

func isFloat32[T float32 | float64]() bool {
	var v T
	_, ok := any(v).(float32)
	return ok
}

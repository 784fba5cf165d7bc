package expr

import (
	"math"

	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

type castFunc = func(*kernelCall, []int32) error

// castNumber casts between integers and floating point as Java does: integers
// wrap, floating point is cut and saturates.
func castNumber(from, to types.Type) castFunc {
	switch from.Physical() {
	case types.LayoutInt8:
		return castInteger[int8](to)
	case types.LayoutInt16:
		return castInteger[int16](to)
	case types.LayoutInt32:
		return castInteger[int32](to)
	case types.LayoutInt64:
		return castInteger[int64](to)
	case types.LayoutFloat32:
		return castFloat[float32](to)
	}
	return castFloat[float64](to)
}

func castInteger[F int8 | int16 | int32 | int64](to types.Type) castFunc {
	switch to.Physical() {
	case types.LayoutInt8:
		return widen[F, int8]
	case types.LayoutInt16:
		return widen[F, int16]
	case types.LayoutInt32:
		return widen[F, int32]
	case types.LayoutInt64:
		return widen[F, int64]
	case types.LayoutFloat32:
		return widen[F, float32]
	}
	return widen[F, float64]
}

// widen converts by the machine; also used to narrow integers, which wraps.
func widen[F, T ordered](c *kernelCall, rows []int32) error {
	out, x := fixedOf[T](c.out), fixedOf[F](c.args[0].Vector)
	if len(rows) == len(out) && c.args[0].mask != 0 {
		x = x[:len(out)]
		for i := range out {
			out[i] = T(x[i])
		}
		return nil
	}
	for _, i := range rows {
		out[i] = T(x[c.args[0].at(i)])
	}
	return nil
}

func castFloat[F float32 | float64](to types.Type) castFunc {
	switch to.Physical() {
	case types.LayoutInt8:
		return saturate[F, int8]
	case types.LayoutInt16:
		return saturate[F, int16]
	case types.LayoutInt32:
		return saturate[F, int32]
	case types.LayoutInt64:
		return saturate[F, int64]
	case types.LayoutFloat32:
		return widen[F, float32]
	}
	return widen[F, float64]
}

// saturate is Java's (long), (int), (short) and (byte) of floating point: the
// last two go by way of int.
func saturate[F float32 | float64, T int8 | int16 | int32 | int64](c *kernelCall, rows []int32) error {
	out, x := fixedOf[T](c.out), fixedOf[F](c.args[0].Vector)
	long := c.out.Type.Kind == types.BigInt
	for _, i := range rows {
		v := float64(x[c.args[0].at(i)])
		if long {
			out[i] = T(saturatedInt64(v))
		} else {
			out[i] = T(saturatedInt32(v))
		}
	}
	return nil
}

func saturatedInt64(v float64) int64 {
	switch {
	case v != v:
		return 0
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	}
	return int64(v)
}

func saturatedInt32(v float64) int32 {
	switch {
	case v != v:
		return 0
	case v >= math.MaxInt32:
		return math.MaxInt32
	case v <= math.MinInt32:
		return math.MinInt32
	}
	return int32(v)
}

// numberReader reads one value of a number vector as T; for code outside hot
// loops.
func int64At(v values, i int32) int64 {
	k := v.at(i)
	switch v.Type.Physical() {
	case types.LayoutInt8:
		return int64(v.Int8s()[k])
	case types.LayoutInt16:
		return int64(v.Int16s()[k])
	case types.LayoutInt32:
		return int64(v.Int32s()[k])
	}
	return v.Int64s()[k]
}

// setInt64 writes x into an integer vector, wrapping.
func setInt64(v *kernelCall, i int32, x int64) {
	switch v.out.Type.Physical() {
	case types.LayoutInt8:
		v.out.Int8s()[i] = int8(x)
	case types.LayoutInt16:
		v.out.Int16s()[i] = int16(x)
	case types.LayoutInt32:
		v.out.Int32s()[i] = int32(x)
	default:
		v.out.Int64s()[i] = x
	}
}

// castToDecimal casts integers and floating point; what does not fit is NULL.
func castToDecimal(from types.Type) castFunc {
	return func(c *kernelCall, rows []int32) error {
		out, t, x := c.out.Decimals(), c.out.Type, c.args[0]
		if from.Kind == types.BigInt && t.Scale <= 18 && t.Length-t.Scale >= 19 {
			by, in := decimal.Power10(t.Scale).Int64(), x.Int64s()
			for _, i := range rows {
				out[i] = decimal.MulInt64(in[x.at(i)], by)
			}
			return nil
		}
		if from.IsInteger() {
			for _, i := range rows {
				n, ok := decimal.Rescale(decimal.FromInt64(int64At(x, i)), 0, t.Scale, t.Length)
				if !ok {
					c.null(i)
				}
				out[i] = n
			}
			return nil
		}
		for _, i := range rows {
			var f float64
			if from.Kind == types.Float {
				f = float64(x.Float32s()[x.at(i)])
			} else {
				f = x.Float64s()[x.at(i)]
			}
			n, ok := decimal.FromFloat64(f, t.Length, t.Scale)
			if !ok {
				c.null(i)
			}
			out[i] = n
		}
		return nil
	}
}

func castFromDecimal(to types.Type) castFunc {
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		scale := x.Type.Scale
		for _, i := range rows {
			n := x.Decimals()[x.at(i)]
			switch to.Kind {
			case types.Float:
				c.out.Float32s()[i] = float32(n.Float64(scale))
			case types.Double:
				c.out.Float64s()[i] = n.Float64(scale)
			default:
				setInt64(c, i, decimal.Trunc(n, scale).Int64())
			}
		}
		return nil
	}
}

func rescaleDecimal(c *kernelCall, rows []int32) error {
	out, x, t := c.out.Decimals(), c.args[0].Decimals(), c.out.Type
	from := c.args[0].Type.Scale
	for _, i := range rows {
		n, ok := decimal.Rescale(x[c.args[0].at(i)], from, t.Scale, t.Length)
		if !ok {
			c.null(i)
		}
		out[i] = n
	}
	return nil
}

func castFromBool(to types.Type) castFunc {
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		for _, i := range rows {
			v := int64(b2u(x.Bool(x.at(i))))
			switch to.Kind {
			case types.Float:
				c.out.Float32s()[i] = float32(v)
			case types.Double:
				c.out.Float64s()[i] = float64(v)
			case types.Decimal:
				n, ok := decimal.Rescale(decimal.FromInt64(v), 0, to.Scale, to.Length)
				if !ok {
					c.null(i)
				}
				c.out.Decimals()[i] = n
			default:
				setInt64(c, i, v)
			}
		}
		return nil
	}
}

func castToBool(from types.Type) castFunc {
	switch from.Kind {
	case types.Float, types.Double, types.Decimal:
		return inexactToBool(from)
	}
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		for _, i := range rows {
			c.out.Bits.SetTo(int(i), int64At(x, i) != 0)
		}
		return nil
	}
}

// inexactToBool is whether a number is not zero.
func inexactToBool(from types.Type) castFunc {
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		for _, i := range rows {
			var yes bool
			switch at := x.at(i); from.Kind {
			case types.Float:
				yes = x.Float32s()[at] != 0
			case types.Double:
				yes = x.Float64s()[at] != 0
			default:
				yes = x.Decimals()[at] != decimal.Num{}
			}
			c.out.Bits.SetTo(int(i), yes)
		}
		return nil
	}
}

// intervalOfTicks takes an integer for an interval's ms or months.
func intervalOfTicks(c *kernelCall, rows []int32) error {
	for _, i := range rows {
		setInt64(c, i, int64At(c.args[0], i))
	}
	return nil
}

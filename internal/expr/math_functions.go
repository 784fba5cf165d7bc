package expr

import (
	crand "crypto/rand"
	"math"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/expr/javamath"
	"github.com/flottstream/flott/internal/types"
)

// mathFunctions are the functions on numbers but for rounding.
func mathFunctions() []function {
	double := strictly(types.Of(types.Double))
	fns := []function{
		{name: "ABS", min: 1, max: 1, typing: params(likeArg(0), aNumber), build: buildAbs},
		{name: "SIGN", min: 1, max: 1, typing: params(likeArg(0), aNumber), build: buildSign},
		{name: "POWER", min: 2, max: 2, typing: params(double, aDouble), build: strict(eachPair(javamath.Pow))},
		{name: "ATAN2", min: 2, max: 2, typing: params(double, aDouble), build: strict(eachPair(javamath.Atan2))},
		{name: "LOG", min: 1, max: 2, typing: params(double, aDouble), build: buildLog},
		{name: "PI", typing: params(always(types.Of(types.Double).NotNull())), build: buildConstant(math.Pi)},
		{name: "E", typing: params(always(types.Of(types.Double).NotNull())), build: buildConstant(math.E)},
		{name: "RAND", max: 1, typing: params(double, anInt), build: buildRandom, volatility: perRow},
		{name: "RAND_INTEGER", min: 1, max: 2, typing: params(strictly(types.Of(types.Int)), anInt), build: buildRandom, volatility: perRow},
		{name: "UUID", typing: params(always(types.Type{Kind: types.Char, Length: 36})), build: buildUUID, volatility: perRow},
		{name: "GREATEST", min: 1, max: -1, typing: typeExtreme, build: buildExtreme(opGt)},
		{name: "LEAST", min: 1, max: -1, typing: typeExtreme, build: buildExtreme(opLt)},
	}
	for name, f := range map[string]func(float64) float64{
		"SQRT": math.Sqrt, "LN": javamath.Log, "LOG2": log2, "LOG10": javamath.Log10, "EXP": javamath.Exp,
		"SIN": javamath.Sin, "COS": javamath.Cos, "TAN": javamath.Tan, "COT": func(x float64) float64 { return 1 / javamath.Tan(x) },
		"ASIN": javamath.Asin, "ACOS": javamath.Acos, "ATAN": javamath.Atan,
		"SINH": javamath.Sinh, "COSH": javamath.Cosh, "TANH": javamath.Tanh,
		"DEGREES": func(x float64) float64 { return x * (180 / math.Pi) },
		"RADIANS": func(x float64) float64 { return x * (math.Pi / 180) },
	} {
		fns = append(fns, function{name: name, min: 1, max: 1, typing: params(double, aDouble), build: strict(eachDouble(f))})
	}
	return fns
}

func log2(x float64) float64 { return javamath.Log(x) / javamath.Log(2) }

func eachDouble(f func(float64) float64) castFunc {
	return func(c *kernelCall, rows []int32) error {
		out, x := c.out.Float64s(), c.args[0]
		in := x.Float64s()
		for _, i := range rows {
			out[i] = f(in[x.at(i)])
		}
		return nil
	}
}

func eachPair(f func(a, b float64) float64) castFunc {
	return func(c *kernelCall, rows []int32) error {
		out, x, y := c.out.Float64s(), c.args[0], c.args[1]
		for _, i := range rows {
			out[i] = f(x.Float64s()[x.at(i)], y.Float64s()[y.at(i)])
		}
		return nil
	}
}

// buildLog is LOG(x), the natural one, or LOG(base, x).
func buildLog(b *builder) (node, error) {
	if len(b.args) == 1 {
		return newStrict(b, eachDouble(javamath.Log)), nil
	}
	return newStrict(b, eachPair(func(base, x float64) float64 { return javamath.Log(x) / javamath.Log(base) })), nil
}

func buildConstant(v float64) func(*builder) (node, error) {
	return func(*builder) (node, error) { return &constNode{value: DoubleLit(v).Value}, nil }
}

func buildAbs(b *builder) (node, error) {
	switch t := b.call.T; t.Physical() {
	case types.LayoutInt8:
		return newStrict(b, absolute[int8]), nil
	case types.LayoutInt16:
		return newStrict(b, absolute[int16]), nil
	case types.LayoutInt32:
		return newStrict(b, absolute[int32]), nil
	case types.LayoutInt64:
		return newStrict(b, absolute[int64]), nil
	case types.LayoutFloat32:
		return newStrict(b, absolute[float32]), nil
	case types.LayoutFloat64:
		return newStrict(b, eachDouble(math.Abs)), nil
	}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		out, x := c.out.Decimals(), c.args[0].Decimals()
		for _, i := range rows {
			out[i] = x[c.args[0].at(i)].Abs()
		}
		return nil
	}), nil
}

func absolute[T ordered](c *kernelCall, rows []int32) error {
	out, x := fixedOf[T](c.out), fixedOf[T](c.args[0].Vector)
	for _, i := range rows {
		v := x[c.args[0].at(i)]
		if v < 0 {
			v = -v
		}
		out[i] = v
	}
	return nil
}

func buildSign(b *builder) (node, error) {
	switch t := b.call.T; t.Physical() {
	case types.LayoutInt8:
		return newStrict(b, sign[int8]), nil
	case types.LayoutInt16:
		return newStrict(b, sign[int16]), nil
	case types.LayoutInt32:
		return newStrict(b, sign[int32]), nil
	case types.LayoutInt64:
		return newStrict(b, sign[int64]), nil
	case types.LayoutFloat32:
		return newStrict(b, sign[float32]), nil
	case types.LayoutFloat64:
		return newStrict(b, sign[float64]), nil
	}
	one := decimal.Power10(b.call.T.Scale)
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		out, x := c.out.Decimals(), c.args[0].Decimals()
		for _, i := range rows {
			switch x[c.args[0].at(i)].Sign() {
			case 0:
				out[i] = decimal.Num{}
			case 1:
				out[i] = one
			default:
				out[i] = one.Neg()
			}
		}
		return nil
	}), nil
}

func sign[T ordered](c *kernelCall, rows []int32) error {
	out, x := fixedOf[T](c.out), fixedOf[T](c.args[0].Vector)
	for _, i := range rows {
		switch v := x[c.args[0].at(i)]; {
		case v > 0:
			out[i] = 1
		case v < 0:
			out[i] = 0
			out[i]--
		default:
			out[i] = v // keeps zero and NaN
		}
	}
	return nil
}

// javaRandom is java.util.Random, so that seeded functions repeat Flink's rows.
type javaRandom struct{ seed int64 }

const javaMultiplier = 0x5DEECE66D

func newJavaRandom(seed int64) *javaRandom {
	return &javaRandom{(seed ^ javaMultiplier) & (1<<48 - 1)}
}

func (r *javaRandom) next(bits uint) int32 {
	r.seed = (r.seed*javaMultiplier + 0xB) & (1<<48 - 1)
	return int32(r.seed >> (48 - bits))
}

func (r *javaRandom) float64() float64 {
	return float64(int64(r.next(26))<<27+int64(r.next(27))) * (1.0 / (1 << 53))
}

// intn is nextInt(bound); bound > 0.
func (r *javaRandom) intn(bound int32) int32 {
	v := r.next(31)
	m := bound - 1
	if bound&m == 0 {
		return int32(int64(bound) * int64(v) >> 31)
	}
	for u := v; ; u = r.next(31) {
		if v = u % bound; u-v+m >= 0 {
			return v
		}
	}
}

// buildRandom is RAND([seed]) and RAND_INTEGER([seed,] bound). One generator
// serves all rows; a seed that varies by row starts one for each.
func buildRandom(b *builder) (node, error) {
	seeded := len(b.args) == 1
	if b.call.Fn == "RAND_INTEGER" {
		seeded = len(b.args) == 2
	}
	r := newJavaRandom(time.Now().UnixNano())
	fixed := !seeded
	if seeded {
		if v := b.constant(0); v != nil && !v.IsNull(0) {
			r, fixed = newJavaRandom(int64(v.Int32s()[0])), true
		}
	}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			if !fixed {
				r = newJavaRandom(int64At(c.args[0], i))
			}
			if c.call.Fn == "RAND" {
				c.out.Float64s()[i] = r.float64()
				continue
			}
			bound := int32(int64At(c.args[len(c.args)-1], i))
			if bound <= 0 {
				return c.fail("The bound of RAND_INTEGER must be positive, but is %d", bound)
			}
			c.out.Int32s()[i] = r.intn(bound)
		}
		return nil
	}), nil
}

func buildUUID(b *builder) (node, error) {
	const digits = "0123456789abcdef"
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		var id [16]byte
		for _, i := range rows {
			if _, err := crand.Read(id[:]); err != nil {
				return err
			}
			id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
			for k, v := range id {
				if k == 4 || k == 6 || k == 8 || k == 10 {
					w.buf = append(w.buf, '-')
				}
				w.buf = append(w.buf, digits[v>>4], digits[v&15])
			}
			w.end(i)
		}
		return nil
	}), nil
}

// typeExtreme types GREATEST and LEAST: the common type of all, NULL if one is.
func typeExtreme(s *signature) (types.Type, error) {
	all := make([]types.Type, len(s.args))
	for i := range s.args {
		all[i] = s.typ(i)
	}
	t, ok := CommonType(all)
	if !ok || !isOrderedType(t) {
		return t, s.refuse(-1, "The arguments must be comparable")
	}
	if t.Kind == types.Null {
		t = types.Of(types.Int)
	}
	for i := range s.args {
		if err := s.coerce(i, t); err != nil {
			return t, err
		}
	}
	return t.WithNull(s.nullable()), nil
}

func buildExtreme(op compareOp) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		if b.call.T.Physical() == types.LayoutBytes {
			return newStrict(b, extremeText(op)), nil
		}
		return newStrict(b, func(c *kernelCall, rows []int32) error {
			for _, i := range rows {
				best := c.args[0]
				for _, a := range c.args[1:] {
					if op.holds(CompareValues(a.Vector, a.at(i), best.Vector, best.at(i))) {
						best = a
					}
				}
				copyFixed(c.out, int(i), best.Vector, best.at(i))
			}
			return nil
		}), nil
	}
}

func extremeText(op compareOp) castFunc {
	return func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			best := c.args[0].bytesAt(i)
			for _, a := range c.args[1:] {
				if s := a.bytesAt(i); op.holds(compareBytes(s, best)) {
					best = s
				}
			}
			w.buf = append(w.buf, best...)
			w.end(i)
		}
		return nil
	}
}

// copyFixed copies a fixed-width or BOOLEAN value between vectors of one layout.
func copyFixed(dst *batch.Vector, i int, src *batch.Vector, k int) {
	switch dst.Type.Physical() {
	case types.LayoutBool:
		dst.Bits.SetTo(i, src.Bits.Get(k))
	case types.LayoutInt8:
		dst.Int8s()[i] = src.Int8s()[k]
	case types.LayoutInt16:
		dst.Int16s()[i] = src.Int16s()[k]
	case types.LayoutInt32:
		dst.Int32s()[i] = src.Int32s()[k]
	case types.LayoutInt64:
		dst.Int64s()[i] = src.Int64s()[k]
	case types.LayoutFloat32:
		dst.Float32s()[i] = src.Float32s()[k]
	case types.LayoutFloat64:
		dst.Float64s()[i] = src.Float64s()[k]
	case types.LayoutDecimal:
		dst.Decimals()[i] = src.Decimals()[k]
	}
}

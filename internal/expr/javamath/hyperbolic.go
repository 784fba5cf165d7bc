package javamath

import "math"

const (
	ln2High  = 6.93147180369123816490e-01
	ln2Low   = 1.90821492927058770002e-10
	overflow = 7.10475860073943863426e+02 // sinh and cosh of more are infinite
	maxLog   = 709.782712893384
)

var expTerms = []float64{1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05,
	-1.65339022054652515390e-06, 4.13813679705723846039e-08}

// fixedExp is e^x of the specification, for x from 0.3 to 709.
func fixedExp(x float64) float64 {
	k := 1
	if x >= 1.5*math.Ln2 {
		k = int(x/math.Ln2 + 0.5)
	}
	high, low := x-float64(k)*ln2High, float64(k)*ln2Low
	r := high - low
	t := r * r
	c := r - t*polynomial(t, expTerms)
	return math.Ldexp(1-((low-(r*c)/(2-c))-high), k)
}

// Sinh is the hyperbolic sine.
func Sinh(x float64) float64 {
	a := math.Abs(x)
	half := math.Copysign(0.5, x)
	switch {
	case special(x), a < 0x1p-28:
		return x
	case a < 1:
		t := math.Expm1(a)
		return half * (2*t - t*t/(t+1))
	case a < 22:
		t := math.Expm1(a)
		return half * (t + t/(t+1))
	case a < maxLog:
		return half * fixedExp(a)
	case a <= overflow:
		w := fixedExp(0.5 * a)
		return half * w * w
	}
	return math.Copysign(math.Inf(1), x)
}

// Cosh is the hyperbolic cosine.
func Cosh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case special(x):
		return a
	case a < 0.5*math.Ln2:
		t := math.Expm1(a)
		w := 1 + t
		if a < 0x1p-55 {
			return w
		}
		return 1 + t*t/(w+w)
	case a < 22:
		t := fixedExp(a)
		return 0.5*t + 0.5/t
	case a < maxLog:
		return 0.5 * fixedExp(a)
	case a <= overflow:
		w := fixedExp(0.5 * a)
		return 0.5 * w * w
	}
	return math.Inf(1)
}

// Tanh is the hyperbolic tangent.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case math.IsNaN(x), a < 0x1p-55:
		return x
	case a >= 22:
		return math.Copysign(1, x)
	case a >= 1:
		return math.Copysign(1-2/(math.Expm1(2*a)+2), x)
	}
	t := math.Expm1(-2 * a)
	return math.Copysign(-t/(t+2), x)
}

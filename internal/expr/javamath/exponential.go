package javamath

import "math"

// expOf is e^x as m * 2^k; x is at most a few thousand.
func expOf(x double) (m double, k int) {
	k = int(math.Round(x.hi / ln2.hi))
	// The product is exact to 106 bits, and so is the remainder to 90 or more.
	r := x.add(ln2.mul(double{float64(k), 0}).neg())
	const halvings = 9
	r.hi, r.lo = r.hi/(1<<halvings), r.lo/(1<<halvings)
	s := inverseFactorials[9]
	for n := 8; n >= 1; n-- {
		s = s.mul(r).add(inverseFactorials[n])
	}
	s = s.mul(r) // e^r - 1
	for range halvings {
		s = s.mul(s).add(double{2 * s.hi, 2 * s.lo})
	}
	return s.add(double{1, 0}), k
}

// logOf is the logarithm of a positive finite x.
func logOf(x float64) double {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	y := math.Log(m)
	// One step of Newton's method doubles the digits of y.
	p, k := expOf(double{-y, 0})
	p.hi, p.lo = math.Ldexp(p.hi, k), math.Ldexp(p.lo, k)
	l := p.mul(double{m, 0}).add(double{-1, 0}).add(double{y, 0})
	return l.add(ln2.mul(double{float64(e), 0}))
}

func special(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// Exp is e^x.
func Exp(x float64) float64 {
	if special(x) || x > 710 || x < -750 || math.Abs(x) < 0x1p-60 {
		return math.Exp(x)
	}
	m, k := expOf(double{x, 0})
	return m.scaled(k)
}

// Log is the natural logarithm.
func Log(x float64) float64 {
	if special(x) || x <= 0 || x == 1 {
		return math.Log(x)
	}
	l := logOf(x)
	return l.hi + l.lo
}

// Log10 is the logarithm to base 10.
func Log10(x float64) float64 {
	if special(x) || x <= 0 || x == 1 {
		return math.Log10(x)
	}
	l := logOf(x).div(ln10)
	return l.hi + l.lo
}

// Pow is x^y.
func Pow(x, y float64) float64 {
	plain := math.Pow(x, y)
	if special(x) || special(y) || special(plain) || x == 0 || y == 0 || plain == 0 || math.Abs(x) == 1 || y == 1 {
		return plain
	}
	m, k := expOf(logOf(math.Abs(x)).mul(double{y, 0}))
	return math.Copysign(m.scaled(k), plain)
}

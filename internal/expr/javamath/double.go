package javamath

import "math"

// double is an unevaluated sum hi + lo with |lo| at most half a unit in the last
// place of hi: about 106 bits.
type double struct{ hi, lo float64 }

func fastSum(a, b float64) double { // |a| >= |b|
	s := a + b
	return double{s, b - (s - a)}
}

func sum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func product(a, b float64) double {
	p := a * b
	return double{p, math.FMA(a, b, -p)}
}

func (x double) add(y double) double {
	s := sum(x.hi, y.hi)
	t := sum(x.lo, y.lo)
	s = fastSum(s.hi, s.lo+t.hi)
	return fastSum(s.hi, s.lo+t.lo)
}

func (x double) neg() double { return double{-x.hi, -x.lo} }

func (x double) mul(y double) double {
	p := product(x.hi, y.hi)
	return fastSum(p.hi, p.lo+(x.hi*y.lo+x.lo*y.hi))
}

func (x double) div(y double) double {
	q := x.hi / y.hi
	r := x.add(y.mul(double{q, 0}).neg())
	q2 := r.hi / y.hi
	r = r.add(y.mul(double{q2, 0}).neg())
	return fastSum(q, q2).add(double{r.hi / y.hi, 0})
}

// scaled is x * 2^k, rounded once.
func (x double) scaled(k int) float64 {
	v := x.hi + x.lo
	if r := math.Ldexp(v, k); math.Abs(r) > 0x1p-1000 || v == 0 {
		return r
	}
	// The sum must not be rounded before it becomes subnormal.
	return math.Ldexp(x.hi, k) + math.Ldexp(x.lo, k)
}

// inverseFactorials are 1/n!.
var inverseFactorials = func() (f [32]double) {
	f[0] = double{1, 0}
	for n := 1; n < len(f); n++ {
		f[n] = f[n-1].div(double{float64(n), 0})
	}
	return f
}()

// ln2 and ln10 are the logarithms.
var (
	ln2  = double{0.6931471805599453, 2.3190468138462996e-17}
	ln10 = double{2.302585092994046, -2.1707562233822494e-16}
)

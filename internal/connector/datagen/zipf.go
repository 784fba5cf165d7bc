package datagen

import "math"

// zipf draws ranks 1..n with probability proportional to 1/rank^s, for any
// s > 0, by rejection-inversion (Hörmann and Derflinger, 1996): invert the
// integral of the density's continuation and reject what the step function
// does not cover. It takes about 1.1 draws a rank and no table.
type zipf struct {
	n, s        float64
	first, span float64 // H(1.5)-1, and H(n+0.5) minus that
	sure        float64 // ranks closer to the inverse than this need no test
}

func newZipf(n uint64, s float64) *zipf {
	z := &zipf{n: float64(n), s: s}
	z.first = z.integral(1.5) - 1
	z.span = z.integral(z.n+0.5) - z.first
	z.sure = 2 - z.inverse(z.integral(2.5)-z.density(2))
	return z
}

func (z *zipf) density(x float64) float64 { return math.Exp(-z.s * math.Log(x)) }

// integral is the integral of the density from 1 to x.
func (z *zipf) integral(x float64) float64 {
	l := math.Log(x)
	if t := (1 - z.s) * l; math.Abs(t) > 1e-8 {
		return math.Expm1(t) / t * l
	}
	return l
}

func (z *zipf) inverse(y float64) float64 {
	if t := y * (1 - z.s); math.Abs(t) > 1e-8 {
		return math.Exp(math.Log1p(max(t, -1)) / t * y)
	}
	return math.Exp(y)
}

// rank makes a rank of a random number.
func (z *zipf) rank(x uint64) int64 {
	for {
		u := z.first + unit(x)*z.span
		at := z.inverse(u)
		k := min(max(math.Floor(at+0.5), 1), z.n)
		if k-at <= z.sure || u >= z.integral(k+0.5)-z.density(k) {
			return int64(k)
		}
		x = mix(x + golden)
	}
}

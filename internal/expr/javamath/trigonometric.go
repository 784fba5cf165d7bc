package javamath

import (
	"math"
	"math/big"
	"sync"
)

// halfPi is π/2 in three parts: 160 bits.
var halfPi = [3]float64{1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33}

// reduced is x - n*π/2, at most about π/4, and n modulo 4.
func reduced(x float64) (r double, quadrant int) {
	if math.Abs(x) > 1<<27 {
		return reducedExactly(x)
	}
	n := math.Round(x / halfPi[0])
	r = double{x, 0}
	for _, part := range halfPi {
		r = r.add(product(-n, part))
	}
	return r, int(int64(n) & 3)
}

// exactHalfPi is π/2 with more bits than the largest exponent has.
var exactHalfPi = sync.OnceValue(func() *big.Float {
	const bits = 1300
	one := new(big.Int).Lsh(big.NewInt(1), bits)
	// Machin: π/4 = 4 arctan(1/5) - arctan(1/239)
	arctan := func(n int64) *big.Int {
		term := new(big.Int).Div(one, big.NewInt(n))
		total := new(big.Int).Set(term)
		square, part := big.NewInt(n*n), new(big.Int)
		for k := int64(1); term.Sign() != 0; k++ {
			term.Div(term, square)
			part.Div(term, big.NewInt(2*k+1))
			if k%2 == 1 {
				total.Sub(total, part)
			} else {
				total.Add(total, part)
			}
		}
		return total
	}
	pi := new(big.Int).Sub(new(big.Int).Lsh(arctan(5), 2), arctan(239))
	pi.Lsh(pi, 1)
	f := new(big.Float).SetPrec(bits).SetInt(pi)
	return f.SetMantExp(f, -bits)
})

func reducedExactly(x float64) (r double, quadrant int) {
	const bits = 1300
	half := exactHalfPi()
	v := new(big.Float).SetPrec(bits).SetFloat64(x)
	q := new(big.Float).SetPrec(bits).Quo(v, half)
	shift := 0.5
	if x < 0 {
		shift = -0.5
	}
	n, _ := new(big.Float).SetPrec(bits).Add(q, big.NewFloat(shift)).Int(nil)
	v.Sub(v, new(big.Float).SetPrec(bits).Mul(new(big.Float).SetPrec(bits).SetInt(n), half))
	r.hi, _ = v.Float64()
	r.lo, _ = v.Sub(v, new(big.Float).SetFloat64(r.hi)).Float64()
	quadrant = int(new(big.Int).And(n, big.NewInt(3)).Int64())
	return r, quadrant
}

// series is the sum of ±r^n/n! from n = first in steps of 2.
func series(r double, first int) double {
	square := r.mul(r).neg()
	last := 28 - first
	s := inverseFactorials[last]
	for n := last - 2; n >= first; n -= 2 {
		s = s.mul(square).add(inverseFactorials[n])
	}
	if first == 1 {
		return s.mul(r)
	}
	return s
}

// sinCos are the sine and cosine of x.
func sinCos(x float64) (sin, cos double) {
	r, quadrant := reduced(x)
	s, c := series(r, 1), series(r, 0)
	switch quadrant {
	case 1:
		return c, s.neg()
	case 2:
		return s.neg(), c.neg()
	case 3:
		return c.neg(), s
	}
	return s, c
}

// Sin is the sine.
func Sin(x float64) float64 {
	if special(x) || math.Abs(x) < 0x1p-27 {
		return math.Sin(x)
	}
	s, _ := sinCos(x)
	return s.hi + s.lo
}

// Cos is the cosine.
func Cos(x float64) float64 {
	if special(x) {
		return math.Cos(x)
	}
	_, c := sinCos(x)
	return c.hi + c.lo
}

// Tan is the tangent.
func Tan(x float64) float64 {
	if special(x) || math.Abs(x) < 0x1p-27 {
		return math.Tan(x)
	}
	s, c := sinCos(x)
	t := s.div(c)
	return t.hi + t.lo
}

package decimal

import (
	"math/big"
	"math/bits"
)

// MaxPrecision is the largest number of digits of a DECIMAL.
const MaxPrecision = 38

// powers[i] is 10^i for 0 <= i <= 38.
var powers = func() (p [MaxPrecision + 1]Num) {
	p[0] = Num{Lo: 1}
	for i := 1; i <= MaxPrecision; i++ {
		p[i], _ = mulWords(p[i-1], Num{Lo: 10})
	}
	return p
}()

// powers64[i] is 10^i for 0 <= i <= 18.
var powers64 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// Power10 is 10^n, 0 <= n <= 38.
func Power10(n int) Num { return powers[n] }

// IsInt64 reports whether n fits an int64.
func (n Num) IsInt64() bool { return n.Hi == int64(n.Lo)>>63 }

// Int64 is n's low word; it is n if IsInt64.
func (n Num) Int64() int64 { return int64(n.Lo) }

// Sign is -1, 0 or 1.
func (n Num) Sign() int {
	if n.Hi < 0 {
		return -1
	}
	if n.Hi == 0 && n.Lo == 0 {
		return 0
	}
	return 1
}

// Neg is -n.
func (n Num) Neg() Num {
	lo, borrow := bits.Sub64(0, n.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(n.Hi), borrow)
	return Num{Lo: lo, Hi: int64(hi)}
}

// Abs is |n|.
func (n Num) Abs() Num {
	if n.Hi < 0 {
		return n.Neg()
	}
	return n
}

// Add is a + b modulo 2^128.
func Add(a, b Num) Num {
	lo, carry := bits.Add64(a.Lo, b.Lo, 0)
	hi, _ := bits.Add64(uint64(a.Hi), uint64(b.Hi), carry)
	return Num{Lo: lo, Hi: int64(hi)}
}

// Sub is a - b modulo 2^128.
func Sub(a, b Num) Num {
	lo, borrow := bits.Sub64(a.Lo, b.Lo, 0)
	hi, _ := bits.Sub64(uint64(a.Hi), uint64(b.Hi), borrow)
	return Num{Lo: lo, Hi: int64(hi)}
}

// Cmp compares values of the same scale: -1, 0 or 1.
func Cmp(a, b Num) int {
	switch {
	case a.Hi < b.Hi:
		return -1
	case a.Hi > b.Hi:
		return 1
	case a.Lo < b.Lo:
		return -1
	case a.Lo > b.Lo:
		return 1
	}
	return 0
}

// CmpScaled compares a of scale as with b of scale bs.
func CmpScaled(a Num, as int, b Num, bs int) int {
	if as == bs {
		return Cmp(a, b)
	}
	if as > bs {
		return -CmpScaled(b, bs, a, as)
	}
	if r, ok := mulExact(a, powers[bs-as]); ok {
		return Cmp(r, b)
	}
	return a.Sign() // too large for b to reach
}

// Fits reports whether n has at most precision digits.
func (n Num) Fits(precision int) bool {
	limit := powers[precision]
	a := n.Abs()
	if a.Hi < 0 {
		return false // -2^127
	}
	return Cmp(a, limit) < 0
}

// Digits is the number of decimal digits of |n|, 1 for 0.
func (n Num) Digits() int {
	a := n.Abs()
	d := 1
	for d <= MaxPrecision && Cmp(a, powers[d%len(powers)]) >= 0 {
		d++
		if d > MaxPrecision {
			break
		}
	}
	return d
}

// mulWords multiplies modulo 2^128; ok reports that nothing was lost, for
// operands that are not negative.
func mulWords(a, b Num) (r Num, ok bool) {
	hi, lo := bits.Mul64(a.Lo, b.Lo)
	h1, l1 := bits.Mul64(uint64(a.Hi), b.Lo)
	h2, l2 := bits.Mul64(a.Lo, uint64(b.Hi))
	sum, c1 := bits.Add64(hi, l1, 0)
	sum, c2 := bits.Add64(sum, l2, 0)
	ok = h1 == 0 && h2 == 0 && c1 == 0 && c2 == 0 && (a.Hi == 0 || b.Hi == 0) && int64(sum) >= 0
	return Num{Lo: lo, Hi: int64(sum)}, ok
}

// mulExact is a * b if it fits 127 bits.
func mulExact(a, b Num) (Num, bool) {
	r, ok := mulWords(a.Abs(), b.Abs())
	if (a.Hi < 0) != (b.Hi < 0) {
		r = r.Neg()
	}
	return r, ok
}

// MulInt64 is the exact product of two int64s.
func MulInt64(a, b int64) Num {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	h := int64(hi)
	if a < 0 {
		h -= b
	}
	if b < 0 {
		h -= a
	}
	return Num{Lo: lo, Hi: h}
}

// Mul multiplies and drops the last drop digits of the product, rounding half
// away from zero. ok is false if the result does not fit precision digits.
func Mul(a, b Num, drop, precision int) (Num, bool) {
	if drop == 0 {
		if a.IsInt64() && b.IsInt64() {
			r := MulInt64(a.Int64(), b.Int64())
			return r, precision == MaxPrecision || r.Fits(precision)
		}
		r, ok := mulExact(a, b)
		return r, ok && r.Fits(precision)
	}
	if r, ok := mulExact(a, b); ok {
		return Rescale(r, drop, 0, precision)
	}
	p := new(big.Int).Mul(a.Big(), b.Big())
	return divideBig(p, pow10Big(drop), precision)
}

// Div is a * 10^shift / b rounded half away from zero (shift may be negative);
// b is not zero. ok is false if the result does not fit precision digits.
func Div(a, b Num, shift, precision int) (Num, bool) {
	if shift >= 0 && shift <= MaxPrecision {
		if num, ok := mulExact(a, powers[shift]); ok {
			r := divideRound(num, b)
			return r, r.Fits(precision)
		}
	}
	num, den := a.Big(), b.Big()
	if shift >= 0 {
		num.Mul(num, pow10Big(shift))
	} else {
		den.Mul(den, pow10Big(-shift))
	}
	return divideBig(num, den, precision)
}

// divideRound is a / b rounded half away from zero.
func divideRound(a, b Num) Num {
	neg := (a.Hi < 0) != (b.Hi < 0)
	a, b = a.Abs(), b.Abs()
	q, r := divMod(a, b)
	// 2r >= b without overflow: r >= b - r.
	if Cmp(r, Sub(b, r)) >= 0 {
		q = Add(q, Num{Lo: 1})
	}
	if neg {
		q = q.Neg()
	}
	return q
}

// divMod divides numbers that are not negative.
func divMod(a, b Num) (q, r Num) {
	switch {
	case a.Hi == 0 && b.Hi == 0:
		return Num{Lo: a.Lo / b.Lo}, Num{Lo: a.Lo % b.Lo}
	case b.Hi == 0:
		hi := uint64(a.Hi) / b.Lo
		lo, rem := bits.Div64(uint64(a.Hi)%b.Lo, a.Lo, b.Lo)
		return Num{Lo: lo, Hi: int64(hi)}, Num{Lo: rem}
	}
	// b has two words, so the quotient has one: estimate it from the top 64 bits of
	// b, which is too large by at most one, and correct.
	s := uint(bits.LeadingZeros64(uint64(b.Hi)))
	top := uint64(b.Hi)<<s | b.Lo>>1>>(63-s)
	h, l := uint64(a.Hi)>>1, uint64(a.Hi)<<63|a.Lo>>1
	est, _ := bits.Div64(h, l, top)
	est >>= 63 - s
	if est != 0 {
		est--
	}
	p, _ := mulWords(b, Num{Lo: est})
	r = Sub(a, p)
	for Cmp(r, b) >= 0 {
		est++
		r = Sub(r, b)
	}
	return Num{Lo: est}, r
}

// Mod is the remainder of a / b with the sign of a, for values of one scale.
func Mod(a, b Num) Num {
	_, r := divMod(a.Abs(), b.Abs())
	if a.Hi < 0 {
		return r.Neg()
	}
	return r
}

// Quo is a / b cut towards zero, for b not zero.
func Quo(a, b Num) Num {
	q, _ := divMod(a.Abs(), b.Abs())
	if (a.Hi < 0) != (b.Hi < 0) {
		return q.Neg()
	}
	return q
}

// Rescale brings n from one scale to another, rounding half away from zero. ok
// is false if the result does not fit precision digits.
func Rescale(n Num, from, to, precision int) (Num, bool) {
	switch {
	case from == to:
		return n, n.Fits(precision)
	case to > from:
		if to-from > MaxPrecision {
			return n, n.Sign() == 0
		}
		r, ok := mulExact(n, powers[to-from])
		return r, ok && r.Fits(precision)
	case from-to > MaxPrecision:
		return Num{}, true
	}
	r := divideRound(n, powers[from-to])
	return r, r.Fits(precision)
}

// Trunc cuts the last drop digits of n without rounding.
func Trunc(n Num, drop int) Num {
	if drop <= 0 {
		return n
	}
	if drop > MaxPrecision {
		return Num{}
	}
	return Quo(n, powers[drop])
}

// Floor and Ceil drop the last drop digits, rounding towards minus and plus
// infinity.
func Floor(n Num, drop int) Num {
	q := Trunc(n, drop)
	if n.Hi < 0 && drop > 0 && (drop > MaxPrecision || Mod(n, powers[drop]).Sign() != 0) {
		q = Sub(q, Num{Lo: 1})
	}
	return q
}

// Ceil rounds towards plus infinity, see Floor.
func Ceil(n Num, drop int) Num { return Floor(n.Neg(), drop).Neg() }

// Big is n as a big.Int.
func (n Num) Big() *big.Int {
	a := n.Abs()
	r := new(big.Int).SetUint64(uint64(a.Hi))
	r.Lsh(r, 64).Or(r, new(big.Int).SetUint64(a.Lo))
	if n.Hi < 0 {
		r.Neg(r)
	}
	return r
}

// FromBig is v as a Num; ok is false if it does not fit 38 digits.
func FromBig(v *big.Int) (n Num, ok bool) {
	if v.BitLen() > 127 {
		return Num{}, false
	}
	a := new(big.Int).Abs(v)
	n = Num{Lo: new(big.Int).And(a, mask64).Uint64(), Hi: int64(new(big.Int).Rsh(a, 64).Uint64())}
	if v.Sign() < 0 {
		n = n.Neg()
	}
	return n, n.Fits(MaxPrecision)
}

var mask64 = new(big.Int).SetUint64(^uint64(0))

func pow10Big(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// divideBig is num / den rounded half away from zero.
func divideBig(num, den *big.Int, precision int) (Num, bool) {
	neg := num.Sign() < 0 != (den.Sign() < 0)
	num, den = new(big.Int).Abs(num), new(big.Int).Abs(den)
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	if r.Lsh(r, 1).Cmp(den) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if neg {
		q.Neg(q)
	}
	n, ok := FromBig(q)
	return n, ok && n.Fits(precision)
}

// AddBig is a of scale as plus b of scale bs, rounded to scale, in whatever
// width it takes.
func AddBig(a Num, as int, b Num, bs, scale, precision int) (Num, bool) {
	s := max(as, bs, scale)
	x := a.Big()
	x.Mul(x, pow10Big(s-as))
	y := b.Big()
	y.Mul(y, pow10Big(s-bs))
	return divideBig(x.Add(x, y), pow10Big(s-scale), precision)
}

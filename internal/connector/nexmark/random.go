package nexmark

import "math/bits"

// gamma is the step of the splitmix64 sequence: draw j of an event mixes seed + j*gamma.
const (
	gamma  = 0x9e3779b97f4a7c15
	gamma2 = 2 * gamma & (1<<64 - 1)
)

// random is Java's SplittableRandom(seed), draw for draw. An event's seed is its event id, so that every
// event can be made on its own.
type random uint64

// mix64 finishes one draw of 64 bits.
func mix64(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// mix32 finishes one draw of 32 bits.
func mix32(z uint64) uint32 {
	z = (z ^ (z >> 33)) * 0x62a9d9ed799705f5
	return uint32(((z ^ (z >> 28)) * 0xcb24d0a5c88c35b3) >> 32)
}

func (r *random) nextInt() int32 {
	*r += gamma
	return int32(mix32(uint64(*r)))
}

func (r *random) nextLong() int64 {
	*r += gamma
	return int64(mix64(uint64(*r)))
}

// below draws from [0, b.n) as SplittableRandom.nextInt(bound) does.
func (r *random) below(b bound) uint32 {
	for {
		*r += gamma
		if v, ok := b.reduce(mix32(uint64(*r))); ok {
			return v
		}
	}
}

// under is below for a bound used once: one division is cheaper than preparing a bound.
func (r *random) under(n uint32) uint32 {
	if n&(n-1) == 0 {
		*r += gamma
		return mix32(uint64(*r)) & (n - 1)
	}
	for {
		*r += gamma
		u := mix32(uint64(*r)) >> 1
		if v := u % n; int32(u+(n-1)-v) >= 0 {
			return v
		}
	}
}

// bound is the exclusive upper end of a draw, prepared for reduction without a division.
type bound struct {
	n     uint32
	pow2  bool
	magic uint64 // ceil(2^64 / n); u*magic mod 2^64 is the fraction of u/n, so fraction*n>>64 is u mod n
}

// newBound requires 1 <= n < 2^31.
func newBound(n int) bound {
	return bound{n: uint32(n), pow2: n&(n-1) == 0, magic: ^uint64(0)/uint64(n) + 1}
}

// reduce brings the 32 random bits of one draw below the bound. It says false where Java rejects the draw
// and takes another one, because values at the end of the range would be too frequent.
func (b bound) reduce(raw uint32) (v uint32, ok bool) {
	if b.pow2 {
		return raw & (b.n - 1), true
	}
	u := raw >> 1
	hi, _ := bits.Mul64(b.magic*uint64(u), uint64(b.n))
	v = uint32(hi)
	return v, int32(u+(b.n-1)-v) >= 0
}

// boundedLong draws from [0, n) as the public generator's LongGenerator does: 32-bit draws while they suffice.
func (r *random) boundedLong(n int64) int64 {
	if n < 1<<31-1 {
		return int64(r.under(uint32(n)))
	}
	v := r.nextLong() % n
	if v < 0 {
		return -v
	}
	return v
}

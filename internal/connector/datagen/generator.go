package datagen

import (
	"math/bits"
	"strconv"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// run is what the columns of a batch have in common.
type run struct {
	seed           uint64
	startMs, nowMs int64
}

// generator makes the values of a column or of a part of one. It has no state:
// the same keys give the same values.
type generator interface {
	// fill appends a value per key to v. Keys are row numbers, or made from them
	// for the elements of arrays and maps.
	fill(r *run, keys []uint64, v *batch.Vector)
}

const golden = 0x9e3779b97f4a7c15

// mix is a bijection whose results look random (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// stream is a column's own source of randomness.
type stream uint64

// at is the random number of a key.
func (s stream) at(r *run, key uint64) uint64 { return mix(mix(r.seed^uint64(s)) + key*golden) }

// base is to be added to key*golden and mixed, for loops.
func (s stream) base(r *run) uint64 { return mix(r.seed ^ uint64(s)) }

// unit turns a random number into one in [0, 1).
func unit(x uint64) float64 { return float64(x>>11) / (1 << 53) }

// reserve makes room for n more values in a fixed-width vector.
func reserve(v *batch.Vector, n int) (first int) {
	first = v.Len()
	v.Resize(first + n)
	return first
}

// nullable makes some values NULL.
type nullable struct {
	generator
	stream
	rate float64
}

func (g nullable) fill(r *run, keys []uint64, v *batch.Vector) {
	first := v.Len()
	g.generator.fill(r, keys, v)
	for i, key := range keys {
		if unit(g.at(r, key)) < g.rate {
			v.SetNull(first + i)
		}
	}
}

// nothing is a column of NULLs.
type nothing struct{}

func (nothing) fill(_ *run, keys []uint64, v *batch.Vector) {
	for range keys {
		v.AppendNull()
	}
}

// integers are evenly spread over lowest..lowest+span-1; span 0 is 2^64.
type integers[T int8 | int16 | int32 | int64] struct {
	stream
	lowest int64
	span   uint64
}

func (g integers[T]) fill(r *run, keys []uint64, v *batch.Vector) {
	first := reserve(v, len(keys))
	out := batch.Values[T](v)[first:]
	base := g.base(r)
	for i, key := range keys {
		x := mix(base + key*golden)
		if g.span != 0 {
			x, _ = bits.Mul64(x, g.span)
		}
		out[i] = T(g.lowest + int64(x))
	}
}

// zipfian are integers of which the lowest is the most frequent.
type zipfian[T int8 | int16 | int32 | int64] struct {
	stream
	lowest int64
	zipf   *zipf
}

func (g zipfian[T]) fill(r *run, keys []uint64, v *batch.Vector) {
	first := reserve(v, len(keys))
	out := batch.Values[T](v)[first:]
	base := g.base(r)
	for i, key := range keys {
		out[i] = T(g.lowest + g.zipf.rank(mix(base+key*golden)) - 1)
	}
}

// floats are evenly spread over [lowest, highest].
type floats[T float32 | float64] struct {
	stream
	lowest, highest float64
}

func (g floats[T]) fill(r *run, keys []uint64, v *batch.Vector) {
	first := reserve(v, len(keys))
	out := batch.Values[T](v)[first:]
	for i, key := range keys {
		u := unit(g.at(r, key))
		out[i] = T(g.lowest*(1-u) + g.highest*u) // the difference might overflow
	}
}

// decimals are evenly spread over lowest..lowest+span, unscaled.
type decimals struct {
	stream
	lowest decimal.Num
	span   [2]uint64 // high and low word
}

func (g decimals) fill(r *run, keys []uint64, v *batch.Vector) {
	first := reserve(v, len(keys))
	out := v.Decimals()[first:]
	for i, key := range keys {
		hi, lo := g.below(g.at(r, key))
		var carry uint64
		lo, carry = bits.Add64(lo, g.lowest.Lo, 0)
		hi, _ = bits.Add64(hi, uint64(g.lowest.Hi), carry)
		out[i] = decimal.Num{Lo: lo, Hi: int64(hi)}
	}
}

// below is a random number up to span, by rejection for wide spans.
func (g decimals) below(x uint64) (hi, lo uint64) {
	if g.span[0] == 0 {
		if g.span[1] == 1<<64-1 {
			return 0, x
		}
		hi, _ = bits.Mul64(x, g.span[1]+1)
		return 0, hi
	}
	mask := uint64(1)<<bits.Len64(g.span[0]) - 1
	for {
		x = mix(x + golden)
		lo = x
		x = mix(x + golden)
		hi = x & mask
		if hi < g.span[0] || hi == g.span[0] && lo <= g.span[1] {
			return hi, lo
		}
	}
}

// booleans are true half of the time.
type booleans struct{ stream }

func (g booleans) fill(r *run, keys []uint64, v *batch.Vector) {
	for _, key := range keys {
		v.AppendBool(g.at(r, key)>>63 != 0)
	}
}

// texts are hexadecimal digits, or random bytes.
type texts struct {
	stream
	length   int
	variable bool // from 1 to length
	binary   bool
}

// hexPairs[b] is byte b in two digits.
var hexPairs = func() (t [256][2]byte) {
	const digits = "0123456789abcdef"
	for b := range t {
		t[b] = [2]byte{digits[b>>4], digits[b&15]}
	}
	return t
}()

func (g texts) fill(r *run, keys []uint64, v *batch.Vector) {
	for _, key := range keys {
		x := g.at(r, key)
		n := g.length
		if g.variable && n > 0 {
			hi, _ := bits.Mul64(mix(x^golden), uint64(n))
			n = int(hi) + 1
		}
		if g.binary {
			v.Bytes = appendRandom(v.Bytes, x, n)
		} else {
			v.Bytes = appendHex(v.Bytes, x, n)
		}
		v.EndBytes()
	}
}

func appendRandom(dst []byte, x uint64, n int) []byte {
	for ; n > 0; n -= 8 {
		x = mix(x + golden)
		for k := range min(n, 8) {
			dst = append(dst, byte(x>>(8*k)))
		}
	}
	return dst
}

func appendHex(dst []byte, x uint64, n int) []byte {
	for ; n >= 16; n -= 16 {
		x = mix(x + golden)
		a, b, c, d := hexPairs[byte(x)], hexPairs[byte(x>>8)], hexPairs[byte(x>>16)], hexPairs[byte(x>>24)]
		e, f, g, h := hexPairs[byte(x>>32)], hexPairs[byte(x>>40)], hexPairs[byte(x>>48)], hexPairs[x>>56]
		dst = append(dst, a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1], e[0], e[1], f[0], f[1], g[0], g[1], h[0], h[1])
	}
	if n > 0 {
		x = mix(x + golden)
		for ; n > 0; n-- {
			dst = append(dst, hexPairs[byte(x)&15][1])
			x >>= 4
		}
	}
	return dst
}

// moments are points in time up to maxPast ms before now.
type moments struct {
	stream

	ticks   int64 // per ms
	maxPast int64 // ms
}

func (g moments) fill(r *run, keys []uint64, v *batch.Vector) {
	first := reserve(v, len(keys))
	if v.Type.HasNanos() {
		for i, key := range keys {
			ms := g.before(r, key)
			v.SetMoment(first+i, ms/1000, ms%1000*1_000_000)
		}
		return
	}
	out := v.Int64s()[first:]
	for i, key := range keys {
		out[i] = g.before(r, key) * g.ticks
	}
}

// before is a moment in ms.
func (g moments) before(r *run, key uint64) int64 {
	if g.maxPast == 0 {
		return r.nowMs
	}
	past, _ := bits.Mul64(g.at(r, key), uint64(g.maxPast)+1)
	return r.nowMs - int64(past)
}

// series is event time that goes on with the row number, out of order within
// bounds. All in ticks of the column.
type series struct {
	stream
	start      int64
	startNow   bool // start when the job began
	ticks      int64
	intervalNs int64
	disorder   uint64
}

func (g series) fill(r *run, keys []uint64, v *batch.Vector) {
	first := reserve(v, len(keys))
	start := g.start
	if g.startNow {
		start = r.startMs * g.ticks
	}
	if v.Type.HasNanos() {
		out := v.Decimals()[first:]
		for i, key := range keys {
			out[i] = decimal.FromInt64(start + g.after(r, key))
		}
		return
	}
	out := v.Int64s()[first:]
	for i, key := range keys {
		out[i] = start + g.after(r, key)
	}
}

// after is how much later than the start a row is.
func (g series) after(r *run, key uint64) int64 {
	perTick := uint64(1_000_000 / g.ticks) // ns
	hi, lo := bits.Mul64(key, uint64(g.intervalNs))
	after, _ := bits.Div64(hi%perTick, lo, perTick)
	late, _ := bits.Mul64(g.at(r, key), g.disorder+1)
	return int64(after) - int64(late)
}

// clock is today, or the time of the day.
type clock struct {
	time   bool
	offset func(ms int64) int64 // of the machine's time zone, ms
}

func (g clock) fill(r *run, keys []uint64, v *batch.Vector) {
	const dayMs = 24 * 60 * 60 * 1000
	local := r.nowMs + g.offset(r.nowMs)
	x := int32(local / dayMs)
	if g.time {
		x = int32(local % dayMs)
	}
	for range keys {
		v.AppendInt32(x)
	}
}

// sequence counts up from start with the row number.
type sequence struct {
	start int64
	scale uint64 // DECIMAL: 10^scale, else 1
}

func (g sequence) fill(_ *run, keys []uint64, v *batch.Vector) {
	if v.Type.Physical() == types.LayoutBytes {
		for _, key := range keys {
			v.Bytes = strconv.AppendInt(v.Bytes, g.start+int64(key), 10)
			v.EndBytes()
		}
		return
	}
	first := reserve(v, len(keys))
	switch v.Type.Physical() {
	case types.LayoutInt8:
		count(v.Int8s()[first:], g.start, keys)
	case types.LayoutInt16:
		count(v.Int16s()[first:], g.start, keys)
	case types.LayoutInt32:
		count(v.Int32s()[first:], g.start, keys)
	case types.LayoutInt64:
		count(v.Int64s()[first:], g.start, keys)
	case types.LayoutFloat32:
		count(v.Float32s()[first:], g.start, keys)
	case types.LayoutFloat64:
		count(v.Float64s()[first:], g.start, keys)
	case types.LayoutDecimal:
		out := v.Decimals()[first:]
		for i, key := range keys {
			x := g.start + int64(key)
			hi, lo := bits.Mul64(uint64(max(x, -x)), g.scale)
			if x < 0 {
				var borrow uint64
				lo, borrow = bits.Sub64(0, lo, 0)
				hi, _ = bits.Sub64(0, hi, borrow)
			}
			out[i] = decimal.Num{Lo: lo, Hi: int64(hi)}
		}
	}
}

func count[T int8 | int16 | int32 | int64 | float32 | float64](out []T, start int64, keys []uint64) {
	for i, key := range keys {
		out[i] = T(start + int64(key))
	}
}

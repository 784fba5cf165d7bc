package valuetext

import (
	"math"
	"math/big"
	"strconv"
)

// Java before 19, which most Flink clusters run on, does not always print the
// shortest digits. It differs for whole numbers that are larger than their
// mantissa, of which it prints (nearly) all digits; for powers of two, whose
// neighbours it takes to be nearer than they are; and where the shortest text
// lies exactly between two floating point numbers.

// appendScientific appends |f| as d[.ddd]e±xx with the digits that Java prints.
func appendScientific(dst []byte, f float64, bits int) []byte {
	f = math.Abs(f)
	mantissa, significant := mantissaOf(f, bits)
	exp := math.Ilogb(f)
	switch {
	case exp >= significant && exp <= 62:
		return appendWhole(dst, uint64(f), exp-significant-1)
	case mantissa == 0 || exp > 62:
		return appendInside(dst, f, bits, exp-significant, mantissa == 0)
	}
	return strconv.AppendFloat(dst, f, 'e', -1, bits)
}

// mantissaOf is the stored mantissa of f and the number of significant bits.
func mantissaOf(f float64, bits int) (mantissa uint64, significant int) {
	if bits == 32 {
		return uint64(math.Float32bits(float32(f)) & (1<<23 - 1)), 24
	}
	return math.Float64bits(f) & (1<<52 - 1), 53
}

// appendWhole appends a whole number of which the last p bits say nothing: as
// many digits as they cover are rounded away.
func appendWhole(dst []byte, n uint64, p int) []byte {
	drop := 0
	if p > 1 {
		drop = int(float64(p) * math.Log10(2))
	}
	for range drop - 1 {
		n /= 10
	}
	if drop > 0 {
		n = (n + 5) / 10
	}
	var buf [24]byte
	digits := strconv.AppendUint(buf[:0], n, 10)
	exp := len(digits) - 1 + drop
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	return strconv.AppendInt(append(dst, "e+"...), int64(exp), 10)
}

// appendInside appends the fewest digits that are nearer to f than half a unit
// of its last place, 2^half, or than half of that for a power of two.
func appendInside(dst []byte, f float64, bits, half int, powerOfTwo bool) []byte {
	if powerOfTwo {
		half--
	}
	x, limit := new(big.Rat).SetFloat64(f), new(big.Rat)
	one := new(big.Int).Lsh(big.NewInt(1), uint(max(half, -half)))
	if half >= 0 {
		limit.SetInt(one)
	} else {
		limit.SetFrac(big.NewInt(1), one)
	}
	start := len(dst)
	for digits := 1; digits <= 17; digits++ {
		dst = strconv.AppendFloat(dst[:start], f, 'e', digits-1, 64)
		d, ok := new(big.Rat).SetString(string(dst[start:]))
		if ok && d.Sub(d, x).Abs(d).Cmp(limit) < 0 {
			return dst
		}
	}
	return dst
}

package scalar

import (
	"math/bits"

	"github.com/flottstream/flott/internal/decimal"
)

// Fit says how a decimal text relates to a DECIMAL(p, s).
type Fit uint8

// The outcomes of Decimal.
const (
	NotANumber Fit = iota
	Fits
	Overflows // more than p digits after rounding: NULL in Flink
)

var uint64Pow10 = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// Decimal reads BigDecimal's notation into the unscaled value of a
// DECIMAL(precision, scale), rounding half up.
func Decimal(b []byte, precision, scale int) (decimal.Num, Fit) {
	if mantissa, exp, neg, ok := simple(b); ok && scale+exp >= 0 && scale+exp <= 18 {
		// 18 digits times 10^18 fit 128 bits.
		hi, lo := bits.Mul64(mantissa, uint64Pow10[scale+exp])
		return finish(hi, lo, neg, precision)
	}
	return slowDecimal(b, precision, scale)
}

// finish applies the sign and checks the precision.
func finish(hi, lo uint64, neg bool, precision int) (decimal.Num, Fit) {
	limit := limits[precision]
	if hi > limit[0] || hi == limit[0] && lo >= limit[1] {
		return decimal.Num{}, Overflows
	}
	if neg {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	return decimal.Num{Lo: lo, Hi: int64(hi)}, Fits
}

// limits[p] is 10^p as high and low word.
var limits = func() (t [39][2]uint64) {
	t[0] = [2]uint64{0, 1}
	for p := 1; p < len(t); p++ {
		hi, lo := bits.Mul64(t[p-1][1], 10)
		t[p] = [2]uint64{hi + t[p-1][0]*10, lo}
	}
	return t
}()

// maxExponent bounds exponents: anything beyond is zero or an overflow for
// every DECIMAL, since texts are far shorter.
const maxExponent = 1 << 30

func slowDecimal(b []byte, precision, scale int) (decimal.Num, Fit) {
	neg := false
	i := 0
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg, i = b[0] == '-', 1
	}
	first, point, digits := i, -1, 0
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9':
			digits++
			continue
		case c == '.' && point < 0:
			point = i
			continue
		}
		break
	}
	if digits == 0 {
		return decimal.Num{}, NotANumber
	}
	mantissa := b[first:i]
	exp, ok := exponent(b[i:])
	if !ok {
		return decimal.Num{}, NotANumber
	}
	whole := digits // digits before the point, exponent applied
	if point >= 0 {
		whole = point - first
	}
	hi, lo, fits := accumulate(mantissa, int64(whole)+int64(exp)+int64(scale))
	if !fits {
		return decimal.Num{}, Overflows
	}
	return finish(hi, lo, neg, precision)
}

// exponent reads "" or e[+-]digits.
func exponent(b []byte) (int, bool) {
	if len(b) == 0 {
		return 0, true
	}
	if b[0]|0x20 != 'e' {
		return 0, false
	}
	n, ok := Int64(b[1:])
	if !ok || n > maxExponent || n < -maxExponent {
		return 0, false
	}
	return int(n), true
}

// accumulate takes the first take digits of a mantissa, padding with zeros and
// rounding half up, as a 128-bit number. It is false beyond 39 digits.
func accumulate(mantissa []byte, take int64) (hi, lo uint64, ok bool) {
	seen := int64(0)
	significant := 0
	for _, c := range mantissa {
		if c == '.' {
			continue
		}
		if seen == take {
			if c >= '5' {
				var carry uint64
				lo, carry = bits.Add64(lo, 1, 0)
				hi += carry
			}
			return hi, lo, true
		}
		if seen++; take < 0 {
			return 0, 0, true
		}
		if significant > 0 || c != '0' {
			if significant++; significant > 38 {
				return 0, 0, false
			}
		}
		hi, lo = timesTenPlus(hi, lo, uint64(c-'0'))
	}
	if hi|lo == 0 {
		return 0, 0, true
	}
	for ; seen < take; seen++ {
		if significant++; significant > 38 {
			return 0, 0, false
		}
		hi, lo = timesTenPlus(hi, lo, 0)
	}
	return hi, lo, true
}

func timesTenPlus(hi, lo, d uint64) (uint64, uint64) {
	h, l := bits.Mul64(lo, 10)
	l, carry := bits.Add64(l, d, 0)
	return hi*10 + h + carry, l
}

// AppendDecimal writes an unscaled value with its point, all scale digits
// kept: BigDecimal.toPlainString.
func AppendDecimal(dst []byte, v decimal.Num, scale int) []byte {
	var buf [48]byte
	neg, digits := decimalDigits(&buf, v)
	if neg {
		dst = append(dst, '-')
	}
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) <= scale {
		dst = append(dst, '0', '.')
		for range scale - len(digits) {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[:len(digits)-scale]...)
	dst = append(dst, '.')
	return append(dst, digits[len(digits)-scale:]...)
}

// AppendDecimalStripped writes v as Java prints a BigDecimal after
// stripTrailingZeros: "1.5", "1E+2", "1E-7", "0".
func AppendDecimalStripped(dst []byte, v decimal.Num, scale int) []byte {
	var buf [48]byte
	neg, digits := decimalDigits(&buf, v)
	if len(digits) == 1 && digits[0] == '0' {
		return append(dst, '0')
	}
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
		scale--
	}
	if neg {
		dst = append(dst, '-')
	}
	adjusted := len(digits) - 1 - scale
	if scale >= 0 && adjusted >= -6 {
		return appendPoint(dst, digits, scale)
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(dst, '.')
		dst = append(dst, digits[1:]...)
	}
	dst = append(dst, 'E')
	if adjusted >= 0 {
		dst = append(dst, '+')
	} else {
		dst = append(dst, '-')
		adjusted = -adjusted
	}
	if adjusted >= 10 {
		dst = append(dst, byte('0'+adjusted/10))
	}
	return append(dst, byte('0'+adjusted%10))
}

func appendPoint(dst, digits []byte, scale int) []byte {
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) > scale {
		dst = append(dst, digits[:len(digits)-scale]...)
		dst = append(dst, '.')
		return append(dst, digits[len(digits)-scale:]...)
	}
	dst = append(dst, '0', '.')
	for range scale - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// decimalDigits writes |v| into the end of buf.
func decimalDigits(buf *[48]byte, v decimal.Num) (neg bool, digits []byte) {
	hi, lo := uint64(v.Hi), v.Lo
	if v.Hi < 0 {
		neg = true
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	i := len(buf)
	for hi != 0 {
		q := hi / 1e19
		var r uint64
		lo, r = bits.Div64(hi%1e19, lo, 1e19)
		hi = q
		for range 19 {
			i--
			buf[i] = byte('0' + r%10)
			r /= 10
		}
	}
	for {
		i--
		buf[i] = byte('0' + lo%10)
		if lo /= 10; lo == 0 {
			break
		}
	}
	// The groups of 19 may have brought leading zeros only when lo was 0.
	for i < len(buf)-1 && buf[i] == '0' {
		i++
	}
	return neg, buf[i:]
}

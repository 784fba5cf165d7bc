// Package scalar reads and writes the text of single values as Flink's text
// formats do: integers, floating point numbers, decimals, dates and times.
//
// Readers take bytes, allocate nothing, never panic and report failure with
// false; writers append. What is accepted is what Java's parsers accept
// (Long.parseLong, Double.parseDouble, BigDecimal, DateTimeFormatter), since
// that is the contract users know.
package scalar

import (
	"math"
	"strconv"
	"unsafe"
)

// Trim removes leading and trailing characters up to U+0020, as Java's
// String.trim does.
func Trim(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// Int64 reads an optional sign and digits. It is false on anything else and on
// overflow.
func Int64(b []byte) (int64, bool) {
	neg := false
	if len(b) > 1 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	if len(b) > 18 {
		return longInt64(b, neg)
	}
	var n uint64
	for _, c := range b {
		d := uint64(c - '0')
		if d > 9 {
			return 0, false
		}
		n = n*10 + d
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}

func longInt64(b []byte, neg bool) (int64, bool) {
	var n uint64
	for _, c := range b {
		d := uint64(c - '0')
		if d > 9 || n > (math.MaxUint64-9)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	if neg {
		return -int64(n), n <= 1<<63
	}
	return int64(n), n <= math.MaxInt64
}

// pow10 are the powers of ten a float64 holds exactly.
var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Float64 reads a number as Double.parseDouble does: decimal or hexadecimal,
// "NaN", "Infinity", an optional suffix d or f. Too large a number is infinite.
func Float64(b []byte) (float64, bool) {
	mantissa, exp, neg, ok := simple(b)
	if ok && mantissa <= 1<<53 && exp >= -22 && exp <= 22 {
		// Both operands are exact, so the one rounding is the right one.
		f := float64(mantissa)
		if exp < 0 {
			f /= pow10[-exp]
		} else {
			f *= pow10[exp]
		}
		if neg {
			return -f, true
		}
		return f, true
	}
	return slowFloat(b, 64)
}

// Float32 reads a number as Float.parseFloat does.
func Float32(b []byte) (float32, bool) {
	mantissa, exp, neg, ok := simple(b)
	if ok && mantissa <= 1<<24 && exp >= -10 && exp <= 10 {
		f := float32(mantissa)
		if exp < 0 {
			f /= float32(pow10[-exp])
		} else {
			f *= float32(pow10[exp])
		}
		if neg {
			return -f, true
		}
		return f, true
	}
	f, ok := slowFloat(b, 32)
	return float32(f), ok
}

// simple splits a plain decimal number of at most 18 digits into mantissa and
// decimal exponent. It is false where the slow path must look.
func simple(b []byte) (mantissa uint64, exp int, neg, ok bool) {
	i := 0
	if len(b) > 0 && b[0] == '-' {
		neg, i = true, 1
	}
	digits := 0
	for ; i < len(b); i++ {
		d := b[i] - '0'
		if d > 9 {
			break
		}
		mantissa = mantissa*10 + uint64(d)
		digits++
	}
	if i < len(b) && b[i] == '.' {
		start := i + 1
		for i++; i < len(b); i++ {
			d := b[i] - '0'
			if d > 9 {
				break
			}
			mantissa = mantissa*10 + uint64(d)
		}
		exp = start - i
		digits += i - start
	}
	return mantissa, exp, neg, i == len(b) && digits > 0 && digits <= 18
}

// slowFloat checks Java's grammar, which is not Go's, and lets strconv round.
func slowFloat(b []byte, bits int) (float64, bool) {
	b = Trim(b)
	body := b
	if len(body) > 0 && (body[0] == '-' || body[0] == '+') {
		body = body[1:]
	}
	switch string(body) {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if b[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	hex := len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x'
	if n := len(body); n > 1 {
		if c := body[n-1] | 0x20; (c == 'd' || c == 'f') && (!hex || hasExponent(body)) {
			b = b[:len(b)-1]
			body = body[:n-1]
		}
	}
	for i, c := range body {
		switch {
		case c >= '0' && c <= '9', c == '.', c == '+', c == '-', c|0x20 == 'e':
		case hex && (i == 1 || c|0x20 >= 'a' && c|0x20 <= 'f' || c|0x20 == 'p'):
		default:
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), bits)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func hasExponent(b []byte) bool {
	for _, c := range b {
		if c|0x20 == 'p' {
			return true
		}
	}
	return false
}

// Bool is Boolean.parseBoolean: true for "true" in any case, else false.
func Bool(b []byte) bool {
	return len(b) == 4 && b[0]|0x20 == 't' && b[1]|0x20 == 'r' && b[2]|0x20 == 'u' && b[3]|0x20 == 'e'
}

// AppendFloat64 writes f as Double.toString does.
func AppendFloat64(dst []byte, f float64) []byte { return appendFloat(dst, f, 64) }

// AppendFloat32 writes f as Float.toString does.
func AppendFloat32(dst []byte, f float32) []byte { return appendFloat(dst, float64(f), 32) }

func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if a := math.Abs(f); a == 0 || a >= 1e-3 && a < 1e7 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
		for _, c := range dst[start:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, ".0"...)
	}
	var buf [32]byte
	s := strconv.AppendFloat(buf[:0], f, 'e', -1, bits)
	e := len(s) - 1
	for s[e] != 'e' {
		e--
	}
	dst = append(dst, s[:e]...)
	if e == 1 || e == 2 && s[0] == '-' {
		dst = append(dst, ".0"...)
	}
	dst = append(dst, 'E')
	exp := s[e+1:]
	if exp[0] == '-' {
		dst = append(dst, '-')
	}
	exp = exp[1:]
	if exp[0] == '0' {
		exp = exp[1:]
	}
	return append(dst, exp...)
}

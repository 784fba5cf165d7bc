package valuetext

import (
	"math"
	"strconv"
)

// AppendDouble appends f as Java's Double.toString does: the shortest digits
// that read back as f, in E notation outside [1e-3, 1e7).
func AppendDouble(dst []byte, f float64) []byte { return appendFloat(dst, f, 64) }

// AppendFloat appends f as Java's Float.toString does.
func AppendFloat(dst []byte, f float32) []byte { return appendFloat(dst, float64(f), 32) }

func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, "0.0"...)
	}
	if math.Signbit(f) {
		dst = append(dst, '-')
	}
	var buf [40]byte
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		start := len(dst)
		if mantissa, _ := mantissaOf(f, bits); mantissa != 0 || a >= 1 {
			dst = strconv.AppendFloat(dst, a, 'f', -1, bits)
		} else { // a power of two
			dst = appendPlain(dst, appendScientific(buf[:0], f, bits))
		}
		for _, c := range dst[start:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, ".0"...)
	}
	text := appendScientific(buf[:0], f, bits) // d.ddde±xx
	e := len(text) - 1
	for text[e] != 'e' {
		e--
	}
	if e == 1 { // one digit: Java prints the nearest of two that read back
		var two [32]byte
		alt := strconv.AppendFloat(two[:0], math.Abs(f), 'e', 1, bits)
		if back, err := strconv.ParseFloat(string(alt), bits); err == nil && back == math.Abs(f) {
			text, e = append(buf[:0], alt...), 3
		}
	}
	dst = append(dst, text[:e]...)
	if e == 1 {
		dst = append(dst, ".0"...)
	}
	dst = append(dst, 'E')
	exp := text[e+1:]
	if exp[0] == '-' {
		dst = append(dst, '-')
	}
	exp = exp[1:]
	for len(exp) > 1 && exp[0] == '0' {
		exp = exp[1:]
	}
	return append(dst, exp...)
}

// appendPlain appends a number below one given as d.ddde-xx without exponent.
func appendPlain(dst, text []byte) []byte {
	e := len(text) - 1
	for text[e] != 'e' {
		e--
	}
	exp, _ := strconv.Atoi(string(text[e+1:]))
	dst = append(dst, "0."...)
	for range -exp - 1 {
		dst = append(dst, '0')
	}
	for _, c := range text[:e] {
		if c != '.' {
			dst = append(dst, c)
		}
	}
	return dst
}

// appendPadded appends n with at least width digits.
func appendPadded(dst []byte, n int64, width int) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	var buf [20]byte
	i := len(buf)
	for n > 0 || len(buf)-i < width {
		i--
		buf[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, buf[i:]...)
}

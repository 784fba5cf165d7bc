package decimal

import (
	"math"
	"strconv"
)

// AppendText appends n of the given scale in plain notation: -1.50, 0.05, 12.
func AppendText(dst []byte, n Num, scale int) []byte {
	var buf [48]byte
	i := len(buf)
	a := n.Abs()
	ulo, uhi := a.Lo, uint64(a.Hi)
	digits := 0
	for uhi != 0 {
		// Cut 18 digits at a time.
		q, r := divMod(Num{Lo: ulo, Hi: int64(uhi)}, Num{Lo: uint64(powers64[18])})
		ulo, uhi = q.Lo, uint64(q.Hi)
		rest := r.Lo
		for range 18 {
			i--
			buf[i] = byte('0' + rest%10)
			rest /= 10
			digits++
		}
	}
	for ulo != 0 || digits == 0 {
		i--
		buf[i] = byte('0' + ulo%10)
		ulo /= 10
		digits++
	}
	for buf[i] == '0' && digits > 1 { // the last block of 18 may begin with zeros
		i++
		digits--
	}
	if n.Hi < 0 {
		dst = append(dst, '-')
	}
	if scale <= 0 {
		return append(dst, buf[i:]...)
	}
	if digits <= scale {
		dst = append(dst, '0', '.')
		for range scale - digits {
			dst = append(dst, '0')
		}
		return append(dst, buf[i:]...)
	}
	point := len(buf) - scale
	dst = append(dst, buf[i:point]...)
	dst = append(dst, '.')
	return append(dst, buf[point:]...)
}

// String prints n with a scale of 0.
func (n Num) String() string { return string(AppendText(nil, n, 0)) }

// Parse reads [+-]digits[.digits][e[+-]digits] as a value of the given scale,
// rounding half away from zero. bad is true if s is no number; ok is false if
// the number does not fit precision digits.
func Parse(s []byte, precision, scale int) (n Num, ok, bad bool) {
	i, neg := 0, false
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		neg = s[i] == '-'
		i++
	}
	var digits [MaxPrecision + 2]byte // significant ones; the rest only moves the point
	kept, exp, seen, point := 0, 0, false, false
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c < '0' || c > '9':
			goto exponent
		}
		seen = true
		switch {
		case kept == 0 && c == '0': // leading zero
			if point {
				exp--
			}
		case kept < len(digits):
			digits[kept] = c - '0'
			kept++
			if point {
				exp--
			}
		default:
			if !point {
				exp++
			}
		}
	}
exponent:
	if !seen {
		return Num{}, false, true
	}
	if i < len(s) {
		if s[i] != 'e' && s[i] != 'E' {
			return Num{}, false, true
		}
		e, err := strconv.ParseInt(string(s[i+1:]), 10, 32)
		if err != nil {
			return Num{}, false, true
		}
		exp += int(e)
	}
	n, ok = fromDigits(digits[:kept], exp+scale)
	if neg {
		n = n.Neg()
	}
	return n, ok && n.Fits(precision), false
}

// fromDigits is digits * 10^exp rounded half up to an integer.
func fromDigits(digits []byte, exp int) (n Num, ok bool) {
	keep := len(digits)
	if exp < 0 {
		keep += exp
	}
	if keep < 0 {
		return Num{}, true
	}
	if keep > MaxPrecision {
		return Num{}, false
	}
	for _, d := range digits[:keep] {
		n, _ = mulWords(n, Num{Lo: 10})
		n = Add(n, Num{Lo: uint64(d)})
	}
	if keep < len(digits) && digits[keep] >= 5 {
		n = Add(n, Num{Lo: 1})
	}
	if exp > 0 && n.Sign() != 0 {
		if exp > MaxPrecision {
			return Num{}, false
		}
		return mulExact(n, powers[exp])
	}
	return n, true
}

// FromFloat64 is f as a decimal of the given precision and scale, by its
// shortest decimal text, as BigDecimal.valueOf. ok is false if it does not fit
// or is not finite.
func FromFloat64(f float64, precision, scale int) (n Num, ok bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Num{}, false
	}
	var buf [32]byte
	n, ok, _ = Parse(strconv.AppendFloat(buf[:0], f, 'e', -1, 64), precision, scale)
	return n, ok
}

// Float64 is n of the given scale as the nearest double.
func (n Num) Float64(scale int) float64 {
	if n.IsInt64() {
		v := n.Int64()
		if scale == 0 {
			return float64(v)
		}
		// Both are exact doubles: one division rounds correctly.
		if v > -1<<53 && v < 1<<53 && scale <= 22 {
			return float64(v) / math.Pow10(scale)
		}
	}
	var buf [64]byte
	text := strconv.AppendInt(append(AppendText(buf[:0], n, 0), 'e'), int64(-scale), 10)
	f, _ := strconv.ParseFloat(string(text), 64)
	return f
}

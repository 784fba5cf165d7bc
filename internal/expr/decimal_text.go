package expr

import (
	"unicode"

	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// shortDecimal is how many digits, and bytes of text, Flink reads by a loop of
// its own, and not by BigDecimal.
const shortDecimal = 18

// parseDecimal reads a DECIMAL as CAST does. bad is true if s is no number, ok
// is false if it does not fit.
func parseDecimal(s []byte, t types.Type) (n decimal.Num, ok, bad bool) {
	if t.Length <= shortDecimal && len(s) <= shortDecimal {
		return parseShortDecimal(s, t.Length, t.Scale)
	}
	n, ok, bad = decimal.Parse(s, t.Length, t.Scale)
	if bad && !isASCII(s) {
		return decimal.Parse(plainDigits(s), t.Length, t.Scale)
	}
	return n, ok, bad
}

// plainDigits writes the digits of other scripts as 0 to 9.
func plainDigits(s []byte) []byte {
	var plain []byte
	for _, r := range string(s) {
		if r < 0x80 || !unicode.IsDigit(r) {
			plain = append(plain, string(r)...)
			continue
		}
		zero := r // digits stand in rows of ten
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		plain = append(plain, '0'+byte(r-zero))
	}
	return plain
}

// parseShortDecimal has the peculiarities of Flink's loop: the character that
// ends the digits is not looked at, leading zeros count as digits, and what
// rounding adds is not checked.
func parseShortDecimal(s []byte, precision, scale int) (n decimal.Num, ok, bad bool) {
	i, neg := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		i++
	}
	if i == len(s) {
		return n, false, true
	}
	var value int64
	digits, point := 0, -1
	var c byte
	for i < len(s) {
		c = s[i]
		i++
		if c >= '0' && c <= '9' {
			value = value*10 + int64(c-'0')
			digits++
			continue
		}
		if c != '.' || point >= 0 {
			break
		}
		point = digits
	}
	if point < 0 {
		point = digits
	}
	exp := 0
	if c == 'e' || c == 'E' {
		if exp, ok = exponent(s[i:]); !ok {
			return n, false, true
		}
	} else if i < len(s) {
		return n, false, true
	}
	shift := exp + scale - (digits - point)
	if digits+shift > precision || shift < -shortDecimal {
		return n, false, false
	}
	if neg {
		value = -value
	}
	unit := decimal.Power10(max(shift, -shift)).Int64()
	if shift >= 0 {
		return decimal.FromInt64(value * unit), true, false
	}
	half := unit / 2
	if neg {
		half = -half
	}
	return decimal.FromInt64((value + half) / unit), true, false
}

// exponent reads [+-]digits; nothing is 0.
func exponent(s []byte) (exp int, ok bool) {
	if len(s) == 0 {
		return 0, true
	}
	neg := s[0] == '-'
	if neg || s[0] == '+' {
		s = s[1:]
	}
	if exp, ok = smallNumber(s); neg {
		exp = -exp
	}
	return exp, ok
}

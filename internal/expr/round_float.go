package expr

import (
	"math"
	"strconv"
)

// roundShortest rounds f to digits after the point by its shortest decimal
// text: half away from zero, or towards zero with cut.
func roundShortest(f float64, digits int, cut, single bool) float64 {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return f
	}
	bits := 64
	if single {
		bits = 32
	}
	var buf [40]byte
	text := strconv.AppendFloat(buf[:0], math.Abs(f), 'e', -1, bits) // d[.ddd]e±xx
	mark := len(text) - 1
	for text[mark] != 'e' {
		mark--
	}
	exp, _ := strconv.Atoi(string(text[mark+1:]))
	number := make([]byte, 0, 24)
	for _, c := range text[:mark] {
		if c != '.' {
			number = append(number, c)
		}
	}
	keep := exp + 1 + digits // significant digits that stay
	if keep >= len(number) {
		return f
	}
	if keep < 0 {
		return 0
	}
	up := !cut && number[keep] >= '5'
	number = number[:keep]
	if up {
		i := keep - 1
		for i >= 0 && number[i] == '9' {
			number[i] = '0'
			i--
		}
		if i >= 0 {
			number[i]++
		} else {
			number = append([]byte{'1'}, number...)
		}
	}
	if len(number) == 0 {
		return 0
	}
	r, _ := strconv.ParseFloat(string(number)+"e"+strconv.Itoa(-digits), bits)
	if f < 0 {
		r = -r
	}
	return r
}

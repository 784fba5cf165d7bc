package rest

import (
	"math"
	"strconv"
)

// number is a double as Flink writes it: always with a fraction, and "NaN".
type number float64

// MarshalJSON writes the number.
func (n number) MarshalJSON() ([]byte, error) {
	text := n.String()
	if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
		text = `"` + text + `"`
	}
	return []byte(text), nil
}

// String is the number as Java prints it, but for exponents.
func (n number) String() string {
	f := float64(n)
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == math.Trunc(f) && math.Abs(f) < 1e15:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

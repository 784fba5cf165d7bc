// Package decimal is exact arithmetic on 128-bit unscaled decimals, the value
// of SQL's DECIMAL(p, s) with p <= 38. The scale is not stored: it belongs to
// the type of the column. Intermediate results that do not fit 128 bits are
// computed in 256 bits (math/big) and refused when the rounded result does not
// fit 38 digits.
package decimal

// Num is a two's complement 128-bit integer in Arrow's decimal128 layout
// (little-endian: low word first). The zero Num is 0.
type Num struct {
	Lo uint64
	Hi int64
}

// FromInt64 returns v as a 128-bit integer.
func FromInt64(v int64) Num { return Num{Lo: uint64(v), Hi: v >> 63} }

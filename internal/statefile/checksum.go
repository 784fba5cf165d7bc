package statefile

import "hash/crc32"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// joinSums is the checksum of a followed by b, given theirs and the length of b.
//
// A CRC is a remainder of polynomials over GF(2): that of "a, then n zero bytes" is
// the one of a times x^(8n), and adding b adds its CRC. (What the inversion at
// both ends contributes cancels out.)
func joinSums(a, b uint32, n int64) uint32 {
	return timesModP(a, xToThe8(n)) ^ b
}

// poly is Castagnoli's polynomial in reflected order: bit 31 is x^0.
const poly = crc32.Castagnoli

// timesModP multiplies two polynomials in reflected order.
func timesModP(a, b uint32) uint32 {
	var p uint32
	for bit := uint32(1) << 31; bit != 0; bit >>= 1 {
		if a&bit != 0 {
			p ^= b
		}
		carry := b & 1
		b >>= 1
		if carry != 0 {
			b ^= poly
		}
	}
	return p
}

// xToThe8 is x^(8n), by squaring.
func xToThe8(n int64) uint32 {
	result, power := uint32(1)<<31, uint32(1)<<23 // x^0, x^8
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			result = timesModP(result, power)
		}
		power = timesModP(power, power)
	}
	return result
}

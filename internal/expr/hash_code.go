package expr

import (
	endian "encoding/binary"
	"math/bits"

	"github.com/flottstream/flott/internal/types"
)

// hashFunctions is HASH_CODE, by which the planner spreads distinct values over
// buckets. Its results may be kept in state: they must never change.
func hashFunctions() []function {
	return []function{{name: "HASH_CODE", min: 1, max: 1, typing: typeHashCode, build: strict(hashCode)}}
}

// typeHashCode takes values whose bytes are equal when the values are.
func typeHashCode(s *signature) (types.Type, error) {
	if p := s.typ(0).Physical(); p.Width() == 0 && p != types.LayoutBytes && p != types.LayoutBool {
		return types.Type{}, s.refuse(0, "")
	}
	return types.Of(types.Int).WithNull(s.nullable()), nil
}

// hashCode hashes the bytes of each value.
func hashCode(c *kernelCall, rows []int32) error {
	x, out := c.args[0], c.out.Int32s()
	switch p := x.Type.Physical(); p {
	case types.LayoutBytes:
		for _, i := range rows {
			out[i] = hashBytes(x.bytesAt(i))
		}
	case types.LayoutBool:
		for _, i := range rows {
			out[i] = 1237
			if x.Bool(x.at(i)) {
				out[i] = 1231
			}
		}
	default:
		width, raw := p.Width(), x.FixedBytes()
		for _, i := range rows {
			at := x.at(i) * width
			out[i] = hashBytes(raw[at : at+width])
		}
	}
	return nil
}

// hashBytes mixes eight bytes at a time.
func hashBytes(b []byte) int32 {
	const prime = 0x9E3779B97F4A7C15
	h := uint64(len(b)) * prime
	for len(b) >= 8 {
		h = bits.RotateLeft64(h^endian.LittleEndian.Uint64(b)*prime, 31) * prime
		b = b[8:]
	}
	var last uint64
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	h = (h ^ last*prime) * prime
	h ^= h >> 32
	return int32(h)
}

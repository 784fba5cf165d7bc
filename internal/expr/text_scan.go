package expr

import (
	"bytes"
	endian "encoding/binary"
	"math/bits"
	"unicode/utf8"
)

func compareBytes(a, b []byte) int { return bytes.Compare(a, b) }

func countByte(s []byte, c byte) int { return bytes.Count(s, []byte{c}) }

func countBytes(s, sub []byte) int { return bytes.Count(s, sub) }

// firstRune is the bytes of the first character of s.
func firstRune(s []byte) []byte {
	if len(s) == 0 {
		return nil
	}
	_, size := utf8.DecodeRune(s)
	return s[:size]
}

const (
	highBits = 0x8080808080808080
	lowBits  = 0x0101010101010101
)

// isASCII reads eight bytes at a time.
func isASCII(s []byte) bool {
	for len(s) >= 8 {
		if endian.LittleEndian.Uint64(s)&highBits != 0 {
			return false
		}
		s = s[8:]
	}
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// countRunes counts the bytes that begin a character, eight at a time.
func countRunes(s []byte) int {
	n := len(s)
	for len(s) >= 8 {
		w := endian.LittleEndian.Uint64(s)
		// Continuation bytes are 10xxxxxx: the high bit without the next one.
		n -= bits.OnesCount64(w & highBits & ^(w << 1))
		s = s[8:]
	}
	for _, c := range s {
		if c&0xc0 == 0x80 {
			n--
		}
	}
	return n
}

// appendFolded appends ASCII text with the letters from first to first+25 in
// the other case, eight bytes at a time.
func appendFolded(dst, s []byte, first byte) []byte {
	start := len(dst)
	dst = append(dst, s...)
	out := dst[start:]
	from, to := (0x80-uint64(first))*lowBits, (0x7f-uint64(first+25))*lowBits
	for len(out) >= 8 {
		w := endian.LittleEndian.Uint64(out)
		// The high bit of each byte tells: at least first, but not beyond the last.
		is := (w + from) & ^(w + to) & highBits
		endian.LittleEndian.PutUint64(out, w^is>>2)
		out = out[8:]
	}
	for i, c := range out {
		if c-first < 26 {
			out[i] = c ^ 0x20
		}
	}
	return dst
}

// utf16Len is the length of s in UTF-16 units.
func utf16Len(s []byte) int {
	n := countRunes(s)
	for _, c := range s {
		if c >= 0xf0 {
			n++ // the first of four bytes: a pair of units
		}
	}
	return n
}

// appendUTF16 appends the UTF-16 units from up to to of s; half a pair becomes
// '?'.
func appendUTF16(dst, s []byte, from, to int) []byte {
	unit := 0
	for i := 0; i < len(s) && unit < to; {
		_, size := utf8.DecodeRune(s[i:])
		width := 1
		if size == 4 {
			width = 2
		}
		switch {
		case unit >= from && unit+width <= to:
			dst = append(dst, s[i:i+size]...)
		case unit+width > from:
			dst = append(dst, '?')
		}
		unit += width
		i += size
	}
	return dst
}

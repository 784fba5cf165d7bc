package expr

import (
	"bytes"
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

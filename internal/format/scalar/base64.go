package scalar

import "encoding/base64"

// Base64 appends what text stands for to dst. As Jackson has it, blanks and
// line breaks may stand between groups of four characters, and groups may
// follow one that is padded.
func Base64(dst, text []byte) ([]byte, bool) {
	for i, c := range text {
		if c <= ' ' || c == '=' && i < len(text)-2 {
			return appendGroups(dst, text)
		}
	}
	dst, err := base64.StdEncoding.AppendDecode(dst, text)
	return dst, err == nil
}

func appendGroups(dst, text []byte) ([]byte, bool) {
	var group [4]byte
	n := 0
	for _, c := range text {
		if c <= ' ' && n == 0 {
			continue
		}
		if c <= ' ' {
			return dst, false
		}
		group[n] = c
		if n++; n < len(group) {
			continue
		}
		n = 0
		var err error
		if dst, err = base64.StdEncoding.AppendDecode(dst, group[:]); err != nil {
			return dst, false
		}
	}
	return dst, n == 0
}

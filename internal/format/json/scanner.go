package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The scanner works on d.data from d.pos on. Its functions return false on
// malformed text after noting why with d.wrong.

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
	quotes   = 0x2222222222222222
	slashes  = 0x5c5c5c5c5c5c5c5c
	blanks   = 0x2020202020202020

	maxDepth = 1000 // nesting that is skipped or copied as text, as in Flink
)

// stringEnd returns the position of the first quote or backslash at or after
// i, or len(b), and a word that is 0 if everything before it is ASCII.
func stringEnd(b []byte, i int) (end int, high uint64) {
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		q, s := w^quotes, w^slashes
		if m := ((q-lowBits)&^q | (s-lowBits)&^s) & highBits; m != 0 {
			n := bits.TrailingZeros64(m)
			return i + n>>3, high | w&(1<<uint(n&^7)-1)&highBits
		}
		high |= w & highBits
		i += 8
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' {
		high |= uint64(b[i] & 0x80)
		i++
	}
	return i, high
}

// space moves to the next character that is not white space.
func (d *decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

// peek skips white space and returns the character there, 0 at the end.
func (d *decoder) peek() byte {
	if d.pos < len(d.data) {
		if c := d.data[d.pos]; c > ' ' {
			return c
		}
	}
	d.space()
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

// literal moves past word.
func (d *decoder) literal(word string) bool {
	if rest := d.data[d.pos:]; len(rest) < len(word) || string(rest[:len(word)]) != word {
		return d.syntaxAt(d.pos)
	}
	d.pos += len(word)
	return true
}

// number moves past a number and returns its text and whether it has neither
// fraction nor exponent.
func (d *decoder) number() (text []byte, whole, ok bool) {
	b, start := d.data, d.pos
	i := start
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	if i == first || b[first] == '0' && i > first+1 {
		return nil, false, d.syntaxAt(start)
	}
	whole = true
	if i < len(b) && b[i] == '.' {
		whole = false
		from := i + 1
		for i++; i < len(b) && b[i]-'0' <= 9; i++ {
		}
		if i == from {
			return nil, false, d.syntaxAt(start)
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		whole = false
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		from := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		if i == from {
			return nil, false, d.syntaxAt(start)
		}
	}
	d.pos = i
	return b[start:i], whole, true
}

// str moves past the string that begins at d.pos and returns its value, which
// is valid until the next call.
func (d *decoder) str() (text []byte, ok bool) {
	start := d.pos + 1
	end, high := stringEnd(d.data, start)
	if end < len(d.data) && d.data[end] == '"' {
		d.pos = end + 1
		text = d.data[start:end]
		if high != 0 && !utf8.Valid(text) {
			return nil, d.wrong(start-1, "a string is not valid UTF-8")
		}
		return text, true
	}
	d.scratch, ok = d.appendString(d.scratch[:0])
	return d.scratch, ok
}

// appendString moves past the string that begins at d.pos and appends its
// value, escapes resolved.
func (d *decoder) appendString(dst []byte) ([]byte, bool) {
	open := d.pos
	i := open + 1
	for {
		end, high := stringEnd(d.data, i)
		if end == len(d.data) {
			return dst, d.wrong(open, "a string has no closing quote")
		}
		if high != 0 && !utf8.Valid(d.data[i:end]) {
			return dst, d.wrong(open, "a string is not valid UTF-8")
		}
		dst = append(dst, d.data[i:end]...)
		if d.data[end] == '"' {
			d.pos = end + 1
			return dst, true
		}
		var n int
		if dst, n = appendEscape(dst, d.data[end:]); n == 0 {
			return dst, d.wrong(open, "a string has a bad escape")
		}
		i = end + n
	}
}

// appendEscape resolves the escape at the start of b and returns its length,
// 0 if it is none.
func appendEscape(dst, b []byte) ([]byte, int) {
	if len(b) < 2 {
		return dst, 0
	}
	switch c := b[1]; c {
	case '"', '\\', '/':
		return append(dst, c), 2
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'u':
		return appendUnicode(dst, b)
	}
	return dst, 0
}

// appendUnicode resolves \uXXXX or a surrogate pair of two. Half a pair has no
// UTF-8 and becomes '?', as in Java.
func appendUnicode(dst, b []byte) ([]byte, int) {
	hi := hex4(b[2:])
	switch {
	case hi < 0:
		return dst, 0
	case hi < 0xd800 || hi > 0xdfff:
		return utf8.AppendRune(dst, hi), 6
	case hi < 0xdc00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u':
		if lo := hex4(b[8:]); lo >= 0xdc00 && lo <= 0xdfff {
			return utf8.AppendRune(dst, 0x10000+(hi-0xd800)<<10+(lo-0xdc00)), 12
		}
	}
	return append(dst, '?'), 6
}

func hex4(b []byte) (r rune) {
	if len(b) < 4 {
		return -1
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return r
}

// skip moves past one value of any kind.
func (d *decoder) skip(depth int) bool {
	switch c := d.peek(); c {
	case '"':
		return d.skipString()
	case '{':
		d.pos++
		return d.skipMembers(depth+1, d.peek() == '}')
	case '[':
		return d.skipArray(depth + 1)
	case 't':
		return d.literal("true")
	case 'f':
		return d.literal("false")
	case 'n':
		return d.literal("null")
	default:
		_, _, ok := d.number()
		return ok
	}
}

func (d *decoder) skipString() bool {
	open := d.pos
	i := open + 1
	for {
		end, _ := stringEnd(d.data, i)
		if end+1 >= len(d.data) && (end == len(d.data) || d.data[end] != '"') {
			return d.wrong(open, "a string has no closing quote")
		}
		if d.data[end] == '"' {
			d.pos = end + 1
			return true
		}
		i = end + 2
	}
}

// skipMembers moves past the members of an object and its closing brace; it
// stands before a key, or at the brace if closing.
func (d *decoder) skipMembers(depth int, closing bool) bool {
	if depth > maxDepth {
		return d.wrong(d.pos, "values are nested too deeply")
	}
	if closing {
		d.pos++
		return true
	}
	for {
		if d.peek() != '"' {
			return d.syntaxAt(d.pos)
		}
		if !d.skipString() {
			return false
		}
		if d.peek() != ':' {
			return d.syntaxAt(d.pos)
		}
		d.pos++
		if !d.skip(depth) {
			return false
		}
		switch d.peek() {
		case ',':
			d.pos++
		case '}':
			d.pos++
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

func (d *decoder) skipArray(depth int) bool {
	if depth > maxDepth {
		return d.wrong(d.pos, "values are nested too deeply")
	}
	d.pos++
	if d.peek() == ']' {
		d.pos++
		return true
	}
	for {
		if !d.skip(depth) {
			return false
		}
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

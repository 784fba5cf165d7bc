package expr

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/types"
)

// likeFunctions are LIKE and ILIKE. Their third argument is the escape
// character; without one there is none.
func likeFunctions() []function {
	boolean := params(strictly(types.Of(types.Boolean)), aString)
	fns := []function{
		{name: "LIKE", min: 2, max: 3, typing: boolean, build: buildLike},
		{name: "ILIKE", min: 2, max: 3, typing: boolean, build: buildLike},
	}
	for _, name := range []string{"LIKE", "ILIKE", "SIMILAR TO"} {
		fns = append(fns, function{name: "NOT " + name, min: 2, max: 3, rewrite: func(args []Expr) (Expr, error) {
			e, err := Resolve(name, args)
			if err != nil {
				return nil, err
			}
			return Resolve("NOT", []Expr{e})
		}})
	}
	return fns
}

// likePattern is a compiled pattern: the pieces between the % of it.
type likePattern struct {
	pieces [][]byte // '_' is anyRune
	any    []bool   // the piece has an anyRune
	plain  bool     // no piece has one
	open   [2]bool  // begins, ends with %
	ok     bool     // the escape character stands before %, _ or itself only
}

const anyRune = 0xff // no byte of UTF-8

func compileLike(pattern, escape []byte) likePattern {
	p := likePattern{plain: true, ok: true}
	var piece []byte
	hasAny := false
	flush := func() {
		p.pieces = append(p.pieces, piece)
		p.any = append(p.any, hasAny)
		piece, hasAny = nil, false
	}
	for i := 0; i < len(pattern); {
		_, size := utf8.DecodeRune(pattern[i:])
		c := pattern[i : i+size]
		i += size
		switch {
		case len(escape) > 0 && bytes.Equal(c, escape):
			if i == len(pattern) || pattern[i] != '%' && pattern[i] != '_' && !bytes.HasPrefix(pattern[i:], escape) {
				p.ok = false
				return p
			}
			_, size := utf8.DecodeRune(pattern[i:])
			piece = append(piece, pattern[i:i+size]...)
			i += size
		case c[0] == '%':
			if len(p.pieces) == 0 && piece == nil && !p.open[0] {
				p.open[0] = true
			} else if piece != nil {
				flush()
			}
			p.open[1] = i == len(pattern)
		case c[0] == '_':
			piece = append(piece, anyRune)
			hasAny, p.plain = true, false
		default:
			piece = append(piece, c...)
		}
	}
	if piece != nil {
		flush()
	}
	return p
}

// match reports whether s has the form of p.
func (p *likePattern) match(s []byte) bool {
	n := len(p.pieces)
	if n == 0 {
		return p.open[0] || len(s) == 0
	}
	first, last := 0, n
	if !p.open[0] {
		k := matchPiece(s, p.pieces[0])
		if k < 0 {
			return false
		}
		s = s[k:]
		first = 1
		if n == 1 && !p.open[1] {
			return len(s) == 0
		}
	}
	if !p.open[1] && last > first {
		last--
		at := suffixAt(s, p.pieces[last])
		if at < 0 {
			return false
		}
		s = s[:at]
	}
	for k := first; k < last; k++ {
		from, size := findPiece(s, p.pieces[k], p.any[k])
		if from < 0 {
			return false
		}
		s = s[from+size:]
	}
	return true
}

// matchPiece returns how many bytes of s the piece takes at its start, or -1.
func matchPiece(s, piece []byte) int {
	k := 0
	for _, c := range piece {
		if k == len(s) {
			return -1
		}
		if c == anyRune {
			_, size := utf8.DecodeRune(s[k:])
			k += size
			continue
		}
		if s[k] != c {
			return -1
		}
		k++
	}
	return k
}

// suffixAt returns where the piece stands at the end of s, or -1.
func suffixAt(s, piece []byte) int {
	k := len(s)
	for i := len(piece) - 1; i >= 0; i-- {
		if k == 0 {
			return -1
		}
		if piece[i] == anyRune {
			_, size := utf8.DecodeLastRune(s[:k])
			k -= size
			continue
		}
		k--
		if s[k] != piece[i] {
			return -1
		}
	}
	return k
}

// findPiece returns the first place of the piece in s and its length there.
func findPiece(s, piece []byte, hasAny bool) (at, size int) {
	if !hasAny {
		return bytes.Index(s, piece), len(piece)
	}
	for at = 0; at <= len(s); at++ {
		if size = matchPiece(s[at:], piece); size >= 0 {
			return at, size
		}
		for at+1 < len(s) && !utf8.RuneStart(s[at+1]) {
			at++
		}
	}
	return -1, 0
}

// buildLike compiles a constant pattern once; the frequent forms are compared
// without a matcher.
func buildLike(b *builder) (node, error) {
	fold := b.call.Fn == "ILIKE"
	pattern, constant := b.constantText(1)
	escape, hasEscape := "", len(b.args) == 3
	if hasEscape {
		var ok bool
		if escape, ok = b.constantText(2); !ok {
			constant = false
		}
	}
	if !constant {
		return predicate(b, matchAnyLike(fold)), nil
	}
	if hasEscape && utf8.RuneCountInString(escape) != 1 {
		return nil, typeErrorf(2, "", "Invalid escape character '%s'", escape)
	}
	if fold {
		pattern = string(bytes.ToLower([]byte(pattern)))
	}
	p := compileLike([]byte(pattern), []byte(escape))
	if !p.ok {
		return nil, typeErrorf(1, "", "Invalid escape sequence '%s'", pattern)
	}
	if fold {
		return predicate(b, func(c *kernelCall, rows, dst []int32) ([]int32, error) {
			var low []byte
			for _, i := range rows {
				if low = appendLower(low[:0], c.args[0].bytesAt(i)); p.match(low) {
					dst = append(dst, i)
				}
			}
			return dst, nil
		}), nil
	}
	return predicate(b, likeKernel(&p)), nil
}

// likeKernel is the loop for a constant pattern.
func likeKernel(p *likePattern) func(*kernelCall, []int32, []int32) ([]int32, error) {
	if !p.plain || len(p.pieces) != 1 {
		return func(c *kernelCall, rows, dst []int32) ([]int32, error) {
			for _, i := range rows {
				if p.match(c.args[0].bytesAt(i)) {
					dst = append(dst, i)
				}
			}
			return dst, nil
		}
	}
	word := p.pieces[0]
	return func(c *kernelCall, rows, dst []int32) ([]int32, error) {
		x := c.args[0]
		switch p.open {
		case [2]bool{false, false}:
			for _, i := range rows {
				if bytes.Equal(x.bytesAt(i), word) {
					dst = append(dst, i)
				}
			}
		case [2]bool{false, true}:
			for _, i := range rows {
				if bytes.HasPrefix(x.bytesAt(i), word) {
					dst = append(dst, i)
				}
			}
		case [2]bool{true, false}:
			for _, i := range rows {
				if bytes.HasSuffix(x.bytesAt(i), word) {
					dst = append(dst, i)
				}
			}
		default:
			for _, i := range rows {
				if bytes.Contains(x.bytesAt(i), word) {
					dst = append(dst, i)
				}
			}
		}
		return dst, nil
	}
}

// matchAnyLike is LIKE with a pattern that may differ by row.
func matchAnyLike(fold bool) func(*kernelCall, []int32, []int32) ([]int32, error) {
	var text, escape, low []byte
	var p likePattern
	known := false
	return func(c *kernelCall, rows, dst []int32) ([]int32, error) {
		for _, i := range rows {
			pattern, esc := c.args[1].bytesAt(i), []byte(nil)
			if len(c.args) == 3 {
				esc = c.args[2].bytesAt(i)
				if utf8.RuneCount(esc) != 1 {
					return dst, c.fail("Invalid escape character '%s'", esc)
				}
			}
			if !known || !bytes.Equal(pattern, text) || !bytes.Equal(esc, escape) {
				text, escape, known = append(text[:0], pattern...), append(escape[:0], esc...), true
				if fold {
					pattern = bytes.ToLower(pattern)
				}
				p = compileLike(bytes.Clone(pattern), escape)
			}
			if !p.ok {
				return dst, c.fail("Invalid escape sequence '%s'", pattern)
			}
			s := c.args[0].bytesAt(i)
			if fold {
				low = appendLower(low[:0], s)
				s = low
			}
			if p.match(s) {
				dst = append(dst, i)
			}
		}
		return dst, nil
	}
}

// appendLower appends s in lower case as Java's toLowerCase does.
func appendLower(dst, s []byte) []byte {
	if isASCII(s) {
		return appendFolded(dst, s, 'A')
	}
	return appendLowerUnicode(dst, s, 0)
}

func appendLowerUnicode(dst, s []byte, from int) []byte {
	for i := from; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[i])
		case r == 'İ':
			dst = append(dst, "i̇"...)
		case r == 'Σ' && finalSigma(s, i, i+size):
			dst = append(dst, "ς"...)
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
		i += size
	}
	return dst
}

// finalSigma reports a capital sigma at the end of a word.
func finalSigma(s []byte, from, to int) bool {
	before, _ := utf8.DecodeLastRune(s[:from])
	after, _ := utf8.DecodeRune(s[to:])
	return from > 0 && unicode.IsLetter(before) && !(to < len(s) && unicode.IsLetter(after))
}

// appendUpper appends s in upper case as Java's toUpperCase does.
func appendUpper(dst, s []byte) []byte {
	if isASCII(s) {
		return appendFolded(dst, s, 'a')
	}
	return appendUpperUnicode(dst, s)
}

// wideUppers are the characters whose upper case is several.
var wideUppers = map[rune]string{'ß': "SS", 'ŉ': "ʼN", 'ǰ': "J̌", 'ΐ': "Ϊ́", 'ΰ': "Ϋ́", 'և': "ԵՒ", 'ﬀ': "FF", 'ﬁ': "FI", 'ﬂ': "FL", 'ﬃ': "FFI", 'ﬄ': "FFL", 'ﬅ': "ST", 'ﬆ': "ST"}

func appendUpperUnicode(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[i])
		} else if w, ok := wideUppers[r]; ok {
			dst = append(dst, w...)
		} else {
			dst = utf8.AppendRune(dst, unicode.ToUpper(r))
		}
		i += size
	}
	return dst
}

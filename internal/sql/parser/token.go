package parser

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/sql/ast"
)

type tokenKind uint8

const (
	tokEOF     tokenKind = iota
	tokWord              // identifier or keyword without quotes
	tokQuoted            // `identifier`
	tokInt               // 42
	tokDecimal           // 1.5
	tokFloat             // 1e3
	tokString            // 'text', also U&'…', N'…', _UTF16'…', E'…'
	tokBinary            // X'ab'
	tokPunct             // operators and separators
	tokIllegal           // a character or literal which is wrong; msg says why
)

// token is a lexical element of the source.
type token struct {
	kind     tokenKind
	pos, end int
	text     string // word as written; identifier or string decoded; number; punctuation
	upper    string // tokWord: upper case
	msg      string // tokIllegal: what is wrong
	hint     string // tokIllegal: how to mend it
}

// lexer splits a source text into tokens. Comments and white space are dropped.
type lexer struct {
	src string
	pos int
}

// lex returns the tokens of src from a byte offset on, the last one tokEOF.
func lex(src string, from int) []token {
	lx := lexer{src: src, pos: from}
	toks := make([]token, 0, (len(src)-from)/5+8)
	for {
		t := lx.next()
		toks = append(toks, t)
		if t.kind == tokEOF {
			return toks
		}
	}
}

// two-character punctuation
var twoChars = map[string]bool{
	"<>": true, "<=": true, ">=": true, "!=": true, "||": true, "=>": true, "::": true,
	"->": true, "*/": true, "{-": true, "-}": true, "==": true, "&&": true, "<<": true,
}

// next returns the next token.
func (lx *lexer) next() token {
	if t, bad := lx.skipSpace(); bad {
		return t
	}
	start := lx.pos
	if start >= len(lx.src) {
		return token{kind: tokEOF, pos: len(lx.src), end: len(lx.src)}
	}
	c := lx.src[start]
	switch {
	case c == '\'':
		return lx.str(start, start, false)
	case c == '`':
		return lx.quoted(start)
	case c == '"':
		return lx.doubleQuoted(start)
	case isDigit(c) || c == '.' && start+1 < len(lx.src) && isDigit(lx.src[start+1]):
		return lx.number(start)
	}
	r, size := utf8.DecodeRuneInString(lx.src[start:])
	if ast.IdentStart(r) {
		return lx.word(start)
	}
	if strings.HasPrefix(lx.src[start:], "/*+") {
		return lx.punct(start, 3)
	}
	if start+2 <= len(lx.src) && twoChars[lx.src[start:start+2]] {
		return lx.punct(start, 2)
	}
	if strings.IndexByte("()[]{},;.+-*/%=<>?:|^$", c) >= 0 {
		return lx.punct(start, 1)
	}
	return lx.illegal(start, start+size, "unexpected character "+quoteRune(r), "")
}

func quoteRune(r rune) string {
	if unicode.IsPrint(r) {
		return "'" + string(r) + "'"
	}
	return "U+" + strings.ToUpper(hex(r))
}

func hex(r rune) string {
	const digits = "0123456789ABCDEF"
	b := []byte{}
	for shift := 28; shift >= 0; shift -= 4 {
		d := digits[r>>shift&15]
		if d != '0' || len(b) > 0 || shift < 16 {
			b = append(b, d)
		}
	}
	return string(b)
}

func (lx *lexer) punct(start, size int) token {
	lx.pos = start + size
	return token{kind: tokPunct, pos: start, end: lx.pos, text: lx.src[start:lx.pos]}
}

func (lx *lexer) illegal(start, end int, msg, hint string) token {
	lx.pos = end
	return token{kind: tokIllegal, pos: start, end: end, text: lx.src[start:end], msg: msg, hint: hint}
}

// skipSpace moves over white space and comments; an unterminated comment is a token.
func (lx *lexer) skipSpace() (token, bool) {
	for lx.pos < len(lx.src) {
		rest := lx.src[lx.pos:]
		switch {
		case rest[0] == ' ' || rest[0] == '\n' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\f':
			lx.pos++
		case strings.HasPrefix(rest, "--") || strings.HasPrefix(rest, "//"):
			i := strings.IndexByte(rest, '\n')
			if i < 0 {
				i = len(rest)
			}
			lx.pos += i
		case strings.HasPrefix(rest, "/*") && !strings.HasPrefix(rest, "/*+"):
			i := strings.Index(rest[2:], "*/")
			if i < 0 {
				start := lx.pos
				lx.pos = len(lx.src)
				return token{kind: tokIllegal, pos: start, end: start + 2, text: rest[:2],
					msg: "the comment is not closed", hint: "end it with */"}, true
			}
			lx.pos += 2 + i + 2
		case strings.HasPrefix(rest, "\ufeff") || strings.HasPrefix(rest, "\u00a0"):
			_, n := utf8.DecodeRuneInString(rest) // byte order mark, no-break space
			lx.pos += n
		default:
			return token{}, false
		}
	}
	return token{}, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// word reads an identifier or keyword, or a literal with a prefix: X'…', U&'…'.
func (lx *lexer) word(start int) token {
	i := start
	for i < len(lx.src) {
		r, size := utf8.DecodeRuneInString(lx.src[i:])
		if !ast.IdentStart(r) && !unicode.IsDigit(r) {
			break
		}
		i += size
	}
	lx.pos = i
	text := lx.src[start:i]
	if i < len(lx.src) && (lx.src[i] == '\'' || lx.src[i] == '&') {
		if t, ok := lx.prefixed(start, text); ok {
			return t
		}
	}
	return token{kind: tokWord, pos: start, end: i, text: text, upper: strings.ToUpper(text)}
}

// prefixed reads a literal whose prefix has just been read.
func (lx *lexer) prefixed(start int, prefix string) (token, bool) {
	rest := lx.src[lx.pos:]
	switch p := strings.ToUpper(prefix); {
	case p == "X" && rest[0] == '\'':
		return lx.binary(start), true
	case p == "U" && strings.HasPrefix(rest, "&'"):
		lx.pos++
		return lx.unicodeString(start), true
	case (p == "N" || p[0] == '_' && len(p) > 1) && rest[0] == '\'':
		return lx.str(start, lx.pos, false), true
	case p == "E" && rest[0] == '\'':
		return lx.str(start, lx.pos, true), true
	}
	return token{}, false
}

// str reads a string literal whose opening quote is at open. With escapes set,
// backslashes work as in C.
func (lx *lexer) str(start, open int, escapes bool) token {
	var b strings.Builder
	from := open + 1
	for i := from; i < len(lx.src); i++ {
		switch c := lx.src[i]; {
		case c == '\\' && escapes && i+1 < len(lx.src):
			b.WriteString(lx.src[from:i])
			i++
			b.WriteByte(cEscape(lx.src[i]))
			from = i + 1
		case c != '\'':
		case i+1 < len(lx.src) && lx.src[i+1] == '\'':
			b.WriteString(lx.src[from : i+1])
			i++
			from = i + 1
		default:
			lx.pos = i + 1
			text := lx.src[from:i]
			if b.Len() > 0 {
				b.WriteString(text)
				text = b.String()
			}
			return token{kind: tokString, pos: start, end: i + 1, text: text}
		}
	}
	t := lx.illegal(start, len(lx.src), "the string is not closed", "end it with a single quote; a quote inside is written twice: 'it''s'")
	t.end = firstLine(lx.src, start)
	return t
}

func cEscape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	}
	return c
}

// firstLine returns the end of the line which start is on.
func firstLine(src string, start int) int {
	if i := strings.IndexByte(src[start:], '\n'); i >= 0 {
		return start + i
	}
	return len(src)
}

// binary reads X'…'.
func (lx *lexer) binary(start int) token {
	t := lx.str(start, lx.pos, false)
	if t.kind != tokString {
		return t
	}
	t.text = strings.ToUpper(t.text)
	for i := range len(t.text) {
		if !isHex(t.text[i]) {
			return lx.illegal(start, t.end, "a binary literal holds hexadecimal digits only", "")
		}
	}
	if len(t.text)%2 != 0 {
		return lx.illegal(start, t.end, "a binary literal needs an even number of hexadecimal digits", "")
	}
	t.kind = tokBinary
	return t
}

// unicodeString reads U&'…' [UESCAPE 'c'] and resolves \XXXX and \+XXXXXX.
func (lx *lexer) unicodeString(start int) token {
	t := lx.str(start, lx.pos, false)
	if t.kind != tokString {
		return t
	}
	escape := byte('\\')
	behind := *lx
	if w := behind.next(); w.kind == tokWord && w.upper == "UESCAPE" {
		c := behind.next()
		if c.kind != tokString || len(c.text) != 1 || isHex(c.text[0]) || strings.Contains("+' \n\t", c.text) {
			return lx.illegal(w.pos, c.end, "UESCAPE needs a string of one character", "it can be any ASCII character but a hexadecimal digit, '+', a quote or a space")
		}
		*lx, escape, t.end = behind, c.text[0], c.end
	}
	text, ok := unescapeUnicode(t.text, escape)
	if !ok {
		return lx.illegal(start, t.end, "wrong escape in a Unicode string", `write \XXXX with four hexadecimal digits, or \\ for a backslash`)
	}
	t.text = text
	return t
}

func unescapeUnicode(s string, escape byte) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != escape {
			b.WriteByte(s[i])
			continue
		}
		rest := s[i+1:]
		digits := 4
		switch {
		case rest != "" && rest[0] == escape:
			b.WriteByte(escape)
			i++
			continue
		case rest != "" && rest[0] == '+':
			digits, rest = 6, rest[1:]
			i++
		}
		if len(rest) < digits {
			return "", false
		}
		r := rune(0)
		for _, c := range []byte(rest[:digits]) {
			if !isHex(c) {
				return "", false
			}
			r = r<<4 | rune(strings.IndexByte("0123456789ABCDEF", upperByte(c)))
		}
		if !utf8.ValidRune(r) {
			return "", false
		}
		b.WriteRune(r)
		i += digits
	}
	return b.String(), true
}

func upperByte(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// quoted reads `identifier`.
func (lx *lexer) quoted(start int) token {
	for i := start + 1; i < len(lx.src) && lx.src[i] != '\n'; i++ {
		if lx.src[i] != '`' {
			continue
		}
		if i+1 < len(lx.src) && lx.src[i+1] == '`' {
			i++
			continue
		}
		name := strings.ReplaceAll(lx.src[start+1:i], "``", "`")
		if name == "" {
			return lx.illegal(start, i+1, "an identifier is empty", "write a name between the back-ticks")
		}
		lx.pos = i + 1
		return token{kind: tokQuoted, pos: start, end: i + 1, text: name}
	}
	return lx.illegal(start, firstLine(lx.src, start), "the quoted identifier is not closed", "end it with a back-tick")
}

// doubleQuoted refuses "identifier".
func (lx *lexer) doubleQuoted(start int) token {
	line := lx.src[start+1 : firstLine(lx.src, start)]
	i := strings.IndexByte(line, '"')
	if i <= 0 {
		return lx.illegal(start, start+1, `unexpected character '"'`, "strings stand in single quotes, identifiers in back-ticks")
	}
	name := line[:i]
	return lx.illegal(start, start+i+2, "double quotes do not quote anything here",
		"a string is "+ast.QuoteString(name)+", an identifier `"+name+"`")
}

// number reads an integer, decimal or float.
func (lx *lexer) number(start int) token {
	i := start
	digits := func() {
		for i < len(lx.src) && isDigit(lx.src[i]) {
			i++
		}
	}
	kind := tokInt
	digits()
	if i < len(lx.src) && lx.src[i] == '.' {
		kind = tokDecimal
		i++
		digits()
	}
	if i < len(lx.src) && (lx.src[i] == 'e' || lx.src[i] == 'E') {
		mantissa := i
		i++
		if i < len(lx.src) && (lx.src[i] == '+' || lx.src[i] == '-') {
			i++
		}
		exponent := i
		digits()
		if i == exponent {
			i = mantissa
		} else {
			kind = tokFloat
		}
	}
	if r, _ := utf8.DecodeRuneInString(lx.src[i:]); i < len(lx.src) && ast.IdentStart(r) {
		word := lx.word(i)
		return lx.illegal(start, word.end, "a number runs into a word", "put a space between them, or write the name in back-ticks: `"+lx.src[start:word.end]+"`")
	}
	lx.pos = i
	return token{kind: kind, pos: start, end: i, text: lx.src[start:i]}
}

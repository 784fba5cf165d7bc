package parser

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
)

// TokenKind says what a Token is.
type TokenKind uint8

// The kinds of tokens.
const (
	WordToken    TokenKind = iota // identifier or keyword
	QuotedToken                   // `identifier`
	NumberToken                   // 42, 1.5, 1e3
	StringToken                   // 'text' and its variants, X'ab'
	CommentToken                  // -- …, // …, /* … */
	PunctToken                    // operators and separators, /*+ too
	IllegalToken                  // a character that belongs to nothing
)

// Token is a piece of a text, for those who colour, complete or cut it.
type Token struct {
	Kind     TokenKind
	Pos, End int    // byte range
	Text     string // of a word as written, decoded of an identifier or string, else as it stands
	Open     bool   // a string, quoted identifier or comment that is not closed
}

// Is reports a word, in any case, that no back-ticks quote.
func (t Token) Is(word string) bool {
	return t.Kind == WordToken && strings.EqualFold(t.Text, word)
}

// IsPunct reports punctuation.
func (t Token) IsPunct(s string) bool { return t.Kind == PunctToken && t.Text == s }

// Tokens splits any text; white space alone is left out. It never fails: what is wrong is a token too.
func Tokens(src string) []Token {
	lx := lexer{src: src}
	var out []Token
	for {
		from := lx.pos
		space := lx
		space.skipSpace()
		t := lx.next()
		if t.kind == tokIllegal {
			t.pos = min(t.pos, space.pos) // a message may point into the token
		}
		out = appendComments(out, src, from, t.pos)
		if t.kind == tokEOF {
			return out
		}
		out = append(out, exported(src, t, lx.pos))
	}
}

// exported is t as a Token; next is where the lexer goes on.
func exported(src string, t token, next int) Token {
	out := Token{Pos: t.pos, End: t.end, Text: t.text}
	switch t.kind {
	case tokWord:
		out.Kind = WordToken
	case tokQuoted:
		out.Kind = QuotedToken
	case tokInt, tokDecimal, tokFloat:
		out.Kind = NumberToken
	case tokString, tokBinary:
		out.Kind = StringToken
	case tokPunct:
		out.Kind = PunctToken
	default:
		out.End, out.Kind = next, IllegalToken
		switch src[t.pos] {
		case '/':
			out.Kind, out.Open = CommentToken, true
		case '`':
			out.Kind, out.Open = QuotedToken, !strings.HasSuffix(src[t.pos+1:next], "`")
		default:
			if strings.HasPrefix(t.msg, "the string is not closed") {
				out.Kind, out.Open = StringToken, true
			}
		}
		out.Text = src[out.Pos:out.End]
	}
	return out
}

// appendComments appends the comments between two tokens.
func appendComments(out []Token, src string, from, to int) []Token {
	for from < to {
		rest := src[from:to]
		n := 1
		switch {
		case strings.HasPrefix(rest, "--") || strings.HasPrefix(rest, "//"):
			if n = strings.IndexByte(rest, '\n'); n < 0 {
				n = len(rest)
			}
		case strings.HasPrefix(rest, "/*"):
			if n = strings.Index(rest[2:], "*/") + 4; n < 4 {
				n = len(rest)
			}
		default:
			from++
			continue
		}
		out = append(out, Token{Kind: CommentToken, Pos: from, End: from + n, Text: rest[:n]})
		from += n
	}
	return out
}

// Piece is a statement of a script before it is parsed, without its semicolon.
type Piece struct {
	ast.Span
	Closed bool // a semicolon follows
}

// Split cuts a script at the semicolons that end statements: not those in strings, comments, or between BEGIN and END of
// EXECUTE STATEMENT SET. Pieces without code are left out.
func Split(src string) []Piece {
	var out []Piece
	var code []Token // of the piece
	sets := 0
	for _, t := range Tokens(src) {
		if t.Kind == CommentToken && !t.Open {
			continue
		}
		n := len(code)
		switch {
		case t.Is("BEGIN") && n > 1 && code[n-1].Is("SET") && code[n-2].Is("STATEMENT"):
			sets++
		case t.Is("END") && sets > 0 && (code[n-1].IsPunct(";") || code[n-1].Is("BEGIN")):
			sets--
		case t.IsPunct(";") && sets == 0:
			if n > 0 {
				out = append(out, Piece{ast.Span{Pos: code[0].Pos, End: code[n-1].End}, true})
			}
			code = code[:0]
			continue
		}
		code = append(code, t)
	}
	if n := len(code); n > 0 {
		out = append(out, Piece{ast.Span{Pos: code[0].Pos, End: code[n-1].End}, false})
	}
	return out
}

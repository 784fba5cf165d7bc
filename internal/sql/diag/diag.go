// Package diag is the one form in which SQL errors reach a user: what is wrong,
// where in the text, and how to mend it. The parser and the binder make Errors;
// Render shows one with its source line and a caret under the spot.
package diag

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a mistake at a place of a SQL text.
type Error struct {
	Pos, End int    // byte range in the source; End <= Pos marks the single place Pos
	Line     int    // of Pos, from 1; 0 until Locate
	Col      int    // of Pos, in characters from 1; 0 until Locate
	Kind     string // "syntax error", "unknown column", …
	Msg      string // one sentence without a full stop
	Hint     string // how to mend it; may be empty
}

// Error reads "3:15: syntax error: unexpected ')', expected an expression".
func (e *Error) Error() string {
	s := e.Msg
	if e.Kind != "" {
		s = e.Kind + ": " + s
	}
	if e.Line > 0 {
		s = fmt.Sprintf("%d:%d: %s", e.Line, e.Col, s)
	}
	return s
}

// Locate sets Line and Col from Pos in src and returns e.
func (e *Error) Locate(src string) *Error {
	e.Line, e.Col = LineCol(src, e.Pos)
	return e
}

// LineCol returns the line and the column of a byte offset, both from 1. Columns
// count characters.
func LineCol(src string, pos int) (line, col int) {
	pos = min(max(pos, 0), len(src))
	start := strings.LastIndexByte(src[:pos], '\n') + 1
	return strings.Count(src[:start], "\n") + 1, utf8.RuneCountInString(src[start:pos]) + 1
}

// Width of the part of a long source line which is shown, in characters, and how
// much of it stands before the caret.
const (
	snippetWidth = 120
	snippetLead  = 60
)

// Render shows err with the line of src it points to:
//
//	1:15: syntax error: unexpected ')', expected an expression
//	  1 | SELECT count(a,) FROM t
//	    |                ^
//	  hint: …
//
// An error which is not an *Error is shown as its text alone. There is no newline
// at the end.
func Render(src string, err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if e.Line == 0 {
		located := *e
		e = located.Locate(src)
	}
	var b strings.Builder
	b.WriteString(e.Error())
	if line, caret := snippet(src, e); line != "" {
		number := fmt.Sprint(e.Line)
		fmt.Fprintf(&b, "\n  %s | %s\n  %*s | %s", number, line, len(number), "", caret)
	}
	if e.Hint != "" {
		b.WriteString("\n  hint: " + e.Hint)
	}
	return b.String()
}

// snippet returns the source line of e and the carets under it.
func snippet(src string, e *Error) (line, caret string) {
	pos := min(max(e.Pos, 0), len(src))
	from := strings.LastIndexByte(src[:pos], '\n') + 1
	to := len(src)
	if i := strings.IndexByte(src[from:], '\n'); i >= 0 {
		to = from + i
	}
	chars := []rune(strings.TrimRight(src[from:to], "\r"))
	at := utf8.RuneCountInString(src[from:pos])
	width := 1
	if e.End > pos {
		width = utf8.RuneCountInString(src[pos:min(e.End, to, len(src))])
	}
	prefix, suffix := "", ""
	if len(chars) > snippetWidth {
		cut := max(0, at-snippetLead)
		if cut > 0 {
			prefix = "…"
		}
		chars, at = chars[min(cut, len(chars)):], at-cut
		if len(chars) > snippetWidth {
			chars, suffix = chars[:snippetWidth], "…"
		}
	}
	width = max(1, min(width, len(chars)-at))
	pad := make([]rune, 0, at)
	for i := range at { // tabs keep their width
		if i < len(chars) && chars[i] == '\t' {
			pad = append(pad, '\t')
		} else {
			pad = append(pad, ' ')
		}
	}
	if prefix != "" {
		pad = append([]rune{' '}, pad...)
	}
	return prefix + string(chars) + suffix, string(pad) + strings.Repeat("^", width)
}

// Nearest returns the word of candidates closest to word, or "" if none is close:
// at most one edit for words of three or four letters, two beyond (an exchange of
// neighbours is one edit). Case does not matter.
func Nearest(word string, candidates []string) string {
	best, bestDist := "", 2
	switch n := len(word); {
	case n < 3 || n > 64:
		return ""
	case n > 4:
		bestDist = 3
	}
	w := strings.ToLower(word)
	for _, c := range candidates {
		if abs(len(c)-len(w)) >= bestDist {
			continue
		}
		if d := distance(w, strings.ToLower(c)); d < bestDist {
			best, bestDist = c, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, replacements and exchanges of
// neighbours between a and b.
func distance(a, b string) int {
	before := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func abs(n int) int { return max(n, -n) }

package tableau

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Width is how many cells of a terminal a text takes: a Chinese character two, an accent that follows its letter none.
func Width(text []byte) int {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return i + uniseg.StringWidth(string(text[i:]))
		}
	}
	return len(text)
}

// Cut is the beginning of a text that takes at most so many cells, and ends with "…" if it is not the whole.
func Cut(text string, cells int) string {
	if len(text) <= cells || Width([]byte(text)) <= cells {
		return text
	}
	if cells <= 0 {
		return ""
	}
	end, used := 0, 1 // the ellipsis
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if used += g.Width(); used > cells {
			break
		}
		_, end = g.Positions()
	}
	return text[:end] + "…"
}

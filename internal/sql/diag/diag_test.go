package diag

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	src := "SELECT a\n\tFROM größe, 日本\nWHERE x"
	at := func(word string) *Error {
		pos := strings.Index(src, word)
		return &Error{Pos: pos, End: pos + len(word), Kind: "unknown table", Msg: "there is no table " + word, Hint: "create it"}
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{at("größe"), "2:7: unknown table: there is no table größe\n  2 | \tFROM größe, 日本\n    | \t     ^^^^^\n  hint: create it"},
		{fmt.Errorf("planning: %w", at("日本")), "2:14: unknown table: there is no table 日本\n  2 | \tFROM größe, 日本\n    | \t            ^^\n  hint: create it"},
		{&Error{Pos: len(src), Msg: "the end"}, "3:8: the end\n  3 | WHERE x\n    |        ^"},
		{&Error{Pos: 7, End: 20, Msg: "over the line"}, "1:8: over the line\n  1 | SELECT a\n    |        ^"},
		{&Error{Pos: 1000, End: 2000, Msg: "outside"}, "3:8: outside\n  3 | WHERE x\n    |        ^"},
		{&Error{Pos: -5, Msg: "before"}, "1:1: before\n  1 | SELECT a\n    | ^"},
		{errors.New("plain"), "plain"},
	} {
		if got := Render(src, test.err); got != test.want {
			t.Errorf("got\n%s\nwant\n%s", got, test.want)
		}
	}
	if got := Render("", &Error{Msg: "empty"}); got != "1:1: empty" {
		t.Errorf("of an empty text: %q", got)
	}
}

func TestLocateOnce(t *testing.T) {
	e := (&Error{Pos: 3, Msg: "m"}).Locate("a\nbc")
	if e.Error() != "2:2: m" {
		t.Errorf("got %s", e.Error())
	}
	if got := Render("other text", e); !strings.HasPrefix(got, "2:2: m") {
		t.Errorf("Render moved the error: %s", got)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"SELECT", "FROM", "WHERE", "AS", "ON", "ORDER"}
	for word, want := range map[string]string{
		"selct": "SELECT", "SLEECT": "SELECT", "form": "FROM", "whre": "WHERE", "oder": "ORDER",
		"a": "", "bb": "", "abc": "", "fr": "", "completely": "", "orders_of": "", "from": "FROM",
		strings.Repeat("x", 1000): "",
	} {
		if got := Nearest(word, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

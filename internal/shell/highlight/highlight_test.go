package highlight

import (
	"regexp"
	"strings"
	"testing"
)

var escape = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestSQL(t *testing.T) {
	s := Schema{Keyword: "K", Quoted: "Q", String: "S", Number: "N", Comment: "C", Hint: "H"}
	for text, want := range map[string]string{
		"SELECT a FROM `b`":          "<K SELECT> a <K FROM> <Q `b`>",
		"select 1.5, 'x;\ny' -- c":   "<K select> <N 1.5>, <S 'x;>\n<S y'> <C -- c>",
		"FROM t /*+ OPTIONS('a') */": "<K FROM> t <H /*+> <H OPTIONS><H (><H 'a'><H )> <H */>",
		"'open":                      "<S 'open>",
	} {
		got := SQL(text, s)
		got = regexp.MustCompile("\x1b\\[([A-Z])m").ReplaceAllString(got, "<$1 ")
		got = strings.ReplaceAll(got, "\x1b[0m", ">")
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// Colours change nothing but colours.
func FuzzSQL(f *testing.F) {
	f.Add("SELECT 'a' /* b\n */ FROM `c` /*+ d */")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\x1b") {
			return
		}
		if got := escape.ReplaceAllString(SQL(text, Schemas["DARK"]), ""); got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}

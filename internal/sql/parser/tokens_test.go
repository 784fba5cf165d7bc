package parser

import (
	"slices"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	src := "SELECT 'a;''b' -- c;\nFROM `t x` /* d */ WHERE \"q\" /*+ h(1.5) */ 'open"
	var got []string
	for _, k := range Tokens(src) {
		text := src[k.Pos:k.End]
		if k.Open {
			text += " (open)"
		}
		got = append(got, text)
	}
	want := []string{"SELECT", "'a;''b'", "-- c;", "FROM", "`t x`", "/* d */", "WHERE", `"q"`, "/*+", "h", "(", "1.5", ")", "*/", "'open (open)"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSplit(t *testing.T) {
	for src, want := range map[string][]string{
		"a; b ;;\n-- c;\n;":                       {"a", "b"},
		"SELECT ';' AS `;`, 'it''s;' -- ;\n; b":   {"SELECT ';' AS `;`, 'it''s;'", "b"},
		"SELECT CASE WHEN a THEN b END; SELECT 2": {"SELECT CASE WHEN a THEN b END", "SELECT 2"},
		"BEGIN STATEMENT SET; a; END; b":          {"BEGIN STATEMENT SET", "a", "END", "b"},
		"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END AS y FROM z; INSERT INTO b SELECT 1; END; SELECT 3": {
			"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END AS y FROM z; INSERT INTO b SELECT 1; END", "SELECT 3"},
		"'open;": {"'open;"},
		"/*":     {"/*"},
		"END;":   {"END"},
	} {
		var got []string
		for _, p := range Split(src) {
			got = append(got, src[p.Pos:p.End])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q\ngot  %q\nwant %q", src, got, want)
		}
	}
}

// Tokens are in order, inside of the text and do not overlap; what is between them is white space.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"a;b", "/* x", "'a", "`a", "U&'\\00' UESCAPE", "X'1'", "\"a\"", "-- a\n// b", "1e5x", "/*+ */", "STATEMENT SET BEGIN a; END; 'x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		at := 0
		for _, k := range Tokens(src) {
			if k.Pos < at || k.End <= k.Pos || k.End > len(src) {
				t.Fatalf("%q: token %+v after %d", src, k, at)
			}
			if between := strings.Trim(src[at:k.Pos], " \n\t\r\f\ufeff\u00a0"); between != "" {
				t.Fatalf("%q: %q is in no token", src, between)
			}
			at = k.End
		}
		for _, p := range Split(src) {
			if p.Pos >= p.End {
				t.Fatalf("%q: an empty piece", src)
			}
		}
	})
}

package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/doctor/rules"
)

// sentences are the formats that rules and reports say, from the source.
func sentences(t *testing.T) []string {
	t.Helper()
	paths, _ := filepath.Glob("../rules/*.go")
	own, _ := filepath.Glob("*.go")
	seen := map[string]bool{}
	for _, path := range append(paths, own...) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING && slices.Contains([]string{"say", "because", "remedy", "expect", "notAssessed"}, name) {
				text, _ := strconv.Unquote(lit.Value)
				seen[text] = true
			}
			return true
		})
	}
	for _, r := range rules.Table() {
		seen[r.Title] = true
	}
	for _, severity := range []rules.Severity{rules.Info, rules.Warning, rules.Critical} {
		seen[severity.String()] = true
	}
	var out []string
	for s := range seen {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

var verb = regexp.MustCompile(`%[-+ #0]*[0-9]*(\.[0-9]+)?(\[\d+\])?[a-zA-Z%]`)

// plain are sentences that are keys, SQL or names only: the same in any language.
var plain = regexp.MustCompile(`^[\x00-\x7f…×·]*$`)

// Every sentence has its Chinese one, with the same figures in the same order, and
// no translation is left over.
func TestChinese(t *testing.T) {
	all := sentences(t)
	for _, s := range all {
		zh, ok := chinese[s]
		if !ok {
			if !universal(s) {
				t.Errorf("no Chinese for %q", s)
			}
			continue
		}
		if a, b := verb.FindAllString(s, -1), verb.FindAllString(zh, -1); !slices.Equal(a, b) {
			t.Errorf("%q has %v, its translation %v", s, a, b)
		}
	}
	for s := range chinese {
		if !slices.Contains(all, s) {
			t.Errorf("nobody says %q", s)
		}
	}
}

// keyOnly is a sentence of keys and values: "a.b: c; d.e: f", SET, a bare figure.
var keyOnly = regexp.MustCompile(`^(SET '|'|[a-z][\w.-]*\.[\w.-]+:|%s$|%s: %s$|%s; |/proc/|cpu\.stat; limit|memory\.events|Status\.|[a-zA-Z]+ %\.0f|[a-zA-Z]+ \+%)`)

func universal(s string) bool {
	return plain.MatchString(s) && keyOnly.MatchString(s) && !strings.Contains(s, " or ") && !strings.Contains(s, " is ") && !strings.Contains(s, ", so ") && !strings.Contains(s, " from ") && !strings.Contains(s, "remove")
}

// run is a stretch of English: four words and more that only blanks part.
var run = regexp.MustCompile(`(?:\b[a-z]{2,}[,;:]? ){3,}[a-z]{2,}\b`)

// english finds English sentences in a text; what machines said is quoted in it and
// is English in any language.
func english(text string) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		for _, hit := range run.FindAllString(line, -1) {
			out = append(out, hit)
		}
	}
	return out
}

// constants are the strings that rules and readers put into sentences: why a setting
// is dangerous, why a part could not be read.
func constants(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"../rules", "..", "../flinkrest", "../kuberead", "../nodeinfo", "../promread"} {
		paths, _ := filepath.Glob(dir + "/*.go")
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit: // a row of the dangers
					if len(n.Elts) == 5 && dir == "../rules" {
						for _, e := range n.Elts[3:] {
							if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
								text, _ := strconv.Unquote(lit.Value)
								out = append(out, text)
							}
						}
					}
				case *ast.CallExpr:
					f, ok := n.Fun.(*ast.SelectorExpr)
					if !ok || !slices.Contains([]string{"Miss", "miss", "missOf"}, f.Sel.Name) {
						return true
					}
					ast.Inspect(n, func(n ast.Node) bool {
						if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
							text, _ := strconv.Unquote(lit.Value)
							out = append(out, fill(text))
						}
						return true
					})
				}
				return true
			})
		}
	}
	return out
}

// fill puts something into the places of a format.
func fill(format string) string {
	return strings.NewReplacer("%d", "7", "%s", "x.log", "%w", "/a answered 500 Internal Server Error").Replace(format)
}

// No English sentence is left in a Chinese report: neither in what rules say nor in
// the reasons why something could not be read.
func TestNoEnglishLeaks(t *testing.T) {
	for _, s := range constants(t) {
		if left := english(Chinese.word(s)); len(left) > 0 {
			t.Errorf("%q stays English: %q", s, left)
		}
	}
	for _, s := range sentences(t) {
		if left := english(Chinese.text(rules.Text{Format: s})); len(left) > 0 {
			t.Errorf("%q stays English: %q", s, left)
		}
	}
}

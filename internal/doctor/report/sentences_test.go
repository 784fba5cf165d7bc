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
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING && slices.Contains([]string{"say", "because", "remedy", "expect"}, name) {
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

package parser

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/sql/ast"
)

// TestStories runs testdata/stories/*. The commands:
//
//	accept   a script; prints each statement as Format writes it
//	reject   a script with a mistake; prints the rendered error
//	expr     one expression a line; prints it with the parentheses it needs, or the error
//	group    one expression a line; prints it with all parentheses
//	tree     a script; prints the tree of each statement
//	type     one data type a line
//
// Whatever parses must also survive the round trip through Format, and the text in
// the range of each expression must parse to that expression.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "accept":
				return accept(t, d, func(s ast.Statement) string { return ast.Format(s) })
			case "tree":
				return accept(t, d, func(s ast.Statement) string { return ast.Dump(s) })
			case "reject":
				stmts, err := ParseScript(d.Input)
				if err == nil {
					d.Fatalf(t, "accepted: %s", ast.Format(stmts[len(stmts)-1]))
				}
				return Render(d.Input, err)
			case "expr":
				return perLine(d.Input, func(line string) string { return exprStory(t, d, line, ast.Format) })
			case "group":
				return perLine(d.Input, func(line string) string { return exprStory(t, d, line, grouped) })
			case "type":
				return perLine(d.Input, func(line string) string {
					dt, err := ParseType(line)
					if err != nil {
						return Render(line, err)
					}
					return ast.Format(dt)
				})
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

func accept(t *testing.T, d *datadriven.TestData, show func(ast.Statement) string) string {
	stmts, err := ParseScript(d.Input)
	if err != nil {
		d.Fatalf(t, "%s", Render(d.Input, err))
	}
	var b strings.Builder
	for _, s := range stmts {
		checkRoundTrip(t, s)
		checkSpans(t, d.Input, s)
		b.WriteString(show(s) + "\n")
	}
	return b.String()
}

func perLine(input string, f func(string) string) string {
	var b strings.Builder
	for line := range strings.Lines(input) {
		b.WriteString(f(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}

func exprStory(t *testing.T, d *datadriven.TestData, line string, show func(ast.Node) string) string {
	x, err := ParseExpr(line)
	if err != nil {
		return Render(line, err)
	}
	out := ast.Format(x)
	again, err := ParseExpr(out)
	if err != nil {
		d.Fatalf(t, "formatted %s: %s", line, Render(out, err))
	}
	if !ast.Equal(x, again) {
		d.Fatalf(t, "%s was formatted as %s\n%s\n%s", line, out, ast.Dump(x), ast.Dump(again))
	}
	checkSpans(t, line, x)
	return show(x)
}

// grouped shows how an expression was grouped.
func grouped(n ast.Node) string {
	paren := func(parts ...string) string { return "(" + strings.Join(parts, " ") + ")" }
	switch x := n.(type) {
	case *ast.Binary:
		return paren(grouped(x.L), string(x.Op), grouped(x.R))
	case *ast.Unary:
		return paren(string(x.Op), grouped(x.X))
	case *ast.Is:
		return paren(grouped(x.X), "IS", string(x.Test))
	case *ast.IsDistinct:
		return paren(grouped(x.L), "DISTINCT", grouped(x.R))
	case *ast.Between:
		return paren(grouped(x.X), "BETWEEN", grouped(x.Lo), "AND", grouped(x.Hi))
	case *ast.Like:
		return paren(grouped(x.X), "LIKE", grouped(x.Pattern))
	case *ast.In:
		return paren(grouped(x.X), "IN …")
	case *ast.Index:
		return paren(grouped(x.X), "[", grouped(x.At), "]")
	}
	return ast.Format(n)
}

func checkRoundTrip(t *testing.T, s ast.Statement) {
	t.Helper()
	text := ast.Format(s)
	again, err := ParseStatement(text)
	if err != nil {
		t.Fatalf("Format wrote what does not parse: %s", Render(text, err))
	}
	if !ast.Equal(s, again) {
		t.Fatalf("Format changed the tree of %s\nfrom %s\n  to %s", text, ast.Dump(s), ast.Dump(again))
	}
}

// checkSpans checks that nodes lie within their parents and that the text of an
// expression parses to it.
func checkSpans(t *testing.T, src string, root ast.Node) {
	t.Helper()
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		r := n.Range()
		if r.Pos < 0 || r.End < r.Pos || r.End > len(src) {
			t.Fatalf("%T has the range %v in a text of %d bytes", n, r, len(src))
		}
		if r.Pos == r.End { // what the parser added, as the BOTH of TRIM
			return false
		}
		text := src[r.Pos:r.End]
		switch n := n.(type) {
		case *ast.Set, *ast.Reset: // may hold text without quotes
			return false
		case *ast.Symbol, *ast.TableArg, *ast.ModelArg, *ast.NamedArg, *ast.Star, *ast.FormatJSON, *ast.Descriptor:
		case ast.Expr:
			if _, ok := n.(*ast.ScalarSubquery); ok && text[0] != '(' { // f(SELECT 1)
				break
			}
			x, err := ParseExpr(text)
			if err != nil {
				t.Fatalf("the range of %s holds %q: %v", ast.Format(n), text, err)
			}
			if ast.Format(n) != ast.Format(x) {
				t.Fatalf("the range of %s holds %q, which is %s", ast.Format(n), text, ast.Format(x))
			}
		case *ast.DataType:
			x, err := ParseType(text)
			if err != nil || !ast.Equal(n, x) {
				t.Fatalf("the range of type %s holds %q: %v", ast.Format(n), text, err)
			}
		case *ast.Ident:
			if strings.ReplaceAll(strings.Trim(text, "`"), "``", "`") != n.Name && !strings.EqualFold(text, n.Name) && n.Name != "CEIL" && n.Name != "MINUS_DATE" && n.Name != escapedNames[strings.ToUpper(text)] {
				t.Fatalf("the range of identifier %s holds %q", n.Name, text)
			}
		}
		return true
	})
}

// TestRepositorySQL parses every SQL file of this repository: the Nexmark queries,
// the examples and the jobs compared with Flink.
func TestRepositorySQL(t *testing.T) {
	files := 0
	for _, dir := range []string{"bench", "compat", "examples"} {
		root := filepath.Join("../../..", dir)
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".sql" {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			// The places that benchmarks fill in.
			src := strings.NewReplacer("${NEXMARK_TABLE}", "nexmark_table", "${SINK}", "'connector' = 'blackhole'").Replace(string(data))
			stmts, err := ParseScript(src)
			if strings.HasPrefix(filepath.Base(path), "refused_") || strings.Contains(src, "-- limit: ") {
				return nil // parsed or not, without a panic
			}
			if err != nil {
				t.Errorf("%s:%s", path, Render(src, err))
			}
			for _, s := range stmts {
				checkRoundTrip(t, s)
				checkSpans(t, src, s)
			}
			files++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 24 {
		t.Fatalf("only %d SQL files were found", files)
	}
}

// TestDepth checks that no nesting overflows the stack or takes exponential time.
func TestDepth(t *testing.T) {
	for _, part := range []struct {
		before, middle, after string
		chain                 bool // makes no recursion, but a deep tree
	}{
		{"SELECT ", "(", "", false},
		{"SELECT ", "NOT ", "", false},
		{"SELECT ", "- ", "", false},
		{"SELECT ", "f(", "", false},
		{"SELECT ", "CASE WHEN ", "", false},
		{"SELECT ", "ARRAY[", "", false},
		{"SELECT ", "(SELECT ", "", false},
		{"SELECT * FROM ", "(", "", false},
		{"SELECT * FROM ", "((SELECT * FROM ", "", false},
		{"SELECT * FROM ", "(SELECT * FROM ", "", false},
		{"", "(", "SELECT 1", false},
		{"", "WITH a AS (", "", false},
		{"SELECT CAST(a AS ", "ARRAY<", "", false},
		{"SELECT CAST(a AS INT ", "ARRAY ", ")", true},
		{"SELECT a", "[1]", "", true},
		{"SELECT a", " + 1", "", true},
		{"SELECT a", " IS NULL", "", true},
		{"SELECT 1", " UNION SELECT 1", "", true},
		{"SELECT * FROM a", " CROSS JOIN a", "", true},
		{"SELECT * FROM a", ", a", "", true},
		{"SELECT * FROM t MATCH_RECOGNIZE (PATTERN (", "(", "", false},
		{"SELECT 1 FROM t GROUP BY ", "ROLLUP (", "", false},
		{"", "EXPLAIN ", "", false},
	} {
		n := 4 * maxDepth
		if part.chain {
			n = maxOperators + 10
		}
		src := part.before + strings.Repeat(part.middle, n) + part.after
		if _, err := ParseScript(src); err == nil {
			t.Errorf("%s%s… was accepted", part.before, part.middle)
		}
	}
}

// TestLongChains checks that a chain just within the limit can be walked and printed.
func TestLongChains(t *testing.T) {
	src := "SELECT * FROM t WHERE a = 0" + strings.Repeat(" OR a = 1", maxOperators/2-1)
	s, err := ParseStatement(src)
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	ast.Inspect(s, func(n ast.Node) bool {
		nodes++
		return true
	})
	if text := ast.Format(s); text != src || nodes < maxOperators {
		t.Fatalf("%d nodes, %d bytes instead of %d", nodes, len(text), len(src))
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/stories/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for block := range strings.SplitSeq(string(data), "\n\n") {
			if _, rest, ok := strings.Cut(block, "\n"); ok {
				input, _, _ := strings.Cut(rest, "\n----\n")
				f.Add(input)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		stmts, err := ParseScript(src)
		if err != nil {
			if Render(src, err) == "" {
				t.Fatal("an error without text")
			}
			return
		}
		for _, s := range stmts {
			checkRoundTrip(t, s)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("testdata/benchmark.sql")
	if err != nil {
		b.Fatal(err)
	}
	src := string(data)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseScript(src); err != nil {
			b.Fatal(Render(src, err))
		}
	}
}

package compat

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/bind"
)

var rewriteFunctions = flag.Bool("rewrite.functions", false, "write docs/functions.md anew")

// example is an entry of functions/examples.txt.
type example struct {
	group, signature, expr string
	mode, from             string
}

// functionAnswer is what Flink said, as compat/cmd/sweep keeps it.
type functionAnswer struct {
	Type    string
	Rows    []string
	Failure string
}

// readExamples reads the list; refused are the lines of what is refused.
func readExamples(t *testing.T) (list []example, refused []string) {
	text, err := os.ReadFile("functions/examples.txt")
	if err != nil {
		t.Fatal(err)
	}
	x := example{mode: string(Batch)}
	for _, line := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "-- # "):
			x.group = line[5:]
		case strings.HasPrefix(line, "-- ! "):
			refused = append(refused, line[5:])
		case strings.HasPrefix(line, "-- "):
			x.signature = line[3:]
		case strings.HasPrefix(line, "@set execution.runtime-mode = "):
			x.mode = strings.TrimPrefix(line, "@set execution.runtime-mode = ")
		case strings.HasPrefix(line, "@from "):
			x.from = line[len("@from "):]
		case line != "":
			x.expr = line
			list = append(list, x)
		}
	}
	return list, refused
}

func readFunctionAnswers(t *testing.T) map[string]functionAnswer {
	text, err := os.ReadFile("functions/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	answers := make(map[string]functionAnswer)
	if err := json.Unmarshal(text, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

func (x *example) key() string { return x.mode + " " + x.expr + " FROM " + x.from }

// TestFunctionExamples compares the example of every function with Flink's answer.
func TestFunctionExamples(t *testing.T) {
	answers := readFunctionAnswers(t)
	list, _ := readExamples(t)
	for _, x := range list {
		want, ok := answers[x.key()]
		if !ok || want.Failure != "" {
			t.Errorf("no answer of Flink to %s: %s", x.expr, want.Failure)
			continue
		}
		script := "SELECT " + x.expr
		if x.from != "" {
			script += " FROM " + x.from
		}
		columns, changes, err := Flott{}.Run(t.Context(), script, Settings(Mode(x.mode), 1))
		if err != nil {
			t.Errorf("%s: %v", script, err)
			continue
		}
		got, err := (&Case{}).Fold(columns, changes)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, r := range want.Rows {
			rows = append(rows, "["+escapes.Replace(r)+"]")
		}
		bare := func(typ string) string { return strings.ReplaceAll(typ, " NOT NULL", "") }
		_, typ, _ := strings.Cut(columns[0], " ")
		if slices.Sort(rows); !slices.Equal(rows, got.Rows) || bare(typ) != bare(want.Type) {
			t.Errorf("%s\n got %v %s\nwant %v %s", script, got.Rows, typ, rows, want.Type)
		}
	}
}

// undocumented are names of the function table that no user writes, that are second names or that have no value by
// themselves.
var undocumented = []string{"HASH_CODE", "NEG", "POS", "ILIKE", "STRING_AGG", "CURRENT_WATERMARK", "SOURCE_WATERMARK"}

// TestFunctionsHaveExamples holds the list against the function table.
func TestFunctionsHaveExamples(t *testing.T) {
	list, _ := readExamples(t)
	known := make(map[string]bool)
	for _, x := range list {
		for _, word := range strings.FieldsFunc(x.signature, func(r rune) bool { return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
			known[word] = true
		}
	}
	for _, name := range append(expr.Names(), bind.AggregateNames()...) {
		if !known[name] && !slices.Contains(undocumented, name) {
			t.Errorf("%s has no example in functions/examples.txt", name)
		}
	}
}

// TestFunctionDocs keeps docs/functions.md equal to the list; -rewrite.functions writes it.
func TestFunctionDocs(t *testing.T) {
	const file = "../docs/functions.md"
	want := functionDocs(t)
	if *rewriteFunctions {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is out of date; go test ./compat -run TestFunctionDocs -rewrite.functions", file)
	}
}

func functionDocs(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Functions\n\nEvery function of Flink SQL 2.3 with one example and the answer of a real Flink, which a test\n" +
		"compares with flott's. This page is made from `compat/functions/examples.txt`.\n\n")
	answers := readFunctionAnswers(t)
	list, refused := readExamples(t)
	group, from := "", ""
	cell := strings.NewReplacer("|", "\\|", "\n", " ").Replace
	for _, x := range list {
		if x.group != group {
			group, from = x.group, x.from
			fmt.Fprintf(&b, "\n## %s\n\n", group)
			if from != "" {
				fmt.Fprintf(&b, "Of the rows `%s`:\n\n", from)
			}
			b.WriteString("| | function | example | answer |\n|---|---|---|---|\n")
		}
		_, signature, named := strings.Cut(x.signature, ": ")
		if !named {
			signature = x.signature
		}
		fmt.Fprintf(&b, "| ✓ | `%s` | `%s` | `%s` |\n", cell(signature), cell(x.expr), cell(strings.Join(answers[x.key()].Rows, " ; ")))
	}
	b.WriteString("\n## Refused\n\n")
	for _, r := range refused {
		fmt.Fprintf(&b, "- %s\n", r)
	}
	return b.String()
}

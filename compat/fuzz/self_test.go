package fuzz

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/sqlfuzz"
)

// TestSelf asks flott the same random queries in many settings: streaming and batch, one subtask and two, both state
// backends, with mini-batches, two phases and split distinct aggregates.
func TestSelf(t *testing.T) {
	var text strings.Builder
	report := NewReport(&text)
	o := Options{Data: dataFolder(t), Queries: 240, Seed: 1, Jobs: 2, Pack: 12, Budget: 30}
	if testing.Short() {
		o.Queries, o.Cheap = 120, true
	}
	if err := Run(t.Context(), o, report); err != nil {
		t.Fatal(err)
	}
	t.Log(report)
	if len(report.Findings) > 0 {
		t.Error(text.String())
	}
}

// TestKnown looks every listed difference up in the page that gives its reason.
func TestKnown(t *testing.T) {
	page, err := os.ReadFile("../../docs/fuzz_sql.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range knowns {
		if !strings.Contains(string(page), k.name) {
			t.Errorf("docs/fuzz_sql.md does not tell of %q", k.name)
		}
	}
}

// TestPack puts queries in one job and takes their rows apart again.
func TestPack(t *testing.T) {
	queries := []sqlfuzz.Query{{SQL: "SELECT k AS c0, name AS c1 FROM l WHERE k < 2", Cols: 2}, {SQL: "SELECT COUNT(*) AS c0 FROM r", Cols: 1}}
	f := newFlott(dataFolder(t))
	s, err := f.session(t.Context(), variants[0])
	if err != nil {
		t.Fatal(err)
	}
	_, changes, err := s.Run(t.Context(), branch(0, queries[0], 2)+" UNION ALL "+branch(1, queries[1], 2))
	if err != nil {
		t.Fatal(err)
	}
	tables, err := unpack(queries, changes)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range queries {
		want, err := f.ask(t.Context(), q.SQL, variants[0])
		if err != nil {
			t.Fatal(err)
		}
		want.types = ""
		if v := compare(want, tables[i]); v != same {
			t.Errorf("%s: %s\n%s", q.SQL, v, explain(want, tables[i]))
		}
	}
}

func dataFolder(t *testing.T) string {
	data, err := filepath.Abs("../data")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestCompare has each verdict.
func TestCompare(t *testing.T) {
	rows, other, refused := table{rows: []string{"[1]"}}, table{rows: []string{"[2]"}}, table{refusal: "no"}
	for _, c := range []struct {
		want, got table
		v         verdict
	}{
		{rows, rows, same}, {rows, other, differs}, {refused, refused, bothRefuse}, {refused, rows, onlyFlink}, {rows, refused, onlyFlott},
		{table{types: "INT"}, table{types: "BIGINT"}, differTypes}, {table{types: "INT"}, table{}, same},
	} {
		if v := compare(c.want, c.got); v != c.v {
			t.Errorf("%v and %v: %s, want %s", c.want, c.got, v, c.v)
		}
	}
}

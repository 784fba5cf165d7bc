package corpus

import (
	"flag"
	"os"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write docs/doctor/corpus.md anew")

const page = "../../../docs/doctor/corpus.md"

// The doctor is to be right on at least 95 % of causes, both ways, on each engine.
const goal = 0.95

func TestScore(t *testing.T) {
	cases, err := Load(t.Context(), "../testdata/corpus")
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range Engines {
		var own []Case
		for _, c := range cases {
			if c.Engine == engine {
				own = append(own, c)
			}
		}
		s := Measure(own)
		t.Logf("%s: %s\n%s", engine, s.Summary(), s.Matrix())
		if s.Precision() < goal || s.Recall() < goal {
			t.Errorf("%s: %s, want at least %.2f of each", engine, s.Summary(), goal)
		}
		if s.Kinds < 20 || s.Healthy < 10 {
			t.Errorf("%s: %d kinds of fault and %d healthy jobs are too few", engine, s.Kinds, s.Healthy)
		}
	}
	text := Page(cases)
	if *rewrite {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != text {
		t.Errorf("docs/doctor/corpus.md is not what the doctor says now; look at the difference: go test ./internal/doctor/corpus -rewrite")
	}
}

// What is missed and what is named instead stand against each other; a cause that
// is named twice counts once.
func TestMeasure(t *testing.T) {
	s := Measure([]Case{
		{Name: "right", Expect: []string{"a"}, Named: []string{"a"}},
		{Name: "both", Expect: []string{"a", "b"}, Named: []string{"b", "a"}},
		{Name: "instead", Expect: []string{"b"}, Named: []string{"c", "c"}},
		{Name: "beside", Expect: []string{"a"}, Named: []string{"a", "c"}},
		{Name: "missed", Expect: []string{"a"}},
		{Name: "well"},
		{Name: "alarm", Named: []string{"a"}},
	})
	if s.True != 4 || s.Wrong != 3 || s.Miss != 2 || s.Healthy != 2 || s.Kinds != 5 {
		t.Errorf("%+v", s)
	}
	for cell, want := range map[[2]string]int{{"a", "a"}: 3, {"b", "c"}: 1, {Nothing, "c"}: 1, {"a", Nothing}: 1, {Nothing, Nothing}: 1, {Nothing, "a"}: 1} {
		if s.cells[cell] != want {
			t.Errorf("cell %v is %d, want %d", cell, s.cells[cell], want)
		}
	}
	if there, precision, recall := s.of("a"); there != 4 || precision != 0.75 || recall != 0.75 {
		t.Errorf("a: %d there, precision %v, recall %v", there, precision, recall)
	}
}

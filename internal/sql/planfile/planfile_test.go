package planfile

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/jobgraph"
)

func graph() *jobgraph.StreamGraph {
	return &jobgraph.StreamGraph{Operators: []*jobgraph.Operator{
		{ID: 0, UID: "a", Name: "Source", Description: "Source(t)", Spec: &jobgraph.Scan{}},
		{ID: 1, UID: "b", Name: "GroupAggregate", Description: "GroupAggregate(k)", Spec: &jobgraph.GroupAgg{TTL: time.Hour}},
	}}
}

func TestWriteReadApply(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "p.json")
	f := &File{Mode: "STREAMING", Statement: "INSERT INTO x SELECT 1", Operators: Operators(graph())}
	if err := Write(path, f); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := got.Operators[1].State; len(s) != 1 || s[0].TTL != "3600000 ms" {
		t.Fatalf("state of the aggregate: %+v", s)
	}
	got.Operators[1].UID, got.Operators[1].State[0].TTL = "mine", "2h"
	g := graph()
	if err := got.Apply(g, time.ParseDuration); err != nil {
		t.Fatal(err)
	}
	if g.Operators[1].UID != "mine" || g.Operators[1].Spec.(*jobgraph.GroupAgg).TTL != 2*time.Hour {
		t.Errorf("%+v", g.Operators[1])
	}
}

func TestApplyRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*File)
		want string
	}{
		"fewer operators": {func(f *File) { f.Operators = f.Operators[:1] }, "planned with 2 now"},
		"another one":     {func(f *File) { f.Operators[1].Description = "Rank" }, "operator 1 of the plan is Rank"},
		"the same uid":    {func(f *File) { f.Operators[1].UID = "a" }, "identities"},
		"no duration":     {func(f *File) { f.Operators[1].State[0].TTL = "soon" }, `is "soon"`},
		"no state":        {func(f *File) { f.Operators[1].State = nil }, "lists 0 states"},
	} {
		f := &File{Operators: Operators(graph())}
		c.edit(f)
		err := f.Apply(graph(), time.ParseDuration)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	f := &File{}
	if err := f.Apply(graph(), time.ParseDuration); !errors.Is(err, ErrOutdated) {
		t.Errorf("an empty plan: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"flinkVersion": "2.3", "nodes": []}`: "compiled by Flink 2.3",
		`{"flottPlan": 7}`:                     "format 7",
		`{"flottPlan": 1, "nodes": []}`:        "unknown field",
		`{}`:                                   "no plan",
		`nonsense`:                             "no JSON",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"flottPlan": 1, "operators": [{"id": 0, "uid": "a", "name": "Source"}]}`))
	f.Add([]byte(`{"flinkVersion": "2.3"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := Parse(text); err == nil {
			_ = p.Apply(graph(), time.ParseDuration) // must not panic
		}
	})
}

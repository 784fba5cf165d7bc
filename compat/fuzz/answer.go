// Package fuzz asks random queries (internal/sqlfuzz) of flott and of a real Flink, or of flott in many settings, and
// compares the tables they arrive at.
//
// Contract: a finding is a query whose answers differ, made as small as it goes. That both refuse a query is agreement;
// that only one does is a finding unless known.go lists it with its reason. Engines that cannot answer (not there, too
// busy) end the run: silence is no agreement.
package fuzz

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/valuetext"
)

// table is a folded answer, or a refusal.
type table struct {
	types   string // of the columns, where the engine was asked for them
	rows    []string
	refusal string
	broken  string // the changelog takes back what was not there
}

// longNumber is a number with a fraction of so many digits that the order of an addition shows in the last ones.
var longNumber = regexp.MustCompile(`^-?[0-9]+\.[0-9]+(E-?[0-9]+)?$`)

const digits = 10

func rounded(field string) string {
	if len(field) < 12 || !longNumber.MatchString(field) {
		return field
	}
	f, err := strconv.ParseFloat(field, 64)
	if err != nil {
		return field
	}
	if f, err = strconv.ParseFloat(strconv.FormatFloat(f, 'E', digits-1, 64), 64); err != nil {
		return field
	}
	return string(valuetext.AppendDouble(nil, f)) // a rounded number may be one that needs no rounding
}

// fold adds up a changelog. Rows that were taken back more often than they were there are an error of the engine.
func fold(changes []compat.ChangeRow) (table, error) {
	counts := make(map[string]int, len(changes))
	for _, c := range changes {
		fields := make([]string, len(c.Fields))
		for i, f := range c.Fields {
			fields[i] = rounded(f)
		}
		row := "[" + strings.Join(fields, ", ") + "]"
		switch c.Kind {
		case compat.Insert, compat.UpdateAfter:
			counts[row]++
		default:
			counts[row]--
		}
	}
	var t table
	for row, n := range counts {
		if n < 0 {
			return t, fmt.Errorf("%s was taken back %d times more than it was there", row, -n)
		}
		for range n {
			t.rows = append(t.rows, row)
		}
	}
	slices.Sort(t.rows)
	return t, nil
}

// types of the columns, without nullability.
func typesOf(columns []string) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		_, list[i], _ = strings.Cut(c, " ")
	}
	return strings.ReplaceAll(strings.Join(list, " | "), " NOT NULL", "")
}

// verdict is how two answers compare.
type verdict string

const (
	same         verdict = "same"
	bothRefuse   verdict = "both refuse"
	onlyFlott    verdict = "only flott refuses"
	onlyFlink    verdict = "only Flink refuses"
	differs      verdict = "differs"
	differTypes  verdict = "types differ"
	broken       verdict = "Flink takes back rows that were not there"
	disagreement verdict = "flott disagrees with itself"
)

// compare judges flott's answer by the other one.
func compare(want, got table) verdict {
	switch {
	case want.broken != "":
		return broken
	case want.refusal != "" && got.refusal != "":
		return bothRefuse
	case got.refusal != "":
		return onlyFlott
	case want.refusal != "":
		return onlyFlink
	case !slices.Equal(want.rows, got.rows):
		return differs
	case want.types != "" && got.types != "" && want.types != got.types:
		return differTypes
	}
	return same
}

// explain shows in a few lines how two answers differ.
func explain(want, got table) string {
	if want.broken != "" {
		return "Flink: " + want.broken
	}
	answer := func(t table) compat.Answer {
		return compat.Answer{Columns: []string{t.types}, Rows: t.rows, Error: t.refusal}
	}
	w, g := answer(want), answer(got)
	if want.types == "" || got.types == "" {
		w.Columns, g.Columns = nil, nil
	}
	return strings.TrimRight(compat.Diff(w, g), "\n")
}

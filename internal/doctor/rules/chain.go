package rules

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Chain is a root cause with what follows from it.
type Chain struct {
	Root   *Finding
	Links  []*Finding // effects, from the nearest to the last
	Effect int        // points of health that it costs
}

// chains links findings: a finding that another one explains is no root. Advice
// (Info) neither heads a chain nor explains a symptom.
func chains(s *snapshot.Snapshot, findings []*Finding) []Chain {
	explainedBy := map[*Finding][]*Finding{}
	for _, cause := range findings {
		if cause.Severity == Info {
			continue
		}
		for _, effect := range findings {
			if cause != effect && explains(s, cause, effect) {
				explainedBy[effect] = append(explainedBy[effect], cause)
			}
		}
	}
	var out []Chain
	for _, f := range findings {
		if f.Severity == Info || len(explainedBy[f]) > 0 {
			continue
		}
		c := Chain{Root: f}
		collect(f, explainedBy, findings, &c)
		sort.SliceStable(c.Links, func(a, b int) bool { return c.Links[a].Rule.Stage < c.Links[b].Rule.Stage })
		out = append(out, c)
	}
	for i := range out {
		out[i].Effect = points(out[i].Root, false)
		for _, l := range out[i].Links {
			out[i].Effect += points(l, true)
		}
	}
	slices.SortStableFunc(out, func(a, b Chain) int {
		if a.Root.Severity != b.Root.Severity {
			return int(b.Root.Severity) - int(a.Root.Severity)
		}
		if a.Root.Rule.Symptom != b.Root.Rule.Symptom { // a cause is worth more than an effect nobody explains
			if a.Root.Rule.Symptom {
				return 1
			}
			return -1
		}
		return b.Effect - a.Effect
	})
	return out
}

// collect gathers all that follows from f, directly or not.
func collect(f *Finding, explainedBy map[*Finding][]*Finding, findings []*Finding, c *Chain) {
	for _, e := range findings {
		if e != c.Root && slices.Contains(explainedBy[e], f) && !slices.Contains(c.Links, e) {
			c.Links = append(c.Links, e)
			collect(e, explainedBy, findings, c)
		}
	}
}

// explains reports whether an effect follows from a cause: by the table of rules,
// in the same job, and upstream where it is about a vertex that is held back.
func explains(s *snapshot.Snapshot, cause, effect *Finding) bool {
	id := effect.Rule.ID
	if now, ok := alias[id]; ok { // the same effect, as history shows it
		id = now
	}
	travels := id == "FLT201" && cause.Rule.ID == "FLT201" && cause.Vertex != effect.Vertex
	told := id != effect.Rule.ID && id == cause.Rule.ID && (cause.Vertex == "" || cause.Vertex == effect.Vertex)
	if !travels && !told && !slices.Contains(cause.Rule.Explains, id) {
		return false
	}
	if cause.JobID != "" && effect.JobID != "" && cause.JobID != effect.JobID {
		return false
	}
	if cause.JobID == "" && cause.TaskManager != "" && effect.TaskManager != "" && cause.TaskManager != effect.TaskManager {
		return false
	}
	if id == "FLT201" && cause.Vertex != "" && effect.Vertex != "" {
		for i := range s.Jobs {
			if s.Jobs[i].ID == cause.JobID {
				return effect.Vertex == cause.Vertex || s.Jobs[i].Upstream(effect.Vertex, cause.Vertex)
			}
		}
	}
	return true
}

// Health is the score of a cluster with how it came about.
type Health struct {
	Score      int // 0..100
	Deductions []Deduction
}

// Deduction is points taken off for a finding.
type Deduction struct {
	Points  int
	Finding *Finding
	Effect  bool // half the points: another finding explains it
}

// points a finding costs.
func points(f *Finding, explained bool) int {
	full := [...]int{1, 15, 35}[f.Severity]
	if explained && full > 1 {
		return full / 3
	}
	return full
}

const adviceMax = 5 // points that all advice together may cost

// health takes points off for every finding: effects of another one cost a third.
func health(d *Diagnosis) Health {
	h := Health{Score: 100}
	root := map[*Finding]bool{}
	for _, c := range d.Chains {
		root[c.Root] = true
	}
	advice := 0
	for _, f := range d.Findings {
		p := points(f, !root[f])
		if f.Severity == Info {
			if advice++; advice > adviceMax {
				continue
			}
		}
		h.Deductions = append(h.Deductions, Deduction{p, f, f.Severity != Info && !root[f]})
		h.Score -= p
	}
	h.Score = max(h.Score, 0)
	return h
}

// Arithmetic is the sum of the score in one line; word says a word of it in the
// language of the report.
func (h Health) Arithmetic(word func(string) string) string {
	var b strings.Builder
	b.WriteString("100")
	advice := 0
	for _, d := range h.Deductions {
		if d.Finding.Severity == Info {
			advice += d.Points
			continue
		}
		fmt.Fprintf(&b, " − %d (%s %s", d.Points, d.Finding.Rule.ID, word(d.Finding.Severity.String()))
		if d.Effect {
			b.WriteString(word(", an effect"))
		}
		b.WriteString(")")
	}
	if advice > 0 {
		fmt.Fprintf(&b, " − %d (%s)", advice, word("advice"))
	}
	fmt.Fprintf(&b, " = %d", h.Score)
	if h.Score == 0 {
		b.WriteString(word(" at least"))
	}
	return b.String()
}

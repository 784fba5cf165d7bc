package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Schema is the version of the JSON report. Fields are only added within a
// version; docs/doctor/json.md describes them.
const Schema = "flott.doctor/1"

type document struct {
	Schema      string          `json:"schema"`
	Taken       time.Time       `json:"taken"`
	Target      string          `json:"target"`
	Product     string          `json:"product"`
	Version     string          `json:"version"`
	Health      int             `json:"health"`
	Arithmetic  []deductionJSON `json:"health_arithmetic"`
	RootCauses  []findingJSON   `json:"root_causes"`
	Findings    []findingJSON   `json:"findings"`
	NotAssessed []missingJSON   `json:"not_assessed"`
	Assessed    int             `json:"assessed"`
	Exit        int             `json:"exit"`
}

type deductionJSON struct {
	Points int    `json:"points"`
	ID     string `json:"id"`
	Effect bool   `json:"effect"`
}

type findingJSON struct {
	ID          string     `json:"id"`
	Cause       string     `json:"cause"`
	Severity    string     `json:"severity"`
	Title       string     `json:"title"`
	Summary     string     `json:"summary"`
	Job         string     `json:"job,omitempty"`
	JobName     string     `json:"job_name,omitempty"`
	Vertex      string     `json:"vertex,omitempty"`
	VertexName  string     `json:"vertex_name,omitempty"`
	Subtask     *int       `json:"subtask"`
	TaskManager string     `json:"taskmanager,omitempty"`
	Evidence    []string   `json:"evidence"`
	Remedy      []string   `json:"remedy"`
	Expect      string     `json:"expect,omitempty"`
	Doc         string     `json:"doc"`
	Root        bool       `json:"root"`
	Effect      int        `json:"effect,omitempty"`
	Chain       []linkJSON `json:"chain,omitempty"`
}

type linkJSON struct {
	ID         string   `json:"id"`
	Cause      string   `json:"cause"`
	Summary    string   `json:"summary"`
	Vertex     string   `json:"vertex,omitempty"`
	VertexName string   `json:"vertex_name,omitempty"`
	Evidence   []string `json:"evidence"`
}

type missingJSON struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Job     string `json:"job,omitempty"`
	JobName string `json:"job_name,omitempty"`
	Reason  string `json:"reason"`
}

// JSON writes a report for programs.
func JSON(w io.Writer, s *snapshot.Snapshot, d *rules.Diagnosis, lang Language) error {
	out := document{
		Schema: Schema, Taken: s.Taken, Target: s.Target, Product: s.Product, Version: s.Version, Health: d.Health.Score, Assessed: d.Assessed, Exit: Exit(d),
		Arithmetic: []deductionJSON{}, RootCauses: []findingJSON{}, Findings: []findingJSON{}, NotAssessed: []missingJSON{},
	}
	for _, x := range d.Health.Deductions {
		out.Arithmetic = append(out.Arithmetic, deductionJSON{x.Points, x.Finding.Rule.ID, x.Effect})
	}
	root := map[*rules.Finding]bool{}
	for _, c := range d.Chains {
		root[c.Root] = true
		f := convert(c.Root, lang)
		f.Root, f.Effect = true, c.Effect
		for _, l := range c.Links {
			f.Chain = append(f.Chain, linkJSON{l.Rule.ID, l.Cause, lang.text(l.Summary), l.Vertex, l.VertexName, lang.texts(l.Evidence)})
		}
		out.RootCauses = append(out.RootCauses, f)
	}
	for _, x := range d.Findings {
		f := convert(x, lang)
		f.Root = root[x]
		out.Findings = append(out.Findings, f)
	}
	for _, n := range d.NotAssessed {
		out.NotAssessed = append(out.NotAssessed, missingJSON{n.Rule.ID, lang.title(n.Rule), n.JobID, n.JobName, lang.text(n.Reason)})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func convert(f *rules.Finding, lang Language) findingJSON {
	out := findingJSON{
		ID: f.Rule.ID, Cause: f.Cause, Severity: f.Severity.String(), Title: lang.title(f.Rule), Summary: lang.text(f.Summary), Job: f.JobID, JobName: f.JobName,
		Vertex: f.Vertex, VertexName: f.VertexName, TaskManager: f.TaskManager, Evidence: lang.texts(f.Evidence), Remedy: lang.texts(f.Remedy), Doc: Page(f.Rule.ID),
	}
	if f.Expect.Format != "" {
		out.Expect = lang.text(f.Expect)
	}
	if f.Subtask >= 0 {
		out.Subtask = &f.Subtask
	}
	return out
}

// Page is where a rule is documented, in the repository.
func Page(id string) string { return "docs/doctor/" + id + ".md" }

// Exit is the exit code of a diagnosis: 0 healthy, 1 warnings, 2 critical, 3 when
// nothing could be assessed.
func Exit(d *rules.Diagnosis) int {
	worst, _ := d.Worst()
	switch {
	case worst == rules.Critical:
		return 2
	case worst == rules.Warning:
		return 1
	case d.Assessed == 0:
		return 3
	}
	return 0
}

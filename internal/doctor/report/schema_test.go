package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// schema is the part of JSON Schema that docs/doctor/schema.json uses.
type schema struct {
	Ref        string             `json:"$ref"`
	Defs       map[string]*schema `json:"$defs"`
	Type       any                `json:"type"` // a name or several
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Additional *bool              `json:"additionalProperties"`
	Items      *schema            `json:"items"`
	Enum       []any              `json:"enum"`
	Const      any                `json:"const"`
	Minimum    *float64           `json:"minimum"`
	Maximum    *float64           `json:"maximum"`
}

// check says where a value is not as a schema wants it.
func (s *schema) check(root *schema, at string, v any) (wrong []string) {
	if s.Ref != "" {
		return root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")].check(root, at, v)
	}
	kind := "null"
	switch v := v.(type) {
	case map[string]any:
		kind = "object"
	case []any:
		kind = "array"
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case float64:
		if kind = "number"; v == float64(int64(v)) {
			kind = "integer"
		}
	}
	allowed, _ := s.Type.([]any)
	if one, ok := s.Type.(string); ok {
		allowed = []any{one}
	}
	if len(allowed) > 0 && !slices.Contains(allowed, any(kind)) {
		return []string{fmt.Sprintf("%s is %s, want %v", at, kind, allowed)}
	}
	if s.Const != nil && v != s.Const || s.Enum != nil && !slices.Contains(s.Enum, v) {
		wrong = append(wrong, fmt.Sprintf("%s is %v", at, v))
	}
	if n, ok := v.(float64); ok && (s.Minimum != nil && n < *s.Minimum || s.Maximum != nil && n > *s.Maximum) {
		wrong = append(wrong, fmt.Sprintf("%s is %v", at, n))
	}
	object, _ := v.(map[string]any)
	for key, x := range object {
		switch p := s.Properties[key]; {
		case p != nil:
			wrong = append(wrong, p.check(root, at+"."+key, x)...)
		case s.Additional != nil && !*s.Additional:
			wrong = append(wrong, at+"."+key+" is not in the schema")
		}
	}
	for _, key := range s.Required {
		if _, ok := object[key]; !ok {
			wrong = append(wrong, at+"."+key+" is missing")
		}
	}
	list, _ := v.([]any)
	for i, x := range list {
		if s.Items != nil {
			wrong = append(wrong, s.Items.check(root, fmt.Sprintf("%s[%d]", at, i), x)...)
		}
	}
	return wrong
}

// every is a diagnosis in which everything that a report can show is there.
func every() (*snapshot.Snapshot, *rules.Diagnosis) {
	table := rules.Table()
	root := &rules.Finding{
		Rule: table[0], Cause: "data-skew", Severity: rules.Critical, JobID: "j", JobName: "orders", Vertex: "v", VertexName: "Agg", Subtask: 3, TaskManager: "tm",
		Summary: rules.Text{Format: "a"}, Evidence: []rules.Text{{Format: "b"}}, Remedy: []rules.Text{{Format: "c"}}, Expect: rules.Text{Format: "d"},
	}
	effect := &rules.Finding{Rule: table[1], Cause: table[1].Cause, Severity: rules.Warning, Subtask: -1, Summary: rules.Text{Format: "e"}}
	d := &rules.Diagnosis{
		Findings: []*rules.Finding{root, effect}, Assessed: 2, Chains: []rules.Chain{{Root: root, Links: []*rules.Finding{effect}, Effect: 40}},
		NotAssessed: []rules.NotAssessed{{Rule: table[2], JobID: "j", JobName: "orders", Reason: rules.Text{Format: "f"}}, {Rule: table[3], Reason: rules.Text{Format: "g"}}},
		Health:      rules.Health{Score: 60, Deductions: []rules.Deduction{{Points: 35, Finding: root}, {Points: 5, Finding: effect, Effect: true}}},
	}
	return &snapshot.Snapshot{Taken: time.Unix(1, 0).UTC(), Target: "t", Product: "Flink", Version: "2.3.0"}, d
}

// The JSON report is as docs/doctor/schema.json says, and the schema knows every
// field: with additional ones forbidden, nothing may be left over.
func TestSchema(t *testing.T) {
	raw, err := os.ReadFile(pages + "/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	if s.Properties["schema"].Const != Schema {
		t.Errorf("the schema is of %v, the report of %s", s.Properties["schema"].Const, Schema)
	}
	strict := false
	s.Additional = &strict
	for _, d := range s.Defs {
		d.Additional = &strict
	}
	full, d := every()
	for name, diagnosis := range map[string]*rules.Diagnosis{"full": d, "nothing read": {}} {
		for _, lang := range []Language{English, Chinese} {
			var out bytes.Buffer
			if err := JSON(&out, full, diagnosis, lang); err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(out.Bytes(), &v); err != nil {
				t.Fatal(err)
			}
			for _, w := range s.check(&s, name, v) {
				t.Error(w)
			}
		}
	}
	// The words of causes are those of the rules.
	words := s.Defs["finding"].Properties["cause"].Enum
	for _, r := range rules.Table() {
		if !slices.Contains(words, any(r.Cause)) {
			t.Errorf("the schema does not list %s of %s", r.Cause, r.ID)
		}
	}
	// And the check itself sees what is wrong.
	if wrong := s.check(&s, "x", map[string]any{"schema": "other", "health": 101.0, "findings": []any{map[string]any{"id": 1.0}}}); len(wrong) < 8 {
		t.Errorf("too little is wrong: %v", wrong)
	}
}

package report

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/doctor/rules"
)

// Explain is the page of a rule, in Markdown that also reads well on a terminal.
func Explain(r *rules.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", r.ID, r.Title)
	fmt.Fprintf(&b, "Cause word `%s` · at worst %s", r.Cause, r.Level)
	if r.Symptom {
		b.WriteString(" · an effect: usually another finding is its cause")
	}
	b.WriteString("\n\n")
	section := func(title, text string) { fmt.Fprintf(&b, "## %s\n\n%s\n\n", title, text) }
	section("Symptom", r.Doc.Symptom)
	section("How to see it by hand", r.Doc.See)
	section("Cause", r.Doc.Cause)
	section("Remedy", r.Doc.Remedy)
	section("How to reproduce it", r.Doc.Reproduce)
	if len(r.Needs) > 0 {
		needs := make([]string, len(r.Needs))
		for i, n := range r.Needs {
			needs[i] = string(n)
		}
		section("What the doctor needs to see it", strings.Join(needs, ", ")+". Without them the rule is not assessed.")
	}
	if len(r.Explains) > 0 {
		section("What follows from it", strings.Join(r.Explains, ", "))
	}
	section("Source", r.Doc.Source)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

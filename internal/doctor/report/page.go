package report

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/doctor/rules"
)

// Explain is the page of a rule in a language. In Chinese, how to see and reproduce
// it stays English: that is mostly names of Flink.
func (l Language) Explain(r *rules.Rule) string {
	zh, ok := chinesePages[r.ID]
	if l != Chinese || !ok {
		return Explain(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s：%s\n\n原因词 `%s` · 最严重为%s", r.ID, l.title(r), r.Cause, l.say(r.Level.String()))
	if r.Symptom {
		b.WriteString(" · 属于后果：通常由另一条发现引起")
	}
	b.WriteString("\n\n")
	for _, section := range [][2]string{
		{"现象", zh.symptom}, {"如何手工查看", r.Doc.See}, {"原因", zh.cause}, {"处理", zh.remedy}, {"如何重现", r.Doc.Reproduce}, {"来源", r.Doc.Source},
	} {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", section[0], section[1])
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

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

package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Markdown writes a report for a ticket.
func Markdown(w io.Writer, s *snapshot.Snapshot, d *rules.Diagnosis, lang Language) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", lang.say("health %d/100", d.Health.Score))
	fmt.Fprintf(&b, "%s %s · %s · %s\n\n", s.Product, s.Version, escape(s.Target), s.Taken.UTC().Format("2006-01-02 15:04:05 UTC"))
	shown := map[*rules.Finding]bool{}
	for i, c := range d.Chains {
		f := c.Root
		shown[f] = true
		fmt.Fprintf(&b, "## %d. %s — %s (%s, %s)\n\n", i+1, f.Cause, escape(lang.text(f.Summary)), f.Rule.ID, lang.say(f.Severity.String()))
		if at := where(lang, f); at != "" {
			fmt.Fprintf(&b, "%s\n\n", escape(at))
		}
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "- %s\n", escape(lang.text(e)))
		}
		for _, l := range c.Links {
			shown[l] = true
			fmt.Fprintf(&b, "- → %s: %s\n", l.Rule.ID, escape(lang.text(l.Summary)))
		}
		b.WriteString("\n")
		if len(f.Remedy) > 0 {
			fmt.Fprintf(&b, "%s\n\n```\n%s\n```\n\n", lang.say("remedy: "), strings.Join(lang.texts(f.Remedy), "\n"))
		}
		if f.Expect.Format != "" {
			fmt.Fprintf(&b, "%s%s\n\n", lang.say("expect: "), escape(lang.text(f.Expect)))
		}
	}
	head := false
	for _, f := range d.Findings {
		if shown[f] {
			continue
		}
		if !head {
			fmt.Fprintf(&b, "## %s\n\n", lang.say("advice:"))
			head = true
		}
		fmt.Fprintf(&b, "- %s %s\n", f.Rule.ID, escape(lang.text(f.Summary)))
	}
	if len(d.NotAssessed) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%s %d</summary>\n\n", lang.say("not assessed:"), len(d.NotAssessed))
		for _, n := range d.NotAssessed {
			fmt.Fprintf(&b, "- %s %s: %s\n", n.Rule.ID, escape(oneLine(n.JobName)), escape(lang.text(n.Reason)))
		}
		b.WriteString("\n</details>\n")
	}
	fmt.Fprintf(&b, "\n%s\n", lang.say("score: %s", d.Health.Arithmetic(lang.word)))
	_, err := io.WriteString(w, b.String())
	return err
}

// escape keeps names of jobs and tasks from being read as Markdown or HTML.
func escape(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "|", "\\|", "`", "'", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]").Replace(s)
}

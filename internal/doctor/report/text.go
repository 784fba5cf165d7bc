package report

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Style of a text report.
type Style struct {
	Color    bool // escape codes, for terminals
	Width    int  // of the terminal; 0: do not fold
	Language Language
	Verbose  bool // evidence of advice and all that was not assessed, one by one
}

type printer struct {
	b strings.Builder
	Style
}

const (
	red    = "31;1"
	yellow = "33;1"
	green  = "32;1"
	dim    = "2"
	bold   = "1"
)

func (p *printer) paint(code, s string) string {
	if !p.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func severityColor(s rules.Severity) string { return [...]string{dim, yellow, red}[s] }

// line writes an indented line, folded at the width of the terminal.
func (p *printer) line(indent int, mark, text string) {
	pad := strings.Repeat(" ", indent)
	head := pad + mark
	room := p.Width - len([]rune(head))
	if p.Width == 0 || room < 30 {
		p.b.WriteString(head + text + "\n")
		return
	}
	for i, part := range fold(text, room) {
		if i > 0 {
			head = pad + strings.Repeat(" ", len([]rune(mark)))
		}
		p.b.WriteString(head + part + "\n")
	}
}

// fold breaks text at blanks.
func fold(text string, width int) (out []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(out, line)
}

// Text writes a report that is read in ten seconds: the score, the causes with
// their chain and remedy, then one line for each of the rest.
func Text(w io.Writer, s *snapshot.Snapshot, d *rules.Diagnosis, style Style) error {
	p := &printer{Style: style}
	p.head(s, d)
	shown := map[*rules.Finding]bool{}
	for i, c := range d.Chains {
		p.chain(i+1, c)
		shown[c.Root] = true
		for _, l := range c.Links {
			shown[l] = true
		}
	}
	p.advice(d, shown)
	p.missing(d)
	if len(d.Health.Deductions) > 0 {
		p.line(0, "", p.paint(dim, p.Language.say("score: %s", d.Health.Arithmetic(p.Language.word))))
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *printer) head(s *snapshot.Snapshot, d *rules.Diagnosis) {
	l := p.Language
	name := strings.TrimSpace(s.Product + " " + s.Version)
	p.line(0, "", p.paint(dim, fmt.Sprintf("flott doctor · %s · %s · %s", name, s.Target, s.Taken.UTC().Format("2006-01-02 15:04:05 UTC"))))
	counts := [3]int{}
	for _, f := range d.Findings {
		counts[f.Severity]++
	}
	color := green
	switch Exit(d) {
	case 1, 3:
		color = yellow
	case 2:
		color = red
	}
	score := l.say("health %d/100", d.Health.Score)
	if Exit(d) == 3 {
		score = l.say("not assessable")
	}
	missing := map[string]bool{}
	for _, n := range d.NotAssessed {
		missing[n.Rule.ID] = true
	}
	p.b.WriteString(p.paint(color, score) + l.say(" · root causes %d · critical %d, warnings %d, advice %d · checks made %d, rules that could not look %d",
		len(d.Chains), counts[2], counts[1], counts[0], d.Assessed, len(missing)) + "\n")
	if len(d.Chains) == 0 && d.Assessed > 0 {
		p.line(0, "", l.say("no cause for concern in what could be read"))
	}
	p.b.WriteString("\n")
}

func where(l Language, f *rules.Finding) string {
	var parts []string
	if f.JobName != "" {
		parts = append(parts, l.say("job %s (%s)", oneLine(f.JobName), short(f.JobID)))
	}
	if f.Subtask >= 0 {
		parts = append(parts, l.say("subtask %d", f.Subtask))
	}
	if f.TaskManager != "" {
		parts = append(parts, f.TaskManager)
	}
	return strings.Join(parts, " · ")
}

func short(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

func (p *printer) chain(n int, c rules.Chain) {
	l, f := p.Language, c.Root
	p.line(0, "", fmt.Sprintf("%d. %s %s  %s  %s", n, p.paint(severityColor(f.Severity), strings.ToUpper(l.say(f.Severity.String()))), p.paint(bold, f.Cause), f.Rule.ID, p.paint(dim, where(l, f))))
	p.line(3, "", p.paint(bold, l.text(f.Summary)))
	for _, e := range f.Evidence {
		p.line(3, "· ", l.text(e))
	}
	for _, link := range c.Links {
		evidence := ""
		if len(link.Evidence) > 0 {
			evidence = p.paint(dim, " ("+l.text(link.Evidence[0])+")")
		}
		p.line(3, "→ ", fmt.Sprintf("%s %s%s", link.Rule.ID, l.text(link.Summary), evidence))
	}
	for i, r := range f.Remedy {
		mark := l.say("remedy: ")
		if i > 0 {
			mark = strings.Repeat(" ", len([]rune(mark)))
		}
		p.line(3, p.paintMark(mark), l.text(r))
	}
	if f.Expect.Format != "" {
		p.line(3, l.say("expect: "), l.text(f.Expect))
	}
	p.b.WriteString("\n")
}

func (p *printer) paintMark(s string) string { return s }

func (p *printer) advice(d *rules.Diagnosis, shown map[*rules.Finding]bool) {
	var rest []*rules.Finding
	for _, f := range d.Findings {
		if !shown[f] {
			rest = append(rest, f)
		}
	}
	if len(rest) == 0 {
		return
	}
	p.line(0, "", p.Language.say("advice:"))
	for _, f := range rest {
		text := p.Language.text(f.Summary)
		if len(f.Remedy) > 0 {
			text += p.paint(dim, " → "+p.Language.text(f.Remedy[0]))
		}
		p.line(2, f.Rule.ID+" ", text)
		if p.Verbose {
			for _, e := range f.Evidence {
				p.line(9, "· ", p.Language.text(e))
			}
		}
	}
	p.b.WriteString("\n")
}

// missing groups what could not be looked at by its reason.
func (p *printer) missing(d *rules.Diagnosis) {
	byReason := map[string][]string{}
	for _, n := range d.NotAssessed {
		reason := p.Language.text(n.Reason)
		ids := byReason[reason]
		if len(ids) == 0 || ids[len(ids)-1] != n.Rule.ID {
			byReason[reason] = append(ids, n.Rule.ID)
		}
	}
	if len(byReason) == 0 {
		return
	}
	reasons := make([]string, 0, len(byReason))
	for r := range byReason {
		reasons = append(reasons, r)
	}
	sort.Strings(reasons)
	p.line(0, "", p.Language.say("not assessed:"))
	for _, r := range reasons {
		p.line(2, "", p.paint(dim, r+": "+strings.Join(byReason[r], " ")))
	}
	p.b.WriteString("\n")
}

// oneLine is the name of a job on one line, clipped: SQL names a query's job by its text.
func oneLine(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if r := []rune(name); len(r) > 60 {
		return string(r[:57]) + "…"
	}
	return name
}

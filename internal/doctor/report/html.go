package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// page collects a HTML page. Whatever comes from a cluster goes through text.
type page struct {
	b    strings.Builder
	lang Language
}

func (p *page) raw(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

// text writes escaped text.
func text(s string) string { return html.EscapeString(s) }

const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--dim:#6b7280;--line:#d9dce1;--card:#f6f7f9;--red:#c62828;--amber:#b26a00;--green:#2e7d32;--blue:#1565c0;--hot:#e53935;--dark:#37474f}
@media(prefers-color-scheme:dark){:root{--bg:#15171a;--fg:#e6e8eb;--dim:#9aa2ad;--line:#34383e;--card:#1e2125;--red:#ff6b63;--amber:#ffb74d;--green:#81c784;--blue:#64b5f6;--hot:#ff6b63;--dark:#90a4ae}}
body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;background:var(--bg);color:var(--fg)}
h1{font-size:1.4rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:1.8rem 0 .5rem}
.dim{color:var(--dim)}.card{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--line);border-radius:6px;padding:.7rem 1rem;margin:.7rem 0}
.critical{border-left-color:var(--red)}.warning{border-left-color:var(--amber)}
.tag{font:600 12px ui-monospace,monospace;padding:.1rem .4rem;border-radius:4px;border:1px solid currentColor}
.tag.critical{color:var(--red)}.tag.warning{color:var(--amber)}.tag.info{color:var(--dim)}
ul{margin:.3rem 0;padding-left:1.2rem}li.link{list-style:"→ "}
code,pre{font:12.5px ui-monospace,monospace}pre{background:var(--bg);border:1px solid var(--line);border-radius:4px;padding:.5rem;overflow-x:auto;white-space:pre-wrap;margin:.4rem 0}
svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--fg)}svg .s{font-size:10.5px;fill:var(--dim)}
.box{fill:var(--card);stroke:var(--line);stroke-width:1.5}.box.root{stroke:var(--red);stroke-width:3}.box.held{stroke:var(--dark);stroke-width:3;stroke-dasharray:5 3}
.edge{stroke:var(--dim);fill:none}.ok{fill:var(--green)}.bad{fill:var(--red)}.now{fill:var(--blue)}.hot{fill:var(--hot)}.bar{fill:var(--blue)}
.limit{stroke:var(--amber);stroke-dasharray:4 3}
.legend{font-size:12px}.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin:0 .3rem 0 .8rem;box-sizing:border-box}
details{margin:.5rem 0}`

// HTML writes a report as one file: no script, no other file.
func HTML(w io.Writer, s *snapshot.Snapshot, d *rules.Diagnosis, lang Language) error {
	p := &page{lang: lang}
	p.raw("<!DOCTYPE html>\n<html lang=%q><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>%s</title><style>%s</style></head><body>\n",
		lang, text(lang.say("health %d/100", d.Health.Score)), style)
	color := "var(--green)"
	switch Exit(d) {
	case 1, 3:
		color = "var(--amber)"
	case 2:
		color = "var(--red)"
	}
	p.raw("<h1 style=\"color:%s\">%s</h1>\n<div class=dim>%s %s · %s · %s</div>\n", color, text(lang.say("health %d/100", d.Health.Score)),
		text(s.Product), text(s.Version), text(s.Target), s.Taken.UTC().Format("2006-01-02 15:04:05 UTC"))
	p.raw("<div class=dim>%s</div>\n", text(lang.say("score: %s", d.Health.Arithmetic(lang.word))))
	shown := map[*rules.Finding]bool{}
	for i, c := range d.Chains {
		p.chain(i+1, c, shown)
	}
	if len(d.Chains) == 0 {
		p.raw("<p>%s</p>\n", text(lang.say("no cause for concern in what could be read")))
	}
	for i := range s.Jobs {
		p.job(&s.Jobs[i], d)
	}
	p.rest(d, shown)
	p.raw("</body></html>\n")
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *page) chain(n int, c rules.Chain, shown map[*rules.Finding]bool) {
	f := c.Root
	shown[f] = true
	p.raw("<div class=\"card %s\"><span class=\"tag %s\">%s</span> <b>%d. %s</b> <span class=dim>%s · %s</span><div><b>%s</b></div><ul>",
		f.Severity, f.Severity, text(p.lang.say(f.Severity.String())), n, text(f.Cause), f.Rule.ID, text(where(p.lang, f)), text(p.lang.text(f.Summary)))
	for _, e := range f.Evidence {
		p.raw("<li>%s</li>", text(p.lang.text(e)))
	}
	for _, l := range c.Links {
		shown[l] = true
		evidence := ""
		if len(l.Evidence) > 0 {
			evidence = " <span class=dim>(" + text(p.lang.text(l.Evidence[0])) + ")</span>"
		}
		p.raw("<li class=link>%s %s%s</li>", l.Rule.ID, text(p.lang.text(l.Summary)), evidence)
	}
	p.raw("</ul>")
	if len(f.Remedy) > 0 {
		p.raw("%s<pre>%s</pre>", text(p.lang.say("remedy: ")), text(strings.Join(p.lang.texts(f.Remedy), "\n")))
	}
	if f.Expect.Format != "" {
		p.raw("<div class=dim>%s%s</div>", text(p.lang.say("expect: ")), text(p.lang.text(f.Expect)))
	}
	p.raw("</div>\n")
}

func (p *page) job(j *snapshot.Job, d *rules.Diagnosis) {
	p.raw("<h2>%s <span class=dim>%s · %s</span></h2>\n", text(j.Name), text(j.ID), text(j.State))
	p.topology(j, d)
	p.timeline(j)
	p.skew(j)
}

func (p *page) rest(d *rules.Diagnosis, shown map[*rules.Finding]bool) {
	p.raw("<details><summary>%s</summary><ul>", text(p.lang.say("advice:")))
	for _, f := range d.Findings {
		if shown[f] {
			continue
		}
		p.raw("<li><code>%s</code> %s", f.Rule.ID, text(p.lang.text(f.Summary)))
		if len(f.Remedy) > 0 {
			p.raw(" <span class=dim>→ <code>%s</code></span>", text(p.lang.text(f.Remedy[0])))
		}
		p.raw("</li>")
	}
	p.raw("</ul></details>\n<details><summary>%s %d</summary><ul>", text(p.lang.say("not assessed:")), len(d.NotAssessed))
	for _, n := range d.NotAssessed {
		p.raw("<li><code>%s</code> %s <span class=dim>%s</span></li>", n.Rule.ID, text(p.lang.title(n.Rule)), text(p.lang.text(n.Reason)))
	}
	p.raw("</ul></details>\n")
}

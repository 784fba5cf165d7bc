package corpus

import (
	"fmt"
	"strings"
)

const intro = `# How the doctor does on known faults

This page is the output of ` + "`make doctor-corpus`" + `, and a test keeps it so. Each case is a real cluster with one known fault, or a healthy job,
recorded with ` + "`flott doctor collect`" + ` and kept in ` + "`internal/doctor/testdata/corpus`" + `; how they were made stands in ` + "`internal/doctor/testdata/faults`" + `.
A case counts as right if the doctor names exactly the causes that are there, as root causes; advice does not count. *precision*: of the causes that were named,
how many are there; *recall*: of the causes that are there, how many were named. A cause that is missed and another that is named instead count against both.

` + "`make doctor-corpus LIVE=1`" + ` plays the cases again on a flott and a Flink of its own. Timing then differs, so that a case near a threshold may come out otherwise.
The cases were recorded on a machine of two cores that had much else to do at the time, which is harder on the doctor than an idle one.
`

// Page is docs/doctor/corpus.md.
func Page(cases []Case) string {
	var b strings.Builder
	b.WriteString(intro)
	for _, e := range Engines {
		var own []Case
		for _, c := range cases {
			if c.Engine == e {
				own = append(own, c)
			}
		}
		section(&b, e, own)
	}
	return b.String()
}

var titles = map[string]string{"flink-2.3": "Flink 2.3", "flott": "flott"}

func section(b *strings.Builder, engine string, cases []Case) {
	s := Measure(cases)
	fmt.Fprintf(b, "\n## %s\n\n%s.\n\n```\n%s```\n", titles[engine], s.Summary(), s.Matrix())
	b.WriteString("\nNot right:\n\n")
	wrong := 0
	for _, c := range cases {
		if !c.Right() {
			fmt.Fprintf(b, "- `%s`: there is %s, named is %s\n", c.Name, causes(c.Expect), causes(c.Named))
			wrong++
		}
	}
	if wrong == 0 {
		b.WriteString("- none\n")
	}
	holdOut(b, cases)
}

// holdOut tells of cases that rules were not built with.
func holdOut(b *strings.Builder, cases []Case) {
	var out []Case
	for _, c := range cases {
		if c.HoldOut {
			first := c
			first.Named = c.First
			out = append(out, first)
		}
	}
	if len(out) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### The first time\n\nThese cases were recorded when the rules were there already. What the doctor said the first time, before anything was changed:\n%s.\n\n", Measure(out).Summary())
	b.WriteString("| case | there is | named the first time | | changed since |\n|---|---|---|---|---|\n")
	for _, c := range out {
		word := "right"
		if !c.RightAtFirst() {
			word = "**wrong**"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", c.Name, causes(c.Expect), causes(c.First), word, c.Note)
	}
}

func causes(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

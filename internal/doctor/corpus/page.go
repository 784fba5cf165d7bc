package corpus

import (
	"fmt"
	"slices"
	"strings"
)

const intro = `# How the doctor does on known faults

This page is the output of ` + "`make doctor-corpus`" + `, and a test keeps it so. Each case is a real cluster with one known fault, or a healthy job,
recorded with ` + "`flott doctor collect`" + ` and kept in ` + "`internal/doctor/testdata/corpus`" + `; how they were made stands in ` + "`internal/doctor/testdata/faults`" + `.
A case counts as right if the doctor names exactly the causes that are there, as root causes; advice does not count. *precision*: of the causes that were named,
how many are there; *recall*: of the causes that are there, how many were named. A cause that is missed and another that is named instead count against both.

` + "`make doctor-corpus LIVE=1`" + ` plays the cases again on a flott and a Flink of its own. Timing then differs, so that a case near a threshold may come out otherwise.
The cases were recorded on a machine of two cores that had much else to do at the time (twenty to fifty threads waited for a core), which is harder on the
doctor than an idle one.

Not among them, and not counted, are six cases of the later rounds. In three the fault that was meant was not there on Flink: an UNNEST of a constant array is a
join with state on RocksDB ("slow-state" was named, a slow operator was meant); a join of two windowed tables was planned as a join without event time, so that
the silent source held nothing back (nothing was named); a job came to a cluster that had lost a TaskManager ("slots-exhausted" was named, which was so). In two
the doctor does not see far enough: when a heap fills so fast that the TaskManager no longer answers, REST shows heartbeats that time out, which is what it names;
that memory is behind it stands only in the TaskManager's own log (--logs) and in the log of its garbage collector. One had two faults, a timeout of 1 s and a sink that flushes
for 1.6 s: the flush was named, the timeout stood among what follows from it.
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
	fmt.Fprintf(b, "\n### The first time\n\nThese cases were recorded when the rules were there already. What the doctor said the first time, before anything was changed for them:\n%s.\n\n", Measure(out).Summary())
	rounds(b, out)
	b.WriteString("| case | there is | named the first time | | changed since |\n|---|---|---|---|---|\n")
	for _, c := range out {
		word := "right"
		if !c.RightAtFirst() {
			word = "**wrong**"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", c.Name, causes(c.Expect), causes(c.First), word, c.Note)
	}
}

// rounds tells how each round of new cases came out. What was learned from one was
// mended before the next.
func rounds(b *strings.Builder, out []Case) {
	names := []string{""}
	for _, c := range out {
		if !slices.Contains(names, c.Round) {
			names = append(names, c.Round)
		}
	}
	slices.Sort(names)
	b.WriteString("| round | cases | precision | recall | the first cause named is there, or none is where none is |\n|---|---|---|---|---|\n")
	for _, name := range names {
		var own []Case
		right := 0
		for _, c := range out {
			if c.Round != name {
				continue
			}
			own = append(own, c)
			if len(c.Expect) == 0 && len(c.Named) == 0 || len(c.Named) > 0 && slices.Contains(c.Expect, c.Named[0]) {
				right++
			}
		}
		if len(own) == 0 {
			continue
		}
		if name == "" {
			name = "earlier"
		}
		s := Measure(own)
		fmt.Fprintf(b, "| %s | %d | %.3f | %.3f | %d of %d |\n", name, len(own), s.Precision(), s.Recall(), right, len(own))
	}
	b.WriteString("\n")
}

func causes(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

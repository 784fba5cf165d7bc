// Package report shows a diagnosis: as text for a terminal, as JSON, Markdown or
// one HTML file; in English or Chinese.
package report

import (
	"slices"

	"github.com/flottstream/flott/internal/doctor/rules"
	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Language of a report.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// text says a sentence. What has no translation stays English; so do names, and
// what logs, exceptions and servers say.
func (l Language) text(t rules.Text) string {
	if l != Chinese {
		return t.String()
	}
	format, ok := chinese[t.Format]
	if !ok {
		format = t.Format
	}
	args := slices.Clone(t.Args)
	for i, a := range args {
		switch a := a.(type) {
		case string:
			args[i] = l.word(a)
		case snapshot.Part:
			args[i] = l.word(string(a))
		}
	}
	return t.In(format, args)
}

// word is a word, or a whole sentence without figures, that fills a place in another.
func (l Language) word(s string) string {
	if l != Chinese {
		return s
	}
	if zh, ok := chineseWords[s]; ok {
		return zh
	}
	for _, r := range chineseReasons() {
		if r.english.MatchString(s) {
			return r.english.ReplaceAllString(s, r.chinese)
		}
	}
	return s
}

// say is text for a format and its arguments.
func (l Language) say(format string, args ...any) string {
	return l.text(rules.Text{Format: format, Args: args})
}

func (l Language) texts(ts []rules.Text) []string {
	out := make([]string, 0, len(ts))
	for _, t := range ts {
		out = append(out, l.text(t))
	}
	return out
}

// title is a rule's title.
func (l Language) title(r *rules.Rule) string { return l.say(r.Title) }

// Package report shows a diagnosis: as text for a terminal, as JSON, Markdown or
// one HTML file; in English or Chinese.
package report

import (
	"fmt"

	"github.com/flottstream/flott/internal/doctor/rules"
)

// Language of a report.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// text says a sentence. What has no translation stays English.
func (l Language) text(t rules.Text) string {
	if l == Chinese {
		if format, ok := chinese[t.Format]; ok {
			return fmt.Sprintf(format, t.Args...)
		}
	}
	return t.String()
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

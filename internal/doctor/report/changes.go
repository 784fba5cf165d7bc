package report

import (
	"fmt"
	"io"
	"time"

	"github.com/flottstream/flott/internal/doctor/rules"
)

// Changes writes what came, went or changed in severity between two looks.
func Changes(w io.Writer, before, after *rules.Diagnosis, at time.Time, lang Language) error {
	was, is := byKey(before), byKey(after)
	stamp := at.UTC().Format("15:04:05")
	for _, f := range after.Findings {
		old, ok := was[key(f)]
		mark := "+"
		switch {
		case ok && old.Severity == f.Severity:
			continue
		case ok:
			mark = "~"
		}
		if _, err := fmt.Fprintf(w, "%s %s %s %s %s: %s\n", stamp, mark, lang.say(f.Severity.String()), f.Rule.ID, f.Cause, lang.text(f.Summary)); err != nil {
			return err
		}
	}
	for _, f := range before.Findings {
		if _, ok := is[key(f)]; !ok {
			if _, err := fmt.Fprintf(w, "%s - %s %s: %s\n", stamp, f.Rule.ID, f.Cause, lang.say("gone")); err != nil {
				return err
			}
		}
	}
	if before.Health.Score != after.Health.Score {
		_, err := fmt.Fprintf(w, "%s %s\n", stamp, lang.say("health %d/100", after.Health.Score))
		return err
	}
	return nil
}

// key is what a finding is about, without its figures.
func key(f *rules.Finding) string {
	return fmt.Sprint(f.Rule.ID, f.Cause, f.JobID, f.Vertex, f.Subtask)
}

func byKey(d *rules.Diagnosis) map[string]*rules.Finding {
	out := map[string]*rules.Finding{}
	for _, f := range d.Findings {
		out[key(f)] = f
	}
	return out
}

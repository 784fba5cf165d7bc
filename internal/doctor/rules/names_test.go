package rules

import (
	"strings"
	"testing"
)

// A remedy names keys as the release of the cluster does.
func TestNamesOfReleases(t *testing.T) {
	for version, want := range map[string]string{
		"1.17.2": "env.java.opts: ", "1.18.1": "env.java.opts.all: ", "1.20.1": "env.java.opts.all: ", "2.3.0": "env.java.opts.all: ", "": "env.java.opts.all: ",
	} {
		b := newStory()
		b.s.Version = version
		delete(b.s.Config, "env.java.opts.all")
		found := false
		for _, f := range Diagnose(b.s).Findings {
			if f.Rule.ID == "FLT511" {
				found = strings.HasPrefix(f.Remedy[0].String(), want)
			}
		}
		if !found {
			t.Errorf("%s: no remedy begins with %q", version, want)
		}
	}
}

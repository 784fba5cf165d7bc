package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestErrors is a tour of a user's mistakes: every file of testdata/errors is a
// list of scripts and of all that flott says about them. `-rewrite` writes the
// answers anew; read them before keeping them.
//
//	file NAME     writes a data file into the directory the scripts run in
//	run [FLAGS…]  runs a script, which must fail with one message
func TestErrors(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("running as root: files without permission can be read, so that case is left out")
	}
	datadriven.Walk(t, "testdata/errors", func(t *testing.T, path string) {
		dir := t.TempDir()
		var wrong []string // shown at the end, so that a rewrite writes all answers
		defer func() {
			for _, w := range wrong {
				t.Error(w)
			}
		}()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "file":
				return writeFile(t, d, dir)
			case "run":
				said, w := runMistake(t, d, dir)
				if w != "" {
					wrong = append(wrong, d.Pos+": "+w)
				}
				return said
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

func writeFile(t *testing.T, d *datadriven.TestData, dir string) string {
	path := filepath.Join(dir, d.CmdArgs[0].Key)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(d.Input+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return ""
}

// raw is what must never reach a user: Go's names for types, packages and errors.
var raw = regexp.MustCompile(`panic|goroutine|runtime error|strconv\.|\*?\b(ast|types|plan|bind|expr|jobgraph|batch)\.[A-Z]|interface \{|map\[|%!|\.go:\d|\bnil\b`)

// runMistake returns what flott says about a script, and what is wrong with that.
func runMistake(t *testing.T, d *datadriven.TestData, dir string) (said, wrong string) {
	args := []string{"run", "-q"}
	for _, a := range d.CmdArgs {
		args = append(args, a.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "job.sql"), []byte(d.Input+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("flott", append(args, "job.sql")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TZ=UTC")
	var messages strings.Builder
	cmd.Stderr = &messages
	cmd.Run()
	said = strings.ReplaceAll(messages.String(), dir, "$DIR")
	code, places := cmd.ProcessState.ExitCode(), place.FindAllString(said, -1)
	switch m := raw.FindString(said); {
	case code != exitFailed:
		wrong = fmt.Sprintf("exit code %d, want %d", code, exitFailed)
	case m != "":
		wrong = fmt.Sprintf("the message shows %q", m)
	case len(places) != 1:
		wrong = fmt.Sprintf("%d messages with a place in the script, want 1", len(places))
	}
	return said, wrong
}

// place is a line, and for a mistake in the SQL a column, at the head of a message.
var place = regexp.MustCompile(`(?m)^job\.sql:\d+`)

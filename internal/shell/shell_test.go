package shell_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/shell"
	"github.com/flottstream/flott/internal/shell/local"
	"github.com/flottstream/flott/internal/tableau"
)

// newShell makes a shell of this process.
func newShell(out, messages interface{ Write([]byte) (int, error) }, more func(*shell.Options)) (*shell.Shell, error) {
	log := slog.New(slog.DiscardHandler)
	e := local.New(&embedded.Host{Engine: embedded.New(out, messages, log), Config: config.New(), Out: out, Style: tableau.Tableau})
	o := shell.Options{Engine: e, Names: e, Out: out, Err: messages, Style: tableau.Tableau, Prompt: "flott> ", Ephemeral: true}
	if more != nil {
		more(&o)
	}
	return shell.New(o)
}

// shellUnderTest is the process that the terminal tests drive.
func shellUnderTest() int {
	s, err := newShell(os.Stdout, os.Stderr, func(o *shell.Options) {
		o.In, o.Terminal, o.History = os.Stdin, os.Stdout, os.Getenv("FLOTT_TEST_HISTORY")
	})
	if err == nil {
		err = s.Run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

var jobID = regexp.MustCompile(`[0-9a-f]{32}`)

// TestScripts carries out scripts without a terminal.
//
//	file NAME            writes a file that scripts can name
//	script [KEY=VALUE …] carries out a text with these settings
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		file, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Chdir(t.TempDir())
		datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "file":
				if err := os.WriteFile(d.CmdArgs[0].Key, []byte(d.Input), 0o600); err != nil {
					t.Fatal(err)
				}
				return ""
			case "script":
				return script(t, d)
			}
			t.Fatalf("unknown command %s", d.Cmd)
			return ""
		})
	})
}

func script(t *testing.T, d *datadriven.TestData) string {
	var out bytes.Buffer
	s, err := newShell(&out, &out, func(o *shell.Options) {
		o.Settings = map[string]string{}
		for _, a := range d.CmdArgs {
			o.Settings[a.Key] = a.Vals[0]
		}
	})
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	err = s.Script(t.Context(), "script", d.Input)
	if err == nil {
		err = s.Settle(t.Context())
	}
	text := jobID.ReplaceAllString(out.String(), "$$ID")
	switch {
	case shell.Failed(err):
		text += "(failed)\n"
	case err != nil:
		text += fmt.Sprintf("(%v)\n", err)
	}
	return text
}

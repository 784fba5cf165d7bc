// Package examples_test runs every example and compares what it shows with the
// expected.txt beside it.
package examples_test

import (
	"bytes"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/tableau"
)

var rewrite = flag.Bool("rewrite", false, "write expected.txt anew")

// run returns what `flott run -p N examples/NAME/*.sql` shows.
func run(t *testing.T, job, parallelism string) string {
	t.Helper()
	script, err := os.ReadFile(job)
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.New()
	for key, value := range map[string]string{"parallelism.default": parallelism, "table.local-time-zone": "UTC"} {
		if err := cfg.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	h := &embedded.Host{
		Engine: embedded.New(&out, &out, slog.New(slog.DiscardHandler)), Config: cfg, Out: &out, Style: tableau.Tableau,
	}
	// What an example writes goes elsewhere here, each time to a new folder.
	text := strings.ReplaceAll(string(script), "'tmp/", "'"+t.TempDir()+"/")
	if err := h.NewSession().Run(t.Context(), text, h); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A join's rows come in the order in which its two inputs happen to be read, and
// those of files in the order in which subtasks get them.
var anyOrder = map[string]bool{"shop": true, "files": true, "enrich": true}

// What is late depends on how far the subtasks of a source have come, and the
// events that the nexmark connector makes on how many subtasks make them.
var alone = map[string]bool{"iot": true, "nexmark": true}

func TestExamples(t *testing.T) {
	t.Chdir("..") // the examples name their data from the repository's root
	jobs, err := filepath.Glob("examples/*/*.sql")
	if err != nil || len(jobs) < 6 {
		t.Fatalf("found %d examples (%v)", len(jobs), err)
	}
	for _, job := range jobs {
		dir := filepath.Dir(job)
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			got := run(t, job, "1")
			golden := filepath.Join(dir, "expected.txt")
			if *rewrite {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) && !(anyOrder[name] && sorted(got) == sorted(string(want))) {
				t.Errorf("it shows\n%s\nwant\n%s", got, want)
			}
			if alone[name] {
				return
			}
			// With two subtasks the same rows come, maybe in another order.
			if got := run(t, job, "2"); sorted(got) != sorted(string(want)) {
				t.Errorf("with parallelism 2 it shows\n%s\nwant, in any order\n%s", got, want)
			}
		})
	}
}

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Examples are small and say in their first lines what they show and how to run
// them.
func TestExamplesAreReadable(t *testing.T) {
	files, err := filepath.Glob("*/*")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 100<<10 {
			t.Errorf("%s has %d bytes; keep examples below 100 kB", path, len(text))
		}
		if filepath.Ext(path) != ".sql" {
			continue
		}
		if !strings.HasPrefix(string(text), "-- ") {
			t.Errorf("%s does not begin with a comment that says what it shows", path)
		}
		if !strings.Contains(string(readme), filepath.ToSlash(path)) {
			t.Errorf("README.md does not name %s", path)
		}
	}
}

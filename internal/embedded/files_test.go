package embedded

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/tableau"
)

// filesJob writes the numbers below 12,000, of four partitions, into files. A
// slow source has it take a few seconds.
const filesJob = `
CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '6000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '11999');
CREATE TABLE files (id BIGINT, p BIGINT) PARTITIONED BY (p) WITH ('connector' = 'filesystem', 'path' = '$path', 'format' = 'json',
  'sink.rolling-policy.file-size' = '4 kb', 'sink.partition-commit.policy.kind' = 'success-file');
INSERT INTO files SELECT id, id / 3000 FROM numbers;
`

// published calls f with the name and text of each file that readers see.
func published(t *testing.T, dir string, f func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || path == dir {
			return err
		}
		if e.IsDir() && e.Name()[0] == '.' {
			return fs.SkipDir
		}
		if e.IsDir() || e.Name()[0] == '.' {
			return nil
		}
		text, err := os.ReadFile(path)
		f(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// runFiles runs the job, resumed, until it ends or as many files more as given
// are published.
func runFiles(t *testing.T, path, checkpoints string, parallelism, files int) (ended bool) {
	t.Helper()
	cfg := config.New()
	for key, value := range map[string]string{
		"parallelism.default": strconv.Itoa(parallelism), "execution.checkpointing.interval": "60 ms", "execution.checkpointing.dir": checkpoints, "pipeline.name": "files",
	} {
		if err := cfg.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	count := func() (n int) { published(t, path, func(string, string) { n++ }); return n }
	until := count() + files
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	var out bytes.Buffer
	host := &Host{Engine: New(&out, io.Discard, slog.New(slog.DiscardHandler)), Config: cfg, Out: &out, Style: tableau.Style("csv"), Resume: true}
	done := make(chan error, 1)
	go func() { done <- host.NewSession().Run(ctx, strings.ReplaceAll(filesJob, "$path", path), host) }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
			return ctx.Err() == nil
		case <-tick.C:
			if ctx.Err() == nil && files > 0 && count() >= until {
				kill()
			}
		}
	}
}

// TestFilesExactlyOnce ends a job again and again and resumes it, with other
// parallelism: every number is in exactly one file.
func TestFilesExactlyOnce(t *testing.T) {
	path, checkpoints := filepath.Join(t.TempDir(), "table"), t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	for i, parallelism := range []int{2, 1, 3, 3, 2} {
		if runFiles(t, path, checkpoints, parallelism, 1+r.IntN(12)) {
			t.Fatalf("the job ended before it was to be killed for the %d. time", i+1)
		}
	}
	runFiles(t, path, checkpoints, 2, 0)

	seen, marks := map[int64]int{}, map[string]bool{}
	published(t, path, func(name, text string) {
		partition := filepath.Base(filepath.Dir(name))
		if filepath.Base(name) == "_SUCCESS" {
			marks[partition] = true
			return
		}
		for line := range strings.Lines(text) {
			var row struct{ ID int64 }
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if seen[row.ID]++; "p="+strconv.FormatInt(row.ID/3000, 10) != partition {
				t.Errorf("%d is in %s", row.ID, partition)
			}
		}
	})
	for id := range int64(12000) {
		if seen[id] != 1 {
			t.Errorf("%d is there %d times", id, seen[id])
		}
	}
	if len(seen) != 12000 || len(marks) != 4 {
		t.Errorf("%d numbers in partitions of which %d are marked, want 12000 and 4", len(seen), len(marks))
	}
	if left, err := os.ReadDir(filepath.Join(path, ".staging")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left over are %v (%v)", left, err)
	}
}

package sim

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var (
	seeds = flag.Int("seeds", 40, "how many seeds to simulate")
	first = flag.Uint64("first", 1, "the first of them")
	every = flag.Bool("every", false, "log every element on every edge of a seed that fails")
)

// TestSeeds simulates a number of seeds. One that fails becomes a file, which
// TestOldSeeds replays for ever.
func TestSeeds(t *testing.T) {
	Verbose = *every
	var sum Report
	sum.Query = "all"
	for seed := *first; seed < *first+uint64(*seeds); seed++ {
		r, err := Run(seed, Nothing)
		if err != nil {
			t.Error(shorten(err))
			keep(t, seed, err)
		}
		if testing.Verbose() && *seeds <= 50 {
			t.Log(seed, r)
		}
		sum.Add(r)
	}
	t.Log(&sum)
}

const seedFiles = "testdata/seeds"

// keep writes a seed down with what it found, as a comment.
func keep(t *testing.T, seed uint64, err error) {
	text := fmt.Sprintf("# %s\n%d\n", strings.SplitN(err.Error(), "\n", 2)[0], seed)
	if err := os.WriteFile(filepath.Join(seedFiles, strconv.FormatUint(seed, 10)), []byte(text), 0o644); err != nil {
		t.Error(err)
	}
}

// TestOldSeeds replays the seeds that have failed once.
func TestOldSeeds(t *testing.T) {
	files, err := filepath.Glob(seedFiles + "/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d seeds: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		seed := uint64(0)
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			if !strings.HasPrefix(line, "#") {
				if seed, err = strconv.ParseUint(line, 10, 64); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
			}
		}
		if _, err := Run(seed, Nothing); err != nil {
			t.Errorf("%s: %s", file, shorten(err))
		}
	}
}

// shorten leaves the log out if there are many seeds.
func shorten(err error) string {
	text := err.Error()
	if *seeds == 1 {
		return text
	}
	lines := strings.SplitN(text, "\n", 4)
	return strings.Join(lines[:min(3, len(lines))], "\n")
}

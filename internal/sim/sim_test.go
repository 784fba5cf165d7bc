package sim

import (
	"flag"
	"strings"
	"testing"
)

var (
	seeds = flag.Int("seeds", 40, "how many seeds to simulate")
	first = flag.Uint64("first", 1, "the first of them")
	every = flag.Bool("every", false, "log every element on every edge of a seed that fails")
)

// TestSeeds simulates a number of seeds.
func TestSeeds(t *testing.T) {
	verbose = *every
	var sum Report
	sum.Query = "all"
	for seed := *first; seed < *first+uint64(*seeds); seed++ {
		r, err := Run(seed, Nothing)
		if err != nil {
			t.Error(shorten(err))
		}
		if testing.Verbose() {
			t.Log(seed, r)
		}
		sum.Add(r)
	}
	t.Log(&sum)
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

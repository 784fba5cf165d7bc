package sim

import (
	"flag"
	"testing"
)

var (
	seeds = flag.Int("seeds", 40, "how many seeds to simulate")
	first = flag.Uint64("first", 1, "the first of them")
)

// TestSeeds simulates a number of seeds.
func TestSeeds(t *testing.T) {
	var sum Report
	sum.Query = "all"
	for seed := *first; seed < *first+uint64(*seeds); seed++ {
		r, err := Run(seed, Nothing)
		if err != nil {
			t.Fatal(err)
		}
		if testing.Verbose() {
			t.Log(seed, r)
		}
		sum.Add(r)
	}
	t.Log(&sum)
}

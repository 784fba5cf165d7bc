package sim

import (
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestPlants shows that each checker finds what it is there for.
func TestPlants(t *testing.T) {
	// Not every seed has a row, a deletion or a watermark to plant it in.
	for _, p := range []struct {
		plant Plant
		wants []string
		least int // of 40 seeds
	}{
		{Loss, []string{"lost 1 of", "1 too many of"}, 30}, // of the rows of an update, either may be lost
		{Duplicate, []string{"lost 1 of", "1 too many of"}, 30},
		{Leak, []string{"files of no checkpoint are left", "is broken"}, 8},
		{Amnesia, []string{"lost 1 of", "1 too many of", "lost", "too many of", "the state is another"}, 8},
		{Backwards, []string{"went back to"}, 10},
	} {
		t.Run(string(p.plant), func(t *testing.T) {
			found := 0
			for seed := uint64(1); seed <= 40; seed++ {
				_, err := Run(seed, p.plant)
				if err == nil {
					continue
				}
				found++
				if !slices.ContainsFunc(p.wants, func(want string) bool { return strings.Contains(err.Error(), want) }) {
					t.Errorf("another checker spoke up: %v", shorten(err))
				}
			}
			if found < p.least {
				t.Errorf("noticed with %d of 40 seeds", found)
			}
		})
	}
}

// TestSameSeedSameRun runs seeds twice.
func TestSameSeedSameRun(t *testing.T) {
	for seed := uint64(100); seed < 110; seed++ {
		a, err := Run(seed, Nothing)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Run(seed, Nothing)
		if err != nil {
			t.Fatal(err)
		}
		if *a != *b {
			t.Errorf("seed %d: one run is\n%+v\nthe other\n%+v", seed, a, b)
		}
	}
}

// TestNothingIsLeft makes sure that simulations leave no goroutine behind.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for seed := uint64(200); seed < 220; seed++ {
		if _, err := Run(seed, Nothing); err != nil {
			t.Fatal(err)
		}
	}
	for range 1_000_000 { // those that have been told to end are about to
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

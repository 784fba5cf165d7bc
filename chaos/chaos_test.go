package main

import (
	"context"
	"os"
	"testing"
	"time"
)

// A short run for real: a few kills, without those of the broker.
func TestFewKills(t *testing.T) {
	if os.Getenv("FLOTT_KAFKA") == "" || testing.Short() {
		t.Skip("make chaos does it thoroughly; set FLOTT_KAFKA, as scripts/with-services does, for a short run: it starts a broker of its own")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	o := &options{root: "..", flott: "build", kills: 5, seed: 4, rows: 150, rate: 500, backends: "hashmap,rocksdb", interval: 300 * time.Millisecond,
		timeout: 2 * time.Second, tornShare: 0.3}
	right, err := run(ctx, o, t.Output())
	if err != nil || !right {
		t.Errorf("right = %v, %v", right, err)
	}
}

package lsm

import (
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
)

// Timers beyond memory fire all, once, and in order; those behind the horizon can
// be deleted and set like any other.
func TestTimersBeyondMemory(t *testing.T) {
	b := newBackend(t, Options{Memory: 4 << 20, BlockCache: 1 << 20})
	tm, err := b.Timers("t")
	must(t, err)
	const n = 100_000
	keys := benchKeys(n, 1)
	at := func(i int) int64 { return int64(le.Uint64(keys.At(i))) % 50_000 }
	for i := range n {
		must(t, tm.Set(at(i), keys.Hash[i], keys.At(i)))
	}
	if tm.(*timers).endless {
		t.Fatal("all timers are in memory")
	}
	deleted := 0
	for i := 0; i < n; i += 10 {
		must(t, tm.Set(at(i), keys.Hash[i], keys.At(i))) // again
		if i%20 == 0 {
			tm.Delete(at(i), keys.Hash[i], keys.At(i))
			deleted++
		}
	}
	if tm.Len() != n-deleted {
		t.Fatalf("Len %d, want %d", tm.Len(), n-deleted)
	}
	fired, last := 0, int64(-1)
	for until := int64(0); until <= 50_000; until += 1000 {
		must(t, tm.PopUntil(until, func(time int64, hash uint64, key []byte) error {
			if time < last || time != int64(le.Uint64(key))%50_000 || hash != keygroup.Hash(key) {
				t.Fatalf("%d fires after %d", time, last)
			}
			last = time
			fired++
			return nil
		}))
	}
	if fired != n-deleted || tm.Len() != 0 {
		t.Fatalf("%d fired, %d left; want %d", fired, tm.Len(), n-deleted)
	}
}

// Package statetest is the conformance kit of package state: every backend has
// to pass Run. The cases carry the sentence of the contract that they check;
// the random ones compare a backend with a naive model under long sequences of
// operations, and print the seed when they fail.
package statetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Options are what a backend under test has to be made with.
type Options struct {
	KeyGroups      keygroup.Range
	MaxParallelism int
	Now            func() time.Time
	Restore        *state.Restore // nil: begin empty
}

// Factory makes a backend. It registers its own clean-up with t.
type Factory func(t *testing.T, o Options) state.Backend

// Run checks the backends of factory against the contract.
func Run(t *testing.T, factory Factory) {
	for _, c := range []struct {
		name  string
		check func(*testing.T, Factory)
	}{
		{"Backend", checkBackend},
		{"Table", checkTable},
		{"TableTTL", checkTableTTL},
		{"TableRandom", checkTableRandom},
		{"List", checkList},
		{"ListTTL", checkListTTL},
		{"ListRandom", checkListRandom},
		{"Map", checkMap},
		{"MapTTL", checkMapTTL},
		{"MapRandom", checkMapRandom},
		{"Timers", checkTimers},
		{"TimersRandom", checkTimersRandom},
		{"OperatorList", checkOperatorList},
		{"KeyGroups", checkKeyGroups},
		{"RefsAfterDelete", checkRefsAfterDelete},
		{"SnapshotEmpty", checkEmptySnapshot},
		{"SnapshotRandom", checkSnapshotRandom},
		{"RestoreRandom", checkRestoreRandom},
		{"RestoreUnclaimed", checkUnclaimed},
		{"RestoreChangedSpec", checkChangedSpec},
		{"RestoreChangedTTL", checkChangedTTL},
		{"RestoreWidths", checkRestoredWidths},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, factory) })
	}
}

// clock is a clock that tests set.
type clock struct{ ms int64 }

func (c *clock) now() time.Time { return time.UnixMilli(c.ms) }

// open makes a backend that owns all key groups.
func open(t *testing.T, f Factory) (state.Backend, *clock) {
	c := &clock{ms: 1_000_000}
	return f(t, Options{KeyGroups: keygroup.RangeOf(0, 128, 1), MaxParallelism: 128, Now: c.now}), c
}

// keysOf encodes keys; width 0 makes keys of varying size.
func keysOf(width int, keys ...string) *state.Keys {
	k := &state.Keys{Width: width}
	if width == 0 {
		k.Offsets = []int32{0}
	}
	for _, s := range keys {
		b := []byte(s)
		if width > 0 {
			b = make([]byte, width)
			copy(b, s)
		}
		k.Bytes = append(k.Bytes, b...)
		k.Hash = append(k.Hash, keygroup.Hash(b))
		if width == 0 {
			k.Offsets = append(k.Offsets, int32(len(k.Bytes)))
		}
	}
	return k
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("%s: got %s, want %s", what, g, w)
	}
}

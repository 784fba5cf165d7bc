package heap

import (
	"testing"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/statetest"
)

func TestConformance(t *testing.T) {
	statetest.Run(t, func(t *testing.T, o statetest.Options) state.Backend {
		return New(Options{KeyGroups: o.KeyGroups, MaxParallelism: o.MaxParallelism, Now: o.Now, Restore: o.Restore})
	})
}

// Memory given back by Drop and SetVar is used again.
func TestMemoryIsReused(t *testing.T) {
	b := New(Options{KeyGroups: allGroups, MaxParallelism: 128})
	tab, err := b.Table(state.Spec{Name: "t", FixedWidth: 16})
	if err != nil {
		t.Fatal(err)
	}
	keys := benchKeys(5000, 1)
	refs := make([]state.Ref, keys.Len())
	var first int64
	for ns := range int64(50) {
		if _, err := tab.Upsert(ns, keys, refs, nil); err != nil {
			t.Fatal(err)
		}
		for i, r := range refs {
			tab.SetVar(r, make([]byte, 20+i%200))
		}
		if err := tab.Drop(ns); err != nil {
			t.Fatal(err)
		}
		if ns == 0 {
			first = b.MemoryBytes()
		}
	}
	if now := b.MemoryBytes(); now > first*11/10 {
		t.Fatalf("memory went from %d to %d bytes over 50 namespaces of the same size", first, now)
	}
}

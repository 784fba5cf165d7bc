package lsm

import (
	"context"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/statetest"
)

var allGroups = keygroup.RangeOf(0, 128, 1)

// newBackend makes a backend that is closed with the test.
func newBackend(t testing.TB, o Options) *Backend {
	t.Helper()
	if o.MaxParallelism == 0 {
		o.KeyGroups, o.MaxParallelism = allGroups, 128
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	b, err := New(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name   string
		memory int64
	}{
		{"roomy", 64 << 20},
		{"starved", 80 << 10}, // nearly everything goes through the tree
	} {
		t.Run(c.name, func(t *testing.T) {
			statetest.Run(t, func(t *testing.T, o statetest.Options) state.Backend {
				return newBackend(t, Options{KeyGroups: o.KeyGroups, MaxParallelism: o.MaxParallelism, Now: o.Now,
					Restore: o.Restore, Memory: c.memory, BlockCache: 64 << 10, WriteRatio: 0.25})
			})
		})
	}
}

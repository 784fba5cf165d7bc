package heap

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/state"
)

// A snapshot is read by another goroutine while the subtask writes on: every
// entry in it has the value of the moment it was taken.
func TestSnapshotWhileWriting(t *testing.T) {
	b := New(Options{KeyGroups: allGroups, MaxParallelism: 128})
	tab, err := b.Table(state.Spec{Name: "t", FixedWidth: 8})
	if err != nil {
		t.Fatal(err)
	}
	const n = 20000
	keys, refs := benchKeys(n, 3), make([]state.Ref, n)
	write := func(version uint64) {
		if _, err := tab.Upsert(0, keys, refs, nil); err != nil {
			t.Fatal(err)
		}
		for i, rec := range tab.Records(refs, nil) {
			le.PutUint64(rec, version)
			if i%2 == 0 {
				tab.SetVar(refs[i], fmt.Appendf(nil, "%0*d", 1+i%300, version))
			}
		}
	}
	for version := range uint64(5) {
		write(version)
		s, err := b.Snapshot(int64(version))
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- allOf(s, version, n) }()
		for range 3 {
			write(version + 100)
			for i := range 50 {
				tab.Delete(refs[rand.IntN(n/50)*50+i])
			}
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if err := tab.Drop(0); err != nil {
		t.Fatal(err)
	}
}

func allOf(s state.Snapshot, version uint64, n int) error {
	defer s.Release()
	seen := 0
	err := s.Scan("t", func(e *state.Entry) error {
		seen++
		if v := le.Uint64(e.Fixed); v != version {
			return fmt.Errorf("fixed part of version %d in the snapshot of version %d", v, version)
		}
		if want := fmt.Sprintf("%0*d", len(e.Var), version); len(e.Var) > 0 && string(e.Var) != want {
			return fmt.Errorf("variable part %q, want %q", e.Var, want)
		}
		return nil
	})
	if err == nil && seen != n {
		err = fmt.Errorf("%d entries, want %d", seen, n)
	}
	if s.Scan("t", nil) == nil {
		err = errors.Join(err, errors.New("a second Scan of the same state is refused"))
	}
	return err
}

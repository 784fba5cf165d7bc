package statetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/statefile"
	"github.com/flottstream/flott/internal/types"
)

// worlds is how many random worlds are tried.
func worlds() uint64 {
	if testing.Short() {
		return 1
	}
	return 3
}

// checkSnapshotRandom: whatever is written while snapshots are read by other
// goroutines, several at once, each shows the moment it was taken.
func checkSnapshotRandom(t *testing.T, f Factory) {
	for seed := range worlds() {
		w := newWorld(t, f, seed)
		for range 400 {
			w.step()
			if w.r.IntN(8) == 0 {
				w.settle(2)
				w.snapshot()
			}
		}
		w.settle(0)
	}
}

// checkRestoreRandom: state goes on after a restart with other key groups.
func checkRestoreRandom(t *testing.T, f Factory) {
	for seed := range worlds() {
		w := newWorld(t, f, 100+seed)
		for _, n := range []int{1, 2, 7, 1, 3} {
			w.rescale(n)
			for range 150 {
				w.step()
			}
		}
	}
}

// sourceOf writes a backend through statefile and opens the result.
func sourceOf(t *testing.T, b state.Backend) state.Source {
	t.Helper()
	s := must[state.Snapshot](t)(b.Snapshot(1))
	defer s.Release()
	part, err := statefile.Write(context.Background(), s, nil, statefile.Options{
		Groups: keygroup.RangeOf(0, 128, 1), MaxParallelism: 128, InlineBytes: 1 << 30})
	ok(t, err)
	return must[state.Source](t)(statefile.Open(context.Background(), part, nil))
}

func restored(t *testing.T, f Factory, c *clock, r *state.Restore) state.Backend {
	return f(t, Options{KeyGroups: keygroup.RangeOf(0, 128, 1), MaxParallelism: 128, Now: c.now, Restore: r})
}

func checkEmptySnapshot(t *testing.T, f Factory) {
	b, c := open(t, f)
	src := sourceOf(t, b)
	equal(t, "a backend without states has a snapshot without states", len(src.States()), 0)
	spec := state.Spec{Name: "t", FixedWidth: 8}
	must[state.Table](t)(b.Table(spec))
	must[state.Timers](t)(b.Timers("a"))
	src = sourceOf(t, b)
	var names []string
	for _, d := range src.States() {
		names = append(names, fmt.Sprint(d.Name, " ", d.Shape))
	}
	equal(t, "States are in order of name", names, []string{"a timers", "t table"})
	b = restored(t, f, c, &state.Restore{Sources: []state.Source{src}})
	equal(t, "an empty state is restored as one", must[state.Table](t)(b.Table(spec)).Len(), 0)
	s := must[state.Snapshot](t)(b.Snapshot(1))
	defer s.Release()
	if err := s.Scan("absent", func(*state.Entry) error { return nil }); err == nil {
		t.Fatal("Scan of a state that is not there is an error")
	}
}

func checkUnclaimed(t *testing.T, f Factory) {
	b, c := open(t, f)
	equal(t, "without a Restore nothing is unclaimed", len(b.Unclaimed()), 0)
	for _, name := range []string{"x", "y", "z"} {
		must[state.Table](t)(b.Table(state.Spec{Name: name, FixedWidth: 8}))
	}
	lists := []state.ListContent{{Name: "offsets", Mode: state.Union, Records: [][]byte{[]byte("o")}}, {Name: "other", Mode: state.Split}}
	b = restored(t, f, c, &state.Restore{Sources: []state.Source{sourceOf(t, b), sourceOf(t, b)}, Lists: lists})
	must[state.Table](t)(b.Table(state.Spec{Name: "y", FixedWidth: 8}))
	l := must[state.OperatorList](t)(b.OperatorList("offsets", state.Union))
	equal(t, "an operator list is restored", string(l.Get()[0]), "o")
	equal(t, "Unclaimed names what nobody asked for", b.Unclaimed(), []string{"other", "x", "z"})
	if _, err := b.OperatorList("other", state.Broadcast); err == nil {
		t.Fatal("an operator list of another mode is refused")
	}
}

func checkChangedSpec(t *testing.T, f Factory) {
	b, c := open(t, f)
	spec := state.Spec{Name: "orders", FixedWidth: 8, Key: []types.Type{types.Of(types.BigInt)},
		Value: types.Schema{{Name: "note", Type: types.String()}}}
	must[state.Table](t)(b.Table(spec))
	must[state.Timers](t)(b.Timers("timers"))
	src := sourceOf(t, b)
	again := func() state.Backend { return restored(t, f, c, &state.Restore{Sources: []state.Source{src}}) }
	refused := func(what string, err error, texts ...string) {
		t.Helper()
		if err == nil {
			t.Fatalf("%s is not refused", what)
		}
		for _, text := range texts {
			if !strings.Contains(err.Error(), text) {
				t.Fatalf("%s: error %q does not say %q", what, err, text)
			}
		}
	}
	_, err := again().List(spec)
	refused("another shape", err, "orders", "table", "list")
	wider := spec
	wider.FixedWidth = 16
	_, err = again().Table(wider)
	refused("another fixed width", err, "orders", "8", "16")
	other := spec
	other.Key = []types.Type{types.String()}
	_, err = again().Table(other)
	refused("another type of key", err, "orders", "BIGINT", "STRING")
	other = spec
	other.Value = types.Schema{{Name: "note", Type: types.Of(types.Double)}}
	_, err = again().Table(other)
	refused("another type of value", err, "orders", "STRING", "DOUBLE")
	_, err = again().Timers("orders")
	refused("timers", err, "orders", "table", "timers")
	_, err = again().Table(state.Spec{Name: "timers"})
	refused("a table instead of timers", err, "timers", "table")
	_, err = again().Table(spec)
	ok(t, err)
}

// checkChangedTTL: a TTL may differ from that in the snapshot.
func checkChangedTTL(t *testing.T, f Factory) {
	with := func(after time.Duration) []state.Spec {
		ttl := state.TTL{After: after}
		return []state.Spec{{Name: "t", FixedWidth: 8, TTL: ttl}, {Name: "l", TTL: ttl}, {Name: "m", FixedWidth: 8, TTL: ttl}}
	}
	keys, refs := keysOf(8, "a"), make([]state.Ref, 1)
	fill := func(b state.Backend, specs []state.Spec) {
		must[[]int32](t)(must[state.Table](t)(b.Table(specs[0])).Upsert(0, keys, refs, nil))
		l := must[state.List](t)(b.List(specs[1]))
		ok(t, l.Upsert(keys, refs))
		l.Append(refs[0], []byte("r"))
		must[[]int32](t)(must[state.Map](t)(b.Map(specs[2])).Upsert(keys, keys, refs, nil))
	}
	alive := func(b state.Backend, specs []state.Spec) []bool {
		ok(t, must[state.Table](t)(b.Table(specs[0])).Get(0, keys, refs))
		out := []bool{refs[0] != state.None}
		l := must[state.List](t)(b.List(specs[1]))
		ok(t, l.Get(keys, refs))
		out = append(out, refs[0] != state.None && len(readList(l, refs[0])) > 0)
		ok(t, must[state.Map](t)(b.Map(specs[2])).Get(keys, keys, refs))
		return append(out, refs[0] != state.None)
	}
	for _, x := range []struct {
		what         string
		old, new     time.Duration
		before, then int64 // ms passed before and after the restore
		alive        bool
	}{
		{"without a stamp counts as written now", 0, 100, 500, 50, true},
		{"and expires from then on", 0, 100, 500, 100, false},
		{"a stamp is kept", 1000, 100, 70, 20, true},
		{"and counts under the new TTL", 1000, 100, 70, 30, false},
		{"expired under the new TTL at once", 1000, 100, 200, 0, false},
		{"a longer TTL", 100, 1000, 70, 500, true},
		{"no TTL any more", 100, 0, 70, 500, true},
	} {
		b, c := open(t, f)
		fill(b, with(x.old*time.Millisecond))
		src := sourceOf(t, b)
		c.ms += x.before
		b = restored(t, f, c, &state.Restore{Sources: []state.Source{src}})
		specs := with(x.new * time.Millisecond)
		for _, s := range specs {
			switch s.Name {
			case "t":
				must[state.Table](t)(b.Table(s))
			case "l":
				must[state.List](t)(b.List(s))
			case "m":
				must[state.Map](t)(b.Map(s))
			}
		}
		c.ms += x.then
		equal(t, x.what, alive(b, specs), slices.Repeat([]bool{x.alive}, 3))
	}
}

// checkRestoredWidths: whether keys have one width is told by the operator's keys,
// not by chance.
func checkRestoredWidths(t *testing.T, f Factory) {
	b, c := open(t, f)
	same := keysOf(0, "abcdefgh", "ijklmnop")
	refs := make([]state.Ref, 2)
	fill := func(b state.Backend) (state.Table, state.List, state.Map) {
		return must[state.Table](t)(b.Table(state.Spec{Name: "t", FixedWidth: 8})),
			must[state.List](t)(b.List(state.Spec{Name: "l"})), must[state.Map](t)(b.Map(state.Spec{Name: "m", FixedWidth: 8}))
	}
	tab, l, m := fill(b)
	must[[]int32](t)(tab.Upsert(0, same, refs, nil))
	tab.SetVar(refs[1], []byte("second"))
	ok(t, l.Upsert(same, refs))
	l.Append(refs[1], []byte("record"))
	must[[]int32](t)(m.Upsert(same, same, refs, nil))
	m.SetVar(refs[1], []byte("of the map"))
	src := sourceOf(t, b)
	b = restored(t, f, c, &state.Restore{Sources: []state.Source{src}})
	tab, l, m = fill(b)
	mixed := keysOf(0, "a much longer key than any one before it", "ijklmnop")
	must[[]int32](t)(tab.Upsert(0, mixed, refs, nil))
	equal(t, "a table takes keys of another size", string(tab.Var(refs[1])), "second")
	equal(t, "and gives them back", tab.Key(refs[0]), mixed.At(0))
	ok(t, l.Upsert(mixed, refs))
	equal(t, "a list takes keys of another size", readList(l, refs[1]), []string{"record"})
	must[[]int32](t)(m.Upsert(mixed, mixed, refs, nil))
	equal(t, "a map takes keys of another size", string(m.Var(refs[1])), "of the map")
	equal(t, "and all its entries are there", m.Len(), 3)
	b = restored(t, f, c, &state.Restore{Sources: []state.Source{src}})
	tab, _, _ = fill(b)
	fixed := keysOf(8, "abcdefgh", "ijklmnop")
	ok(t, tab.Get(0, fixed, refs))
	equal(t, "keys of one width are found too", string(tab.Var(refs[1])), "second")
}

// checkRefsAfterDelete: removing entries ends their Refs only.
func checkRefsAfterDelete(t *testing.T, f Factory) {
	for _, width := range []int{0, 8} {
		b, _ := open(t, f)
		m := must[state.Map](t)(b.Map(state.Spec{Name: "m", FixedWidth: 8}))
		l := must[state.List](t)(b.List(state.Spec{Name: "l"}))
		const n = 200
		names, subs := make([]string, n), make([]string, n)
		for i := range n {
			names[i], subs[i] = fmt.Sprint("k", i/4), fmt.Sprint("s", i)
		}
		keys, sub, refs := keysOf(width, names...), keysOf(width, subs...), make([]state.Ref, n)
		must[[]int32](t)(m.Upsert(keys, sub, refs, nil))
		fixed := m.Records(refs, nil)
		for i, r := range refs {
			copy(fixed[i], subs[i])
			m.SetVar(r, []byte(subs[i]))
		}
		for i, r := range refs {
			if i%3 == 0 {
				m.Delete(r)
			}
		}
		ok(t, m.Clear(keys, 4))
		for i, r := range refs {
			if i%3 != 0 && i/4 != 1 {
				equal(t, "Refs of other entries stay valid after Map.Delete and Clear",
					[]string{trim(m.Sub(r)), string(m.Var(r)), trim(m.Fixed(r)), trim(fixed[i])}, slices.Repeat([]string{subs[i]}, 4))
			}
		}
		distinct := keysOf(width, subs...)
		ok(t, l.Upsert(distinct, refs))
		for i, r := range refs {
			l.Append(r, []byte(subs[i]))
		}
		for i, r := range refs {
			if i%3 == 0 {
				l.Clear(r)
			}
		}
		for i, r := range refs {
			if i%3 != 0 {
				equal(t, "Refs of other lists stay valid after List.Clear", []any{trim(l.Key(r)), readList(l, r)}, []any{subs[i], []string{subs[i]}})
			}
		}
	}
}

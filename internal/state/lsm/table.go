package lsm

import (
	"slices"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// table keeps an entry under (namespace, key).
type table struct {
	plain
	*store
	spaces map[state.Namespace]*space
	last   *space
}

var _ state.Table = (*table)(nil)

func newTable(b *Backend, spec state.Spec) *table {
	t := &table{spaces: map[state.Namespace]*space{}}
	t.store = newStore(b, keyspaceOf(spec.Name), t, spec.FixedWidth, spec.FixedWidth, spec.TTL)
	return t
}

func (t *table) locate(dst []byte, sp *space, hash uint64, key []byte) ([]byte, uint64) {
	return append(appendSigned(dst, sp.ns), key...), hash
}

func (t *table) expire(rest, value []byte) error {
	if len(rest) < 8 {
		return errKey
	}
	sp, key := t.space(signed(rest)), rest[8:]
	if sp == nil || sp.cold == 0 {
		return nil // it has been dropped
	}
	hash := keygroup.Hash(key)
	t.guessLayout()
	if t.Probe(&sp.Index, hash, key) != state.None {
		return nil
	}
	r, err := t.adopt(sp, hash, key, value)
	if err == nil {
		t.remove(r)
	}
	return err
}

// space returns the space of ns, nil if it does not exist.
func (t *table) space(ns state.Namespace) *space {
	if t.last != nil && t.last.ns == ns {
		return t.last
	}
	sp := t.spaces[ns]
	if sp != nil {
		t.last = sp
	}
	return sp
}

// open returns the space of ns.
func (t *table) open(ns state.Namespace) *space {
	sp := t.space(ns)
	if sp == nil {
		sp = t.newSpace(ns)
		t.spaces[ns], t.last = sp, sp
	}
	return sp
}

func (t *table) Get(ns state.Namespace, keys *state.Keys, refs []state.Ref) error {
	if err := t.begin(keys, len(refs)); err != nil {
		return err
	}
	sp := t.space(ns)
	if sp == nil {
		for i := range refs {
			refs[i] = state.None
		}
		return nil
	}
	if t.TTL > 0 {
		t.sweep(sp, keys.Len(), t.remove)
		if err := t.sweepCold(keys.Len()); err != nil {
			return err
		}
	}
	return t.get(sp, keys, refs)
}

func (t *table) Upsert(ns state.Namespace, keys *state.Keys, refs []state.Ref, created []int32) ([]int32, error) {
	if err := t.begin(keys, len(refs)); err != nil || len(refs) == 0 {
		return created, err
	}
	sp := t.open(ns)
	if t.TTL > 0 {
		t.sweep(sp, keys.Len(), t.remove)
		if err := t.sweepCold(keys.Len()); err != nil {
			return created, err
		}
	}
	return t.upsert(sp, keys, refs, created)
}

func (t *table) Key(r state.Ref) []byte     { return t.KeyAt(r) }
func (t *table) Fixed(r state.Ref) []byte   { return t.Record(r) }
func (t *table) Mutable(r state.Ref) []byte { return t.mutable(r) }

func (t *table) Records(refs []state.Ref, dst [][]byte) [][]byte {
	return t.records(refs, t.FixedWidth, dst)
}

func (t *table) Var(r state.Ref) []byte       { return t.variable(r) }
func (t *table) SetVar(r state.Ref, b []byte) { t.setVariable(r, b) }
func (t *table) Delete(r state.Ref)           { t.remove(r) }

// Scan visits what is resident first, then what is cold.
func (t *table) Scan(ns state.Namespace, fn func(state.Ref) bool) error {
	sp := t.space(ns)
	if sp == nil {
		return t.b.failure
	}
	if t.TTL > 0 {
		t.Now = t.b.now()
	}
	if sp.cold == 0 {
		t.each(sp, fn)
		return t.b.failure
	}
	return t.scanAll(sp, appendSigned(nil, ns), func(rest []byte) (uint64, []byte, bool) {
		key := rest[8:]
		return keygroup.Hash(key), key, true
	}, fn)
}

func (t *table) Drop(ns state.Namespace) error {
	sp := t.spaces[ns]
	if sp == nil {
		return nil
	}
	delete(t.spaces, ns)
	t.last = nil
	t.dropSpace(sp)
	return nil
}

func (t *table) Namespaces(dst []state.Namespace) []state.Namespace {
	start := len(dst)
	for ns, sp := range t.spaces {
		if sp.count > 0 {
			dst = append(dst, ns)
		}
	}
	slices.Sort(dst[start:])
	return dst
}

// Len counts expired entries until they are removed.
func (t *table) Len() int { return t.count }

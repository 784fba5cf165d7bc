package heap

import (
	"slices"

	"github.com/flottstream/flott/internal/state"
)

// sweepPerCall bounds the entries looked at for TTL in one call, and
// sweepPerKey says how many per key.
const (
	sweepPerCall = 512
	sweepPerKey  = 2
)

type table struct {
	*entries
	spaces map[state.Namespace]*space
	lastNS state.Namespace
	last   *space
}

var _ state.Table = (*table)(nil)

func newTable(b *Backend, spec state.Spec) *table {
	return &table{entries: newEntries(b, spec.FixedWidth, spec.TTL), spaces: map[state.Namespace]*space{}}
}

// space returns the space of ns, nil if it does not exist.
func (t *table) space(ns state.Namespace) *space {
	if t.last != nil && t.lastNS == ns {
		return t.last
	}
	sp := t.spaces[ns]
	if sp != nil {
		t.last, t.lastNS = sp, ns
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
	t.sweep(sp, min(sweepPerCall, sweepPerKey*keys.Len()))
	t.find(sp, keys, refs)
	return nil
}

func (t *table) Upsert(ns state.Namespace, keys *state.Keys, refs []state.Ref, created []int32) ([]int32, error) {
	if err := t.begin(keys, len(refs)); err != nil || len(refs) == 0 {
		return created, err
	}
	sp := t.space(ns)
	if sp == nil {
		sp = t.newSpace(ns)
		t.spaces[ns], t.last, t.lastNS = sp, sp, ns
	}
	t.sweep(sp, min(sweepPerCall, sweepPerKey*keys.Len()))
	return t.upsert(sp, keys, refs, created), nil
}

func (t *table) Key(r state.Ref) []byte   { return t.KeyAt(r) }
func (t *table) Fixed(r state.Ref) []byte { return t.Record(r) }

func (t *table) Mutable(r state.Ref) []byte {
	if t.up {
		t.touch(r)
	}
	if t.TTL > 0 {
		t.Stamp(t.Slot(r))
	}
	return t.Record(r)
}

func (t *table) Records(refs []state.Ref, dst [][]byte) [][]byte {
	return t.records(refs, t.FixedWidth, dst)
}

func (t *table) Var(r state.Ref) []byte       { return t.variable(r) }
func (t *table) SetVar(r state.Ref, b []byte) { t.setVariable(r, b) }
func (t *table) Delete(r state.Ref)           { t.remove(r) }

func (t *table) Scan(ns state.Namespace, fn func(state.Ref) bool) error {
	if sp := t.space(ns); sp != nil {
		if t.TTL > 0 {
			t.Now = t.b.now()
		}
		t.scan(sp, fn)
	}
	return nil
}

func (t *table) Drop(ns state.Namespace) error {
	sp := t.spaces[ns]
	if sp == nil {
		return nil
	}
	delete(t.spaces, ns)
	t.last = nil
	t.drop(sp)
	return nil
}

func (t *table) Namespaces(dst []state.Namespace) []state.Namespace {
	start := len(dst)
	for ns, sp := range t.spaces {
		if sp.Count > 0 {
			dst = append(dst, ns)
		}
	}
	slices.Sort(dst[start:])
	return dst
}

// Len counts expired entries until they are removed.
func (t *table) Len() int { return t.count }

func (t *table) memoryBytes() int64 { return t.memory() }

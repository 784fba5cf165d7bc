package heap

import (
	"fmt"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// mapState keeps a head per key. Its entries lie in a second store under
// (number of the head, sub-key), so that the key stands in memory once. A head
// has a vector of its entries' Refs (4 bytes each, a block of an arena),
// and an entry its place in the vector behind its fixed part: adding an entry
// touches no other entry, removing one moves the last into its place.
type mapState struct {
	*entries
	sp    *space
	heads *entries
	hsp   *space

	userWidth int // fixed part without the place

	composite slab.Composite
	vectors   arena // apart, because no snapshot needs them
}

var _ state.Map = (*mapState)(nil)

const (
	placeBytes = 8  // place of an entry in its head's vector
	headWidth  = 16 // slab.Handle of the vector, whose size is its capacity; count
)

func newMap(b *Backend, spec state.Spec) *mapState {
	m := &mapState{
		entries:   newEntries(b, slab.Round8(spec.FixedWidth)+placeBytes, spec.TTL),
		heads:     newEntries(b, headWidth, state.TTL{}),
		userWidth: spec.FixedWidth,
	}
	m.sp, m.hsp = m.newSpace(0), m.heads.newSpace(0)
	return m
}

// start checks a call, removes some of what has expired and finds the heads.
func (m *mapState) start(keys *state.Keys, sub *state.Keys, refs int) error {
	if refs != sub.Len() {
		return fmt.Errorf("%d refs for %d sub-keys", refs, sub.Len())
	}
	if err := slab.CheckGroups(keys.Hash, m.b.owner, m.b.maxParallelism); err != nil {
		return err
	}
	if err := m.heads.prepare(keys); err != nil {
		return err
	}
	if m.TTL > 0 {
		m.Now = m.b.now()
		m.sweepWith(m.sp, min(sweepPerCall, sweepPerKey*sub.Len()), m.Delete)
	}
	m.composite.Heads = slab.Resized(m.composite.Heads, keys.Len())
	m.heads.find(m.hsp, keys, m.composite.Heads)
	return nil
}

// compose builds the composite keys of a call.
func (m *mapState) compose(of []int32, sub *state.Keys) error {
	m.composite.Compose(of, sub)
	return m.prepare(&m.composite.Keys)
}

func (m *mapState) Get(keys, sub *state.Keys, refs []state.Ref) error {
	of, err := m.composite.Pairwise(keys, sub)
	if err != nil {
		return err
	}
	if err := m.start(keys, sub, len(refs)); err != nil || len(refs) == 0 {
		return err
	}
	if err := m.compose(of, sub); err != nil {
		return err
	}
	m.find(m.sp, &m.composite.Keys, refs)
	return nil
}

func (m *mapState) Upsert(keys, sub *state.Keys, refs []state.Ref, created []int32) ([]int32, error) {
	of, err := m.composite.Pairwise(keys, sub)
	if err != nil {
		return created, err
	}
	return m.UpsertOf(keys, of, sub, refs, created)
}

func (m *mapState) UpsertOf(keys *state.Keys, of []int32, sub *state.Keys, refs []state.Ref, created []int32) ([]int32, error) {
	if err := m.start(keys, sub, len(refs)); err != nil || len(refs) == 0 {
		return created, err
	}
	for _, k := range of {
		if m.composite.Heads[k] == state.None {
			m.composite.Heads[k], _ = m.heads.upsertOne(m.hsp, keys.Hash[k], keys.At(int(k)))
		}
	}
	if err := m.compose(of, sub); err != nil {
		return created, err
	}
	m.find(m.sp, &m.composite.Keys, refs)
	misses := m.misses[:0]
	for i, r := range refs {
		if r == state.None {
			misses = append(misses, int32(i))
		}
	}
	m.misses = misses
	for _, i := range misses {
		hash, key := m.composite.Keys.Hash[i], m.composite.Keys.At(int(i))
		r, at := m.ProbeWord(&m.sp.Index, hash, key)
		switch {
		case r == state.None:
			r = m.create(m.sp, hash, key, at)
			m.link(r, m.composite.Heads[of[i]])
			created = append(created, i)
		case m.Expired(m.Slot(r)):
			place := m.place(r)
			m.reset(r)
			m.setPlace(r, place)
			created = append(created, i)
		}
		refs[i] = r
	}
	return created, nil
}

func (m *mapState) place(r state.Ref) int {
	return int(le.Uint64(m.Record(r)[m.FixedWidth-placeBytes:]))
}

func (m *mapState) setPlace(r state.Ref, place int) {
	le.PutUint64(m.Record(r)[m.FixedWidth-placeBytes:], uint64(place))
}

// vector returns the Refs of a head's entries, four bytes each, and their number.
func (m *mapState) vector(head []byte) (refs []byte, count int) {
	return m.vectors.Bytes(slab.Handle(le.Uint64(head))), int(le.Uint64(head[8:]))
}

// link adds a new entry to its key's vector.
func (m *mapState) link(r, headRef state.Ref) {
	if m.heads.up {
		m.heads.touch(headRef)
	}
	head := m.heads.Record(headRef)
	refs, n := m.vector(head)
	if 4*n == len(refs) {
		arena := &m.vectors
		bigger := arena.alloc(max(16, 2*len(refs)))
		copy(arena.Bytes(bigger), refs)
		arena.release(slab.Handle(le.Uint64(head)))
		le.PutUint64(head, uint64(bigger))
		refs = arena.Bytes(bigger)
	}
	le.PutUint32(refs[4*n:], uint32(r))
	le.PutUint64(head[8:], uint64(n+1))
	m.setPlace(r, n)
}

func (m *mapState) Sub(r state.Ref) []byte { return m.KeyAt(r)[slab.HeadBytes:] }

func (m *mapState) Fixed(r state.Ref) []byte { return m.Record(r)[:m.userWidth:m.userWidth] }

func (m *mapState) Mutable(r state.Ref) []byte {
	if m.up {
		m.touch(r)
	}
	if m.TTL > 0 {
		m.Stamp(m.Slot(r))
	}
	return m.Fixed(r)
}

func (m *mapState) Records(refs []state.Ref, dst [][]byte) [][]byte {
	return m.records(refs, m.userWidth, dst)
}

func (m *mapState) Var(r state.Ref) []byte       { return m.variable(r) }
func (m *mapState) SetVar(r state.Ref, b []byte) { m.setVariable(r, b) }

func (m *mapState) Delete(r state.Ref) {
	m.unlink(r, slab.HeadOf(m.KeyAt(r)))
	m.remove(r)
}

// unlink takes an entry out of its head's vector, and removes an empty head.
func (m *mapState) unlink(r, headRef state.Ref) {
	head := m.heads.Record(headRef)
	refs, n := m.vector(head)
	if n == 1 {
		m.removeHead(headRef)
		return
	}
	place := m.place(r)
	last := state.Ref(le.Uint32(refs[4*(n-1):]))
	if m.up {
		m.heads.touch(headRef)
		m.touch(last)
	}
	le.PutUint32(refs[4*place:], uint32(last))
	m.setPlace(last, place)
	le.PutUint64(head[8:], uint64(n-1))
}

func (m *mapState) removeHead(headRef state.Ref) {
	m.vectors.release(slab.Handle(le.Uint64(m.heads.Record(headRef))))
	m.heads.remove(headRef)
}

// head returns the head of keys[i], None if it has no entries.
func (m *mapState) head(keys *state.Keys, i int) (state.Ref, error) {
	if err := slab.CheckGroups(keys.Hash[i:i+1], m.b.owner, m.b.maxParallelism); err != nil {
		return state.None, err
	}
	if m.heads.KeyWidth < 0 {
		return state.None, nil
	}
	if err := m.heads.prepare(keys); err != nil {
		return state.None, err
	}
	if m.TTL > 0 {
		m.Now = m.b.now()
	}
	return m.heads.Probe(&m.hsp.Index, keys.Hash[i], keys.At(i)), nil
}

// Scan goes from the last entry to the first: what a removal moves has been
// visited.
func (m *mapState) Scan(keys *state.Keys, i int, visit func(state.Ref) state.Action) error {
	head, err := m.head(keys, i)
	if err != nil || head == state.None {
		return err
	}
	_, n := m.vector(m.heads.Record(head))
	for k := n - 1; k >= 0; k-- {
		refs, _ := m.vector(m.heads.Record(head))
		r := state.Ref(le.Uint32(refs[4*k:]))
		action := state.Remove
		if m.TTL == 0 || !m.Expired(m.Slot(r)) {
			action = visit(r)
		}
		if action == state.Remove || action == state.RemoveStop {
			m.unlink(r, head)
			m.remove(r)
		}
		if action == state.Stop || action == state.RemoveStop {
			return nil
		}
	}
	return nil
}

func (m *mapState) Count(keys *state.Keys, i int) (int, error) {
	if m.TTL > 0 {
		n := 0
		err := m.Scan(keys, i, func(state.Ref) state.Action { n++; return state.Keep })
		return n, err
	}
	head, err := m.head(keys, i)
	if err != nil || head == state.None {
		return 0, err
	}
	return int(le.Uint64(m.heads.Record(head)[8:])), nil
}

func (m *mapState) Clear(keys *state.Keys, i int) error {
	head, err := m.head(keys, i)
	if err != nil || head == state.None {
		return err
	}
	refs, n := m.vector(m.heads.Record(head))
	for k := range n {
		m.remove(state.Ref(le.Uint32(refs[4*k:])))
	}
	m.removeHead(head)
	return nil
}

// Len counts expired entries until they are removed.
func (m *mapState) Len() int { return m.count }

func (m *mapState) memoryBytes() int64 { return m.memory() + m.heads.memory() + m.vectors.held }

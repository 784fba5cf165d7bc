package lsm

import (
	"fmt"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// mapState keeps a head per key that has resident entries. The entries lie in a
// second store under (number of the head, sub-key), so that the key stands in
// memory once. A head has a vector of its live entries' Refs (4 bytes each, a
// block of the heads' arena), and an entry its place in the vector behind its
// fixed part. Heads are not in the tree. A head says whether all entries of its
// key are resident; then nobody needs to look for more.
type mapState struct {
	*store
	sp    *space
	heads *store
	hsp   *space

	userWidth int // fixed part without the place

	composite slab.Composite
	swept     state.Keys  // scratch
	hollow    []state.Ref // heads made for a lookup, removed at the next one if they stayed empty
}

var _ state.Map = (*mapState)(nil)

const (
	placeBytes = 8 // place of an entry in its head's vector
	// A head: slab.Handle of the vector, whose size is its capacity (8); live entries
	// (4); deleted ones that are resident (4); 1 if all entries are resident (8).
	mapHead = 24
)

func newMap(b *Backend, spec state.Spec) *mapState {
	m := &mapState{userWidth: spec.FixedWidth}
	m.store = newStore(b, keyspaceOf(spec.Name), m, slab.Round8(spec.FixedWidth)+placeBytes, spec.FixedWidth, spec.TTL)
	m.heads = newStore(b, 0, nil, mapHead, 0, state.TTL{})
	m.heads.tree = false
	m.sp, m.hsp = m.newSpace(0), m.heads.newSpace(0)
	return m
}

func (m *mapState) locate(dst []byte, _ *space, _ uint64, key []byte) ([]byte, uint64) {
	head := m.heads.KeyAt(slab.HeadOf(key))
	return append(appendSized(dst, head), key[slab.HeadBytes:]...), keygroup.Hash(head)
}

func (m *mapState) complete(key []byte) bool {
	return le.Uint64(m.heads.Record(slab.HeadOf(key))[16:]) != 0
}

func (m *mapState) gone(state.Ref) bool { return false }
func (m *mapState) adopted(r state.Ref) { m.linkGuarded(r, slab.HeadOf(m.KeyAt(r))) }

func (m *mapState) leaving(r state.Ref) bool {
	head := slab.HeadOf(m.KeyAt(r))
	le.PutUint64(m.heads.Record(head)[16:], 0)
	m.unlink(r, head)
	m.dropEmpty(head)
	return true
}

func (m *mapState) freed(r state.Ref) {
	head := slab.HeadOf(m.KeyAt(r))
	fixed := m.heads.Record(head)
	le.PutUint32(fixed[12:], le.Uint32(fixed[12:])-1)
	m.dropEmpty(head)
}

func (m *mapState) expire(rest, value []byte) error {
	key, sub, ok := cutSized(rest)
	if !ok {
		return errKey
	}
	if m.heads.KeyWidth < 0 || m.heads.KeyWidth > 0 && m.heads.KeyWidth != len(key) {
		return nil
	}
	m.swept.Width, m.swept.Bytes, m.swept.Offsets = 0, key, []int32{0, int32(len(key))}
	m.swept.Hash = append(m.swept.Hash[:0], keygroup.Hash(key))
	composite := append(le.AppendUint32(nil, uint32(m.addHead(&m.swept, 0))), sub...)
	m.guessLayout()
	hash := keygroup.Hash(composite)
	if m.Probe(&m.sp.Index, hash, composite) != state.None {
		return nil
	}
	r, err := m.adopt(m.sp, hash, composite, value)
	if err == nil {
		m.Delete(r)
	}
	return err
}

// dropEmpty removes a head without resident entries. The caller holds the guard.
func (m *mapState) dropEmpty(head state.Ref) {
	if fixed := m.heads.Record(head); le.Uint64(fixed[8:]) == 0 {
		m.heads.arena.release(slab.Handle(le.Uint64(fixed)))
		m.heads.free(head)
	}
}

// start checks a call, makes room, and finds the heads.
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
	}
	if of, ofSub := fingerprint(keys), fingerprint(sub); of != m.heads.print || ofSub != m.print {
		m.heads.print, m.print = of, ofSub
		if err := m.b.relieve(m.store); err != nil {
			return err
		}
		m.dropHollow()
		m.sweep(m.sp, sub.Len(), m.Delete)
		if err := m.sweepCold(sub.Len()); err != nil {
			return err
		}
	}
	m.composite.Heads = slab.Resized(m.composite.Heads, keys.Len())
	m.heads.find(m.hsp, keys, m.composite.Heads)
	return m.b.failure
}

func (m *mapState) dropHollow() {
	if len(m.hollow) > 0 && m.b.guard() {
		defer m.b.unguard()
	}
	for _, h := range m.hollow {
		if m.heads.marks.live.has(h) {
			m.dropEmpty(h)
		}
	}
	m.hollow = m.hollow[:0]
}

// addHead adds the absent head of keys[k], unless an equal key before it has.
func (m *mapState) addHead(keys *state.Keys, k int) state.Ref {
	r, at := m.heads.ProbeWord(&m.hsp.Index, keys.Hash[k], keys.At(k))
	if r != state.None {
		return r
	}
	if m.b.guard() {
		defer m.b.unguard()
	}
	r = m.heads.place(m.hsp, keys.Hash[k], keys.At(k), at)
	if m.sp.cold == 0 {
		le.PutUint64(m.heads.Record(r)[16:], 1)
	}
	m.hollow = append(m.hollow, r)
	return r
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
	if m.sp.cold > 0 { // a head stands for the key while the tree is asked
		for k, h := range m.composite.Heads {
			if h == state.None {
				m.composite.Heads[k] = m.addHead(keys, k)
			}
		}
	}
	if err := m.compose(of, sub); err != nil {
		return err
	}
	return m.get(m.sp, &m.composite.Keys, refs)
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
			m.composite.Heads[k] = m.addHead(keys, int(k))
		}
	}
	if err := m.compose(of, sub); err != nil {
		return created, err
	}
	m.find(m.sp, &m.composite.Keys, refs)
	missing := m.misses(refs)
	if m.sp.cold > 0 && len(missing) > 0 {
		if err := m.fill(m.sp, &m.composite.Keys, refs, missing); err != nil {
			return created, err
		}
		missing = m.misses(refs)
	}
	for _, i := range missing {
		hash, key := m.composite.Keys.Hash[i], m.composite.Keys.At(int(i))
		r, at := m.ProbeWord(&m.sp.Index, hash, key)
		switch {
		case r == state.None:
			r = m.create(m.sp, hash, key, at)
			m.link(r, m.composite.Heads[of[i]])
			created = append(created, i)
		case m.isDead(r):
			m.renew(m.sp, r)
			head := m.heads.Record(m.composite.Heads[of[i]])
			le.PutUint32(head[12:], le.Uint32(head[12:])-1)
			m.link(r, m.composite.Heads[of[i]])
			created = append(created, i)
		case m.Expired(m.Slot(r)):
			place := m.placeOf(r)
			m.renew(m.sp, r)
			m.setPlace(r, place)
			created = append(created, i)
		}
		refs[i] = r
	}
	return created, nil
}

func (m *mapState) placeOf(r state.Ref) int {
	return int(le.Uint64(m.Record(r)[m.FixedWidth-placeBytes:]))
}

func (m *mapState) setPlace(r state.Ref, place int) {
	le.PutUint64(m.Record(r)[m.FixedWidth-placeBytes:], uint64(place))
}

// vector returns the Refs of a head's live entries, four bytes each, and their
// number.
func (m *mapState) vector(head []byte) (refs []byte, count int) {
	return m.heads.arena.Bytes(slab.Handle(le.Uint64(head))), int(le.Uint32(head[8:]))
}

// link adds a live entry to its key's vector.
func (m *mapState) link(r, headRef state.Ref) {
	if m.b.guard() {
		defer m.b.unguard()
	}
	m.linkGuarded(r, headRef)
}

func (m *mapState) linkGuarded(r, headRef state.Ref) {
	head := m.heads.Record(headRef)
	refs, n := m.vector(head)
	if 4*n == len(refs) {
		arena := &m.heads.arena
		bigger := arena.alloc(max(16, 2*len(refs)))
		copy(arena.Bytes(bigger), refs)
		arena.release(slab.Handle(le.Uint64(head)))
		le.PutUint64(head, uint64(bigger))
		refs = arena.Bytes(bigger)
	}
	le.PutUint32(refs[4*n:], uint32(r))
	le.PutUint32(head[8:], uint32(n+1))
	m.setPlace(r, n)
}

// unlink takes an entry out of its head's vector.
func (m *mapState) unlink(r, headRef state.Ref) {
	head := m.heads.Record(headRef)
	refs, n := m.vector(head)
	place := m.placeOf(r)
	last := state.Ref(le.Uint32(refs[4*(n-1):]))
	le.PutUint32(refs[4*place:], uint32(last))
	m.setPlace(last, place)
	le.PutUint32(head[8:], uint32(n-1))
}

func (m *mapState) Sub(r state.Ref) []byte { return m.KeyAt(r)[slab.HeadBytes:] }

func (m *mapState) Fixed(r state.Ref) []byte { return m.Record(r)[:m.userWidth:m.userWidth] }

func (m *mapState) Mutable(r state.Ref) []byte { return m.mutable(r)[:m.userWidth:m.userWidth] }

func (m *mapState) Records(refs []state.Ref, dst [][]byte) [][]byte {
	return m.records(refs, m.userWidth, dst)
}

func (m *mapState) Var(r state.Ref) []byte       { return m.variable(r) }
func (m *mapState) SetVar(r state.Ref, b []byte) { m.setVariable(r, b) }

func (m *mapState) Delete(r state.Ref) {
	head := slab.HeadOf(m.KeyAt(r))
	m.unlink(r, head)
	dead := m.dead
	m.remove(r)
	if m.dead > dead { // it stays as a deleted one
		fixed := m.heads.Record(head)
		le.PutUint32(fixed[12:], le.Uint32(fixed[12:])+1)
		return
	}
	if fixed := m.heads.Record(head); le.Uint64(fixed[8:]) == 0 {
		m.hollow = append(m.hollow, head)
	}
}

// head returns the head of keys[i] with all of its entries resident, None if it
// has none.
func (m *mapState) head(keys *state.Keys, i int) (state.Ref, error) {
	if err := slab.CheckGroups(keys.Hash[i:i+1], m.b.owner, m.b.maxParallelism); err != nil {
		return state.None, err
	}
	if m.b.failure != nil {
		return state.None, m.b.failure
	}
	if err := m.heads.prepare(keys); err != nil {
		return state.None, err
	}
	if m.TTL > 0 {
		m.Now = m.b.now()
	}
	if print := fingerprint(keys); print != m.heads.print {
		// Refs stay valid while one key after the other of the same Keys is scanned.
		m.heads.print = print
		if err := m.b.relieve(m.store); err != nil {
			return state.None, err
		}
		m.dropHollow()
	}
	h := m.heads.Probe(&m.hsp.Index, keys.Hash[i], keys.At(i))
	if h != state.None && le.Uint64(m.heads.Record(h)[16:]) != 0 || m.sp.cold == 0 {
		return h, nil
	}
	if h == state.None {
		h = m.addHead(keys, i)
	}
	return h, m.bring(h)
}

// bring makes all entries of a head resident.
func (m *mapState) bring(h state.Ref) error {
	head := m.heads.KeyAt(h)
	group := keygroup.Of(keygroup.Hash(head), m.b.maxParallelism)
	from := appendSized(appendPrefix(nil, group, m.at), head)
	composite := le.AppendUint32(nil, uint32(h))
	upTo := after(nil, from)
	err := m.b.tree.scan(from, upTo, func(treeKey, value []byte) (bool, error) {
		sub := treeKey[len(from):]
		m.guessLayout()
		composite = append(composite[:slab.HeadBytes], sub...)
		hash := keygroup.Hash(composite)
		if m.Probe(&m.sp.Index, hash, composite) != state.None {
			return true, nil
		}
		_, err := m.adopt(m.sp, hash, composite, value)
		return true, err
	})
	if err != nil {
		return m.b.fail(err)
	}
	le.PutUint64(m.heads.Record(h)[16:], 1)
	return nil
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
		if m.b.tracking {
			m.marks.recent.set(r)
		}
		action := state.Remove
		if m.TTL == 0 || !m.Expired(m.Slot(r)) {
			action = visit(r)
		}
		if action == state.Remove || action == state.RemoveStop {
			m.Delete(r)
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
	_, n := m.vector(m.heads.Record(head))
	return n, nil
}

func (m *mapState) Clear(keys *state.Keys, i int) error {
	head, err := m.head(keys, i)
	if err != nil || head == state.None {
		return err
	}
	_, n := m.vector(m.heads.Record(head))
	for range n {
		refs, left := m.vector(m.heads.Record(head))
		m.Delete(state.Ref(le.Uint32(refs[4*(left-1):])))
	}
	return nil
}

// Len counts expired entries until they are removed.
func (m *mapState) Len() int { return m.count }

package heap

import (
	"fmt"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
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

	composite state.Keys
	headRefs  []state.Ref
	pairs     []int32 // 0, 1, 2, …
	vectors   arena   // apart, because no snapshot needs them
}

var _ state.Map = (*mapState)(nil)

const (
	placeBytes = 8  // place of an entry in its head's vector
	headWidth  = 16 // handle of the vector, whose size is its capacity; count
	headBytes  = 4  // of the head's Ref in a composite key
)

func newMap(b *Backend, spec state.Spec) *mapState {
	m := &mapState{
		entries:   newEntries(b, round8(spec.FixedWidth)+placeBytes, spec.TTL),
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
	if err := m.b.checkGroups(keys.Hash); err != nil {
		return err
	}
	if err := m.heads.prepare(keys); err != nil {
		return err
	}
	if m.ttl > 0 {
		m.now = m.b.now()
		m.sweepWith(m.sp, min(sweepPerCall, sweepPerKey*sub.Len()), m.Delete)
	}
	m.headRefs = resized(m.headRefs, keys.Len())
	m.heads.find(m.hsp, keys, m.headRefs)
	return nil
}

// pairwise is the identity for n keys and sub-keys.
func (m *mapState) pairwise(keys, sub *state.Keys) ([]int32, error) {
	n := keys.Len()
	if sub.Len() != n {
		return nil, fmt.Errorf("%d sub-keys for %d keys", sub.Len(), n)
	}
	for len(m.pairs) < n {
		m.pairs = append(m.pairs, int32(len(m.pairs)))
	}
	return m.pairs[:n], nil
}

// compose builds the composite keys of a call.
func (m *mapState) compose(of []int32, sub *state.Keys) error {
	n := sub.Len()
	c := &m.composite
	c.Hash = resized(c.Hash, n)
	if sub.Width > 0 {
		w := headBytes + sub.Width
		c.Width, c.Offsets = w, nil
		c.Bytes = resized(c.Bytes, n*w)
		m.composeFixed(of, sub, c.Bytes)
		hashComposite(c)
		return m.prepare(c)
	}
	c.Width = 0
	c.Offsets = append(c.Offsets[:0], 0)
	c.Bytes = c.Bytes[:0]
	for i := range n {
		c.Bytes = le.AppendUint32(c.Bytes, uint32(m.headRefs[of[i]]))
		c.Bytes = append(c.Bytes, sub.At(i)...)
		c.Offsets = append(c.Offsets, int32(len(c.Bytes)))
		c.Hash[i] = keygroup.Hash(c.At(i))
	}
	return m.prepare(c)
}

// composeFixed writes head and sub-key of every row; None is the number of no
// head. Sub-keys of 8 to 16 bytes are two words that overlap.
func (m *mapState) composeFixed(of []int32, sub *state.Keys, dst []byte) {
	sw := sub.Width
	w := headBytes + sw
	if sw < 8 || sw > 16 {
		for i, k := range of {
			le.PutUint32(dst[i*w:], uint32(m.headRefs[k]))
			copy(dst[i*w+headBytes:], sub.Bytes[i*sw:(i+1)*sw])
		}
		return
	}
	for i, k := range of {
		to, from := dst[i*w:i*w+w], sub.Bytes[i*sw:i*sw+sw]
		le.PutUint32(to, uint32(m.headRefs[k]))
		le.PutUint64(to[headBytes:], le.Uint64(from))
		le.PutUint64(to[w-8:], le.Uint64(from[sw-8:]))
	}
}

func hashComposite(c *state.Keys) {
	w := c.Width
	if w <= 8 || w > 16 {
		for i := range c.Hash {
			c.Hash[i] = keygroup.Hash(c.At(i))
		}
		return
	}
	shift := uint(16-w) * 8
	for i := range c.Hash {
		key := c.Bytes[i*w : i*w+w]
		c.Hash[i] = keygroup.Hash16(w, le.Uint64(key), le.Uint64(key[w-8:])>>shift)
	}
}

func (m *mapState) Get(keys, sub *state.Keys, refs []state.Ref) error {
	of, err := m.pairwise(keys, sub)
	if err != nil {
		return err
	}
	if err := m.start(keys, sub, len(refs)); err != nil || len(refs) == 0 {
		return err
	}
	if err := m.compose(of, sub); err != nil {
		return err
	}
	m.find(m.sp, &m.composite, refs)
	return nil
}

func (m *mapState) Upsert(keys, sub *state.Keys, refs []state.Ref, created []int32) ([]int32, error) {
	of, err := m.pairwise(keys, sub)
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
		if m.headRefs[k] == state.None {
			m.headRefs[k], _ = m.heads.upsertOne(m.hsp, keys.Hash[k], keys.At(int(k)))
		}
	}
	if err := m.compose(of, sub); err != nil {
		return created, err
	}
	m.find(m.sp, &m.composite, refs)
	misses := m.misses[:0]
	for i, r := range refs {
		if r == state.None {
			misses = append(misses, int32(i))
		}
	}
	m.misses = misses
	for _, i := range misses {
		hash, key := m.composite.Hash[i], m.composite.At(int(i))
		r, at := m.probeWord(m.sp, hash, key)
		switch {
		case r == state.None:
			r = m.create(m.sp, hash, key, at)
			m.link(r, m.headRefs[of[i]])
			created = append(created, i)
		case m.expired(m.at(r)):
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
	return int(le.Uint64(m.fixed(r)[m.fixedWidth-placeBytes:]))
}

func (m *mapState) setPlace(r state.Ref, place int) {
	le.PutUint64(m.fixed(r)[m.fixedWidth-placeBytes:], uint64(place))
}

// vector returns the Refs of a head's entries, four bytes each, and their number.
func (m *mapState) vector(head []byte) (refs []byte, count int) {
	return m.vectors.bytes(handle(le.Uint64(head))), int(le.Uint64(head[8:]))
}

// link adds a new entry to its key's vector.
func (m *mapState) link(r, headRef state.Ref) {
	if m.heads.up {
		m.heads.touch(headRef)
	}
	head := m.heads.fixed(headRef)
	refs, n := m.vector(head)
	if 4*n == len(refs) {
		arena := &m.vectors
		bigger := arena.alloc(max(16, 2*len(refs)))
		copy(arena.bytes(bigger), refs)
		arena.release(handle(le.Uint64(head)))
		le.PutUint64(head, uint64(bigger))
		refs = arena.bytes(bigger)
	}
	le.PutUint32(refs[4*n:], uint32(r))
	le.PutUint64(head[8:], uint64(n+1))
	m.setPlace(r, n)
}

func (m *mapState) Sub(r state.Ref) []byte { return m.key(r)[headBytes:] }

func (m *mapState) Fixed(r state.Ref) []byte { return m.fixed(r)[:m.userWidth:m.userWidth] }

func (m *mapState) Mutable(r state.Ref) []byte {
	if m.up {
		m.touch(r)
	}
	if m.ttl > 0 {
		m.stamp(m.at(r))
	}
	return m.Fixed(r)
}

func (m *mapState) Records(refs []state.Ref, dst [][]byte) [][]byte {
	return m.records(refs, m.userWidth, dst)
}

func (m *mapState) Var(r state.Ref) []byte       { return m.variable(r) }
func (m *mapState) SetVar(r state.Ref, b []byte) { m.setVariable(r, b) }

func (m *mapState) Delete(r state.Ref) {
	m.unlink(r, state.Ref(le.Uint32(m.key(r))))
	m.remove(r)
}

// unlink takes an entry out of its head's vector, and removes an empty head.
func (m *mapState) unlink(r, headRef state.Ref) {
	head := m.heads.fixed(headRef)
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
	m.vectors.release(handle(le.Uint64(m.heads.fixed(headRef))))
	m.heads.remove(headRef)
}

// head returns the head of keys[i], None if it has no entries.
func (m *mapState) head(keys *state.Keys, i int) (state.Ref, error) {
	if err := m.b.checkGroups(keys.Hash[i : i+1]); err != nil {
		return state.None, err
	}
	if m.heads.keyWidth < 0 {
		return state.None, nil
	}
	if err := m.heads.prepare(keys); err != nil {
		return state.None, err
	}
	if m.ttl > 0 {
		m.now = m.b.now()
	}
	return m.heads.probe(m.hsp, keys.Hash[i], keys.At(i)), nil
}

// Scan goes from the last entry to the first: what a removal moves has been
// visited.
func (m *mapState) Scan(keys *state.Keys, i int, visit func(state.Ref) state.Action) error {
	head, err := m.head(keys, i)
	if err != nil || head == state.None {
		return err
	}
	_, n := m.vector(m.heads.fixed(head))
	for k := n - 1; k >= 0; k-- {
		refs, _ := m.vector(m.heads.fixed(head))
		r := state.Ref(le.Uint32(refs[4*k:]))
		action := state.Remove
		if m.ttl == 0 || !m.expired(m.at(r)) {
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
	if m.ttl > 0 {
		n := 0
		err := m.Scan(keys, i, func(state.Ref) state.Action { n++; return state.Keep })
		return n, err
	}
	head, err := m.head(keys, i)
	if err != nil || head == state.None {
		return 0, err
	}
	return int(le.Uint64(m.heads.fixed(head)[8:])), nil
}

func (m *mapState) Clear(keys *state.Keys, i int) error {
	head, err := m.head(keys, i)
	if err != nil || head == state.None {
		return err
	}
	refs, n := m.vector(m.heads.fixed(head))
	for k := range n {
		m.remove(state.Ref(le.Uint32(refs[4*k:])))
	}
	m.removeHead(head)
	return nil
}

// Len counts expired entries until they are removed.
func (m *mapState) Len() int { return m.count }

func (m *mapState) memoryBytes() int64 { return m.memory() + m.heads.memory() + m.vectors.held }

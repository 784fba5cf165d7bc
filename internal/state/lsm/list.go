package lsm

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// list keeps a head per key, and the records in numbered chunks, cells of a
// second store under (number of the head, number of the chunk). Both are in the
// tree, so that appending writes the last chunk and the head, not the list.
//
//	chunk   records one after the other, in a block of the arena that may be larger
//	record  uvarint size | TTL stamp if there is a TTL (8) | bytes
//
// TTL counts per record.
type list struct {
	plain
	*store
	sp        *space
	chunks    chunks
	csp       *space
	recordTTL int64
	nonEmpty  int
	emptied   []state.Ref // heads without records, removed at the next call with keys
}

// chunks is the store of a list's chunks.
type chunks struct {
	*store
	l   *list
	key [12]byte
}

var _ state.List = (*list)(nil)

// The fixed part of a head: first chunk (8) | one after the last chunk (8) |
// records (8) | chunks there are (4), and, not in the tree, resident ones (4) and
// where the last chunk probably is (4, its Ref + 1).
const (
	listHead     = 36
	listHeadKept = 28
	firstChunk   = 48
	largestChunk = 4 << 10
)

func newList(b *Backend, spec state.Spec) *list {
	l := &list{recordTTL: spec.TTL.After.Milliseconds()}
	at := keyspaceOf(spec.Name)
	l.store = newStore(b, at, l, listHead, listHeadKept, state.TTL{})
	l.chunks.l = l
	l.chunks.store = newStore(b, at|1, &l.chunks, 8, 0, state.TTL{}) // fixed part: bytes in use
	l.chunks.Arrange(len(l.chunks.key))
	l.chunks.hasVars, l.chunks.sized = true, true
	l.unit = []*store{l.chunks.store, l.store}
	l.chunks.unit = l.unit
	l.sp, l.csp = l.newSpace(0), l.chunks.newSpace(0)
	return l
}

func (l *list) locate(dst []byte, _ *space, hash uint64, key []byte) ([]byte, uint64) {
	return append(dst, key...), hash
}

// gone: a list without records is none.
func (l *list) gone(r state.Ref) bool { return l.Count(r) == 0 }

func (l *list) leaving(r state.Ref) bool { return le.Uint32(l.Record(r)[28:]) == 0 }

func (c *chunks) locate(dst []byte, _ *space, _ uint64, key []byte) ([]byte, uint64) {
	head := c.l.KeyAt(slab.HeadOf(key))
	dst = appendSized(dst, head)
	return be.AppendUint64(dst, le.Uint64(key[slab.HeadBytes:])), keygroup.Hash(head)
}

func (c *chunks) complete(key []byte) bool {
	head := c.l.Record(slab.HeadOf(key))
	return le.Uint32(head[24:]) == le.Uint32(head[28:])
}

func (c *chunks) gone(state.Ref) bool { return false }

func (c *chunks) adopted(r state.Ref) {
	c.resident(r, 1)
	le.PutUint64(c.Record(r), uint64(len(c.variable(r))))
}

func (c *chunks) leaving(r state.Ref) bool {
	c.resident(r, -1)
	return true
}

// freed needs no head: it may be gone.
func (c *chunks) freed(state.Ref) {}

// expire walks the list of a chunk that begins with an expired record.
func (c *chunks) expire(rest, value []byte) error {
	l := c.l
	key, _, ok := cutSized(rest)
	if !ok {
		return errKey
	}
	hash := keygroup.Hash(key)
	l.guessLayout()
	r := l.Probe(&l.sp.Index, hash, key)
	if r == state.None && l.sp.cold > 0 {
		c.lookups.keys = l.treeKey(c.lookups.keys[:0], l.sp, hash, key)
		head, ok, err := l.b.tree.get(c.lookups.keys)
		if err != nil || !ok {
			return err
		}
		if r, err = l.adopt(l.sp, hash, key, head); err != nil {
			return err
		}
	}
	if r == state.None || l.isDead(r) || l.Count(r) == 0 {
		return nil
	}
	l.walk(r, false, func([]byte) state.Action { return state.Keep })
	return l.b.failure
}

func (c *chunks) resident(r state.Ref, by int) {
	head := c.l.Record(slab.HeadOf(c.store.KeyAt(r)))
	le.PutUint32(head[28:], uint32(int(le.Uint32(head[28:]))+by))
}

func (l *list) start(keys *state.Keys, refs int) error {
	if err := l.begin(keys, refs); err != nil {
		return err
	}
	if l.recordTTL > 0 {
		l.Now = l.b.now()
	}
	emptied := l.emptied
	l.emptied = l.emptied[:0]
	if l.recordTTL > 0 {
		if err := l.chunks.sweepCold(keys.Len()); err != nil {
			return err
		}
	}
	for _, r := range emptied {
		if l.marks.live.has(r) && l.Count(r) == 0 {
			l.remove(r)
		}
	}
	return nil
}

func (l *list) Get(keys *state.Keys, refs []state.Ref) error {
	if err := l.start(keys, len(refs)); err != nil || len(refs) == 0 {
		return err
	}
	return l.get(l.sp, keys, refs)
}

func (l *list) Upsert(keys *state.Keys, refs []state.Ref) error {
	if err := l.start(keys, len(refs)); err != nil || len(refs) == 0 {
		return err
	}
	created, err := l.upsert(l.sp, keys, refs, l.found[:0])
	l.found = created
	for _, i := range created {
		l.emptied = append(l.emptied, refs[i])
	}
	return err
}

func (l *list) Count(r state.Ref) int { return int(le.Uint64(l.Record(r)[16:])) }

// chunk returns the cell of a chunk, which it brings in if it is cold; None if
// there is no such chunk.
func (l *list) chunk(r state.Ref, number uint64) state.Ref {
	c := &l.chunks
	head := l.Record(r)
	if at := state.Ref(le.Uint32(head[32:])) - 1; at != state.None && c.is(at, r, number) {
		return at
	}
	hash := c.name(r, number)
	at := c.Probe(&l.csp.Index, hash, c.key[:])
	if at != state.None {
		if c.isDead(at) {
			return state.None
		}
		if number+1 == le.Uint64(head[8:]) {
			le.PutUint32(head[32:], uint32(at)+1)
		}
		return at
	}
	if l.csp.cold == 0 || c.complete(c.key[:]) {
		return state.None
	}
	c.lookups.keys = c.treeKey(c.lookups.keys[:0], l.csp, hash, c.key[:])
	value, ok, err := l.b.tree.get(c.lookups.keys)
	if err == nil && ok {
		at, err = c.adopt(l.csp, hash, c.key[:], value)
	}
	if err != nil {
		_ = l.b.fail(err)
	}
	return at
}

// is reports whether a place that was a cell's once holds a chunk of a list now.
func (c *chunks) is(at, head state.Ref, number uint64) bool {
	if !c.marks.live.has(at) {
		return false
	}
	cell := c.Slot(at)
	return le.Uint32(cell) == uint32(head) && le.Uint64(cell[slab.HeadBytes:]) == number
}

// name sets key to that of a chunk and returns its hash.
func (c *chunks) name(head state.Ref, number uint64) uint64 {
	le.PutUint32(c.key[:], uint32(head))
	le.PutUint64(c.key[slab.HeadBytes:], number)
	return keygroup.Hash16(12, le.Uint64(c.key[:]), uint64(le.Uint32(c.key[8:])))
}

func (l *list) Append(r state.Ref, record []byte) {
	need := len(record)
	if l.recordTTL > 0 {
		need += 8
	}
	var size [binary.MaxVarintLen32]byte
	sizeBytes := binary.PutUvarint(size[:], uint64(len(record)))
	need += sizeBytes
	at := l.roomFor(r, need)
	chunk := l.chunks.variable(at)
	fixed := l.chunks.Record(at)
	end := int(le.Uint64(fixed))
	le.PutUint64(fixed, uint64(end+need))
	end += copy(chunk[end:], size[:sizeBytes])
	if l.recordTTL > 0 {
		le.PutUint64(chunk[end:], uint64(l.Now))
		end += 8
	}
	copy(chunk[end:], record)
	l.write(r)
	head := l.Record(r)
	n := le.Uint64(head[16:])
	if n == 0 {
		l.nonEmpty++
	}
	le.PutUint64(head[16:], n+1)
}

// roomFor returns the last chunk of a list, with need bytes free at its end.
func (l *list) roomFor(r state.Ref, need int) state.Ref {
	c := &l.chunks
	head := l.Record(r)
	size := firstChunk
	if next := le.Uint64(head[8:]); next > le.Uint64(head) {
		if at := l.chunk(r, next-1); at != state.None {
			block := c.variable(at)
			if int(le.Uint64(c.Record(at)))+need <= len(block) {
				c.write(at)
				return at
			}
			size = min(2*len(block), largestChunk)
		}
	}
	l.write(r)
	number := le.Uint64(head[8:])
	hash := c.name(r, number)
	at, word := c.ProbeWord(&l.csp.Index, hash, c.key[:])
	if at == state.None {
		at = c.create(l.csp, hash, c.key[:], word)
	} else {
		c.renew(l.csp, at)
	}
	size = max(size, need)
	if l.b.guard() {
		defer l.b.unguard()
	}
	le.PutUint64(c.Slot(at)[c.VarOff:], uint64(c.arena.alloc(size)))
	c.dirtyBytes += int64(size)
	c.b.dirtyBytes += int64(size)
	le.PutUint64(head[8:], number+1)
	le.PutUint32(head[24:], le.Uint32(head[24:])+1)
	le.PutUint32(head[28:], le.Uint32(head[28:])+1)
	le.PutUint32(head[32:], uint32(at)+1)
	return at
}

func (l *list) Scan(r state.Ref, visit func([]byte) state.Action) { l.walk(r, false, visit) }

// ScanMutable does not renew the TTL of the records.
func (l *list) ScanMutable(r state.Ref, visit func([]byte) state.Action) { l.walk(r, true, visit) }

// walk visits the records of a list. Records that stay move over removed ones
// within their chunk; chunks left empty are deleted.
func (l *list) walk(r state.Ref, mutable bool, visit func([]byte) state.Action) {
	head := l.Record(r)
	c := &l.chunks
	removed := 0
	stop := false
	for n := le.Uint64(head); n < le.Uint64(head[8:]) && !stop && l.b.failure == nil; n++ {
		at := l.chunk(r, n)
		if at == state.None {
			continue
		}
		if l.b.tracking {
			c.marks.recent.set(at)
		}
		if mutable {
			c.write(at)
		}
		gone := 0
		gone, stop = l.walkChunk(at, visit)
		removed += gone
		if gone > 0 && le.Uint64(c.Record(at)) == 0 {
			l.dropChunk(r, at, n)
		}
	}
	if removed == 0 {
		return
	}
	l.write(r)
	left := le.Uint64(head[16:]) - uint64(removed)
	le.PutUint64(head[16:], left)
	if left == 0 {
		l.nonEmpty--
		l.emptied = append(l.emptied, r)
	}
}

func (l *list) walkChunk(at state.Ref, visit func([]byte) state.Action) (removed int, stop bool) {
	c := &l.chunks
	chunk := c.variable(at)
	end := int(le.Uint64(c.Record(at)))
	keep := 0 // where the next record that stays goes
	p := 0
	for p < end && !stop {
		size, n := binary.Uvarint(chunk[p:end])
		body := p + n
		action := state.Keep
		if l.recordTTL > 0 {
			if l.Now-int64(le.Uint64(chunk[body:])) >= l.recordTTL {
				action = state.Remove
			}
			body += 8
		}
		past := body + int(size)
		if action == state.Keep {
			action = visit(chunk[body:past:past])
		}
		stop = action == state.Stop || action == state.RemoveStop
		if action == state.Remove || action == state.RemoveStop {
			if removed == 0 {
				c.write(at)
			}
			removed++
		} else {
			if keep != p {
				copy(chunk[keep:], chunk[p:past])
			}
			keep += past - p
		}
		p = past
	}
	if removed > 0 {
		keep += copy(chunk[keep:], chunk[p:end])
		le.PutUint64(c.Record(at), uint64(keep))
	}
	return removed, stop
}

// dropChunk deletes chunk n of a list.
func (l *list) dropChunk(r, at state.Ref, n uint64) {
	l.write(r)
	head := l.Record(r)
	le.PutUint32(head[24:], le.Uint32(head[24:])-1)
	le.PutUint32(head[28:], le.Uint32(head[28:])-1)
	if n == le.Uint64(head) {
		le.PutUint64(head, n+1)
	}
	l.chunks.remove(at)
}

func (l *list) Clear(r state.Ref) {
	head := l.Record(r)
	c := &l.chunks
	for n := le.Uint64(head); n < le.Uint64(head[8:]); n++ {
		l.clearChunk(c, r, n)
	}
	if le.Uint64(head[16:]) > 0 {
		l.nonEmpty--
	}
	l.write(r)
	le.PutUint64(head[16:], 0)
	l.remove(r)
}

// clearChunk deletes a chunk of a list that goes, without reading it.
func (l *list) clearChunk(c *chunks, r state.Ref, n uint64) {
	hash := c.name(r, n)
	at := c.Probe(&l.csp.Index, hash, c.key[:])
	switch {
	case at != state.None:
		if !c.isDead(at) {
			c.remove(at)
		}
	case !c.complete(c.key[:]):
		// It may be cold; then it comes in, so that its deletion is known.
		if at = l.chunk(r, n); at != state.None {
			c.remove(at)
		}
	}
}

func (l *list) Key(r state.Ref) []byte { return l.KeyAt(r) }

func (l *list) Each(fn func(state.Ref) bool) error {
	visit := func(r state.Ref) bool { return l.Count(r) == 0 || fn(r) }
	if l.sp.cold == 0 {
		l.each(l.sp, visit)
		return l.b.failure
	}
	return l.scanAll(l.sp, nil, func(rest []byte) (uint64, []byte, bool) { return keygroup.Hash(rest), rest, true }, visit)
}

func (l *list) Len() int { return l.nonEmpty }

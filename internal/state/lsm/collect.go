package lsm

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// run is what one collection took: the newest version of entries that were dirty.
// It becomes sorted files of the tree.
type run struct {
	number uint64
	items  []item
	bulk   bulk
	key    []byte // scratch
	drops  []span // ranges of keys deleted before any of the items was written
	image  *image // of the snapshot it was collected for, or nil

	stores  []*store     // with frozen cells that have not been collected
	counts  []liveCounts // of the snapshot's states, to be read when all are
	drained atomic.Bool
}

// item is one entry of a run. words are the first 24 bytes of the key behind key
// group and keyspace, which nearly always decide the order within these.
type item struct {
	words      [3]uint64
	group      int32 // key group
	space      keyspace
	chunk, at  int32 // where key and value lie in the bulk
	key, value int32 // their sizes; value -1: deleted
}

// span is a range of keys, to excluded.
type span struct{ from, to []byte }

// bulk holds keys and values in large chunks.
type bulk struct {
	chunks [][]byte
}

const bulkChunk = 1 << 20

func (r *run) bytes(it *item) (key, value []byte) {
	b := r.bulk.chunks[it.chunk][it.at:]
	if it.value < 0 {
		return b[:it.key:it.key], nil
	}
	return b[:it.key:it.key], b[it.key : it.key+it.value : it.key+it.value]
}

// open returns the last chunk, with room for about size bytes.
func (s *bulk) open(size int) []byte {
	if n := len(s.chunks); n > 0 && cap(s.chunks[n-1])-len(s.chunks[n-1]) >= size {
		return s.chunks[n-1]
	}
	s.chunks = append(s.chunks, make([]byte, 0, max(bulkChunk, size)))
	return s.chunks[len(s.chunks)-1]
}

// collectUnit hands the dirty cells of s and what belongs to it to the flusher.
func (b *Backend) collectUnit(s *store) error {
	if err := b.awaitSlots(s.unit); err != nil {
		return err
	}
	r := b.flusher.newRun()
	b.freeze(r, s.unit)
	b.flusher.add(r)
	return nil
}

// awaitSlots waits until every store has a free flying bitmap.
func (b *Backend) awaitSlots(stores []*store) error {
	for _, s := range stores {
		for s.flying[0] != 0 && s.flying[1] != 0 {
			b.flusher.waitFor(min(s.flying[0], s.flying[1]))
			if err := b.settle(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *store) collectDrops(r *run) {
	for _, d := range s.drops {
		for i, n := range d.groups {
			if n > 0 {
				from := appendSigned(appendPrefix(nil, s.b.owner.Start+i, s.at), d.ns)
				r.drops = append(r.drops, span{from, after(nil, from)})
			}
		}
	}
	s.drops = nil
}

// collectCell copies one entry into r. The caller holds the guard.
func (s *store) collectCell(r *run, ref state.Ref) {
	sp := s.owner[ref>>slab.PageShift]
	stored := s.marks.stored.has(ref)
	gone := s.isDead(ref) || s.shape.gone(ref)
	if gone && !stored {
		return
	}
	key := s.KeyAt(ref)
	tree := appendPrefix(r.key[:0], 0, s.at)
	tree, hash := s.shape.locate(tree, sp, keygroup.Hash(key), key)
	group := keygroup.Of(hash, s.b.maxParallelism)
	be.PutUint16(tree, uint16(group))
	r.key = tree
	it := item{key: int32(len(tree)), value: -1}
	it.note(tree)
	size := len(tree)
	if !gone {
		it.value = int32(s.recordBytes(ref))
		size += int(it.value)
	}
	b := r.bulk.open(size)
	it.chunk, it.at = int32(len(r.bulk.chunks)-1), int32(len(b))
	b = append(b, tree...)
	if !gone {
		b = s.record(b, ref)
	}
	r.bulk.chunks[it.chunk] = b
	r.items = append(r.items, it)
	if stored == gone {
		s.note(sp, ref, group, gone)
	}
}

// note records that the tree will hold an entry it did not, or the other way
// round.
func (s *store) note(sp *space, r state.Ref, group int, gone bool) {
	if sp.groups == nil {
		sp.groups = make([]int32, s.b.owner.Len())
	}
	if gone {
		s.marks.stored.unset(r)
		sp.groups[group-s.b.owner.Start]--
	} else {
		s.marks.stored.set(r)
		sp.groups[group-s.b.owner.Start]++
	}
}

// note takes down the beginning of the key, filled up with zeros.
func (it *item) note(key []byte) {
	it.group, it.space = int32(be.Uint16(key)), keyspace(be.Uint32(key[groupBytes:]))
	key = key[prefixBytes:]
	if len(key) < 24 {
		var head [24]byte
		copy(head[:], key)
		key = head[:]
	}
	it.words = [3]uint64{be.Uint64(key), be.Uint64(key[8:]), be.Uint64(key[16:])}
}

// sort brings the items into the order of their keys: by key group and keyspace in
// one pass, then those of each, which fit the processor's cache.
func (r *run) sort() {
	if len(r.items) == 0 {
		return
	}
	spaces := r.spaces()
	low, high := r.items[0].group, r.items[0].group
	for i := range r.items {
		low, high = min(low, r.items[i].group), max(high, r.items[i].group)
	}
	bucket := func(it *item) int {
		n := 0
		for spaces[n] != it.space {
			n++
		}
		return int(it.group-low)*len(spaces) + n
	}
	ends := make([]int, int(high-low+1)*len(spaces)+1)
	for i := range r.items {
		ends[bucket(&r.items[i])+1]++
	}
	for n := 1; n < len(ends); n++ {
		ends[n] += ends[n-1]
	}
	sorted := make([]item, len(r.items))
	for i := range r.items {
		n := bucket(&r.items[i])
		sorted[ends[n]] = r.items[i]
		ends[n]++
	}
	r.items = sorted
	from := 0
	for _, to := range ends[:len(ends)-1] {
		slices.SortFunc(sorted[from:to], r.compare)
		from = to
	}
}

// spaces returns the keyspaces of the items, ascending: as many as an operator has
// states.
func (r *run) spaces() (spaces []keyspace) {
	for i := range r.items {
		if s := r.items[i].space; !slices.Contains(spaces, s) {
			spaces = append(spaces, s)
		}
	}
	slices.Sort(spaces)
	return spaces
}

// compare orders two items of one key group and keyspace.
func (r *run) compare(a, b item) int {
	for i, w := range a.words {
		if w != b.words[i] {
			if w < b.words[i] {
				return -1
			}
			return 1
		}
	}
	x, _ := r.bytes(&a)
	y, _ := r.bytes(&b)
	return bytes.Compare(x, y)
}

// sortDrops orders the deleted ranges and leaves out those that occur twice.
func (r *run) sortDrops() {
	slices.SortFunc(r.drops, func(a, b span) int { return bytes.Compare(a.from, b.from) })
	r.drops = slices.CompactFunc(r.drops, func(a, b span) bool { return bytes.Equal(a.from, b.from) })
}

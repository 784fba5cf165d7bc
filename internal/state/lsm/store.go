package lsm

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// cellOverhead is the bytes of index and bitmaps per cell, about.
const cellOverhead = 20

var le = binary.LittleEndian

// store is the cache of one state: pages of cells, with the layout of a cell.
// Table, List, Map and Timers are built from it. A cell is resident (has a bit
// in live or dead) or its entry is cold: in the tree only.
type store struct {
	b     *Backend
	at    keyspace
	shape shape
	unit  []*store // stores that are collected together, this one among them
	tree  bool     // its entries go into the tree
	sized bool     // the first 8 bytes of the fixed part tell how much of the variable part is in use

	slab.Slab
	guess   int  // KeyWidth to begin with if entries come from the tree before any key, see guessLayout
	guessed bool // KeyWidth was a guess
	kept    int  // bytes of the fixed part that go into the tree

	marks     marks
	frozen    bitmap   // dirty cells that the run being frozen still has to collect
	owner     []*space // of each page, nil: none
	dirt      []int32  // dirty cells of each page
	freePages []uint32
	freeSpace []*space // dropped, with their index memory
	arena     arena
	hasVars   bool // some cell has or had a block in the arena
	live      int  // resident live cells
	dead      int  // resident deleted cells
	count     int  // entries of all spaces
	drops     []drop

	dirtyCells int
	dirtyBytes int64
	flying     [2]uint64 // number of the run that each flying bitmap belongs to, 0: free
	sweepAt    []byte    // key of the tree at which the next sweep for TTL begins
	sweepDebt  int       // keys since the last one
	hand       int       // page at which the next search for cells to evict begins
	print      uint64    // fingerprint of the latest Keys

	missing []int32 // scratch
	found   []int32 // scratch
	lookups lookups // scratch
}

// marks are what is known of the cells, a bit each, by Ref: small enough to stay in
// the processor's cache.
type marks struct {
	live   bitmap
	dead   bitmap    // deleted, and the tree does not know it yet
	dirty  bitmap    // written since it was last collected
	flying [2]bitmap // collected by a run that is not in the tree yet
	stored bitmap    // the tree holds a version, or will once the runs under way are in
	recent bitmap    // used since the eviction hand last came by
}

// bitmap has the words of one page after those of another.
type bitmap []uint64

func (b bitmap) has(r state.Ref) bool { return b[r>>6]>>(r&63)&1 != 0 }
func (b bitmap) set(r state.Ref)      { b[r>>6] |= 1 << (r & 63) }
func (b bitmap) unset(r state.Ref)    { b[r>>6] &^= 1 << (r & 63) }

// each calls f for every bitmap.
func (m *marks) each(f func(*bitmap)) {
	for _, b := range []*bitmap{&m.live, &m.dead, &m.dirty, &m.flying[0], &m.flying[1], &m.stored, &m.recent} {
		f(b)
	}
}

// drop is a namespace removed at once: the ranges of these key groups are to be
// deleted from the tree.
type drop struct {
	ns     state.Namespace
	groups []int32
}

// newStore returns the store of a keyspace. Of the fixed part of its cells, the
// first kept bytes go into the tree.
func newStore(b *Backend, at keyspace, sh shape, fixedWidth, kept int, ttl state.TTL) *store {
	s := &store{b: b, at: at, shape: sh, tree: true, Slab: slab.Slab{Layout: slab.NewLayout(fixedWidth, ttl)}, kept: kept}
	s.Blocks = &s.arena
	s.unit = []*store{s}
	b.stores = append(b.stores, s)
	return s
}

// guessLayout fixes the layout for entries of the tree if no operator has given
// a key yet.
func (s *store) guessLayout() {
	if s.KeyWidth < 0 {
		s.Arrange(s.guess)
		s.guessed = true
	}
}

// rearrange changes a guessed layout: all cells go to the tree first.
func (s *store) rearrange(keyWidth int) error {
	if s.live+s.dead > 0 {
		if err := s.b.collectUnit(s); err != nil {
			return err
		}
		s.b.flusher.wait()
		if err := s.b.settle(); err != nil {
			return err
		}
		for range 2 { // the first time takes the bits of use away
			s.evictUnit(1 << 62)
		}
		if s.live+s.dead > 0 {
			return fmt.Errorf("%d keys of width %d stay in the cache of a state whose keys have width %d (0: varying)", s.live+s.dead, s.KeyWidth, keyWidth)
		}
	}
	// The spaces are empty: their pages, of another stride, go.
	for _, sp := range s.owner {
		if sp != nil {
			sp.pages, sp.freed, sp.used = nil, nil, 0
		}
	}
	s.Pages, s.owner, s.dirt, s.marks, s.freePages, s.hand = nil, nil, nil, marks{}, nil, 0
	s.Arrange(keyWidth)
	return nil
}

// mutable is Record for writing.
func (s *store) mutable(r state.Ref) []byte {
	s.write(r)
	if s.TTL > 0 {
		s.Stamp(s.Slot(r))
	}
	return s.Record(r)
}

// records appends the first width bytes of the fixed part of each cell, for
// writing.
func (s *store) records(refs []state.Ref, width int, dst [][]byte) [][]byte {
	dst = s.AppendRecords(dst, refs, width)
	for _, r := range refs {
		s.write(r)
	}
	if s.TTL > 0 {
		for _, r := range refs {
			s.Stamp(s.Slot(r))
		}
	}
	return dst
}

// write is called before the bytes of a live cell change. A cell that is dirty
// already has been rescued from the frozen ones, see freeze.go.
func (s *store) write(r state.Ref) {
	if !s.marks.dirty.has(r) {
		s.soil(r)
	}
}

func (s *store) soil(r state.Ref) {
	if s.b.guard() {
		defer s.b.unguard()
	}
	s.writeGuarded(r)
}

// writeGuarded is write for callers that hold the guard.
func (s *store) writeGuarded(r state.Ref) {
	if s.marks.dirty.has(r) {
		return
	}
	if s.isFrozen(r) {
		s.rescue(s.b.freezing, r)
	}
	s.marks.dirty.set(r)
	s.dirt[r>>slab.PageShift]++
	s.dirtyCells++
	n := int64(s.Stride + s.Variable(s.Slot(r)).Size())
	s.dirtyBytes += n
	s.b.dirtyBytes += n
}

func (s *store) setKey(cell, key []byte) {
	if s.SetKey(cell, key) {
		return
	}
	h := s.arena.alloc(len(key))
	copy(s.arena.Bytes(h), key)
	s.hasVars = true
	s.SetKeyBlock(cell, h)
}

func (s *store) variable(r state.Ref) []byte {
	return s.arena.Bytes(s.Variable(s.Slot(r)))
}

func (s *store) setVariable(r state.Ref, b []byte) {
	if s.b.guard() {
		defer s.b.unguard()
	}
	s.writeGuarded(r)
	cell := s.Slot(r)
	old := s.Variable(cell)
	s.SetVariable(cell, s.arena.put(old, b))
	if more := int64(len(b) - old.Size()); more > 0 {
		s.dirtyBytes += more
		s.b.dirtyBytes += more
	}
	s.hasVars = s.hasVars || len(b) > 0
	s.Stamp(cell)
}

func (s *store) isDead(r state.Ref) bool { return s.dead > 0 && s.marks.dead.has(r) }

// isFlying: a run that is not in the tree yet has a version of the cell.
func (s *store) isFlying(r state.Ref) bool {
	return s.marks.flying[0].has(r) || s.marks.flying[1].has(r)
}

// create adds a cell and entry for key to sp, zeroed. The caller has made sure
// that it is absent: its search ended at index word at.
func (s *store) create(sp *space, hash uint64, key []byte, at uint64) state.Ref {
	if s.b.guard() {
		defer s.b.unguard()
	}
	r := s.place(sp, hash, key, at)
	s.Stamp(s.Slot(r))
	if s.tree {
		s.writeGuarded(r)
	}
	sp.count++
	s.count++
	return r
}

// place adds a live cell for key to sp, zeroed and clean. The caller holds the
// guard.
func (s *store) place(sp *space, hash uint64, key []byte, at uint64) state.Ref {
	r := s.newCell(sp)
	cell := s.Slot(r)
	clear(cell)
	s.setKey(cell, key)
	s.marks.live.set(r)
	s.marks.recent.set(r)
	sp.Put(hash, r, at)
	s.live++
	return r
}

// renew makes an expired or deleted cell a new entry.
func (s *store) renew(sp *space, r state.Ref) {
	if s.b.guard() {
		defer s.b.unguard()
	}
	s.writeGuarded(r)
	cell := s.Slot(r)
	if s.isDead(r) {
		s.marks.dead.unset(r)
		s.marks.live.set(r)
		s.dead--
		s.live++
		sp.count++
		s.count++
	}
	s.arena.release(s.Variable(cell))
	clear(cell[s.FixedOff:])
	s.Stamp(cell)
}

// newCell takes a place of sp: a freed one, the next of the last page, or the
// first of a new page.
func (s *store) newCell(sp *space) state.Ref {
	if n := len(sp.freed); n > 0 {
		r := sp.freed[n-1]
		sp.freed = sp.freed[:n-1]
		return state.Ref(r)
	}
	if len(sp.pages) == 0 || sp.used == slab.PageSlots {
		s.newPage(sp)
	}
	id := sp.pages[len(sp.pages)-1]
	if (sp.used+1)*s.Stride > len(s.Pages[id]) {
		bigger := make([]byte, min(4*len(s.Pages[id]), slab.PageSlots*s.Stride))
		copy(bigger, s.Pages[id])
		s.Pages[id] = bigger
	}
	r := state.Ref(id)<<slab.PageShift | state.Ref(sp.used)
	sp.used++
	return r
}

func (s *store) newPage(sp *space) {
	var id uint32
	if n := len(s.freePages); n > 0 {
		id = s.freePages[n-1]
		s.freePages = s.freePages[:n-1]
	} else {
		id = uint32(len(s.Pages))
		size := slab.PageSlots
		if len(sp.pages) == 0 {
			size = slab.FirstPageSlots
		}
		s.Pages = append(s.Pages, make([]byte, size*s.Stride))
		s.owner, s.dirt = append(s.owner, nil), append(s.dirt, 0)
		s.marks.each(func(b *bitmap) { *b = append(*b, make([]uint64, slab.PageWords)...) })
	}
	s.owner[id] = sp
	sp.pages = append(sp.pages, id)
	sp.used = 0
}

// remove deletes the entry of a live cell. The cell stays as a deleted one while
// the tree may hold a version of it.
func (s *store) remove(r state.Ref) {
	if s.b.guard() {
		defer s.b.unguard()
	}
	s.owner[r>>slab.PageShift].count--
	s.count--
	if s.isFrozen(r) {
		s.rescue(s.b.freezing, r)
	}
	stored := s.marks.stored.has(r)
	if !stored && !s.isFlying(r) {
		s.free(r)
		return
	}
	if stored {
		s.writeGuarded(r)
	}
	s.marks.live.unset(r)
	s.marks.dead.set(r)
	s.live--
	s.dead++
	cell := s.Slot(r)
	s.arena.release(s.Variable(cell))
	le.PutUint64(cell[s.VarOff:], 0)
}

// free gives the place of a resident cell back. The caller holds the guard.
func (s *store) free(r state.Ref) {
	cell := s.Slot(r)
	key := s.KeyIn(cell)
	sp := s.owner[r>>slab.PageShift]
	sp.Take(keygroup.Hash(key), r)
	s.releaseBlocks(cell)
	if s.isDead(r) {
		s.dead--
	} else {
		s.live--
	}
	if s.marks.dirty.has(r) {
		s.dirt[r>>slab.PageShift]--
		s.dirtyCells--
		n := min(s.dirtyBytes, int64(s.Stride))
		s.dirtyBytes -= n
		s.b.dirtyBytes -= n
	}
	m := &s.marks
	m.live.unset(r)
	m.dead.unset(r)
	m.dirty.unset(r)
	m.stored.unset(r)
	m.recent.unset(r)
	m.flying[0].unset(r)
	m.flying[1].unset(r)
	sp.freed = append(sp.freed, uint32(r))
}

func (s *store) releaseBlocks(cell []byte) {
	_, block := s.InlineKey(cell)
	s.arena.release(block)
	s.arena.release(s.Variable(cell))
}

// each visits the resident live cells of sp in order of their place, expired ones
// left out; fn may remove the one it is given.
func (s *store) each(sp *space, fn func(state.Ref) bool) bool {
	for _, id := range sp.pages {
		for w := range slab.PageWords {
			for word := s.marks.live[int(id)*slab.PageWords+w]; word != 0; word &= word - 1 {
				r := state.Ref(id)<<slab.PageShift | state.Ref(w<<6+bits.TrailingZeros64(word))
				if s.TTL > 0 && s.Expired(s.Slot(r)) {
					continue
				}
				if !fn(r) {
					return false
				}
			}
		}
	}
	return true
}

// dropSpace removes a space with all its entries and keeps its memory for reuse.
func (s *store) dropSpace(sp *space) {
	s.b.thaw()
	if sp.inTree() > 0 {
		s.drops = append(s.drops, drop{sp.ns, sp.groups})
	}
	for _, id := range sp.pages {
		for w := int(id) * slab.PageWords; w < int(id+1)*slab.PageWords; w++ {
			live, dead := s.marks.live[w], s.marks.dead[w]
			if s.hasVars {
				for word := live | dead; word != 0; word &= word - 1 {
					s.releaseBlocks(s.Slot(state.Ref(w<<6 + bits.TrailingZeros64(word))))
				}
			}
			s.live -= bits.OnesCount64(live)
			s.dead -= bits.OnesCount64(dead)
		}
		s.dirtyCells -= int(s.dirt[id])
		n := min(s.dirtyBytes, int64(int(s.dirt[id])*s.Stride))
		s.dirtyBytes -= n
		s.b.dirtyBytes -= n
		s.owner[id], s.dirt[id] = nil, 0
		s.marks.each(func(b *bitmap) { clear((*b)[int(id)*slab.PageWords : int(id+1)*slab.PageWords]) })
	}
	s.freePages = append(s.freePages, sp.pages...)
	s.count -= sp.count
	sp.Clear()
	*sp = space{Index: sp.Index, pages: sp.pages[:0], freed: sp.freed[:0]}
	if len(s.freeSpace) < 8 {
		s.freeSpace = append(s.freeSpace, sp)
	}
}

// newSpace returns an empty space, with the index memory of a dropped one if
// there is any.
func (s *store) newSpace(ns state.Namespace) *space {
	if n := len(s.freeSpace); n > 0 {
		sp := s.freeSpace[n-1]
		s.freeSpace = s.freeSpace[:n-1]
		sp.ns = ns
		return sp
	}
	return &space{Index: slab.NewIndex(), ns: ns}
}

// usedBytes is what the resident cells take.
func (s *store) usedBytes() int64 {
	return int64(s.live+s.dead)*int64(s.Stride+cellOverhead) + s.arena.used
}

// heldBytes is the memory the store holds.
func (s *store) heldBytes() int64 {
	total := s.arena.held
	seen := map[*space]bool{}
	for i, p := range s.Pages {
		total += int64(len(p)) + slab.PageSlots
		if sp := s.owner[i]; sp != nil && !seen[sp] {
			seen[sp] = true
			total += int64(len(sp.Words))*8 + int64(cap(sp.freed))*4
		}
	}
	for _, sp := range s.freeSpace {
		total += int64(len(sp.Words)) * 8
	}
	return total
}

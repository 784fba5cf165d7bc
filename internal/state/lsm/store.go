package lsm

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

const (
	pageShift = 10
	pageCells = 1 << pageShift
	pageMask  = pageCells - 1
	pageWords = pageCells / 64

	firstPageCells  = 16 // a space's first page starts with these
	inlineKey       = 28 // bytes of a variable key that fit its slot
	variableKeySlot = 32
	cellOverhead    = 20 // bytes of index and bitmaps per cell, about
)

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

	guess      int  // keyWidth to begin with if entries come from the tree before any key, see guessLayout
	guessed    bool // keyWidth was a guess
	keyWidth   int  // -1 until the first key is seen; 0: keys vary in size
	keySlot    int
	fixedWidth int
	kept       int // bytes of the fixed part that go into the tree
	fixedOff   int
	stampOff   int // -1: no TTL
	varOff     int
	stride     int
	ttl        int64 // ms, 0: none
	now        int64 // ms, of the latest call that took keys

	pages     [][]byte
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

	words   []uint64 // scratch: index word of each key of a batch
	fetched []uint64 // scratch: first word of the cell it names
	missing []int32  // scratch
	found   []int32  // scratch
	lookups lookups  // scratch
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
	s := &store{b: b, at: at, shape: sh, tree: true, keyWidth: -1, fixedWidth: fixedWidth, kept: kept, ttl: ttl.After.Milliseconds()}
	s.unit = []*store{s}
	b.stores = append(b.stores, s)
	return s
}

// arrange fixes the layout once the width of keys is known.
func (s *store) arrange(keyWidth int) {
	s.keyWidth = keyWidth
	s.keySlot = variableKeySlot
	if keyWidth > 0 {
		s.keySlot = round8(keyWidth)
	}
	s.fixedOff = s.keySlot
	at := s.fixedOff + round8(s.fixedWidth)
	s.stampOff = -1
	if s.ttl > 0 {
		s.stampOff = at
		at += 8
	}
	s.varOff = at
	s.stride = at + 8
}

// guessLayout fixes the layout for entries of the tree if no operator has given
// a key yet.
func (s *store) guessLayout() {
	if s.keyWidth < 0 {
		s.arrange(s.guess)
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
			return fmt.Errorf("%d keys of width %d stay in the cache of a state whose keys have width %d (0: varying)", s.live+s.dead, s.keyWidth, keyWidth)
		}
	}
	// The spaces are empty: their pages, of another stride, go.
	for _, sp := range s.owner {
		if sp != nil {
			sp.pages, sp.freed, sp.used = nil, nil, 0
		}
	}
	s.pages, s.owner, s.dirt, s.marks, s.freePages, s.hand = nil, nil, nil, marks{}, nil, 0
	s.arrange(keyWidth)
	return nil
}

func round8(n int) int { return (n + 7) &^ 7 }

func (s *store) cell(r state.Ref) []byte {
	o := int(r&pageMask) * s.stride
	return s.pages[r>>pageShift][o : o+s.stride : o+s.stride]
}

func (s *store) fixed(r state.Ref) []byte {
	o := int(r&pageMask)*s.stride + s.fixedOff
	return s.pages[r>>pageShift][o : o+s.fixedWidth : o+s.fixedWidth]
}

// mutable is fixed for writing.
func (s *store) mutable(r state.Ref) []byte {
	s.write(r)
	if s.ttl > 0 {
		s.stamp(s.cell(r))
	}
	return s.fixed(r)
}

// records appends the first width bytes of the fixed part of each cell, for
// writing.
func (s *store) records(refs []state.Ref, width int, dst [][]byte) [][]byte {
	pages, stride, off := s.pages, s.stride, s.fixedOff
	for _, r := range refs {
		o := int(r&pageMask)*stride + off
		dst = append(dst, pages[r>>pageShift][o:o+width:o+width])
	}
	for _, r := range refs {
		s.write(r)
	}
	if s.ttl > 0 {
		for _, r := range refs {
			s.stamp(s.cell(r))
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
	s.dirt[r>>pageShift]++
	s.dirtyCells++
	n := int64(s.stride + handle(le.Uint64(s.cell(r)[s.varOff:])).size())
	s.dirtyBytes += n
	s.b.dirtyBytes += n
}

func (s *store) key(r state.Ref) []byte { return s.keyOf(s.cell(r)) }

func (s *store) keyOf(cell []byte) []byte {
	if s.keyWidth > 0 {
		return cell[:s.keyWidth:s.keyWidth]
	}
	size := int(le.Uint32(cell))
	if size <= inlineKey {
		return cell[4 : 4+size : 4+size]
	}
	return s.arena.bytes(handle(le.Uint64(cell[8:])))
}

func (s *store) setKey(cell, key []byte) {
	if s.keyWidth > 0 {
		copy(cell, key)
		return
	}
	le.PutUint32(cell, uint32(len(key)))
	if len(key) <= inlineKey {
		copy(cell[4:], key)
		return
	}
	h := s.arena.alloc(len(key))
	copy(s.arena.bytes(h), key)
	s.hasVars = true
	le.PutUint64(cell[8:], uint64(h))
}

func (s *store) variable(r state.Ref) []byte {
	return s.arena.bytes(handle(le.Uint64(s.cell(r)[s.varOff:])))
}

func (s *store) setVariable(r state.Ref, b []byte) {
	if s.b.guard() {
		defer s.b.unguard()
	}
	s.writeGuarded(r)
	cell := s.cell(r)
	old := handle(le.Uint64(cell[s.varOff:]))
	le.PutUint64(cell[s.varOff:], uint64(s.arena.put(old, b)))
	if more := int64(len(b) - old.size()); more > 0 {
		s.dirtyBytes += more
		s.b.dirtyBytes += more
	}
	s.hasVars = s.hasVars || len(b) > 0
	s.stamp(cell)
}

// stamp records a write for TTL.
func (s *store) stamp(cell []byte) {
	if s.ttl > 0 {
		le.PutUint64(cell[s.stampOff:], uint64(s.now))
	}
}

func (s *store) expired(cell []byte) bool {
	return s.ttl > 0 && s.now-int64(le.Uint64(cell[s.stampOff:])) >= s.ttl
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
	s.stamp(s.cell(r))
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
	cell := s.cell(r)
	clear(cell)
	s.setKey(cell, key)
	s.marks.live.set(r)
	s.marks.recent.set(r)
	sp.put(hash, r, at)
	s.live++
	return r
}

// renew makes an expired or deleted cell a new entry.
func (s *store) renew(sp *space, r state.Ref) {
	if s.b.guard() {
		defer s.b.unguard()
	}
	s.writeGuarded(r)
	cell := s.cell(r)
	if s.isDead(r) {
		s.marks.dead.unset(r)
		s.marks.live.set(r)
		s.dead--
		s.live++
		sp.count++
		s.count++
	}
	s.arena.release(handle(le.Uint64(cell[s.varOff:])))
	clear(cell[s.fixedOff:])
	s.stamp(cell)
}

// newCell takes a place of sp: a freed one, the next of the last page, or the
// first of a new page.
func (s *store) newCell(sp *space) state.Ref {
	if n := len(sp.freed); n > 0 {
		r := sp.freed[n-1]
		sp.freed = sp.freed[:n-1]
		return state.Ref(r)
	}
	if len(sp.pages) == 0 || sp.used == pageCells {
		s.newPage(sp)
	}
	id := sp.pages[len(sp.pages)-1]
	if (sp.used+1)*s.stride > len(s.pages[id]) {
		bigger := make([]byte, min(4*len(s.pages[id]), pageCells*s.stride))
		copy(bigger, s.pages[id])
		s.pages[id] = bigger
	}
	r := state.Ref(id)<<pageShift | state.Ref(sp.used)
	sp.used++
	return r
}

func (s *store) newPage(sp *space) {
	var id uint32
	if n := len(s.freePages); n > 0 {
		id = s.freePages[n-1]
		s.freePages = s.freePages[:n-1]
	} else {
		id = uint32(len(s.pages))
		size := pageCells
		if len(sp.pages) == 0 {
			size = firstPageCells
		}
		s.pages = append(s.pages, make([]byte, size*s.stride))
		s.owner, s.dirt = append(s.owner, nil), append(s.dirt, 0)
		s.marks.each(func(b *bitmap) { *b = append(*b, make([]uint64, pageWords)...) })
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
	s.owner[r>>pageShift].count--
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
	cell := s.cell(r)
	s.arena.release(handle(le.Uint64(cell[s.varOff:])))
	le.PutUint64(cell[s.varOff:], 0)
}

// free gives the place of a resident cell back. The caller holds the guard.
func (s *store) free(r state.Ref) {
	cell := s.cell(r)
	key := s.keyOf(cell)
	sp := s.owner[r>>pageShift]
	sp.take(keygroup.Hash(key), r)
	s.releaseBlocks(cell)
	if s.isDead(r) {
		s.dead--
	} else {
		s.live--
	}
	if s.marks.dirty.has(r) {
		s.dirt[r>>pageShift]--
		s.dirtyCells--
		n := min(s.dirtyBytes, int64(s.stride))
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
	if s.keyWidth == 0 && int(le.Uint32(cell)) > inlineKey {
		s.arena.release(handle(le.Uint64(cell[8:])))
	}
	s.arena.release(handle(le.Uint64(cell[s.varOff:])))
}

// each visits the resident live cells of sp in order of their place, expired ones
// left out; fn may remove the one it is given.
func (s *store) each(sp *space, fn func(state.Ref) bool) bool {
	for _, id := range sp.pages {
		for w := range pageWords {
			for word := s.marks.live[int(id)*pageWords+w]; word != 0; word &= word - 1 {
				r := state.Ref(id)<<pageShift | state.Ref(w<<6+bits.TrailingZeros64(word))
				if s.ttl > 0 && s.expired(s.cell(r)) {
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
		for w := int(id) * pageWords; w < int(id+1)*pageWords; w++ {
			live, dead := s.marks.live[w], s.marks.dead[w]
			if s.hasVars {
				for word := live | dead; word != 0; word &= word - 1 {
					s.releaseBlocks(s.cell(state.Ref(w<<6 + bits.TrailingZeros64(word))))
				}
			}
			s.live -= bits.OnesCount64(live)
			s.dead -= bits.OnesCount64(dead)
		}
		s.dirtyCells -= int(s.dirt[id])
		n := min(s.dirtyBytes, int64(int(s.dirt[id])*s.stride))
		s.dirtyBytes -= n
		s.b.dirtyBytes -= n
		s.owner[id], s.dirt[id] = nil, 0
		s.marks.each(func(b *bitmap) { clear((*b)[int(id)*pageWords : int(id+1)*pageWords]) })
	}
	s.freePages = append(s.freePages, sp.pages...)
	s.count -= sp.count
	sp.clear()
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
	sp := &space{ns: ns}
	sp.resize(firstPageCells)
	return sp
}

// usedBytes is what the resident cells take.
func (s *store) usedBytes() int64 {
	return int64(s.live+s.dead)*int64(s.stride+cellOverhead) + s.arena.used
}

// heldBytes is the memory the store holds.
func (s *store) heldBytes() int64 {
	total := s.arena.held
	seen := map[*space]bool{}
	for i, p := range s.pages {
		total += int64(len(p)) + pageCells
		if sp := s.owner[i]; sp != nil && !seen[sp] {
			seen[sp] = true
			total += int64(len(sp.index))*8 + int64(cap(sp.freed))*4
		}
	}
	for _, sp := range s.freeSpace {
		total += int64(len(sp.index)) * 8
	}
	return total
}

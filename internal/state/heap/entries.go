package heap

import (
	"encoding/binary"
	"math/bits"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

var le = binary.LittleEndian

// entries is the store of one state: the pages of all its spaces, with the
// layout of an entry. Table, List, Map and Timers are built from it.
type entries struct {
	b *Backend

	slab.Slab
	guessed bool // KeyWidth is that of all keys restored, the next keys tell

	up     bool // some snapshot is under way
	epoch  uint32
	epochs []uint32 // a page whose epoch is not the store's may be in a snapshot
	frozen []*frozen

	live      [][slab.PageWords]uint64
	owner     []*space
	freePages []uint32
	freeSpace []*space // dropped, with their index memory
	arena     arena
	hasVars   bool // some entry has or had a block in the arena
	count     int

	misses []int32 // scratch
}

// space is one namespace.
type space struct {
	slab.Index
	ns    state.Namespace
	pages []uint32
	used  int // entries handed out of the last page
	freed []uint32
	sweep int // word of the live bitmaps at which the next TTL sweep begins
}

func newEntries(b *Backend, fixedWidth int, ttl state.TTL) *entries {
	e := &entries{b: b, Slab: slab.Slab{Layout: slab.NewLayout(fixedWidth, ttl)}}
	e.Blocks = &e.arena
	return e
}

// records appends the first width bytes of the fixed part of each entry, for
// writing.
func (e *entries) records(refs []state.Ref, width int, dst [][]byte) [][]byte {
	if e.up {
		for _, r := range refs {
			e.touch(r)
		}
	}
	dst = e.AppendRecords(dst, refs, width)
	if e.TTL > 0 {
		for _, r := range refs {
			e.Stamp(e.Slot(r))
		}
	}
	return dst
}

func (e *entries) setKey(entry, key []byte) {
	if e.SetKey(entry, key) {
		return
	}
	h := e.arena.alloc(len(key))
	copy(e.arena.Bytes(h), key)
	e.hasVars = true
	e.SetKeyBlock(entry, h)
}

func (e *entries) variable(r state.Ref) []byte {
	return e.arena.Bytes(e.Variable(e.Slot(r)))
}

func (e *entries) setVariable(r state.Ref, b []byte) {
	if e.up {
		e.touch(r)
	}
	entry := e.Slot(r)
	e.SetVariable(entry, e.arena.put(e.Variable(entry), b))
	e.hasVars = e.hasVars || len(b) > 0
	e.Stamp(entry)
}

// create adds an entry for key to sp, zeroed. The caller has made sure that it
// is absent: its search ended at index word at.
func (e *entries) create(sp *space, hash uint64, key []byte, at uint64) state.Ref {
	r := e.newEntry(sp)
	if e.up {
		e.touch(r)
	}
	entry := e.Slot(r)
	clear(entry)
	e.setKey(entry, key)
	e.Stamp(entry)
	e.live[r>>slab.PageShift][r&slab.PageMask>>6] |= 1 << (r & 63)
	sp.Put(hash, r, at)
	e.count++
	return r
}

// reset makes an expired entry new again.
func (e *entries) reset(r state.Ref) {
	if e.up {
		e.touch(r)
	}
	entry := e.Slot(r)
	e.arena.release(e.Variable(entry))
	clear(entry[e.FixedOff:])
	e.Stamp(entry)
}

// newEntry takes a place of sp: a freed one, the next of the last page, or the
// first of a new page.
func (e *entries) newEntry(sp *space) state.Ref {
	if n := len(sp.freed); n > 0 {
		r := sp.freed[n-1]
		sp.freed = sp.freed[:n-1]
		return state.Ref(r)
	}
	if len(sp.pages) == 0 || sp.used == slab.PageSlots {
		e.newPage(sp)
	}
	id := sp.pages[len(sp.pages)-1]
	if (sp.used+1)*e.Stride > len(e.Pages[id]) {
		bigger := make([]byte, min(4*len(e.Pages[id]), slab.PageSlots*e.Stride))
		copy(bigger, e.Pages[id])
		e.Pages[id] = bigger
	}
	r := state.Ref(id)<<slab.PageShift | state.Ref(sp.used)
	sp.used++
	return r
}

func (e *entries) newPage(sp *space) {
	var id uint32
	if n := len(e.freePages); n > 0 {
		id = e.freePages[n-1]
		e.freePages = e.freePages[:n-1]
	} else {
		id = uint32(len(e.Pages))
		size := slab.PageSlots
		if len(sp.pages) == 0 {
			size = slab.FirstPageSlots
		}
		e.Pages = append(e.Pages, make([]byte, size*e.Stride))
		e.epochs = append(e.epochs, e.epoch)
		e.live = append(e.live, [slab.PageWords]uint64{})
		e.owner = append(e.owner, nil)
	}
	e.owner[id] = sp
	sp.pages = append(sp.pages, id)
	sp.used = 0
}

// remove deletes an entry.
func (e *entries) remove(r state.Ref) {
	entry := e.Slot(r)
	key := e.KeyIn(entry)
	sp := e.owner[r>>slab.PageShift]
	sp.Take(keygroup.Hash(key), r)
	e.releaseBlocks(entry)
	e.live[r>>slab.PageShift][r&slab.PageMask>>6] &^= 1 << (r & 63)
	sp.freed = append(sp.freed, uint32(r))
	e.count--
}

func (e *entries) releaseBlocks(entry []byte) {
	_, block := e.InlineKey(entry)
	e.arena.release(block)
	e.arena.release(e.Variable(entry))
}

// scan visits the live entries of sp in order of their place; fn may remove the
// one it is given.
func (e *entries) scan(sp *space, fn func(state.Ref) bool) {
	for _, id := range sp.pages {
		for w := range e.live[id] {
			word := e.live[id][w]
			for word != 0 {
				r := state.Ref(id)<<slab.PageShift | state.Ref(w<<6+bits.TrailingZeros64(word))
				word &= word - 1
				if e.TTL > 0 && e.Expired(e.Slot(r)) {
					continue
				}
				if !fn(r) {
					return
				}
			}
		}
	}
}

// drop removes a space with all its entries and keeps its memory for reuse.
func (e *entries) drop(sp *space) {
	if e.hasVars {
		for _, id := range sp.pages {
			for w, word := range e.live[id] {
				for ; word != 0; word &= word - 1 {
					e.releaseBlocks(e.Slot(state.Ref(id)<<slab.PageShift | state.Ref(w<<6+bits.TrailingZeros64(word))))
				}
			}
		}
	}
	for _, id := range sp.pages {
		e.live[id] = [slab.PageWords]uint64{}
		e.owner[id] = nil
	}
	e.freePages = append(e.freePages, sp.pages...)
	e.count -= sp.Count
	sp.Clear()
	*sp = space{Index: sp.Index, pages: sp.pages[:0], freed: sp.freed[:0]}
	if len(e.freeSpace) < 8 {
		e.freeSpace = append(e.freeSpace, sp)
	}
}

// newSpace returns an empty space, with the index memory of a dropped one if
// there is any.
func (e *entries) newSpace(ns state.Namespace) *space {
	if n := len(e.freeSpace); n > 0 {
		sp := e.freeSpace[n-1]
		e.freeSpace = e.freeSpace[:n-1]
		sp.ns = ns
		return sp
	}
	return &space{Index: slab.NewIndex(), ns: ns}
}

// memory is what the store holds, in bytes; sp are its spaces in use.
func (e *entries) memory() int64 {
	total := e.arena.held + int64(len(e.live))*(slab.PageSlots/8+8+24)
	seen := map[*space]bool{}
	for i, p := range e.Pages {
		total += int64(len(p))
		if sp := e.owner[i]; sp != nil && !seen[sp] {
			seen[sp] = true
			total += int64(len(sp.Words))*8 + int64(cap(sp.freed))*4
		}
	}
	for i := range e.arena.classes {
		total += int64(cap(e.arena.classes[i].free)) * 4
	}
	for _, sp := range e.freeSpace {
		total += int64(len(sp.Words)) * 8
	}
	return total
}

package heap

import (
	"encoding/binary"
	"math/bits"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

const (
	pageShift   = 10
	pageEntries = 1 << pageShift
	pageMask    = pageEntries - 1

	firstPageEntries = 16 // a space's first page starts with these
	inlineKey        = 28 // bytes of a variable key that fit its slot
	variableKeySlot  = 32
)

var le = binary.LittleEndian

// layout says where the parts of an entry lie.
type layout struct {
	keyWidth   int // -1 until the first key is seen; 0: keys vary in size
	keySlot    int
	fixedWidth int
	fixedOff   int
	stampOff   int // -1: no TTL
	varOff     int
	stride     int
}

// entries is the store of one state: the pages of all its spaces, with the
// layout of an entry. Table, List, Map and Timers are built from it.
type entries struct {
	b *Backend

	layout
	ttl     int64 // ms, 0: none
	now     int64 // ms, of the latest call that took keys
	guessed bool  // keyWidth is that of all keys restored, the next keys tell

	up     bool // some snapshot is under way
	epoch  uint32
	epochs []uint32 // a page whose epoch is not the store's may be in a snapshot
	frozen []*frozen

	pages     [][]byte
	live      [][pageEntries / 64]uint64
	owner     []*space
	freePages []uint32
	freeSpace []*space // dropped, with their index memory
	arena     arena
	hasVars   bool // some entry has or had a block in the arena
	count     int

	words   []uint64 // scratch: index word of each key of a batch
	fetched []uint64 // scratch: first word of the entry it names
	misses  []int32  // scratch
}

// space is one namespace.
type space struct {
	ns    state.Namespace
	index []uint64
	count int
	limit int // count at which the index doubles
	pages []uint32
	used  int // entries handed out of the last page
	freed []uint32
	sweep int // word of the live bitmaps at which the next TTL sweep begins
}

func newEntries(b *Backend, fixedWidth int, ttl state.TTL) *entries {
	return &entries{b: b, layout: layout{keyWidth: -1, fixedWidth: fixedWidth}, ttl: ttl.After.Milliseconds()}
}

// arrange fixes the layout once the width of keys is known.
func (e *entries) arrange(keyWidth int) {
	e.keyWidth = keyWidth
	e.keySlot = variableKeySlot
	if keyWidth > 0 {
		e.keySlot = round8(keyWidth)
	}
	e.fixedOff = e.keySlot
	at := e.fixedOff + round8(e.fixedWidth)
	e.stampOff = -1
	if e.ttl > 0 {
		e.stampOff = at
		at += 8
	}
	e.varOff = at
	e.stride = at + 8
}

func round8(n int) int { return (n + 7) &^ 7 }

func (e *entries) at(r state.Ref) []byte {
	o := int(r&pageMask) * e.stride
	return e.pages[r>>pageShift][o : o+e.stride : o+e.stride]
}

func (e *entries) fixed(r state.Ref) []byte {
	o := int(r&pageMask)*e.stride + e.fixedOff
	return e.pages[r>>pageShift][o : o+e.fixedWidth : o+e.fixedWidth]
}

// records appends the first width bytes of the fixed part of each entry, for
// writing.
func (e *entries) records(refs []state.Ref, width int, dst [][]byte) [][]byte {
	pages, stride, off := e.pages, e.stride, e.fixedOff
	if e.up {
		for _, r := range refs {
			e.touch(r)
		}
	}
	for _, r := range refs {
		o := int(r&pageMask)*stride + off
		dst = append(dst, pages[r>>pageShift][o:o+width:o+width])
	}
	if e.ttl > 0 {
		for _, r := range refs {
			e.stamp(e.at(r))
		}
	}
	return dst
}

func (e *entries) key(r state.Ref) []byte {
	return e.keyOf(e.at(r))
}

func (e *entries) keyOf(entry []byte) []byte {
	if e.keyWidth > 0 {
		return entry[:e.keyWidth:e.keyWidth]
	}
	size := int(le.Uint32(entry))
	if size <= inlineKey {
		return entry[4 : 4+size : 4+size]
	}
	return e.arena.bytes(handle(le.Uint64(entry[8:])))
}

func (e *entries) setKey(entry, key []byte) {
	if e.keyWidth > 0 {
		copy(entry, key)
		return
	}
	le.PutUint32(entry, uint32(len(key)))
	if len(key) <= inlineKey {
		copy(entry[4:], key)
		return
	}
	h := e.arena.alloc(len(key))
	copy(e.arena.bytes(h), key)
	e.hasVars = true
	le.PutUint64(entry[8:], uint64(h))
}

func (e *entries) variable(r state.Ref) []byte {
	return e.arena.bytes(handle(le.Uint64(e.at(r)[e.varOff:])))
}

func (e *entries) setVariable(r state.Ref, b []byte) {
	if e.up {
		e.touch(r)
	}
	entry := e.at(r)
	old := handle(le.Uint64(entry[e.varOff:]))
	le.PutUint64(entry[e.varOff:], uint64(e.arena.put(old, b)))
	e.hasVars = e.hasVars || len(b) > 0
	e.stamp(entry)
}

// stamp records a write for TTL. The page has been touched.
func (e *entries) stamp(entry []byte) {
	if e.ttl > 0 {
		le.PutUint64(entry[e.stampOff:], uint64(e.now))
	}
}

func (e *entries) expired(entry []byte) bool {
	return e.ttl > 0 && e.now-int64(le.Uint64(entry[e.stampOff:])) >= e.ttl
}

// create adds an entry for key to sp, zeroed. The caller has made sure that it
// is absent: its search ended at index word at.
func (e *entries) create(sp *space, hash uint64, key []byte, at uint64) state.Ref {
	r := e.newEntry(sp)
	if e.up {
		e.touch(r)
	}
	entry := e.at(r)
	clear(entry)
	e.setKey(entry, key)
	e.stamp(entry)
	e.live[r>>pageShift][r&pageMask>>6] |= 1 << (r & 63)
	sp.put(hash, r, at)
	sp.count++
	e.count++
	return r
}

// reset makes an expired entry new again.
func (e *entries) reset(r state.Ref) {
	if e.up {
		e.touch(r)
	}
	entry := e.at(r)
	e.arena.release(handle(le.Uint64(entry[e.varOff:])))
	clear(entry[e.fixedOff:])
	e.stamp(entry)
}

// newEntry takes a place of sp: a freed one, the next of the last page, or the
// first of a new page.
func (e *entries) newEntry(sp *space) state.Ref {
	if n := len(sp.freed); n > 0 {
		r := sp.freed[n-1]
		sp.freed = sp.freed[:n-1]
		return state.Ref(r)
	}
	if len(sp.pages) == 0 || sp.used == pageEntries {
		e.newPage(sp)
	}
	id := sp.pages[len(sp.pages)-1]
	if (sp.used+1)*e.stride > len(e.pages[id]) {
		bigger := newBytes(min(4*len(e.pages[id]), pageEntries*e.stride))
		copy(bigger, e.pages[id])
		e.pages[id] = bigger
	}
	r := state.Ref(id)<<pageShift | state.Ref(sp.used)
	sp.used++
	return r
}

func (e *entries) newPage(sp *space) {
	var id uint32
	if n := len(e.freePages); n > 0 {
		id = e.freePages[n-1]
		e.freePages = e.freePages[:n-1]
	} else {
		id = uint32(len(e.pages))
		size := pageEntries
		if len(sp.pages) == 0 {
			size = firstPageEntries
		}
		e.pages = append(e.pages, newBytes(size*e.stride))
		e.epochs = append(e.epochs, e.epoch)
		e.live = append(e.live, [pageEntries / 64]uint64{})
		e.owner = append(e.owner, nil)
	}
	e.owner[id] = sp
	sp.pages = append(sp.pages, id)
	sp.used = 0
}

// remove deletes an entry.
func (e *entries) remove(r state.Ref) {
	entry := e.at(r)
	key := e.keyOf(entry)
	sp := e.owner[r>>pageShift]
	sp.take(keygroup.Hash(key), r)
	e.releaseBlocks(entry)
	e.live[r>>pageShift][r&pageMask>>6] &^= 1 << (r & 63)
	sp.freed = append(sp.freed, uint32(r))
	sp.count--
	e.count--
}

func (e *entries) releaseBlocks(entry []byte) {
	if e.keyWidth == 0 && int(le.Uint32(entry)) > inlineKey {
		e.arena.release(handle(le.Uint64(entry[8:])))
	}
	e.arena.release(handle(le.Uint64(entry[e.varOff:])))
}

// scan visits the live entries of sp in order of their place; fn may remove the
// one it is given.
func (e *entries) scan(sp *space, fn func(state.Ref) bool) {
	for _, id := range sp.pages {
		for w := range e.live[id] {
			word := e.live[id][w]
			for word != 0 {
				r := state.Ref(id)<<pageShift | state.Ref(w<<6+bits.TrailingZeros64(word))
				word &= word - 1
				if e.ttl > 0 && e.expired(e.at(r)) {
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
					e.releaseBlocks(e.at(state.Ref(id)<<pageShift | state.Ref(w<<6+bits.TrailingZeros64(word))))
				}
			}
		}
	}
	for _, id := range sp.pages {
		e.live[id] = [pageEntries / 64]uint64{}
		e.owner[id] = nil
	}
	e.freePages = append(e.freePages, sp.pages...)
	e.count -= sp.count
	sp.clear()
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
	sp := &space{ns: ns}
	sp.resize(firstPageEntries)
	return sp
}

// memory is what the store holds, in bytes; sp are its spaces in use.
func (e *entries) memory() int64 {
	total := e.arena.held + int64(len(e.live))*(pageEntries/8+8+24)
	seen := map[*space]bool{}
	for i, p := range e.pages {
		total += int64(len(p))
		if sp := e.owner[i]; sp != nil && !seen[sp] {
			seen[sp] = true
			total += int64(len(sp.index))*8 + int64(cap(sp.freed))*4
		}
	}
	for i := range e.arena.classes {
		total += int64(cap(e.arena.classes[i].free)) * 4
	}
	for _, sp := range e.freeSpace {
		total += int64(len(sp.index)) * 8
	}
	return total
}

// newBytes returns n zero bytes aligned to 8.
func newBytes(n int) []byte { return make([]byte, n) }

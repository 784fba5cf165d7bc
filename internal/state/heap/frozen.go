package heap

import (
	"sync"
	"sync/atomic"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// frozen is a store as a snapshot sees it.
type frozen struct {
	slab.Layout
	pages []frozenPage
	arena frozenArena
	now   int64 // ms since 1970 when it was frozen
	done  atomic.Bool
	spare spares
}

type frozenPage struct {
	cell
	ns   state.Namespace
	live [slab.PageWords]uint64
}

type frozenArena struct {
	classes [slab.ClassCount][]cell
	huge    []cell
}

// spares are buffers of pages that a snapshot has consumed, for the next copies.
type spares struct {
	mu   sync.Mutex
	free [][]byte
}

const maxSpares = 64

func (s *spares) copyOf(b []byte) []byte {
	s.mu.Lock()
	var to []byte
	if n := len(s.free); n > 0 {
		to = s.free[n-1]
		s.free[n-1] = nil
		s.free = s.free[:n-1]
	}
	s.mu.Unlock()
	return append(to[:0], b...)
}

func (s *spares) put(b []byte) {
	s.mu.Lock()
	if len(s.free) < maxSpares {
		s.free = append(s.free, b)
	}
	s.mu.Unlock()
}

// release lets the subtask forget the frozen store, which it does when it is used
// next, and frees the copies made.
func (f *frozen) release() {
	f.done.Store(true)
	for i := range f.pages {
		f.pages[i].drop()
	}
	for _, cells := range f.arena.classes {
		for i := range cells {
			cells[i].drop()
		}
	}
	for i := range f.arena.huge {
		f.arena.huge[i].drop()
	}
	f.spare.mu.Lock()
	f.spare.free = nil
	f.spare.mu.Unlock()
}

// bytes returns the block h for reading, in *buf unless it is the snapshot's own.
func (a *frozenArena) bytes(h slab.Handle, buf *[]byte) []byte {
	size, n := h.Size(), uint32(h>>32)
	if size == 0 {
		return nil
	}
	if size > slab.MaxClassSize {
		return a.huge[n].read(buf, 0, size)
	}
	class := slab.ClassOf(size)
	shift, full := slab.BlockShift(class), slab.ClassSize(class)
	at := int(n&(1<<shift-1)) * full
	return a.classes[class][n>>shift].read(buf, at, at+size)
}

// keyOf is the key in a slot.
func (f *frozen) keyOf(slot []byte, buf *[]byte) []byte {
	key, block := f.InlineKey(slot)
	if block != 0 {
		return f.arena.bytes(block, buf)
	}
	return key
}

// keyAt is the key of the entry r, which lies in any page. It does not consume
// the page.
func (f *frozen) keyAt(r state.Ref, slot, buf *[]byte) []byte {
	at := int(r&slab.PageMask) * f.Stride
	return f.keyOf(f.pages[r>>slab.PageShift].read(slot, at, at+f.KeySlot), buf)
}

// freeze makes the frozen view of the store as it is. The subtask hands over every
// page before its first write to it from now on.
func (e *entries) freeze(now int64) *frozen {
	e.settle()
	e.epoch++
	e.up = true
	f := &frozen{Layout: e.Layout, now: now, pages: make([]frozenPage, len(e.Pages))}
	for i, data := range e.Pages {
		p := &f.pages[i]
		p.data, p.live = data, e.live[i]
		if sp := e.owner[i]; sp != nil {
			p.ns = sp.ns
		}
	}
	e.arena.freeze(f, e.epoch)
	e.frozen = append(e.frozen, f)
	return f
}

func (a *arena) freeze(f *frozen, epoch uint32) {
	a.up, a.epoch = true, epoch
	a.frozen = append(a.frozen, f)
	for class := range a.classes {
		f.arena.classes[class] = cellsOf(a.classes[class].chunks)
	}
	f.arena.huge = cellsOf(a.huge)
}

func cellsOf(pages [][]byte) []cell {
	cells := make([]cell, len(pages))
	for i, data := range pages {
		cells[i].data = data
	}
	return cells
}

// settle forgets the snapshots that are done. It is called where no write is
// under way.
func (e *entries) settle() {
	keep := e.frozen[:0]
	for _, f := range e.frozen {
		if !f.done.Load() {
			keep = append(keep, f)
		}
	}
	clear(e.frozen[len(keep):])
	e.frozen = keep
	e.arena.frozen = append(e.arena.frozen[:0], keep...)
	e.up, e.arena.up = len(keep) > 0, len(keep) > 0
}

// touch comes before every write to a page while e.up.
func (e *entries) touch(r state.Ref) {
	if page := r >> slab.PageShift; e.epochs[page] != e.epoch {
		e.handOver(int(page))
	}
}

func (e *entries) handOver(page int) {
	e.epochs[page] = e.epoch
	for _, f := range e.frozen {
		if page < len(f.pages) && !f.done.Load() {
			f.pages[page].handOver(e.Pages[page], f.spare.copyOf)
		}
	}
}

// touch comes before every write to the block h while a.up.
func (a *arena) touch(h slab.Handle) {
	size, n := h.Size(), int(h>>32)
	if size > slab.MaxClassSize {
		if a.hugeEpochs[n] != a.epoch {
			a.handOverHuge(n)
		}
		return
	}
	if size == 0 {
		return
	}
	class := slab.ClassOf(size)
	if chunk := n >> slab.BlockShift(class); a.classes[class].epochs[chunk] != a.epoch {
		a.handOver(class, chunk)
	}
}

func (a *arena) handOver(class, chunk int) {
	c := &a.classes[class]
	c.epochs[chunk] = a.epoch
	for _, f := range a.frozen {
		if cells := f.arena.classes[class]; chunk < len(cells) && !f.done.Load() {
			cells[chunk].handOver(c.chunks[chunk], copyOf)
		}
	}
}

func (a *arena) handOverHuge(n int) {
	a.hugeEpochs[n] = a.epoch
	for _, f := range a.frozen {
		if cells := f.arena.huge; n < len(cells) && !f.done.Load() {
			cells[n].handOver(a.huge[n], copyOf)
		}
	}
}

func copyOf(b []byte) []byte { return append([]byte(nil), b...) }

package lsm

import (
	"math/bits"

	"github.com/flottstream/flott/internal/state"
)

// Freezing. What is dirty becomes a run in two steps. freeze, on the backend's
// goroutine, copies the bitmaps of dirty cells. drain copies the cells; the flusher
// does it, a word of the bitmap at a time, while the backend goes on. Before the
// backend changes a frozen cell it collects that one itself (rescue). Whoever has
// to see everything collected calls thaw, which does the rest at once.
//
// The guard is held to collect, and by the backend, while cells are frozen, to
// change anything that collecting looks at: pages, arenas, marks, heads. Bytes of
// cells that are not frozen are not looked at: they are written without it.

// freeze begins r with the dirty cells of stores.
func (b *Backend) freeze(r *run, stores []*store) {
	b.thaw()
	for _, s := range stores {
		if s.tree && (s.dirtyCells > 0 || len(s.drops) > 0) {
			s.freeze(r)
			r.stores = append(r.stores, s)
		}
	}
	b.freezing = r
}

func (s *store) freeze(r *run) {
	slot := 0
	if s.flying[0] != 0 {
		slot = 1
	}
	s.flying[slot] = r.number
	s.collectDrops(r)
	copy(s.marks.flying[slot], s.marks.dirty)
	s.frozen = append(s.frozen[:0], s.marks.dirty...)
	clear(s.marks.dirty)
	clear(s.dirt)
	s.b.dirtyBytes -= s.dirtyBytes
	s.dirtyCells, s.dirtyBytes = 0, 0
}

// guard takes the guard if cells are frozen, and reports whether it did.
func (b *Backend) guard() bool {
	if b.freezing == nil {
		return false
	}
	if b.freezing.drained.Load() {
		b.freezing = nil
		return false
	}
	b.guardLock.Lock()
	return true
}

func (b *Backend) unguard() { b.guardLock.Unlock() }

// thaw makes sure that no cell is frozen.
func (b *Backend) thaw() {
	if b.freezing != nil {
		b.drain(b.freezing)
		b.freezing = nil
	}
}

// drain collects all frozen cells of a run.
func (b *Backend) drain(r *run) {
	if r.drained.Load() {
		return
	}
	for _, s := range r.stores {
		for w := 0; ; w++ {
			b.guardLock.Lock()
			if r.drained.Load() || w >= len(s.frozen) {
				b.guardLock.Unlock()
				break
			}
			for word := s.frozen[w]; word != 0; word &= word - 1 {
				s.collectCell(r, state.Ref(w<<6+bits.TrailingZeros64(word)))
			}
			s.frozen[w] = 0
			b.guardLock.Unlock()
		}
	}
	b.guardLock.Lock()
	defer b.guardLock.Unlock()
	if r.drained.Load() {
		return
	}
	for i := range r.counts {
		r.counts[i].freeze()
	}
	r.drained.Store(true)
}

// isFrozen: the run being frozen still has to collect the cell.
func (s *store) isFrozen(r state.Ref) bool {
	return s.b.freezing != nil && int(r>>6) < len(s.frozen) && s.frozen.has(r)
}

// rescue collects a frozen cell before it changes. The caller holds the guard.
func (s *store) rescue(r *run, ref state.Ref) {
	s.collectCell(r, ref)
	s.frozen.unset(ref)
}

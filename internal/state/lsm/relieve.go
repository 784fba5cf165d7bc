package lsm

import (
	"math/bits"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// strained reports whether relieve has something to do.
func (b *Backend) strained() bool {
	return b.dirtyBytes > b.dirtyLimit || b.flusher.completed.Load() != b.settled || b.usedBytes() > b.budget/4*3
}

// relieve keeps memory within the budget. It runs before a lookup in s with new
// keys, when no Ref into s is valid; Refs into other states may be, so only cells
// of s are evicted or collected.
func (b *Backend) relieve(s *store) error {
	if b.failure != nil || !b.strained() {
		return b.failure
	}
	used := b.usedBytes()
	if b.freezing != nil && !b.freezing.drained.Load() && used < b.budget+b.budget/8 {
		return nil // what follows would have to wait for the flusher to have collected all
	}
	if err := b.settle(); err != nil {
		return err
	}
	b.tracking = used > b.budget/4*3
	if dirty := s.unitDirty(); b.dirtyBytes > b.dirtyLimit && dirty*4 >= b.dirtyBytes &&
		(b.flusher.idle() || b.dirtyBytes > 2*b.dirtyLimit) {
		if err := b.collectUnit(s); err != nil {
			return err
		}
	}
	if used <= b.budget {
		return nil
	}
	own := s.unitUsed()
	share := int64(float64(used-b.budget+b.budget/16) * float64(own) / float64(used))
	b.thaw()
	freed := s.evictUnit(share)
	if used-freed <= b.budget+b.budget/4 || own*4 < used {
		return nil
	}
	// Too little is clean: write what is dirty and wait for it.
	if s.unitDirty() > 0 {
		if err := b.collectUnit(s); err != nil {
			return err
		}
	}
	b.thaw()
	b.flusher.wait()
	if err := b.settle(); err != nil {
		return err
	}
	if s.evictUnit(share-freed) < share-freed {
		s.evictUnit(share - freed) // the first time may only have found cells in use
	}
	return nil
}

func (s *store) unitDirty() (n int64) {
	for _, u := range s.unit {
		n += u.dirtyBytes
	}
	return n
}

func (s *store) unitUsed() (n int64) {
	for _, u := range s.unit {
		n += u.usedBytes()
	}
	return n
}

func (s *store) evictUnit(want int64) (freed int64) {
	for _, u := range s.unit {
		if freed < want {
			freed += u.evict(want - freed)
		}
	}
	return freed
}

// evict gives up clean cells that have not been used since it last came by, at
// most one time round all pages.
func (s *store) evict(want int64) int64 {
	before := s.usedBytes()
	goal := before - want
	for range s.Pages {
		if s.hand >= len(s.Pages) {
			s.hand = 0
		}
		id := s.hand
		s.hand++
		if s.owner[id] == nil {
			continue
		}
		m := &s.marks
		for w := id * slab.PageWords; w < (id+1)*slab.PageWords; w++ {
			word := m.live[w] & m.stored[w] &^ (m.dirty[w] | m.flying[0][w] | m.flying[1][w] | m.recent[w])
			m.recent[w] = 0
			for ; word != 0; word &= word - 1 {
				s.evictCell(state.Ref(w<<6 + bits.TrailingZeros64(word)))
			}
		}
		if s.usedBytes() <= goal {
			break
		}
	}
	return before - s.usedBytes()
}

func (s *store) evictCell(r state.Ref) {
	if !s.shape.leaving(r) {
		return
	}
	s.owner[r>>slab.PageShift].cold++
	s.free(r)
}

// evictThese gives up those of the given cells that are clean.
func (s *store) evictThese(refs []state.Ref) {
	s.b.thaw()
	for _, r := range refs {
		if m := &s.marks; m.live.has(r) && m.stored.has(r) && !m.dirty.has(r) && !s.isFlying(r) {
			s.evictCell(r)
		}
	}
}

// settle takes note of the runs that have reached the tree since it last looked.
func (b *Backend) settle() error {
	done := b.flusher.completed.Load()
	if done == b.settled {
		return b.failure
	}
	b.thaw()
	b.settled = done
	b.tree.forget()
	if err := b.flusher.failed(); err != nil {
		return b.fail(err)
	}
	for _, s := range b.stores {
		s.land(done)
	}
	return nil
}

// land clears the flying bits of runs up to done, and frees the deleted cells
// whose deletion the tree knows now.
func (s *store) land(done uint64) {
	landed := false
	for slot, run := range s.flying {
		if run == 0 || run > done {
			continue
		}
		landed = true
		s.flying[slot] = 0
		clear(s.marks.flying[slot])
	}
	if !landed || s.dead == 0 {
		return
	}
	m := &s.marks
	for w := range m.dead {
		for word := m.dead[w] &^ (m.dirty[w] | m.flying[0][w] | m.flying[1][w]); word != 0; word &= word - 1 {
			r := state.Ref(w<<6 + bits.TrailingZeros64(word))
			s.shape.freed(r)
			s.free(r)
		}
	}
}

package lsm

import "github.com/flottstream/flott/internal/state"

// space is one namespace of a Table, or all of another state: an index of the
// cells that are resident, and how many entries there are elsewhere.
type space struct {
	ns    state.Namespace
	index []uint64
	limit int // occupied words at which the index doubles

	occupied int // resident cells, deleted ones included
	count    int // entries: live resident cells and cold ones
	cold     int // entries that are in the tree only
	groups   []int32
	// groups[g - first own key group] counts the entries that the tree holds once
	// all runs collected so far have been ingested; nil: none.

	pages []uint32
	used  int // cells handed out of the last page
	freed []uint32
	sweep int // word of the live bitmaps at which the next TTL sweep begins
}

// inTree is the number of entries the tree holds, see groups.
func (s *space) inTree() (n int) {
	for _, c := range s.groups {
		n += int(c)
	}
	return n
}

// resize sets the number of index words, a power of two, and moves what is there.
func (s *space) resize(words int) {
	old := s.index
	s.index = make([]uint64, words)
	s.limit = words / 8 * 5
	mask := uint64(words - 1)
	for _, w := range old {
		if w == 0 {
			continue
		}
		p := w >> 32 & mask
		for s.index[p] != 0 {
			p = (p + 1) & mask
		}
		s.index[p] = w
	}
}

// put adds r under hash at the empty word at, doubling the index if it is full.
func (s *space) put(hash uint64, r state.Ref, at uint64) {
	if s.occupied >= s.limit {
		s.resize(2 * len(s.index))
		mask := uint64(len(s.index) - 1)
		for at = hash & mask; s.index[at] != 0; at = (at + 1) & mask {
		}
	}
	s.index[at] = hash<<32 | uint64(uint32(r)+1)
	s.occupied++
}

// take removes the word of r and shifts the rest of its cluster back, so that
// probing still meets no gap before what it looks for.
func (s *space) take(hash uint64, r state.Ref) {
	mask := uint64(len(s.index) - 1)
	want := hash<<32 | uint64(uint32(r)+1)
	hole := hash & mask
	for s.index[hole] != want {
		hole = (hole + 1) & mask
	}
	for p := (hole + 1) & mask; s.index[p] != 0; p = (p + 1) & mask {
		home := s.index[p] >> 32 & mask
		// The word may move to the hole unless its home lies between the two.
		if (p-home)&mask >= (p-hole)&mask {
			s.index[hole] = s.index[p]
			hole = p
		}
	}
	s.index[hole] = 0
	s.occupied--
}

// clear empties the space and keeps its index, smaller if little of it was used.
func (s *space) clear() {
	if len(s.index) > 1024 && s.occupied < s.limit/8 {
		s.index = nil
		s.resize(firstPageCells)
	} else {
		clear(s.index)
	}
	*s = space{index: s.index, limit: s.limit, pages: s.pages[:0], freed: s.freed[:0]}
}

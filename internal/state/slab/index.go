package slab

import "github.com/flottstream/flott/internal/state"

// Index is an open hash table of Refs. A word is the low half of the key's hash,
// as a tag, and the Ref + 1; 0 is a gap. There is always a gap.
type Index struct {
	Words []uint64
	Count int // words in use
	Limit int // Count at which the number of words doubles
}

// NewIndex returns an index for a few Refs.
func NewIndex() Index {
	var x Index
	x.resize(FirstPageSlots)
	return x
}

// resize sets the number of words, a power of two, and moves what is there.
func (x *Index) resize(words int) {
	old := x.Words
	x.Words = make([]uint64, words)
	x.Limit = words / 8 * 5
	mask := uint64(words - 1)
	for _, w := range old {
		if w == 0 {
			continue
		}
		p := w >> 32 & mask
		for x.Words[p] != 0 {
			p = (p + 1) & mask
		}
		x.Words[p] = w
	}
}

// Put adds r under hash at the gap at, doubling the index if it is full.
func (x *Index) Put(hash uint64, r state.Ref, at uint64) {
	if x.Count >= x.Limit {
		x.resize(2 * len(x.Words))
		mask := uint64(len(x.Words) - 1)
		for at = hash & mask; x.Words[at] != 0; at = (at + 1) & mask {
		}
	}
	x.Words[at] = hash<<32 | uint64(uint32(r)+1)
	x.Count++
}

// Take removes the word of r and shifts the rest of its cluster back, so that
// probing still meets no gap before what it looks for.
func (x *Index) Take(hash uint64, r state.Ref) {
	mask := uint64(len(x.Words) - 1)
	want := hash<<32 | uint64(uint32(r)+1)
	hole := hash & mask
	for x.Words[hole] != want {
		hole = (hole + 1) & mask
	}
	for p := (hole + 1) & mask; x.Words[p] != 0; p = (p + 1) & mask {
		home := x.Words[p] >> 32 & mask
		// The word may move to the hole unless its home lies between the two.
		if (p-home)&mask >= (p-hole)&mask {
			x.Words[hole] = x.Words[p]
			hole = p
		}
	}
	x.Words[hole] = 0
	x.Count--
}

// Clear empties the index and keeps its memory, unless little of it was used.
func (x *Index) Clear() {
	if len(x.Words) > 1024 && x.Count < x.Limit/8 {
		*x = NewIndex()
		return
	}
	clear(x.Words)
	x.Count = 0
}

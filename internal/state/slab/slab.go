package slab

import (
	"bytes"

	"github.com/flottstream/flott/internal/state"
)

// Slab is the pages of one state, with what it takes to find a slot. One
// goroutine uses it.
type Slab struct {
	Layout
	Now    int64 // ms since 1970, of the latest call that took keys
	Pages  [][]byte
	Blocks Blocks

	words   []uint64 // scratch: index word of each key of a batch
	fetched []uint64 // scratch: first word of the slot it names
}

// Blocks holds what does not fit a slot.
type Blocks interface {
	// Bytes returns the block h; it aliases the memory of the blocks.
	Bytes(h Handle) []byte
}

// Slot is the slot of r.
func (s *Slab) Slot(r state.Ref) []byte {
	o := int(r&PageMask) * s.Stride
	return s.Pages[r>>PageShift][o : o+s.Stride : o+s.Stride]
}

// Record is the fixed part of r.
func (s *Slab) Record(r state.Ref) []byte {
	o := int(r&PageMask)*s.Stride + s.FixedOff
	return s.Pages[r>>PageShift][o : o+s.FixedWidth : o+s.FixedWidth]
}

// AppendRecords appends the first width bytes of the fixed part of each slot.
func (s *Slab) AppendRecords(dst [][]byte, refs []state.Ref, width int) [][]byte {
	pages, stride, off := s.Pages, s.Stride, s.FixedOff
	for _, r := range refs {
		o := int(r&PageMask)*stride + off
		dst = append(dst, pages[r>>PageShift][o:o+width:o+width])
	}
	return dst
}

// KeyAt is the key of r.
func (s *Slab) KeyAt(r state.Ref) []byte { return s.KeyIn(s.Slot(r)) }

// KeyIn is the key in a slot.
func (s *Slab) KeyIn(slot []byte) []byte {
	key, block := s.InlineKey(slot)
	if block != 0 {
		return s.Blocks.Bytes(block)
	}
	return key
}

// SetKey writes a key into a slot. It returns false for one that needs a block
// of its size, which SetKeyBlock then names.
func (s *Slab) SetKey(slot, key []byte) bool {
	if s.KeyWidth > 0 {
		copy(slot, key)
		return true
	}
	le.PutUint32(slot, uint32(len(key)))
	if len(key) > inlineKey {
		return false
	}
	copy(slot[4:], key)
	return true
}

// SetKeyBlock names the block in which the key of a slot stands.
func (s *Slab) SetKeyBlock(slot []byte, h Handle) { le.PutUint64(slot[8:], uint64(h)) }

// Stamp records a write for TTL.
func (s *Slab) Stamp(slot []byte) {
	if s.TTL > 0 {
		le.PutUint64(slot[s.StampOff:], uint64(s.Now))
	}
}

// Expired reports whether the latest write is longer ago than the TTL.
func (s *Slab) Expired(slot []byte) bool {
	return s.TTL > 0 && s.Now-int64(le.Uint64(slot[s.StampOff:])) >= s.TTL
}

// Find sets refs to the slots of keys in x, None where there is none. Expired
// slots are found.
func (s *Slab) Find(x *Index, keys *state.Keys, refs []state.Ref) {
	s.words = Resized(s.words, keys.Len())
	words, index := s.words, x.Words
	mask := uint64(len(index) - 1)
	for i, h := range keys.Hash {
		words[i] = index[h&mask]
	}
	for i, h := range keys.Hash {
		// Displaced keys: walk on to the first word with the tag, or a gap.
		for p := h; words[i] != 0 && uint32(words[i]>>32) != uint32(h); {
			p++
			words[i] = index[p&mask]
		}
	}
	switch w := keys.Width; {
	case w == 8:
		s.find8(x, keys, refs)
	case w > 8 && w <= 16:
		s.find16(x, keys, refs)
	default:
		s.findAny(x, keys, refs)
	}
}

// fetch loads the first word of every slot that words name, in a loop of its
// own, so short that the processor has many misses under way.
func (s *Slab) fetch() []uint64 {
	s.fetched = Resized(s.fetched, len(s.words))
	fetched, stride, pages := s.fetched, s.Stride, s.Pages
	for i, w := range s.words {
		if w != 0 {
			r := uint32(w) - 1
			fetched[i] = le.Uint64(pages[r>>PageShift][int(r&PageMask)*stride:])
		}
	}
	return fetched
}

// findAny is Find for keys of other widths, and of varying size.
func (s *Slab) findAny(x *Index, keys *state.Keys, refs []state.Ref) {
	s.fetch()
	for i, w := range s.words {
		key := keys.At(i)
		if w == 0 {
			refs[i] = state.None
		} else if r := state.Ref(uint32(w) - 1); bytes.Equal(s.KeyIn(s.Slot(r)), key) {
			refs[i] = r
		} else {
			refs[i] = s.Probe(x, keys.Hash[i], key)
		}
	}
}

// find8 is Find for keys of eight bytes.
func (s *Slab) find8(x *Index, keys *state.Keys, refs []state.Ref) {
	words, key := s.words, keys.Bytes
	fetched := s.fetch()
	refs = refs[:len(words)]
	hash := keys.Hash[:len(words)]
	for i, w := range words {
		switch h := hash[i]; {
		case w == 0:
			refs[i] = state.None
		case fetched[i] == le.Uint64(key[i*8:]):
			refs[i] = state.Ref(uint32(w) - 1)
		default: // another key with the same tag
			refs[i] = s.Probe(x, h, key[i*8:i*8+8])
		}
	}
}

// find16 is Find for keys of 9 to 16 bytes. The slot holds them filled up with
// zeros to two words.
func (s *Slab) find16(x *Index, keys *state.Keys, refs []state.Ref) {
	words, key, width, stride, pages := s.words, keys.Bytes, keys.Width, s.Stride, s.Pages
	shift := uint(16-width) * 8
	fetched := s.fetch()
	refs = refs[:len(words)]
	hash := keys.Hash[:len(words)]
	for i, w := range words {
		h := hash[i]
		if w == 0 {
			refs[i] = state.None
			continue
		}
		k := key[i*width : i*width+width]
		r := uint32(w) - 1
		slot := pages[r>>PageShift][int(r&PageMask)*stride:]
		if fetched[i] == le.Uint64(k) && le.Uint64(slot[8:]) == le.Uint64(k[width-8:])>>shift {
			refs[i] = state.Ref(r)
			continue
		}
		refs[i] = s.Probe(x, h, k)
	}
}

// Probe looks for one key, in slots that have expired, too.
func (s *Slab) Probe(x *Index, hash uint64, key []byte) state.Ref {
	r, _ := s.ProbeWord(x, hash, key)
	return r
}

// ProbeWord is Probe that also tells at which index word the search ended: that
// of the slot, or the gap where it would be put.
func (s *Slab) ProbeWord(x *Index, hash uint64, key []byte) (r state.Ref, at uint64) {
	mask := uint64(len(x.Words) - 1)
	for p := hash & mask; ; p = (p + 1) & mask {
		w := x.Words[p]
		if w == 0 {
			return state.None, p
		}
		if uint32(w>>32) != uint32(hash) {
			continue
		}
		r := state.Ref(uint32(w) - 1)
		if bytes.Equal(s.KeyIn(s.Slot(r)), key) {
			return r, p
		}
	}
}

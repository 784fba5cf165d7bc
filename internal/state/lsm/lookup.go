package lsm

import (
	"bytes"
	"fmt"
	"math/bits"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// begin checks the keys of a call and, if they are not those of the call before,
// makes room: no Ref of this state is valid then.
func (s *store) begin(keys *state.Keys, refs int) error {
	if refs != keys.Len() {
		return fmt.Errorf("%d refs for %d keys", refs, keys.Len())
	}
	if err := s.b.checkGroups(keys.Hash); err != nil {
		return err
	}
	if err := s.prepare(keys); err != nil {
		return err
	}
	return s.turn(fingerprint(keys))
}

// turn makes room if the keys of a call, told by their fingerprint, are others
// than those of the call before.
func (s *store) turn(print uint64) error {
	if print == s.print {
		return s.b.failure
	}
	s.print = print
	return s.b.relieve(s)
}

// fingerprint tells the Keys of two calls apart.
func fingerprint(keys *state.Keys) uint64 {
	sum := uint64(len(keys.Hash))
	for _, h := range keys.Hash {
		sum = bits.RotateLeft64(sum, 1) + h
	}
	return sum
}

// prepare brings layout and clock up to date for keys. Without keys the layout
// may stay open.
func (s *store) prepare(keys *state.Keys) error {
	if keys.Len() == 0 {
		return nil
	}
	switch {
	case s.keyWidth < 0:
		s.arrange(keys.Width)
	case s.keyWidth == keys.Width:
	case s.guessed:
		if err := s.rearrange(keys.Width); err != nil {
			return err
		}
	default:
		return fmt.Errorf("keys of width %d in a state whose keys have width %d (0: varying)", keys.Width, s.keyWidth)
	}
	s.guessed = false
	if s.ttl > 0 {
		s.now = s.b.now()
	}
	return nil
}

// find sets refs to the resident cells of keys in sp, None where there is none or
// its entry is deleted or expired.
func (s *store) find(sp *space, keys *state.Keys, refs []state.Ref) {
	s.words = resized(s.words, keys.Len())
	words, index := s.words, sp.index
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
		s.find8(sp, keys, refs)
	case w > 8 && w <= 16:
		s.find16(sp, keys, refs)
	default:
		s.fetch()
		for i, w := range words {
			key := keys.At(i)
			if w == 0 {
				refs[i] = state.None
			} else if r := state.Ref(uint32(w) - 1); bytes.Equal(s.keyOf(s.cell(r)), key) {
				refs[i] = r
			} else {
				refs[i] = s.probe(sp, keys.Hash[i], key)
			}
		}
	}
	if s.b.tracking {
		for _, r := range refs {
			if r != state.None {
				s.marks.recent.set(r)
			}
		}
	}
	if s.dead > 0 || s.ttl > 0 {
		for i, r := range refs {
			if r != state.None && (s.isDead(r) || s.expired(s.cell(r))) {
				refs[i] = state.None
			}
		}
	}
}

// fetch loads the first word of every cell that words name, in a loop of its
// own, so short that the processor has many misses under way.
func (s *store) fetch() []uint64 {
	s.fetched = resized(s.fetched, len(s.words))
	fetched, stride, pages := s.fetched, s.stride, s.pages
	for i, w := range s.words {
		if w != 0 {
			r := uint32(w) - 1
			fetched[i] = le.Uint64(pages[r>>pageShift][int(r&pageMask)*stride:])
		}
	}
	return fetched
}

// find8 is find for keys of eight bytes.
func (s *store) find8(sp *space, keys *state.Keys, refs []state.Ref) {
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
			refs[i] = s.probe(sp, h, key[i*8:i*8+8])
		}
	}
}

// find16 is find for keys of 9 to 16 bytes. The slot holds them filled up with
// zeros to two words.
func (s *store) find16(sp *space, keys *state.Keys, refs []state.Ref) {
	words, key, width, stride, pages := s.words, keys.Bytes, keys.Width, s.stride, s.pages
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
		slot := pages[r>>pageShift][int(r&pageMask)*stride:]
		if fetched[i] == le.Uint64(k) && le.Uint64(slot[8:]) == le.Uint64(k[width-8:])>>shift {
			refs[i] = state.Ref(r)
			continue
		}
		refs[i] = s.probe(sp, h, k)
	}
}

// probe looks for the resident cell of one key, deleted and expired ones included.
func (s *store) probe(sp *space, hash uint64, key []byte) state.Ref {
	r, _ := s.probeWord(sp, hash, key)
	return r
}

// probeWord is probe that also tells at which index word the search ended: that
// of the cell, or the empty one where it would be put.
func (s *store) probeWord(sp *space, hash uint64, key []byte) (r state.Ref, at uint64) {
	mask := uint64(len(sp.index) - 1)
	for p := hash & mask; ; p = (p + 1) & mask {
		w := sp.index[p]
		if w == 0 {
			return state.None, p
		}
		if uint32(w>>32) != uint32(hash) {
			continue
		}
		r := state.Ref(uint32(w) - 1)
		if bytes.Equal(s.keyOf(s.cell(r)), key) {
			return r, p
		}
	}
}

// present reports whether r is an entry: not None, deleted or expired.
func (s *store) present(r state.Ref) bool {
	return r != state.None && !s.isDead(r) && !s.expired(s.cell(r))
}

// misses lists the positions of refs that are None.
func (s *store) misses(refs []state.Ref) []int32 {
	missing := s.missing[:0]
	for i, r := range refs {
		if r == state.None {
			missing = append(missing, int32(i))
		}
	}
	s.missing = missing
	return missing
}

// get is find that also brings in what is cold.
func (s *store) get(sp *space, keys *state.Keys, refs []state.Ref) error {
	s.find(sp, keys, refs)
	if sp.cold == 0 {
		return nil
	}
	return s.fill(sp, keys, refs, s.misses(refs))
}

// upsert is get that creates what is absent; it appends the positions of new
// entries to created, ascending.
func (s *store) upsert(sp *space, keys *state.Keys, refs []state.Ref, created []int32) ([]int32, error) {
	s.find(sp, keys, refs)
	missing := s.misses(refs)
	if sp.cold > 0 && len(missing) > 0 {
		if err := s.fill(sp, keys, refs, missing); err != nil {
			return created, err
		}
		missing = s.misses(refs)
	}
	for _, i := range missing {
		r, at := s.probeWord(sp, keys.Hash[i], keys.At(int(i)))
		switch {
		case r == state.None:
			r = s.create(sp, keys.Hash[i], keys.At(int(i)), at)
			created = append(created, i)
		case !s.present(r):
			s.renew(sp, r)
			created = append(created, i)
		}
		refs[i] = r
	}
	return created, nil
}

// Sweeping for TTL: how many cells are looked at per call, and per key.
const (
	sweepPerCall = 512
	sweepPerKey  = 2
)

// sweep removes expired entries among the next few resident ones of sp, so that
// what is never asked for again goes away in time. It runs when no Ref is valid.
func (s *store) sweep(sp *space, keys int, remove func(state.Ref)) {
	if s.ttl == 0 || sp.occupied == 0 {
		return
	}
	budget := min(sweepPerCall, sweepPerKey*keys)
	for steps := budget + 2*pageWords; steps > 0 && budget > 0; steps-- {
		page, w := sp.sweep/pageWords, sp.sweep%pageWords
		if page >= len(sp.pages) {
			sp.sweep = 0
			continue
		}
		sp.sweep++
		id := sp.pages[page]
		for word := s.marks.live[int(id)*pageWords+w]; word != 0; word &= word - 1 {
			budget--
			if r := state.Ref(id)<<pageShift | state.Ref(w<<6+bits.TrailingZeros64(word)); s.expired(s.cell(r)) {
				remove(r)
			}
		}
	}
}

func (b *Backend) checkGroups(hash []uint64) error {
	if b.owner.Start <= 0 && b.owner.End >= b.maxParallelism-1 {
		return nil
	}
	for _, h := range hash {
		if g := keygroup.Of(h, b.maxParallelism); g < b.owner.Start || g > b.owner.End {
			return fmt.Errorf("key group %d is not in %d..%d: %w", g, b.owner.Start, b.owner.End, state.ErrForeignKeyGroup)
		}
	}
	return nil
}

func resized[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n, max(n, 2*cap(s)))
}

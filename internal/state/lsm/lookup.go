package lsm

import (
	"fmt"
	"math/bits"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// begin checks the keys of a call and, if they are not those of the call before,
// makes room: no Ref of this state is valid then.
func (s *store) begin(keys *state.Keys, refs int) error {
	if refs != keys.Len() {
		return fmt.Errorf("%d refs for %d keys", refs, keys.Len())
	}
	if err := slab.CheckGroups(keys.Hash, s.b.owner, s.b.maxParallelism); err != nil {
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
	case s.KeyWidth < 0:
		s.Arrange(keys.Width)
	case s.KeyWidth == keys.Width:
	case s.guessed:
		if err := s.rearrange(keys.Width); err != nil {
			return err
		}
	default:
		return fmt.Errorf("keys of width %d in a state whose keys have width %d (0: varying)", keys.Width, s.KeyWidth)
	}
	s.guessed = false
	if s.TTL > 0 {
		s.Now = s.b.now()
	}
	return nil
}

// find sets refs to the resident cells of keys in sp, None where there is none or
// its entry is deleted or expired.
func (s *store) find(sp *space, keys *state.Keys, refs []state.Ref) {
	s.Find(&sp.Index, keys, refs)
	if s.b.tracking {
		for _, r := range refs {
			if r != state.None {
				s.marks.recent.set(r)
			}
		}
	}
	if s.dead > 0 || s.TTL > 0 {
		for i, r := range refs {
			if r != state.None && (s.isDead(r) || s.Expired(s.Slot(r))) {
				refs[i] = state.None
			}
		}
	}
}

// present reports whether r is an entry: not None, deleted or expired.
func (s *store) present(r state.Ref) bool {
	return r != state.None && !s.isDead(r) && !s.Expired(s.Slot(r))
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
		r, at := s.ProbeWord(&sp.Index, keys.Hash[i], keys.At(int(i)))
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
	if s.TTL == 0 || sp.Index.Count == 0 {
		return
	}
	budget := min(sweepPerCall, sweepPerKey*keys)
	for steps := budget + 2*slab.PageWords; steps > 0 && budget > 0; steps-- {
		page, w := sp.sweep/slab.PageWords, sp.sweep%slab.PageWords
		if page >= len(sp.pages) {
			sp.sweep = 0
			continue
		}
		sp.sweep++
		id := sp.pages[page]
		for word := s.marks.live[int(id)*slab.PageWords+w]; word != 0; word &= word - 1 {
			budget--
			if r := state.Ref(id)<<slab.PageShift | state.Ref(w<<6+bits.TrailingZeros64(word)); s.Expired(s.Slot(r)) {
				remove(r)
			}
		}
	}
}

package heap

import (
	"fmt"
	"math/bits"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// begin checks the keys of a call.
func (e *entries) begin(keys *state.Keys, refs int) error {
	if refs != keys.Len() {
		return fmt.Errorf("%d refs for %d keys", refs, keys.Len())
	}
	if err := slab.CheckGroups(keys.Hash, e.b.owner, e.b.maxParallelism); err != nil {
		return err
	}
	return e.prepare(keys)
}

// prepare brings layout and clock up to date for keys. Without keys the layout
// may stay open.
func (e *entries) prepare(keys *state.Keys) error {
	if keys.Len() == 0 {
		return nil
	}
	if e.up {
		e.settle()
	}
	switch {
	case e.KeyWidth < 0:
		e.Arrange(keys.Width)
	case e.KeyWidth == keys.Width:
	case e.guessed && keys.Width == 0:
		e.relayout()
	default:
		return fmt.Errorf("keys of width %d in a state whose keys have width %d (0: varying)", keys.Width, e.KeyWidth)
	}
	e.guessed = false
	if e.TTL > 0 {
		e.Now = e.b.now()
	}
	return nil
}

// find sets refs to the entries of keys in sp, None where absent or expired.
func (e *entries) find(sp *space, keys *state.Keys, refs []state.Ref) {
	e.Find(&sp.Index, keys, refs)
	if e.TTL > 0 {
		for i, r := range refs {
			if r != state.None && e.Expired(e.Slot(r)) {
				refs[i] = state.None
			}
		}
	}
}

// upsert is find that creates what is absent; it appends the positions of new
// entries to created, ascending.
func (e *entries) upsert(sp *space, keys *state.Keys, refs []state.Ref, created []int32) []int32 {
	e.find(sp, keys, refs)
	misses := e.misses[:0]
	for i, r := range refs {
		if r == state.None {
			misses = append(misses, int32(i))
		}
	}
	e.misses = misses
	for _, i := range misses {
		var isNew bool
		if refs[i], isNew = e.upsertOne(sp, keys.Hash[i], keys.At(int(i))); isNew {
			created = append(created, i)
		}
	}
	return created
}

func (e *entries) upsertOne(sp *space, hash uint64, key []byte) (r state.Ref, isNew bool) {
	r, at := e.ProbeWord(&sp.Index, hash, key)
	if r == state.None {
		return e.create(sp, hash, key, at), true
	}
	if e.Expired(e.Slot(r)) {
		e.reset(r)
		return r, true
	}
	return r, false
}

// sweep removes expired entries among the next few of sp, so that what is never
// asked for again goes away in time. It runs before a lookup, when no Ref is
// valid.
func (e *entries) sweep(sp *space, budget int) {
	if e.TTL > 0 {
		e.sweepWith(sp, budget, e.remove)
	}
}

// sweepWith looks at up to budget live entries (and a few times as many words of
// their bitmap) from where it stopped last, and removes the expired ones.
func (e *entries) sweepWith(sp *space, budget int, remove func(state.Ref)) {
	const words = slab.PageWords
	for steps := budget + 2*words; steps > 0 && budget > 0 && sp.Count > 0; steps-- {
		page, w := sp.sweep/words, sp.sweep%words
		if page >= len(sp.pages) {
			sp.sweep = 0
			continue
		}
		sp.sweep++
		id := sp.pages[page]
		for word := e.live[id][w]; word != 0; word &= word - 1 {
			budget--
			if r := state.Ref(id)<<slab.PageShift | state.Ref(w<<6+bits.TrailingZeros64(word)); e.Expired(e.Slot(r)) {
				remove(r)
			}
		}
	}
}

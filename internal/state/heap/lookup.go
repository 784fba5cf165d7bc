package heap

import (
	"bytes"
	"fmt"
	"math/bits"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// begin checks the keys of a call.
func (e *entries) begin(keys *state.Keys, refs int) error {
	if refs != keys.Len() {
		return fmt.Errorf("%d refs for %d keys", refs, keys.Len())
	}
	if err := e.b.checkGroups(keys.Hash); err != nil {
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
	case e.keyWidth < 0:
		e.arrange(keys.Width)
	case e.keyWidth == keys.Width:
	case e.guessed && keys.Width == 0:
		e.relayout()
	default:
		return fmt.Errorf("keys of width %d in a state whose keys have width %d (0: varying)", keys.Width, e.keyWidth)
	}
	e.guessed = false
	if e.ttl > 0 {
		e.now = e.b.now()
	}
	return nil
}

// find sets refs to the entries of keys in sp, None where absent or expired.
func (e *entries) find(sp *space, keys *state.Keys, refs []state.Ref) {
	e.words = resized(e.words, keys.Len())
	words, index := e.words, sp.index
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
		e.find8(sp, keys, refs)
	case w > 8 && w <= 16:
		e.find16(sp, keys, refs)
	default:
		e.fetch()
		for i, w := range words {
			key := keys.At(i)
			if w == 0 {
				refs[i] = state.None
			} else if r := state.Ref(uint32(w) - 1); bytes.Equal(e.keyOf(e.at(r)), key) {
				refs[i] = r
			} else {
				refs[i] = e.probe(sp, keys.Hash[i], key)
			}
		}
	}
	if e.ttl > 0 {
		for i, r := range refs {
			if r != state.None && e.expired(e.at(r)) {
				refs[i] = state.None
			}
		}
	}
}

// fetch loads the first word of every entry that words name, in a loop of its
// own, so short that the processor has many misses under way.
func (e *entries) fetch() []uint64 {
	e.fetched = resized(e.fetched, len(e.words))
	fetched, stride, pages := e.fetched, e.stride, e.pages
	for i, w := range e.words {
		if w != 0 {
			r := uint32(w) - 1
			fetched[i] = le.Uint64(pages[r>>pageShift][int(r&pageMask)*stride:])
		}
	}
	return fetched
}

// find8 is find for keys of eight bytes.
func (e *entries) find8(sp *space, keys *state.Keys, refs []state.Ref) {
	words, key := e.words, keys.Bytes
	fetched := e.fetch()
	refs = refs[:len(words)]
	hash := keys.Hash[:len(words)]
	for i, w := range words {
		switch h := hash[i]; {
		case w == 0:
			refs[i] = state.None
		case fetched[i] == le.Uint64(key[i*8:]):
			refs[i] = state.Ref(uint32(w) - 1)
		default: // another key with the same tag
			refs[i] = e.probe(sp, h, key[i*8:i*8+8])
		}
	}
}

// find16 is find for keys of 9 to 16 bytes. The slot holds them filled up with
// zeros to two words.
func (e *entries) find16(sp *space, keys *state.Keys, refs []state.Ref) {
	words, key, width, stride, pages := e.words, keys.Bytes, keys.Width, e.stride, e.pages
	shift := uint(16-width) * 8
	fetched := e.fetch()
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
		refs[i] = e.probe(sp, h, k)
	}
}

// probe looks for one key, expired entries included.
func (e *entries) probe(sp *space, hash uint64, key []byte) state.Ref {
	r, _ := e.probeWord(sp, hash, key)
	return r
}

// probeWord is probe that also tells at which index word the search ended: that
// of the entry, or the empty one where it would be put.
func (e *entries) probeWord(sp *space, hash uint64, key []byte) (r state.Ref, at uint64) {
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
		if bytes.Equal(e.keyOf(e.at(r)), key) {
			return r, p
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
	r, at := e.probeWord(sp, hash, key)
	if r == state.None {
		return e.create(sp, hash, key, at), true
	}
	if e.expired(e.at(r)) {
		e.reset(r)
		return r, true
	}
	return r, false
}

// sweep removes expired entries among the next few of sp, so that what is never
// asked for again goes away in time. It runs before a lookup, when no Ref is
// valid.
func (e *entries) sweep(sp *space, budget int) {
	if e.ttl > 0 {
		e.sweepWith(sp, budget, e.remove)
	}
}

// sweepWith looks at up to budget live entries (and a few times as many words of
// their bitmap) from where it stopped last, and removes the expired ones.
func (e *entries) sweepWith(sp *space, budget int, remove func(state.Ref)) {
	const words = pageEntries / 64
	for steps := budget + 2*words; steps > 0 && budget > 0 && sp.count > 0; steps-- {
		page, w := sp.sweep/words, sp.sweep%words
		if page >= len(sp.pages) {
			sp.sweep = 0
			continue
		}
		sp.sweep++
		id := sp.pages[page]
		for word := e.live[id][w]; word != 0; word &= word - 1 {
			budget--
			if r := state.Ref(id)<<pageShift | state.Ref(w<<6+bits.TrailingZeros64(word)); e.expired(e.at(r)) {
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

package lsm

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// lookups are the keys of one call that have to be looked for in the tree.
type lookups struct {
	items []lookup
	keys  []byte
}

type lookup struct {
	i        int32 // position in the call
	from, to int32 // of its key
}

// fill looks in the tree for the keys at the given positions, which find has not
// found, places cells for those that are there, and sets their refs. Keys are
// read in order, so that neighbours share blocks.
func (s *store) fill(sp *space, keys *state.Keys, refs []state.Ref, missing []int32) error {
	l := &s.lookups
	l.items, l.keys = l.items[:0], l.keys[:0]
	for _, i := range missing {
		key := keys.At(int(i))
		if s.Probe(&sp.Index, keys.Hash[i], key) != state.None {
			continue // known to be deleted or expired
		}
		if s.shape.complete(key) {
			continue
		}
		from := len(l.keys)
		l.keys = s.treeKey(l.keys, sp, keys.Hash[i], key)
		l.items = append(l.items, lookup{i, int32(from), int32(len(l.keys))})
	}
	if len(l.items) == 0 {
		return nil
	}
	slices.SortFunc(l.items, func(a, b lookup) int { return bytes.Compare(l.keys[a.from:a.to], l.keys[b.from:b.to]) })
	var last state.Ref
	for n, it := range l.items {
		treeKey := l.keys[it.from:it.to]
		if n > 0 && bytes.Equal(treeKey, l.keys[l.items[n-1].from:l.items[n-1].to]) {
			refs[it.i] = last
			continue
		}
		last = state.None
		value, ok, err := s.b.tree.get(treeKey)
		if err != nil {
			return s.b.fail(err)
		}
		if ok {
			r, err := s.adopt(sp, keys.Hash[it.i], keys.At(int(it.i)), value)
			if err != nil {
				return s.b.fail(err)
			}
			if !s.Expired(s.Slot(r)) {
				last = r
			}
		}
		refs[it.i] = last
	}
	return nil
}

// treeKey appends the key in the tree of an entry of sp.
func (s *store) treeKey(dst []byte, sp *space, hash uint64, key []byte) []byte {
	at := len(dst)
	dst = appendPrefix(dst, 0, s.at)
	dst, hash = s.shape.locate(dst, sp, hash, key)
	be.PutUint16(dst[at:], uint16(keygroup.Of(hash, s.b.maxParallelism)))
	return dst
}

// adopt places a clean cell for an entry of the tree.
func (s *store) adopt(sp *space, hash uint64, key, value []byte) (state.Ref, error) {
	s.guessLayout()
	r, at := s.ProbeWord(&sp.Index, hash, key)
	if r != state.None {
		return r, nil
	}
	if s.b.guard() {
		defer s.b.unguard()
	}
	if s.KeyWidth > 0 && len(key) != s.KeyWidth {
		return state.None, fmt.Errorf("a key of the restored state has %d bytes, those of the operator have %d", len(key), s.KeyWidth)
	}
	if len(value) < s.headBytes() {
		return state.None, fmt.Errorf("%w: the record of a key has %d bytes and needs %d", state.ErrCorrupt, len(value), s.headBytes())
	}
	r = s.place(sp, hash, key, at)
	s.load(r, value)
	s.marks.stored.set(r)
	sp.cold--
	s.shape.adopted(r)
	return r, nil
}

// slab.HeadBytes is the size of what precedes the variable part of a stored record.
func (s *store) headBytes() int {
	if s.TTL > 0 {
		return 8 + s.kept
	}
	return s.kept
}

// load fills a new cell from a stored record: TTL stamp if there is a TTL, kept
// bytes of the fixed part, variable part.
func (s *store) load(r state.Ref, value []byte) {
	cell := s.Slot(r)
	if s.TTL > 0 {
		le.PutUint64(cell[s.StampOff:], le.Uint64(value))
		value = value[8:]
	}
	copy(cell[s.FixedOff:s.FixedOff+s.kept], value)
	if value = value[s.kept:]; len(value) > 0 {
		h := s.arena.alloc(len(value))
		copy(s.arena.Bytes(h), value)
		s.hasVars = true
		s.SetVariable(cell, h)
	}
}

// record appends what load reads.
func (s *store) record(dst []byte, r state.Ref) []byte {
	cell := s.Slot(r)
	if s.TTL > 0 {
		dst = append(dst, cell[s.StampOff:s.StampOff+8]...)
	}
	dst = append(dst, cell[s.FixedOff:s.FixedOff+s.kept]...)
	variable := s.arena.Bytes(s.Variable(cell))
	if s.sized {
		variable = variable[:le.Uint64(cell[s.FixedOff:])]
	}
	return append(dst, variable...)
}

// recordBytes is the size of what record appends.
func (s *store) recordBytes(r state.Ref) int {
	cell := s.Slot(r)
	if s.sized {
		return s.headBytes() + int(le.Uint64(cell[s.FixedOff:]))
	}
	return s.headBytes() + s.Variable(cell).Size()
}

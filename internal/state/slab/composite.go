package slab

import (
	"fmt"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// HeadBytes is the size of the head's Ref in a composite key.
const HeadBytes = 4

// Composite builds the keys of a map's entries: the Ref of the key's head, then
// the sub-key. The key itself stands in memory once, in its head.
type Composite struct {
	Keys  state.Keys
	Heads []state.Ref // of the keys of a call; None is the number of no head
	pairs []int32     // 0, 1, 2, …
}

// HeadOf is the head in a composite key.
func HeadOf(composite []byte) state.Ref { return state.Ref(int32(le.Uint32(composite))) }

// Pairwise is the identity for n keys and sub-keys.
func (c *Composite) Pairwise(keys, sub *state.Keys) ([]int32, error) {
	n := keys.Len()
	if sub.Len() != n {
		return nil, fmt.Errorf("%d sub-keys for %d keys", sub.Len(), n)
	}
	for len(c.pairs) < n {
		c.pairs = append(c.pairs, int32(len(c.pairs)))
	}
	return c.pairs[:n], nil
}

// Compose builds Keys: row i has the head of key of[i] and sub-key i.
func (c *Composite) Compose(of []int32, sub *state.Keys) {
	n := sub.Len()
	k := &c.Keys
	k.Hash = Resized(k.Hash, n)
	if sub.Width > 0 {
		w := HeadBytes + sub.Width
		k.Width, k.Offsets = w, nil
		k.Bytes = Resized(k.Bytes, n*w)
		c.composeFixed(of, sub, k.Bytes)
		hashFixed(k)
		return
	}
	k.Width = 0
	k.Offsets = append(k.Offsets[:0], 0)
	k.Bytes = k.Bytes[:0]
	for i := range n {
		k.Bytes = le.AppendUint32(k.Bytes, uint32(c.Heads[of[i]]))
		k.Bytes = append(k.Bytes, sub.At(i)...)
		k.Offsets = append(k.Offsets, int32(len(k.Bytes)))
		k.Hash[i] = keygroup.Hash(k.At(i))
	}
}

// composeFixed writes head and sub-key of every row. Sub-keys of 8 to 16 bytes
// are two words that overlap.
func (c *Composite) composeFixed(of []int32, sub *state.Keys, dst []byte) {
	sw := sub.Width
	w := HeadBytes + sw
	if sw < 8 || sw > 16 {
		for i, k := range of {
			le.PutUint32(dst[i*w:], uint32(c.Heads[k]))
			copy(dst[i*w+HeadBytes:], sub.Bytes[i*sw:(i+1)*sw])
		}
		return
	}
	for i, k := range of {
		to, from := dst[i*w:i*w+w], sub.Bytes[i*sw:i*sw+sw]
		le.PutUint32(to, uint32(c.Heads[k]))
		le.PutUint64(to[HeadBytes:], le.Uint64(from))
		le.PutUint64(to[w-8:], le.Uint64(from[sw-8:]))
	}
}

func hashFixed(k *state.Keys) {
	w := k.Width
	if w <= 8 || w > 16 {
		for i := range k.Hash {
			k.Hash[i] = keygroup.Hash(k.At(i))
		}
		return
	}
	shift := uint(16-w) * 8
	for i := range k.Hash {
		key := k.Bytes[i*w : i*w+w]
		k.Hash[i] = keygroup.Hash16(w, le.Uint64(key), le.Uint64(key[w-8:])>>shift)
	}
}

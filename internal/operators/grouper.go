package operators

import (
	"bytes"
	"encoding/binary"

	"github.com/flottstream/flott/internal/state"
)

// grouper numbers the distinct keys of a batch 0, 1, … in the order of their
// first row. State is then asked once per key and batch, and rows that share a
// key are folded before anything is emitted.
type grouper struct {
	gid   []int32    // group of each row
	first []int32    // the row (position in the keys) that each group began with
	keys  state.Keys // of each group

	slots []uint64 // epoch << 32 | group; words of an older epoch are empty
	epoch uint32
}

// group sorts the rows of keys into groups and returns their number.
func (g *grouper) group(keys *state.Keys) int {
	n := keys.Len()
	g.reset(n)
	switch {
	case n == 0:
	case keys.Width == 8:
		g.group8(keys)
	case keys.Width > 8 && keys.Width <= 16:
		g.group16(keys)
	default:
		g.groupAny(keys)
	}
	g.collectKeys(keys)
	return len(g.first)
}

func (g *grouper) reset(n int) {
	if cap(g.gid) < n {
		g.gid = make([]int32, n)
	}
	g.gid, g.first = g.gid[:n], g.first[:0]
	g.keys.Hash = g.keys.Hash[:0]
	if g.epoch++; 2*n > len(g.slots) || g.epoch == 0 {
		size := max(64, len(g.slots))
		for size < 2*n {
			size *= 2
		}
		g.slots, g.epoch = make([]uint64, size), 1
	}
}

func (g *grouper) group8(keys *state.Keys) {
	mask, slots := uint64(len(g.slots)-1), g.slots
	epoch := uint64(g.epoch)
	word := func(i int32) uint64 { return binary.LittleEndian.Uint64(keys.Bytes[i*8:]) }
	last, lastGroup := word(0)+1, int32(0)
	for i, h := range keys.Hash {
		x := word(int32(i))
		if x == last {
			g.gid[i] = lastGroup
			continue
		}
		p := h & mask
		for {
			s := slots[p]
			if s>>32 != epoch {
				lastGroup = int32(len(g.first))
				slots[p] = epoch<<32 | uint64(lastGroup)
				g.first = append(g.first, int32(i))
				break
			}
			if lastGroup = int32(uint32(s)); word(g.first[lastGroup]) == x {
				break
			}
			p = (p + 1) & mask
		}
		g.gid[i], last = lastGroup, x
	}
}

// group16 is for keys of 9 to 16 bytes, as two words that overlap.
func (g *grouper) group16(keys *state.Keys) {
	mask, slots, w := uint64(len(g.slots)-1), g.slots, keys.Width
	epoch := uint64(g.epoch)
	words := func(i int32) (x, y uint64) {
		key := keys.Bytes[int(i)*w : int(i)*w+w]
		return binary.LittleEndian.Uint64(key), binary.LittleEndian.Uint64(key[w-8:])
	}
	lastX, lastY := words(0)
	lastX++ // not the first row's
	last := int32(0)
	for i, h := range keys.Hash {
		x, y := words(int32(i))
		if x == lastX && y == lastY {
			g.gid[i] = last
			continue
		}
		for p := h & mask; ; p = (p + 1) & mask {
			s := slots[p]
			if s>>32 != epoch {
				last = int32(len(g.first))
				slots[p] = epoch<<32 | uint64(last)
				g.first = append(g.first, int32(i))
				break
			}
			last = int32(uint32(s))
			if fx, fy := words(g.first[last]); fx == x && fy == y {
				break
			}
		}
		g.gid[i], lastX, lastY = last, x, y
	}
}

func (g *grouper) groupAny(keys *state.Keys) {
	mask, slots := uint64(len(g.slots)-1), g.slots
	epoch := uint64(g.epoch)
	last := int32(-1)
	for i, h := range keys.Hash {
		key := keys.At(i)
		if last >= 0 && keys.Hash[g.first[last]] == h && bytes.Equal(keys.At(int(g.first[last])), key) {
			g.gid[i] = last
			continue
		}
		p := h & mask
		for {
			s := slots[p]
			if s>>32 != epoch {
				last = int32(len(g.first))
				slots[p] = epoch<<32 | uint64(last)
				g.first = append(g.first, int32(i))
				break
			}
			last = int32(uint32(s))
			if f := g.first[last]; keys.Hash[f] == h && bytes.Equal(keys.At(int(f)), key) {
				break
			}
			p = (p + 1) & mask
		}
		g.gid[i] = last
	}
}

// collectKeys copies the key of each group.
func (g *grouper) collectKeys(keys *state.Keys) {
	k := &g.keys
	k.Width, k.Bytes, k.Offsets = keys.Width, k.Bytes[:0], k.Offsets[:0]
	if k.Width == 0 {
		k.Offsets = append(k.Offsets, 0)
	} else {
		k.Offsets = nil
	}
	for _, i := range g.first {
		k.Hash = append(k.Hash, keys.Hash[i])
		k.Bytes = append(k.Bytes, keys.At(int(i))...)
		if k.Width == 0 {
			k.Offsets = append(k.Offsets, int32(len(k.Bytes)))
		}
	}
}

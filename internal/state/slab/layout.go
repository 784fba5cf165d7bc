// Package slab is what the backends share: slots of one size in pages, found
// through an index of hashes, with blocks of varying size beside them. A page
// never moves a slot, so a state.Ref is its number. Who owns a slot, when it is
// written to disk and what a snapshot sees of it is the backend's.
//
// A slot is key, fixed part, time of the latest write (only with a TTL) and the
// Handle of the variable part, each rounded up to 8 bytes:
//
//	key slot | fixed | stamp | handle
//
// A key of varying size stands in its slot with its size before it, or, if it is
// longer than inlineKey, in a block whose Handle stands in the second word.
package slab

import (
	"encoding/binary"
	"fmt"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Slots are numbered page by page.
const (
	PageShift = 10
	PageSlots = 1 << PageShift
	PageMask  = PageSlots - 1
	PageWords = PageSlots / 64 // of a bitmap with a bit per slot

	FirstPageSlots = 16 // a space's first page starts with these

	inlineKey       = 28 // bytes of a variable key that fit its slot
	variableKeySlot = 32
)

var le = binary.LittleEndian

// Layout says where the parts of a slot lie.
type Layout struct {
	KeyWidth   int // -1 until the first key is seen; 0: keys vary in size
	KeySlot    int
	FixedWidth int
	FixedOff   int
	StampOff   int // -1: no TTL
	VarOff     int
	Stride     int
	TTL        int64 // ms, 0: none
}

// NewLayout is the layout for a fixed part of that width, still without keys.
func NewLayout(fixedWidth int, ttl state.TTL) Layout {
	return Layout{KeyWidth: -1, FixedWidth: fixedWidth, TTL: ttl.After.Milliseconds()}
}

// Arrange fixes the layout once the width of keys is known.
func (l *Layout) Arrange(keyWidth int) {
	l.KeyWidth = keyWidth
	l.KeySlot = variableKeySlot
	if keyWidth > 0 {
		l.KeySlot = Round8(keyWidth)
	}
	l.FixedOff = l.KeySlot
	at := l.FixedOff + Round8(l.FixedWidth)
	l.StampOff = -1
	if l.TTL > 0 {
		l.StampOff = at
		at += 8
	}
	l.VarOff = at
	l.Stride = at + 8
}

// InlineKey returns the key in a slot if it stands there, else its block.
func (l *Layout) InlineKey(slot []byte) (key []byte, block Handle) {
	if l.KeyWidth > 0 {
		return slot[:l.KeyWidth:l.KeyWidth], 0
	}
	size := int(le.Uint32(slot))
	if size <= inlineKey {
		return slot[4 : 4+size : 4+size], 0
	}
	return nil, Handle(le.Uint64(slot[8:]))
}

// Variable is the block of a slot's variable part.
func (l *Layout) Variable(slot []byte) Handle { return Handle(le.Uint64(slot[l.VarOff:])) }

// SetVariable puts a block into a slot.
func (l *Layout) SetVariable(slot []byte, h Handle) { le.PutUint64(slot[l.VarOff:], uint64(h)) }

// Round8 rounds up to whole words.
func Round8(n int) int { return (n + 7) &^ 7 }

// Resized returns a slice of n elements, of s if it has room for them.
func Resized[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n, max(n, 2*cap(s)))
}

// CheckGroups refuses keys, given by their hashes, of key groups that are not own.
func CheckGroups(hash []uint64, own keygroup.Range, maxParallelism int) error {
	if own.Start <= 0 && own.End >= maxParallelism-1 {
		return nil
	}
	for _, h := range hash {
		if g := keygroup.Of(h, maxParallelism); g < own.Start || g > own.End {
			return fmt.Errorf("key group %d is not in %d..%d: %w", g, own.Start, own.End, state.ErrForeignKeyGroup)
		}
	}
	return nil
}

package lsm

import (
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// bring moves the horizon on, far enough for some thousand timers of the tree
// or, if it has none left, for all. The heap is empty.
func (t *timers) bring() error {
	t.b.thaw()
	groups := 0
	for _, n := range t.sp.groups {
		if n > 0 {
			groups++
		}
	}
	if groups == 0 || t.sp.cold == 0 {
		t.endless = true
		t.fillHeap()
		return nil
	}
	for n := timersBrought/groups + 16; ; n *= 4 {
		next, all, err := t.read(n)
		if err != nil {
			return err
		}
		if all {
			t.endless, t.horizon = true, math.MaxInt64
			t.fillHeap()
			return nil
		}
		if next > t.horizon { // else there are more than n timers of one time
			t.horizon = next
			t.fillHeap()
			return nil
		}
	}
}

// read adopts up to n timers behind the horizon per key group, and returns the
// time before which it has read them all.
func (t *timers) read(n int) (next int64, all bool, err error) {
	next, all = math.MaxInt64, true
	var from, upTo, pair []byte
	for g := t.b.owner.Start; g <= t.b.owner.End; g++ {
		if t.sp.groups[g-t.b.owner.Start] == 0 {
			continue
		}
		from = appendPrefix(from[:0], g, t.at)
		upTo = after(upTo[:0], from)
		from = appendSigned(from, t.horizon)
		left := n
		err = t.b.tree.scan(from, upTo, func(treeKey, value []byte) (bool, error) {
			rest := treeKey[prefixBytes:]
			if len(rest) < 8 {
				return false, fmt.Errorf("%w: a timer of %d bytes", state.ErrCorrupt, len(rest))
			}
			time := signed(rest)
			if left--; left < 0 {
				next, all = min(next, time), false
				return false, nil
			}
			pair = append(le.AppendUint64(pair[:0], uint64(time)), rest[8:]...)
			h := keygroup.Hash(pair)
			if t.Probe(&t.sp.Index, h, pair) != state.None {
				return true, nil
			}
			r, err := t.adopt(t.sp, h, pair, value)
			if err == nil {
				le.PutUint64(t.Record(r), keygroup.Hash(rest[8:]))
			}
			return true, err
		})
		if err != nil {
			return 0, false, err
		}
	}
	return next, all, nil
}

// fillHeap puts the resident timers before the horizon into the empty heap.
func (t *timers) fillHeap() {
	t.each(t.sp, func(r state.Ref) bool {
		if time := int64(le.Uint64(t.KeyAt(r))); t.before(time) {
			t.heap = append(t.heap, slab.Timer{Time: time, Ref: uint32(r)})
		}
		return true
	})
	t.heap.Order()
}

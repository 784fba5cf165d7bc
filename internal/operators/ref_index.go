package operators

import "github.com/flottstream/flott/internal/state"

// refIndex numbers the distinct Refs of a batch in order of appearance. It is
// emptied in constant time.
type refIndex struct {
	slots []refSlot // power of two
	epoch uint32
	count int
}

type refSlot struct {
	ref   state.Ref
	epoch uint32
	index int32
}

// reset empties the index and makes room for n refs.
func (x *refIndex) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if size > len(x.slots) {
		x.slots, x.epoch = make([]refSlot, size), 0
	}
	x.epoch++
	if x.epoch == 0 { // wrapped: old marks would look new
		clear(x.slots)
		x.epoch = 1
	}
	x.count = 0
}

// add returns the number of r, and whether it is new.
func (x *refIndex) add(r state.Ref) (index int, fresh bool) {
	mask := uint64(len(x.slots) - 1)
	for h := uint64(r) * 0x9E3779B97F4A7C15 >> 20; ; h++ {
		s := &x.slots[h&mask]
		if s.epoch != x.epoch {
			*s = refSlot{r, x.epoch, int32(x.count)}
			x.count++
			return x.count - 1, true
		}
		if s.ref == r {
			return int(s.index), false
		}
	}
}

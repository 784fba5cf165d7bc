package heap

import (
	"bytes"
	"slices"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// timers is a store of (time, key) pairs and a binary heap of their Refs by
// time. Deleting marks the entry and leaves its item in the heap until it comes
// up or marked ones are the majority; setting it again takes the mark away, so
// every entry has exactly one item.
type timers struct {
	*entries
	sp   *space
	heap slab.TimerHeap
	dead int // marked entries
	set  int // entries not marked

	composite []byte
	batch     []slab.Timer
	firing    int64 // time of the timers being fired
	earlier   bool  // one was set at or before it meanwhile
}

var _ state.Timers = (*timers)(nil)

// The fixed part of an entry: hash of the key, mark.
const timerRecord = 16

func newTimers(b *Backend) *timers {
	t := &timers{entries: newEntries(b, timerRecord, state.TTL{})}
	t.Arrange(0)
	t.sp = t.newSpace(0)
	return t
}

// pair encodes time and key as the key of the store.
func (t *timers) pair(time int64, key []byte) (hash uint64, pair []byte) {
	t.composite = le.AppendUint64(t.composite[:0], uint64(time))
	t.composite = append(t.composite, key...)
	return keygroup.Hash(t.composite), t.composite
}

func (t *timers) Set(time int64, hash uint64, key []byte) error {
	if err := slab.CheckGroups([]uint64{hash}, t.b.owner, t.b.maxParallelism); err != nil {
		return err
	}
	h, pair := t.pair(time, key)
	r, at := t.ProbeWord(&t.sp.Index, h, pair)
	if r != state.None {
		record := t.Record(r)
		if record[8] == 0 {
			return nil
		}
		if t.up {
			t.touch(r)
		}
		record[8] = 0
		t.dead--
		t.set++
		t.earlier = t.earlier || time <= t.firing
		return nil
	}
	r = t.create(t.sp, h, pair, at)
	le.PutUint64(t.Record(r), hash)
	t.set++
	t.earlier = t.earlier || time <= t.firing
	t.heap.Push(slab.Timer{Time: time, Ref: uint32(r)})
	return nil
}

func (t *timers) Delete(time int64, _ uint64, key []byte) {
	h, pair := t.pair(time, key)
	r := t.Probe(&t.sp.Index, h, pair)
	if r == state.None || t.Record(r)[8] != 0 {
		return
	}
	if t.up {
		t.touch(r)
	}
	t.Record(r)[8] = 1
	t.dead++
	t.set--
}

// purge rebuilds the heap without marked entries once they are the majority.
func (t *timers) purge() {
	if t.dead < 1024 || t.dead < t.set {
		return
	}
	keep := t.heap[:0]
	for _, it := range t.heap {
		if r := it.At(); t.Record(r)[8] != 0 {
			t.remove(r)
		} else {
			keep = append(keep, it)
		}
	}
	t.heap = keep
	t.dead = 0
	keep.Order()
}

func (t *timers) Next() (int64, bool) {
	for len(t.heap) > 0 {
		top := t.heap[0]
		if t.Record(top.At())[8] == 0 {
			return top.Time, true
		}
		t.heap.Pop()
		t.remove(top.At())
		t.dead--
	}
	return 0, false
}

func (t *timers) PopUntil(until int64, fire func(time int64, hash uint64, key []byte) error) error {
	if t.up {
		t.settle()
	}
	t.purge()
	for {
		next, ok := t.Next()
		if !ok || next > until {
			return nil
		}
		if err := t.fireAll(next, fire); err != nil {
			return err
		}
	}
}

// fireAll fires the timers of one time in order of their keys. If one is set
// meanwhile that may come before the rest, the rest goes back to the heap.
func (t *timers) fireAll(time int64, fire func(time int64, hash uint64, key []byte) error) error {
	group := t.heap.PopAll(t.batch[:0], time)
	t.batch = nil
	if len(group) > 1 {
		slices.SortFunc(group, func(a, b slab.Timer) int {
			return bytes.Compare(t.KeyAt(a.At())[8:], t.KeyAt(b.At())[8:])
		})
	}
	var err error
	done := 0
	var key []byte
	t.firing, t.earlier = time, false
	for done < len(group) && !t.earlier && err == nil {
		r := group[done].At()
		done++
		if t.Record(r)[8] != 0 {
			t.dead--
			t.remove(r)
			continue
		}
		key = append(key[:0], t.KeyAt(r)[8:]...)
		hash := le.Uint64(t.Record(r))
		t.set--
		t.remove(r)
		err = fire(time, hash, key)
	}
	for _, it := range group[done:] {
		t.heap.Push(it)
	}
	t.batch = group[:0]
	return err
}

func (t *timers) Len() int { return t.set }

func (t *timers) memoryBytes() int64 { return t.memory() + int64(cap(t.heap))*16 }

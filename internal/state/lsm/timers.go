package lsm

import (
	"bytes"
	"math"
	"slices"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// timers is a store of (time, key) pairs. Those before the horizon are all
// resident and in a binary heap by time; of the others only the ones that the
// tree does not have yet. When the heap runs empty, the next ones come in from
// the tree and the horizon moves on.
//
// Deleting a timer before the horizon marks its cell and leaves its item in the
// heap until it comes up or marked ones are the majority; setting it again takes
// the mark away, so every such cell has exactly one item.
type timers struct {
	plain
	*store
	sp      *space
	heap    slab.TimerHeap
	marked  int
	horizon int64 // math.MaxInt64: no end
	endless bool  // all timers are before the horizon, that of time MaxInt64 too

	composite []byte
	batch     []slab.Timer
	firing    int64 // time of the timers being fired
	earlier   bool  // one was set at or before it meanwhile
	oneHash   [1]uint64
	calls     uint32
}

var _ state.Timers = (*timers)(nil)

// The fixed part of a cell: hash of the key, mark. Neither goes into the tree.
const timerRecord = 16

// relieveEvery is after how many calls, each of one timer, room is made.
const relieveEvery = 1024

// timersBrought is how many timers come in from the tree at a time.
const timersBrought = 1 << 14

func newTimers(b *Backend, name string) *timers {
	t := &timers{endless: true, horizon: math.MaxInt64, firing: math.MinInt64}
	t.store = newStore(b, keyspaceOf(name), t, timerRecord, 0, state.TTL{})
	t.Arrange(0)
	t.sp = t.newSpace(0)
	return t
}

func (t *timers) locate(dst []byte, _ *space, _ uint64, key []byte) ([]byte, uint64) {
	return append(appendSigned(dst, int64(le.Uint64(key))), key[8:]...), keygroup.Hash(key[8:])
}

func (t *timers) gone(r state.Ref) bool { return t.isMarked(r) }

func (t *timers) isMarked(r state.Ref) bool { return t.Record(r)[8] != 0 }

// leaving: only timers behind the horizon are without an item in the heap.
func (t *timers) leaving(r state.Ref) bool {
	return !t.before(int64(le.Uint64(t.KeyAt(r)))) && !t.isMarked(r)
}

func (t *timers) before(time int64) bool { return t.endless || time < t.horizon }

// pair encodes time and key as the key of the store.
func (t *timers) pair(time int64, key []byte) (hash uint64, pair []byte) {
	t.composite = le.AppendUint64(t.composite[:0], uint64(time))
	t.composite = append(t.composite, key...)
	return keygroup.Hash(t.composite), t.composite
}

// lookUp returns the cell of a pair, which it brings in if it is cold.
func (t *timers) lookUp(time int64, h uint64, pair []byte) (r state.Ref, at uint64, err error) {
	r, at = t.ProbeWord(&t.sp.Index, h, pair)
	if r != state.None || t.sp.cold == 0 || t.before(time) {
		return r, at, nil
	}
	l := &t.lookups
	l.keys = t.treeKey(l.keys[:0], t.sp, h, pair)
	value, ok, err := t.b.tree.get(l.keys)
	if err != nil {
		return state.None, at, t.b.fail(err)
	}
	if ok {
		r, err = t.adopt(t.sp, h, pair, value)
		le.PutUint64(t.Record(r), keygroup.Hash(pair[8:]))
	}
	return r, at, err
}

func (t *timers) Set(time int64, hash uint64, key []byte) error {
	t.oneHash[0] = hash
	if err := slab.CheckGroups(t.oneHash[:], t.b.owner, t.b.maxParallelism); err != nil {
		return err
	}
	if err := t.relieve(); err != nil {
		return err
	}
	h, pair := t.pair(time, key)
	r, at, err := t.lookUp(time, h, pair)
	if err != nil {
		return err
	}
	if r != state.None && !t.isDead(r) {
		if t.isMarked(r) {
			t.write(r)
			t.Record(r)[8] = 0
			t.marked--
			t.earlier = t.earlier || time <= t.firing
		}
		return nil
	}
	if r == state.None {
		r = t.create(t.sp, h, pair, at)
	} else {
		t.renew(t.sp, r)
	}
	le.PutUint64(t.Record(r), hash)
	t.earlier = t.earlier || time <= t.firing
	if t.before(time) {
		t.heap.Push(slab.Timer{Time: time, Ref: uint32(r)})
	}
	return nil
}

func (t *timers) Delete(time int64, _ uint64, key []byte) {
	h, pair := t.pair(time, key)
	r, _, err := t.lookUp(time, h, pair)
	if err != nil || r == state.None || t.isDead(r) || t.isMarked(r) {
		return
	}
	if !t.before(time) {
		t.remove(r)
		return
	}
	t.write(r)
	t.Record(r)[8] = 1
	t.marked++
}

// relieve makes room. The timers behind a nearer horizon leave the heap, so that
// they can be evicted.
func (t *timers) relieve() error {
	if t.calls++; t.calls%relieveEvery != 0 || !t.b.strained() {
		return t.b.failure
	}
	if t.b.usedBytes() > t.b.budget && len(t.heap) > 4*timersBrought && t.firing == math.MinInt64 {
		t.retreat()
	}
	return t.b.relieve(t.store)
}

// retreat moves the horizon to the time of the timer in the middle.
func (t *timers) retreat() {
	times := make([]int64, len(t.heap))
	for i, it := range t.heap {
		times[i] = it.Time
	}
	slices.Sort(times)
	horizon := times[len(times)/2]
	if horizon == times[0] {
		return // nearly all have one time
	}
	t.endless, t.horizon = false, horizon
	keep := t.heap[:0]
	for _, it := range t.heap {
		r := it.At()
		switch {
		case it.Time < horizon:
			keep = append(keep, it)
		case t.isMarked(r):
			t.unmark(r)
		}
	}
	t.heap = keep
	t.heap.Order()
}

// unmark turns a marked cell into a removed one.
func (t *timers) unmark(r state.Ref) {
	t.marked--
	t.write(r)
	t.Record(r)[8] = 0
	t.remove(r)
}

// advance brings in the earliest timers behind the horizon.
func (t *timers) advance() error {
	for len(t.heap) == 0 && !t.endless {
		if err := t.bring(); err != nil {
			return t.b.fail(err)
		}
	}
	return nil
}

// purge rebuilds the heap without marked cells once they are the majority.
func (t *timers) purge() {
	if t.marked < 1024 || t.marked < len(t.heap)/2 {
		return
	}
	keep := t.heap[:0]
	for _, it := range t.heap {
		if r := it.At(); t.isMarked(r) {
			t.unmark(r)
		} else {
			keep = append(keep, it)
		}
	}
	t.heap = keep
	t.heap.Order()
}

func (t *timers) Next() (int64, bool) {
	for {
		if len(t.heap) == 0 {
			if t.endless || t.advance() != nil || len(t.heap) == 0 {
				return 0, false
			}
		}
		top := t.heap[0]
		if !t.isMarked(top.At()) {
			return top.Time, true
		}
		t.heap.Pop()
		t.unmark(top.At())
	}
}

func (t *timers) PopUntil(until int64, fire func(time int64, hash uint64, key []byte) error) error {
	t.purge()
	for {
		if err := t.relieve(); err != nil {
			return err
		}
		next, ok := t.Next()
		if !ok || next > until {
			return t.b.failure
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
		if t.isMarked(r) {
			t.unmark(r)
			continue
		}
		key = append(key[:0], t.KeyAt(r)[8:]...)
		hash := le.Uint64(t.Record(r))
		t.remove(r)
		err = fire(time, hash, key)
	}
	t.firing = math.MinInt64
	for _, it := range group[done:] {
		t.heap.Push(it)
	}
	t.batch = group[:0]
	return err
}

func (t *timers) Len() int { return t.count - t.marked }

package slab

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Every size fits its class, and no smaller class would do.
func TestSizeClasses(t *testing.T) {
	for size := 1; size <= MaxClassSize; size++ {
		c := ClassOf(size)
		if c >= ClassCount || ClassSize(c) < size || c > 0 && ClassSize(c-1) >= size {
			t.Fatalf("size %d is in class %d of %d bytes", size, c, ClassSize(c))
		}
	}
}

// The index finds what was put and not taken, whatever the order.
func TestIndexAgainstMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := &Slab{Layout: NewLayout(0, state.TTL{})}
	s.Arrange(8)
	x := NewIndex()
	there := map[uint64]state.Ref{}
	for range 20_000 {
		number := random.Uint64N(500)
		key := le.AppendUint64(nil, number)
		hash := keygroup.Hash(key) & 0xff // many displaced words
		r, at := s.ProbeWord(&x, hash, key)
		want, ok := there[number]
		if !ok {
			want = state.None
		}
		if r != want {
			t.Fatalf("key %d: found %d, want %d", number, r, want)
		}
		if ok {
			x.Take(hash, r)
			delete(there, number)
			continue
		}
		r = state.Ref(len(s.Pages)) << PageShift
		s.Pages = append(s.Pages, make([]byte, s.Stride))
		s.SetKey(s.Slot(r), key)
		x.Put(hash, r, at)
		there[number] = r
	}
	if x.Count != len(there) {
		t.Fatalf("the index counts %d words, want %d", x.Count, len(there))
	}
}

// A heap gives timers back in order of time.
func TestTimerHeap(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var h TimerHeap
	var times []int64
	for i := range uint32(1000) {
		time := random.Int64N(300)
		h.Push(Timer{Time: time, Ref: i})
		times = append(times, time)
	}
	slices.Sort(times)
	var got []int64
	for len(h) > 0 {
		for _, timer := range h.PopAll(nil, h[0].Time) {
			got = append(got, timer.Time)
		}
	}
	if !slices.Equal(got, times) {
		t.Fatal("timers came out of order")
	}
}

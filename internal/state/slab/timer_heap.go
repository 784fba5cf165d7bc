package slab

import "github.com/flottstream/flott/internal/state"

// TimerHeap is a binary heap of timers, the earliest first.
type TimerHeap []Timer

// Timer is a slot that is due at a time.
type Timer struct {
	Time int64 // ms
	Ref  uint32
}

// At is the timer's Ref.
func (t Timer) At() state.Ref { return state.Ref(t.Ref) }

// Push adds a timer.
func (h *TimerHeap) Push(t Timer) {
	*h = append(*h, t)
	items, i := *h, len(*h)-1
	for i > 0 {
		up := (i - 1) / 2
		if items[up].Time <= t.Time {
			break
		}
		items[i] = items[up]
		i = up
	}
	items[i] = t
}

// Pop removes the earliest timer.
func (h *TimerHeap) Pop() {
	items := *h
	n := len(items) - 1
	items[0] = items[n]
	*h = items[:n]
	if n > 1 {
		h.down(0)
	}
}

// PopAll removes the timers of one time, the earliest there is, and appends them
// to dst.
func (h *TimerHeap) PopAll(dst []Timer, time int64) []Timer {
	for len(*h) > 0 && (*h)[0].Time == time {
		dst = append(dst, (*h)[0])
		h.Pop()
	}
	return dst
}

// Order makes a heap of timers in any order.
func (h TimerHeap) Order() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h TimerHeap) down(i int) {
	t := h[i]
	for {
		kid := 2*i + 1
		if kid >= len(h) {
			break
		}
		if kid+1 < len(h) && h[kid+1].Time < h[kid].Time {
			kid++
		}
		if t.Time <= h[kid].Time {
			break
		}
		h[i] = h[kid]
		i = kid
	}
	h[i] = t
}

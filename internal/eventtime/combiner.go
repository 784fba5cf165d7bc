// Package eventtime is the arithmetic of watermarks: combining the watermarks
// of several inputs, and generating them from rows. It knows neither channels
// nor operators.
package eventtime

import "math"

// MinTime is the watermark before any was seen.
const MinTime = int64(math.MinInt64)

// MaxTime is the watermark after the last row.
const MaxTime = int64(math.MaxInt64)

// Combiner holds the watermark of each of several inputs and their minimum over
// the inputs that are not idle. The combined watermark never goes back: an
// input that wakes up from idleness behind it does not count until it has
// caught up.
type Combiner struct {
	time    []int64
	idle    []bool
	out     int64
	outIdle bool
}

// NewCombiner returns a combiner of n active inputs without a watermark.
func NewCombiner(n int) *Combiner {
	c := &Combiner{time: make([]int64, n), idle: make([]bool, n), out: MinTime}
	for i := range c.time {
		c.time[i] = MinTime
	}
	return c
}

// Advance records a watermark of input i, which becomes active.
func (c *Combiner) Advance(i int, time int64) {
	c.idle[i] = false
	c.time[i] = max(c.time[i], time)
}

// SetIdle records that input i does (not) hold back time.
func (c *Combiner) SetIdle(i int, idle bool) { c.idle[i] = idle }

// Current returns the combined watermark and whether all inputs are idle. With
// all inputs idle the watermark is that of the most advanced one, since nothing
// holds it back.
func (c *Combiner) Current() (time int64, idle bool) {
	lowest, highest, active := MaxTime, MinTime, false
	for i, t := range c.time {
		highest = max(highest, t)
		if c.idle[i] || t < c.out && t != MinTime {
			active = active || !c.idle[i]
			continue
		}
		active = true
		lowest = min(lowest, t)
	}
	switch {
	case !active:
		c.out = max(c.out, highest)
	case lowest != MaxTime || c.allAtMax():
		c.out = max(c.out, lowest)
	}
	c.outIdle = !active
	return c.out, c.outIdle
}

func (c *Combiner) allAtMax() bool {
	for i, t := range c.time {
		if !c.idle[i] && t != MaxTime {
			return false
		}
	}
	return true
}

package eventtime

import "testing"

func TestCombinerTakesTheMinimumOfActiveInputs(t *testing.T) {
	c := NewCombiner(2)
	expect := func(what string, time int64, idle bool) {
		t.Helper()
		if gotTime, gotIdle := c.Current(); gotTime != time || gotIdle != idle {
			t.Fatalf("%s: got %d idle=%v, want %d idle=%v", what, gotTime, gotIdle, time, idle)
		}
	}
	expect("nothing seen", MinTime, false)
	c.Advance(0, 10)
	expect("one input silent", MinTime, false)
	c.Advance(1, 5)
	expect("minimum", 5, false)
	c.SetIdle(1, true)
	expect("idle input does not hold back", 10, false)
	c.SetIdle(1, false)
	expect("never back", 10, false)
	c.Advance(0, 30)
	expect("an input that woke up behind is not waited for", 30, false)
	c.Advance(1, 31)
	c.Advance(0, 40)
	expect("caught up: it counts again", 31, false)
	c.SetIdle(0, true)
	c.SetIdle(1, true)
	expect("all idle: the most advanced", 40, true)
	c.Advance(0, MaxTime)
	c.Advance(1, MaxTime)
	expect("the end", MaxTime, false)
}

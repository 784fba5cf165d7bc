// Package actor is what the loops of the data and the control plane need of the
// machine they run on: to tell the time, to start each other and to wait. Threads
// is the machine itself. The simulator has a World in which one goroutine runs all
// loops in turn, in an order and by a clock that come from a seed.
//
// A loop that is to run in any World starts others only by Go, waits only by Wait
// and holds no lock meanwhile.
package actor

import "time"

// World runs loops. It may be used by all of them.
type World interface {
	Now() time.Time
	// Go runs f beside the caller.
	Go(f func())
	// Wait returns when one of the channels, of which any may be nil, has yielded a
	// value or is closed, or at due; the zero time never comes.
	Wait(due time.Time, a, b, c <-chan struct{})
	// Yield is a point, called once per element or so, at which others may run.
	Yield()
}

// Threads is a World of goroutines and wall time.
type Threads struct{}

// Now is the wall time.
func (Threads) Now() time.Time { return time.Now() }

// Go starts a goroutine.
func (Threads) Go(f func()) { go f() }

// Wait is select.
func (Threads) Wait(due time.Time, a, b, c <-chan struct{}) {
	var timeout <-chan time.Time
	if !due.IsZero() {
		timer := time.NewTimer(time.Until(due))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-a:
	case <-b:
	case <-c:
	case <-timeout:
	}
}

// Yield does nothing: goroutines are preempted.
func (Threads) Yield() {}

// Or returns w, Threads if it is nil.
func Or(w World) World {
	if w == nil {
		return Threads{}
	}
	return w
}

// Signal notes in a channel of capacity 1 that something happened.
func Signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

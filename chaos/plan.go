package main

import (
	"math"
	"math/rand/v2"
	"time"
)

// moment is what a kill waits for.
type moment string

const (
	anytime    moment = "anytime"     // since the process began
	starting   moment = "starting"    // since the process began, soon
	restoring  moment = "restoring"   // a checkpoint to start from is found
	triggered  moment = "triggered"   // a checkpoint begins
	completed  moment = "completed"   // a checkpoint is whole, its transactions about to be committed
	restored   moment = "restored"    // all tasks run
	finishing  moment = "finishing"   // the input has ended
	overdue    moment = "overdue"     // what was waited for did not come
	brokerGone moment = "broker gone" // since the broker was killed
)

// round is one run of the job that ends by a kill, and what else happens to it.
type round struct {
	Parallelism int
	Unaligned   bool
	Backend     string

	Moment moment
	Nth    int           // of these
	Delay  time.Duration // after it

	Freeze time.Duration // 0, or the process stands still for so long, some time before the kill
	Broker time.Duration // 0, or the broker is killed that long after the process began, and started again
	Torn   bool          // before, a checkpoint newer than the newest is put there that is not whole
	Damage bool          // before, a file of the newest checkpoint is damaged or removed
	Outage time.Duration // after the kill
}

// chances are how often what happens. All but the backends are shares of 1.
type chances struct {
	backends     []string
	broker       float64
	freeze       float64
	torn, damage float64
	timeout      time.Duration // of transactions: long outages are longer
}

// draw decides on a round. The input is complete in the last rounds.
func draw(r *rand.Rand, c *chances, complete bool) round {
	x := round{Parallelism: 1 + r.IntN(3), Unaligned: r.IntN(2) == 0, Backend: c.backends[r.IntN(len(c.backends))], Nth: 1}
	switch pick := r.Float64(); {
	case complete && pick < 0.6:
		x.Moment, x.Delay = finishing, between(r, 100*time.Microsecond, 200*time.Millisecond)
	case pick < 0.15:
		x.Moment, x.Delay = starting, between(r, time.Millisecond, time.Second)
	case pick < 0.25:
		x.Moment, x.Delay = restoring, between(r, time.Millisecond, 500*time.Millisecond)
	case pick < 0.30:
		x.Moment, x.Delay = restored, between(r, 100*time.Microsecond, 300*time.Millisecond)
	case pick < 0.45:
		x.Moment, x.Delay = anytime, between(r, 50*time.Millisecond, 6*time.Second)
	case pick < 0.70:
		x.Moment, x.Nth, x.Delay = triggered, 1+r.IntN(4), between(r, 50*time.Microsecond, 100*time.Millisecond)
	default:
		x.Moment, x.Nth, x.Delay = completed, 1+r.IntN(4), between(r, 10*time.Microsecond, 30*time.Millisecond)
	}
	switch pick := r.Float64(); {
	case pick < 0.25:
		x.Outage = between(r, 10*time.Millisecond, time.Second)
	case pick < 0.40: // transactions expire; most of them between checkpoint and commit
		x.Outage = c.timeout + 1500*time.Millisecond + between(r, time.Millisecond, c.timeout)
		if !complete && r.IntN(3) > 0 {
			x.Moment, x.Nth, x.Delay = completed, 1+r.IntN(3), between(r, 10*time.Microsecond, 10*time.Millisecond)
		}
	}
	switch pick := r.Float64(); {
	case pick < c.broker:
		x.Broker = between(r, 10*time.Millisecond, 4*time.Second)
		if r.IntN(2) == 0 {
			x.Moment, x.Nth, x.Delay = brokerGone, 1, between(r, time.Millisecond, 5*time.Second)
		}
	case pick < c.broker+c.freeze:
		x.Freeze = c.timeout/2 + between(r, 100*time.Millisecond, 2*c.timeout)
	}
	x.Torn = r.Float64() < c.torn
	x.Damage = r.Float64() < c.damage
	return x
}

// between is log-uniform: every order of magnitude is as likely.
func between(r *rand.Rand, low, high time.Duration) time.Duration {
	return time.Duration(math.Exp(math.Log(float64(low)) + r.Float64()*math.Log(float64(high)/float64(low))))
}

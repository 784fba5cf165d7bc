// Package align decides what a subtask does with checkpoint barriers on its
// input channels: which channels to block, when to take the snapshot, which rows in
// flight belong to it, when a checkpoint is overtaken by a newer one. It is a pure
// machine: the caller feeds it what it saw and carries out the verdict. Times are
// ms since 1970.
//
// # Modes
//
//	aligned         a channel is blocked from its barrier on; when all barriers are
//	                there: Complete
//	at least once   nothing is blocked; when all barriers are there: Complete
//	unaligned       at the first barrier that is announced: Unaligned. The rows ahead of
//	                the barriers belong to the checkpoint; when all barriers are there: Done
//	with timeout    aligned until AlignedTimeout after the trigger, then unaligned
//
// # Mixed edges
//
// Some edges keep the order of barriers and rows (KeepOrder; exchange.Overtakes says
// which). Their rows in flight cannot be persisted, so a subtask does not become
// unaligned before their barriers are there: until then they are aligned among each
// other, while the other channels go on up to the place of their barrier. If they
// reach it they are blocked, as in an aligned checkpoint.
//
// # What the exchange tells
//
// A barrier that may overtake is announced when it is sent, and delivered (Barrier)
// when the rows ahead of it have been processed, unless a verdict let it overtake.
// A channel that ends delivers no barrier: its End counts as all of them. EndOfData
// does not, barriers follow it.
package align

import (
	"math"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/stream"
)

// Verdict is what the caller must do now, in field order.
type Verdict struct {
	// Aborted is a checkpoint that will not be taken because a newer barrier came
	// first; 0 if none.
	Aborted int64
	// Unblock frees all channels, and ends Await.
	Unblock bool
	// Start is set at the first sign of a checkpoint: its ID.
	Start int64
	// Complete is set when the barriers of all channels have been delivered: take
	// the snapshot, pass the barrier on, acknowledge with Metrics.
	Complete *stream.CheckpointBarrier
	// Unaligned asks for the snapshot now: take it, and pass the barrier on at once.
	// From here until Done (or the end of the checkpoint) rows in flight become part
	// of it.
	Unaligned *stream.CheckpointBarrier
	// Overtake lists channels whose barrier is in the queue: persist the rows ahead
	// of it, and take it out (exchange.Gate.Overtake).
	Overtake []int
	// Await lists channels without a barrier so far: what Rows says from now on counts
	// for them, and their end is to be announced (exchange.Gate.Await).
	Await []int
	// Done is the unaligned checkpoint whose rows in flight are complete: acknowledge
	// it with Metrics.
	Done int64
	// Block asks to take no more elements from the channel the event was about.
	Block bool
	// Metrics has StartDelay, Alignment, Processed and Unaligned of the checkpoint of
	// Complete or Done; the rest is the caller's.
	Metrics checkpoint.Metrics
}

// Aligner tracks the barriers of one subtask. Not safe for concurrent use.
// Invariants: missing counts the channels that have neither ended nor delivered the
// barrier of current, held those of them that keep order; unaligned implies
// current != 0 and held == 0.
type Aligner struct {
	channels  []channel
	current   stream.CheckpointBarrier // ID 0: none
	unaligned bool                     // the snapshot is taken, rows in flight are persisted
	missing   int
	held      int
	started   int64 // ms, first sign of current
	metrics   checkpoint.Metrics

	tracker tracker // checkpoints at least once
	latest  int64   // highest checkpoint completed or given up
	aborted []int64 // above latest: given up before a barrier was seen; ascending
}

type channel struct {
	keepsOrder, ended bool
	// Of current:
	announced bool // its barrier is in the queue
	delivered bool // its barrier was reached or has overtaken
}

// New returns an aligner of n channels.
func New(n int) *Aligner { return &Aligner{channels: make([]channel, n)} }

// KeepOrder says that barriers never overtake on a channel. It is called before any
// event.
func (a *Aligner) KeepOrder(channel int) { a.channels[channel].keepsOrder = true }

// Barrier is a barrier reached on a channel.
func (a *Aligner) Barrier(channel int, b stream.CheckpointBarrier, now int64) Verdict {
	var v Verdict
	if !b.Aligned && !b.Unaligned && b.AlignedTimeout == 0 {
		a.track(&v, channel, b, now)
		return v
	}
	if !a.begin(&v, b, now) || a.channels[channel].delivered {
		return v
	}
	a.deliver(channel)
	a.decide(&v, now)
	v.Block = !a.unaligned && a.current.ID != 0
	return v
}

// Triggered is a checkpoint that no channel brings a barrier of: all producers have
// ended, but what they sent, and their end, may still be queued. That end counts as
// the barrier, as it does for every other checkpoint.
func (a *Aligner) Triggered(b stream.CheckpointBarrier, now int64) Verdict {
	var v Verdict
	if !b.Aligned && !b.Unaligned && b.AlignedTimeout == 0 {
		a.expect(&v, b, now)
		a.completeTracked(&v)
	} else if a.begin(&v, b, now) {
		a.decide(&v, now)
	}
	return v
}

// Announced is a barrier that was put into the queue of a channel.
func (a *Aligner) Announced(channel int, b stream.CheckpointBarrier, now int64) Verdict {
	var v Verdict
	if !a.begin(&v, b, now) || a.channels[channel].delivered {
		return v
	}
	a.channels[channel].announced = true
	a.overtake(&v, channel)
	a.decide(&v, now)
	return v
}

// EndAnnounced is the end of a channel that was put into its queue: no barrier will
// come, and what is ahead of the end is all that is in flight.
func (a *Aligner) EndAnnounced(channel int, now int64) Verdict {
	var v Verdict
	a.overtake(&v, channel)
	a.decide(&v, now)
	return v
}

// End is the end of a channel, reached: it counts as having delivered every barrier.
func (a *Aligner) End(channel int, now int64) Verdict {
	var v Verdict
	c := &a.channels[channel]
	if c.ended {
		return v
	}
	if a.current.ID != 0 && !c.delivered {
		a.deliver(channel)
	}
	c.ended = true
	a.completeTracked(&v)
	a.decide(&v, now)
	return v
}

// Tick is the time; it matters at Deadline.
func (a *Aligner) Tick(now int64) Verdict {
	var v Verdict
	a.decide(&v, now)
	return v
}

// Deadline is when Tick may have a verdict; math.MaxInt64 is never.
func (a *Aligner) Deadline() int64 {
	if a.current.ID == 0 || a.unaligned || a.held > 0 || a.current.AlignedTimeout == 0 {
		return math.MaxInt64
	}
	return a.timeout()
}

// Aborted says that a checkpoint was given up by someone else: it is forgotten, also
// if its barriers are still to come.
func (a *Aligner) Aborted(checkpoint int64) Verdict {
	var v Verdict
	a.tracker.drop(checkpoint)
	switch {
	case checkpoint <= a.latest || checkpoint < a.current.ID:
	case checkpoint == a.current.ID:
		v.Unblock = true
		a.reset(checkpoint)
	default:
		if i, found := slices.BinarySearch(a.aborted, checkpoint); !found {
			a.aborted = slices.Insert(a.aborted, i, checkpoint)
		}
		if len(a.aborted) > maxTracked {
			a.aborted = slices.Delete(a.aborted, 0, 1)
		}
	}
	return v
}

// Active reports that a checkpoint is under way and Rows wants to be told.
func (a *Aligner) Active() bool { return a.current.ID != 0 }

// Rows is rows of a channel that are about to be processed. It reports whether they
// must be persisted first.
func (a *Aligner) Rows(channel int, bytes int64) (persist bool) {
	a.metrics.Processed += bytes
	return a.unaligned && !a.channels[channel].delivered
}

// begin makes the checkpoint of b the current one if it is not yet. It reports
// whether b means anything.
func (a *Aligner) begin(v *Verdict, b stream.CheckpointBarrier, now int64) bool {
	switch {
	case b.ID <= a.latest || b.ID < a.current.ID:
		return false // of a checkpoint given up before
	case b.ID == a.current.ID:
		if b.Unaligned { // a subtask before us did not wait: nor do we
			a.current.Aligned, a.current.Unaligned, a.current.AlignedTimeout = false, true, 0
		}
		return true
	case a.current.ID != 0:
		v.Aborted, v.Unblock = a.current.ID, true
		a.reset(a.current.ID)
	}
	if slices.Contains(a.aborted, b.ID) {
		a.settle(b.ID)
		return false
	}
	a.current, a.started = b, now
	for i := range a.channels {
		c := &a.channels[i]
		if c.ended {
			continue
		}
		a.missing++
		if c.keepsOrder {
			a.held++
		}
	}
	a.metrics.StartDelay = milliseconds(now - b.Timestamp)
	v.Start = b.ID
	return true
}

func (a *Aligner) deliver(channel int) {
	c := &a.channels[channel]
	c.delivered = true
	a.missing--
	if c.keepsOrder {
		a.held--
	}
}

// overtake lets the barrier or the end that a channel has in its queue overtake, if
// rows in flight are being persisted.
func (a *Aligner) overtake(v *Verdict, channel int) {
	if c := a.channels[channel]; a.unaligned && !c.delivered && !c.ended {
		a.deliver(channel)
		v.Overtake = append(v.Overtake, channel)
	}
}

// decide does what the barriers that are there allow.
func (a *Aligner) decide(v *Verdict, now int64) {
	switch {
	case a.current.ID == 0:
		return
	case a.missing > 0 && !a.unaligned && a.held == 0 && (a.current.Unaligned || a.timedOut(now)):
		a.goUnaligned(v)
	}
	if a.missing > 0 {
		return
	}
	a.metrics.Alignment = milliseconds(now - a.started)
	v.Metrics, v.Unblock = a.metrics, true
	done := a.current
	if a.unaligned {
		v.Done = done.ID
	} else {
		v.Complete = &done
	}
	a.reset(done.ID)
}

func (a *Aligner) goUnaligned(v *Verdict) {
	b := a.current
	b.Aligned, b.Unaligned, b.AlignedTimeout = false, true, 0
	v.Unaligned, v.Unblock = &b, true
	a.unaligned, a.metrics.Unaligned = true, true
	for i, c := range a.channels {
		switch {
		case c.ended || c.delivered:
		case c.announced:
			a.overtake(v, i)
		default:
			v.Await = append(v.Await, i)
		}
	}
}

func (a *Aligner) timeout() int64 {
	return a.current.Timestamp + a.current.AlignedTimeout.Milliseconds()
}

func (a *Aligner) timedOut(now int64) bool {
	return a.current.AlignedTimeout > 0 && now >= a.timeout()
}

// reset ends the current checkpoint, whose ID is id.
func (a *Aligner) reset(id int64) {
	for i := range a.channels {
		a.channels[i].announced, a.channels[i].delivered = false, false
	}
	a.current, a.unaligned, a.missing, a.held = stream.CheckpointBarrier{}, false, 0, 0
	a.metrics = checkpoint.Metrics{}
	a.settle(id)
}

// settle notes that checkpoints up to id mean nothing any more.
func (a *Aligner) settle(id int64) {
	a.latest = max(a.latest, id)
	for len(a.aborted) > 0 && a.aborted[0] <= a.latest {
		a.aborted = a.aborted[1:]
	}
}

func milliseconds(n int64) time.Duration { return time.Duration(max(n, 0)) * time.Millisecond }

// Package align decides what a subtask does with checkpoint barriers on its
// input channels: which channels to block, when all barriers of a checkpoint
// are there, when a checkpoint is overtaken by a newer one. It is a pure
// machine: the caller feeds it what it saw and carries out the verdict.
package align

import "github.com/flottstream/flott/internal/stream"

// Verdict is what the caller must do now, in field order.
type Verdict struct {
	// Aborted is a checkpoint that will not be taken because a newer barrier came
	// first; 0 if none. Its blocked channels are free again.
	Aborted int64
	// Complete is set when the barriers of all channels have arrived: snapshot,
	// then pass the barrier on.
	Complete *stream.CheckpointBarrier
	// Unblock frees all channels.
	Unblock bool
	// Block asks to take no more elements from the channel the event was about.
	Block bool
}

// Aligner tracks the barriers of one subtask. Not safe for concurrent use.
// Invariant: blocked[i] implies current != 0 and channel i has delivered the
// barrier of current.
type Aligner struct {
	blocked []bool
	ended   []bool
	open    int // channels that have not ended
	current stream.CheckpointBarrier
	arrived int
	latest  int64 // highest checkpoint completed or aborted
}

// New returns an aligner of n channels.
func New(n int) *Aligner {
	return &Aligner{blocked: make([]bool, n), ended: make([]bool, n), open: n}
}

// Barrier is a barrier on a channel.
func (a *Aligner) Barrier(channel int, b stream.CheckpointBarrier) Verdict {
	var v Verdict
	switch {
	case b.ID <= a.latest || b.ID < a.current.ID:
		return v // of a checkpoint given up before: it means nothing any more
	case a.current.ID != 0 && b.ID > a.current.ID:
		v.Aborted, v.Unblock = a.current.ID, true
		a.reset(a.current.ID)
	}
	a.current = b
	a.blocked[channel] = true
	a.arrived++
	return a.check(v, true)
}

// End is the end of a channel: it counts as having delivered every barrier.
func (a *Aligner) End(channel int) Verdict {
	if a.ended[channel] {
		return Verdict{}
	}
	a.ended[channel] = true
	a.open--
	return a.check(Verdict{}, false)
}

func (a *Aligner) check(v Verdict, block bool) Verdict {
	if a.current.ID == 0 || a.arrived < a.open {
		v.Block = block
		return v
	}
	done := a.current
	v.Complete, v.Unblock = &done, true
	a.reset(done.ID)
	return v
}

func (a *Aligner) reset(id int64) {
	clear(a.blocked)
	a.current, a.arrived, a.latest = stream.CheckpointBarrier{}, 0, id
}

package align

import (
	"cmp"
	"slices"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/stream"
)

// maxTracked is how many checkpoints are remembered whose barriers are still to
// come; older ones are forgotten.
const maxTracked = 50

// tracker counts the barriers of checkpoints that are taken at least once. Nothing
// is blocked for them, so several may be under way: channels may be ahead of others
// by whole checkpoints.
type tracker struct {
	pending []tracked // by ID, ascending
}

type tracked struct {
	barrier    stream.CheckpointBarrier
	startDelay int64 // ms
	delivered  []bool
}

// find returns the entry of a checkpoint, or the place where it would be.
func (t *tracker) find(id int64) (int, bool) {
	return slices.BinarySearchFunc(t.pending, id, func(p tracked, id int64) int { return cmp.Compare(p.barrier.ID, id) })
}

func (t *tracker) drop(id int64) {
	if i, found := t.find(id); found {
		t.pending = slices.Delete(t.pending, i, i+1)
	}
}

// track is Barrier at least once.
func (a *Aligner) track(v *Verdict, channel int, b stream.CheckpointBarrier, now int64) {
	if i := a.expect(v, b, now); i >= 0 {
		a.tracker.pending[i].delivered[channel] = true
		a.completeTracked(v)
	}
}

// expect makes an entry for a checkpoint, if there is none, and returns its index;
// -1 if the checkpoint means nothing any more.
func (a *Aligner) expect(v *Verdict, b stream.CheckpointBarrier, now int64) int {
	if b.ID <= a.latest || slices.Contains(a.aborted, b.ID) {
		return -1
	}
	t := &a.tracker
	i, found := t.find(b.ID)
	if !found {
		v.Start = b.ID
		t.pending = slices.Insert(t.pending, i, tracked{b, now - b.Timestamp, make([]bool, len(a.channels))})
		if len(t.pending) > maxTracked {
			t.pending = slices.Delete(t.pending, 0, 1)
			i--
		}
	}
	return i
}

// completeTracked completes the newest checkpoint whose barriers are all there.
// Those before it are subsumed.
func (a *Aligner) completeTracked(v *Verdict) {
	t := &a.tracker
	for i := len(t.pending) - 1; i >= 0; i-- {
		p := &t.pending[i]
		if !a.allDelivered(p) {
			continue
		}
		b := p.barrier
		v.Complete, v.Metrics = &b, checkpoint.Metrics{StartDelay: milliseconds(p.startDelay)}
		t.pending = slices.Delete(t.pending, 0, i+1)
		if a.current.ID != 0 && a.current.ID < b.ID {
			v.Aborted, v.Unblock = a.current.ID, true
			a.reset(a.current.ID)
		}
		a.settle(b.ID)
		return
	}
}

func (a *Aligner) allDelivered(p *tracked) bool {
	for c, done := range p.delivered {
		if !done && !a.channels[c].ended {
			return false
		}
	}
	return true
}

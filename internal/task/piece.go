package task

import (
	"time"

	"github.com/flottstream/flott/internal/batch"
)

// pieceTime is how long rows may be processed before barriers that overtake are
// looked for again.
const pieceTime = 50 * time.Millisecond

// pace measures how long the chain takes for a row, to cut batches so that a
// barrier does not wait for thousands of slow rows.
type pace struct {
	perRow  time.Duration // at most, as far as known; 0: too fast to be cut
	rest    batch.Batch   // of the batch in pieces: rows not processed yet
	channel int           // of rest
	sel     []int32
}

// newPace begins with short pieces: nothing is known of the chain yet, and a whole
// batch may take it minutes.
func newPace() pace { return pace{perRow: pieceTime / 64} }

// rows is how many rows to process at once.
func (p *pace) rows() int {
	if p.perRow == 0 {
		return batch.Capacity * 16
	}
	return max(1, int(pieceTime/p.perRow))
}

// note takes how long n rows took.
func (p *pace) note(n int, took time.Duration) {
	switch {
	case took > pieceTime/4:
		p.perRow = max(1, took/time.Duration(n))
	case p.perRow > 0 && took < pieceTime/16:
		p.perRow /= 2
	}
}

// process gives rows of a channel to the chain: all at once or, if the chain is
// slow, in pieces between which barriers may overtake the rest.
func (t *Task) process(channel int, b *batch.Batch) error {
	port, n := t.places[channel].port, b.Rows()
	start := t.clock.Now()
	if n <= t.pace.rows() {
		err := t.nodes[0].process(port, b)
		t.pace.note(n, t.clock.Now().Sub(start))
		return err
	}
	p := &t.pace
	p.sel, p.rest, p.channel = p.sel[:0], *b, channel
	for k := range n {
		p.sel = append(p.sel, int32(b.Row(k)))
	}
	defer func() { p.rest = batch.Batch{} }()
	for done := 0; done < n; {
		size := min(p.rows(), n-done)
		piece := *b
		piece.Sel = p.sel[done : done+size]
		done += size
		p.rest.Sel = p.sel[done:]
		if err := t.nodes[0].process(port, &piece); err != nil {
			return err
		}
		now := t.clock.Now()
		p.note(size, now.Sub(start))
		if err := t.lookForBarriers(now); err != nil {
			return err
		}
		start = now
	}
	return nil
}

// lookForBarriers handles what was announced since, and an alignment that has
// taken too long.
func (t *Task) lookForBarriers(now time.Time) error {
	for {
		e, channel, ok := t.gate.PollUrgent()
		if !ok {
			break
		}
		if err := t.handle(e, channel); err != nil {
			return err
		}
	}
	if now.UnixMilli() >= t.barrierDeadline() {
		return t.follow(t.aligner.Tick(now.UnixMilli()), 0)
	}
	return nil
}

// keepRest makes the rows of the batch in pieces that are not processed yet part of
// the checkpoint that has just become unaligned.
func (t *Task) keepRest() {
	if t.pace.rest.N > 0 && len(t.pace.rest.Sel) > 0 {
		t.keep(t.pace.channel, &t.pace.rest)
	}
}

package task

import (
	"context"

	"github.com/flottstream/flott/internal/stream"
)

// Stop ends a source task at the next element, without ending event time:
// windows that are open stay unfired. One that has ended by itself stays as it is.
func (t *Task) Stop() {
	t.post(func() error { t.stopped = t.stopped || !t.dataEnded; return nil })
}

// endInput ends event time, as no rows follow, and ends the chain once no operator
// waits for a processing time.
func (t *Task) endInput() error {
	if t.ending || t.dataEnded {
		return nil
	}
	t.ending = true
	if !t.stopped && !t.restoredDone {
		if err := t.nodes[0].finishTime(); err != nil {
			return err
		}
	}
	return t.settle()
}

// settle ends a chain whose input has ended and that waits for nothing more.
func (t *Task) settle() error {
	if !t.ending || t.dataEnded || !t.stopped && t.lingers() {
		return nil
	}
	return t.endData()
}

// linger serves timers and checkpoints while operators wait, after the input is gone.
func (t *Task) linger(ctx context.Context) error {
	for t.ending && !t.dataEnded {
		if err := t.housekeeping(ctx); err != nil {
			return err
		}
		if t.suspended != 0 && t.final { // the savepoint that stops the job holds what waits
			t.stopped = true
		}
		if err := t.settle(); err != nil {
			return err
		}
		if t.dataEnded {
			return nil
		}
		if err := t.rest(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// lingers reports operators that wait for a processing time.
func (t *Task) lingers() bool {
	for _, n := range t.nodes {
		if n.waiter != nil && n.waiter.Waiting() {
			return true
		}
	}
	return false
}

// endData ends the chain: operators give out what they hold and barriers are all
// that follows. A job that is stopped ends where it is.
func (t *Task) endData() error {
	if t.dataEnded {
		return nil
	}
	head := t.nodes[0]
	switch {
	case t.stopped && t.final: // by a savepoint that holds everything
	case t.stopped:
		if err := head.stop(); err != nil {
			return err
		}
	case !t.restoredDone:
		if !t.ending {
			if err := head.finishTime(); err != nil {
				return err
			}
		}
		if err := head.finish(); err != nil {
			return err
		}
	}
	t.dataEnded = true
	if err := t.sendAll(stream.Element{Kind: stream.EndOfData, Stopped: t.stopped}); err != nil {
		return err
	}
	if t.waits() {
		t.master.EndOfData()
	}
	return nil
}

// waits reports whether the task must not end before a checkpoint has completed:
// one that holds its last results, or the savepoint that stops the job.
func (t *Task) waits() bool {
	return t.checkpoints != nil && !t.final &&
		(t.suspended != 0 || t.dataEnded && t.checkpoints.Settings.AfterFinish)
}

// awaitFinal waits until the task may end, taking part in checkpoints.
func (t *Task) awaitFinal(ctx context.Context) error {
	for {
		if err := t.housekeeping(ctx); err != nil {
			return err
		}
		if !t.waits() {
			return nil
		}
		if err := t.rest(ctx, nil); err != nil {
			return err
		}
	}
}

// end tells the receivers that nothing follows.
func (t *Task) end() error {
	if err := t.endData(); err != nil {
		return err
	}
	t.ended = true
	return t.sendAll(stream.Element{Kind: stream.End, Stopped: t.stopped})
}

// sendAll passes a control element to all edges.
func (t *Task) sendAll(e stream.Element) error {
	for _, n := range t.nodes {
		if err := n.send(e); err != nil {
			return err
		}
	}
	return nil
}

// finishTime tells the chain that event time is over.
func (n *node) finishTime() error {
	if n.op == nil {
		return n.Watermark(stream.MaxTime)
	}
	return n.advance(stream.MaxTime)
}

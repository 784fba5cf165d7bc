package jobmanager

import (
	"context"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/connector"
)

// coordinator hands out the splits of one source: those that have an owner to
// their owner, the others to whoever asks first. It is pure; jobmaster's loop
// owns it and carries out the assignments it returns.
//
// Invariant: every split in order is in exactly one of pending, a reader's state
// in the checkpoint the job would restart from, handed with an after that is not
// older than that checkpoint, or read to its end.
type coordinator struct {
	vertex      int
	enumerator  connector.Enumerator // nil after it has failed
	interval    time.Duration
	parallelism int
	bounded     bool
	stop        context.CancelFunc // ends the goroutine that asks enumerator for splits; nil: there is none

	known    map[string]bool   // IDs of all splits found, also by former runs
	order    []string          // the same, as they were found
	pending  []connector.Split // without an owner, not handed out
	handed   []handout         // those that some retained checkpoint does not hold
	captured int64             // newest checkpoint that state has been captured for
	base     int64             // checkpoint that known comes from; 0: none
	asking   []int             // subtasks that wait for a split
	complete bool              // no further discovery
}

// handout is a split that went to a subtask after the state for checkpoint after
// had been captured: it is in the subtask's part of the checkpoints above that.
type handout struct {
	split   connector.Split
	subtask int
	after   int64
}

// assignment is splits for one subtask; noMore says that none will follow.
type assignment struct {
	subtask int
	splits  []connector.Split
	noMore  bool
}

func newCoordinator(vertex, parallelism int) *coordinator {
	return &coordinator{vertex: vertex, parallelism: parallelism, known: map[string]bool{}}
}

// close ends discovery.
func (c *coordinator) close() {
	if c.stop != nil {
		c.stop()
	}
	if c.enumerator != nil {
		c.enumerator.Close()
	}
	c.stop, c.enumerator = nil, nil
}

// learn notes a split's ID; false: it was known.
func (c *coordinator) learn(id string) bool {
	if c.known[id] {
		return false
	}
	c.known[id] = true
	c.order = append(c.order, id)
	return true
}

// discovered takes splits of the enumerator, which may be known from before a
// restart; last says that discovery is over.
func (c *coordinator) discovered(splits []connector.Split, last bool) []assignment {
	c.complete = c.complete || last
	owned := make([][]connector.Split, c.parallelism)
	for _, s := range splits {
		if !c.learn(s.ID) {
			continue
		}
		if o := c.enumerator.Owner(s); o >= 0 {
			owned[o%c.parallelism] = append(owned[o%c.parallelism], s)
			c.handed = append(c.handed, handout{s, o % c.parallelism, c.captured})
		} else {
			c.pending = append(c.pending, s)
		}
	}
	return append(assignments(owned), c.serve()...)
}

// assignments lists what is not empty, by subtask.
func assignments(splits [][]connector.Split) (out []assignment) {
	for subtask, s := range splits {
		if len(s) > 0 {
			out = append(out, assignment{subtask: subtask, splits: s})
		}
	}
	return out
}

// asked notes that a subtask has nothing left to read.
func (c *coordinator) asked(subtask int) []assignment {
	c.asking = append(c.asking, subtask)
	return c.serve()
}

// serve answers those who wait, as far as possible.
func (c *coordinator) serve() (out []assignment) {
	for len(c.asking) > 0 {
		a := assignment{subtask: c.asking[0]}
		switch {
		case len(c.pending) > 0:
			a.splits = c.pending[:1:1]
			c.handed = append(c.handed, handout{c.pending[0], a.subtask, c.captured})
			c.pending = c.pending[1:]
		case c.complete:
			a.noMore = true
		default:
			return out
		}
		c.asking = c.asking[1:]
		out = append(out, a)
	}
	return out
}

// capture returns the state that belongs to a checkpoint. Splits handed out from
// now on are not in that checkpoint.
func (c *coordinator) capture(id int64) []byte {
	c.captured = id
	return encodeEnumeration(enumeration{complete: c.complete, pending: c.pending, known: c.order})
}

// subsumed forgets handouts that every checkpoint above id holds: those up to id
// are not restored from any more.
func (c *coordinator) subsumed(id int64) {
	c.handed = slices.DeleteFunc(c.handed, func(h handout) bool { return h.after <= id && id > 0 })
}

// reset takes back what subtasks got after checkpoint from, which they restart
// from (0: from nothing): owned splits go to their owner again, the others to
// whoever asks.
func (c *coordinator) reset(restarts func(subtask int) bool, from int64) []assignment {
	c.asking = slices.DeleteFunc(c.asking, restarts)
	owned := make([][]connector.Split, c.parallelism)
	var back []connector.Split
	c.handed = slices.DeleteFunc(c.handed, func(h handout) bool {
		if !restarts(h.subtask) || h.after < from {
			return false
		}
		if c.enumerator.Owner(h.split) >= 0 {
			owned[h.subtask] = append(owned[h.subtask], h.split)
			return false
		}
		back = append(back, h.split)
		return true
	})
	c.pending = append(back, c.pending...)
	return append(assignments(owned), c.serve()...)
}

// restore takes the state of a former run: what was captured, and the splits that
// readers held.
func (c *coordinator) restore(id int64, data []byte, readers [][]connector.Split) error {
	c.captured, c.base = id, id
	if data != nil {
		e, err := decodeEnumeration(data)
		if err != nil {
			return err
		}
		c.pending, c.complete = e.pending, e.complete && c.bounded
		for _, s := range e.known {
			c.learn(s)
		}
	}
	for _, splits := range readers {
		for _, s := range splits {
			c.learn(s.ID)
		}
	}
	return nil
}

// share shares the splits that readers held out to the subtasks: whole says that
// splits are those of the same subtasks; else owned ones go to their owner and the
// others round.
func (c *coordinator) share(splits [][]connector.Split, whole bool) [][]connector.Split {
	if whole && len(splits) == c.parallelism {
		return splits
	}
	out := make([][]connector.Split, c.parallelism)
	next := 0
	for _, part := range splits {
		for _, s := range part {
			to := c.enumerator.Owner(s)
			if to < 0 {
				to = next
				next++
			}
			out[to%c.parallelism] = append(out[to%c.parallelism], s)
		}
	}
	return out
}

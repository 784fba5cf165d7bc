package jobmanager

import (
	"time"

	"github.com/flottstream/flott/internal/connector"
)

// coordinator hands out the splits of one source: those that have an owner to
// their owner, the others to whoever asks first. It is pure; jobmaster's loop
// owns it and carries out the assignments it returns.
type coordinator struct {
	vertex      int
	enumerator  connector.Enumerator
	interval    time.Duration
	parallelism int

	pending  []connector.Split // without an owner, not handed out
	asking   []int             // subtasks that wait for a split
	complete bool              // no further discovery
}

// assignment is splits for one subtask; noMore says that none will follow.
type assignment struct {
	subtask int
	splits  []connector.Split
	noMore  bool
}

// discovered takes new splits; last says that discovery is over.
func (c *coordinator) discovered(splits []connector.Split, last bool) []assignment {
	c.complete = c.complete || last
	owned := make([][]connector.Split, c.parallelism)
	for _, s := range splits {
		if o := c.enumerator.Owner(s); o >= 0 {
			owned[o%c.parallelism] = append(owned[o%c.parallelism], s)
		} else {
			c.pending = append(c.pending, s)
		}
	}
	var out []assignment
	for subtask, s := range owned {
		if len(s) > 0 {
			out = append(out, assignment{subtask: subtask, splits: s})
		}
	}
	return append(out, c.serve()...)
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

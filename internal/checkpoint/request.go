package checkpoint

import (
	"fmt"
	"log/slog"
	"sort"
)

// maxQueued bounds the requests that wait, as in Flink.
const maxQueued = 1000

// request asks for a checkpoint.
type request struct {
	kind     Kind
	periodic bool
	full     bool
	drain    bool
	silent   bool   // the jobmaster's own
	name     string // of the request to reply to; "" if nobody asked
	path     string // of a savepoint
	format   Format
	since    int64 // ms, when it was made
}

// forced requests do not wait for others to complete. Unaligned checkpoints
// cannot overlap, so with them a savepoint waits its turn.
func (c *Coordinator) forced(r request) bool { return r.kind.IsSavepoint() && !c.o.Unaligned }

// rank orders the queue: savepoints, then checkpoints asked for, then periodic
// ones; within a rank, first come first served.
func (r request) rank() int {
	switch {
	case r.kind.IsSavepoint():
		return 0
	case !r.periodic:
		return 1
	}
	return 2
}

// enqueue adds a request. One periodic request at most waits: a second would only
// repeat the first. If the queue is full the last in line is refused.
func (c *Coordinator) enqueue(r request) {
	r.since = c.now
	if r.periodic {
		for _, q := range c.queue {
			if q.periodic {
				return
			}
		}
	}
	at := sort.Search(len(c.queue), func(i int) bool { return c.queue[i].rank() > r.rank() })
	c.queue = append(c.queue, request{})
	copy(c.queue[at+1:], c.queue[at:])
	c.queue[at] = r
	if last := len(c.queue) - 1; last >= maxQueued {
		c.reject(c.queue[last], TooManyRequests.Text())
		c.queue = c.queue[:last]
	}
}

// reject answers a request that will not be carried out.
func (c *Coordinator) reject(r request, why string) {
	if r.kind == SyncSavepoint {
		c.stop = nil // whatever is left of it
	}
	if r.name != "" {
		c.out.Reply = append(c.out.Reply, Reply{Request: r.name, Err: why})
	}
}

// rejectAll empties the queue.
func (c *Coordinator) rejectAll(why Reason) {
	for _, r := range c.queue {
		c.reject(r, exception("", why))
	}
	c.queue = nil
}

// serve triggers what may be triggered now.
func (c *Coordinator) serve() {
	for len(c.queue) > 0 {
		r := c.queue[0]
		if c.wait(r) > 0 {
			return
		}
		c.queue = c.queue[1:]
		waited := c.now - r.since
		if waited > 100 { // ms, as in Flink
			c.log(slog.LevelInfo, "CheckpointRequestDecider", fmt.Sprintf("checkpoint request time in queue: %d", waited))
		}
		if waited > 0 && r.periodic && c.scheduling {
			c.next = c.after(c.interval()) // the rhythm starts again here
		}
		c.trigger(r)
	}
}

// wait returns how long, in ms, a request must wait at least: never if it waits
// for a checkpoint in progress, 0 if it may start.
func (c *Coordinator) wait(r request) int64 {
	if c.forced(r) {
		return 0
	}
	if int64(len(c.pending)) >= c.o.MaxConcurrent {
		return never
	}
	if r.periodic {
		return max(0, c.paused-c.now)
	}
	return 0
}

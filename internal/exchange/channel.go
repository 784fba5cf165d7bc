// Package exchange moves elements between subtasks. It knows no watermark
// semantics and no operators: it keeps the order within a channel, bounds what
// is in flight (that is back pressure) and shares out rows by key.
//
// A Channel is the pipe between one producing and one consuming subtask. A
// Writer is the producing subtask's end of all channels of an edge, a Gate the
// consuming subtask's end of all channels of all edges into it.
//
// # Barriers that overtake
//
// A barrier never waits for back pressure: the rows its Writer still holds are
// queued in front of it beyond the limits (overdraft, accounted as such). On an
// edge that Overtakes, a barrier that is unaligned or may become so is queued in
// its place like any other and announced: Gate.Poll returns it before everything
// else, marked Announced. The consumer decides what that means (package align).
// To let it overtake, it takes the barrier out of its place and reads the batches
// that were ahead of it (Gate.Overtake); they stay queued and are processed later
// like all others. So a checkpoint that becomes unaligned by timeout is upgraded by
// the consumer alone: what waits at the producer and at the consumer is one queue.
//
// A transport between the two ends has a queue on either side and must keep the
// picture of one: it carries announcements ahead of the data and outside of
// credit, and answers Overtake by moving what is left at the producer ahead of that
// barrier to the consumer beyond the credit. That is bounded by the channel's own
// limits.
//
// Elements other than rows that are overtaken need not be persisted: after a
// restore every producer sends its watermark, its status and, if it was done, its
// EndOfData anew.
//
// Locks: Channel.mu, then Gate.mu. Neither is held while calling out.
package exchange

import (
	"context"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/stream"
)

// Channel is a bounded queue of elements with one producer and one consumer.
// Batches in it are owned by the channel: the producer fills one it got from
// Buffer, the consumer gives it back by Recycle.
type Channel struct {
	limits Limits

	mu        sync.Mutex
	queue     []stream.Element // queue[head:] is waiting
	head      int
	buffers   int // batches in the queue or with the consumer
	floating  int // of these, taken from the gate's floating pool
	overdraft int // of these, beyond the limits
	free      []*batch.Batch
	space     chan struct{}  // capacity 1: a buffer came back
	spare     *bufferPool    // of the writer: overdraft it may use for rows
	waited    *metrics.Timer // for room in the queue; its writer sets it
	wake      chan<- struct{}
	watched   bool                 // wake is to be signalled when a buffer comes back
	world     actor.World          // of the producer
	observe   func(stream.Element) // nil, or told of everything that is queued

	announced bool           // news is to be polled before anything else
	news      stream.Element // a Barrier or End that is in the queue
	awaited   bool           // End is to be announced

	gate   *Gate
	index  int  // in gate
	queued bool // in gate.waiting; guarded by gate.mu
	urgent bool // in gate.urgent; guarded by gate.mu

	blocked bool // guarded by gate.mu
}

// NewChannel returns an empty channel without a consumer.
func NewChannel(limits Limits) *Channel {
	return &Channel{limits: limits, space: make(chan struct{}, 1), world: actor.Threads{}, waited: new(metrics.Timer)}
}

// Observe has f told of every element before it is queued: for the simulator's
// checkers. It is called before the channel is used, and f must not call back.
func (c *Channel) Observe(f func(stream.Element)) { c.observe = f }

// Buffer returns a recycled batch, or nil if there is none.
func (c *Channel) Buffer() *batch.Batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.free); n > 0 {
		b := c.free[n-1]
		c.free = c.free[:n-1]
		return b
	}
	return nil
}

// Push hands a batch over, waiting while the channel is full. It returns how
// long it waited. It fails only when ctx is done.
func (c *Channel) Push(ctx context.Context, b *batch.Batch) (waited time.Duration, err error) {
	var start time.Time
	for {
		c.mu.Lock()
		if c.admit() {
			c.append(stream.Element{Kind: stream.Records, Batch: b})
			if !start.IsZero() {
				waited = c.world.Now().Sub(start)
				c.waited.End(waited)
			}
			return waited, nil
		}
		c.mu.Unlock()
		if start.IsZero() {
			start = c.world.Now()
			c.waited.Begin(start)
		}
		c.world.Wait(time.Time{}, c.space, ctx.Done(), nil)
		if ctx.Err() != nil {
			waited = c.world.Now().Sub(start)
			c.waited.End(waited)
			return waited, context.Cause(ctx)
		}
	}
}

// offer is Push that gives up rather than wait or use overdraft.
func (c *Channel) offer(b *batch.Batch) bool {
	c.mu.Lock()
	if !c.admitFree() {
		c.mu.Unlock()
		return false
	}
	c.append(stream.Element{Kind: stream.Records, Batch: b})
	return true
}

// admit takes a buffer for one more batch if the limits and the overdraft allow it.
func (c *Channel) admit() bool {
	if c.admitFree() {
		return true
	}
	if c.spare == nil || !c.spare.take() {
		return false
	}
	c.buffers++
	c.overdraft++
	return true
}

// admitFree takes a buffer for one more batch if the limits allow it.
func (c *Channel) admitFree() bool {
	switch {
	case c.room():
	case c.gate != nil && c.gate.floating.take():
		c.floating++
	default:
		return false
	}
	c.buffers++
	return true
}

// room reports a free exclusive buffer. A channel has at least one, or it could
// wait for ever for floating ones that others use.
func (c *Channel) room() bool {
	return c.buffers-c.floating-c.overdraft < max(1, c.limits.Exclusive)
}

// force hands a batch over, beyond the limits if need be.
func (c *Channel) force(b *batch.Batch) {
	c.mu.Lock()
	if !c.admit() {
		c.buffers++
		c.overdraft++
		if c.spare != nil {
			c.spare.used.Add(1)
		}
	}
	c.append(stream.Element{Kind: stream.Records, Batch: b})
}

// available reports whether the next batch would be taken without overdraft. If
// not, the producer is woken when a buffer comes back.
func (c *Channel) available() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.room() || c.gate != nil && c.gate.floating.free() {
		return true
	}
	c.watched = true
	return false
}

// Send hands a control element over. It never waits; a watermark replaces the
// one right before it, but that of the end, so that timers fire as the rows said.
func (c *Channel) Send(e stream.Element) {
	c.mu.Lock()
	if n := len(c.queue); e.Kind == stream.Watermark && e.Time != stream.MaxTime && n > c.head && c.queue[n-1].Kind == stream.Watermark {
		c.queue[n-1] = e
		if c.observe != nil {
			c.observe(e)
		}
		c.mu.Unlock()
		return
	}
	if e.Kind == stream.End && c.awaited {
		c.announce(e)
	}
	c.append(e)
}

// append queues e and unlocks c.
func (c *Channel) append(e stream.Element) {
	if c.observe != nil {
		c.observe(e)
	}
	if c.head > 32 && c.head*2 > len(c.queue) {
		n := copy(c.queue, c.queue[c.head:])
		clear(c.queue[n:])
		c.queue, c.head = c.queue[:n], 0
	}
	c.queue = append(c.queue, e)
	gate := c.gate
	c.mu.Unlock()
	if gate != nil {
		gate.ready(c)
	}
}

// pop takes the next element and reports whether more wait.
func (c *Channel) pop() (e stream.Element, ok, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.head == len(c.queue) {
		return e, false, false
	}
	e = c.queue[c.head]
	if e.Kind == stream.Barrier && c.announced && c.news.Checkpoint.ID == e.Checkpoint.ID {
		c.announced = false // its place was reached before it was told of
	}
	c.queue[c.head] = stream.Element{}
	c.head++
	return e, true, c.head < len(c.queue)
}

// recycle takes a batch back from the consumer.
func (c *Channel) recycle(b *batch.Batch) {
	b.Reset()
	c.mu.Lock()
	c.buffers--
	switch {
	case c.overdraft > 0:
		c.overdraft--
		if c.spare != nil {
			c.spare.give()
		}
	case c.floating > 0:
		c.floating--
		c.gate.floating.give()
	}
	c.free = append(c.free, b)
	watched := c.watched
	c.watched = false
	c.mu.Unlock()
	signal(c.space)
	if watched {
		signal(c.wake)
	}
}

// signal notes in a channel of capacity 1 that something happened.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// InFlight is the number of batches between the two ends, and the number the
// channel may hold without floating ones.
func (c *Channel) InFlight() (buffers, exclusive int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buffers, c.limits.Exclusive
}

// Queued is what waits between the two ends: batches and the bytes in them. It
// visits them, so it is for metrics.
func (c *Channel) Queued() (batches int, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.queue[c.head:] {
		if e.Kind == stream.Records {
			batches++
			bytes += int64(e.Batch.SizeBytes())
		}
	}
	return batches, bytes
}

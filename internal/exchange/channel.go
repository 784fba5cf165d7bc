// Package exchange moves elements between subtasks. It knows no watermark
// semantics and no operators: it keeps the order within a channel, bounds what
// is in flight (that is back pressure) and shares out rows by key.
//
// A Channel is the pipe between one producing and one consuming subtask. A
// Writer is the producing subtask's end of all channels of an edge, a Gate the
// consuming subtask's end of all channels of all edges into it.
//
// Locks: Channel.mu, then Gate.mu. Neither is held while calling out.
package exchange

import (
	"context"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/stream"
)

// Channel is a bounded queue of elements with one producer and one consumer.
// Batches in it are owned by the channel: the producer fills one it got from
// Buffer, the consumer gives it back by Recycle.
type Channel struct {
	limits Limits

	mu       sync.Mutex
	queue    []stream.Element // queue[head:] is waiting
	head     int
	buffers  int // batches in the queue or with the consumer
	floating int // of these, taken from the gate's floating pool
	free     []*batch.Batch
	space    chan struct{} // capacity 1: a buffer came back
	gate     *Gate
	index    int  // in gate
	queued   bool // in gate.ready; guarded by gate.mu
	blocked  bool // guarded by gate.mu
}

// NewChannel returns an empty channel without a consumer.
func NewChannel(limits Limits) *Channel {
	return &Channel{limits: limits, space: make(chan struct{}, 1)}
}

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
				waited = time.Since(start)
			}
			return waited, nil
		}
		c.mu.Unlock()
		if start.IsZero() {
			start = time.Now()
		}
		select {
		case <-c.space:
		case <-ctx.Done():
			return time.Since(start), context.Cause(ctx)
		}
	}
}

// admit takes a buffer for one more batch if the limits allow it.
func (c *Channel) admit() bool {
	if c.buffers-c.floating < c.limits.Exclusive {
		c.buffers++
		return true
	}
	if c.gate != nil && c.gate.floating.take() {
		c.buffers++
		c.floating++
		return true
	}
	return false
}

// Send hands a control element over. It never waits; a watermark replaces the
// one right before it.
func (c *Channel) Send(e stream.Element) {
	c.mu.Lock()
	if n := len(c.queue); e.Kind == stream.Watermark && n > c.head && c.queue[n-1].Kind == stream.Watermark {
		c.queue[n-1] = e
		c.mu.Unlock()
		return
	}
	c.append(e)
}

// append queues e and unlocks c.
func (c *Channel) append(e stream.Element) {
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
	c.queue[c.head] = stream.Element{}
	c.head++
	return e, true, c.head < len(c.queue)
}

// recycle takes a batch back from the consumer.
func (c *Channel) recycle(b *batch.Batch) {
	b.Reset()
	c.mu.Lock()
	c.buffers--
	if c.floating > 0 {
		c.floating--
		c.gate.floating.give()
	}
	c.free = append(c.free, b)
	c.mu.Unlock()
	select {
	case c.space <- struct{}{}:
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

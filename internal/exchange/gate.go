package exchange

import (
	"sync"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/stream"
)

// Gate is where a subtask takes its input from: the channels of all edges into
// it, fair over the channels that have something. Its methods, but for Usage and
// Queued, belong to the subtask's goroutine.
type Gate struct {
	channels []*Channel
	floating bufferPool
	wake     chan<- struct{} // capacity 1: something to Poll

	mu      sync.Mutex
	waiting []*Channel // channels with elements, in order of arrival
	urgent  []*Channel // channels with an announcement
}

// NewGate attaches the channels to a new gate; wake is signalled, without
// waiting, when Poll may find something.
func NewGate(channels []*Channel, floating int, wake chan<- struct{}) *Gate {
	g := &Gate{channels: channels, wake: wake}
	g.floating.size = int64(floating)
	for i, c := range channels {
		c.mu.Lock()
		c.gate, c.index = g, i
		waiting := c.head < len(c.queue)
		if c.announced {
			g.hurry(c)
		}
		c.mu.Unlock()
		if waiting {
			g.ready(c)
		}
	}
	return g
}

// Channels is the number of channels.
func (g *Gate) Channels() int { return len(g.channels) }

// ready notes that c has elements.
func (g *Gate) ready(c *Channel) {
	g.mu.Lock()
	fresh := !c.queued && !c.blocked
	if fresh {
		c.queued = true
		g.waiting = append(g.waiting, c)
	}
	g.mu.Unlock()
	if fresh {
		signal(g.wake)
	}
}

// Poll takes the next element: announcements first, of any channel, then those of
// channels that are not blocked in turn; ok is false if there is none now. A
// Records element's batch must be given back by Recycle.
func (g *Gate) Poll() (e stream.Element, channel int, ok bool) {
	for {
		g.mu.Lock()
		if len(g.urgent) > 0 {
			g.mu.Unlock()
			if e, channel, ok = g.PollUrgent(); ok {
				return e, channel, true
			}
			continue
		}
		if len(g.waiting) == 0 {
			g.mu.Unlock()
			return e, 0, false
		}
		c := g.waiting[0]
		copy(g.waiting, g.waiting[1:])
		g.waiting = g.waiting[:len(g.waiting)-1]
		c.queued = false
		blocked := c.blocked
		g.mu.Unlock()
		if blocked {
			continue
		}
		e, ok, more := c.pop()
		if more {
			g.ready(c)
		}
		if ok {
			return e, c.index, true
		}
	}
}

// Recycle gives the batch of a polled Records element back.
func (g *Gate) Recycle(channel int, b *batch.Batch) { g.channels[channel].recycle(b) }

// Block makes Poll skip a channel until Unblock.
func (g *Gate) Block(channel int) {
	g.mu.Lock()
	g.channels[channel].blocked = true
	g.mu.Unlock()
}

// Unblock makes Poll see all channels again, and ends Await.
func (g *Gate) Unblock() {
	for i, c := range g.channels {
		c.mu.Lock()
		c.awaited = false
		c.mu.Unlock()
		g.UnblockChannel(i)
	}
}

// UnblockChannel makes Poll see one channel again.
func (g *Gate) UnblockChannel(channel int) {
	c := g.channels[channel]
	g.mu.Lock()
	was := c.blocked
	c.blocked = false
	g.mu.Unlock()
	if was {
		g.ready(c)
	}
}

// Usage is the share of the gate's buffers in use, exclusive and floating.
func (g *Gate) Usage() (exclusive, floating float64) {
	var used, size int
	for _, c := range g.channels {
		n, limit := c.InFlight()
		used += min(n, limit)
		size += limit
	}
	if size > 0 {
		exclusive = float64(used) / float64(size)
	}
	if g.floating.size > 0 {
		floating = float64(g.floating.used.Load()) / float64(g.floating.size)
	}
	return exclusive, floating
}

// Segments is how many memory segments (SegmentBytes) the gate's buffers may hold,
// and how many of them hold rows.
func (g *Gate) Segments() (used, total int) {
	for _, c := range g.channels {
		n, limit := c.InFlight()
		used += min(n, limit)
		total += limit
	}
	const segments = BufferBytes / SegmentBytes
	return segments * (used + int(g.floating.used.Load())), segments * (total + int(g.floating.size))
}

// Queued is what waits in all channels: batches and the bytes in them.
func (g *Gate) Queued() (batches int, bytes int64) {
	for _, c := range g.channels {
		n, size := c.Queued()
		batches += n
		bytes += size
	}
	return batches, bytes
}

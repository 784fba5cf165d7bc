package exchange

import (
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/stream"
)

// Announce is Send of an element that the consumer is told of at once.
func (c *Channel) Announce(e stream.Element) {
	c.mu.Lock()
	c.announce(e)
	c.append(e)
}

// announce makes e the news of c, in place of older news that nobody has polled:
// that was of a checkpoint which e overtakes. c.mu is held.
func (c *Channel) announce(e stream.Element) {
	e.Announced = true
	c.news, c.announced = e, true
	if c.gate != nil {
		c.gate.hurry(c)
	}
}

// hurry notes that c has news. Its caller holds c.mu, so that nobody polls the
// announced element itself before.
func (g *Gate) hurry(c *Channel) {
	g.mu.Lock()
	if !c.urgent {
		c.urgent = true
		g.urgent = append(g.urgent, c)
	}
	g.mu.Unlock()
	signal(g.wake)
}

// PollUrgent takes the next announcement, and nothing else: it is Poll for a
// subtask that has no room for output.
func (g *Gate) PollUrgent() (e stream.Element, channel int, ok bool) {
	for {
		g.mu.Lock()
		if len(g.urgent) == 0 {
			g.mu.Unlock()
			return e, 0, false
		}
		c := g.urgent[0]
		g.urgent = slices.Delete(g.urgent, 0, 1)
		c.urgent = false
		g.mu.Unlock()
		c.mu.Lock()
		e, ok = c.news, c.announced
		c.news, c.announced = stream.Element{}, false
		c.mu.Unlock()
		if ok {
			return e, c.index, true
		}
	}
}

// Overtake lets the announced barrier of a checkpoint overtake: it takes the barrier
// out of its place and returns the batches that were ahead of it. For a channel
// whose end was announced these are all that it has left. ok is false, and nothing
// has changed, if neither is in the queue.
//
// The batches stay queued, and Poll returns them later. They may be read until the
// next call of a method of the gate.
func (g *Gate) Overtake(channel int, checkpoint int64) (ahead []*batch.Batch, ok bool) {
	c := g.channels[channel]
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.place(checkpoint)
	if at < 0 {
		return nil, false
	}
	for _, e := range c.queue[c.head:at] {
		if e.Kind == stream.Records {
			ahead = append(ahead, e.Batch)
		}
	}
	if c.queue[at].Kind == stream.Barrier {
		c.queue = slices.Delete(c.queue, at, at+1)
	}
	return ahead, true
}

// Inflight returns the batches that Overtake would return.
func (g *Gate) Inflight(channel int, checkpoint int64) (ahead []*batch.Batch, ok bool) {
	c := g.channels[channel]
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.place(checkpoint)
	for i := c.head; i < at; i++ {
		if c.queue[i].Kind == stream.Records {
			ahead = append(ahead, c.queue[i].Batch)
		}
	}
	return ahead, at >= 0
}

// place is where the queue has the barrier of a checkpoint, or the end; -1 if
// nowhere.
func (c *Channel) place(checkpoint int64) int {
	for i := c.head; i < len(c.queue); i++ {
		e := &c.queue[i]
		if e.Kind == stream.End || e.Kind == stream.Barrier && e.Checkpoint.ID == checkpoint {
			return i
		}
	}
	return -1
}

// Await asks for the end of a channel to be announced, like a barrier: a channel
// that ends delivers no barrier, and its end may be far back in the queue. It holds
// until Unblock.
func (g *Gate) Await(channel int) {
	c := g.channels[channel]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.awaited = true
	if n := len(c.queue); n > c.head && c.queue[n-1].Kind == stream.End {
		c.announce(c.queue[n-1])
	}
}

package jobmanager

import "sync"

// mailbox holds what the loop has still to do. Putting never waits, so that a
// TaskManager may report from within a call of the loop.
type mailbox struct {
	wake chan struct{} // holds one when there may be something to take

	mu    sync.Mutex
	queue []func()
	shut  bool
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// put adds an event; false: the loop has ended and nobody will look at it.
func (b *mailbox) put(event func()) bool {
	b.mu.Lock()
	shut := b.shut
	if !shut {
		b.queue = append(b.queue, event)
	}
	b.mu.Unlock()
	if shut {
		return false
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// take returns everything put so far, in order.
func (b *mailbox) take() []func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	events := b.queue
	b.queue = nil
	return events
}

// close refuses further events and drops those that are left.
func (b *mailbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue, b.shut = nil, true
}

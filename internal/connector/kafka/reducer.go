package kafka

import (
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
)

// reducer holds back the last row of each key until there are enough rows, or
// enough time has passed, so that a key that changes often is written once
// (sink.buffer-flush.*). A goroutine of its own watches the time.
type reducer struct {
	*writer
	limit int
	stop  chan struct{}
	done  chan struct{}

	mu    sync.Mutex
	rows  map[string]*outgoing // by encoded key
	order []string             // of first arrival
}

func newReducer(w *writer, o bufferOptions) *reducer {
	r := &reducer{writer: w, limit: o.rows, stop: make(chan struct{}), done: make(chan struct{}), rows: map[string]*outgoing{}}
	go r.flushEvery(o.interval)
	return r
}

func (r *reducer) flushEvery(interval time.Duration) {
	defer close(r.done)
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			r.mu.Lock()
			r.pass()
			r.mu.Unlock()
		case <-r.stop:
			return
		}
	}
}

// Write takes the rows of b.
func (r *reducer) Write(b *batch.Batch) error {
	if err := r.failure(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.view(b)
	for k := range b.Rows() {
		o, err := r.encode(b, b.Row(k))
		if err != nil {
			return err
		}
		if old, ok := r.rows[string(o.key)]; ok {
			r.spare.Put(old)
			r.rows[string(o.key)] = o
			continue
		}
		key := string(o.key)
		r.rows[key] = o
		r.order = append(r.order, key)
		if len(r.rows) >= r.limit {
			r.pass()
		}
	}
	return r.failure()
}

// pass hands the rows held back to the producer. It is called with mu held.
func (r *reducer) pass() {
	now := time.Now()
	for _, key := range r.order {
		o := r.rows[key]
		if r.timestampColumn < 0 {
			o.Timestamp = now // the producer's patience begins here
		}
		r.produce(o)
		delete(r.rows, key)
	}
	clear(r.order)
	r.order = r.order[:0]
}

// Flush writes everything and waits for the brokers.
func (r *reducer) Flush(end bool) error {
	r.mu.Lock()
	r.pass()
	r.mu.Unlock()
	return r.writer.Flush(end)
}

// Close drops what was not flushed.
func (r *reducer) Close() error {
	r.cancel() // a producer that blocks the goroutine lets go
	close(r.stop)
	<-r.done
	return r.writer.Close()
}

package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/twmb/franz-go/pkg/kgo"
)

// reducer holds back the last row of each key until there are enough rows, or
// enough time has passed, so that a key that changes often is written once
// (sink.buffer-flush.*). A goroutine of its own watches the time.
type reducer struct {
	*writer
	limit int
	stop  chan struct{}
	done  chan struct{}

	spare sync.Pool // of *outgoing

	mu    sync.Mutex
	rows  map[string]*outgoing // by encoded key
	order []string             // of first arrival
}

// outgoing is a record with memory of its own, which may stay for long. It
// belongs to the producer from Produce until the outcome is reported, and is
// the context of the record.
type outgoing struct {
	context.Context
	record kgo.Record
	bytes  []byte
	spare  *sync.Pool
}

func newReducer(w *writer, o bufferOptions) *reducer {
	r := &reducer{writer: w, limit: o.rows, stop: make(chan struct{}), done: make(chan struct{}), rows: map[string]*outgoing{}}
	r.spare.New = func() any { return &outgoing{Context: context.Background(), spare: &r.spare} }
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
		o := r.spare.Get().(*outgoing)
		o.record = kgo.Record{Context: o}
		var err error
		if o.bytes, err = r.encode(&o.record, o.bytes[:0], b, b.Row(k)); err != nil {
			return err
		}
		if old, ok := r.rows[string(o.record.Key)]; ok {
			r.spare.Put(old)
			r.rows[string(o.record.Key)] = o
			continue
		}
		key := string(o.record.Key)
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
			o.record.Timestamp = now // the producer's patience begins here
		}
		r.produce(&o.record)
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
	r.end()
	return r.writer.Close()
}

// end stops the goroutine.
func (r *reducer) end() {
	r.cancel() // a producer that blocks the goroutine lets go
	close(r.stop)
	<-r.done
}

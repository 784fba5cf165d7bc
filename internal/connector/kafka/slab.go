package kafka

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
)

// slab is records on their way to the brokers, with the bytes of their keys
// and values in one piece: the collector sees a few slabs instead of every
// record, and memory that was just sent is filled next. A slab is the context
// of its records, which is how an outcome finds back to it.
type slab struct {
	context.Context
	records []kgo.Record
	bytes   []byte
	owed    atomic.Int32 // outcomes until it can be used again
}

const (
	slabRecords = 256
	slabBytes   = 64 << 10 // after which no record is begun
	slabSpare   = 8 << 10  // beyond slabBytes, for the last record
	maxSlab     = 1 << 20  // bytes of a slab that is kept; larger ones are left to the collector
)

// slabs are those not in use. The writer takes them, the producer's goroutine
// gives them back.
type slabs struct {
	mu   sync.Mutex
	free []*slab
}

func (l *slabs) get() *slab {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := len(l.free) - 1; last >= 0 {
		s := l.free[last]
		l.free = l.free[:last]
		return s
	}
	return &slab{
		Context: context.Background(),
		records: make([]kgo.Record, 0, slabRecords),
		bytes:   make([]byte, 0, slabBytes+slabSpare),
	}
}

// put takes back a slab whose records were all reported.
func (l *slabs) put(s *slab) {
	if cap(s.bytes) > maxSlab {
		return
	}
	s.records, s.bytes = s.records[:0], s.bytes[:0]
	l.mu.Lock()
	l.free = append(l.free, s)
	l.mu.Unlock()
}

// next returns room for one more record.
func (s *slab) next() *kgo.Record {
	n := len(s.records)
	if n == 0 {
		s.owed.Store(slabRecords)
	}
	s.records = s.records[:n+1]
	s.records[n] = kgo.Record{Context: s}
	return &s.records[n]
}

// filled ends the slab if it takes no more records. It is asked before the
// last one is handed to the producer: from then on the slab may be anyone's.
func (s *slab) filled() bool {
	n := len(s.records)
	if n < slabRecords && len(s.bytes) < slabBytes {
		return false
	}
	s.owed.Add(int32(n - slabRecords))
	return true
}

// reported counts the outcome of a record. It is true if it was the last.
func (s *slab) reported() bool { return s.owed.Add(-1) == 0 }

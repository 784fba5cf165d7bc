package kafka

import (
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// recordPool lets the client reuse the memory of records that were decoded. It
// keeps at most maxPooled slices of each kind.
type recordPool struct {
	mu      sync.Mutex
	records [][]kgo.Record
	bytes   [][]byte
}

const (
	maxPooled      = 64
	maxPooledBytes = 4 << 20 // of one slice; larger ones are left to the collector
)

var (
	_ kgo.PoolRecords         = (*recordPool)(nil)
	_ kgo.PoolDecompressBytes = (*recordPool)(nil)
)

// GetRecords returns records for a batch of n.
func (p *recordPool) GetRecords(n int) []kgo.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.records) - 1; i >= 0; i-- {
		if r := p.records[i]; cap(r) >= n {
			p.records = remove(p.records, i)
			return r[:n]
		}
	}
	return make([]kgo.Record, n, n+n/4)
}

// PutRecords takes records back.
func (p *recordPool) PutRecords(r []kgo.Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.records) < maxPooled {
		p.records = append(p.records, r)
	}
}

// GetDecompressBytes returns room for a batch, as large as it probably gets.
func (p *recordPool) GetDecompressBytes(compressed []byte, _ kgo.CompressionCodecType) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	guess := 4 * len(compressed)
	for i := len(p.bytes) - 1; i >= 0; i-- {
		if b := p.bytes[i]; cap(b) >= guess {
			p.bytes = remove(p.bytes, i)
			return b
		}
	}
	return make([]byte, 0, 2*guess)
}

// PutDecompressBytes takes room back.
func (p *recordPool) PutDecompressBytes(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.bytes) < maxPooled && cap(b) <= maxPooledBytes {
		p.bytes = append(p.bytes, b)
	}
}

func remove[T any](list []T, i int) []T {
	last := len(list) - 1
	list[i] = list[last]
	clear(list[last:])
	return list[:last]
}

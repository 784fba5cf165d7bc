package exchange

import "sync/atomic"

// SegmentBytes is the unit in which buffer memory is accounted
// (taskmanager.memory.segment-size).
const SegmentBytes = 32 << 10

// Limits bound what an edge holds between its two ends, counted in buffers. A
// buffer is one batch in flight, at most BufferBytes of rows.
type Limits struct {
	Exclusive int // per channel: taskmanager.network.memory.buffers-per-channel
	Floating  int // per gate: taskmanager.network.memory.floating-buffers-per-gate
}

// DefaultOverdraft is how many buffers beyond its limits a writer may use to finish
// what it has begun (taskmanager.network.memory.max-overdraft-buffers-per-gate).
const DefaultOverdraft = 5

// DefaultLimits are Flink's defaults.
var DefaultLimits = Limits{Exclusive: 2, Floating: 8}

// BufferBytes is the size at which a batch is handed over although it has not
// reached its row count.
const BufferBytes = 8 * SegmentBytes

// bufferPool is a number of buffers that channels share: those of one gate beyond
// their exclusive ones, or those of one writer beyond all limits.
type bufferPool struct {
	size int64
	used atomic.Int64
}

// take takes a buffer if one is free.
func (p *bufferPool) take() bool {
	if p.used.Add(1) <= p.size {
		return true
	}
	p.used.Add(-1)
	return false
}

func (p *bufferPool) give() { p.used.Add(-1) }

// free reports that take would succeed now.
func (p *bufferPool) free() bool { return p.used.Load() < p.size }

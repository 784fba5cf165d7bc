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

// DefaultLimits are Flink's defaults.
var DefaultLimits = Limits{Exclusive: 2, Floating: 8}

// BufferBytes is the size at which a batch is handed over although it has not
// reached its row count.
const BufferBytes = 8 * SegmentBytes

// floatingPool is the share of buffers that the channels of one gate may use
// beyond their exclusive ones.
type floatingPool struct {
	size int64
	used atomic.Int64
}

// take takes a buffer if one is free.
func (p *floatingPool) take() bool {
	if p.used.Add(1) <= p.size {
		return true
	}
	p.used.Add(-1)
	return false
}

func (p *floatingPool) give() { p.used.Add(-1) }

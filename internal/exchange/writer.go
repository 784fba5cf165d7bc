package exchange

import (
	"cmp"
	"context"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// Writer is a subtask's end of one outgoing edge. It copies rows into a batch
// per channel and hands a batch over when it is full, when a control element
// follows it, or at Flush. It belongs to the subtask's goroutine.
type Writer struct {
	ctx      context.Context
	dist     jobgraph.Distribution
	schema   types.Schema
	channels []*Channel
	pending  []*batch.Batch // per channel, nil: empty
	rows     int            // batch size aimed at

	keys     *rowcodec.KeyEncoder
	keyCols  []int
	keyBuf   state.Keys
	maxP     int
	owner    []int32   // channel of each key group
	sel      [][]int32 // per channel, reused
	nextTurn int       // round robin

	spare   bufferPool       // overdraft
	bytes   *metrics.Counter // handed over
	buffers *metrics.Counter
}

// WriterConfig says how to build a Writer.
type WriterConfig struct {
	Context        context.Context
	Edge           jobgraph.Edge
	Channels       []*Channel // to each consuming subtask the distribution may reach
	Subtask        int
	MaxParallelism int // if the edge does not say
	BatchRows      int
	Waited         *metrics.Timer   // for buffers
	Bytes, Buffers *metrics.Counter // handed over; nil: not counted
	// Overdraft is how many buffers beyond its limits the writer may use; a subtask
	// that has some waits for Available before it takes more input.
	Overdraft int
	// Wake is signalled, without waiting, when Available may have changed; nil: never.
	Wake  chan<- struct{}
	World actor.World // nil: threads
}

// NewWriter returns a writer over channels.
func NewWriter(c WriterConfig) *Writer {
	w := &Writer{
		ctx: c.Context, dist: c.Edge.Dist, schema: c.Edge.Schema, channels: c.Channels,
		pending: make([]*batch.Batch, len(c.Channels)), rows: c.BatchRows,
		keyCols: c.Edge.Keys, maxP: cmp.Or(c.Edge.MaxParallelism, c.MaxParallelism), sel: make([][]int32, len(c.Channels)),
		nextTurn: c.Subtask, bytes: c.Bytes, buffers: c.Buffers,
	}
	if w.bytes == nil {
		w.bytes, w.buffers = new(metrics.Counter), new(metrics.Counter)
	}
	w.spare.size = int64(c.Overdraft)
	for _, ch := range c.Channels {
		ch.mu.Lock()
		ch.spare, ch.wake, ch.world, ch.waited = &w.spare, c.Wake, actor.Or(c.World), c.Waited
		ch.mu.Unlock()
	}
	if w.dist == jobgraph.Hash {
		keyTypes := make([]types.Type, len(c.Edge.Keys))
		for i, k := range c.Edge.Keys {
			keyTypes[i] = c.Edge.Schema[k].Type
		}
		w.keys = rowcodec.NewKeyEncoder(keyTypes)
		w.owner = make([]int32, w.maxP)
		for g := range w.owner {
			w.owner[g] = int32(keygroup.Subtask(g, w.maxP, len(c.Channels)))
		}
	}
	return w
}

// Emit shares out the rows of b. It implements operator.Output.
func (w *Writer) Emit(b *batch.Batch) error {
	if b.Rows() == 0 {
		return nil
	}
	switch w.dist {
	case jobgraph.Hash:
		return w.emitByKey(b)
	case jobgraph.Broadcast:
		for c := range w.channels {
			if err := w.add(c, b, nil); err != nil {
				return err
			}
		}
		return nil
	case jobgraph.Rebalance, jobgraph.Rescale:
		w.nextTurn++
		return w.add(w.nextTurn%len(w.channels), b, nil)
	}
	return w.add(0, b, nil)
}

func (w *Writer) emitByKey(b *batch.Batch) error {
	if len(w.channels) == 1 {
		return w.add(0, b, nil)
	}
	w.keys.Encode(b, w.keyCols, b.Sel, &w.keyBuf)
	for c := range w.sel {
		w.sel[c] = w.sel[c][:0]
	}
	w.share(b.Sel)
	for c, sel := range w.sel {
		if len(sel) == 0 {
			continue
		}
		if err := w.add(c, b, sel); err != nil {
			return err
		}
	}
	return nil
}

// share sorts the rows whose hashes are in keyBuf by channel.
func (w *Writer) share(sel []int32) {
	if sel == nil {
		for i, h := range w.keyBuf.Hash {
			c := w.owner[keygroup.Of(h, w.maxP)]
			w.sel[c] = append(w.sel[c], int32(i))
		}
		return
	}
	for k, h := range w.keyBuf.Hash {
		c := w.owner[keygroup.Of(h, w.maxP)]
		w.sel[c] = append(w.sel[c], sel[k])
	}
}

// add copies rows to the pending batch of a channel, handing it over as it fills.
func (w *Writer) add(c int, b *batch.Batch, sel []int32) error {
	p := w.pending[c]
	if p == nil {
		if p = w.channels[c].Buffer(); p == nil {
			p = batch.NewBatch(w.schema, 0)
		}
		w.pending[c] = p
	}
	p.AppendSelected(b, sel)
	if p.N >= w.rows || p.SizeBytes() >= BufferBytes {
		return w.flush(c)
	}
	return nil
}

func (w *Writer) flush(c int) error {
	p := w.pending[c]
	if p == nil || p.N == 0 {
		return nil
	}
	w.pending[c] = nil
	w.count(p.SizeBytes())
	_, err := w.channels[c].Push(w.ctx, p)
	return err
}

// count notes a buffer of that size that is handed over.
func (w *Writer) count(bytes int) {
	w.bytes.Add(int64(bytes))
	w.buffers.Add(1)
}

// Flush hands all pending rows over.
func (w *Writer) Flush() error {
	for c := range w.channels {
		if err := w.flush(c); err != nil {
			return err
		}
	}
	return nil
}

// FlushFree hands over the pending rows of the channels that have room for them. It
// never waits and uses no overdraft: what stays is for the next Flush.
func (w *Writer) FlushFree() {
	for c, p := range w.pending {
		if p == nil || p.N == 0 {
			continue
		}
		if size := p.SizeBytes(); w.channels[c].offer(p) { // which then is its owner
			w.pending[c] = nil
			w.count(size)
		}
	}
}

// Send flushes, then passes a control element to every channel. For a barrier it
// does not wait: see the package comment.
func (w *Writer) Send(e stream.Element) error {
	if e.Kind == stream.Barrier {
		w.sendBarrier(e)
		return nil
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, c := range w.channels {
		c.Send(e)
	}
	return nil
}

func (w *Writer) sendBarrier(e stream.Element) {
	b := e.Checkpoint
	announce := Overtakes(w.dist) && (b.Unaligned || b.AlignedTimeout > 0)
	for c, ch := range w.channels {
		if p := w.pending[c]; p != nil && p.N > 0 {
			w.pending[c] = nil
			w.count(p.SizeBytes())
			ch.force(p)
		}
		if announce {
			ch.Announce(e)
		} else {
			ch.Send(e)
		}
	}
}

// Overtakes reports an edge on which barriers may overtake rows. On the others
// barriers keep their place whatever the checkpoint's mode, as in Flink: rows in
// flight between fixed pairs of subtasks, or sent to all of them, could not be
// shared out anew when the job is rescaled.
func Overtakes(d jobgraph.Distribution) bool {
	return d == jobgraph.Hash || d == jobgraph.Rebalance
}

// Available reports whether every channel would take a batch now without waiting
// and without overdraft.
func (w *Writer) Available() bool {
	for _, c := range w.channels {
		if !c.available() {
			return false
		}
	}
	return true
}

// Queued is what waits on the edge: batches and the bytes in them.
func (w *Writer) Queued() (batches int, bytes int64) {
	for _, c := range w.channels {
		n, size := c.Queued()
		batches += n
		bytes += size
	}
	return batches, bytes
}

// Usage is the share of the edge's buffers in use: 1 is back pressure.
func (w *Writer) Usage() float64 {
	var used, size int
	for _, c := range w.channels {
		n, limit := c.InFlight()
		used += min(n, limit)
		size += limit
	}
	return float64(used) / float64(max(size, 1))
}

package task

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// node is one operator of a chain with the nodes and edges that get its rows.
// It is the operator's Output: emitting calls the next operators directly.
type node struct {
	name     string
	uid      string
	op       operator.Operator    // nil for a source
	saver    operator.Snapshotter // the operator or source, if it is one
	listener operator.CheckpointListener
	waiter   operator.Waiter
	state    state.Backend // nil: it was never opened
	children []*node
	writers  []*exchange.Writer
	time     int64 // event time the operator has reached
	sent     int64 // last watermark passed on

	in, out   *metrics.Counter
	watermark *metrics.Gauge
	passed    *metrics.Gauge // watermark
}

// Emit passes b to the chained operators and to the edges.
func (n *node) Emit(b *batch.Batch) error {
	rows := b.Rows()
	if rows == 0 {
		return nil
	}
	n.out.Add(int64(rows))
	for _, c := range n.children {
		if err := c.process(0, b); err != nil {
			return err
		}
	}
	for _, w := range n.writers {
		if err := w.Emit(b); err != nil {
			return err
		}
	}
	return nil
}

// process gives b to the node's operator.
func (n *node) process(input int, b *batch.Batch) error {
	n.in.Add(int64(b.Rows()))
	return n.op.ProcessBatch(input, b, n)
}

// advance brings the operator's event time to time and passes on what the
// operator lets through.
func (n *node) advance(time int64) error {
	n.time = time
	n.watermark.Set(time)
	if err := n.flush(); err != nil {
		return err
	}
	if h, ok := n.op.(operator.WatermarkHandler); ok {
		pass, err := h.OnWatermark(time, n)
		if err != nil {
			return err
		}
		time = pass
	}
	return n.pass(time)
}

// Watermark passes a watermark that originates here (operator.SourceOutput).
func (n *node) Watermark(time int64) error {
	n.time = max(n.time, time)
	n.watermark.Set(time)
	return n.pass(time)
}

func (n *node) pass(time int64) error {
	if time <= n.sent {
		return nil
	}
	n.sent = time
	n.passed.Set(time)
	for _, c := range n.children {
		if err := c.advance(time); err != nil {
			return err
		}
	}
	return n.send(stream.Element{Kind: stream.Watermark, Time: time})
}

// Idle passes on that this stream does (not) hold back time.
func (n *node) Idle(idle bool) error {
	for _, c := range n.children {
		if err := c.Idle(idle); err != nil {
			return err
		}
	}
	return n.send(stream.Element{Kind: stream.Status, Idle: idle})
}

// send passes a control element to this node's own edges.
func (n *node) send(e stream.Element) error {
	for _, w := range n.writers {
		if err := w.Send(e); err != nil {
			return err
		}
	}
	return nil
}

// flush asks the operator for the rows it holds back.
func (n *node) flush() error {
	if f, ok := n.op.(operator.Flusher); ok {
		return f.Flush(n)
	}
	return nil
}

// finish ends the operator and then, in order of the chain, those after it.
func (n *node) finish() error {
	if f, ok := n.op.(operator.Finisher); ok {
		if err := f.Finish(n); err != nil {
			return err
		}
	}
	for _, c := range n.children {
		if err := c.finish(); err != nil {
			return err
		}
	}
	return nil
}

// barrier prepares the operators for a checkpoint and passes the barrier on.
func (n *node) barrier(b stream.CheckpointBarrier) error {
	if err := n.flush(); err != nil {
		return err
	}
	if n.saver != nil {
		if err := n.saver.PrepareSnapshot(b.ID); err != nil {
			return err
		}
	}
	for _, c := range n.children {
		if err := c.barrier(b); err != nil {
			return err
		}
	}
	return n.send(stream.Element{Kind: stream.Barrier, Checkpoint: b})
}

// stop ends the chain where it is: rows held back for efficiency go out, sinks
// make durable what they have, windows stay open.
func (n *node) stop() error {
	if err := n.flush(); err != nil {
		return err
	}
	if n.saver != nil {
		if err := n.saver.PrepareSnapshot(0); err != nil {
			return err
		}
	}
	for _, c := range n.children {
		if err := c.stop(); err != nil {
			return err
		}
	}
	return nil
}

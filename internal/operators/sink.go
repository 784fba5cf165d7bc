package operators

import (
	"context"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
)

// sink hands rows to a connector's writer.
type sink struct {
	spec   *jobgraph.Sink
	sink   connector.Sink
	cancel context.CancelFunc
	writer connector.Writer
	sent   *metrics.Counter
	sel    []int32
	kept   batch.Batch
}

func newSink(spec *jobgraph.Sink, s connector.Sink) operator.Operator {
	return &sink{spec: spec, sink: s}
}

// Open opens the writer.
func (s *sink) Open(ctx *operator.Context) (err error) {
	writerCtx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.sent = ctx.Metrics.Counter("numRecordsSend")
	s.writer, err = s.sink.Writer(&connector.WriterContext{
		Subtask: ctx.Subtask, Parallelism: ctx.Parallelism, Metrics: ctx.Metrics, Log: ctx.Log, Context: writerCtx,
	})
	return err
}

// ProcessBatch enforces NOT NULL and writes.
func (s *sink) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	for _, c := range s.spec.NotNull {
		if b.Cols[c].Valid == nil {
			continue
		}
		kept, err := s.enforce(b, c)
		if err != nil {
			return err
		}
		b = kept
	}
	if b.Rows() == 0 {
		return nil
	}
	s.sent.Add(int64(b.Rows()))
	return s.writer.Write(b)
}

// enforce leaves out, or refuses, the rows whose column c is NULL.
func (s *sink) enforce(b *batch.Batch, c int) (*batch.Batch, error) {
	s.sel = s.sel[:0]
	for k := range b.Rows() {
		i := b.Row(k)
		if !b.Cols[c].IsNull(i) {
			s.sel = append(s.sel, int32(i))
		} else if !s.spec.Drop {
			return nil, fmt.Errorf("Column '%s' is NOT NULL, however, a null value is being written into it. You can set job configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such records silently.",
				s.spec.Target.Schema[c].Name)
		}
	}
	if len(s.sel) == b.Rows() {
		return b, nil
	}
	s.kept = *b
	if s.kept.Sel = s.sel; s.sel == nil { // a nil selection is all rows
		s.kept.Sel = []int32{}
	}
	return &s.kept, nil
}

// OnWatermark tells writers that act on event time.
func (s *sink) OnWatermark(time int64, _ operator.Output) (int64, error) {
	if w, ok := s.writer.(connector.WatermarkWriter); ok {
		return time, w.Watermark(time)
	}
	return time, nil
}

// PrepareSnapshot makes what was written durable.
func (s *sink) PrepareSnapshot(int64) error { return s.writer.Flush(false) }

// Finish makes the last rows durable.
func (s *sink) Finish(operator.Output) error { return s.writer.Flush(true) }

// Close closes the writer.
func (s *sink) Close() error {
	if s.cancel != nil {
		defer s.cancel()
	}
	if s.writer == nil {
		return nil
	}
	return s.writer.Close()
}

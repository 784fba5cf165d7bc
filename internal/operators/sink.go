package operators

import (
	"context"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// sink hands rows to a connector's writer.
type sink struct {
	spec   *jobgraph.Sink
	sink   connector.Sink
	cancel context.CancelFunc
	writer connector.Writer
	commit connector.Committer // the writer, if it has two phases
	epochs state.OperatorList  // what commit prepared
	final  bool                // no checkpoint will come after the last row
	sent   *metrics.Counter
	sel    []int32
	kept   batch.Batch

	lengths *sinkLengths // nil: none to enforce
	nested  *sinkNested  // nil: nothing to enforce
}

func newSink(spec *jobgraph.Sink, s connector.Sink) operator.Operator {
	k := &sink{spec: spec, sink: s}
	if spec.Lengths || spec.StrictLengths {
		k.lengths = newSinkLengths(spec.Target.Schema, spec.StrictLengths)
	}
	if spec.Nested {
		k.nested = newSinkNested(spec)
	}
	return k
}

// Open opens the writer.
func (s *sink) Open(ctx *operator.Context) (err error) {
	writerCtx, cancel := ctx.UntilCanceled()
	s.cancel = cancel
	s.sent = ctx.Metrics.Counter("numRecordsSend")
	s.writer, err = s.sink.Writer(&connector.WriterContext{
		Subtask: ctx.Subtask, Parallelism: ctx.Parallelism, Job: ctx.Job, Operator: ctx.UID, Checkpointing: ctx.Checkpointing,
		Metrics: ctx.Metrics, Log: ctx.Log, Context: writerCtx,
	})
	if err != nil {
		return err
	}
	var ok bool
	if s.commit, ok = s.writer.(connector.Committer); !ok {
		return nil
	}
	s.final = !ctx.Checkpointing
	if s.epochs, err = ctx.State.OperatorList("epochs", state.Split); err != nil {
		return err
	}
	if w, ok := s.writer.(connector.WatermarkWriter); ok && ctx.Watermark != stream.MinTime {
		if err := w.Watermark(ctx.Watermark); err != nil { // nobody tells it again
			return err
		}
	}
	return s.commit.Recover(ctx.Restored, s.epochs.Get())
}

// ProcessBatch enforces NOT NULL and lengths, and writes.
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
	if s.lengths != nil {
		var err error
		if b, err = s.lengths.apply(b); err != nil {
			return err
		}
	}
	if s.nested != nil {
		var err error
		if b, err = s.nested.apply(b); err != nil || b.Rows() == 0 {
			return err
		}
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
			return nil, refuseNull(s.spec.Target.Schema[c].Name)
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

func refuseNull(path string) error {
	return fmt.Errorf("Column '%s' is NOT NULL, however, a null value is being written into it. You can set job configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such records silently.", path)
}

// OnWatermark tells writers that act on event time.
func (s *sink) OnWatermark(time int64, _ operator.Output) (int64, error) {
	if w, ok := s.writer.(connector.WatermarkWriter); ok {
		return time, w.Watermark(time)
	}
	return time, nil
}

// PrepareSnapshot makes what was written durable. Checkpoint 0 is the end of a job
// that was stopped.
func (s *sink) PrepareSnapshot(checkpoint int64) error {
	switch {
	case s.commit == nil:
		return s.writer.Flush(false)
	case checkpoint == 0 && s.final:
		return s.commit.Finish()
	case checkpoint == 0:
		return nil
	}
	records, err := s.commit.Prepare(checkpoint)
	if err != nil {
		return err
	}
	s.epochs.Set(records)
	return nil
}

// CheckpointComplete makes visible what the checkpoint holds.
func (s *sink) CheckpointComplete(checkpoint int64) error {
	if s.commit == nil {
		return nil
	}
	return s.commit.Commit(checkpoint)
}

// CheckpointAborted has nothing to do: a later checkpoint holds the epoch, too.
func (s *sink) CheckpointAborted(int64) error { return nil }

// Finish makes the last rows durable.
func (s *sink) Finish(operator.Output) error {
	switch {
	case s.commit == nil:
		return s.writer.Flush(true)
	case s.final:
		return s.commit.Finish()
	}
	return nil
}

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

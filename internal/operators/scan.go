package operators

import (
	"context"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
)

// scan reads a connector's splits, computes the table's columns and generates
// watermarks, per split where the source asks for it.
type scan struct {
	spec   *jobgraph.Scan
	source connector.Source
	ctx    *operator.Context
	cancel context.CancelFunc

	reader    connector.Reader
	readerCtx context.Context
	commits   connector.CommitListener // the reader, if it wants to hear of checkpoints
	pending   []committing             // ascending

	project *expr.Evaluator // nil: the fields as they are
	in, out *batch.Batch
	marks   *watermarker // nil: no WATERMARK
	open    int          // splits being read
	noMore  bool
	asked   bool // a split request is on its way
	idle    bool // said to be idle for want of splits
}

// newScan returns the source operator of a table.
func newScan(spec *jobgraph.Scan, source connector.Source) operator.Source {
	return &scan{spec: spec, source: source}
}

// Open opens the reader and compiles the expressions.
func (s *scan) Open(ctx *operator.Context) error {
	s.ctx = ctx
	readerCtx, cancel := ctx.UntilCanceled()
	s.cancel = cancel
	reader, err := s.source.Reader(&connector.ReaderContext{
		Subtask: ctx.Subtask, Parallelism: ctx.Parallelism, Metrics: ctx.Metrics, Log: ctx.Log, Context: readerCtx,
	})
	if err != nil {
		return err
	}
	s.reader, s.readerCtx = reader, readerCtx
	s.commits, _ = reader.(connector.CommitListener)
	s.in = batch.NewBatch(s.spec.Scan.Schema(), ctx.Settings.BatchRows)
	s.out = &batch.Batch{}
	env := exprEnv(ctx, nil)
	if s.spec.Project != nil {
		if s.project, err = expr.NewEvaluator(s.spec.Project, env); err != nil {
			return err
		}
	}
	if w := s.spec.Watermark; w != nil {
		s.marks, err = newWatermarker(w, env, ctx, s.source.Abilities().WatermarkPerSplit)
	}
	return err
}

// AddSplits passes splits to the reader.
func (s *scan) AddSplits(splits []connector.Split, noMore bool) error {
	s.asked = false
	s.noMore = s.noMore || noMore
	s.open += len(splits)
	if s.marks != nil {
		for _, split := range splits {
			s.marks.addSplit(split)
		}
	}
	if len(splits) == 0 {
		return nil
	}
	return s.reader.Add(splits)
}

// Wait is the reader's.
func (s *scan) Wait() <-chan struct{} { return s.reader.Wait() }

// Positions are the reader's, with the event time of each split.
func (s *scan) Positions() ([]connector.Split, error) {
	splits, err := s.reader.Positions()
	if err != nil || s.marks == nil {
		return splits, err
	}
	timed := slices.Clone(splits)
	for i := range timed {
		timed[i].Time = s.marks.reached(timed[i].ID)
	}
	return timed, nil
}

// committing is a source whose reader tells the outside about positions: those of
// each checkpoint wait here until it is complete.
type committing struct {
	id     int64
	splits []connector.Split
}

// PrepareSnapshot notes the positions of a checkpoint.
func (s *scan) PrepareSnapshot(checkpoint int64) error {
	if s.commits == nil || checkpoint == 0 {
		return nil
	}
	splits, err := s.reader.Positions()
	if err != nil {
		return err
	}
	s.pending = append(s.pending, committing{checkpoint, slices.Clone(splits)})
	return nil
}

// CheckpointComplete commits the positions of a checkpoint.
func (s *scan) CheckpointComplete(checkpoint int64) error {
	done := 0
	for done < len(s.pending) && s.pending[done].id <= checkpoint {
		done++
	}
	if done == 0 {
		return nil
	}
	newest := s.pending[done-1].splits
	s.pending = slices.Delete(s.pending, 0, done)
	return s.commits.CommitPositions(s.readerCtx, newest)
}

// CheckpointAborted has nothing to do: a later checkpoint commits more.
func (s *scan) CheckpointAborted(int64) error { return nil }

// Poll reads one batch.
func (s *scan) Poll(out operator.SourceOutput) (operator.SourceState, error) {
	if s.open == 0 {
		return s.withoutSplits(out)
	}
	if s.idle {
		s.idle = false
		if err := out.Idle(false); err != nil {
			return 0, err
		}
	}
	s.in.Reset()
	progress, err := s.reader.Read(s.in, s.ctx.Settings.BatchRows)
	if err != nil {
		return 0, err
	}
	if s.in.N > 0 {
		if err := s.emit(progress.Split, out); err != nil {
			return 0, err
		}
	}
	switch progress.State {
	case connector.Waiting:
		if s.marks != nil {
			return operator.SourceWaiting, s.marks.rest(out)
		}
		return operator.SourceWaiting, nil
	case connector.Finished:
		s.open--
		if s.marks != nil {
			return operator.SourceMore, s.marks.endSplit(progress.Split, out)
		}
	case connector.Drained:
		s.open = 0
	}
	return operator.SourceMore, nil
}

func (s *scan) withoutSplits(out operator.SourceOutput) (operator.SourceState, error) {
	if s.noMore {
		return operator.SourceFinished, nil
	}
	if !s.asked {
		s.asked = true
		return operator.SourceNeedsSplit, nil
	}
	// Between two splits of bounded input event time waits: the next split may be
	// early. A subtask that unbounded input has nothing for must not hold it back.
	if !s.idle && !s.source.Abilities().Bounded {
		s.idle = true
		return operator.SourceWaiting, out.Idle(true)
	}
	return operator.SourceWaiting, nil
}

// emit projects the batch just read and passes it on with its watermarks.
func (s *scan) emit(split string, out operator.SourceOutput) error {
	s.out.N, s.out.Sel, s.out.Kinds = s.in.N, nil, s.in.Kinds
	s.out.Cols = s.in.Cols
	if s.project != nil {
		cols, err := s.project.Eval(s.in, nil)
		if err != nil {
			return err
		}
		s.out.Cols = cols
	}
	if s.marks == nil {
		return out.Emit(s.out)
	}
	return s.marks.emit(split, s.out, out)
}

// Close closes the reader.
func (s *scan) Close() error {
	if s.cancel != nil {
		s.cancel()
	}
	if s.reader == nil {
		return nil
	}
	return s.reader.Close()
}

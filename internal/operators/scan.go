package operators

import (
	"context"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/eventtime"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
)

// scan reads a connector's splits, computes the table's columns and generates
// watermarks, per split where the source asks for it.
type scan struct {
	spec   *jobgraph.Scan
	source connector.Source
	ctx    *operator.Context
	cancel context.CancelFunc

	reader  connector.Reader
	project *expr.Evaluator // nil: the fields as they are
	in, out *batch.Batch
	marks   *watermarker // nil: no WATERMARK
	open    int          // splits being read
	noMore  bool
	asked   bool // a split request is on its way
}

// newScan returns the source operator of a table.
func newScan(spec *jobgraph.Scan, source connector.Source) operator.Source {
	return &scan{spec: spec, source: source}
}

// Open opens the reader and compiles the expressions.
func (s *scan) Open(ctx *operator.Context) error {
	s.ctx = ctx
	readerCtx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	reader, err := s.source.Reader(&connector.ReaderContext{
		Subtask: ctx.Subtask, Parallelism: ctx.Parallelism, Metrics: ctx.Metrics, Log: ctx.Log, Context: readerCtx,
	})
	if err != nil {
		return err
	}
	s.reader = reader
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
			s.marks.addSplit(split.ID)
		}
	}
	if len(splits) == 0 {
		return nil
	}
	return s.reader.Add(splits)
}

// Wait is the reader's.
func (s *scan) Wait() <-chan struct{} { return s.reader.Wait() }

// Positions are the reader's.
func (s *scan) Positions() ([]connector.Split, error) { return s.reader.Positions() }

// Poll reads one batch.
func (s *scan) Poll(out operator.SourceOutput) (operator.SourceState, error) {
	if s.open == 0 {
		return s.withoutSplits(out)
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
	if s.asked {
		return operator.SourceWaiting, out.Idle(true)
	}
	s.asked = true
	return operator.SourceNeedsSplit, nil
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

// watermarker cuts a scan's batches where late rows ask for it and emits
// watermarks: one generator per split, or one for all.
type watermarker struct {
	spec     *jobgraph.WatermarkStrategy
	expr     *expr.Program
	unit     int64 // ticks of the rowtime per ms
	clock    operator.Clock
	perSplit bool
	splits   map[string]*splitTime
	sent     int64
	idle     bool
	piece    batch.Batch
	sel      []int32
}

// splitTime is the event time of one split.
type splitTime struct {
	gen     *eventtime.Generator
	last    time.Time // processing time of its last row
	idle    bool
	ended   bool
	current int64
}

func newWatermarker(w *jobgraph.WatermarkStrategy, env *expr.Env, ctx *operator.Context, perSplit bool) (*watermarker, error) {
	program, err := expr.Compile(w.Expr, env)
	if err != nil {
		return nil, err
	}
	m := &watermarker{
		spec: w, expr: program, clock: ctx.Clock, perSplit: perSplit, unit: w.Expr.Type().UnitsPerSecond() / 1000,
		splits: map[string]*splitTime{}, sent: stream.MinTime,
	}
	if !perSplit {
		m.splits[""] = m.newSplit()
	}
	return m, nil
}

func (m *watermarker) newSplit() *splitTime {
	interval := m.spec.Interval.Milliseconds()
	if m.spec.OnEvent {
		interval = 0
	}
	return &splitTime{gen: eventtime.NewGenerator(interval), last: m.clock.Now(), current: stream.MinTime}
}

func (m *watermarker) addSplit(id string) {
	if m.perSplit {
		m.splits[id] = m.newSplit()
	}
}

// endSplit frees event time from a split that is read to its end.
func (m *watermarker) endSplit(id string, out operator.SourceOutput) error {
	if m.perSplit {
		delete(m.splits, id)
	}
	return m.pass(out)
}

// emit passes the rows of b on, with watermarks before late rows and after b.
func (m *watermarker) emit(id string, b *batch.Batch, out operator.SourceOutput) error {
	if !m.perSplit {
		id = ""
	}
	s := m.splits[id]
	s.last, s.idle = m.clock.Now(), false
	if m.idle {
		m.idle = false
		if err := out.Idle(false); err != nil {
			return err
		}
	}
	marks, err := m.expr.Eval(b, nil)
	if err != nil {
		return err
	}
	from, err := m.scanRows(s, b, marks, out)
	if err != nil {
		return err
	}
	if err := m.emitRange(b, from, b.N, out); err != nil {
		return err
	}
	if t, ok := s.gen.Due(); ok {
		s.current = t
		return m.pass(out)
	}
	return nil
}

// scanRows feeds the rows to the generator and emits what precedes a late one;
// it returns the first row not emitted.
func (m *watermarker) scanRows(s *splitTime, b *batch.Batch, marks *batch.Vector, out operator.SourceOutput) (from int, err error) {
	rowtimes := b.Cols[m.spec.Rowtime]
	rt, mk := rowtimes.Int64s(), marks.Int64s()
	rtUnit := rowtimes.Type.UnitsPerSecond() / 1000
	allValid := rowtimes.Valid == nil && marks.Valid == nil && rtUnit == 1 && m.unit == 1
	for i := range b.N {
		var late bool
		if allValid {
			late = s.gen.Row(rt[i], true, mk[i], true)
		} else {
			late = s.gen.Row(floorDiv(rt[i], rtUnit), !rowtimes.IsNull(i), floorDiv(mk[i], m.unit), !marks.IsNull(i))
		}
		if !late {
			continue
		}
		if err := m.emitRange(b, from, i, out); err != nil {
			return 0, err
		}
		from = i
		if t, ok := s.gen.Due(); ok {
			s.current = t
			if err := m.pass(out); err != nil {
				return 0, err
			}
		}
	}
	return from, nil
}

// emitRange emits the rows [from, to) of b.
func (m *watermarker) emitRange(b *batch.Batch, from, to int, out operator.SourceOutput) error {
	if from == 0 && to == b.N {
		return out.Emit(b)
	}
	m.sel = m.sel[:0]
	for i := from; i < to; i++ {
		m.sel = append(m.sel, int32(i))
	}
	m.piece = *b
	m.piece.Sel = m.sel
	return out.Emit(&m.piece)
}

// pass emits the minimum over the splits that are not idle.
func (m *watermarker) pass(out operator.SourceOutput) error {
	lowest, any := stream.MaxTime, false
	for _, s := range m.splits {
		if !s.idle {
			lowest, any = min(lowest, s.current), true
		}
	}
	if !any || lowest <= m.sent {
		return nil
	}
	m.sent = lowest
	return out.Watermark(lowest)
}

// rest is called when nothing is to be read: periodic emission and idleness.
func (m *watermarker) rest(out operator.SourceOutput) error {
	now, active := m.clock.Now(), false
	for _, s := range m.splits {
		if t, ok := s.gen.Highest(); ok {
			s.current = t
		}
		if m.spec.IdleTimeout > 0 && now.Sub(s.last) >= m.spec.IdleTimeout {
			s.idle = true
		}
		active = active || !s.idle
	}
	if err := m.pass(out); err != nil {
		return err
	}
	if !active && !m.idle {
		m.idle = true
		return out.Idle(true)
	}
	return nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

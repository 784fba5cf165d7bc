package operators

import (
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/eventtime"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
)

// watermarker cuts a scan's batches where late rows ask for it and emits
// watermarks: one generator per split, or one for all.
type watermarker struct {
	spec     *jobgraph.WatermarkStrategy
	expr     *expr.Program
	unit     int64 // ticks of the rowtime per ms
	clock    operator.Clock
	timers   operator.Timers
	perSplit bool
	splits   map[string]*splitTime
	sent     int64
	idle     bool
	looked   time.Time // when splits were last looked at for idleness
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
		spec: w, expr: program, clock: ctx.Clock, timers: ctx.Timers, perSplit: perSplit, unit: w.Expr.Type().UnitsPerSecond() / 1000,
		splits: map[string]*splitTime{}, sent: ctx.Watermark,
	}
	if !perSplit {
		m.splits[""] = m.newSplit()
		m.splits[""].current = ctx.Watermark
		m.splits[""].gen.Resume(ctx.Watermark, ctx.Watermark)
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

// addSplit begins a split, or goes on with one that a checkpoint was taken of.
func (m *watermarker) addSplit(split connector.Split) {
	if !m.perSplit {
		return
	}
	s := m.newSplit()
	if split.Time != 0 {
		s.current = m.sent
		s.gen.Resume(split.Time, m.sent)
	}
	m.splits[split.ID] = s
}

// reached is how far the rows of a split have got, for a checkpoint; 0 if nowhere.
func (m *watermarker) reached(id string) int64 {
	if s := m.splits[id]; m.perSplit && s != nil && s.gen.Reached() != stream.MinTime {
		return s.gen.Reached()
	}
	return 0
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
	if from < b.N {
		if err := m.emitRange(b, from, b.N, out); err != nil {
			return err
		}
	}
	t, ok := s.gen.Due()
	if ok {
		s.current = t
	}
	if idle := m.markIdle(s.last); !ok && !idle {
		return nil
	}
	return m.pass(out)
}

// markIdle notes the splits that had no row for IdleTimeout, looking at most
// every so often, and reports whether there are new ones.
func (m *watermarker) markIdle(now time.Time) (changed bool) {
	limit := m.spec.IdleTimeout
	if limit <= 0 || now.Sub(m.looked) < limit/4 {
		return false
	}
	m.looked = now
	for _, s := range m.splits {
		if !s.idle && now.Sub(s.last) >= limit {
			s.idle, changed = true, true
		}
	}
	return changed
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
		end := i
		if m.spec.Exact && !late {
			end, late = i+1, s.gen.Ahead()
		}
		if !late {
			continue
		}
		if err := m.emitRange(b, from, end, out); err != nil {
			return 0, err
		}
		from = end
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

// rest is called when nothing is to be read: periodic emission and idleness. It
// asks to be woken when the next split may have become idle.
func (m *watermarker) rest(out operator.SourceOutput) error {
	now := m.clock.Now()
	m.looked = time.Time{}
	m.markIdle(now)
	active, next := false, time.Time{}
	for _, s := range m.splits {
		if t, ok := s.gen.Highest(); ok {
			s.current = t
		}
		if !s.idle {
			active = true
			if at := s.last.Add(m.spec.IdleTimeout); next.IsZero() || at.Before(next) {
				next = at
			}
		}
	}
	if err := m.pass(out); err != nil {
		return err
	}
	if active && m.spec.IdleTimeout > 0 {
		m.timers.Set(next.UnixMilli() + 1)
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

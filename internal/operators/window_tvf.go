package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// windowTVF attaches window_start, window_end and window_time to every row, once
// per window the row falls into. It keeps nothing; a row whose time is NULL
// falls into no window and is dropped and counted, as in Flink.
type windowTVF struct {
	spec    *jobgraph.WindowTVF
	schema  types.Schema // input
	ctx     *operator.Context
	slicer  slicer
	clock   windowClock
	dropped *metrics.Counter

	rows    []int32 // of the input, one per output row
	times   []int64
	picked  []int32
	columns *windowColumns
	input   *batch.Batch // copies of input columns, when a row falls into several windows
	out     batch.Batch
}

// NewWindowTVF returns the operator of a WindowTVF over an input of the schema.
func NewWindowTVF(spec *jobgraph.WindowTVF, schema types.Schema) operator.Operator {
	if spec.Window.Kind == jobgraph.Session {
		return &sessionTVF{spec: spec, schema: schema}
	}
	return &windowTVF{spec: spec, schema: schema}
}

// tvfColumns are the columns a window function attaches.
func tvfColumns(w jobgraph.Window, clock windowClock, ctx *operator.Context) *windowColumns {
	last := jobgraph.WindowTime
	if w.Proctime {
		last = jobgraph.WindowProctime
	}
	return newWindowColumns(w, []jobgraph.WindowProperty{jobgraph.WindowStart, jobgraph.WindowEnd, last}, clock, ctx)
}

// Open prepares the arithmetic of the windows.
func (t *windowTVF) Open(ctx *operator.Context) (err error) {
	t.ctx = ctx
	t.dropped = ctx.Metrics.Counter("numNullRowTimeRecordsDropped")
	w := t.spec.Window
	if t.slicer, err = newSlicer(w); err != nil {
		return err
	}
	t.clock = newWindowClock(w, ctx.Settings.TimeZone)
	t.columns = tvfColumns(w, t.clock, ctx)
	t.input = batch.NewBatch(t.schema, 0)
	return nil
}

// ProcessBatch emits each row with its windows.
func (t *windowTVF) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if err := t.readTimes(b); err != nil {
		return err
	}
	t.columns.reset()
	t.picked = t.picked[:0]
	for k, i := range t.rows {
		t.attach(i, t.times[k])
	}
	t.input.Reset()
	for c, v := range t.input.Cols {
		v.AppendSelected(b.Cols[c], t.picked)
	}
	t.out = batch.Batch{Cols: append(append(t.out.Cols[:0], t.input.Cols...), t.columns.cols...), N: len(t.picked)}
	if b.Kinds != nil {
		for _, i := range t.picked {
			t.input.Kinds = append(t.input.Kinds, b.Kinds[i])
		}
		t.out.Kinds = t.input.Kinds
	}
	return out.Emit(&t.out)
}

// readTimes lists the rows that have a time, and their window times.
func (t *windowTVF) readTimes(b *batch.Batch) error {
	t.rows = t.rows[:0]
	w := t.spec.Window
	for k := range b.Rows() {
		i := b.Row(k)
		if !w.Proctime && b.Cols[w.Time].IsNull(i) {
			t.dropped.Add(1)
			continue
		}
		t.rows = append(t.rows, int32(i))
	}
	t.times = resize(t.times, len(t.rows))
	if !w.Proctime {
		return t.clock.readTimes(b.Cols[w.Time], t.rows, t.times)
	}
	now := t.clock.local(t.ctx.Clock.Now().UnixMilli())
	for k := range t.times {
		t.times[k] = now
	}
	return nil
}

// attach adds row i, of window time at, once per window, the earliest end first.
func (t *windowTVF) attach(i int32, at int64) {
	slice := floor(at, t.slicer.offset, t.slicer.slice) + t.slicer.slice
	last := t.slicer.lastEnd(slice)
	for end, ok := t.slicer.firstEnd(slice, slice-1); ok && end <= last; end += t.slicer.slide {
		t.picked = append(t.picked, i)
		t.columns.add(t.slicer.start(end), end, 1)
	}
}

package operators

import (
	"bytes"
	"slices"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// windowEmit is a legacy group window with table.exec.emit.early-fire or
// late-fire: it emits results of windows that have not ended, and takes back what
// it has emitted when a result changes.
//
//	before the end    with early-fire: after the rows of a batch (of each row, with
//	                  per-record changes), or early-fire.delay after the first of them
//	at the end        as all windows do
//	after the end     until allow-lateness has passed: after the rows of a batch; with
//	                  late-fire.delay that long after the first of them, but at once
//	                  for groups the window did not have at its end
//
// Unlike windowAgg it keeps whole windows, not slices: a row of a HOP window is
// added to each of them, as results are asked for far more often than windows end.
// A window is a namespace, named by its end, of two tables: "windowAgg.windows" has
// the accumulators, "windowAgg.emitted" what was emitted last. Both are dropped when
// no more late rows are taken. Timers are not kept: a restored operator sets them
// anew for the windows it finds.
type windowEmit struct {
	spec   *jobgraph.WindowAgg
	ctx    *operator.Context
	set    *aggregate.Set
	enc    *rowcodec.KeyEncoder
	slicer slicer
	clock  windowClock
	late   *lateRows

	table, emitted state.Table
	windows        []openWindow // ascending
	fired          int64        // windows that end at or before it have ended
	watermark      int64

	rows    []int32
	times   []int64
	parts   slicePartition
	keys    state.Keys
	grouper grouper
	refs    []state.Ref
	created []int32
	groups  aggregate.Groups
	split   kindSplit
	fire    windowFire
	results resultChanges
}

// openWindow is a window with entries. due is when it is to fire by the clock, 0:
// nothing waits for that.
type openWindow struct{ end, due int64 }

// The fixed part of an entry of "windowAgg.emitted".
const (
	emittedResult = 0 // 1: the variable part is the result emitted last
	emittedOnTime = 1 // 1: the group was there when the window ended
	emittedWidth  = 8
)

// Open gets the state, which may hold windows of an earlier run.
func (a *windowEmit) Open(ctx *operator.Context) (err error) {
	a.ctx = ctx
	w := a.spec.Window
	if a.slicer, err = newSlicer(w); err != nil {
		return err
	}
	a.clock = newWindowClock(w, ctx.Settings.TimeZone)
	keyTypes := columnTypes(a.spec.InputSchema, a.spec.Keys)
	if a.set, err = newWindowSet(a.spec, keyTypes); err != nil {
		return err
	}
	if err := a.set.Open(ctx.State); err != nil {
		return err
	}
	a.enc = rowcodec.NewKeyEncoder(keyTypes)
	if a.table, err = ctx.State.Table(state.Spec{Name: "windowAgg.windows", Key: keyTypes, FixedWidth: a.set.Width()}); err != nil {
		return err
	}
	if a.emitted, err = ctx.State.Table(state.Spec{Name: "windowAgg.emitted", Key: keyTypes, FixedWidth: emittedWidth}); err != nil {
		return err
	}
	a.results.open(a.spec, keyTypes, newWindowColumns(w, a.spec.Properties, a.clock, ctx), ctx)
	a.late = newLateRows(ctx)
	a.watermark, a.fired = ctx.Watermark, a.clock.closedAt(ctx.Watermark, w.Proctime)
	for _, end := range a.table.Namespaces(nil) {
		a.windows = append(a.windows, openWindow{end: end})
		a.schedule(end)
	}
	a.askForTimer()
	return nil
}

// gone is the window time up to which windows take no more rows.
func (a *windowEmit) gone() int64 {
	if a.fired == stream.MinTime || a.fired == stream.MaxTime {
		return a.fired
	}
	return a.fired - a.spec.Emit.Lateness
}

// delay is how long results of a window wait for more rows; ok false: it emits
// nothing until its end.
func (a *windowEmit) delay(end int64) (ms int64, ok bool) {
	if end <= a.fired {
		if !a.spec.Emit.Late {
			return 0, true
		}
		return a.spec.Emit.LateDelay, true
	}
	return a.spec.Emit.EarlyDelay, a.spec.Emit.Early
}

// ProcessBatch adds the rows to their windows.
func (a *windowEmit) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if a.ctx.Settings.PerRecord {
		return eachRow(b, func(one *batch.Batch) error { return a.process(one, out) })
	}
	return a.process(b, out)
}

func (a *windowEmit) process(b *batch.Batch, out operator.Output) error {
	rows := rowsOf(b, &a.rows)
	if len(rows) == 0 {
		return nil
	}
	a.times = resize(a.times, len(rows))
	if err := sliceEnds(a.spec, a.slicer, a.clock, a.ctx, b, rows, a.times); err != nil {
		return err
	}
	gone := a.gone()
	a.late.drop(a.parts.partition(rows, a.times, func(end int64) bool { return a.slicer.lastEnd(end) <= gone }), a.watermark)
	for p := range a.parts.n {
		part := &a.parts.parts[p]
		if len(part.rows) == 0 {
			continue
		}
		for end, ok := a.slicer.firstEnd(part.end, gone); ok; end, ok = a.slicer.firstEnd(part.end, end) {
			if err := a.addToWindow(end, b, part.rows, out); err != nil {
				return err
			}
		}
	}
	a.askForTimer()
	return nil
}

// addToWindow adds rows to the window that ends at end, and emits what is not to
// wait.
func (a *windowEmit) addToWindow(end int64, b *batch.Batch, rows []int32, out operator.Output) (err error) {
	if at, found := a.find(end); !found {
		a.windows = slices.Insert(a.windows, at, openWindow{end: end})
	}
	a.enc.Encode(b, a.spec.Keys, rows, &a.keys)
	n := a.grouper.group(&a.keys)
	a.refs = slices.Grow(a.refs[:0], n)[:n]
	if a.created, err = a.table.Upsert(end, &a.grouper.keys, a.refs, a.created[:0]); err != nil {
		return err
	}
	g := &a.groups
	g.NS, g.Keys = end, &a.grouper.keys
	g.Recs = a.table.Records(a.refs, g.Recs[:0])
	a.set.LoadVars(g, a.table, a.refs)
	err = a.split.update(a.set, g, b, rows, a.grouper.gid)
	a.set.StoreVars(g, a.table, a.refs)
	if err != nil {
		return err
	}
	delay, emits := a.delay(end)
	switch {
	case !emits:
		return nil
	case delay == 0:
		return a.emit(end, a.refs, false, out)
	case end <= a.fired:
		return a.emitLate(end, out)
	}
	a.schedule(end)
	return nil
}

// emitLate emits the groups of the last batch that its window did not have at its
// end; the others wait.
func (a *windowEmit) emitLate(end int64, out operator.Output) error {
	f := &a.fire
	f.dstRefs = slices.Grow(f.dstRefs[:0], len(a.refs))[:len(a.refs)]
	if err := a.emitted.Get(end, &a.grouper.keys, f.dstRefs); err != nil {
		return err
	}
	f.refs = f.refs[:0]
	for k, r := range f.dstRefs {
		if r == state.None || a.emitted.Fixed(r)[emittedOnTime] == 0 {
			f.refs = append(f.refs, a.refs[k])
		}
	}
	if len(f.refs) < len(a.refs) {
		a.schedule(end)
	}
	return a.emit(end, f.refs, false, out)
}

func (a *windowEmit) find(end int64) (at int, found bool) {
	return slices.BinarySearchFunc(a.windows, end, func(w openWindow, end int64) int {
		switch {
		case w.end < end:
			return -1
		case w.end > end:
			return 1
		}
		return 0
	})
}

// schedule sees to it that a window with a delay fires by the clock.
func (a *windowEmit) schedule(end int64) {
	at, found := a.find(end)
	delay, emits := a.delay(end)
	if found && emits && delay > 0 && a.windows[at].due == 0 {
		a.windows[at].due = a.ctx.Clock.Now().UnixMilli() + delay
	}
}

// askForTimer asks to be called when the next window is due, or has ended by the
// clock.
func (a *windowEmit) askForTimer() {
	next, ok := int64(0), false
	for _, w := range a.windows {
		if w.due > 0 && (!ok || w.due < next) {
			next, ok = w.due, true
		}
		if end := a.clock.instant(w.end); a.spec.Window.Proctime && (!ok || end < next) {
			next, ok = end, true
		}
	}
	if ok {
		a.ctx.Timers.Set(next)
	}
}

// OnWatermark fires the windows that have ended and forgets those that take no
// more rows.
func (a *windowEmit) OnWatermark(time int64, out operator.Output) (int64, error) {
	a.watermark = time
	if a.spec.Window.Proctime {
		return time, nil
	}
	return time, a.advance(a.clock.closedAt(time, false), out)
}

// OnProcessingTime fires the windows that are due.
func (a *windowEmit) OnProcessingTime(now int64, out operator.Output) error {
	for k := range a.windows {
		w := &a.windows[k]
		if w.due == 0 || w.due > now {
			continue
		}
		w.due = 0
		if err := a.emitWindow(w.end, false, out); err != nil {
			return err
		}
	}
	if a.spec.Window.Proctime {
		if err := a.advance(a.clock.local(now), out); err != nil {
			return err
		}
	}
	a.askForTimer()
	return nil
}

// Finish fires what is left: processing-time windows that have not ended.
func (a *windowEmit) Finish(out operator.Output) error { return a.advance(stream.MaxTime, out) }

// advance fires the windows that end at or before until.
func (a *windowEmit) advance(until int64, out operator.Output) error {
	if until <= a.fired {
		return nil
	}
	at, _ := a.find(a.fired + 1)
	for ; at < len(a.windows) && a.windows[at].end <= until; at++ {
		a.windows[at].due = 0
		if err := a.emitWindow(a.windows[at].end, true, out); err != nil {
			return err
		}
	}
	a.fired = until
	n, gone := 0, a.gone()
	for ; n < len(a.windows) && a.windows[n].end <= gone; n++ {
		end := a.windows[n].end
		if err := a.fire.drop(a.set, a.enc, a.table, end); err != nil {
			return err
		}
		if err := a.emitted.Drop(end); err != nil {
			return err
		}
	}
	a.windows = slices.Delete(a.windows, 0, n)
	return nil
}

// emitWindow emits the changes of all groups of a window.
func (a *windowEmit) emitWindow(end int64, onTime bool, out operator.Output) (err error) {
	a.fire.refs, err = chunks(a.table, end, a.fire.refs, func(refs []state.Ref) error {
		return a.emit(end, refs, onTime, out)
	})
	return err
}

// emit emits the changes of groups of the window that ends at end.
func (a *windowEmit) emit(end int64, refs []state.Ref, onTime bool, out operator.Output) (err error) {
	n := len(refs)
	if n == 0 {
		return nil
	}
	f := &a.fire
	keysFrom(a.table, refs, a.enc.Width(), &f.keys)
	f.dstRefs = slices.Grow(f.dstRefs[:0], n)[:n]
	if f.created, err = a.emitted.Upsert(end, &f.keys, f.dstRefs, f.created[:0]); err != nil {
		return err
	}
	f.src.NS, f.src.Keys = end, &f.keys
	f.src.Recs = a.table.Records(refs, f.src.Recs[:0])
	a.set.LoadVars(&f.src, a.table, refs)
	r := &a.results
	r.begin()
	if err := a.set.Results(&f.src, r.vectors); err != nil {
		return err
	}
	for k, last := range f.dstRefs {
		r.compare(int32(k), aggregate.RowCount(f.src.Recs[k]) > 0, a.emitted, last)
		if onTime {
			a.emitted.Mutable(last)[emittedOnTime] = 1
		}
	}
	keys, err := r.out.keysOf(a.enc, a.table, refs)
	if err != nil {
		return err
	}
	return r.emit(a.slicer.start(end), end, keys, n, out)
}

// resultChanges turns results, and what was emitted before, into changes.
type resultChanges struct {
	vectors []*batch.Vector // the results; then what was emitted before
	columns *windowColumns
	row     *rowcodec.RowEncoder
	before  bool // emit rows before updates
	keys    []int
	record  []byte
	old     []byte // records of what was emitted before
	offsets []int
	olds    [][]byte
	changes []resultChange
	out     groupOutput
}

// resultChange is a change of group's result; old is the index of what was
// emitted before.
type resultChange struct {
	group, old int32
	kind       batch.RowKind
}

func (r *resultChanges) open(spec *jobgraph.WindowAgg, keys []types.Type, columns *windowColumns, ctx *operator.Context) {
	calls := slices.Clone(spec.Aggs)
	var results []types.Type
	for _, c := range calls {
		results = append(results, c.Type)
		r.vectors = append(r.vectors, batch.New(c.Type, 0))
	}
	for _, v := range columns.cols {
		calls = append(calls, jobgraph.AggCall{Type: v.Type})
	}
	for k := range keys {
		r.keys = append(r.keys, k)
	}
	r.row, r.columns, r.before = rowcodec.NewRowEncoder(results), columns, spec.EmitUpdateBefore
	r.out.open(keys, calls, ctx.Settings.BatchRows)
}

func (r *resultChanges) begin() {
	for _, v := range r.vectors {
		v.Reset()
	}
	r.old, r.offsets, r.changes = r.old[:0], append(r.offsets[:0], 0), r.changes[:0]
}

// compare notes how the result of a group differs from what was emitted before,
// and puts it in its place.
func (r *resultChanges) compare(group int32, exists bool, emitted state.Table, last state.Ref) {
	existed := emitted.Fixed(last)[emittedResult] == 1
	if !exists && !existed {
		return
	}
	change := resultChange{group: group, old: int32(len(r.offsets) - 1)}
	if exists {
		r.record = r.row.AppendColumns(r.record[:0], r.vectors, int(group))
	}
	if existed {
		old := emitted.Var(last)
		if exists && bytes.Equal(old, r.record) {
			return
		}
		r.old = append(r.old, old...)
		r.offsets = append(r.offsets, len(r.old))
	}
	switch {
	case !exists:
		change.kind = batch.Delete
		emitted.Mutable(last)[emittedResult] = 0
		emitted.SetVar(last, nil)
	case !existed:
		change.kind = batch.Insert
	default:
		change.kind = batch.UpdateAfter
	}
	if exists {
		emitted.Mutable(last)[emittedResult] = 1
		emitted.SetVar(last, r.record)
	}
	r.changes = append(r.changes, change)
}

// emit sends the changes of n groups with these keys.
func (r *resultChanges) emit(start, end int64, keys []*batch.Vector, n int, out operator.Output) error {
	if len(r.changes) == 0 {
		return nil
	}
	r.olds = r.olds[:0]
	for k := range r.offsets[1:] {
		r.olds = append(r.olds, r.old[r.offsets[k]:r.offsets[k+1]])
	}
	if len(r.olds) > 0 && len(r.vectors) > 0 {
		if err := r.row.DecodeAll(r.olds, r.vectors); err != nil {
			return err
		}
	}
	r.columns.reset()
	r.columns.add(start, end, n+len(r.olds))
	r.out.begin()
	for _, c := range r.changes {
		old := int32(n) + c.old
		switch c.kind {
		case batch.Delete:
			r.out.add(c.group, old, batch.Delete)
		case batch.Insert:
			r.out.add(c.group, c.group, batch.Insert)
		default:
			if r.before {
				r.out.add(c.group, old, batch.UpdateBefore)
			}
			r.out.add(c.group, c.group, batch.UpdateAfter)
		}
	}
	return r.out.emit(&batch.Batch{Cols: keys, N: n}, r.keys, slices.Concat(r.vectors, r.columns.cols), out)
}

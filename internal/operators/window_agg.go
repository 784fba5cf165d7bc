package operators

import (
	"fmt"
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

// windowAgg aggregates per key and window, and emits when a window ends.
//
// Time is cut into slices (see slicer), and a row is added to one slice only,
// however many windows it falls into. A slice is a namespace of the table. When
// the watermark passes a window's end
//
//	TUMBLE and attached windows   the slice is the window
//	HOP        its slices are merged into the table "merged", namespace by
//	           namespace, and that is the window
//	CUMULATE   its new slices are merged into the namespace of the largest window
//	           in "merged", which holds what the window has so far
//
// and slices that belong to no later window are dropped. Processing-time windows
// are the same with the clock for the watermark.
//
// The global phase of a two-phase aggregation gets accumulators of slices.
type windowAgg struct {
	spec   *jobgraph.WindowAgg
	ctx    *operator.Context
	set    *aggregate.Set
	enc    *rowcodec.KeyEncoder
	slicer slicer
	clock  windowClock
	late   *lateRows

	table  state.Table
	merged state.Table // nil: not needed
	keyIn  []int       // key columns of the actual input
	// startKey: the window's start is the last column of the key, because it does
	// not follow from its end.
	startKey bool

	slices    []int64 // ends of the slices with entries, ascending
	fired     int64   // windows that end at or before it are closed
	watermark int64

	rows     []int32
	times    []int64
	parts    slicePartition
	keys     state.Keys
	grouper  grouper
	refs     []state.Ref
	created  []int32
	groups   aggregate.Groups
	split    kindSplit
	incoming aggregate.Groups

	fire    windowFire
	columns *windowColumns
}

// windowFire is the scratch of emitting and merging windows.
type windowFire struct {
	refs, dstRefs []state.Ref
	src, dst      aggregate.Groups
	gid           []int32
	keys          state.Keys
	created       []int32
	results       []*batch.Vector
	out           groupOutput
}

// NewWindowAgg returns the operator of a WindowAgg spec in its single or global
// phase.
func NewWindowAgg(spec *jobgraph.WindowAgg) operator.Operator {
	if spec.Window.Kind == jobgraph.Session && spec.Window.Time >= 0 {
		return &sessionAgg{spec: spec}
	}
	if spec.Emit.Updates() {
		return &windowEmit{spec: spec}
	}
	return &windowAgg{spec: spec}
}

// Open gets the state, which may hold slices of an earlier run.
func (a *windowAgg) Open(ctx *operator.Context) (err error) {
	a.ctx = ctx
	if a.slicer, err = newSlicer(a.spec.Window); err != nil {
		return err
	}
	w := a.spec.Window
	a.clock = newWindowClock(w, ctx.Settings.TimeZone)
	a.startKey = w.StartIsKey()
	keyCols := slices.Clone(a.spec.Keys)
	if a.startKey {
		keyCols = append(keyCols, w.Start)
	}
	keyTypes := columnTypes(a.spec.InputSchema, keyCols)
	if a.set, err = newWindowSet(a.spec, keyTypes); err != nil {
		return err
	}
	if err := a.set.Open(ctx.State); err != nil {
		return err
	}
	a.keyIn = keyCols
	if a.spec.Phase == jobgraph.GlobalPhase {
		if !a.set.CanTravel() || a.startKey {
			return fmt.Errorf("this window aggregation cannot be computed in two phases; set table.optimizer.agg-phase-strategy to ONE_PHASE")
		}
		for i := range a.keyIn {
			a.keyIn[i] = i
		}
	}
	a.enc = rowcodec.NewKeyEncoder(keyTypes)
	a.table, err = ctx.State.Table(state.Spec{Name: "windowAgg", Key: keyTypes, FixedWidth: a.set.Width()})
	if err == nil && !a.slicer.attached && (w.Kind == jobgraph.Hop || w.Kind == jobgraph.Cumulate) {
		a.merged, err = ctx.State.Table(state.Spec{Name: "windowAgg.merged", Key: keyTypes, FixedWidth: a.set.Width()})
	}
	if err != nil {
		return err
	}
	for _, agg := range a.spec.Aggs {
		a.fire.results = append(a.fire.results, batch.New(agg.Type, 0))
	}
	a.fire.out.open(keyTypes, a.spec.Aggs, ctx.Settings.BatchRows)
	a.columns = newWindowColumns(w, a.spec.Properties, a.clock, ctx)
	a.late = newLateRows(ctx)
	a.slices = a.table.Namespaces(nil)
	a.watermark, a.fired = ctx.Watermark, a.clock.closedAt(ctx.Watermark, w.Proctime)
	if w.Proctime && len(a.slices) > 0 {
		a.askForTimer()
	}
	return nil
}

// newWindowSet prepares the calls of a window aggregation.
func newWindowSet(spec *jobgraph.WindowAgg, keyTypes []types.Type) (*aggregate.Set, error) {
	set, err := aggregate.NewSet(aggCalls(spec.Aggs), aggregate.Options{
		Input: spec.InputSchema.Types(), Retract: !spec.InputChanges.InsertOnly(), Name: "windowAgg", Key: keyTypes, Namespaced: true,
	})
	if err != nil {
		return nil, err
	}
	return set, checkTypes(set, spec.Aggs)
}

// ProcessBatch adds the rows to their slices.
func (a *windowAgg) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	rows := rowsOf(b, &a.rows)
	if len(rows) == 0 {
		return nil
	}
	if err := a.findSlices(b, rows); err != nil {
		return err
	}
	dropped := a.parts.partition(rows, a.times, func(end int64) bool { return a.slicer.lastEnd(end) <= a.fired })
	a.late.drop(dropped, a.watermark)
	for p := range a.parts.n {
		part := &a.parts.parts[p]
		if a.slicer.lastEnd(part.end) < part.end {
			continue // between the windows of a HOP with gaps
		}
		if err := a.addToSlice(part.end, b, part.rows); err != nil {
			return err
		}
	}
	if a.spec.Window.Proctime {
		a.askForTimer()
	}
	return nil
}

// findSlices fills times with the slice end of every row.
func (a *windowAgg) findSlices(b *batch.Batch, rows []int32) error {
	if cap(a.times) < len(rows) {
		a.times = make([]int64, len(rows))
	}
	a.times = a.times[:len(rows)]
	return sliceEnds(a.spec, a.slicer, a.clock, a.ctx, b, rows, a.times)
}

// sliceEnds is findSlices, shared with the local phase.
func sliceEnds(spec *jobgraph.WindowAgg, s slicer, clock windowClock, ctx *operator.Context, b *batch.Batch, rows []int32, times []int64) error {
	w := spec.Window
	switch {
	case spec.Phase == jobgraph.GlobalPhase:
		vals := b.Cols[len(spec.Keys)+1].Int64s()
		for k, i := range rows {
			times[k] = vals[i]
		}
	case s.attached:
		return windowClock{}.readTimes(b.Cols[w.End], rows, times)
	case w.Proctime:
		now := clock.local(ctx.Clock.Now().UnixMilli())
		for k := range times {
			times[k] = now
		}
		s.ends(times)
	default:
		if err := clock.readTimes(b.Cols[w.Time], rows, times); err != nil {
			return err
		}
		s.ends(times)
	}
	return nil
}

// slicePartition sorts the rows of a batch by slice.
type slicePartition struct {
	parts []slicePart
	n     int
}

type slicePart struct {
	end  int64
	late bool
	rows []int32
}

// partition fills parts and returns the number of rows in slices that late
// says are closed; those are left out.
func (s *slicePartition) partition(rows []int32, ends []int64, late func(end int64) bool) (dropped int) {
	s.n = 0
	cur := -1
	for k, i := range rows {
		if end := ends[k]; cur < 0 || s.parts[cur].end != end {
			cur = s.find(end, late)
		}
		p := &s.parts[cur]
		if p.late {
			dropped++
		} else {
			p.rows = append(p.rows, i)
		}
	}
	return dropped
}

func (s *slicePartition) find(end int64, late func(end int64) bool) int {
	for p := range s.n {
		if s.parts[p].end == end {
			return p
		}
	}
	if s.n == len(s.parts) {
		s.parts = append(s.parts, slicePart{})
	}
	p := &s.parts[s.n]
	p.end, p.late, p.rows = end, late(end), p.rows[:0]
	s.n++
	return s.n - 1
}

// addToSlice adds rows to the slice that ends at end.
func (a *windowAgg) addToSlice(end int64, b *batch.Batch, rows []int32) (err error) {
	if len(rows) == 0 {
		return nil
	}
	if at, found := slices.BinarySearch(a.slices, end); !found {
		a.slices = slices.Insert(a.slices, at, end)
	}
	a.enc.Encode(b, a.keyIn, rows, &a.keys)
	n := a.grouper.group(&a.keys)
	a.refs = slices.Grow(a.refs[:0], n)[:n]
	if a.created, err = a.table.Upsert(end, &a.grouper.keys, a.refs, a.created[:0]); err != nil {
		return err
	}
	g := &a.groups
	g.NS, g.Keys = end, &a.grouper.keys
	g.Recs = a.table.Records(a.refs, g.Recs[:0])
	a.set.LoadVars(g, a.table, a.refs)
	if a.spec.Phase == jobgraph.GlobalPhase {
		if err := a.set.DecodeAccumulators(&a.incoming, b.Cols[len(a.spec.Keys)], rows); err != nil {
			return err
		}
		err = a.set.Merge(g, a.grouper.gid, &a.incoming)
	} else {
		err = a.split.update(a.set, g, b, rows, a.grouper.gid)
	}
	a.set.StoreVars(g, a.table, a.refs)
	return err
}

// kindSplit updates a Set with additions and retractions of a batch.
type kindSplit struct {
	add, addGroup, sub, subGroup []int32
}

func (s *kindSplit) update(set *aggregate.Set, g *aggregate.Groups, b *batch.Batch, rows, gid []int32) error {
	if b.Kinds == nil {
		return set.Update(g, b, rows, gid, false)
	}
	s.add, s.addGroup, s.sub, s.subGroup = s.add[:0], s.addGroup[:0], s.sub[:0], s.subGroup[:0]
	for k, i := range rows {
		if b.Kinds[i].IsAdd() {
			s.add, s.addGroup = append(s.add, i), append(s.addGroup, gid[k])
		} else {
			s.sub, s.subGroup = append(s.sub, i), append(s.subGroup, gid[k])
		}
	}
	if err := set.Update(g, b, s.add, s.addGroup, false); err != nil {
		return err
	}
	return set.Update(g, b, s.sub, s.subGroup, true)
}

// OnWatermark fires the windows that have ended.
func (a *windowAgg) OnWatermark(time int64, out operator.Output) (int64, error) {
	a.watermark = time
	if a.spec.Window.Proctime {
		return time, nil
	}
	return time, a.fireUntil(a.clock.closedAt(time, false), out)
}

// OnProcessingTime fires the windows that have ended by the clock.
func (a *windowAgg) OnProcessingTime(now int64, out operator.Output) error {
	if !a.spec.Window.Proctime {
		return nil
	}
	err := a.fireUntil(a.clock.local(now), out)
	a.askForTimer()
	return err
}

// Finish fires what is left: processing-time windows that have not ended.
func (a *windowAgg) Finish(out operator.Output) error { return a.fireUntil(stream.MaxTime, out) }

// askForTimer asks to be called at the end of the next processing-time window.
func (a *windowAgg) askForTimer() {
	if next, ok := a.nextEnd(); ok {
		a.ctx.Timers.Set(a.clock.instant(next))
	}
}

// nextEnd is the end of the first window that has rows and is not closed.
func (a *windowAgg) nextEnd() (next int64, ok bool) {
	consider := func(end int64) {
		if e, is := a.slicer.firstEnd(end, a.fired); is && (!ok || e < next) {
			next, ok = e, true
		}
	}
	for _, end := range a.slices {
		if ok && end > next {
			break
		}
		consider(end)
	}
	if a.merged != nil && a.slicer.kind == jobgraph.Cumulate {
		for _, whole := range a.merged.Namespaces(nil) {
			// What is merged is part of all windows up to the largest.
			consider(mergedNamespace(whole) - a.slicer.size + a.slicer.slide)
		}
	}
	return next, ok
}

// fireUntil emits and closes the windows that end at or before until, in order.
func (a *windowAgg) fireUntil(until int64, out operator.Output) error {
	for {
		end, ok := a.nextEnd()
		if !ok || end > until {
			break
		}
		if err := a.fireWindow(end, out); err != nil {
			return err
		}
		a.fired = end
		if err := a.dropSlices(); err != nil {
			return err
		}
	}
	if until > a.fired {
		a.fired = until
	}
	return nil
}

// dropSlices forgets the slices that belong to no window that is still open:
// the first ones, as later slices belong to later windows.
func (a *windowAgg) dropSlices() error {
	n := 0
	for ; n < len(a.slices) && a.slicer.lastEnd(a.slices[n]) <= a.fired; n++ {
		if err := a.dropNamespace(a.table, a.slices[n]); err != nil {
			return err
		}
	}
	a.slices = a.slices[n:]
	return nil
}

// dropNamespace removes a slice, and its values from the views.
func (a *windowAgg) dropNamespace(t state.Table, ns int64) error {
	return a.fire.drop(a.set, a.enc, t, ns)
}

// drop removes a namespace, and its values from the views.
func (f *windowFire) drop(set *aggregate.Set, enc *rowcodec.KeyEncoder, t state.Table, ns int64) error {
	if !set.HasViews() {
		return t.Drop(ns)
	}
	f.refs = f.refs[:0]
	err := t.Scan(ns, func(r state.Ref) bool {
		f.refs = append(f.refs, r)
		return true
	})
	if err != nil {
		return err
	}
	keysFrom(t, f.refs, enc.Width(), &f.keys)
	f.src.NS, f.src.Keys = ns, &f.keys
	for k := range f.refs {
		if err := set.Clear(&f.src, k); err != nil {
			return err
		}
	}
	return t.Drop(ns)
}

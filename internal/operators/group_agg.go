package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// groupAgg is GROUP BY without windows: a changelog in, a changelog of the
// groups out. Every group that a batch (or bundle, or, with PerRecord, a row)
// touches gives its net change: +I when it appears, -U and +U when its values
// change, -D when its last row went; nothing when the values stayed the same,
// unless a TTL asks for a sign of life. In batch mode the groups come out once,
// at the end.
//
// The global phase of a two-phase aggregation is the same with accumulators for
// rows.
type groupAgg struct {
	spec   *jobgraph.GroupAgg
	ctx    *operator.Context
	set    *aggregate.Set
	enc    *rowcodec.KeyEncoder
	table  state.Table
	keyIn  []int // key columns of the actual input
	bundle *bundle

	keys     state.Keys
	grouper  grouper
	refs     []state.Ref
	created  []int32
	groups   aggregate.Groups
	existed  []bool
	changed  []bool
	results  []*batch.Vector // of the groups before, then after
	rows     []int32
	split    changeSplit
	incoming aggregate.Groups // global phase
	out      groupOutput
	sawRow   bool
	expiry   *expiry // nil: groups are never final
	late     *lateRows
}

// NewGroupAgg returns the operator of a GroupAgg spec in its single or global
// phase.
func NewGroupAgg(spec *jobgraph.GroupAgg) operator.Operator { return &groupAgg{spec: spec} }

// aggCalls are the calls of a spec for a Set.
func aggCalls(aggs []jobgraph.AggCall) []aggregate.Call {
	calls := make([]aggregate.Call, len(aggs))
	for i, a := range aggs {
		calls[i] = aggregate.Call{Fn: a.Fn, Args: a.Args, Distinct: a.Distinct, Filter: a.Filter, User: a.User}
	}
	return calls
}

// checkTypes makes sure that the planner and the functions agree on results.
func checkTypes(set *aggregate.Set, aggs []jobgraph.AggCall) error {
	for i, t := range set.Types() {
		if t.Physical() != aggs[i].Type.Physical() {
			return fmt.Errorf("%s is planned as %s and computed as %s", aggs[i].Fn, aggs[i].Type, t)
		}
	}
	return nil
}

// Open gets the state.
func (a *groupAgg) Open(ctx *operator.Context) (err error) {
	a.ctx = ctx
	keyTypes := columnTypes(a.spec.InputSchema, a.spec.Keys)
	ttl := state.TTL{After: a.spec.TTL}
	a.set, err = aggregate.NewSet(aggCalls(a.spec.Aggs), aggregate.Options{
		Input: a.spec.InputSchema.Types(), Retract: a.retracts(), Name: "groupAgg", Key: keyTypes, TTL: ttl,
	})
	if err != nil {
		return err
	}
	if a.spec.Phase == jobgraph.GlobalPhase && !a.set.CanTravel() {
		return fmt.Errorf("DISTINCT aggregates, and MIN and MAX of a changelog, cannot be aggregated in two phases; set table.optimizer.agg-phase-strategy to ONE_PHASE")
	}
	if err := checkTypes(a.set, a.spec.Aggs); err != nil {
		return err
	}
	if err := a.set.Open(ctx.State); err != nil {
		return err
	}
	a.table, err = ctx.State.Table(state.Spec{Name: "groupAgg", Key: keyTypes, FixedWidth: a.set.Width(), TTL: ttl})
	if err != nil {
		return err
	}
	a.enc = rowcodec.NewKeyEncoder(keyTypes)
	a.keyIn = a.spec.Keys
	if a.spec.Phase == jobgraph.GlobalPhase {
		a.keyIn = make([]int, len(a.spec.Keys))
		for i := range a.keyIn {
			a.keyIn[i] = i
		}
	}
	for _, agg := range a.spec.Aggs {
		a.results = append(a.results, batch.New(agg.Type, 0))
	}
	a.out.open(keyTypes, a.spec.Aggs, ctx.Settings.BatchRows)
	a.bundle = newBundle(ctx)
	a.late = newLateRows(ctx)
	input := a.spec.InputSchema
	if a.spec.Phase == jobgraph.GlobalPhase {
		input = pick(input, a.spec.Keys)
	}
	a.expiry, err = newExpiry("final-group-timers", a.spec.Done, a.spec.Done, input, ctx)
	return err
}

func (a *groupAgg) retracts() bool {
	return a.spec.InputChanges&(jobgraph.UpdateBefores|jobgraph.Deletes) != 0
}

// ProcessBatch folds a batch into its groups, now or with its bundle.
func (a *groupAgg) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if b.Rows() == 0 {
		return nil
	}
	a.sawRow = true
	switch {
	case a.ctx.Settings.PerRecord && a.ctx.Settings.Streaming:
		return eachRow(b, func(one *batch.Batch) error { return a.process(one, out) })
	case a.bundle != nil:
		if a.bundle.add(b) {
			return a.Flush(out)
		}
		return nil
	}
	return a.process(b, out)
}

// eachRow calls fn with every row of b as a batch of its own.
func eachRow(b *batch.Batch, fn func(*batch.Batch) error) error {
	one := *b
	for k := range b.Rows() {
		one.Sel = []int32{int32(b.Row(k))}
		if err := fn(&one); err != nil {
			return err
		}
	}
	return nil
}

// OnProcessingTime ends the bundle when its time has come.
func (a *groupAgg) OnProcessingTime(now int64, out operator.Output) error {
	if a.bundle != nil && a.bundle.due(now) {
		return a.Flush(out)
	}
	return nil
}

// Flush processes the rows held back for a bundle.
func (a *groupAgg) Flush(out operator.Output) error {
	if a.bundle == nil || a.bundle.rows == nil {
		return nil
	}
	b := a.bundle.take()
	return a.process(b, out)
}

// rowsOf lists the physical rows of b; ascending is scratch for all of them.
func rowsOf(b *batch.Batch, ascending *[]int32) []int32 {
	if b.Sel != nil {
		return b.Sel
	}
	for len(*ascending) < b.N {
		*ascending = append(*ascending, int32(len(*ascending)))
	}
	return (*ascending)[:b.N]
}

func (a *groupAgg) process(b *batch.Batch, out operator.Output) error {
	b, late, err := a.expiry.punctualRows(b)
	if err != nil {
		return err
	}
	if a.late.drop(late, a.expiry.watermark()); b.Rows() == 0 {
		return nil
	}
	rows := rowsOf(b, &a.rows)
	a.enc.Encode(b, a.keyIn, rows, &a.keys)
	n := a.grouper.group(&a.keys)
	if err := a.lookUp(n); err != nil {
		return err
	}
	if err := a.endGroups(b, rows); err != nil {
		return err
	}
	emits := a.ctx.Settings.Streaming
	if emits {
		if err := a.resultsBefore(n); err != nil {
			return err
		}
	}
	if err := a.update(b, rows); err != nil {
		return err
	}
	a.set.StoreVars(&a.groups, a.table, a.refs)
	if !emits {
		return nil
	}
	if err := a.set.Results(&a.groups, a.results); err != nil {
		return err
	}
	a.compare(n)
	return a.emit(b, rows, n, out)
}

// lookUp gets the records of the n groups, new ones where there are none.
func (a *groupAgg) lookUp(n int) (err error) {
	if cap(a.refs) < n {
		a.refs = make([]state.Ref, n)
	}
	a.refs = a.refs[:n]
	if a.created, err = a.table.Upsert(0, &a.grouper.keys, a.refs, a.created[:0]); err != nil {
		return err
	}
	a.groups.Keys = &a.grouper.keys
	a.groups.Recs = a.table.Records(a.refs, a.groups.Recs[:0])
	a.set.LoadVars(&a.groups, a.table, a.refs)
	return nil
}

// resultsBefore computes the values that were last emitted.
func (a *groupAgg) resultsBefore(n int) error {
	for _, v := range a.results {
		v.Reset()
	}
	a.existed = resizeTo(a.existed, n, true)
	for _, g := range a.created {
		a.existed[g] = false
	}
	return a.set.Results(&a.groups, a.results)
}

func resizeTo(s []bool, n int, value bool) []bool {
	if cap(s) < n {
		s = make([]bool, n)
	}
	s = s[:n]
	for i := range s {
		s[i] = value
	}
	return s
}

// update adds the rows to the accumulators.
func (a *groupAgg) update(b *batch.Batch, rows []int32) error {
	if a.spec.Phase == jobgraph.GlobalPhase {
		if err := a.set.DecodeAccumulators(&a.incoming, b.Cols[len(a.keyIn)], rows); err != nil {
			return err
		}
		return a.set.Merge(&a.groups, a.grouper.gid, &a.incoming)
	}
	if !a.retracts() || b.Kinds == nil {
		return a.set.Update(&a.groups, b, rows, a.grouper.gid, false)
	}
	a.split.split(b, rows, a.grouper.gid, a.groups.Recs)
	if err := a.set.Update(&a.groups, b, a.split.add, a.split.addGroup, false); err != nil {
		return err
	}
	return a.set.Update(&a.groups, b, a.split.sub, a.split.subGroup, true)
}

// changeSplit sorts changes into additions and retractions.
type changeSplit struct {
	add, addGroup, sub, subGroup []int32
	running                      []int64
}

// split drops retractions from groups without rows: their state is gone (TTL),
// and so is what they would take back.
func (s *changeSplit) split(b *batch.Batch, rows, gid []int32, recs [][]byte) {
	s.add, s.addGroup, s.sub, s.subGroup = s.add[:0], s.addGroup[:0], s.sub[:0], s.subGroup[:0]
	s.running = s.running[:0]
	for _, rec := range recs {
		s.running = append(s.running, aggregate.RowCount(rec))
	}
	for k, i := range rows {
		g := gid[k]
		if b.Kinds[i].IsAdd() {
			s.running[g]++
			s.add, s.addGroup = append(s.add, i), append(s.addGroup, g)
		} else if s.running[g] > 0 {
			s.running[g]--
			s.sub, s.subGroup = append(s.sub, i), append(s.subGroup, g)
		}
	}
}

// compare marks the groups whose values changed.
func (a *groupAgg) compare(n int) {
	a.changed = resizeTo(a.changed, n, a.spec.TTL > 0)
	if a.spec.TTL > 0 {
		return
	}
	for _, v := range a.results {
		markDifferent(v, n, a.changed)
	}
}

// emit gives out the change of every group and forgets those without rows.
func (a *groupAgg) emit(b *batch.Batch, rows []int32, n int, out operator.Output) error {
	o := &a.out
	o.begin()
	var gone []int32
	for g, rec := range a.groups.Recs {
		row := rows[a.grouper.first[g]]
		existed := a.existed[g]
		switch {
		case aggregate.RowCount(rec) <= 0:
			gone = append(gone, int32(g))
			if existed {
				o.add(row, int32(g), batch.Delete)
			}
		case !existed:
			o.add(row, int32(n+g), batch.Insert)
		case a.changed[g]:
			if a.spec.EmitUpdateBefore {
				o.add(row, int32(g), batch.UpdateBefore)
			}
			o.add(row, int32(n+g), batch.UpdateAfter)
		}
	}
	for _, g := range gone {
		if err := a.set.Clear(&a.groups, int(g)); err != nil {
			return err
		}
		a.table.Delete(a.refs[g])
	}
	return o.emit(b, a.keyIn, a.results, out)
}

// Finish emits what is left: the last bundle, and in batch mode the groups.
func (a *groupAgg) Finish(out operator.Output) error {
	if err := a.Flush(out); err != nil {
		return err
	}
	if a.ctx.Settings.Streaming {
		return nil
	}
	if len(a.spec.Keys) == 0 && !a.sawRow && a.ctx.Subtask == 0 {
		return a.emitEmpty(out)
	}
	return a.emitAll(out)
}

// emitEmpty gives the one row of an aggregation without GROUP BY over nothing.
func (a *groupAgg) emitEmpty(out operator.Output) error {
	g := aggregate.Groups{Recs: [][]byte{make([]byte, a.set.Width())}}
	a.set.Begin(&g, 1)
	for _, v := range a.results {
		v.Reset()
	}
	if err := a.set.Results(&g, a.results); err != nil {
		return err
	}
	return out.Emit(&batch.Batch{Cols: a.results, N: 1})
}

// emitAll gives out every group.
func (a *groupAgg) emitAll(out operator.Output) error {
	var refs []state.Ref
	var failed error
	flush := func() {
		if failed == nil && len(refs) > 0 {
			failed = a.emitRefs(refs, out)
		}
		refs = refs[:0]
	}
	err := a.table.Scan(0, func(r state.Ref) bool {
		if refs = append(refs, r); len(refs) == batch.Capacity {
			flush()
		}
		return failed == nil
	})
	flush()
	if err != nil {
		return err
	}
	return failed
}

func (a *groupAgg) emitRefs(refs []state.Ref, out operator.Output) error {
	a.groups.Recs = a.table.Records(refs, a.groups.Recs[:0])
	a.set.LoadVars(&a.groups, a.table, refs)
	cols, err := a.out.keysOf(a.enc, a.table, refs)
	if err != nil {
		return err
	}
	for _, v := range a.results {
		v.Reset()
	}
	if err := a.set.Results(&a.groups, a.results); err != nil {
		return err
	}
	return out.Emit(&batch.Batch{Cols: append(cols, a.results...), N: len(refs)})
}

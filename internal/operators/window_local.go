package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// localWindowAgg is the first phase of a two-phase window aggregation: it folds
// the rows of a batch per key and slice and emits the keys, the accumulators and
// the slice's end. It keeps nothing between batches; late rows are the global
// phase's to drop.
type localWindowAgg struct {
	spec    *jobgraph.WindowAgg
	ctx     *operator.Context
	set     *aggregate.Set
	enc     *rowcodec.KeyEncoder // of the keys and the slice end
	slicer  slicer
	clock   windowClock
	keys    state.Keys
	grouper grouper
	groups  aggregate.Groups
	memory  []byte
	rows    []int32
	first   []int32
	times   []int64
	split   kindSplit
	ends    *batch.Vector
	keyed   batch.Batch // the key columns and ends
	cols    []int
	out     *batch.Batch
}

// NewLocalWindowAgg returns the operator of a WindowAgg spec in its local phase.
func NewLocalWindowAgg(spec *jobgraph.WindowAgg) operator.Operator {
	return &localWindowAgg{spec: spec}
}

// Open prepares the accumulators.
func (a *localWindowAgg) Open(ctx *operator.Context) (err error) {
	a.ctx = ctx
	w := a.spec.Window
	if w.Kind == jobgraph.Session || w.Proctime {
		return fmt.Errorf("session and processing-time windows cannot be aggregated in two phases; set table.optimizer.agg-phase-strategy to ONE_PHASE")
	}
	if a.slicer, err = newSlicer(w); err != nil {
		return err
	}
	a.clock = newWindowClock(w, ctx.Settings.TimeZone)
	keyTypes := columnTypes(a.spec.InputSchema, a.spec.Keys)
	if a.set, err = newWindowSet(a.spec, keyTypes); err != nil {
		return err
	}
	if !a.set.CanTravel() {
		return fmt.Errorf("DISTINCT aggregates, and MIN and MAX of a changelog, cannot be aggregated in two phases; set table.optimizer.agg-phase-strategy to ONE_PHASE")
	}
	sliceEnd := types.Of(types.BigInt).NotNull()
	a.ends = batch.New(sliceEnd, 0)
	a.enc = rowcodec.NewKeyEncoder(append(append([]types.Type(nil), keyTypes...), sliceEnd))
	schema := make(types.Schema, len(keyTypes), len(keyTypes)+2)
	for i, t := range keyTypes {
		schema[i].Type = t
		a.cols = append(a.cols, i)
	}
	a.cols = append(a.cols, len(keyTypes))
	a.out = batch.NewBatch(append(schema, types.Field{Type: types.Bytes().NotNull()}, types.Field{Type: sliceEnd}), 0)
	return nil
}

// ProcessBatch folds and emits a batch.
func (a *localWindowAgg) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	rows := rowsOf(b, &a.rows)
	if len(rows) == 0 {
		return nil
	}
	if cap(a.times) < len(rows) {
		a.times = make([]int64, len(rows))
	}
	a.times = a.times[:len(rows)]
	if err := sliceEnds(a.spec, a.slicer, a.clock, a.ctx, b, rows, a.times); err != nil {
		return err
	}
	n := a.group(b, rows)
	a.memory = zeroedRecords(a.memory, &a.groups, n, a.set.Width())
	a.set.Begin(&a.groups, n)
	if err := a.split.update(a.set, &a.groups, b, rows, a.grouper.gid); err != nil {
		return err
	}
	return a.emit(b, rows, n, out)
}

// group numbers the pairs of key and slice.
func (a *localWindowAgg) group(b *batch.Batch, rows []int32) int {
	a.ends.Reset()
	a.ends.Resize(b.N)
	ends := a.ends.Int64s()
	for k, i := range rows {
		ends[i] = a.times[k]
	}
	a.keyed.Cols = a.keyed.Cols[:0]
	for _, c := range a.spec.Keys {
		a.keyed.Cols = append(a.keyed.Cols, b.Cols[c])
	}
	a.keyed.Cols = append(a.keyed.Cols, a.ends)
	a.keyed.N = b.N
	a.enc.Encode(&a.keyed, a.cols, rows, &a.keys)
	return a.grouper.group(&a.keys)
}

func (a *localWindowAgg) emit(b *batch.Batch, rows []int32, n int, out operator.Output) error {
	a.first = a.first[:0]
	for _, k := range a.grouper.first {
		a.first = append(a.first, rows[k])
	}
	a.out.Reset()
	nk := len(a.spec.Keys)
	for i, c := range a.spec.Keys {
		a.out.Cols[i].AppendSelected(b.Cols[c], a.first)
	}
	appendAccumulators(a.out.Cols[nk], a.set, &a.groups, n)
	a.out.Cols[nk+1].AppendSelected(a.ends, a.first)
	a.out.N = n
	return out.Emit(a.out)
}

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

// localAgg is the first phase of a two-phase GROUP BY: it folds the rows of a
// batch or bundle per key, before they are sent to the key's subtask, and emits
// the keys and one BYTES column of accumulators. It keeps nothing between
// bundles.
type localAgg struct {
	spec    *jobgraph.GroupAgg
	set     *aggregate.Set
	enc     *rowcodec.KeyEncoder
	bundle  *bundle
	keys    state.Keys
	grouper grouper
	groups  aggregate.Groups
	memory  []byte
	rows    []int32
	first   []int32
	split   changeSplit
	out     *batch.Batch
	scratch []byte
}

// NewLocalAgg returns the operator of a GroupAgg spec in its local phase.
func NewLocalAgg(spec *jobgraph.GroupAgg) operator.Operator { return &localAgg{spec: spec} }

// Open prepares the accumulators.
func (a *localAgg) Open(ctx *operator.Context) (err error) {
	a.set, err = aggregate.NewSet(aggCalls(a.spec.Aggs), aggregate.Options{
		Input: a.spec.InputSchema.Types(), Retract: a.retracts(),
	})
	if err != nil {
		return err
	}
	if !a.set.CanTravel() {
		return fmt.Errorf("DISTINCT aggregates, and MIN and MAX of a changelog, cannot be aggregated in two phases; set table.optimizer.agg-phase-strategy to ONE_PHASE")
	}
	keyTypes := columnTypes(a.spec.InputSchema, a.spec.Keys)
	a.enc = rowcodec.NewKeyEncoder(keyTypes)
	schema := make(types.Schema, len(keyTypes), len(keyTypes)+1)
	for i, t := range keyTypes {
		schema[i].Type = t
	}
	a.out = batch.NewBatch(append(schema, types.Field{Type: types.Bytes().NotNull()}), 0)
	a.bundle = newBundle(ctx)
	return nil
}

func (a *localAgg) retracts() bool {
	return a.spec.InputChanges&(jobgraph.UpdateBefores|jobgraph.Deletes) != 0
}

// ProcessBatch folds a batch, now or with its bundle.
func (a *localAgg) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if b.Rows() == 0 {
		return nil
	}
	if a.bundle == nil {
		return a.process(b, out)
	}
	if a.bundle.add(b) {
		return a.Flush(out)
	}
	return nil
}

// OnProcessingTime ends the bundle when its time has come.
func (a *localAgg) OnProcessingTime(now int64, out operator.Output) error {
	if a.bundle != nil && a.bundle.due(now) {
		return a.Flush(out)
	}
	return nil
}

// Flush folds and emits the rows held back.
func (a *localAgg) Flush(out operator.Output) error {
	if a.bundle == nil || a.bundle.rows == nil {
		return nil
	}
	return a.process(a.bundle.take(), out)
}

// Finish emits the last bundle.
func (a *localAgg) Finish(out operator.Output) error { return a.Flush(out) }

func (a *localAgg) process(b *batch.Batch, out operator.Output) error {
	rows := rowsOf(b, &a.rows)
	a.enc.Encode(b, a.spec.Keys, rows, &a.keys)
	n := a.grouper.group(&a.keys)
	a.memory = zeroedRecords(a.memory, &a.groups, n, a.set.Width())
	a.set.Begin(&a.groups, n)
	if err := a.update(b, rows); err != nil {
		return err
	}
	a.first = a.first[:0]
	for _, k := range a.grouper.first {
		a.first = append(a.first, rows[k])
	}
	a.out.Reset()
	for i, c := range a.spec.Keys {
		a.out.Cols[i].AppendSelected(b.Cols[c], a.first)
	}
	appendAccumulators(a.out.Cols[len(a.spec.Keys)], a.set, &a.groups, n)
	a.out.N = n
	return out.Emit(a.out)
}

func (a *localAgg) update(b *batch.Batch, rows []int32) error {
	if b.Kinds == nil {
		return a.set.Update(&a.groups, b, rows, a.grouper.gid, false)
	}
	s := &a.split
	s.add, s.addGroup, s.sub, s.subGroup = s.add[:0], s.addGroup[:0], s.sub[:0], s.subGroup[:0]
	for k, i := range rows {
		if g := a.grouper.gid[k]; b.Kinds[i].IsAdd() {
			s.add, s.addGroup = append(s.add, i), append(s.addGroup, g)
		} else {
			s.sub, s.subGroup = append(s.sub, i), append(s.subGroup, g)
		}
	}
	if err := a.set.Update(&a.groups, b, s.add, s.addGroup, false); err != nil {
		return err
	}
	return a.set.Update(&a.groups, b, s.sub, s.subGroup, true)
}

// zeroedRecords gives g n zero records of the given width, in memory that is
// returned for the next time.
func zeroedRecords(memory []byte, g *aggregate.Groups, n, width int) []byte {
	if need := n * width; cap(memory) < need {
		memory = make([]byte, need)
	} else {
		memory = memory[:need]
		clear(memory)
	}
	g.Recs = g.Recs[:0]
	for k := range n {
		g.Recs = append(g.Recs, memory[k*width:(k+1)*width:(k+1)*width])
	}
	return memory
}

func appendAccumulators(v *batch.Vector, set *aggregate.Set, g *aggregate.Groups, n int) {
	for k := range n {
		v.Bytes = set.AppendAccumulators(v.Bytes, g, k)
		v.EndBytes()
	}
}

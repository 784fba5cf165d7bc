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

// OVER runs in one of three ways, each an operator of its own:
//
//	batchOver    bounded mode: all rows sorted at the end, every function and frame
//	timeOver     streaming, ordered by time: each row once, when its time has come
//	changingOver streaming, another order: rows change as others come before them
//
// over is the one that the first look at the runtime mode chooses.
type over struct {
	spec *jobgraph.Over
	overOperator
}

// overOperator is what the three of them are.
type overOperator interface {
	operator.Operator
	operator.WatermarkHandler
	operator.TimerHandler
	operator.Finisher
}

// NewOver returns the operator of an Over.
func NewOver(spec *jobgraph.Over) operator.Operator { return &over{spec: spec} }

// Open chooses.
func (o *over) Open(ctx *operator.Context) (err error) {
	switch {
	case !ctx.Settings.Streaming:
		o.overOperator, err = newBatchOver(o.spec, ctx)
	case o.spec.Time >= 0:
		o.overOperator, err = newTimeOver(o.spec, ctx)
	default:
		o.overOperator, err = newChangingOver(o.spec, ctx)
	}
	return err
}

// untimed does nothing about time, for operators that it does not concern.
type untimed struct{}

// OnWatermark passes it on.
func (untimed) OnWatermark(time int64, _ operator.Output) (int64, error) { return time, nil }

// OnProcessingTime does nothing.
func (untimed) OnProcessingTime(int64, operator.Output) error { return nil }

// overBase is what all ways of OVER need.
type overBase struct {
	spec *jobgraph.Over
	ctx  *operator.Context
	keys *rowcodec.KeyEncoder
	rows *rowcodec.RowEncoder
	work *batch.Batch    // decoded rows
	vals []*batch.Vector // a vector per call
}

func newOverBase(spec *jobgraph.Over, ctx *operator.Context) overBase {
	b := overBase{
		spec: spec, ctx: ctx, keys: rowcodec.NewKeyEncoder(columnTypes(spec.Schema, spec.Partition)),
		rows: rowcodec.NewRowEncoder(spec.Schema.Types()), work: batch.NewBatch(spec.Schema, 0),
	}
	for _, c := range spec.Calls {
		b.vals = append(b.vals, batch.New(c.Type, 0))
	}
	return b
}

// schema is that of the output.
func (b *overBase) schema() types.Schema {
	s := append(types.Schema{}, b.spec.Schema...)
	for _, c := range b.spec.Calls {
		s = append(s, types.Field{Name: c.Name, Type: c.Type})
	}
	return s
}

// decode makes work the given rows.
func (b *overBase) decode(recs [][]byte) error {
	b.work.Reset()
	b.work.N = len(recs)
	return b.rows.DecodeAll(recs, b.work.Cols)
}

// overFrame is the aggregate calls of one frame.
type overFrame struct {
	jobgraph.OverFrame
	calls []int // of the spec
}

// isPositional reports functions of a row's place rather than of the rows of a
// frame; they are no aggregates.
func isPositional(fn string) bool {
	switch fn {
	case "ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE", "CUME_DIST", "PERCENT_RANK", "LAG", "LEAD":
		return true
	}
	return false
}

// framesOf groups the aggregate calls by frame.
func framesOf(spec *jobgraph.Over) []overFrame {
	var frames []overFrame
next:
	for i, c := range spec.Calls {
		if isPositional(c.Fn) {
			continue
		}
		for k := range frames {
			if frames[k].OverFrame == c.Frame {
				frames[k].calls = append(frames[k].calls, i)
				continue next
			}
		}
		frames = append(frames, overFrame{OverFrame: c.Frame, calls: []int{i}})
	}
	return frames
}

// newSet prepares the calls of a frame.
func (b *overBase) newSet(f *overFrame, name string, retract bool) (*aggregate.Set, error) {
	calls := make([]aggregate.Call, len(f.calls))
	for k, i := range f.calls {
		c := b.spec.Calls[i]
		calls[k] = aggregate.Call{Fn: c.Fn, Args: c.Args, Distinct: c.Distinct, Filter: c.Filter, User: c.User}
	}
	set, err := aggregate.NewSet(calls, aggregate.Options{
		Input: b.spec.Schema.Types(), Retract: retract, Name: name, Key: columnTypes(b.spec.Schema, b.spec.Partition),
		TTL: state.TTL{After: b.spec.TTL},
	})
	if err != nil {
		return nil, err
	}
	return set, set.Open(b.ctx.State)
}

// pick lists the result vectors of a frame's calls.
func (f *overFrame) pick(vals []*batch.Vector) []*batch.Vector {
	out := make([]*batch.Vector, len(f.calls))
	for k, i := range f.calls {
		out[k] = vals[i]
	}
	return out
}

// integerAt reads a whole number from a column; ok is false for NULL.
func integerAt(v *batch.Vector, i int) (x int64, ok bool) {
	if v.IsNull(i) {
		return 0, false
	}
	switch v.Type.Physical() {
	case types.LayoutInt8:
		return int64(v.Int8s()[i]), true
	case types.LayoutInt16:
		return int64(v.Int16s()[i]), true
	case types.LayoutInt32:
		return int64(v.Int32s()[i]), true
	case types.LayoutInt64:
		return v.Int64s()[i], true
	}
	return 0, false
}

// appendInteger appends a whole number to a column of whole numbers.
func appendInteger(v *batch.Vector, x int64) {
	switch v.Type.Physical() {
	case types.LayoutInt8:
		batch.AppendFixed(v, int8(x))
	case types.LayoutInt16:
		batch.AppendFixed(v, int16(x))
	case types.LayoutInt32:
		batch.AppendFixed(v, int32(x))
	default:
		v.AppendInt64(x)
	}
}

// shifted appends, for row i of a partition that is rows [from, to) of b, the
// value of LAG (sign -1) or LEAD (sign 1).
func shifted(c *jobgraph.OverCall, sign int64, b *batch.Batch, from, to, i int, out *batch.Vector) {
	offset := int64(1)
	if len(c.Args) > 1 {
		offset, _ = integerAt(b.Cols[c.Args[1]], i)
	}
	at := int64(i) + sign*offset
	switch {
	case at >= int64(from) && at < int64(to):
		out.AppendFrom(b.Cols[c.Args[0]], int(at))
	case len(c.Args) > 2:
		out.AppendFrom(b.Cols[c.Args[2]], i)
	default:
		out.AppendNull()
	}
}

func unsupportedOver(fn string) error {
	return fmt.Errorf("%s is not supported over the rows of a stream; run the query in batch mode ('execution.runtime-mode' = 'batch')", fn)
}

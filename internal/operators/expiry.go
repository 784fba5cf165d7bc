package operators

import (
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// boundTimes reads a jobgraph.TimeBound of the rows of a batch.
type boundTimes struct {
	bound  *jobgraph.TimeBound
	ticks  int64         // of the column per ms; DATE: 0
	parse  *expr.Program // of text, to a TIMESTAMP(3)
	parsed *batch.Vector
	ms     []int64
}

func newBoundTimes(bound *jobgraph.TimeBound, schema types.Schema, ctx *operator.Context) (*boundTimes, error) {
	if bound == nil {
		return nil, nil
	}
	t := &boundTimes{bound: bound, ticks: 1}
	column := schema[bound.Column].Type
	switch {
	case bound.Format != "":
		e, err := expr.Resolve("TO_TIMESTAMP", []expr.Expr{
			&expr.Column{Index: bound.Column, Name: schema[bound.Column].Name, T: column}, expr.StringLit(bound.Format),
		})
		if err != nil {
			return nil, err
		}
		if t.parse, err = expr.Compile(e, exprEnv(ctx, nil)); err != nil {
			return nil, err
		}
	case column.Kind == types.Date:
		t.ticks = 0
	default:
		t.ticks = column.UnitsPerSecond() / 1000
	}
	return t, nil
}

// read returns a time (ms) per physical row of b, valid until the next call. A row
// whose column is NULL is never done.
func (t *boundTimes) read(b *batch.Batch) ([]int64, error) {
	v, ticks := b.Cols[t.bound.Column], t.ticks
	if t.parse != nil {
		var err error
		if v, err = t.parse.Eval(b, b.Sel); err != nil {
			return nil, err
		}
		ticks = v.Type.UnitsPerSecond() / 1000
	}
	t.ms = resize(t.ms, b.N)
	for k := range b.Rows() {
		i := b.Row(k)
		switch {
		case v.IsNull(i):
			t.ms[i] = math.MaxInt64
			continue
		case v.Type.HasNanos():
			sec, nano := v.Moment(i)
			t.ms[i] = sec*1000 + nano/1_000_000
		case ticks == 0:
			t.ms[i] = int64(v.Int32s()[i]) * 86_400_000
		default:
			t.ms[i] = floorDiv(v.Int64s()[i], ticks)
		}
		t.ms[i] += t.bound.Add
	}
	return t.ms, nil
}

// expiry forgets what event time has made final: the state of keys, or of rows,
// for which no change comes any more. Rows that come later all the same are late:
// they are dropped and counted.
type expiry struct {
	latest *boundTimes // until when a row may come
	done   *boundTimes // from when on it is needed no more
	timers state.Timers
	time   int64 // watermark
	onTime punctual
	due    dueKeys
}

// newExpiry returns nil if nothing ends.
func newExpiry(name string, latest, done *jobgraph.TimeBound, schema types.Schema, ctx *operator.Context) (*expiry, error) {
	if done == nil {
		return nil, nil
	}
	x := &expiry{time: ctx.Watermark}
	var err error
	if x.latest, err = newBoundTimes(latest, schema, ctx); err != nil {
		return nil, err
	}
	if x.done, err = newBoundTimes(done, schema, ctx); err != nil {
		return nil, err
	}
	x.timers, err = ctx.State.Timers(name)
	return x, err
}

// punctualRows leaves out the late rows of b and gives the number of them.
func (x *expiry) punctualRows(b *batch.Batch) (*batch.Batch, int, error) {
	if x == nil || x.latest == nil {
		return b, 0, nil
	}
	times, err := x.latest.read(b)
	if err != nil {
		return nil, 0, err
	}
	rows, late := x.onTime.of(b, times, x.time)
	return rows, late, nil
}

// set asks for a key at a time.
func (x *expiry) set(time int64, hash uint64, key []byte) error {
	if time == math.MaxInt64 {
		return nil
	}
	return x.timers.Set(time, hash, key)
}

// watermark is the event time that was reached.
func (x *expiry) watermark() int64 {
	if x == nil {
		return math.MinInt64
	}
	return x.time
}

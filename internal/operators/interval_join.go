package operators

import (
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// intervalJoin joins rows whose times are near each other:
//
//	left.time + Lower <= right.time <= left.time + Upper
//
// A row is matched with the rows of the other input that are there and kept
// until the watermark says that no partner can come any more. A row of an outer
// (or anti) side that never had one is emitted then. Everything is insert-only.
//
// A result may be older than the watermark by as much as a row is kept, so the
// watermark passed on is held back by that, as Flink does.
type intervalJoin struct {
	spec    *jobgraph.IntervalJoin
	ctx     *operator.Context
	sides   [2]*intervalSide
	pairs   *joinPairs
	time    int64 // watermark, or processing time minus 1: rows up to it have come
	holdsBy int64

	matches []intervalMatch
	rowSel  []int32
	records [][]byte
	matched []bool  // per row of the batch
	sel     []int32 // scratch
	now     []int64 // processing time of all rows of a batch
}

// intervalMatch is a stored row within reach of a row of the batch.
type intervalMatch struct {
	row  int32  // of the batch, in order of the selection
	flag []byte // of the stored row, not 0 once it had a partner; nil: not kept
}

// NewIntervalJoin returns the operator of an IntervalJoin.
func NewIntervalJoin(spec *jobgraph.IntervalJoin) operator.Operator {
	return &intervalJoin{spec: spec}
}

// Open makes the states of both sides.
func (j *intervalJoin) Open(ctx *operator.Context) (err error) {
	j.ctx, j.time = ctx, ctx.Watermark
	if j.pairs, err = newJoinPairs(j.spec.Kind, j.spec.LeftSchema, j.spec.RightSchema, j.spec.Cond, ctx); err != nil {
		return err
	}
	lower, upper := j.spec.Lower, j.spec.Upper
	// A left row is kept until the watermark reaches time + Upper, a right row
	// until it reaches time - Lower.
	left := intervalSide{keyCols: j.spec.LeftKeys, schema: j.spec.LeftSchema, keep: upper, from: lower, to: upper}
	right := intervalSide{keyCols: j.spec.RightKeys, schema: j.spec.RightSchema, keep: -lower, from: -upper, to: -lower}
	left.times, right.times = j.timesOf(j.spec.LeftTime, left.schema), j.timesOf(j.spec.RightTime, right.schema)
	j.sides = [2]*intervalSide{&left, &right}
	for i, name := range [2]string{"left", "right"} {
		if err := j.sides[i].open(name, j.pairs.keepsUnmatched(i), ctx); err != nil {
			return err
		}
		if next, ok := j.sides[i].timers.Next(); ok && j.spec.Proctime {
			ctx.Timers.Set(next + 1)
		}
	}
	if !j.spec.Proctime {
		j.holdsBy = max(0, upper, -lower)
	}
	return nil
}

func (j *intervalJoin) timesOf(column int, schema types.Schema) rowTimes {
	if j.spec.Proctime {
		return rowTimes{}
	}
	return newRowTimes(column, schema[column].Type)
}

// rowTimes returns the times of the rows of b: their event times, or now.
func (j *intervalJoin) rowTimes(input int, b *batch.Batch) ([]int64, error) {
	if !j.spec.Proctime {
		return j.sides[input].times.read(b)
	}
	now := j.ctx.Clock.Now().UnixMilli()
	j.time = max(j.time, now-1)
	j.now = resize(j.now, b.N)
	for i := range j.now {
		j.now[i] = now
	}
	return j.now, nil
}

// ProcessBatch matches b with the other side and keeps it.
func (j *intervalJoin) ProcessBatch(input int, b *batch.Batch, out operator.Output) error {
	own, other := j.sides[input], j.sides[1-input]
	times, err := j.rowTimes(input, b)
	if err != nil {
		return err
	}
	own.begin(b)
	j.matched = resize(j.matched, b.Rows())
	clear(j.matched)
	if err := other.find(own, b, times, j.time, j.add(input, b, out)); err != nil {
		return err
	}
	if err := j.join(input, b, out); err != nil {
		return err
	}
	if err := j.emitOwn(input, b, times, out); err != nil {
		return err
	}
	if err := own.store(b, times, j.time, j.matched, j.spec.Kind == jobgraph.Semi && input == 0); err != nil {
		return err
	}
	if next, ok := own.timers.Next(); ok && j.spec.Proctime {
		j.ctx.Timers.Set(next + 1)
	}
	return j.pairs.flush(out)
}

// add collects pairs and joins them when there are enough.
func (j *intervalJoin) add(input int, b *batch.Batch, out operator.Output) func(intervalMatch, []byte) error {
	return func(m intervalMatch, rec []byte) error {
		j.matches, j.records = append(j.matches, m), append(j.records, rec)
		j.rowSel = append(j.rowSel, int32(b.Row(int(m.row))))
		if len(j.matches) < j.pairs.limit {
			return nil
		}
		return j.join(input, b, out)
	}
}

// join evaluates the condition on the pairs collected and emits those that hold.
func (j *intervalJoin) join(input int, b *batch.Batch, out operator.Output) error {
	if len(j.matches) == 0 {
		return nil
	}
	if err := j.pairs.build(input, b, j.rowSel, j.records); err != nil {
		return err
	}
	j.sel = j.sel[:0] // pairs that are the first of their stored row
	for _, p := range j.pairs.passed {
		m := &j.matches[p]
		j.matched[m.row] = true
		if m.flag != nil && m.flag[0] == 0 {
			m.flag[0] = 1
			j.sel = append(j.sel, p)
		}
	}
	j.matches, j.records, j.rowSel = j.matches[:0], j.records[:0], j.rowSel[:0]
	switch {
	case !j.pairs.half():
		return j.pairs.emitPairs(out)
	case j.spec.Kind == jobgraph.Semi && input == 1:
		return j.pairs.pad(0, j.pairs.pairs, j.sel, out)
	}
	return nil
}

// emitOwn emits, of the rows of b, those of a semi join that have a partner, and
// those of an outer or anti join that have none and never will.
func (j *intervalJoin) emitOwn(input int, b *batch.Batch, times []int64, out operator.Output) error {
	if !j.pairs.keepsUnmatched(input) {
		return nil
	}
	side, semi := j.sides[input], j.spec.Kind == jobgraph.Semi
	j.sel = j.sel[:0]
	for k, matched := range j.matched {
		i := b.Row(k)
		if semi && matched || !semi && !matched && (side.unmatchable[k] || side.expires(times[i]) <= j.time) {
			j.sel = append(j.sel, int32(i))
		}
	}
	return j.pairs.pad(input, b, j.sel, out)
}

// OnWatermark lets go of the rows that no partner can come for.
func (j *intervalJoin) OnWatermark(time int64, out operator.Output) (int64, error) {
	if j.spec.Proctime {
		if time == stream.MaxTime { // the inputs have ended
			return time, j.expire(time, out)
		}
		return time, nil
	}
	j.time = time
	if err := j.expire(time, out); err != nil {
		return 0, err
	}
	if time == stream.MaxTime || time < stream.MinTime+j.holdsBy {
		return time, nil
	}
	return time - j.holdsBy, nil
}

// OnProcessingTime does the same by the clock.
func (j *intervalJoin) OnProcessingTime(now int64, out operator.Output) error {
	j.time = max(j.time, now-1)
	if err := j.expire(j.time, out); err != nil {
		return err
	}
	for _, s := range j.sides {
		if next, ok := s.timers.Next(); ok {
			j.ctx.Timers.Set(next + 1)
		}
	}
	return nil
}

func (j *intervalJoin) expire(time int64, out operator.Output) error {
	for i, s := range j.sides {
		err := s.expire(time, func(recs [][]byte) error {
			if j.spec.Kind == jobgraph.Semi {
				return nil
			}
			return j.pairs.padStored(i, recs, out)
		})
		if err != nil {
			return err
		}
	}
	return j.pairs.flush(out)
}

// saturated is a + b without overflow.
func saturated(a, b int64) int64 {
	if b > 0 && a > math.MaxInt64-b {
		return math.MaxInt64
	}
	if b < 0 && a < math.MinInt64-b {
		return math.MinInt64
	}
	return a + b
}

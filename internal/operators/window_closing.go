package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// closing sorts the rows of operators that work window by window: by the column
// window_end, with those of closed windows dropped and counted. Window ends are
// local times if the time attribute is TIMESTAMP_LTZ.
type closing struct {
	clock  windowClock
	late   *lateRows
	closed int64 // windows that end at or before it have been emitted
	time   int64 // watermark

	parts slicePartition
	all   []int32
	ends  []int64
}

func newClosing(schema types.Schema, ctx *operator.Context) closing {
	ltz := false
	for _, f := range schema {
		ltz = ltz || f.Type.Time == types.Rowtime && f.Type.Kind == types.TimestampLTZ
	}
	clock := newWindowClock(jobgraph.Window{LTZ: ltz}, ctx.Settings.TimeZone)
	return closing{
		clock: clock, late: newLateRows(ctx), closed: clock.closedAt(ctx.Watermark, false), time: ctx.Watermark,
	}
}

// split returns the rows of b by window; valid until the next call.
func (c *closing) split(b *batch.Batch, column int) ([]slicePart, error) {
	rows := rowsOf(b, &c.all)
	c.ends = resize(c.ends, len(rows))
	if err := (windowClock{}).readTimes(b.Cols[column], rows, c.ends); err != nil {
		return nil, err
	}
	c.late.drop(c.parts.partition(rows, c.ends, func(end int64) bool { return end <= c.closed }), c.time)
	return c.parts.parts[:c.parts.n], nil
}

// advance returns the window time up to which windows end at a watermark.
func (c *closing) advance(time int64) int64 {
	c.time, c.closed = time, c.clock.closedAt(time, false)
	return c.closed
}

package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// windowColumns fills the window columns of results. Times come as window
// times; WindowTime of an LTZ attribute is an instant again.
type windowColumns struct {
	properties []jobgraph.WindowProperty
	clock      windowClock
	ctx        *operator.Context
	cols       []*batch.Vector
}

func newWindowColumns(w jobgraph.Window, properties []jobgraph.WindowProperty, clock windowClock, ctx *operator.Context) *windowColumns {
	c := &windowColumns{properties: properties, clock: clock, ctx: ctx}
	for _, p := range properties {
		t := types.TimestampOf(3).NotNull()
		if p == jobgraph.WindowProctime || p == jobgraph.WindowTime && w.LTZ {
			t = types.TimestampLTZOf(3).NotNull()
		}
		c.cols = append(c.cols, batch.New(t, 0))
	}
	return c
}

func (c *windowColumns) reset() {
	for _, v := range c.cols {
		v.Reset()
	}
}

// add appends n rows of the window [start, end).
func (c *windowColumns) add(start, end int64, n int) {
	for k, p := range c.properties {
		x := start
		switch p {
		case jobgraph.WindowEnd:
			x = end
		case jobgraph.WindowTime:
			x = c.clock.instant(end) - 1
			if c.cols[k].Type.Kind == types.Timestamp {
				x = end - 1
			}
		case jobgraph.WindowProctime:
			x = c.ctx.Clock.Now().UnixMilli()
		}
		v := c.cols[k]
		from := v.Len()
		v.Resize(from + n)
		vals := v.Int64s()[from:]
		for i := range vals {
			vals[i] = x
		}
	}
}

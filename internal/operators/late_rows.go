package operators

import (
	"time"

	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
)

// lateRows counts rows that came after their window was closed, and logs about
// them now and then.
type lateRows struct {
	counter *metrics.Counter
	ctx     *operator.Context
	pending int64 // not logged yet
	logged  time.Time
}

func newLateRows(ctx *operator.Context) *lateRows {
	return &lateRows{counter: ctx.Metrics.Counter("numLateRecordsDropped"), ctx: ctx}
}

// drop counts n rows; watermark is the event time they came behind.
func (l *lateRows) drop(n int, watermark int64) {
	if n == 0 {
		return
	}
	l.counter.Add(int64(n))
	l.pending += int64(n)
	now := l.ctx.Clock.Now()
	if !l.logged.IsZero() && now.Sub(l.logged) < l.ctx.Settings.LateLogRate {
		return
	}
	l.ctx.Log.Warn("late records dropped", "operator", l.ctx.Name, "records", l.pending, "watermark", watermark)
	l.logged, l.pending = now, 0
}

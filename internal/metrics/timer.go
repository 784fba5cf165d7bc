package metrics

import (
	"sync/atomic"
	"time"
)

// Timer is the time that one goroutine has spent on something. Readers see a
// stretch that is still going on. The zero Timer reads 0.
type Timer struct {
	total atomic.Int64 // ns of the stretches that are over
	since atomic.Int64 // ns since 1970 when the present stretch began, 0: there is none
}

// Begin starts a stretch. It belongs to the goroutine that is timed.
func (t *Timer) Begin(now time.Time) { t.since.Store(now.UnixNano()) }

// End ends the stretch, which took that long.
func (t *Timer) End(took time.Duration) {
	t.since.Store(0)
	t.total.Add(int64(took))
}

// Running reports whether a stretch is going on.
func (t *Timer) Running() bool { return t.since.Load() != 0 }

// Value is the time spent until now.
func (t *Timer) Value(now time.Time) time.Duration {
	since := t.since.Load()
	total := time.Duration(t.total.Load())
	if since == 0 {
		return total
	}
	return total + max(0, time.Duration(now.UnixNano()-since))
}

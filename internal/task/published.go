package task

import (
	"time"

	"github.com/flottstream/flott/internal/metrics"
)

// publishTimes tells what the task's goroutine spends its time on, in ns; the rest
// of the time it is busy.
func (t *Task) publishTimes(g *metrics.Group) {
	ns := func(m *metrics.Timer) float64 { return float64(m.Value(t.clock.Now()) / time.Nanosecond) }
	g.Func("idleTimeNs", func() float64 { return ns(t.idled) })
	g.Func("softBackPressuredTimeNs", func() float64 { return ns(t.waited) })
	g.Func("hardBackPressuredTimeNs", func() float64 { return ns(t.blocked) })
	g.Func("backPressuredTimeNs", func() float64 { return ns(t.waited) + ns(t.blocked) })
	g.Func("isBackPressured", func() float64 {
		if t.waited.Running() || t.blocked.Running() {
			return 1
		}
		return 0
	})
	g.Func("mailboxQueueSize", func() float64 {
		t.mu.Lock()
		defer t.mu.Unlock()
		return float64(len(t.mail))
	})
}

// publishInput tells how full the channels into the task are.
func (t *Task) publishInput(g *metrics.Group) {
	g.Func("inPoolUsage", func() float64 { exclusive, _ := t.gate.Usage(); return exclusive })
	g.Func("floatingBuffersUsage", func() float64 { _, floating := t.gate.Usage(); return floating })
	g.Func("usedMemorySegments", func() float64 { used, _ := t.gate.Segments(); return float64(used) })
	g.Func("totalMemorySegments", func() float64 { _, total := t.gate.Segments(); return float64(total) })
	g.Func("inputQueueLength", func() float64 { batches, _ := t.gate.Queued(); return float64(batches) })
	g.Func("inputQueueSize", func() float64 { _, bytes := t.gate.Queued(); return float64(bytes) })
}

// publishOutput tells how full the fullest edge out of the task is, and what waits
// in all of them.
func (t *Task) publishOutput(g *metrics.Group) {
	if len(t.edges) == 0 {
		return
	}
	g.Func("outPoolUsage", func() float64 {
		highest := 0.0
		for _, w := range t.edges {
			highest = max(highest, w.Usage())
		}
		return highest
	})
	queued := func() (batches int, bytes int64) {
		for _, w := range t.edges {
			n, size := w.Queued()
			batches += n
			bytes += size
		}
		return batches, bytes
	}
	g.Func("outputQueueLength", func() float64 { batches, _ := queued(); return float64(batches) })
	g.Func("outputQueueSize", func() float64 { _, bytes := queued(); return float64(bytes) })
}

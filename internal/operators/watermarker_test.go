package operators

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// sequence is a SourceOutput that writes down what comes.
type sequence struct{ items []string }

func (s *sequence) Emit(b *batch.Batch) error {
	var rows []string
	for k := range b.Rows() {
		rows = append(rows, fmt.Sprint(b.Cols[0].Int64s()[b.Row(k)]))
	}
	if len(rows) > 0 {
		s.items = append(s.items, strings.Join(rows, ","))
	}
	return nil
}
func (s *sequence) Watermark(t int64) error {
	s.items = append(s.items, fmt.Sprintf("w%d", t))
	return nil
}
func (s *sequence) Idle(idle bool) error {
	s.items = append(s.items, fmt.Sprintf("idle=%v", idle))
	return nil
}

func (s *sequence) take() string {
	text := strings.Join(s.items, " ")
	s.items = nil
	return text
}

// handClock is a clock that the test moves, and takes timer requests.
type handClock struct {
	now    time.Time
	wakeAt int64
}

func (c *handClock) Now() time.Time { return c.now }
func (c *handClock) Set(at int64)   { c.wakeAt = at }

// marksOf returns a watermarker of `ts - delay`.
func marksOf(t *testing.T, clock *handClock, strategy jobgraph.WatermarkStrategy, perSplit bool) *watermarker {
	t.Helper()
	ts := types.TimestampOf(3)
	strategy.Expr = &expr.Column{Index: 1, Name: "mark", T: ts}
	m, err := newWatermarker(&strategy, &expr.Env{}, &operator.Context{Clock: clock, Timers: clock, Watermark: stream.MinTime}, perSplit)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// times is a batch of rowtimes and, beside each, the watermark 5 before it.
func times(rowtimes ...int64) *batch.Batch {
	ts := types.TimestampOf(3)
	b := batch.NewBatch(types.Schema{{Name: "ts", Type: ts}, {Name: "mark", Type: ts}}, len(rowtimes))
	for _, t := range rowtimes {
		b.Cols[0].AppendInt64(t)
		b.Cols[1].AppendInt64(t - 5)
	}
	b.SetLen()
	return b
}

// A watermark is cut in before the rows that it makes late, and nowhere else.
func TestWatermarkIsCutInBeforeLateRows(t *testing.T) {
	clock := &handClock{now: time.UnixMilli(0)}
	for _, c := range []struct {
		interval time.Duration
		in       []int64
		want     string
	}{
		{0, []int64{10, 20, 30}, "10,20,30 w25"},
		{0, []int64{10, 20, 17, 30}, "10,20,17,30 w25"}, // out of order, but not late
		{0, []int64{10, 40, 30, 50}, "10,40 w35 30,50 w45"},
		{0, []int64{10, 40, 30, 20, 50, 44}, "10,40 w35 30,20,50 w45 44"},
		{100 * time.Millisecond, []int64{10, 40, 30, 120}, "10,40,30,120 w115"},  // 35 was not due yet
		{100 * time.Millisecond, []int64{10, 40, 4, 120}, "10,40 w5 4,120 w115"}, // but 5 was
	} {
		m := marksOf(t, clock, jobgraph.WatermarkStrategy{Interval: c.interval}, false)
		out := &sequence{}
		if err := m.emit("", times(c.in...), out); err != nil {
			t.Fatal(err)
		}
		if got := out.take(); got != c.want {
			t.Errorf("interval %v, rows %v:\n got %s\nwant %s", c.interval, c.in, got, c.want)
		}
	}
}

// Splits progress by themselves; the slowest one that is not idle decides.
func TestSplitsAndIdleness(t *testing.T) {
	clock := &handClock{now: time.UnixMilli(1000)}
	m := marksOf(t, clock, jobgraph.WatermarkStrategy{IdleTimeout: 10 * time.Second}, true)
	out := &sequence{}
	step := func(what, want string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if got := out.take(); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	m.addSplit(connector.Split{ID: "a"})
	m.addSplit(connector.Split{ID: "b"})
	step("b has said nothing", "100", m.emit("a", times(100), out))
	step("the slower split decides", "50 w45", m.emit("b", times(50), out))
	clock.now = clock.now.Add(6 * time.Second)
	step("a goes on", "200", m.emit("a", times(200), out))
	clock.now = clock.now.Add(5 * time.Second)
	step("b has become idle", "300 w295", m.emit("a", times(300), out))
	step("b wakes up behind and is not waited for", "60", m.emit("b", times(60), out))
	step("nothing to read", "", m.rest(out))
	if want := clock.now.Add(10*time.Second).UnixMilli() + 1; clock.wakeAt != want {
		t.Errorf("asked to be woken at %d, want %d", clock.wakeAt, want)
	}
	clock.now = clock.now.Add(10 * time.Second)
	step("both are idle", "idle=true", m.rest(out))
	step("rows again", "idle=false 400 w395", m.emit("a", times(400), out))
	step("the other one, too", "70", m.emit("b", times(70), out))
	step("b holds time back", "500", m.emit("a", times(500), out))
	step("the end of a split frees time", "w495", m.endSplit("b", out))
}

package operators

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

var tvfSchema = types.Schema{{Name: "k", Type: types.Of(types.BigInt)}, {Name: "ts", Type: types.TimestampOf(3)}}

// tvfRows is a batch of (key, time in seconds).
func tvfRows(pairs ...int64) *batch.Batch {
	b := batch.NewBatch(tvfSchema, 0)
	for i := 0; i < len(pairs); i += 2 {
		b.Cols[0].AppendInt64(pairs[i])
		b.Cols[1].AppendInt64(pairs[i+1] * 1000)
	}
	b.SetLen()
	return b
}

// windows is an Output that shows key, time and window in seconds.
type windows struct{ lines []string }

func (w *windows) Emit(b *batch.Batch) error {
	for k := range b.Rows() {
		i := b.Row(k)
		at := func(c int) string { return time.UnixMilli(b.Cols[c].Int64s()[i]).UTC().Format("05.999") }
		w.lines = append(w.lines, fmt.Sprintf("%d@%s [%s,%s) %s", b.Cols[0].Int64s()[i], at(1), at(2), at(3), at(4)))
	}
	return nil
}

func (w *windows) take() string {
	s := strings.Join(w.lines, "; ")
	w.lines = nil
	return s
}

func TestWindowFunctionsAttachWindows(t *testing.T) {
	for _, c := range []struct {
		window jobgraph.Window
		in     []int64
		want   string
	}{
		{jobgraph.Window{Kind: jobgraph.Tumble, Time: 1, Size: 10_000}, []int64{1, 12, 2, 20}, "1@12 [10,20) 19.999; 2@20 [20,30) 29.999"},
		{jobgraph.Window{Kind: jobgraph.Tumble, Time: 1, Size: 10_000, Offset: 3_000}, []int64{1, 12}, "1@12 [03,13) 12.999"},
		{jobgraph.Window{Kind: jobgraph.Hop, Time: 1, Size: 10_000, Slide: 5_000}, []int64{1, 12}, "1@12 [05,15) 14.999; 1@12 [10,20) 19.999"},
		{jobgraph.Window{Kind: jobgraph.Hop, Time: 1, Size: 2_000, Slide: 5_000}, []int64{1, 11, 1, 12}, "1@11 [10,12) 11.999"},
		{jobgraph.Window{Kind: jobgraph.Cumulate, Time: 1, Size: 15_000, Slide: 5_000}, []int64{1, 21}, "1@21 [15,25) 24.999; 1@21 [15,30) 29.999"},
	} {
		op := NewWindowTVF(&jobgraph.WindowTVF{Window: c.window}, tvfSchema)
		openOperator(t, op, true)
		out := &windows{}
		if err := op.ProcessBatch(0, tvfRows(c.in...), out); err != nil {
			t.Fatal(err)
		}
		if got := out.take(); got != c.want {
			t.Errorf("%+v of %v:\n got %s\nwant %s", c.window, c.in, got, c.want)
		}
	}
}

// Rows wait for the end of their session; a row that connects two sessions makes
// them one; a row whose session is over is late.
func TestSessionWindowFunction(t *testing.T) {
	op := NewWindowTVF(&jobgraph.WindowTVF{Window: jobgraph.Window{Kind: jobgraph.Session, Time: 1, Size: 10_000, Partition: []int{0}}}, tvfSchema)
	openOperator(t, op, true)
	out := &windows{}
	send := func(pairs ...int64) {
		t.Helper()
		if err := op.ProcessBatch(0, tvfRows(pairs...), out); err != nil {
			t.Fatal(err)
		}
	}
	watermark := func(seconds int64, want string) {
		t.Helper()
		if _, err := op.(operator.WatermarkHandler).OnWatermark(seconds*1000, out); err != nil {
			t.Fatal(err)
		}
		if got := out.take(); got != want {
			t.Errorf("watermark %d:\n got %s\nwant %s", seconds, got, want)
		}
	}
	send(1, 5, 1, 20, 2, 6)
	watermark(14, "")
	send(1, 13)
	watermark(20, "2@06 [06,16) 15.999")
	send(2, 7)
	watermark(40, "1@05 [05,30) 29.999; 1@20 [05,30) 29.999; 1@13 [05,30) 29.999")
}

// restoredSessions is the state of a session window function as another one finds it.
type restoredSessions struct {
	state.Backend
	of *sessionTVF
}

func (r restoredSessions) Timers(string) (state.Timers, error) { return r.of.timers, nil }
func (r restoredSessions) List(state.Spec) (state.List, error) { return r.of.list, nil }

// Processing-time sessions that are open in a checkpoint end although no row follows.
func TestRestoredProctimeSessions(t *testing.T) {
	spec := &jobgraph.WindowTVF{Window: jobgraph.Window{Kind: jobgraph.Session, Time: 1, Size: 10_000, Partition: []int{0}, Proctime: true}}
	op := NewWindowTVF(spec, tvfSchema)
	openOperator(t, op, true)
	if err := op.ProcessBatch(0, tvfRows(1, 5, 2, 6), &windows{}); err != nil {
		t.Fatal(err)
	}
	again, timers, out := NewWindowTVF(spec, tvfSchema), &setTimers{}, &windows{}
	err := again.(operator.Opener).Open(&operator.Context{
		Watermark: stream.MinTime, Parallelism: 1, Timers: timers, Clock: fixedClock{time.UnixMilli(7)}, State: restoredSessions{of: op.(*sessionTVF)},
		Metrics: metrics.NewGroup(nil), Log: rpc.Discard, Settings: operator.Settings{BatchRows: 7, Streaming: true, TimeZone: time.UTC},
	})
	if err != nil || len(timers.times) != 1 {
		t.Fatalf("error %v; calls asked for at %d, want one", err, timers.times)
	}
	if err := again.(operator.TimerHandler).OnProcessingTime(timers.times[0], out); err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(out.take(), "@"); rows != 2 {
		t.Errorf("%d rows were given out, want 2", rows)
	}
}

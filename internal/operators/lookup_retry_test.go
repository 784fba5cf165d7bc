package operators

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// retryWorld is a lookup join with retries, its clock, and a table that changes.
type retryWorld struct {
	t    *testing.T
	op   *retryingLookup
	d    *dimension
	now  int64
	due  []int64
	out  timedLines
	list state.OperatorList
}

func (w *retryWorld) Now() time.Time { return time.UnixMilli(w.now) }
func (w *retryWorld) Set(at int64)   { w.due = append(w.due, at) }

// timedLines also notes watermarks.
type timedLines struct{ lines }

func (l *timedLines) Watermark(time int64) error {
	l.rows = append(l.rows, fmt.Sprintf("watermark %d", time))
	return nil
}

var retryLeft = bigints("k", "v")

func newRetryWorld(t *testing.T, kind jobgraph.JoinKind, o jobgraph.LookupOptions) *retryWorld {
	w := &retryWorld{t: t, d: &dimension{}, now: 1000}
	if o.Capacity == 0 {
		o.Capacity = 4
	}
	w.open(kind, o, nil, nil, keygroup.Range{Start: 0, End: 127}, stream.MinTime)
	return w
}

// open makes the operator of a subtask that starts from entries of a checkpoint.
func (w *retryWorld) open(kind jobgraph.JoinKind, o jobgraph.LookupOptions, distributed []int, entries [][]byte, groups keygroup.Range, watermark int64) {
	w.t.Helper()
	spec := &jobgraph.LookupJoin{
		Kind: kind, Connector: "dimension", LookupKeys: []int{0}, LeftKeys: []int{0}, LeftSchema: retryLeft, Options: &o, Distributed: distributed,
		Scan: connector.Scan{Fields: []connector.ScanField{{Name: "id", Type: types.Of(types.BigInt)}, {Name: "w", Type: types.Of(types.BigInt)}}},
	}
	op, err := (&Builder{Connectors: map[string]connector.Factory{"dimension": w.d}}).newLookupJoin(spec)
	if err != nil {
		w.t.Fatal(err)
	}
	w.op = op.(*retryingLookup)
	backend := heap.New(heap.Options{KeyGroups: groups, MaxParallelism: 128})
	mode := state.Split
	if len(distributed) > 0 {
		mode = state.Union
	}
	if w.list, err = backend.OperatorList("waiting-rows", mode); err != nil {
		w.t.Fatal(err)
	}
	w.list.Set(entries)
	w.due = nil
	err = w.op.Open(&operator.Context{
		Name: "test", Parallelism: 1, MaxParallelism: 128, KeyGroups: groups, State: backend, Watermark: watermark,
		Metrics: metrics.NewGroup(nil), Log: rpc.Discard, Clock: w, Timers: w,
		Settings: operator.Settings{BatchRows: 7, Streaming: true, TimeZone: time.UTC},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *retryWorld) rows(rows ...[]int64) {
	w.t.Helper()
	process(w.t, w.op, 0, retryLeft, &w.out, rows...)
}

func (w *retryWorld) watermark(time int64) {
	w.t.Helper()
	pass, err := w.op.OnWatermark(time, &w.out)
	if err != nil {
		w.t.Fatal(err)
	}
	if pass != stream.MinTime {
		w.out.Watermark(pass)
	}
}

// until lets the clock go on, with all timers.
func (w *retryWorld) until(now int64) error {
	for {
		slices.Sort(w.due)
		if len(w.due) == 0 || w.due[0] > now {
			w.now = now
			return nil
		}
		w.now = max(w.now, w.due[0])
		w.due = w.due[1:]
		if err := w.op.OnProcessingTime(w.now, &w.out); err != nil {
			return err
		}
	}
}

func (w *retryWorld) goOn(now int64) {
	w.t.Helper()
	if err := w.until(now); err != nil {
		w.t.Fatal(err)
	}
}

func (w *retryWorld) expect(what, want string) {
	w.t.Helper()
	expect(w.t, what, strings.ReplaceAll(w.out.take(), "\n", " | "), want)
}

func retry(attempts int, delay time.Duration) *jobgraph.LookupRetry {
	return &jobgraph.LookupRetry{Attempts: attempts, Delay: delay}
}

// A row that is not found is asked for again, and what is behind it waits in order,
// with the event time; the row that is found meanwhile is not asked for again.
func TestLookupRetryKeepsOrder(t *testing.T) {
	w := newRetryWorld(t, jobgraph.Left, jobgraph.LookupOptions{Retry: retry(2, 10*time.Millisecond)})
	w.d.rows = [][]int64{{1, 10}}
	w.rows([]int64{1, 0}, []int64{2, 1}, []int64{1, 2}, []int64{-1, 3})
	w.expect("before the row that is missing", "1,0,1,10")
	w.watermark(500)
	w.rows([]int64{1, 4})
	w.watermark(600)
	w.expect("behind it", "")
	if !w.op.Waiting() || !w.op.Full() {
		t.Errorf("waiting %v, full %v with %d rows", w.op.Waiting(), w.op.Full(), w.op.rows)
	}
	w.goOn(1009)
	w.expect("before the delay is over", "")
	w.d.asked = nil
	w.goOn(1010)
	w.expect("after the first retry", "")
	w.d.rows = append(w.d.rows, []int64{2, 20})
	w.goOn(1020)
	w.expect("after the second", "2,1,2,20 | 1,2,1,10 | NULL,3,NULL,NULL | watermark 500 | 1,4,1,10 | watermark 600")
	expect(t, "asked", strings.Join(w.d.asked, " "), "2 2")
	if w.op.Waiting() || w.op.Full() || len(w.due) > 0 {
		t.Errorf("waiting %v, full %v, timers %v", w.op.Waiting(), w.op.Full(), w.due)
	}
	w.watermark(700)
	w.expect("time goes on", "watermark 700")
}

// After max-attempts retries a row counts as found nowhere.
func TestLookupRetryGivesUp(t *testing.T) {
	for _, kind := range []jobgraph.JoinKind{jobgraph.Inner, jobgraph.Left} {
		w := newRetryWorld(t, kind, jobgraph.LookupOptions{Retry: retry(3, 10*time.Millisecond)})
		w.rows([]int64{2, 1})
		w.goOn(1029)
		w.expect("before the last", "")
		w.goOn(1030)
		w.expect("after it", map[jobgraph.JoinKind]string{jobgraph.Inner: "", jobgraph.Left: "2,1,NULL,NULL"}[kind])
		expect(t, "asked", strings.Join(w.d.asked, " "), "2 2 2 2")
		w.goOn(5000)
		expect(t, "asked later", strings.Join(w.d.asked, " "), "2 2 2 2")
	}
}

// Rows may overtake those that wait, watermarks may not.
func TestLookupRetryUnordered(t *testing.T) {
	w := newRetryWorld(t, jobgraph.Inner, jobgraph.LookupOptions{Async: true, Unordered: true, Timeout: time.Hour, Retry: retry(2, 10*time.Millisecond)})
	w.d.rows = [][]int64{{1, 10}}
	w.rows([]int64{2, 0}, []int64{1, 1})
	w.goOn(1005)
	w.rows([]int64{3, 2})
	w.watermark(500)
	w.rows([]int64{1, 3})
	w.expect("rows that were found", "1,1,1,10 | 1,3,1,10")
	w.d.rows = append(w.d.rows, []int64{3, 30})
	w.goOn(1015)
	w.expect("a younger row is found first", "3,2,3,30")
	w.d.rows = append(w.d.rows, []int64{2, 20})
	w.goOn(1020)
	w.expect("then the elder", "2,0,2,20 | watermark 500")
}

// A row that waits longer than the timeout of an asynchronous lookup fails the job.
func TestLookupRetryTimesOut(t *testing.T) {
	w := newRetryWorld(t, jobgraph.Left, jobgraph.LookupOptions{Async: true, Timeout: 25 * time.Millisecond, Retry: retry(5, 10*time.Millisecond)})
	w.rows([]int64{2, 1})
	w.goOn(1024)
	if err := w.until(1025); err == nil || !strings.Contains(err.Error(), "timed out") || w.now != 1025 {
		t.Errorf("at %d: %v", w.now, err)
	}
	w = newRetryWorld(t, jobgraph.Left, jobgraph.LookupOptions{Timeout: 25 * time.Millisecond, Retry: retry(5, 10*time.Millisecond)})
	w.rows([]int64{2, 1})
	w.goOn(1050)
	w.expect("a lookup that is not asynchronous has none", "2,1,NULL,NULL")
}

// At the end what waits is asked for once more.
func TestLookupRetryFinish(t *testing.T) {
	w := newRetryWorld(t, jobgraph.Left, jobgraph.LookupOptions{Retry: retry(5, 10*time.Millisecond)})
	w.rows([]int64{2, 1}, []int64{3, 2})
	w.watermark(stream.MaxTime)
	w.d.rows = [][]int64{{3, 30}}
	if err := w.op.Finish(&w.out); err != nil {
		t.Fatal(err)
	}
	w.expect("finished", fmt.Sprintf("2,1,NULL,NULL | 3,2,3,30 | watermark %d", stream.MaxTime))
}

// Changes keep their kinds, also those that wait.
func TestLookupRetryOfChanges(t *testing.T) {
	w := newRetryWorld(t, jobgraph.Left, jobgraph.LookupOptions{Retry: retry(1, 10*time.Millisecond)})
	w.d.rows = [][]int64{{1, 10}}
	b := batch.NewBatch(retryLeft, 0)
	appendInts(b, batch.UpdateBefore, []int64{2, 0})
	appendInts(b, batch.UpdateAfter, []int64{1, 0})
	appendInts(b, batch.Delete, []int64{3, 0})
	if err := w.op.ProcessBatch(0, b, &w.out); err != nil {
		t.Fatal(err)
	}
	w.goOn(1010)
	w.expect("changes", "-U 2,0,NULL,NULL | +U 1,0,1,10 | -D 3,0,NULL,NULL")
}

// A snapshot holds what waits: the operator goes on from it, attempts counted, at the
// due times, and event time is held back again.
func TestLookupRetrySnapshot(t *testing.T) {
	o := jobgraph.LookupOptions{Retry: retry(2, 10*time.Millisecond), Capacity: 4}
	w := newRetryWorld(t, jobgraph.Left, o)
	w.d.rows = [][]int64{{1, 10}, {1, 11}}
	w.rows([]int64{2, 0}, []int64{1, 1}, []int64{3, 2})
	w.watermark(500)
	w.goOn(1012)
	if err := w.op.PrepareSnapshot(1); err != nil {
		t.Fatal(err)
	}
	entries := w.list.Get()
	w.d.rows = [][]int64{{3, 30}}
	w.open(jobgraph.Left, o, nil, entries, keygroup.Range{Start: 0, End: 127}, 500)
	w.goOn(1019)
	w.expect("before", "")
	w.goOn(1020)
	w.expect("after", "2,0,NULL,NULL | 1,1,1,10 | 1,1,1,11 | 3,2,3,30 | watermark 500")
	for _, bad := range [][]byte{{}, {0, 0, 0, 0, 0, 0, 0, 0, 9}, append(slices.Clone(entries[0][:9]), 77), append(slices.Clone(entries[1]), 200)} {
		if len(bad) >= parkedHead {
			if _, err := decodeWaiting(bad[8:]); err == nil {
				t.Errorf("% x was decoded", bad)
			}
		}
	}
}

// Rows that come by hash go to the subtask of their key when the job is rescaled: each
// to one.
func TestLookupRetryRescales(t *testing.T) {
	o := jobgraph.LookupOptions{Retry: retry(2, 10*time.Millisecond), Capacity: 4}
	w := &retryWorld{t: t, d: &dimension{}, now: 1000}
	w.open(jobgraph.Left, o, []int{0}, nil, keygroup.Range{Start: 0, End: 127}, stream.MinTime)
	var want []string
	for k := range int64(40) {
		w.rows([]int64{k, 0})
		want = append(want, fmt.Sprintf("%d,0,NULL,NULL", k))
	}
	if err := w.op.PrepareSnapshot(1); err != nil {
		t.Fatal(err)
	}
	entries := w.list.Get()
	var got []string
	for _, g := range []keygroup.Range{{Start: 0, End: 63}, {Start: 64, End: 127}} {
		w.now = 1000
		w.open(jobgraph.Left, o, []int{0}, entries, g, stream.MinTime)
		w.goOn(1100)
		rows := strings.Split(w.out.take(), "\n")
		if len(rows) < 5 {
			t.Errorf("groups %v have %d rows", g, len(rows))
		}
		got = append(got, rows...)
	}
	slices.Sort(got)
	slices.Sort(want)
	expect(t, "rows of both", strings.Join(got, " "), strings.Join(want, " "))
}

// Whatever comes when, also through snapshots, the answer is that of a table that has all
// rows from the start, in the same order, if they come before the last attempt.
func TestLookupRetryEqualsLateTable(t *testing.T) {
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		o := jobgraph.LookupOptions{Retry: retry(3, 20*time.Millisecond), Capacity: 4}
		w := newRetryWorld(t, jobgraph.Left, o)
		var want, got []string
		for k := range int64(30) {
			row := []int64{k % 10, k}
			if k%10 < 8 {
				want = append(want, fmt.Sprintf("%d,%d,%d,7", row[0], k, row[0]))
			} else {
				want = append(want, fmt.Sprintf("%d,%d,NULL,NULL", row[0], k))
			}
			w.rows(row)
			w.goOn(w.now + int64(r.Intn(3)))
			if r.Intn(4) == 0 {
				if err := w.op.PrepareSnapshot(k); err != nil {
					t.Fatal(err)
				}
				w.open(jobgraph.Left, o, nil, w.list.Get(), keygroup.Range{Start: 0, End: 127}, stream.MinTime)
			}
			if len(w.d.rows) < 8 && w.now > 1025 {
				w.d.rows = append(w.d.rows, []int64{int64(len(w.d.rows)), 7})
			}
		}
		for len(w.d.rows) < 8 {
			w.d.rows = append(w.d.rows, []int64{int64(len(w.d.rows)), 7})
		}
		w.goOn(w.now + 1000)
		got = append(got, strings.Split(w.out.take(), "\n")...)
		expect(t, fmt.Sprint("seed ", seed), strings.Join(got, " "), strings.Join(want, " "))
	}
}

// A table that is read as a whole is not asked again.
func TestLookupRetryOfCopy(t *testing.T) {
	b := &Builder{Connectors: map[string]connector.Factory{"dimension": copied{}}}
	op, err := b.newLookupJoin(&jobgraph.LookupJoin{Connector: "dimension", Options: &jobgraph.LookupOptions{Retry: retry(1, time.Second)}})
	if _, plain := op.(*lookupJoin); err != nil || !plain {
		t.Errorf("%T, %v", op, err)
	}
}

type copied struct{ plainSource }

func (copied) Source(*connector.Env, *connector.Scan) (connector.Source, error) {
	return copiedSource{}, nil
}

type copiedSource struct{ dimensionSource }

func (copiedSource) IsLookupCopy() bool { return true }

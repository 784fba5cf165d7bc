package operators

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// joinRows recomputes a join of rows: those that match, and, as the kind asks,
// those that do not.
func joinRows(kind jobgraph.JoinKind, left, right [][]int64, match func(l, r []int64) bool) map[string]int {
	out := map[string]int{}
	pad := func(n int) []int64 { return slices.Repeat([]int64{-1}, n) }
	rightMatched := make([]bool, len(right))
	for _, l := range left {
		matched := false
		for k, r := range right {
			if match(l, r) {
				matched, rightMatched[k] = true, true
				if kind != jobgraph.Semi && kind != jobgraph.Anti {
					out[intsText(slices.Concat(l, r)...)]++
				}
			}
		}
		switch {
		case kind == jobgraph.Semi && matched, kind == jobgraph.Anti && !matched:
			out[intsText(l...)]++
		case !matched && (kind == jobgraph.Left || kind == jobgraph.Full):
			out[intsText(slices.Concat(l, pad(len(l)))...)]++
		}
	}
	for k, r := range right {
		if !rightMatched[k] && (kind == jobgraph.Right || kind == jobgraph.Full) {
			out[intsText(slices.Concat(pad(len(r)), r)...)]++
		}
	}
	return out
}

// columnLess is the condition that one BIGINT column is less than another.
func columnLess(t testing.TB, a, b int) expr.Expr {
	t.Helper()
	n := types.Of(types.BigInt)
	e, err := expr.Resolve("<", []expr.Expr{&expr.Column{Index: a, Name: "a", T: n}, &expr.Column{Index: b, Name: "b", T: n}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Whatever the order of rows and watermarks, as long as no row is late the
// output is that of the join of both tables; it only inserts, and no row comes
// behind a watermark that was passed on.
func TestIntervalJoinEqualsRecomputation(t *testing.T) {
	schema := timedSchema("ts", "k", "v")
	for _, kind := range joinKinds {
		for _, bounds := range [][2]int64{{-5, 5}, {0, 8}, {2, 6}, {-9, -3}, {3, 1}} {
			for _, withCond := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d..%d/cond=%v", kind, bounds[0], bounds[1], withCond), func(t *testing.T) {
					spec := &jobgraph.IntervalJoin{
						Kind: kind, LeftKeys: []int{1}, RightKeys: []int{1}, Lower: bounds[0], Upper: bounds[1], LeftSchema: schema, RightSchema: schema,
					}
					if withCond {
						spec.Cond = columnLess(t, 2, 5)
					}
					checkIntervalJoin(t, spec)
				})
			}
		}
	}
}

func checkIntervalJoin(t *testing.T, spec *jobgraph.IntervalJoin) {
	op := NewIntervalJoin(spec)
	openOperator(t, op, true)
	r, now, passed := rand.New(rand.NewSource(9)), int64(100), stream.MinTime
	got := newFold(t)
	got.plain = true
	out := punctualOutput{t: t, to: got, passed: &passed, columns: []int{0, 3}}
	if spec.Kind == jobgraph.Semi || spec.Kind == jobgraph.Anti {
		out.columns = []int{0}
	}
	var tables [2][][]int64
	for range 120 {
		if r.Intn(3) == 0 {
			now += int64(r.Intn(6))
			var err error
			if passed, err = op.(operator.WatermarkHandler).OnWatermark(now, out); err != nil {
				t.Fatal(err)
			}
			continue
		}
		input := r.Intn(2)
		var rows [][]int64
		for range 1 + r.Intn(6) {
			rows = append(rows, []int64{now + 1 + int64(r.Intn(15)), int64(r.Intn(4)) - 1, int64(r.Intn(5)) - 1})
		}
		tables[input] = append(tables[input], rows...)
		process(t, op, input, spec.LeftSchema, out, rows...)
	}
	advance(t, op, stream.MaxTime, out)
	want := joinRows(spec.Kind, tables[0], tables[1], func(l, r []int64) bool {
		return l[1] >= 0 && l[1] == r[1] && l[0]+spec.Lower <= r[0] && r[0] <= l[0]+spec.Upper &&
			(spec.Cond == nil || l[2] >= 0 && r[2] >= 0 && l[2] < r[2])
	})
	expect(t, "at the end", got.table(), tableText(want))
	for _, s := range op.(*intervalJoin).sides {
		if s.list.Len() != 0 || s.timers.Len() != 0 {
			t.Errorf("%d lists and %d timers are left", s.list.Len(), s.timers.Len())
		}
	}
}

// punctualOutput fails for a row older than the watermark passed on.
type punctualOutput struct {
	t       *testing.T
	to      operator.Output
	passed  *int64
	columns []int // times
}

func (p punctualOutput) Emit(b *batch.Batch) error {
	for k := range b.Rows() {
		i := b.Row(k)
		for _, c := range p.columns {
			if !b.Cols[c].IsNull(i) {
				if b.Cols[c].Int64s()[i] <= *p.passed {
					p.t.Errorf("a row of time %d behind the watermark %d", b.Cols[c].Int64s()[i], *p.passed)
				}
			}
		}
	}
	return p.to.Emit(b)
}

// A left row without partner comes out as soon as none can come any more.
func TestIntervalJoinPadsInTime(t *testing.T) {
	schema := timedSchema("ts", "k")
	op := NewIntervalJoin(&jobgraph.IntervalJoin{Kind: jobgraph.Left, LeftKeys: []int{1}, RightKeys: []int{1}, Lower: -10, Upper: 10, LeftSchema: schema, RightSchema: schema})
	openOperator(t, op, true)
	got := &lines{}
	process(t, op, 0, schema, got, []int64{100, 1}, []int64{100, 2})
	process(t, op, 1, schema, got, []int64{109, 1})
	expect(t, "a partner", got.take(), "100,1,109,1")
	advance(t, op, 109, got)
	expect(t, "a partner may still come", got.take(), "")
	advance(t, op, 110, got)
	expect(t, "none can come", got.take(), "100,2,NULL,NULL")
	process(t, op, 1, schema, got, []int64{110, 2})
	expect(t, "a late one", got.take(), "")
}

// By processing time rows wait for the clock.
func TestIntervalJoinByProcessingTime(t *testing.T) {
	schema := bigints("ts", "k")
	op := NewIntervalJoin(&jobgraph.IntervalJoin{Kind: jobgraph.Full, LeftKeys: []int{1}, RightKeys: []int{1}, Lower: -10, Upper: 10, Proctime: true, LeftSchema: schema, RightSchema: schema})
	openOperator(t, op, true)
	got := &lines{}
	process(t, op, 0, schema, got, []int64{7, 1}, []int64{7, 2})
	process(t, op, 1, schema, got, []int64{8, 1}, []int64{8, 3}) // the clock stands at 7
	expect(t, "a partner", got.take(), "7,1,8,1")
	timer := op.(operator.TimerHandler)
	for _, step := range []struct {
		now  int64
		want string
	}{{17, ""}, {18, "7,2,NULL,NULL\nNULL,NULL,8,3"}} {
		if err := timer.OnProcessingTime(step.now, got); err != nil {
			t.Fatal(err)
		}
		expect(t, fmt.Sprint("at ", step.now), got.take(), step.want)
	}
}

// Two streams of 10000 keys, one partner on average.
func BenchmarkIntervalJoin(b *testing.B) {
	schema := timedSchema("ts", "k", "v")
	for i := range schema {
		schema[i].Type.Nullable = false
	}
	op := NewIntervalJoin(&jobgraph.IntervalJoin{LeftKeys: []int{1}, RightKeys: []int{1}, Lower: -5000, Upper: 5000, LeftSchema: schema, RightSchema: schema})
	openForBenchmark(b, op, true)
	r, now := rand.New(rand.NewSource(1)), int64(0)
	in := batch.NewBatch(schema, 4096)
	for b.Loop() {
		for input := range 2 {
			in.Reset()
			for i := range 4096 {
				appendInts(in, batch.Insert, []int64{now + int64(i)/4, int64(r.Intn(10_000)), 1})
			}
			if err := op.ProcessBatch(input, in, discard{}); err != nil {
				b.Fatal(err)
			}
		}
		now += 1024
		if _, err := op.(operator.WatermarkHandler).OnWatermark(now-1, discard{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*8192/b.Elapsed().Seconds(), "rows/s")
}

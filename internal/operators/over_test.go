package operators

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

var (
	runningRows  = jobgraph.OverFrame{Rows: true, UnboundedPreceding: true}
	runningRange = jobgraph.OverFrame{UnboundedPreceding: true}
	wholeFrame   = jobgraph.OverFrame{UnboundedPreceding: true, UnboundedFollowing: true}
)

// overCalls are the calls of a test over the column v, each with the frame.
func overCalls(frame jobgraph.OverFrame, v int, fns ...string) []jobgraph.OverCall {
	var calls []jobgraph.OverCall
	for _, fn := range fns {
		c := jobgraph.OverCall{AggCall: jobgraph.AggCall{Fn: fn, Args: []int{v}, Filter: -1, Type: types.Of(types.BigInt), Name: fn}, Frame: frame}
		switch fn {
		case "COUNT", "ROW_NUMBER", "RANK", "DENSE_RANK":
			c.Args = nil
		case "COUNT DISTINCT":
			c.Fn, c.Distinct = "COUNT", true
		}
		calls = append(calls, c)
	}
	return calls
}

// naiveOver computes calls over one sorted partition; a row's order value is
// column order, its values are column v.
func naiveOver(calls []jobgraph.OverCall, rows [][]int64, order, v int) [][]int64 {
	out := make([][]int64, len(rows))
	for i, row := range rows {
		out[i] = slices.Clone(row)
		for _, c := range calls {
			out[i] = append(out[i], naiveCall(c, rows, i, order, v))
		}
	}
	return out
}

func naiveCall(c jobgraph.OverCall, rows [][]int64, i, order, v int) int64 {
	rank, dense := int64(1), int64(1)
	for k := range rows[:i] {
		if rows[k][order] != rows[i][order] {
			rank = int64(k + 2)
			if k == 0 || rows[k][order] != rows[k-1][order] {
				dense++
			}
		}
	}
	switch c.Fn {
	case "ROW_NUMBER":
		return int64(i + 1)
	case "RANK":
		return rank
	case "DENSE_RANK":
		return dense
	case "LAG", "LEAD":
		for !c.Frame.Rows && i+1 < len(rows) && rows[i+1][order] == rows[i][order] {
			i++ // rows of equal time see what the last of them sees
		}
		k := i - 1
		if c.Fn == "LEAD" {
			k = i + 1
		}
		if k < 0 || k >= len(rows) {
			return -1
		}
		return rows[k][v]
	}
	var frame []int64
	for k := range rows {
		if inFrame(c.Frame, rows, i, k, order) {
			frame = append(frame, rows[k][v])
		}
	}
	return naiveAggregate(c, frame)
}

func inFrame(f jobgraph.OverFrame, rows [][]int64, i, k, order int) bool {
	if f.Rows {
		return (f.UnboundedPreceding || int64(k) >= int64(i)-f.Preceding) && (f.UnboundedFollowing || int64(k) <= int64(i)+f.Following)
	}
	a, b := rows[i][order], rows[k][order]
	if a < 0 || b < 0 { // NULL is its own peer and precedes all numbers
		low := f.UnboundedPreceding || (a < 0) == (b < 0)
		high := f.UnboundedFollowing || (a < 0) == (b < 0)
		return (low || b >= 0) && (high || b < 0) && (a == b || b < 0 && f.UnboundedPreceding || b >= 0 && f.UnboundedFollowing)
	}
	return (f.UnboundedPreceding || b >= a-f.Preceding) && (f.UnboundedFollowing || b <= a+f.Following)
}

func naiveAggregate(c jobgraph.OverCall, frame []int64) int64 {
	if c.Fn == "COUNT" && !c.Distinct {
		return int64(len(frame))
	}
	frame = slices.DeleteFunc(slices.Clone(frame), func(x int64) bool { return x < 0 })
	if c.Distinct {
		slices.Sort(frame)
		return int64(len(slices.Compact(frame)))
	}
	if len(frame) == 0 {
		return -1
	}
	switch c.Fn {
	case "SUM":
		sum := int64(0)
		for _, x := range frame {
			sum += x
		}
		return sum
	case "MIN":
		return slices.Min(frame)
	case "MAX":
		return slices.Max(frame)
	case "FIRST_VALUE":
		return frame[0]
	case "LAST_VALUE":
		return frame[len(frame)-1]
	}
	panic(c.Fn)
}

// naiveOverTable computes calls over a table of (order, k, v, id) per k, in the
// order of the rows given.
func naiveOverTable(calls []jobgraph.OverCall, table [][]int64, columns int) map[string]int {
	parts := map[int64][][]int64{}
	for _, row := range table {
		parts[row[1]] = append(parts[row[1]], row)
	}
	out := map[string]int{}
	for _, rows := range parts {
		slices.SortStableFunc(rows, func(a, b []int64) int { return int(a[0] - b[0]) })
		for _, row := range naiveOver(calls, rows, 0, 2) {
			out[intsText(row...)]++
		}
	}
	return out
}

var overFrames = []jobgraph.OverFrame{
	runningRows, runningRange,
	{Rows: true}, {Rows: true, Preceding: 2}, {Preceding: 0}, {Preceding: 3},
}

var boundedFrames = append([]jobgraph.OverFrame{
	wholeFrame, {Rows: true, UnboundedPreceding: true, Following: 1}, {Rows: true, Preceding: 1, Following: 2}, {Rows: true, Preceding: -1, Following: 2},
	{Rows: true, Preceding: 3, Following: -2}, {Rows: true, Preceding: 1, UnboundedFollowing: true}, {UnboundedFollowing: true}, {Preceding: 1, Following: 1},
	{Preceding: 2, Following: -1}, {Rows: true, Preceding: 90, Following: 90}, {Preceding: 80, Following: 40},
}, overFrames...)

func frameName(f jobgraph.OverFrame) string {
	return fmt.Sprintf("rows=%v,%d(%v),%d(%v)", f.Rows, f.Preceding, f.UnboundedPreceding, f.Following, f.UnboundedFollowing)
}

var aggregates = []string{"COUNT", "SUM", "MIN", "MAX", "FIRST_VALUE", "LAST_VALUE", "COUNT DISTINCT"}

// In bounded mode every frame is that of the definition.
func TestBatchOver(t *testing.T) {
	schema := bigints("o", "k", "v", "id")
	for _, f := range boundedFrames {
		for _, fns := range [][]string{aggregates[:6], aggregates, {"SUM", "ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD"}} {
			t.Run(frameName(f)+"/"+strings.Join(fns, ","), func(t *testing.T) {
				calls := overCalls(f, 2, fns...)
				for i := range calls {
					if isPositional(calls[i].Fn) {
						calls[i].Frame = runningRows
					}
				}
				op := NewOver(&jobgraph.Over{Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 0}}, Time: -1, Calls: calls, Schema: schema})
				openOperator(t, op, false)
				r, got, id := rand.New(rand.NewSource(6)), newFold(t), int64(0)
				got.plain = true
				var table [][]int64
				for range 12 {
					var rows [][]int64
					for range 40 {
						id++
						rows = append(rows, []int64{int64(r.Intn(120)) - 1, int64(r.Intn(4)) - 1, int64(r.Intn(9)) - 1, id})
					}
					rows = append(rows, []int64{-1, id, 1, id}) // a partition of its own
					table = append(table, rows...)
					process(t, op, 0, schema, got, rows...)
				}
				finish(t, op, got)
				expect(t, "at the end", got.table(), tableText(naiveOverTable(calls, table, 4)))
			})
		}
	}
}

// NTILE, PERCENT_RANK and CUME_DIST, as in the textbook.
func TestBatchOverDistribution(t *testing.T) {
	schema := bigints("v", "n")
	call := func(fn string, kind types.Kind, args ...int) jobgraph.OverCall {
		return jobgraph.OverCall{AggCall: jobgraph.AggCall{Fn: fn, Args: args, Filter: -1, Type: types.Of(kind).NotNull()}, Frame: runningRows}
	}
	op := NewOver(&jobgraph.Over{
		Order: []jobgraph.SortKey{{Column: 0}}, Time: -1, Schema: schema,
		Calls: []jobgraph.OverCall{call("NTILE", types.BigInt, 1), call("PERCENT_RANK", types.Double), call("CUME_DIST", types.Double)},
	})
	openOperator(t, op, false)
	var got []string
	out := emitFunc(func(b *batch.Batch) error {
		for i := range b.N {
			got = append(got, fmt.Sprint(b.Cols[0].Int64s()[i], b.Cols[2].Int64s()[i], b.Cols[3].Float64s()[i], b.Cols[4].Float64s()[i]))
		}
		return nil
	})
	process(t, op, 0, schema, out, []int64{50, 3}, []int64{10, 3}, []int64{20, 3}, []int64{20, 3}, []int64{40, 3})
	finish(t, op, out)
	expect(t, "result", strings.Join(got, "\n"), "10 1 0 0.2\n20 1 0.25 0.6\n20 2 0.25 0.6\n40 2 0.75 0.8\n50 3 1 1")
}

type emitFunc func(*batch.Batch) error

func (f emitFunc) Emit(b *batch.Batch) error { return f(b) }

// By event time each row comes out once, when the watermark has passed it, with
// the values that the whole input gives it; state does not grow for frames that
// end.
func TestTimeOver(t *testing.T) {
	schema := timedSchema("ts", "k", "v", "id")
	for _, f := range overFrames {
		t.Run(frameName(f), func(t *testing.T) {
			calls := append(overCalls(f, 2, aggregates...), overCalls(runningRows, 2, "ROW_NUMBER")...)
			calls = append(calls, overCalls(runningRange, 2, "LAG")...)
			op := NewOver(&jobgraph.Over{Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 0}}, Calls: calls, Schema: schema})
			openOperator(t, op, true)
			r, got, id, now := rand.New(rand.NewSource(8)), newFold(t), int64(0), int64(50)
			got.plain = true
			advance(t, op, now, got)
			var table [][]int64
			for range 150 {
				var rows [][]int64
				for range r.Intn(7) {
					id++
					row := []int64{now + int64(r.Intn(8)) - 1, int64(r.Intn(4)) - 1, int64(r.Intn(5)) - 1, id}
					rows = append(rows, row)
					if row[0] > now {
						table = append(table, row)
					}
				}
				process(t, op, 0, schema, got, rows...)
				now += int64(r.Intn(4))
				advance(t, op, now, got)
				want := map[string]int{}
				for text, n := range naiveOverTable(calls, slices.DeleteFunc(slices.Clone(table), func(row []int64) bool { return row[0] > now }), 4) {
					want[text] = n
				}
				expect(t, fmt.Sprint("at ", now), got.table(), tableText(want))
			}
			advance(t, op, stream.MaxTime, got)
			expect(t, "at the end", got.table(), tableText(naiveOverTable(calls, table, 4)))
		})
	}
}

// A frame by time leaves nothing behind when time has passed it.
func TestTimeOverForgets(t *testing.T) {
	schema := timedSchema("ts", "k", "v")
	op := NewOver(&jobgraph.Over{
		Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 0}}, Schema: schema, Calls: overCalls(jobgraph.OverFrame{Preceding: 10}, 2, aggregates...),
	}).(*over)
	openOperator(t, op, true)
	got := &lines{}
	for k := range int64(5) {
		process(t, op, 0, schema, got, []int64{100 + k, k, k}, []int64{101 + k, k, k})
	}
	advance(t, op, 105, got)
	o := op.overOperator.(*timeOver)
	if n := o.recent.Len(); n != 5 {
		t.Errorf("%d keys are kept, want 5", n)
	}
	advance(t, op, 120, got)
	if o.recent.Len() != 0 || o.frames[0].table.Len() != 0 || o.pending.Len() != 0 || o.cleanup.Len() != 0 {
		t.Errorf("left: %d recent, %d accumulators, %d pending, %d timers", o.recent.Len(), o.frames[0].table.Len(), o.pending.Len(), o.cleanup.Len())
	}
}

// By processing time rows are answered at once, in order of arrival.
func TestProctimeOver(t *testing.T) {
	schema := bigints("ts", "k", "v")
	op := NewOver(&jobgraph.Over{
		Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 0}}, Proctime: true, Schema: schema,
		Calls: append(overCalls(jobgraph.OverFrame{Rows: true, Preceding: 1}, 2, "SUM"), overCalls(runningRange, 2, "COUNT")...),
	})
	openOperator(t, op, true)
	got := &lines{}
	process(t, op, 0, schema, got, []int64{0, 1, 10}, []int64{0, 2, 1}, []int64{0, 1, 20})
	process(t, op, 0, schema, got, []int64{0, 1, 30}, []int64{0, 2, 2})
	slices.Sort(got.rows)
	expect(t, "rows", got.take(), "0,1,10,10,1\n0,1,20,30,2\n0,1,30,50,3\n0,2,1,1,1\n0,2,2,3,2")
}

// In an order other than time the folded output is OVER of the table as it is.
func TestChangingOver(t *testing.T) {
	schema := bigints("o", "k", "v", "id")
	for _, f := range []jobgraph.OverFrame{runningRows, runningRange} {
		for _, retract := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/retract=%v", frameName(f), retract), func(t *testing.T) {
				calls := append(overCalls(f, 2, aggregates...), overCalls(runningRows, 2, "ROW_NUMBER")...)
				op := NewOver(&jobgraph.Over{Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 0}, {Column: 3}}, Time: -1, Calls: calls, Schema: schema})
				if !f.Rows { // peers
					op.(*over).spec.Order = op.(*over).spec.Order[:1]
					op.(*over).spec.Calls = calls[:4]
					calls = calls[:4]
				}
				openOperator(t, op, true)
				r, got, id := rand.New(rand.NewSource(1)), newFold(t), int64(0)
				var table [][]int64
				for range 80 {
					b := randomChanges(r, schema, 5, &table, retract, func() []int64 {
						id++
						return []int64{int64(r.Intn(9)) - 1, int64(r.Intn(3)) - 1, int64(r.Intn(5)) - 1, id}
					})
					if err := op.ProcessBatch(0, b, got); err != nil {
						t.Fatal(err)
					}
					slices.SortFunc(table, func(a, b []int64) int { return int(a[3] - b[3]) })
					expect(t, "after a batch", got.table(), tableText(naiveOverTable(calls, table, 4)))
				}
			})
		}
	}
}

// What a stream cannot know is refused by name.
func TestTimeOverRefuses(t *testing.T) {
	schema := timedSchema("ts", "k", "v")
	for want, call := range map[string]jobgraph.OverCall{
		"NTILE is not supported over the rows of a stream":         {AggCall: jobgraph.AggCall{Fn: "NTILE", Args: []int{2}, Type: types.Of(types.BigInt)}, Frame: runningRows},
		"OVER ROWS FOLLOWING windows are not supported yet.":       overCalls(jobgraph.OverFrame{Rows: true, Following: 1}, 2, "SUM")[0],
		"a frame that ends before it runs in batch mode only":      overCalls(jobgraph.OverFrame{Rows: true, Preceding: 2, Following: -1}, 2, "SUM")[0],
		"APPROX_COUNT_DISTINCT cannot aggregate an input with upd": {AggCall: jobgraph.AggCall{Fn: "APPROX_COUNT_DISTINCT", Args: []int{2}, Filter: -1, Type: types.Of(types.BigInt)}, Frame: jobgraph.OverFrame{Preceding: 5}},
	} {
		err := tryOpen(NewOver(&jobgraph.Over{Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 0}}, Schema: schema, Calls: []jobgraph.OverCall{call}}), true)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", call.Fn, err)
		}
	}
}

// SUM and COUNT over the last ten seconds of each of 1000 keys.
func BenchmarkTimeOver(b *testing.B) {
	for _, frame := range []jobgraph.OverFrame{runningRows, {Preceding: 10_000}, {Rows: true, Preceding: 9}} {
		b.Run(frameName(frame), func(b *testing.B) {
			schema := timedSchema("ts", "k", "v")
			for i := range schema {
				schema[i].Type.Nullable = false
			}
			op := NewOver(&jobgraph.Over{Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 0}}, Schema: schema, Calls: overCalls(frame, 2, "SUM", "COUNT")})
			openForBenchmark(b, op, true)
			r, now := rand.New(rand.NewSource(1)), int64(0)
			in := batch.NewBatch(schema, 4096)
			for b.Loop() {
				in.Reset()
				for i := range 4096 {
					appendInts(in, batch.Insert, []int64{now + int64(i)/4, int64(r.Intn(1000)), 1})
				}
				if err := op.ProcessBatch(0, in, discard{}); err != nil {
					b.Fatal(err)
				}
				now += 1024
				if _, err := op.(operator.WatermarkHandler).OnWatermark(now-1, discard{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*4096/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

package operators

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// timedRows makes rows of (hour, time, value) whose times go on and are never late:
// hour is when the hundred of the time began.
type timedRows struct {
	r         *rand.Rand
	watermark int64
}

func hourSchema() types.Schema {
	return types.Schema{
		{Name: "h", Type: types.TimestampOf(3)}, {Name: "t", Type: types.TimestampOf(3)}, {Name: "v", Type: types.Of(types.BigInt)},
	}
}

func (s *timedRows) batch(n int) *batch.Batch {
	b := batch.NewBatch(hourSchema(), n)
	for range 1 + s.r.Intn(n) {
		t := max(s.watermark, 0) + 1 + s.r.Int63n(250)
		for c, x := range []int64{t / 100 * 100, t, s.r.Int63n(4)} {
			b.Cols[c].AppendInt64(x)
		}
		b.AppendKind(batch.Insert)
	}
	return b
}

// next is the next watermark, between 0 and 120 later.
func (s *timedRows) next() int64 {
	s.watermark = max(s.watermark, 0) + s.r.Int63n(120)
	return s.watermark
}

func advanceAll(t *testing.T, time int64, out operator.Output, ops ...operator.Operator) {
	t.Helper()
	for _, op := range ops {
		if _, err := op.(operator.WatermarkHandler).OnWatermark(time, out); err != nil {
			t.Fatal(err)
		}
	}
}

func hourlyCount(done *jobgraph.TimeBound) *jobgraph.GroupAgg {
	return &jobgraph.GroupAgg{
		Keys: []int{0}, InputSchema: hourSchema(), EmitUpdateBefore: true, Done: done,
		Aggs: []jobgraph.AggCall{
			{Fn: "COUNT", Filter: -1, Name: "n", Type: types.Of(types.BigInt).NotNull()},
			{Fn: "COUNT", Args: []int{2}, Distinct: true, Filter: -1, Name: "d", Type: types.Of(types.BigInt).NotNull()},
		},
	}
}

// A bounded aggregate gives what one gives that keeps everything, and keeps the
// groups around the watermark only.
func TestBoundedGroupsAnswerAlike(t *testing.T) {
	bounded := NewGroupAgg(hourlyCount(&jobgraph.TimeBound{Column: 0, Add: 99})).(*groupAgg)
	whole := NewGroupAgg(hourlyCount(nil)).(*groupAgg)
	openOperator(t, bounded, true)
	openOperator(t, whole, true)
	got, want := newFold(t), newFold(t)
	rows := &timedRows{r: rand.New(rand.NewSource(3)), watermark: stream.MinTime}
	most := 0
	for range 3000 {
		b := rows.batch(6)
		if err := bounded.ProcessBatch(0, b, got); err != nil {
			t.Fatal(err)
		}
		if err := whole.ProcessBatch(0, b, want); err != nil {
			t.Fatal(err)
		}
		advanceAll(t, rows.next(), got, bounded, whole)
		most = max(most, bounded.table.Len())
	}
	if got.table() != want.table() {
		t.Fatal("the tables differ")
	}
	if most > 5 || whole.table.Len() < 1000 {
		t.Errorf("%d groups were kept at a time, %d without a bound", most, whole.table.Len())
	}
}

// Late rows of a final group are dropped and counted; it does not begin anew.
func TestLateRowsOfFinalGroup(t *testing.T) {
	op := NewGroupAgg(hourlyCount(&jobgraph.TimeBound{Column: 0, Add: 99})).(*groupAgg)
	openOperator(t, op, true)
	got := newFold(t)
	send := func(hour, time int64) {
		b := batch.NewBatch(hourSchema(), 1)
		for c, x := range []int64{hour, time, 1} {
			b.Cols[c].AppendInt64(x)
		}
		b.AppendKind(batch.Insert)
		if err := op.ProcessBatch(0, b, got); err != nil {
			t.Fatal(err)
		}
	}
	send(100, 150)
	advanceAll(t, 198, got, op)
	send(100, 151) // not final yet
	advanceAll(t, 199, got, op)
	send(100, 152)
	send(200, 201)
	if op.table.Len() != 1 || op.late.counter.Value() != 1 {
		t.Errorf("%d groups, %d late rows:\n%s", op.table.Len(), op.late.counter.Value(), got.table())
	}
}

// Bounded joins, by a key and by the distance of two times, give what joins give
// that keep everything, and keep the rows around the watermark only.
func TestBoundedJoinsAnswerAlike(t *testing.T) {
	column := func(i int) expr.Expr { return &expr.Column{Index: i, Name: fmt.Sprint(i), T: types.TimestampOf(3)} }
	later, err := expr.Resolve("<=", []expr.Expr{column(1), column(4)}) // left.t <= right.t
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range joinKinds {
		for _, changes := range []jobgraph.Changes{0, jobgraph.Deletes} {
			for _, byKey := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%v/%v", kind, changes, byKey), func(t *testing.T) {
					build := func(bound bool) *join {
						side := jobgraph.JoinSide{Keys: []int{0}, Schema: hourSchema(), Changes: changes}
						spec := &jobgraph.Join{Kind: kind, Left: side, Right: side, NullSafe: []bool{false}}
						if !byKey {
							spec.Left.Keys, spec.Right.Keys = []int{2}, []int{2}
							spec.Cond = later
						}
						if bound && byKey {
							done := &jobgraph.TimeBound{Column: 0, Add: 99}
							spec.Left.Done, spec.Left.Latest, spec.Right.Done, spec.Right.Latest = done, done, done, done
						}
						if bound && !byKey { // no left row of an earlier time comes
							spec.Right.Done, spec.Right.Latest = &jobgraph.TimeBound{Column: 1}, &jobgraph.TimeBound{Column: 1}
						}
						return NewJoin(spec).(*join)
					}
					bounded, whole := build(true), build(false)
					openOperator(t, bounded, true)
					openOperator(t, whole, true)
					got, want := newFold(t), newFold(t)
					rows := &timedRows{r: rand.New(rand.NewSource(int64(kind))), watermark: stream.MinTime}
					kept := func(s *joinSide) int {
						if s.list != nil {
							n := 0
							s.list.Each(func(r state.Ref) bool { n += s.list.Count(r); return true })
							return n
						}
						return s.rowMap.Len()
					}
					most := 0
					for range 150 {
						input := rows.r.Intn(2)
						b := rows.batch(4)
						if err := bounded.ProcessBatch(input, b, got); err != nil {
							t.Fatal(err)
						}
						if err := whole.ProcessBatch(input, b, want); err != nil {
							t.Fatal(err)
						}
						advanceAll(t, rows.next(), got, bounded)
						most = max(most, kept(bounded.sides[1]))
					}
					if got.table() != want.table() {
						t.Fatalf("got\n%s\nwant\n%s", got.table(), want.table())
					}
					if most > 40 || kept(whole.sides[1]) < 100 {
						t.Errorf("%d rows were kept at a time, %d without a bound", most, kept(whole.sides[1]))
					}
				})
			}
		}
	}
}

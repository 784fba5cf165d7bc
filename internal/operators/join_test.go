package operators

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

var joinKinds = []jobgraph.JoinKind{jobgraph.Inner, jobgraph.Left, jobgraph.Right, jobgraph.Full, jobgraph.Semi, jobgraph.Anti}

// lessThan is the condition left.v < right.w of the test tables.
func lessThan(t *testing.T) expr.Expr {
	t.Helper()
	nullableInt := types.Of(types.BigInt)
	e, err := expr.Resolve("<", []expr.Expr{&expr.Column{Index: 1, Name: "v", T: nullableInt}, &expr.Column{Index: 3, Name: "w", T: nullableInt}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// naiveJoin recomputes a join of rows (key, value) from scratch.
func naiveJoin(kind jobgraph.JoinKind, left, right [][]int64, cond bool) map[string]int {
	out := map[string]int{}
	text := func(row []int64) string {
		s := ""
		for i, x := range row {
			if i > 0 {
				s += ","
			}
			if x < 0 {
				s += "NULL"
			} else {
				s += fmt.Sprint(x)
			}
		}
		return s
	}
	null := []int64{-1, -1}
	rightMatched := make([]bool, len(right))
	for _, l := range left {
		matched := false
		for k, r := range right {
			if l[0] < 0 || l[0] != r[0] || cond && (l[1] < 0 || r[1] < 0 || l[1] >= r[1]) {
				continue
			}
			matched, rightMatched[k] = true, true
			if kind != jobgraph.Semi && kind != jobgraph.Anti {
				out[text(append(append([]int64{}, l...), r...))]++
			}
		}
		switch {
		case kind == jobgraph.Semi && matched, kind == jobgraph.Anti && !matched:
			out[text(l)]++
		case !matched && (kind == jobgraph.Left || kind == jobgraph.Full):
			out[text(append(append([]int64{}, l...), null...))]++
		}
	}
	for k, r := range right {
		if !rightMatched[k] && (kind == jobgraph.Right || kind == jobgraph.Full) {
			out[text(append(append([]int64{}, null...), r...))]++
		}
	}
	return out
}

// After every batch the folded output equals the join recomputed from scratch.
func TestJoinEqualsRecomputation(t *testing.T) {
	schema := bigints("k", "v")
	for _, kind := range joinKinds {
		for _, retract := range []bool{false, true} {
			for _, withCond := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/retract=%v/cond=%v", kind, retract, withCond), func(t *testing.T) {
					r := rand.New(rand.NewSource(int64(kind)))
					side := jobgraph.JoinSide{Keys: []int{0}, Schema: schema}
					if retract {
						side.Changes = jobgraph.Deletes
					}
					spec := &jobgraph.Join{Kind: kind, Left: side, Right: side, NullSafe: []bool{false}}
					if withCond {
						spec.Cond = lessThan(t)
					}
					op := NewJoin(spec)
					openOperator(t, op, true)
					got := newFold(t)
					var tables [2][][]int64
					newRow := func() []int64 { return []int64{int64(r.Intn(6)) - 1, int64(r.Intn(5)) - 1} }
					for range 150 {
						input := r.Intn(2)
						b := randomChanges(r, schema, 5, &tables[input], retract, newRow)
						if err := op.ProcessBatch(input, b, got); err != nil {
							t.Fatal(err)
						}
						if want := tableText(naiveJoin(kind, tables[0], tables[1], withCond)); got.table() != want {
							t.Fatalf("got\n%s\nwant\n%s", got.table(), want)
						}
					}
				})
			}
		}
	}
}

// In bounded mode the output only has inserts and is complete at the end.
func TestBoundedJoinOnlyInserts(t *testing.T) {
	schema := bigints("k", "v")
	for _, kind := range joinKinds {
		t.Run(kind.String(), func(t *testing.T) {
			r := rand.New(rand.NewSource(7))
			side := jobgraph.JoinSide{Keys: []int{0}, Schema: schema}
			op := NewJoin(&jobgraph.Join{Kind: kind, Left: side, Right: side, NullSafe: []bool{false}, Cond: lessThan(t)})
			openOperator(t, op, false)
			got := newFold(t)
			got.plain = true
			var tables [2][][]int64
			for range 40 {
				input := r.Intn(2)
				b := randomChanges(r, schema, 9, &tables[input], false, func() []int64 { return []int64{int64(r.Intn(12)) - 1, int64(r.Intn(5)) - 1} })
				if err := op.ProcessBatch(input, b, got); err != nil {
					t.Fatal(err)
				}
			}
			if err := op.(*join).Finish(got); err != nil {
				t.Fatal(err)
			}
			if want := tableText(naiveJoin(kind, tables[0], tables[1], true)); got.table() != want {
				t.Fatalf("got\n%s\nwant\n%s", got.table(), want)
			}
		})
	}
}

// With a unique key on both sides, updates replace rows.
func TestJoinByUniqueKey(t *testing.T) {
	schema := bigints("id", "v")
	side := jobgraph.JoinSide{Keys: []int{0}, Schema: schema, Unique: []int{0}, OnePerKey: true, Changes: jobgraph.UpdateAfters | jobgraph.UpdateBefores}
	op := NewJoin(&jobgraph.Join{Kind: jobgraph.Left, Left: side, Right: side, NullSafe: []bool{false}})
	openOperator(t, op, true)
	got := newFold(t)
	send := func(input int, changes ...any) {
		b := batch.NewBatch(schema, 4)
		for i := 0; i < len(changes); i += 3 {
			appendInts(b, changes[i].(batch.RowKind), []int64{int64(changes[i+1].(int)), int64(changes[i+2].(int))})
		}
		if err := op.ProcessBatch(input, b, got); err != nil {
			t.Fatal(err)
		}
	}
	send(0, batch.Insert, 1, 10, batch.UpdateBefore, 1, 10, batch.UpdateAfter, 1, 11)
	send(1, batch.Insert, 1, 5)
	send(1, batch.UpdateBefore, 1, 5, batch.UpdateAfter, 1, 6)
	send(0, batch.Insert, 2, 20)
	if want := "1 x 1,11,1,6\n1 x 2,20,NULL,NULL"; got.table() != want {
		t.Fatalf("got\n%s\nwant\n%s", got.table(), want)
	}
}

package operators

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
)

// naiveNotIn is SELECT * FROM left WHERE k NOT IN (SELECT k FROM right).
func naiveNotIn(left, right [][]int64) map[string]int {
	out := map[string]int{}
next:
	for _, l := range left {
		for _, r := range right {
			if l[0] < 0 || r[0] < 0 || l[0] == r[0] { // a match, or unknown
				continue next
			}
		}
		out[intsText(l...)]++
	}
	return out
}

func notInSpec(changes jobgraph.Changes) *jobgraph.Join {
	side := jobgraph.JoinSide{Keys: []int{0}, Schema: bigints("k", "v"), Changes: changes}
	return &jobgraph.Join{Kind: jobgraph.Anti, Left: side, Right: side, NullSafe: []bool{false}, NullAware: true}
}

// After every batch the folded output is that of the definition, whatever becomes
// NULL or empty on the right.
func TestNotInEqualsRecomputation(t *testing.T) {
	for _, retract := range []bool{false, true} {
		for seed := range int64(20) {
			t.Run(fmt.Sprintf("retract=%v/%d", retract, seed), func(t *testing.T) {
				changes := jobgraph.Changes(0)
				if retract {
					changes = jobgraph.Deletes
				}
				spec := notInSpec(changes)
				op, err := NewNotIn(spec)
				if err != nil {
					t.Fatal(err)
				}
				openOperator(t, op, true)
				r, got := rand.New(rand.NewSource(seed)), newFold(t)
				var tables [2][][]int64
				for step := range 80 {
					input := r.Intn(2)
					if !retract && step < 20 {
						input = 0
					}
					if input == 1 && retract && len(tables[1]) > 0 && r.Intn(3) == 0 { // all go
						b := batch.NewBatch(spec.Right.Schema, 1)
						for _, row := range tables[1] {
							appendInts(b, batch.Delete, row)
						}
						tables[1] = nil
						if err := op.ProcessBatch(1, b, got); err != nil {
							t.Fatal(err)
						}
					}
					b := randomChanges(r, spec.Left.Schema, 3, &tables[input], retract, func() []int64 {
						k := int64(r.Intn(12))
						if r.Intn(12) == 0 {
							k = -1
						}
						return []int64{k, int64(r.Intn(3))}
					})
					if err := op.ProcessBatch(input, b, got); err != nil {
						t.Fatal(err)
					}
					expect(t, fmt.Sprint("step ", step), got.table(), tableText(naiveNotIn(tables[0], tables[1])))
				}
			})
		}
	}
}

// In bounded mode the result comes at the end and only has inserts.
func TestBoundedNotIn(t *testing.T) {
	for _, right := range [][][]int64{nil, {{1, 0}, {2, 0}}, {{1, 0}, {-1, 0}}, {{-1, 0}}} {
		t.Run(fmt.Sprint(right), func(t *testing.T) {
			spec := notInSpec(0)
			op, err := NewNotIn(spec)
			if err != nil {
				t.Fatal(err)
			}
			openOperator(t, op, false)
			got := newFold(t)
			got.plain = true
			left := [][]int64{{1, 0}, {3, 0}, {-1, 5}, {3, 0}}
			process(t, op, 0, spec.Left.Schema, got, left[:2]...)
			process(t, op, 1, spec.Left.Schema, got, right...)
			process(t, op, 0, spec.Left.Schema, got, left[2:]...)
			expect(t, "before the end", got.table(), "")
			if err := op.(operator.Finisher).Finish(got); err != nil {
				t.Fatal(err)
			}
			expect(t, "at the end", got.table(), tableText(naiveNotIn(left, right)))
		})
	}
}

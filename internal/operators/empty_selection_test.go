package operators

import (
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
)

// A nil selection means all rows, so an operator that drops every row of its very
// first batch must not emit them all.
func TestFirstBatchDroppedWhole(t *testing.T) {
	got := &lines{}

	schema := bigints("k", "v")
	side := jobgraph.JoinSide{Keys: []int{0}, Schema: schema}
	join := NewJoin(&jobgraph.Join{Left: side, Right: side, NullSafe: []bool{false}, Cond: lessThan(t)})
	openOperator(t, join, true)
	process(t, join, 0, schema, got, []int64{1, 9})
	process(t, join, 1, schema, got, []int64{1, 3})
	expect(t, "join whose condition fails", got.take(), "")

	b := batch.NewBatch(schema, 1)
	appendInts(b, batch.UpdateBefore, []int64{1, 1})
	if err := (&dropUpdateBefore{}).ProcessBatch(0, b, got); err != nil {
		t.Fatal(err)
	}
	expect(t, "-U only", got.take(), "")

	timed := timedSchema("ts", "k")
	sort := NewSort(&jobgraph.Sort{Order: []jobgraph.SortKey{{Column: 0}}, Limit: -1, Schema: timed})
	openOperator(t, sort, true)
	advance(t, sort, 10, got)
	process(t, sort, 0, timed, got, []int64{5, 1})
	advance(t, sort, 20, got)
	expect(t, "late rows only", got.take(), "")

	first := NewDeduplicate(&jobgraph.Deduplicate{Keys: []int{1}, Time: 0, Schema: timed})
	openOperator(t, first, true)
	advance(t, first, 10, got)
	process(t, first, 0, timed, got, []int64{5, 1})
	advance(t, first, 20, got)
	expect(t, "late rows only", got.take(), "")
}

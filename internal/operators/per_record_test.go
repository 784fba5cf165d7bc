package operators

import (
	"slices"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
)

// With flott.table.exec.changelog = 'per-record' every step is emitted, without
// it the net change of the batch.
func TestPerRecordChangelog(t *testing.T) {
	schema := bigints("k", "v")
	rank := func(changes jobgraph.Changes) operator.Operator {
		op, err := NewRank(&jobgraph.Rank{
			Partition: []int{0}, Order: []jobgraph.SortKey{{Column: 1, Descending: true}}, Start: 1, End: 1, InputChanges: changes, EmitUpdateBefore: true, Schema: schema,
		})
		if err != nil {
			t.Fatal(err)
		}
		return op
	}
	for _, c := range []struct {
		name     string
		op       func() operator.Operator
		net, all string
	}{
		{"rank", func() operator.Operator { return rank(0) }, "1,12", "1,10\n-U 1,10\n+U 1,11\n-U 1,11\n+U 1,12"},
		{"retract rank", func() operator.Operator { return rank(jobgraph.Deletes) }, "1,12", "1,10\n-U 1,10\n+U 1,11\n-U 1,11\n+U 1,12"},
		{"deduplicate", func() operator.Operator {
			return NewDeduplicate(&jobgraph.Deduplicate{Keys: []int{0}, Time: -1, KeepLast: true, EmitUpdateBefore: true, Schema: schema})
		}, "1,12", "1,10\n-U 1,10\n+U 1,11\n-U 1,11\n+U 1,12"},
		{"normalize", func() operator.Operator {
			return NewChangelogNormalize(&jobgraph.ChangelogNormalize{Keys: []int{0}, EmitUpdateBefore: true, Schema: schema})
		}, "1,12", "1,10\n-U 1,10\n+U 1,11\n-U 1,11\n+U 1,12"},
		{"materialize", func() operator.Operator {
			return NewSinkMaterialize(&jobgraph.SinkMaterialize{Keys: []int{0}, Schema: schema})
		}, "1,12", "1,10\n+U 1,11\n+U 1,12"},
		{"over", func() operator.Operator {
			return NewOver(&jobgraph.Over{Partition: []int{0}, Order: []jobgraph.SortKey{{Column: 1, Descending: true}}, Time: -1, Schema: schema, Calls: overCalls(runningRows, 1, "COUNT")})
		}, "1,12,1\n1,11,2\n1,10,3", "1,10,1\n-U 1,10,1\n1,11,1\n+U 1,10,2\n-U 1,11,1\n-U 1,10,2\n1,12,1\n+U 1,11,2\n+U 1,10,3"},
	} {
		for _, perRecord := range []bool{false, true} {
			op, got, want := c.op(), &lines{}, c.net
			if perRecord {
				want = c.all
			}
			err := openSettings(op, operator.Settings{BatchRows: 7, Streaming: true, PerRecord: perRecord, TimeZone: time.UTC})
			if err != nil {
				t.Fatal(err)
			}
			b := batch.NewBatch(schema, 3)
			for _, v := range []int64{10, 11, 12} {
				appendInts(b, batch.Insert, []int64{1, v})
			}
			if err := op.ProcessBatch(0, b, got); err != nil {
				t.Fatal(err)
			}
			expect(t, c.name, got.take(), want)
		}
	}
}

// Versions of a table are emitted one by one, rows of different keys together.
func TestAllChanges(t *testing.T) {
	schema := bigints("k", "v")
	for _, op := range []operator.Operator{
		NewDeduplicate(&jobgraph.Deduplicate{Keys: []int{0}, Time: -1, KeepLast: true, AllChanges: true, Schema: schema}),
		NewChangelogNormalize(&jobgraph.ChangelogNormalize{Keys: []int{0}, AllChanges: true, Schema: schema}),
	} {
		openOperator(t, op, true)
		var sizes []int
		got := &lines{}
		b := batch.NewBatch(schema, 4)
		for _, row := range [][]int64{{1, 10}, {2, 20}, {1, 11}, {3, 30}, {1, 12}} {
			appendInts(b, batch.Insert, row)
		}
		err := op.ProcessBatch(0, b, emitFunc(func(b *batch.Batch) error {
			sizes = append(sizes, b.Rows())
			return got.Emit(b)
		}))
		if err != nil {
			t.Fatal(err)
		}
		if len(sizes) != 3 {
			t.Errorf("batches of %v rows, want 3 of them", sizes)
		}
		slices.Sort(got.rows)
		expect(t, "rows", got.take(), "+U 1,11\n+U 1,12\n1,10\n2,20\n3,30")
	}
}

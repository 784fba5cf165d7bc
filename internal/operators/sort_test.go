package operators

import (
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

// lines is an Output that keeps rows as text in order; row kinds other than
// insert stand before the row.
type lines struct{ rows []string }

func (l *lines) Emit(b *batch.Batch) error {
	for k := range b.Rows() {
		i := b.Row(k)
		text := rowText(b, i)
		if kind := b.Kind(i); kind != batch.Insert {
			text = kind.String() + " " + text
		}
		l.rows = append(l.rows, text)
	}
	return nil
}

func (l *lines) take() string {
	text := strings.Join(l.rows, "\n")
	l.rows = nil
	return text
}

// timed is a schema whose first column is a time attribute.
func timedSchema(names ...string) types.Schema {
	s := bigints(names...)
	s[0].Type = types.TimestampOf(3)
	s[0].Type.Time = types.Rowtime
	return s
}

// process sends rows of BIGINTs, a negative one being NULL, as inserts.
func process(t *testing.T, op operator.Operator, input int, schema types.Schema, out operator.Output, rows ...[]int64) {
	t.Helper()
	b := batch.NewBatch(schema, len(rows))
	for _, row := range rows {
		appendInts(b, batch.Insert, row)
	}
	if err := op.ProcessBatch(input, b, out); err != nil {
		t.Fatal(err)
	}
}

func advance(t *testing.T, op operator.Operator, time int64, out operator.Output) {
	t.Helper()
	if _, err := op.(operator.WatermarkHandler).OnWatermark(time, out); err != nil {
		t.Fatal(err)
	}
}

func finish(t *testing.T, op operator.Operator, out operator.Output) {
	t.Helper()
	if err := op.(operator.Finisher).Finish(out); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, when, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got\n%s\nwant\n%s", when, got, want)
	}
}

// Rows come out in order of time, then of the other keys, as the watermark
// passes; what it has passed before is dropped.
func TestTimeSort(t *testing.T) {
	schema := timedSchema("ts", "v", "id")
	for _, keys := range [][]jobgraph.SortKey{{{Column: 0}}, {{Column: 0}, {Column: 1, Descending: true, NullsLast: true}}} {
		op := NewSort(&jobgraph.Sort{Order: keys, Limit: -1, Schema: schema})
		openOperator(t, op, true)
		r, got, id, now := rand.New(rand.NewSource(2)), &lines{}, int64(0), int64(0)
		var waiting [][]int64
		for range 100 {
			var rows [][]int64
			for range r.Intn(8) {
				id++
				row := []int64{now + int64(r.Intn(12)) - 2, int64(r.Intn(4)) - 1, id}
				row[0] = max(row[0], 0)
				rows = append(rows, row)
				if now == 0 || row[0] > now {
					waiting = append(waiting, row)
				}
			}
			process(t, op, 0, schema, got, rows...)
			expect(t, "before the watermark", got.take(), "")
			now += int64(r.Intn(6))
			if now == 0 {
				continue
			}
			slices.SortStableFunc(waiting, func(a, b []int64) int {
				if a[0] != b[0] || len(keys) == 1 {
					return int(a[0] - b[0])
				}
				return int(b[1] - a[1])
			})
			var want []string
			for len(waiting) > 0 && waiting[0][0] <= now {
				want, waiting = append(want, intsText(waiting[0]...)), waiting[1:]
			}
			advance(t, op, now, got)
			expect(t, "at the watermark", got.take(), strings.Join(want, "\n"))
		}
		advance(t, op, stream.MaxTime, got)
		if n := len(got.rows); n != len(waiting) {
			t.Errorf("%d rows at the end, want %d", n, len(waiting))
		}
	}
}

// Bounded input is ordered as a whole; rows of equal keys keep their order.
func TestBatchSort(t *testing.T) {
	schema := bigints("v", "id")
	for _, limit := range []int64{-1, 0, 5, 700} {
		op := NewSort(&jobgraph.Sort{Order: []jobgraph.SortKey{{Column: 0, Descending: true, NullsLast: true}}, Time: -1, Limit: limit, Offset: 3, Schema: schema})
		openOperator(t, op, false)
		r, got := rand.New(rand.NewSource(4)), &lines{}
		var all [][]int64
		for range 1000 { // 20 rows a batch: with LIMIT they are trimmed
			var rows [][]int64
			for range 20 {
				rows = append(rows, []int64{int64(r.Intn(300)) - 1, int64(len(all) + len(rows))})
			}
			all = append(all, rows...)
			process(t, op, 0, schema, got, rows...)
		}
		finish(t, op, got)
		slices.SortStableFunc(all, func(a, b []int64) int { return int(b[0] - a[0]) })
		want := all[3:]
		if limit >= 0 {
			want = want[:limit]
		}
		if len(got.rows) != len(want) {
			t.Fatalf("limit %d: %d rows, want %d", limit, len(got.rows), len(want))
		}
		for i, row := range want {
			expect(t, "row", got.rows[i], intsText(row...))
		}
	}
}

// A query without a time attribute first in ORDER BY cannot be streamed.
func TestSortRefusesStreams(t *testing.T) {
	op := NewSort(&jobgraph.Sort{Order: []jobgraph.SortKey{{Column: 0}}, Time: -1, Limit: -1, Schema: bigints("v")})
	if err := tryOpen(op, true); err == nil || err.Error() != "Sort on a non-time-attribute field is not supported." {
		t.Errorf("got %v", err)
	}
}

// LIMIT 2 OFFSET 1, over inserts and over updates.
func TestLimit(t *testing.T) {
	schema := bigints("v")
	op, err := NewLimit(&jobgraph.Limit{Limit: 2, Offset: 1, Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	openOperator(t, op, true)
	got := &lines{}
	process(t, op, 0, schema, got, []int64{1}, []int64{2})
	process(t, op, 0, schema, got, []int64{3}, []int64{4})
	process(t, op, 0, schema, got, []int64{5})
	expect(t, "inserts", got.take(), "2\n3")

	op, err = NewLimit(&jobgraph.Limit{Limit: 2, Offset: 1, InputChanges: jobgraph.Deletes, Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	openOperator(t, op, true)
	process(t, op, 0, schema, got, []int64{1}, []int64{2}, []int64{3}, []int64{4})
	expect(t, "inserts", got.take(), "2\n3")
	b := batch.NewBatch(schema, 1)
	appendInts(b, batch.Delete, []int64{1})
	if err := op.ProcessBatch(0, b, got); err != nil {
		t.Fatal(err)
	}
	expect(t, "after the first row went", got.take(), "-D 2\n4")
}

package operators

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// windowed is a schema whose first column is window_end.
func windowed(names ...string) types.Schema {
	s := bigints(names...)
	s[0].Type = types.TimestampOf(3)
	return s
}

// closingRows sends rows of open windows of 10 ms, and now and then a late one,
// and gives seen the rows that are not late; now is the watermark.
func closingRows(r *rand.Rand, now int64, columns int) (rows, open [][]int64) {
	for range 1 + r.Intn(6) {
		row := []int64{(now/10 + int64(r.Intn(4))) * 10}
		for range columns - 1 {
			row = append(row, int64(r.Intn(5))-1)
		}
		rows = append(rows, row)
		if row[0] > now+1 {
			open = append(open, row)
		}
	}
	return rows, open
}

// The rows of a window are joined when it ends, and nothing stays behind.
func TestWindowJoinEqualsRecomputation(t *testing.T) {
	schema := windowed("window_end", "k", "v")
	for _, kind := range joinKinds {
		for _, withCond := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/cond=%v", kind, withCond), func(t *testing.T) {
				spec := &jobgraph.WindowJoin{Kind: kind, LeftKeys: []int{1}, RightKeys: []int{1}, LeftSchema: schema, RightSchema: schema}
				if withCond {
					spec.Cond = columnLess(t, 2, 5)
				}
				op := NewWindowJoin(spec)
				openOperator(t, op, true)
				r, now, got := rand.New(rand.NewSource(11)), int64(100), newFold(t)
				got.plain = true
				advance(t, op, now, got)
				var tables [2][][]int64
				check := func() {
					t.Helper()
					ended := func(rows [][]int64) [][]int64 {
						return slices.DeleteFunc(slices.Clone(rows), func(row []int64) bool { return row[0] > now+1 })
					}
					want := joinRows(kind, ended(tables[0]), ended(tables[1]), func(l, r []int64) bool {
						return l[0] == r[0] && l[1] >= 0 && l[1] == r[1] && (!withCond || l[2] >= 0 && r[2] >= 0 && l[2] < r[2])
					})
					expect(t, fmt.Sprint("at ", now), got.table(), tableText(want))
				}
				for range 100 {
					for input := range 2 {
						rows, open := closingRows(r, now, 3)
						tables[input] = append(tables[input], open...)
						process(t, op, input, schema, got, rows...)
					}
					now += int64(r.Intn(8))
					advance(t, op, now, got)
					check()
				}
				now = stream.MaxTime - 1
				advance(t, op, stream.MaxTime, got)
				check()
				for _, s := range op.(*windowJoin).sides {
					if s.list.Len() != 0 {
						t.Errorf("%d lists are left", s.list.Len())
					}
				}
			})
		}
	}
}

// The Top-N of a window comes at its end, once.
func TestWindowRankEqualsRecomputation(t *testing.T) {
	schema := windowed("window_end", "k", "v", "id")
	for _, number := range []bool{false, true} {
		spec := &jobgraph.WindowRank{Rank: jobgraph.Rank{
			Partition: []int{1}, Order: []jobgraph.SortKey{{Column: 2}, {Column: 3}}, Start: 1, End: 2, EmitRank: number, Schema: schema,
		}}
		op, err := NewWindowRank(spec)
		if err != nil {
			t.Fatal(err)
		}
		openOperator(t, op, true)
		r, now, id, got := rand.New(rand.NewSource(12)), int64(100), int64(0), newFold(t)
		got.plain = true
		advance(t, op, now, got)
		var table [][]int64
		for range 100 {
			rows, open := closingRows(r, now, 4)
			for _, row := range rows {
				id++
				row[3] = id
			}
			table = append(table, open...)
			process(t, op, 0, schema, got, rows...)
			now += int64(r.Intn(8))
			advance(t, op, now, got)
			want := map[string]int{}
			for end := int64(0); end <= now+1; end += 10 {
				var window [][]int64 // (k, v, id), as naiveRank takes them
				for _, row := range table {
					if row[0] == end {
						window = append(window, row[1:])
					}
				}
				for text, n := range naiveRank(&spec.Rank, window) {
					want[fmt.Sprint(end, ",", text)] += n
				}
			}
			expect(t, fmt.Sprint("at ", now), got.table(), tableText(want))
		}
	}
}

// Windows of a TIMESTAMP_LTZ attribute end by the local clock.
func TestWindowRankByLocalTime(t *testing.T) {
	schema := windowed("window_end", "v", "rowtime")
	schema[2].Type = types.TimestampLTZOf(3)
	schema[2].Type.Time = types.Rowtime
	op, err := NewWindowRank(&jobgraph.WindowRank{Rank: jobgraph.Rank{Order: []jobgraph.SortKey{{Column: 1}}, Start: 1, End: 1, Schema: schema}})
	if err != nil {
		t.Fatal(err)
	}
	hour := int64(3_600_000)
	err = openSettings(op, operator.Settings{BatchRows: 7, Streaming: true, TimeZone: time.FixedZone("+2", 7200)})
	if err != nil {
		t.Fatal(err)
	}
	got := &lines{}
	process(t, op, 0, schema, got, []int64{3 * hour, 1, hour / 2}) // the window ends at 03:00 local time
	advance(t, op, hour-2, got)
	expect(t, "before its end", got.take(), "")
	advance(t, op, hour-1, got)
	expect(t, "at its end", got.take(), fmt.Sprintf("%d,1,%d", 3*hour, hour/2))
}

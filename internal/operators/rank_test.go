package operators

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// intsText is a row as rowText prints it.
func intsText(row ...int64) string {
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

// naiveRank recomputes the rows Start..End of (k, v, id) per k, by v then id.
func naiveRank(spec *jobgraph.Rank, rows [][]int64) map[string]int {
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b []int64) int {
		for _, c := range [3]int{0, 1, 2} {
			if a[c] != b[c] { // NULL, -1, comes first
				return int(a[c] - b[c])
			}
		}
		return 0
	})
	out := map[string]int{}
	var row, rank, dense int64
	for i, r := range sorted {
		switch {
		case i == 0 || r[0] != sorted[i-1][0]:
			row, rank, dense = 1, 1, 1
		case spec.Function != jobgraph.RowNumber && r[1] == sorted[i-1][1]:
			row++
		default:
			row++
			rank, dense = row, dense+1
		}
		number := [...]int64{row, rank, dense}[spec.Function]
		if number < spec.Start || spec.End >= 0 && number > spec.End {
			continue
		}
		if spec.EmitRank {
			r = append(slices.Clone(r), number)
		}
		out[intsText(r...)]++
	}
	return out
}

// After every batch the folded output is the Top-N recomputed.
func TestRankEqualsRecomputation(t *testing.T) {
	schema := bigints("k", "v", "id")
	for _, retract := range []bool{false, true} {
		for _, unique := range []bool{false, true} {
			for _, window := range [][2]int64{{1, 1}, {1, 3}, {2, 4}} {
				for _, number := range []bool{false, true} {
					t.Run(fmt.Sprintf("retract=%v/unique=%v/%d-%d/number=%v", retract, unique, window[0], window[1], number), func(t *testing.T) {
						spec := &jobgraph.Rank{
							Partition: []int{0}, Order: []jobgraph.SortKey{{Column: 1}, {Column: 2}}, Start: window[0], End: window[1],
							EmitRank: number, EmitUpdateBefore: true, Schema: schema,
						}
						if retract {
							spec.InputChanges = jobgraph.Deletes
						}
						if unique {
							spec.Unique = []int{0, 2}
						}
						checkRank(t, spec, retract)
					})
				}
			}
		}
	}
}

func checkRank(t *testing.T, spec *jobgraph.Rank, retract bool) {
	op, err := NewRank(spec)
	if err != nil {
		t.Fatal(err)
	}
	if x, ok := op.(*retractRank); ok {
		x.limit = int(spec.End) + 2 // scans often
	}
	openOperator(t, op, true)
	got, r, id := newFold(t), rand.New(rand.NewSource(3)), int64(0)
	var table [][]int64
	newRow := func() []int64 {
		if id++; spec.Unique == nil && id%4 == 0 && len(table) > 0 { // a copy
			return slices.Clone(table[r.Intn(len(table))])
		}
		return []int64{int64(r.Intn(4)) - 1, int64(r.Intn(6)) - 1, id}
	}
	for range 200 {
		b := randomChanges(r, spec.Schema, 6, &table, retract, newRow)
		if err := op.ProcessBatch(0, b, got); err != nil {
			t.Fatal(err)
		}
		if want := tableText(naiveRank(spec, table)); got.table() != want {
			t.Fatalf("got\n%s\nwant\n%s", got.table(), want)
		}
	}
	if x, ok := op.(*retractRank); ok && x.spec.Unique != nil && x.all.Len() != len(table) {
		t.Errorf("state has %d rows, the table %d", x.all.Len(), len(table))
	}
}

// Rows that only say how they are now replace what their unique key had.
func TestRankOfUpserts(t *testing.T) {
	spec := &jobgraph.Rank{
		Order: []jobgraph.SortKey{{Column: 1, Descending: true}}, Start: 1, End: 2, Unique: []int{0},
		InputChanges: jobgraph.UpdateAfters | jobgraph.Deletes, EmitUpdateBefore: true, Schema: bigints("player", "score"),
	}
	op, err := NewRank(spec)
	if err != nil {
		t.Fatal(err)
	}
	openOperator(t, op, true)
	got := newFold(t)
	for _, step := range []struct {
		kind          batch.RowKind
		player, score int64
		want          string
	}{
		{batch.Insert, 1, 10, "1 x 1,10"},
		{batch.Insert, 2, 20, "1 x 1,10\n1 x 2,20"},
		{batch.Insert, 3, 5, "1 x 1,10\n1 x 2,20"},
		{batch.UpdateAfter, 3, 30, "1 x 2,20\n1 x 3,30"},
		{batch.UpdateAfter, 2, 1, "1 x 1,10\n1 x 3,30"},
		{batch.Delete, 3, 30, "1 x 1,10\n1 x 2,1"},
	} {
		b := batch.NewBatch(spec.Schema, 1)
		appendInts(b, step.kind, []int64{step.player, step.score})
		if err := op.ProcessBatch(0, b, got); err != nil {
			t.Fatal(err)
		}
		if got.table() != step.want {
			t.Fatalf("after %s %d,%d: got\n%s\nwant\n%s", step.kind, step.player, step.score, got.table(), step.want)
		}
	}
}

// In bounded mode every function numbers rows, all of them or the first.
func TestBatchRank(t *testing.T) {
	for _, fn := range []jobgraph.RankFunction{jobgraph.RowNumber, jobgraph.RankNumber, jobgraph.DenseRank} {
		for _, end := range []int64{-1, 2} {
			t.Run(fmt.Sprintf("%d/%d", fn, end), func(t *testing.T) {
				spec := &jobgraph.Rank{
					Function: fn, Partition: []int{0}, Order: []jobgraph.SortKey{{Column: 1}}, Start: 1, End: end, EmitRank: true, Schema: bigints("k", "v", "id"),
				}
				if fn == jobgraph.RowNumber {
					spec.Order = append(spec.Order, jobgraph.SortKey{Column: 2})
				}
				op, err := NewRank(spec)
				if err != nil {
					t.Fatal(err)
				}
				openOperator(t, op, false)
				got, r := newFold(t), rand.New(rand.NewSource(5))
				got.plain = true
				var table [][]int64
				id := int64(0)
				for range 20 {
					b := randomChanges(r, spec.Schema, 9, &table, false, func() []int64 {
						id++
						return []int64{int64(r.Intn(5)) - 1, int64(r.Intn(6)) - 1, id}
					})
					if err := op.ProcessBatch(0, b, got); err != nil {
						t.Fatal(err)
					}
				}
				if err := op.(operator.Finisher).Finish(got); err != nil {
					t.Fatal(err)
				}
				if want := tableText(naiveRank(spec, table)); got.table() != want {
					t.Fatalf("got\n%s\nwant\n%s", got.table(), want)
				}
			})
		}
	}
}

type discard struct{}

func (discard) Emit(*batch.Batch) error { return nil }

// The Top-10 of 1000 partitions while scores change: -U, +U.
func BenchmarkRetractRank(b *testing.B) {
	schema := types.Schema{
		{Name: "k", Type: types.Of(types.BigInt).NotNull()}, {Name: "id", Type: types.Of(types.BigInt).NotNull()}, {Name: "v", Type: types.Of(types.BigInt).NotNull()},
	}
	spec := &jobgraph.Rank{
		Partition: []int{0}, Order: []jobgraph.SortKey{{Column: 2, Descending: true}}, Start: 1, End: 10, Unique: []int{0, 1},
		InputChanges: jobgraph.UpdateBefores | jobgraph.UpdateAfters, EmitUpdateBefore: true, Schema: schema,
	}
	op := newRetractRank(spec)
	openForBenchmark(b, op, true)
	r := rand.New(rand.NewSource(1))
	scores := make([]int64, 100_000)
	in := batch.NewBatch(schema, 4096)
	for b.Loop() {
		in.Reset()
		for range 2048 {
			id := r.Intn(len(scores))
			old := scores[id]
			scores[id] += int64(r.Intn(100))
			appendInts(in, batch.UpdateBefore, []int64{int64(id % 1000), int64(id), old})
			appendInts(in, batch.UpdateAfter, []int64{int64(id % 1000), int64(id), scores[id]})
		}
		if err := op.ProcessBatch(0, in, discard{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*4096/b.Elapsed().Seconds(), "rows/s")
}

package operators

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// A left join with a condition over the row and the element is a nested loop:
// the elements that pass, in their order, or the row with NULLs.
func TestUnnestCondition(t *testing.T) {
	n := types.Of(types.BigInt)
	schema := types.Schema{{Name: "row", Type: n.NotNull()}, {Name: "c", Type: types.ArrayOf(n)}}
	cond, err := expr.Resolve(">", []expr.Expr{column(2, n), column(0, n.NotNull())})
	if err != nil {
		t.Fatal(err)
	}
	spec := &jobgraph.Unnest{Column: column(1, schema[1].Type), Left: true, Ordinality: true, Elements: types.Schema{{Name: "x", Type: n}}, Cond: cond}
	op := NewUnnest(spec, schema)
	openOperator(t, op, true)
	r := rand.New(rand.NewSource(7))
	for range 50 {
		b := batch.NewBatch(schema, 4)
		var want, got []string
		for range r.Intn(40) {
			row, matched := int64(r.Intn(6)), false
			kind := []batch.RowKind{batch.Insert, batch.UpdateBefore, batch.UpdateAfter, batch.Delete}[r.Intn(4)]
			b.Kinds = append(b.Kinds, kind)
			b.Cols[0].AppendInt64(row)
			if r.Intn(5) == 0 {
				b.Cols[1].AppendNull()
			} else {
				for o := range r.Intn(5) * r.Intn(5) {
					if r.Intn(6) == 0 {
						b.Cols[1].Kids[0].AppendNull()
						continue
					}
					x := int64(r.Intn(9))
					b.Cols[1].Kids[0].AppendInt64(x)
					if x > row {
						matched = true
						want = append(want, fmt.Sprint(kind, row, x, o+1))
					}
				}
				b.Cols[1].EndList()
			}
			if !matched {
				want = append(want, fmt.Sprint(kind, row, " NULL NULL"))
			}
		}
		b.SetLen()
		err := op.ProcessBatch(0, b, emitFunc(func(b *batch.Batch) error {
			for k := range b.Rows() {
				i := b.Row(k)
				if b.Cols[2].IsNull(i) {
					got = append(got, fmt.Sprint(b.Kind(i), b.Cols[0].Int64s()[i], " NULL NULL"))
					continue
				}
				got = append(got, fmt.Sprint(b.Kind(i), b.Cols[0].Int64s()[i], b.Cols[2].Int64s()[i], b.Cols[3].Int32s()[i]))
			}
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "rows", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func BenchmarkUnnestCondition(b *testing.B) {
	n := types.Of(types.BigInt)
	schema := types.Schema{{Name: "row", Type: n.NotNull()}, {Name: "c", Type: types.ArrayOf(n)}}
	cond, err := expr.Resolve(">", []expr.Expr{column(2, n), column(0, n.NotNull())})
	if err != nil {
		b.Fatal(err)
	}
	op := NewUnnest(&jobgraph.Unnest{Column: column(1, schema[1].Type), Left: true, Elements: types.Schema{{Name: "x", Type: n}}, Cond: cond}, schema)
	openForBenchmark(b, op, true)
	in := batch.NewBatch(schema, 1024)
	for i := range 1024 {
		in.Cols[0].AppendInt64(int64(i % 8))
		for x := range i % 8 {
			in.Cols[1].Kids[0].AppendInt64(int64(x * 3 % 11))
		}
		in.Cols[1].EndList()
	}
	in.SetLen()
	b.ReportAllocs()
	for b.Loop() {
		if err := op.ProcessBatch(0, in, emitFunc(func(*batch.Batch) error { return nil })); err != nil {
			b.Fatal(err)
		}
	}
}

package embedded

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// A changelog folds to the table it describes: in order of first appearance, or
// in the order asked for, with rows as often as they are there.
func TestFoldedRows(t *testing.T) {
	schema := types.Schema{{Name: "n", Type: types.Of(types.BigInt)}}
	changes := []struct {
		kind batch.RowKind
		n    int64
	}{
		{batch.Insert, 30}, {batch.Insert, 10}, {batch.UpdateBefore, 30}, {batch.UpdateAfter, 20}, {batch.Insert, 10},
		{batch.Delete, 5}, {batch.Insert, 5}, // a delete that comes before its insert
		{batch.Insert, 30},
	}
	b := batch.NewBatch(schema, 0)
	for _, c := range changes {
		b.Cols[0].AppendInt64(c.n)
		b.AppendKind(c.kind)
	}
	for _, c := range []struct {
		order []rowcodec.SortColumn
		want  string
	}{
		{nil, "30 10 10 20"},
		{[]rowcodec.SortColumn{{Type: schema[0].Type}}, "10 10 20 30"},
		{[]rowcodec.SortColumn{{Type: schema[0].Type, Descending: true}}, "30 20 10 10"},
	} {
		f, err := newFoldedRows(c.order)
		if err != nil {
			t.Fatal(err)
		}
		var shown strings.Builder
		w, err := tableau.New(&shown, tableau.CSV, schema, false)
		if err != nil {
			t.Fatal(err)
		}
		v := newView(w, nil)
		v.folded = f
		if err := v.Collect(b); err != nil {
			t.Fatal(err)
		}
		if err := v.end(true); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(strings.TrimPrefix(shown.String(), "n\n")), " "); got != c.want {
			t.Errorf("order %v: %s, want %s", c.order, got, c.want)
		}
	}
}

func BenchmarkView(b *testing.B) {
	schema := types.Schema{{Name: "n", Type: types.Of(types.BigInt)}, {Name: "s", Type: types.String()}}
	rows := batch.NewBatch(schema, 4096)
	for i := range int64(4096) {
		rows.Cols[0].AppendInt64(i)
		rows.Cols[1].AppendString("some text")
	}
	rows.N = 4096
	w, err := tableau.New(discard{}, tableau.CSV, schema, false)
	if err != nil {
		b.Fatal(err)
	}
	v := newView(w, nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := v.Collect(rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

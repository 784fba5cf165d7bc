package tableau

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// rowsOf are the rows of a table as texts.
func rowsOf(t *Table) (out []string) {
	t.Rows(0, t.Len(), func(r *Row) error {
		out = append(out, textOf(r))
		return nil
	})
	return out
}

func textOf(r *Row) string {
	var parts []string
	for i := range r.Len() {
		text, ok := r.Field(i)
		if !ok {
			text = []byte("NULL")
		}
		parts = append(parts, string(text))
	}
	return strings.Join(parts, " ")
}

func TestTableKeepsPlaces(t *testing.T) {
	table := NewTable(columns, nil, 0)
	var r Row
	for _, c := range []struct {
		kind   batch.RowKind
		fields []string
	}{
		{batch.Insert, []string{"1", "a"}}, {batch.Insert, []string{"2", "b"}}, {batch.Insert, []string{"3", "c"}},
		{batch.UpdateBefore, []string{"2", "b"}}, {batch.UpdateAfter, []string{"2", "B"}},
		{batch.Delete, []string{"1", "a"}},
		{batch.Delete, []string{"9", "x"}}, {batch.Insert, []string{"9", "x"}}, // the delete came first
	} {
		table.Apply(c.kind, fill(&r, c.fields...))
	}
	if got := rowsOf(table); !slices.Equal(got, []string{"2 B", "3 c"}) {
		t.Errorf("got %q", got)
	}
}

func TestTableInOrder(t *testing.T) {
	schema := types.Schema{{Name: "n", Type: types.Of(types.Int)}, {Name: "d", Type: types.DecimalOf(5, 2)}}
	table := NewTable(schema, []SortColumn{{Column: 1, Descending: true}, {Column: 0, NullsFirst: true}}, 0)
	var r Row
	for _, f := range [][]string{{"10", "1.50"}, {"9", "1.5"}, {"NULL", "1.50"}, {"1", "10.00"}, {"2", "NULL"}} {
		table.Apply(batch.Insert, fill(&r, f...))
	}
	if got, want := rowsOf(table), []string{"1 10.00", "NULL 1.50", "9 1.5", "10 1.50", "2 NULL"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTableDropsTheOldest(t *testing.T) {
	table := NewTable(columns, nil, 3)
	var r Row
	for i := range 200 {
		table.Apply(batch.Insert, fill(&r, fmt.Sprint(i), "x"))
	}
	if got := rowsOf(table); !slices.Equal(got, []string{"197 x", "198 x", "199 x"}) || table.Dropped() != 197 {
		t.Errorf("got %q, %d dropped", got, table.Dropped())
	}
}

// Any order of changes that a table can go through leaves the rows that counting them leaves.
func TestTableCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	table := NewTable(columns, nil, 0)
	counts := map[string]int{}
	var row Row
	for range 20000 {
		fields := []string{fmt.Sprint(r.IntN(40)), "x"}
		kinds := []batch.RowKind{batch.Insert, batch.UpdateAfter}
		if counts[fields[0]+" x"] > 0 && r.IntN(2) == 0 {
			kinds = []batch.RowKind{batch.Delete, batch.UpdateBefore}
		}
		kind := kinds[r.IntN(2)]
		if kind.IsAdd() {
			counts[fields[0]+" x"]++
		} else {
			counts[fields[0]+" x"]--
		}
		table.Apply(kind, fill(&row, fields...))
	}
	var want []string
	for k, n := range counts {
		for range n {
			want = append(want, k)
		}
	}
	got := rowsOf(table)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || table.Len() != len(want) {
		t.Errorf("%d rows, want %d", table.Len(), len(want))
	}
}

func TestFold(t *testing.T) {
	var out strings.Builder
	w, _ := New(&out, CSV, columns, false)
	f := Fold(w, NewTable(columns, nil, 0))
	var r Row
	f.Row(batch.Insert, fill(&r, "1", "a"))
	f.Row(batch.UpdateBefore, fill(&r, "1", "a"))
	f.Row(batch.UpdateAfter, fill(&r, "1", "b"))
	f.End()
	if want := "id,\"na\"\"me\"\n1,b\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

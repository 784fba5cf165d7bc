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

func column(i int, t types.Type) *expr.Column { return &expr.Column{Index: i, Name: "c", T: t} }

// Grouping sets: a row comes once per projection, with its kind.
func TestExpand(t *testing.T) {
	schema := bigints("a", "b")
	op := NewExpand(&jobgraph.Expand{Projections: [][]expr.Expr{
		{column(0, schema[0].Type), column(1, schema[1].Type)}, {column(1, schema[1].Type), column(0, schema[0].Type)},
	}})
	openOperator(t, op, true)
	got := &lines{}
	b := batch.NewBatch(schema, 2)
	appendInts(b, batch.Insert, []int64{1, 2})
	appendInts(b, batch.Delete, []int64{3, -1})
	if err := op.ProcessBatch(0, b, got); err != nil {
		t.Fatal(err)
	}
	expect(t, "rows", got.take(), "1,2\n-D 3,NULL\n2,1\n-D NULL,3")
}

// More copies than fit a batch, and counts that mean none.
func TestReplicate(t *testing.T) {
	schema := bigints("v", "n")
	op := NewReplicate(&jobgraph.Replicate{Count: 1})
	openOperator(t, op, true)
	got := newFold(t)
	process(t, op, 0, schema, got, []int64{1, 9}, []int64{2, -1}, []int64{3, 0}, []int64{4, 1})
	expect(t, "rows", got.table(), "1 x 4\n9 x 1")
	b := batch.NewBatch(schema, 1)
	appendInts(b, batch.Delete, []int64{1, 9})
	if err := op.ProcessBatch(0, b, got); err != nil {
		t.Fatal(err)
	}
	expect(t, "rows", got.table(), "1 x 4")
}

// An update of the count is as many changes as the counts differ, one of the row
// is all of them.
func TestReplicateDifference(t *testing.T) {
	schema := bigints("v", "n")
	op := NewReplicate(&jobgraph.Replicate{Count: 1})
	openOperator(t, op, true)
	for _, c := range []struct {
		old, now []int64
		want     string
	}{
		{[]int64{1, 5}, []int64{1, 6}, "1"}, {[]int64{1, 5}, []int64{1, 3}, "-U 1\n-U 1"}, {[]int64{1, 5}, []int64{1, 5}, ""},
		{[]int64{1, -2}, []int64{1, 2}, "1\n1"}, {[]int64{1, 1}, []int64{1, -9}, "-U 1"},
		{[]int64{1, 2}, []int64{2, 3}, "-U 1\n-U 1\n+U 2\n+U 2\n+U 2"},
	} {
		b := batch.NewBatch(schema, 2)
		appendInts(b, batch.UpdateBefore, c.old)
		appendInts(b, batch.UpdateAfter, c.now)
		var got []string
		err := op.ProcessBatch(0, b, emitFunc(func(b *batch.Batch) error {
			for i := range b.N {
				kind := ""
				if b.Kind(i) != batch.Insert {
					kind = b.Kind(i).String() + " "
				}
				got = append(got, fmt.Sprint(kind, b.Cols[0].Int64s()[i]))
			}
			return nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, fmt.Sprint(c.old, c.now), strings.Join(got, "\n"), c.want)
	}
}

// unnested runs UNNEST over one column of collections and a column with the
// number of the row.
func unnested(t *testing.T, kind types.Type, left, ordinality bool, elements types.Schema, fill func(v *batch.Vector)) string {
	t.Helper()
	schema := types.Schema{{Name: "row", Type: types.Of(types.BigInt).NotNull()}, {Name: "c", Type: kind}}
	op := NewUnnest(&jobgraph.Unnest{Column: column(1, kind), Left: left, Ordinality: ordinality, Elements: elements}, schema)
	openOperator(t, op, true)
	b := batch.NewBatch(schema, 4)
	fill(b.Cols[1])
	for i := range b.Cols[1].Len() {
		b.Cols[0].AppendInt64(int64(i))
	}
	b.SetLen()
	var rows []string
	err := op.ProcessBatch(0, b, emitFunc(func(b *batch.Batch) error {
		for i := range b.N {
			text := ""
			for c, v := range b.Cols {
				switch {
				case c == 1:
					continue
				case v.IsNull(i):
					text += "NULL "
				case v.Type.Physical() == types.LayoutInt32:
					text += fmt.Sprint(v.Int32s()[i], " ")
				default:
					text += fmt.Sprint(v.Int64s()[i], " ")
				}
			}
			rows = append(rows, strings.TrimSpace(text))
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(rows, "\n")
}

func TestUnnest(t *testing.T) {
	n := types.Of(types.BigInt)
	lists := func(v *batch.Vector) { // [10, NULL], NULL, []
		v.Kids[0].AppendInt64(10)
		v.Kids[0].AppendNull()
		v.EndList()
		v.AppendNull()
		v.EndList()
	}
	expect(t, "array", unnested(t, types.ArrayOf(n), false, true, types.Schema{{Name: "x", Type: n}}, lists), "0 10 1\n0 NULL 2")
	expect(t, "array, outer", unnested(t, types.ArrayOf(n), true, true, types.Schema{{Name: "x", Type: n}}, lists),
		"0 10 1\n0 NULL 2\n1 NULL NULL\n2 NULL NULL")
	row := types.RowOf(types.Field{Name: "a", Type: n}, types.Field{Name: "b", Type: n})
	expect(t, "rows", unnested(t, types.ArrayOf(row), false, false, types.Schema{{Name: "a", Type: n}, {Name: "b", Type: n}}, func(v *batch.Vector) {
		v.Kids[0].Kids[0].AppendInt64(1)
		v.Kids[0].Kids[1].AppendInt64(2)
		v.Kids[0].EndRow()
		v.Kids[0].AppendNull()
		v.EndList()
	}), "0 1 2\n0 NULL NULL")
	expect(t, "map", unnested(t, types.MapOf(n, n), false, false, types.Schema{{Name: "k", Type: n}, {Name: "v", Type: n}}, func(v *batch.Vector) {
		v.Kids[0].AppendInt64(1)
		v.Kids[1].AppendInt64(11)
		v.EndList()
	}), "0 1 11")
	multiset := types.Type{Kind: types.Multiset, Elem: &n, Nullable: true}
	expect(t, "multiset", unnested(t, multiset, false, true, types.Schema{{Name: "x", Type: n}}, func(v *batch.Vector) {
		v.Kids[0].AppendInt64(5)
		v.Kids[1].AppendInt32(9)
		v.EndList()
	}), "0 5 1\n0 5 2\n0 5 3\n0 5 4\n0 5 5\n0 5 6\n0 5 7\n0 5 8\n0 5 9")
}

// Whatever upserts come, the folded output is the newest row of each key, and
// every row that goes is one that was there.
func TestChangelogNormalize(t *testing.T) {
	schema := bigints("k", "v")
	op := NewChangelogNormalize(&jobgraph.ChangelogNormalize{Keys: []int{0}, EmitUpdateBefore: true, Schema: schema})
	openOperator(t, op, true)
	r, got, newest := rand.New(rand.NewSource(15)), newFold(t), map[int64]int64{}
	for range 200 {
		b := batch.NewBatch(schema, 5)
		for range 1 + r.Intn(5) {
			k, v := int64(r.Intn(6)), int64(r.Intn(4))
			if r.Intn(3) == 0 {
				appendInts(b, batch.Delete, []int64{k, -1}) // only the key is known
				delete(newest, k)
			} else {
				appendInts(b, batch.UpdateAfter, []int64{k, v})
				newest[k] = v
			}
		}
		if err := op.ProcessBatch(0, b, got); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		for k, v := range newest {
			want[intsText(k, v)] = 1
		}
		expect(t, "after a batch", got.table(), tableText(want))
	}
}

// upsertFold is an Output that keeps the newest row per first column, as a sink
// with that primary key does.
type upsertFold struct{ rows map[string]string }

func (u *upsertFold) Emit(b *batch.Batch) error {
	for k := range b.Rows() {
		i := b.Row(k)
		text := rowText(b, i)
		key, _, _ := strings.Cut(text, ",")
		if b.Kind(i).IsAdd() {
			u.rows[key] = text
		} else {
			delete(u.rows, key)
		}
	}
	return nil
}

// Changes of a row that moves from key to key arrive in any order between the
// query's keys, and still the sink ends with the rows that are there.
func TestSinkMaterialize(t *testing.T) {
	schema := bigints("pk", "id", "v")
	for _, upsertKey := range [][]int{{1}, nil} {
		op := NewSinkMaterialize(&jobgraph.SinkMaterialize{Keys: []int{0}, UpsertKey: upsertKey, Schema: schema})
		openOperator(t, op, true)
		r, got := rand.New(rand.NewSource(16)), &upsertFold{map[string]string{}}
		owner := map[int64][]int64{} // pk → row
		for round := range int64(100) {
			// Each pk gets a new owner: deletes and inserts of different ids, shuffled.
			type change struct {
				kind batch.RowKind
				row  []int64
			}
			var changes []change
			for pk := range int64(4) {
				old, was := owner[pk]
				if was {
					changes = append(changes, change{batch.Delete, old})
				}
				delete(owner, pk)
				if r.Intn(4) > 0 {
					owner[pk] = []int64{pk, 10*round + pk, int64(r.Intn(9))}
					changes = append(changes, change{batch.Insert, owner[pk]})
				}
			}
			r.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
			for len(changes) > 0 {
				n := 1 + r.Intn(len(changes))
				b := batch.NewBatch(schema, n)
				for _, c := range changes[:n] {
					appendInts(b, c.kind, c.row)
				}
				changes = changes[n:]
				if err := op.ProcessBatch(0, b, got); err != nil {
					t.Fatal(err)
				}
			}
			want := map[string]string{}
			for pk, row := range owner {
				want[fmt.Sprint(pk)] = intsText(row...)
			}
			if fmt.Sprint(got.rows) != fmt.Sprint(want) {
				t.Fatalf("round %d: got %v, want %v", round, got.rows, want)
			}
		}
		if n := op.(*sinkMaterialize).table.Len(); n != len(owner) {
			t.Errorf("%d keys in state, want %d", n, len(owner))
		}
	}
}

// The insert of the new row comes before the delete of the old one.
func TestSinkMaterializeStory(t *testing.T) {
	schema := bigints("pk", "id")
	op := NewSinkMaterialize(&jobgraph.SinkMaterialize{Keys: []int{0}, UpsertKey: []int{1}, Schema: schema})
	openOperator(t, op, true)
	got := &lines{}
	for _, step := range []struct {
		kind batch.RowKind
		id   int64
		want string
	}{
		{batch.Insert, 1, "1,1"}, {batch.Insert, 2, "+U 1,2"}, {batch.Delete, 1, ""}, {batch.UpdateBefore, 2, "-D 1,2"}, {batch.Delete, 7, ""},
		{batch.UpdateAfter, 2, "1,2"}, {batch.Insert, 3, "+U 1,3"}, {batch.Delete, 3, "+U 1,2"},
	} {
		b := batch.NewBatch(schema, 1)
		appendInts(b, step.kind, []int64{1, step.id})
		if err := op.ProcessBatch(0, b, got); err != nil {
			t.Fatal(err)
		}
		expect(t, fmt.Sprintf("after %s %d", step.kind, step.id), got.take(), step.want)
	}
}

// What cannot be run is refused by name.
func TestBuilderRefusesTableFunctions(t *testing.T) {
	_, err := (&Builder{}).Operator(&jobgraph.Operator{Name: "Correlate", Spec: &jobgraph.TableFunction{Fn: "SPLIT"}}, nil)
	if err == nil || !strings.Contains(err.Error(), "SPLIT") {
		t.Errorf("got %v", err)
	}
}

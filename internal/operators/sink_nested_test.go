package operators

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

func nestedSink(t types.Type) *jobgraph.Sink {
	return &jobgraph.Sink{Nested: true, NestedCollections: true, Target: connector.Target{Schema: types.Schema{{Name: "a", Type: t}}}}
}

func textOf(kind types.Kind, length int) types.Type {
	return types.Type{Kind: kind, Length: length, Nullable: true}
}

func rowOf(fields ...types.Field) types.Type {
	return types.Type{Kind: types.Row, Nullable: true, Fields: fields}
}

// TestNestedLengths cuts and pads fields of rows inside of rows, NULL rows between them.
func TestNestedLengths(t *testing.T) {
	inner := rowOf(types.Field{Name: "b", Type: textOf(types.Varchar, 2)}, types.Field{Name: "c", Type: textOf(types.Binary, 2)})
	v := batch.New(rowOf(types.Field{Name: "s", Type: textOf(types.Char, 2)}, types.Field{Name: "r", Type: inner}), 3)
	add := func(s, b, c string) {
		v.Kids[0].AppendString(s)
		v.Kids[1].Kids[0].AppendString(b)
		v.Kids[1].Kids[1].AppendString(c)
		v.Kids[1].EndRow()
		v.EndRow()
	}
	add("a", "b", "c")
	v.AppendNull()
	add("äöü", "bcd", "cde")
	spec := nestedSink(v.Type)
	spec.Lengths, spec.NestedCollections = true, false
	b := &batch.Batch{Cols: []*batch.Vector{v}}
	b.N = 3
	out, err := newSinkNested(spec).apply(b)
	if err != nil {
		t.Fatal(err)
	}
	got := func(i int) string {
		r := out.Cols[0]
		if r.IsNull(i) {
			return "NULL"
		}
		in := r.Kids[1]
		return string(r.Kids[0].At(i)) + "|" + string(in.Kids[0].At(i)) + "|" + string(in.Kids[1].At(i))
	}
	for i, want := range []string{"a |b|c\x00", "NULL", "äö|bc|cd"} {
		if got(i) != want {
			t.Errorf("row %d is %q, want %q", i, got(i), want)
		}
	}
	if string(v.Kids[0].At(0)) != "a" {
		t.Error("the batch of the input was changed")
	}
}

// TestNestedPaths names the value that breaks a constraint as Flink does.
func TestNestedPaths(t *testing.T) {
	str := types.String()
	must := str.NotNull()
	short := textOf(types.Varchar, 1)
	list := types.Type{Kind: types.Array, Nullable: true, Elem: &types.Type{Kind: types.Row, Nullable: true, Fields: []types.Field{{Name: "n", Type: must}}}}
	dict := types.Type{Kind: types.Map, Nullable: true, Key: &must, Elem: &short}
	plain := types.Type{Kind: types.Array, Nullable: true, Elem: &str}

	v := batch.New(list, 1)
	v.Kids[0].Kids[0].AppendString("x")
	v.Kids[0].EndRow()
	v.Kids[0].AppendNull()
	v.Kids[0].Kids[0].AppendNull()
	v.Kids[0].EndRow()
	v.EndList()
	m := batch.New(dict, 1)
	m.Kids[0].AppendString("k")
	m.Kids[1].AppendString("long")
	m.EndList()
	for _, c := range []struct {
		v    *batch.Vector
		want string
	}{
		{v, "Column 'a[2].n' is NOT NULL, "},
		{m, "Column 'a[value]' is VARCHAR(1), however, a string of length 4 "},
	} {
		spec := nestedSink(c.v.Type)
		spec.StrictLengths = true
		b := &batch.Batch{Cols: []*batch.Vector{c.v}}
		b.N = 1
		if _, err := newSinkNested(spec).apply(b); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
		spec.Drop, spec.StrictLengths = true, false
		n := newSinkNested(spec)
		out, err := n.apply(b)
		if err != nil || (out.Rows() == 0) != (c.v == v) {
			t.Errorf("%v: %d rows left, %v", c.want, out.Rows(), err)
		}
		if spec.NestedCollections = false; newSinkNested(spec) != nil {
			t.Error("collections are looked at without being asked to")
		}
	}
	if newSinkNested(nestedSink(plain)) != nil {
		t.Error("there is nothing to enforce, yet rows are looked at")
	}
}

package statefile

import (
	"testing"

	"github.com/flottstream/flott/internal/types"
)

func someTypes() []types.Type {
	var ts []types.Type
	for _, k := range plainKinds {
		ts = append(ts, types.Of(k))
	}
	for _, k := range sizedKinds {
		ts = append(ts, types.Type{Kind: k, Length: 7, Nullable: true})
	}
	ts = append(ts, types.String(), types.Bytes(), types.DecimalOf(38, 18), types.TimestampOf(0), types.Type{Kind: types.Null, Nullable: true})
	for _, t := range ts[:len(ts)-1] {
		ts = append(ts, t.NotNull())
	}
	nested := types.RowOf(types.Field{Name: "odd `name`>", Type: types.ArrayOf(types.String().NotNull())},
		types.Field{Type: types.MapOf(types.Of(types.Int), types.RowOf()).NotNull()})
	multiset := types.Type{Kind: types.Multiset, Elem: &nested, Nullable: true}
	return append(ts, nested, multiset, types.ArrayOf(multiset.NotNull()).NotNull())
}

func TestTypeText(t *testing.T) {
	for _, typ := range someTypes() {
		back, err := parseType(typeText(typ))
		if err != nil || !back.Equal(typ) {
			t.Errorf("%s is read as %s: %v", typeText(typ), back, err)
		}
	}
	rowtime := types.TimestampOf(3)
	rowtime.Time = types.Rowtime
	if got := typeText(rowtime); got != "TIMESTAMP(3)" {
		t.Errorf("time attributes are left out: %s", got)
	}
}

func FuzzTypeText(f *testing.F) {
	for _, typ := range someTypes() {
		f.Add(typeText(typ))
	}
	f.Add("ARRAY<INT")
	f.Fuzz(func(t *testing.T, text string) {
		typ, err := parseType(text)
		if err != nil {
			return
		}
		back, err := parseType(typeText(typ))
		if err != nil || !back.Equal(typ) {
			t.Fatalf("%q is read as %s, and that as %s: %v", text, typ, back, err)
		}
	})
}

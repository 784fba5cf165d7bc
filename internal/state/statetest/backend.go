package statetest

import (
	"errors"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

func checkBackend(t *testing.T, f Factory) {
	b, _ := open(t, f)
	spec := state.Spec{Name: "s", FixedWidth: 8, Key: []types.Type{types.Of(types.BigInt)}}
	one := must[state.Table](t)(b.Table(spec))
	refs := make([]state.Ref, 1)
	must[[]int32](t)(one.Upsert(0, keysOf(8, "a"), refs, nil))
	two := must[state.Table](t)(b.Table(spec))
	equal(t, "the same name gives the same state", two.Len(), 1)
	wider := spec
	wider.FixedWidth = 16
	if _, err := b.Table(wider); err == nil {
		t.Error("the same name with another Spec is an error")
	}
	if _, err := b.List(spec); err == nil {
		t.Error("the same name with another shape is an error")
	}
	if _, err := b.Map(spec); err == nil {
		t.Error("the same name with another shape is an error")
	}
	if _, err := one.Upsert(0, keysOf(4, "a"), refs, nil); err == nil {
		t.Error("keys of another width are an error")
	}
	ok(t, b.Close())
}

func checkKeyGroups(t *testing.T, f Factory) {
	const groups = 128
	own := keygroup.RangeOf(1, groups, 4)
	b := f(t, Options{KeyGroups: own, MaxParallelism: groups, Now: (&clock{}).now})
	tab := must[state.Table](t)(b.Table(state.Spec{Name: "t", FixedWidth: 8}))
	l := must[state.List](t)(b.List(state.Spec{Name: "l"}))
	m := must[state.Map](t)(b.Map(state.Spec{Name: "m"}))
	tm := must[state.Timers](t)(b.Timers("tm"))
	refs := make([]state.Ref, 1)
	stored := 0
	for i := range 400 {
		keys := keysOf(8, string(rune('A'+i)))
		_, errTable := tab.Upsert(0, keys, refs, nil)
		_, errMap := m.Upsert(keys, keysOf(8, "s"), refs, nil)
		errs := []error{errTable, tab.Get(0, keys, refs), l.Upsert(keys, refs), l.Get(keys, refs), errMap,
			m.Get(keys, keysOf(8, "s"), refs), tm.Set(1, keys.Hash[0], keys.At(0))}
		foreign := !own.Contains(keygroup.Of(keys.Hash[0], groups))
		for k, err := range errs {
			if foreign != errors.Is(err, state.ErrForeignKeyGroup) || !foreign && err != nil {
				t.Fatalf("call %d with a key that is foreign=%v: %v", k, foreign, err)
			}
		}
		if !foreign {
			stored++
		}
	}
	equal(t, "foreign keys are never stored", []int{tab.Len(), m.Len(), tm.Len()}, []int{stored, stored, stored})
}

func checkOperatorList(t *testing.T, f Factory) {
	b, _ := open(t, f)
	l := must[state.OperatorList](t)(b.OperatorList("offsets", state.Union))
	equal(t, "it begins empty", len(l.Get()), 0)
	l.Set([][]byte{[]byte("a"), []byte("b")})
	again := must[state.OperatorList](t)(b.OperatorList("offsets", state.Union))
	equal(t, "the same name gives the same state", len(again.Get()), 2)
	if _, err := b.OperatorList("offsets", state.Split); err == nil {
		t.Error("another redistribution mode is an error")
	}
}

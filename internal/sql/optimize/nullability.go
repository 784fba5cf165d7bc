package optimize

import (
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// Rows are spread, and states are keyed, by the bytes of their keys, and these
// depend on the declared types: a column that may be NULL has a bit for it. So
// wherever keys of two streams meet, both must be declared alike.

// alignKeys makes the key columns of a join's inputs nullable on both sides or
// on none.
func (p *planner) alignKeys(left, right *plan.Physical, keys equiJoin) (l, r *plan.Physical) {
	wideLeft, wideRight := append(types.Schema(nil), left.Out...), append(types.Schema(nil), right.Out...)
	for i := range keys.left {
		a, b := &wideLeft[keys.left[i]].Type, &wideRight[keys.right[i]].Type
		nullable := a.Nullable || b.Nullable
		a.Nullable, b.Nullable = nullable, nullable
	}
	return p.declared(left, wideLeft), p.declared(right, wideRight)
}

// declared is in with its columns declared as in schema, which differs from
// theirs in what may be NULL only. Where rows lie by such a column is unknown
// afterwards.
func (p *planner) declared(in *plan.Physical, schema types.Schema) *plan.Physical {
	same := true
	out := append(types.Schema(nil), in.Out...)
	changed := make([]int, 0, len(out))
	for i := range out {
		if n := schema[i].Type.Nullable; n != out[i].Type.Nullable {
			out[i].Type.Nullable = n
			same = false
			changed = append(changed, i)
		}
	}
	if same {
		return in
	}
	f := *p.facts[in]
	for _, c := range changed {
		if contains(f.hash, c) {
			f.hash = nil
			break
		}
	}
	f.attrs = func() []plan.Attr { return []plan.Attr{{Name: "select", Value: list(out.Names())}} }
	f.table = ""
	n := &plan.Physical{
		Spec: &jobgraph.Calc{}, Op: "Calc", Inputs: []plan.PhysicalInput{{Node: in}}, Out: out,
		Traits: plan.Traits{Changes: in.Traits.Changes, UpsertKeys: in.Traits.UpsertKeys},
	}
	return p.add(n, f)
}

// sameKeyTypes gives the keys of an aggregate's output the types they came with.
func sameKeyTypes(out types.Schema, in types.Schema, keys []int) {
	for i, k := range keys {
		out[i].Type = in[k].Type.WithoutTime()
	}
}

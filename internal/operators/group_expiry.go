package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// pick are some of a schema's columns.
func pick(s types.Schema, cols []int) types.Schema {
	out := make(types.Schema, len(cols))
	for i, c := range cols {
		out[i] = s[c]
	}
	return out
}

// endGroups says when the groups that are new end. rows are the batch's.
func (a *groupAgg) endGroups(b *batch.Batch, rows []int32) error {
	if a.expiry == nil || len(a.created) == 0 {
		return nil
	}
	times, err := a.expiry.done.read(b)
	if err != nil {
		return err
	}
	for _, g := range a.created {
		k := &a.grouper.keys
		if err := a.expiry.set(times[rows[a.grouper.first[g]]], k.Hash[g], k.At(int(g))); err != nil {
			return err
		}
	}
	return nil
}

// OnWatermark forgets the groups that are final.
func (a *groupAgg) OnWatermark(time int64, out operator.Output) (int64, error) {
	x := a.expiry
	if x == nil {
		return time, nil
	}
	x.time = time
	if next, ok := x.timers.Next(); !ok || next > time {
		return time, nil
	}
	keys, err := x.due.pop(x.timers, time, a.keys.Width)
	if err != nil {
		return time, err
	}
	return time, a.forget(keys)
}

// forget removes groups and what their aggregates keep elsewhere.
func (a *groupAgg) forget(keys *state.Keys) error {
	a.refs = resize(a.refs, keys.Len())
	if err := a.table.Get(0, keys, a.refs); err != nil {
		return err
	}
	var present state.Keys
	resetKeys(&present, keys.Width)
	refs := a.refs[:0]
	for k, r := range a.refs {
		if r != state.None {
			appendKey(&present, keys.Hash[k], keys.At(k))
			refs = append(refs, r)
		}
	}
	a.groups.Keys = &present
	a.groups.Recs = a.table.Records(refs, a.groups.Recs[:0])
	a.set.LoadVars(&a.groups, a.table, refs)
	for g, r := range refs {
		if err := a.set.Clear(&a.groups, g); err != nil {
			return err
		}
		a.table.Delete(r)
	}
	return nil
}

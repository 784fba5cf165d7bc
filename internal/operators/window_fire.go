package operators

import (
	"math"
	"slices"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
)

// mergedNamespace names a window in the table "merged" by its end, such that it
// is no slice's name: views keep the values of both.
func mergedNamespace(end int64) state.Namespace { return end ^ math.MinInt64 }

// scratchNamespace is where a HOP window is put together.
const scratchNamespace = math.MinInt64

// fireWindow emits the window that ends at end.
func (a *windowAgg) fireWindow(end int64, out operator.Output) error {
	if a.merged == nil {
		return a.emitNamespace(a.table, end, end, out)
	}
	if a.slicer.kind == jobgraph.Cumulate {
		return a.fireCumulate(end, out)
	}
	from, to := a.sliceRange(end-a.slicer.size, end)
	if to-from == 1 {
		return a.emitNamespace(a.table, a.slices[from], end, out)
	}
	for _, slice := range a.slices[from:to] {
		if err := a.mergeSlice(slice, scratchNamespace); err != nil {
			return err
		}
	}
	if err := a.emitNamespace(a.merged, scratchNamespace, end, out); err != nil {
		return err
	}
	return a.dropNamespace(a.merged, scratchNamespace)
}

// sliceRange finds the slices with after < end <= upTo.
func (a *windowAgg) sliceRange(after, upTo int64) (from, to int) {
	from, _ = slices.BinarySearch(a.slices, after+1)
	to, _ = slices.BinarySearch(a.slices, upTo+1)
	return from, to
}

// fireCumulate merges the new slices of a CUMULATE window into what it has, and
// emits that.
func (a *windowAgg) fireCumulate(end int64, out operator.Output) error {
	last := a.slicer.lastEnd(end)
	whole := mergedNamespace(last)
	from, to := a.sliceRange(last-a.slicer.size, end)
	for _, slice := range a.slices[from:to] {
		if err := a.mergeSlice(slice, whole); err != nil {
			return err
		}
		if err := a.dropNamespace(a.table, slice); err != nil {
			return err
		}
	}
	a.slices = slices.Delete(a.slices, from, to)
	if err := a.emitNamespace(a.merged, whole, end, out); err != nil {
		return err
	}
	if end == last {
		return a.dropNamespace(a.merged, whole)
	}
	return nil
}

// chunks calls use with the entries of a namespace, some thousand at a time.
// use must not change the table.
func chunks(t state.Table, ns state.Namespace, refs []state.Ref, use func([]state.Ref) error) ([]state.Ref, error) {
	refs = refs[:0]
	var failed error
	err := t.Scan(ns, func(r state.Ref) bool {
		if refs = append(refs, r); len(refs) == batch.Capacity {
			failed = use(refs)
			refs = refs[:0]
		}
		return failed == nil
	})
	if err == nil && failed == nil && len(refs) > 0 {
		failed = use(refs)
	}
	if err != nil {
		return refs, err
	}
	return refs, failed
}

// keysFrom makes keys of the keys of entries.
func keysFrom(t state.Table, refs []state.Ref, width int, keys *state.Keys) {
	keys.Hash, keys.Bytes, keys.Offsets, keys.Width = keys.Hash[:0], keys.Bytes[:0], keys.Offsets[:0], width
	if width == 0 {
		keys.Offsets = append(keys.Offsets, 0)
	}
	for _, r := range refs {
		key := t.Key(r)
		keys.Hash = append(keys.Hash, keygroup.Hash(key))
		keys.Bytes = append(keys.Bytes, key...)
		if width == 0 {
			keys.Offsets = append(keys.Offsets, int32(len(keys.Bytes)))
		}
	}
}

// mergeSlice adds a slice to a namespace of the merged table.
func (a *windowAgg) mergeSlice(slice, ns int64) (err error) {
	f := &a.fire
	f.refs, err = chunks(a.table, slice, f.refs, func(refs []state.Ref) (err error) {
		n := len(refs)
		keysFrom(a.table, refs, a.enc.Width(), &f.keys)
		f.dstRefs = slices.Grow(f.dstRefs[:0], n)[:n]
		if f.created, err = a.merged.Upsert(ns, &f.keys, f.dstRefs, f.created[:0]); err != nil {
			return err
		}
		f.src.NS, f.src.Keys = slice, &f.keys
		f.src.Recs = a.table.Records(refs, f.src.Recs[:0])
		a.set.LoadVars(&f.src, a.table, refs)
		f.dst.NS, f.dst.Keys = ns, &f.keys
		f.dst.Recs = a.merged.Records(f.dstRefs, f.dst.Recs[:0])
		a.set.LoadVars(&f.dst, a.merged, f.dstRefs)
		for len(f.gid) < n {
			f.gid = append(f.gid, int32(len(f.gid)))
		}
		if err := a.set.Merge(&f.dst, f.gid[:n], &f.src); err != nil {
			return err
		}
		a.set.StoreVars(&f.dst, a.merged, f.dstRefs)
		return nil
	})
	return err
}

// emitNamespace emits the groups of a namespace as the window that ends at end.
func (a *windowAgg) emitNamespace(t state.Table, ns, end int64, out operator.Output) (err error) {
	a.fire.refs, err = chunks(t, ns, a.fire.refs, func(refs []state.Ref) error {
		return a.emitGroups(t, refs, end, out)
	})
	return err
}

func (a *windowAgg) emitGroups(t state.Table, refs []state.Ref, end int64, out operator.Output) error {
	f := &a.fire
	if a.retracts() {
		if refs = withRows(t, refs); len(refs) == 0 {
			return nil
		}
	}
	cols, err := f.out.keysOf(a.enc, t, refs)
	if err != nil {
		return err
	}
	f.src.Recs = t.Records(refs, f.src.Recs[:0])
	a.set.LoadVars(&f.src, t, refs)
	for _, v := range f.results {
		v.Reset()
	}
	if err := a.set.Results(&f.src, f.results); err != nil {
		return err
	}
	a.columns.reset()
	if a.startKey {
		starts := cols[len(cols)-1].Int64s()
		cols = cols[:len(cols)-1]
		for _, s := range starts {
			a.columns.add(s, end, 1)
		}
	} else {
		a.columns.add(a.slicer.start(end), end, len(refs))
	}
	row := slices.Concat(cols, f.results, a.columns.cols)
	return emitChunked(&batch.Batch{Cols: row, N: len(refs)}, out)
}

func (a *windowAgg) retracts() bool { return !a.spec.InputChanges.InsertOnly() }

// withRows leaves out the groups whose rows have all been retracted.
func withRows(t state.Table, refs []state.Ref) []state.Ref {
	keep := make([]state.Ref, 0, len(refs))
	for _, r := range refs {
		if aggregate.RowCount(t.Fixed(r)) > 0 {
			keep = append(keep, r)
		}
	}
	return keep
}

// emitChunked sends a dense batch on.
func emitChunked(b *batch.Batch, out operator.Output) error {
	if b.N == 0 {
		return nil
	}
	return out.Emit(b)
}

package operators

import (
	"bytes"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// rank is Top-N over an insert-only input: per partition the first End rows by
// the order, of which Start..End are the result.
//
// A batch first changes the lists of the partitions it touches, then the
// difference between each list before and after is emitted: rows that left and
// rows that came, or, with the rank number in the output, every position whose
// row is another. Most rows of a Top-N are worse than the worst kept and are
// turned away by one comparison of bytes.
type rank struct {
	spec     *jobgraph.Rank
	settings operator.Settings
	keys     *rowcodec.KeyEncoder
	sort     *rowcodec.SortKey
	rows     *rowcodec.RowEncoder
	table    state.Table

	keyBuf   state.Keys
	refs     []state.Ref
	created  []int32
	sortBuf  rowcodec.Records
	touched  refIndex
	changed  []rankChange
	out      *batch.Batch
	adds     *batch.Batch
	encoded  []byte
	freeList []rankList
}

// rankChange is a partition whose list the batch has changed.
type rankChange struct {
	ref   state.Ref
	old   rankList // aliases state
	now   rankList
	dirty bool
}

// NewRank returns the operator of a Rank: Top-N by the kind of its input, or
// numbering of all rows in bounded mode.
func NewRank(spec *jobgraph.Rank) (operator.Operator, error) {
	switch {
	case spec.End < 0 || spec.Function != jobgraph.RowNumber:
		return newBatchRank(spec), nil
	case spec.Start < 1 || spec.End < spec.Start:
		return nil, fmt.Errorf("a Top-N of the rows %d to %d is empty", spec.Start, spec.End)
	case !spec.InputChanges.InsertOnly():
		return newRetractRank(spec), nil
	}
	return &rank{spec: spec}, nil
}

// sortColumns turns a plan's sort keys into those of rowcodec.
func sortColumns(order []jobgraph.SortKey, schema types.Schema) []rowcodec.SortColumn {
	cols := make([]rowcodec.SortColumn, len(order))
	for i, o := range order {
		cols[i] = rowcodec.SortColumn{Column: o.Column, Type: schema[o.Column].Type, Descending: o.Descending, NullsLast: o.NullsLast}
	}
	return cols
}

// Open makes the state.
func (r *rank) Open(ctx *operator.Context) (err error) {
	r.settings = ctx.Settings
	keyTypes := columnTypes(r.spec.Schema, r.spec.Partition)
	r.keys, r.rows = rowcodec.NewKeyEncoder(keyTypes), rowcodec.NewRowEncoder(r.spec.Schema.Types())
	if r.sort, err = rowcodec.NewSortKey(sortColumns(r.spec.Order, r.spec.Schema)); err != nil {
		return err
	}
	r.out, r.adds = newRankOutput(r.spec), newRankOutput(r.spec)
	r.table, err = ctx.State.Table(state.Spec{Name: "top-rows", Key: keyTypes, Value: r.spec.Schema, TTL: state.TTL{After: r.spec.TTL}})
	return err
}

// newRankOutput is a batch of input columns and, if asked for, the number.
func newRankOutput(spec *jobgraph.Rank) *batch.Batch {
	schema := spec.Schema
	if spec.EmitRank {
		schema = append(append(types.Schema{}, schema...), types.Field{Name: "rank", Type: types.Of(types.BigInt).NotNull()})
	}
	return batch.NewBatch(schema, 0)
}

// ProcessBatch changes the lists of the partitions of b and emits the changes.
func (r *rank) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	r.keys.Encode(b, r.spec.Partition, b.Sel, &r.keyBuf)
	r.sort.Encode(b, b.Sel, &r.sortBuf)
	r.refs = resize(r.refs, r.keyBuf.Len())
	var err error
	if r.created, err = r.table.Upsert(0, &r.keyBuf, r.refs, r.created[:0]); err != nil {
		return err
	}
	r.touched.reset(len(r.refs))
	r.changed = r.changed[:0]
	for k, ref := range r.refs {
		r.offer(ref, rankEntry{sort: r.sortBuf.At(k), from: int32(b.Row(k))})
	}
	if r.settings.Streaming {
		if err := r.emitChanges(b, out); err != nil {
			return err
		}
	}
	r.store(b)
	return nil
}

// offer puts a row into the list of its partition if it belongs there.
func (r *rank) offer(ref state.Ref, e rankEntry) {
	limit := int(r.spec.End)
	x, fresh := r.touched.add(ref)
	if fresh {
		data := r.table.Var(ref)
		c := rankChange{ref: ref}
		if worst := lastSort(data, limit); worst != nil && bytes.Compare(e.sort, worst) >= 0 {
			r.changed = append(r.changed, c)
			return
		}
		r.changed = append(r.changed, c)
	}
	c := &r.changed[x]
	if !c.dirty {
		data := r.table.Var(ref)
		if worst := lastSort(data, limit); worst != nil && bytes.Compare(e.sort, worst) >= 0 {
			return
		}
		c.old, c.now, c.dirty = r.list().parse(data), r.list().parse(data), true
	}
	c.now, _ = c.now.insert(e, limit)
}

// list returns an empty list, a used one if there is one.
func (r *rank) list() rankList {
	if n := len(r.freeList); n > 0 {
		l := r.freeList[n-1]
		r.freeList = r.freeList[:n-1]
		return l[:0]
	}
	return make(rankList, 0, min(int(r.spec.End), 64))
}

// emitChanges emits first what goes, then what comes.
func (r *rank) emitChanges(b *batch.Batch, out operator.Output) error {
	r.out.Reset()
	r.adds.Reset()
	for i := range r.changed {
		c := &r.changed[i]
		if !c.dirty {
			continue
		}
		old, now := window(c.old, r.spec), window(c.now, r.spec)
		var err error
		if r.spec.EmitRank {
			err = r.diffNumbered(b, old, now)
		} else {
			err = r.diffRows(b, old, now)
		}
		if err != nil {
			return err
		}
	}
	r.out.AppendSelected(r.adds, nil)
	return out.Emit(r.out)
}

// window is the part of a list that is the result.
func window(l rankList, spec *jobgraph.Rank) rankList {
	from := min(int(spec.Start)-1, len(l))
	return l[from:min(int(spec.End), len(l))]
}

// diffNumbered emits each position whose row is another one.
func (r *rank) diffNumbered(b *batch.Batch, old, now rankList) error {
	for i, e := range now {
		number := r.spec.Start + int64(i)
		kind := batch.Insert
		if i < len(old) {
			if sameEntry(old[i], e) {
				continue
			}
			kind = batch.UpdateAfter
			if r.spec.EmitUpdateBefore {
				if err := r.appendEntry(r.out, b, old[i], number, batch.UpdateBefore); err != nil {
					return err
				}
			}
		}
		if err := r.appendEntry(r.adds, b, e, number, kind); err != nil {
			return err
		}
	}
	return nil
}

// diffRows emits the rows that left and the rows that came. With one row kept
// that is an update.
func (r *rank) diffRows(b *batch.Batch, old, now rankList) error {
	leave, come := batch.Delete, batch.Insert
	if r.spec.End == r.spec.Start && len(old) == 1 && len(now) == 1 {
		leave, come = batch.UpdateBefore, batch.UpdateAfter
	}
	i := 0 // the old rows that stay are in now, in the same order
	for _, e := range now {
		if e.from < 0 {
			for ; i < len(old) && !sameEntry(old[i], e); i++ {
				if err := r.leave(b, old[i], leave); err != nil {
					return err
				}
			}
			if i < len(old) {
				i++
				continue
			}
		}
		if err := r.appendEntry(r.adds, b, e, 0, come); err != nil {
			return err
		}
	}
	for ; i < len(old); i++ {
		if err := r.leave(b, old[i], leave); err != nil {
			return err
		}
	}
	return nil
}

func (r *rank) leave(b *batch.Batch, e rankEntry, kind batch.RowKind) error {
	if kind == batch.UpdateBefore && !r.spec.EmitUpdateBefore {
		return nil
	}
	return r.appendEntry(r.out, b, e, 0, kind)
}

// sameEntry reports whether two entries are the same row of state.
func sameEntry(a, b rankEntry) bool {
	return a.from < 0 && b.from < 0 && len(a.row) == len(b.row) && bytes.Equal(a.sort, b.sort) && bytes.Equal(a.row, b.row)
}

// appendEntry appends the row of an entry to dst.
func (r *rank) appendEntry(dst, b *batch.Batch, e rankEntry, number int64, kind batch.RowKind) error {
	width := len(r.spec.Schema)
	if e.from >= 0 {
		for c, v := range dst.Cols[:width] {
			v.AppendFrom(b.Cols[c], int(e.from))
		}
	} else if err := r.rows.Decode(e.row, dst.Cols[:width]); err != nil {
		return err
	}
	if r.spec.EmitRank {
		dst.Cols[width].AppendInt64(number)
	}
	dst.AppendKind(kind)
	return nil
}

// store writes the changed lists to state.
func (r *rank) store(b *batch.Batch) {
	for i := range r.changed {
		c := &r.changed[i]
		if !c.dirty {
			continue
		}
		r.encoded = r.encoded[:0]
		for k := range c.now {
			e := &c.now[k]
			if e.from >= 0 {
				e.row = r.rows.Append(nil, b, int(e.from))
			}
		}
		r.encoded = c.now.append(r.encoded)
		r.table.SetVar(c.ref, r.encoded)
		r.freeList = append(r.freeList, c.old, c.now)
		c.old, c.now = nil, nil
	}
}

// Finish emits, in bounded mode, the lists as they are.
func (r *rank) Finish(out operator.Output) error {
	if r.settings.Streaming {
		return nil
	}
	r.out.Reset()
	var failed error
	err := r.table.Scan(0, func(ref state.Ref) bool {
		for i, e := range window(r.list().parse(r.table.Var(ref)), r.spec) {
			if failed = r.appendEntry(r.out, nil, e, r.spec.Start+int64(i), batch.Insert); failed != nil {
				return false
			}
		}
		if r.out.N >= r.settings.BatchRows {
			failed = out.Emit(r.out)
			r.out.Reset()
		}
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return out.Emit(r.out)
}

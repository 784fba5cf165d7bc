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
	table    state.Table
	diffs    *rankOutput

	all      []int32
	keyBuf   state.Keys
	refs     []state.Ref
	created  []int32
	sortBuf  rowcodec.Records
	touched  refIndex
	changed  []rankChange
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
		cols[i] = rowcodec.SortColumn{Column: o.Column, Type: schema[o.Column].Type, Descending: o.Descending, NullsFirst: !o.NullsLast}
	}
	return cols
}

// Open makes the state.
func (r *rank) Open(ctx *operator.Context) (err error) {
	r.settings = ctx.Settings
	keyTypes := columnTypes(r.spec.Schema, r.spec.Partition)
	r.keys, r.diffs = rowcodec.NewKeyEncoder(keyTypes), newRankOutput(r.spec)
	if r.sort, err = rowcodec.NewSortKey(sortColumns(r.spec.Order, r.spec.Schema)); err != nil {
		return err
	}
	r.table, err = ctx.State.Table(state.Spec{Name: "top-rows", Key: keyTypes, Value: r.spec.Schema, TTL: state.TTL{After: r.spec.TTL}})
	return err
}

// ProcessBatch changes the lists of the partitions of b and emits the changes.
func (r *rank) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if r.settings.PerRecord && r.settings.Streaming {
		return eachRow(b, func(one *batch.Batch) error { return r.process(one, out) })
	}
	return r.process(b, out)
}

func (r *rank) process(b *batch.Batch, out operator.Output) error {
	if err := r.gather(0, b, rowsOf(b, &r.all)); err != nil {
		return err
	}
	if r.settings.Streaming {
		r.diffs.begin()
		for i := range r.changed {
			if c := &r.changed[i]; c.dirty {
				r.diffs.diff(c.old, c.now)
			}
		}
		if err := r.diffs.emit(b, out); err != nil {
			return err
		}
	}
	r.store(b)
	return nil
}

// gather finds what rows of b make of the lists of their partitions.
func (r *rank) gather(ns state.Namespace, b *batch.Batch, rows []int32) (err error) {
	r.keys.Encode(b, r.spec.Partition, rows, &r.keyBuf)
	r.sort.Encode(b, rows, &r.sortBuf)
	r.refs = resize(r.refs, r.keyBuf.Len())
	if r.created, err = r.table.Upsert(ns, &r.keyBuf, r.refs, r.created[:0]); err != nil {
		return err
	}
	r.touched.reset(len(r.refs))
	r.changed = r.changed[:0]
	for k, ref := range r.refs {
		r.offer(ref, rankEntry{sort: r.sortBuf.At(k), from: rows[k]})
	}
	return nil
}

// offer puts a row into the list of its partition if it belongs there.
func (r *rank) offer(ref state.Ref, e rankEntry) {
	limit := int(r.spec.End)
	x, fresh := r.touched.add(ref)
	if fresh {
		r.changed = append(r.changed, rankChange{ref: ref})
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
				e.row = r.diffs.rows.Append(nil, b, int(e.from))
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
	return r.emitLists(0, out)
}

// emitLists emits the lists of a namespace.
func (r *rank) emitLists(ns state.Namespace, out operator.Output) error {
	var failed error
	none := batch.NewBatch(r.spec.Schema, 0)
	r.diffs.begin()
	list := r.list()
	err := r.table.Scan(ns, func(ref state.Ref) bool {
		list = list.parse(r.table.Var(ref))
		r.diffs.diff(nil, list)
		if len(r.diffs.come.recs) >= r.settings.BatchRows {
			failed = r.diffs.emit(none, out)
			r.diffs.begin()
		}
		return failed == nil
	})
	r.freeList = append(r.freeList, list)
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return r.diffs.emit(none, out)
}

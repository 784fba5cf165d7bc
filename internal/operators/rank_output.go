package operators

import (
	"bytes"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

// rankOutput turns the difference between two lists of a partition into changes.
// What goes precedes what comes; rows are named while the lists are compared and
// decoded all at once.
type rankOutput struct {
	spec *jobgraph.Rank
	rows *rowcodec.RowEncoder
	out  *batch.Batch

	leave, come, fresh rankRows
	freshRows          []int32 // rows of the batch that come, with fresh
	matched            []bool
}

// rankRows are changes to emit: encoded rows, numbers and kinds.
type rankRows struct {
	recs    [][]byte
	numbers []int64
	kinds   []batch.RowKind
}

func (r *rankRows) reset() { r.recs, r.numbers, r.kinds = r.recs[:0], r.numbers[:0], r.kinds[:0] }

func (r *rankRows) add(number int64, kind batch.RowKind) {
	r.numbers, r.kinds = append(r.numbers, number), append(r.kinds, kind)
}

func newRankOutput(spec *jobgraph.Rank) *rankOutput {
	return &rankOutput{spec: spec, rows: rowcodec.NewRowEncoder(spec.Schema.Types()), out: batch.NewBatch(rankSchema(spec), 0)}
}

// rankSchema is the input's columns and, if asked for, the number.
func rankSchema(spec *jobgraph.Rank) types.Schema {
	schema := spec.Schema
	if spec.EmitRank {
		schema = append(append(types.Schema{}, schema...), types.Field{Name: "rank", Type: types.Of(types.BigInt).NotNull()})
	}
	return schema
}

// begin forgets all changes.
func (o *rankOutput) begin() {
	o.leave.reset()
	o.come.reset()
	o.fresh.reset()
	o.freshRows = o.freshRows[:0]
}

// window is the part of a list that is the result.
func window(l rankList, spec *jobgraph.Rank) rankList {
	from := min(int(spec.Start)-1, len(l))
	return l[from:min(int(spec.End), len(l))]
}

// diff notes the changes that lead from the list old, whose entries are all
// encoded, to now.
func (o *rankOutput) diff(old, now rankList) {
	old, now = window(old, o.spec), window(now, o.spec)
	if o.spec.EmitRank {
		o.diffNumbered(old, now)
	} else {
		o.diffRows(old, now)
	}
}

// diffNumbered notes each position whose row is another one.
func (o *rankOutput) diffNumbered(old, now rankList) {
	for i, e := range now {
		number := o.spec.Start + int64(i)
		switch {
		case i >= len(old):
			o.comes(e, number, batch.Insert)
		case !sameEntry(&old[i], &e):
			o.leaves(old[i], number, batch.UpdateBefore)
			o.comes(e, number, batch.UpdateAfter)
		}
	}
	for i := len(now); i < len(old); i++ {
		o.leaves(old[i], o.spec.Start+int64(i), batch.Delete)
	}
}

// diffRows notes the rows that left and the rows that came. With one row kept
// that is an update. Both lists are in order of the sort keys; among equal keys
// rows may have changed places.
func (o *rankOutput) diffRows(old, now rankList) {
	gone, new := batch.Delete, batch.Insert
	if o.spec.End == o.spec.Start && len(old) == 1 && len(now) == 1 {
		if sameEntry(&old[0], &now[0]) {
			return
		}
		gone, new = batch.UpdateBefore, batch.UpdateAfter
	}
	for len(old) > 0 || len(now) > 0 {
		m, n := peers(old, now), peers(now, old)
		o.diffPeers(old[:m], now[:n], gone, new)
		old, now = old[m:], now[n:]
	}
}

// peers counts the entries at the head of l that have the sort key of its first,
// 0 if the head of other sorts before it.
func peers(l, other rankList) int {
	if len(l) == 0 || len(other) > 0 && bytes.Compare(other[0].sort, l[0].sort) < 0 {
		return 0
	}
	n := 1
	for n < len(l) && bytes.Equal(l[n].sort, l[0].sort) {
		n++
	}
	return n
}

// diffPeers compares entries of one sort key.
func (o *rankOutput) diffPeers(old, now rankList, gone, new batch.RowKind) {
	o.matched = resize(o.matched, len(now))
	clear(o.matched)
	next := 0 // what stays is mostly in the same order
	for k := range old {
		found := false
		for i := range now {
			j := (next + i) % len(now)
			if !o.matched[j] && sameEntry(&old[k], &now[j]) {
				o.matched[j], found, next = true, true, j+1
				break
			}
		}
		if !found {
			o.leaves(old[k], 0, gone)
		}
	}
	for j := range now {
		if !o.matched[j] {
			o.comes(now[j], 0, new)
		}
	}
}

// sameEntry reports whether two encoded entries are the same row.
func sameEntry(a, b *rankEntry) bool {
	return a.from < 0 && b.from < 0 && len(a.row) == len(b.row) && bytes.Equal(a.sort, b.sort) && bytes.Equal(a.row, b.row)
}

func (o *rankOutput) leaves(e rankEntry, number int64, kind batch.RowKind) {
	if kind == batch.UpdateBefore && !o.spec.EmitUpdateBefore {
		return
	}
	o.leave.recs = append(o.leave.recs, e.row)
	o.leave.add(number, kind)
}

func (o *rankOutput) comes(e rankEntry, number int64, kind batch.RowKind) {
	if e.from >= 0 {
		o.freshRows = append(o.freshRows, e.from)
		o.fresh.add(number, kind)
		return
	}
	o.come.recs = append(o.come.recs, e.row)
	o.come.add(number, kind)
}

// emit gives out the changes noted; b is the batch that entries refer to.
func (o *rankOutput) emit(b *batch.Batch, out operator.Output) error {
	o.out.Reset()
	width := len(o.spec.Schema)
	for _, r := range [...]*rankRows{&o.leave, &o.come} {
		if err := o.rows.DecodeAll(r.recs, o.out.Cols[:width]); err != nil {
			return err
		}
		o.finish(r)
	}
	if len(o.freshRows) > 0 { // a nil selection is all rows
		for c, v := range o.out.Cols[:width] {
			v.AppendSelected(b.Cols[c], o.freshRows)
		}
		o.finish(&o.fresh)
	}
	if o.out.N == 0 {
		return nil
	}
	return out.Emit(o.out)
}

// finish appends numbers and kinds of the rows just appended.
func (o *rankOutput) finish(r *rankRows) {
	if o.spec.EmitRank {
		number := o.out.Cols[len(o.spec.Schema)]
		for _, n := range r.numbers {
			number.AppendInt64(n)
		}
	}
	for _, kind := range r.kinds {
		o.out.AppendKind(kind)
	}
}

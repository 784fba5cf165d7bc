package operators

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// changingOver is OVER over a stream in an order other than time. A row that
// comes, or goes, changes the values of those behind it, so all rows of a
// partition are kept with their values; after a batch the partitions it touched
// are computed anew, and the rows whose values differ are updated.
//
// State: a Table partition → its rows in order: count (4), per row the sizes of
// sort key, row and values (4 each), then these.
type changingOver struct {
	overBase
	untimed
	sort   *rowcodec.SortKey
	values *rowcodec.RowEncoder // of the calls' results
	table  state.Table
	part   *partitionOver

	keyBuf  state.Keys
	refs    []state.Ref
	created []int32
	sortBuf rowcodec.Records
	rowBuf  rowcodec.Records
	valBuf  rowcodec.Records
	touched refIndex
	parts   []overPartition
	recs    [][]byte
	scratch []byte
	copies  []byte // values computed by this batch
	single  singleKey
	goes    overChanges
	comes   overChanges
	out     *batch.Batch
}

// overPartition is a partition touched by the batch.
type overPartition struct {
	ref  state.Ref
	key  int // row of the batch with the partition's key
	rows []overRow
}

// overRow is a row of a partition; values are those last emitted, nil if none.
type overRow struct{ sort, row, values []byte }

// overChanges are rows to emit: rows, values and kinds.
type overChanges struct {
	rows, values [][]byte
	kinds        []batch.RowKind
}

func (c *overChanges) reset() {
	c.rows, c.values, c.kinds = c.rows[:0], c.values[:0], c.kinds[:0]
}

func (c *overChanges) add(row, values []byte, kind batch.RowKind) {
	c.rows, c.values, c.kinds = append(c.rows, row), append(c.values, values), append(c.kinds, kind)
}

func newChangingOver(spec *jobgraph.Over, ctx *operator.Context) (*changingOver, error) {
	o := &changingOver{overBase: newOverBase(spec, ctx)}
	var results []types.Type
	for _, c := range spec.Calls {
		results = append(results, c.Type)
	}
	o.values, o.out = rowcodec.NewRowEncoder(results), batch.NewBatch(o.schema(), 0)
	var err error
	if o.sort, err = rowcodec.NewSortKey(sortColumns(spec.Order, spec.Schema)); err != nil {
		return nil, err
	}
	if o.part, err = newPartitionOver(&o.overBase); err != nil {
		return nil, err
	}
	o.table, err = ctx.State.Table(state.Spec{
		Name: "rows", Key: columnTypes(spec.Schema, spec.Partition), Value: spec.Schema, TTL: state.TTL{After: spec.TTL},
	})
	return o, err
}

// ProcessBatch applies the changes of b and emits what follows from them.
func (o *changingOver) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if o.ctx.Settings.PerRecord {
		return eachRow(b, func(one *batch.Batch) error { return o.process(one, out) })
	}
	return o.process(b, out)
}

func (o *changingOver) process(b *batch.Batch, out operator.Output) error {
	o.keys.Encode(b, o.spec.Partition, b.Sel, &o.keyBuf)
	o.sort.Encode(b, b.Sel, &o.sortBuf)
	o.rows.Encode(b, b.Sel, &o.rowBuf)
	o.refs = resize(o.refs, o.keyBuf.Len())
	var err error
	if o.created, err = o.table.Upsert(0, &o.keyBuf, o.refs, o.created[:0]); err != nil {
		return err
	}
	o.copies = o.copies[:0]
	o.goes.reset()
	o.comes.reset()
	o.touched.reset(len(o.refs))
	o.parts = o.parts[:0]
	for k, ref := range o.refs {
		x, fresh := o.touched.add(ref)
		if fresh {
			o.open(ref, k)
		}
		p := &o.parts[x]
		if b.Kind(b.Row(k)).IsAdd() {
			p.insert(overRow{sort: o.sortBuf.At(k), row: o.rowBuf.At(k)})
		} else if old, ok := p.remove(o.sortBuf.At(k), o.rowBuf.At(k)); ok && old.values != nil {
			o.goes.add(old.row, old.values, batch.Delete)
		}
	}
	for i := range o.parts {
		if err := o.compute(&o.parts[i]); err != nil {
			return err
		}
	}
	if err := o.emit(out); err != nil {
		return err
	}
	for i := range o.parts {
		o.store(&o.parts[i])
	}
	return nil
}

// open reads a partition; the rows alias state.
func (o *changingOver) open(ref state.Ref, k int) {
	if len(o.parts) < cap(o.parts) {
		o.parts = o.parts[:len(o.parts)+1]
	} else {
		o.parts = append(o.parts, overPartition{})
	}
	p := &o.parts[len(o.parts)-1]
	p.ref, p.key, p.rows = ref, k, p.rows[:0]
	data := o.table.Var(ref)
	if len(data) == 0 {
		return
	}
	n := int(binary.LittleEndian.Uint32(data))
	sizes, rest := data[4:4+12*n], data[4+12*n:]
	cut := func(at int) []byte {
		size := binary.LittleEndian.Uint32(sizes[at:])
		x := rest[:size:size]
		rest = rest[size:]
		return x
	}
	for i := range n {
		p.rows = append(p.rows, overRow{sort: cut(12 * i), row: cut(12*i + 4), values: cut(12*i + 8)})
	}
}

// insert puts a row behind its peers.
func (p *overPartition) insert(r overRow) {
	at, _ := slices.BinarySearchFunc(p.rows, r.sort, func(x overRow, sort []byte) int {
		if bytes.Compare(x.sort, sort) <= 0 {
			return -1
		}
		return 1
	})
	p.rows = slices.Insert(p.rows, at, r)
}

// remove takes out a row equal to the one given.
func (p *overPartition) remove(sort, row []byte) (overRow, bool) {
	at, _ := slices.BinarySearchFunc(p.rows, sort, func(x overRow, sort []byte) int { return bytes.Compare(x.sort, sort) })
	for ; at < len(p.rows) && bytes.Equal(p.rows[at].sort, sort); at++ {
		if bytes.Equal(p.rows[at].row, row) {
			old := p.rows[at]
			p.rows = slices.Delete(p.rows, at, at+1)
			return old, true
		}
	}
	return overRow{}, false
}

// compute finds the values of a partition's rows and notes those that differ.
func (o *changingOver) compute(p *overPartition) error {
	if len(p.rows) == 0 {
		return nil
	}
	o.recs = o.recs[:0]
	for i := range p.rows {
		o.recs = append(o.recs, p.rows[i].row)
	}
	if err := o.decode(o.recs); err != nil {
		return err
	}
	for _, v := range o.vals {
		v.Reset()
	}
	same := func(i int) bool { return bytes.Equal(p.rows[i-1].sort, p.rows[i].sort) }
	if err := o.part.compute(o.single.of(&o.keyBuf, p.key), same); err != nil {
		return err
	}
	o.values.Encode(&batch.Batch{Cols: o.vals, N: len(p.rows)}, nil, &o.valBuf)
	for i := range p.rows {
		r, now := &p.rows[i], o.valBuf.At(i)
		switch {
		case r.values == nil:
			now = o.copy(now)
			o.comes.add(r.row, now, batch.Insert)
		case bytes.Equal(r.values, now):
			continue
		default:
			now = o.copy(now)
			o.goes.add(r.row, r.values, batch.UpdateBefore)
			o.comes.add(r.row, now, batch.UpdateAfter)
		}
		r.values = now
	}
	return nil
}

// copy keeps values until the batch is done; what it returned before stays valid
// also when the memory grows.
func (o *changingOver) copy(values []byte) []byte {
	start := len(o.copies)
	o.copies = append(o.copies, values...)
	return o.copies[start:len(o.copies):len(o.copies)]
}

// emit gives out the changes, first what goes.
func (o *changingOver) emit(out operator.Output) error {
	limit, width := o.ctx.Settings.BatchRows, len(o.spec.Schema)
	for _, c := range [...]*overChanges{&o.goes, &o.comes} {
		for from := 0; from < len(c.rows); from += limit {
			to := min(len(c.rows), from+limit)
			o.out.Reset()
			if err := o.rows.DecodeAll(c.rows[from:to], o.out.Cols[:width]); err != nil {
				return err
			}
			if err := o.values.DecodeAll(c.values[from:to], o.out.Cols[width:]); err != nil {
				return err
			}
			o.out.N = to - from
			o.out.Kinds = c.kinds[from:to]
			if err := out.Emit(o.out); err != nil {
				return err
			}
		}
	}
	return nil
}

// store writes a partition to state.
func (o *changingOver) store(p *overPartition) {
	if len(p.rows) == 0 {
		o.table.Delete(p.ref)
		return
	}
	o.scratch = binary.LittleEndian.AppendUint32(o.scratch[:0], uint32(len(p.rows)))
	for i := range p.rows {
		r := &p.rows[i]
		o.scratch = binary.LittleEndian.AppendUint32(o.scratch, uint32(len(r.sort)))
		o.scratch = binary.LittleEndian.AppendUint32(o.scratch, uint32(len(r.row)))
		o.scratch = binary.LittleEndian.AppendUint32(o.scratch, uint32(len(r.values)))
	}
	for i := range p.rows {
		r := &p.rows[i]
		o.scratch = append(append(append(o.scratch, r.sort...), r.row...), r.values...)
	}
	o.table.SetVar(p.ref, o.scratch)
}

// Finish has nothing to do.
func (o *changingOver) Finish(operator.Output) error { return nil }

package operators

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// deduplicate keeps one row per key of an insert-only input.
//
//	keep last            the newest row; updates as newer ones come
//	keep first, arrival  the first row, emitted at once
//	keep first, rowtime  the row of the lowest rowtime, emitted when the watermark
//	                     has passed it, so that nothing is ever taken back
//
// State per key: the rowtime of the kept row (fixed part, with the sign bit
// flipped so that zero is the lowest) and the row (variable part). After a
// first row by rowtime was emitted its variable part is empty.
type deduplicate struct {
	spec    *jobgraph.Deduplicate
	ctx     *operator.Context
	keys    *rowcodec.KeyEncoder
	rows    *rowcodec.RowEncoder
	table   state.Table
	timers  state.Timers // keep first by rowtime
	time    int64        // watermark
	late    *metrics.Counter
	keyBuf  state.Keys
	refs    []state.Ref
	created []int32

	runs    keyRuns
	touched refIndex
	winner  []int32 // per touched key: the row that is kept now, -1: the stored one
	before  []bool  // per touched key: a row was stored
	refOf   []state.Ref
	old     [][]byte
	adds    [2][]int32 // rows that are new, rows that replace one
	sel     []int32
	kept    batch.Batch
	out     *batch.Batch
	scratch []byte
}

// NewDeduplicate returns the operator of a Deduplicate.
func NewDeduplicate(spec *jobgraph.Deduplicate) operator.Operator {
	return &deduplicate{spec: spec}
}

// byTimer reports whether rows wait for the watermark.
func (d *deduplicate) byTimer() bool {
	return !d.spec.KeepLast && d.spec.Time >= 0 && !d.spec.Proctime && d.ctx.Settings.Streaming
}

// Open makes the state.
func (d *deduplicate) Open(ctx *operator.Context) (err error) {
	d.ctx, d.time = ctx, ctx.Watermark
	keyTypes := columnTypes(d.spec.Schema, d.spec.Keys)
	d.keys, d.rows = rowcodec.NewKeyEncoder(keyTypes), rowcodec.NewRowEncoder(d.spec.Schema.Types())
	d.out = batch.NewBatch(d.spec.Schema, 0)
	d.late = ctx.Metrics.Counter("numLateRecordsDropped")
	if d.byTimer() {
		if d.timers, err = ctx.State.Timers("first-row-timers"); err != nil {
			return err
		}
	}
	d.table, err = ctx.State.Table(state.Spec{
		Name: "kept-rows", Key: keyTypes, FixedWidth: 8, Value: d.spec.Schema, TTL: state.TTL{After: d.spec.TTL},
	})
	return err
}

// ProcessBatch finds the row each key keeps after b and emits what changed.
func (d *deduplicate) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	switch {
	case !d.ctx.Settings.Streaming:
	case d.ctx.Settings.PerRecord:
		return eachRow(b, func(one *batch.Batch) error { return d.process(one, out) })
	case d.spec.AllChanges:
		d.keys.Encode(b, d.spec.Keys, b.Sel, &d.keyBuf)
		return d.runs.each(b, &d.keyBuf, func(run *batch.Batch) error { return d.process(run, out) })
	}
	return d.process(b, out)
}

func (d *deduplicate) process(b *batch.Batch, out operator.Output) error {
	if d.byTimer() {
		if b = d.withoutLate(b); b.Rows() == 0 {
			return nil
		}
	}
	d.keys.Encode(b, d.spec.Keys, b.Sel, &d.keyBuf)
	d.refs = resize(d.refs, d.keyBuf.Len())
	var err error
	if d.created, err = d.table.Upsert(0, &d.keyBuf, d.refs, d.created[:0]); err != nil {
		return err
	}
	d.elect(b)
	switch {
	case !d.ctx.Settings.Streaming:
		d.store(b)
		return nil
	case d.byTimer():
		return d.keepUntilWatermark(b)
	}
	return d.emit(b, out)
}

// withoutLate leaves out the rows that the watermark has passed.
func (d *deduplicate) withoutLate(b *batch.Batch) *batch.Batch {
	times := b.Cols[d.spec.Time].Int64s()
	d.sel = d.sel[:0]
	for k := range b.Rows() {
		if i := b.Row(k); times[i] > d.time {
			d.sel = append(d.sel, int32(i))
		}
	}
	if dropped := b.Rows() - len(d.sel); dropped > 0 {
		d.late.Add(int64(dropped))
	}
	d.kept = *b
	if d.kept.Sel = d.sel; d.sel == nil { // a nil selection is all rows
		d.kept.Sel = []int32{}
	}
	return &d.kept
}

// elect finds, for each key of b, the row that is kept.
func (d *deduplicate) elect(b *batch.Batch) {
	d.touched.reset(len(d.refs))
	d.winner, d.before, d.refOf = d.winner[:0], d.before[:0], d.refOf[:0]
	next := 0 // of created, which is in order of the rows
	for k, r := range d.refs {
		x, fresh := d.touched.add(r)
		if fresh {
			isNew := next < len(d.created) && d.created[next] == int32(k)
			if isNew {
				next++
			}
			d.winner, d.before, d.refOf = append(d.winner, -1), append(d.before, !isNew), append(d.refOf, r)
		}
		i := b.Row(k)
		at := d.rowtime(b, i)
		if d.before[x] || d.winner[x] >= 0 {
			kept := binary.LittleEndian.Uint64(d.table.Fixed(r))
			if d.spec.KeepLast && at < kept || !d.spec.KeepLast && at >= kept {
				continue
			}
		}
		binary.LittleEndian.PutUint64(d.table.Mutable(r), at)
		d.winner[x] = int32(i)
	}
}

// rowtime is what rows of a key are compared by: event time in ms, or, by
// arrival, always the same, which makes the last (or first) row win.
func (d *deduplicate) rowtime(b *batch.Batch, i int) uint64 {
	if d.spec.Time < 0 || d.spec.Proctime {
		return 1 << 63
	}
	v := b.Cols[d.spec.Time]
	if v.IsNull(i) {
		return 0
	}
	return uint64(v.Int64s()[i]) ^ 1<<63
}

// emit writes the changes of the batch: first the rows that are replaced, then
// those that replace them.
func (d *deduplicate) emit(b *batch.Batch, out operator.Output) error {
	d.out.Reset()
	d.old, d.adds[0], d.adds[1] = d.old[:0], d.adds[0][:0], d.adds[1][:0]
	for x, i := range d.winner {
		switch {
		case i < 0:
		case d.before[x]:
			d.old, d.adds[1] = append(d.old, d.table.Var(d.refOf[x])), append(d.adds[1], i)
		default:
			d.adds[0] = append(d.adds[0], i)
		}
	}
	if d.spec.EmitUpdateBefore && len(d.old) > 0 {
		if err := d.rows.DecodeAll(d.old, d.out.Cols); err != nil {
			return err
		}
		d.count(len(d.old), batch.UpdateBefore)
	}
	for n, kind := range [2]batch.RowKind{batch.Insert, batch.UpdateAfter} {
		if len(d.adds[n]) == 0 {
			continue // a nil selection is all rows
		}
		for c, v := range d.out.Cols {
			v.AppendSelected(b.Cols[c], d.adds[n])
		}
		d.count(len(d.adds[n]), kind)
	}
	d.store(b)
	return out.Emit(d.out)
}

// count gives a kind to n rows just appended to out's columns.
func (d *deduplicate) count(n int, kind batch.RowKind) {
	for range n {
		d.out.AppendKind(kind)
	}
}

// store keeps the rows that are compared with, or taken back, later.
func (d *deduplicate) store(b *batch.Batch) {
	if d.ctx.Settings.Streaming && (!d.spec.KeepLast || !d.spec.EmitUpdateBefore) {
		return // the key (and its time) says it all
	}
	for x, i := range d.winner {
		if i >= 0 {
			d.scratch = d.rows.Append(d.scratch[:0], b, int(i))
			d.table.SetVar(d.refOf[x], d.scratch)
		}
	}
}

// keepUntilWatermark stores the first rows by rowtime and asks to be called when
// the watermark passes them.
func (d *deduplicate) keepUntilWatermark(b *batch.Batch) error {
	for x, i := range d.winner {
		if i < 0 {
			continue
		}
		r := d.refOf[x]
		at := int64(binary.LittleEndian.Uint64(d.table.Fixed(r)) ^ 1<<63)
		d.scratch = d.rows.Append(d.scratch[:0], b, int(i))
		d.table.SetVar(r, d.scratch)
		key := d.table.Key(r)
		if err := d.timers.Set(at, keyHash(key), key); err != nil {
			return err
		}
	}
	return nil
}

// OnWatermark emits the first rows that nothing can precede any more.
func (d *deduplicate) OnWatermark(time int64, out operator.Output) (int64, error) {
	d.time = time
	if d.timers == nil {
		return time, nil
	}
	d.out.Reset()
	err := d.timers.PopUntil(time, func(at int64, hash uint64, key []byte) error {
		one := state.Keys{Hash: []uint64{hash}, Width: d.keyBuf.Width, Bytes: key}
		if one.Width == 0 {
			one.Offsets = []int32{0, int32(len(key))}
		}
		var ref [1]state.Ref
		if err := d.table.Get(0, &one, ref[:]); err != nil || ref[0] == state.None {
			return err
		}
		row := d.table.Var(ref[0])
		if kept := binary.LittleEndian.Uint64(d.table.Fixed(ref[0])); len(row) == 0 || kept != uint64(at)^1<<63 {
			return nil // an earlier row has its own timer
		}
		if err := d.rows.Decode(row, d.out.Cols); err != nil {
			return err
		}
		d.out.AppendKind(batch.Insert)
		d.table.SetVar(ref[0], nil)
		binary.LittleEndian.PutUint64(d.table.Mutable(ref[0]), 0)
		if d.out.N >= d.ctx.Settings.BatchRows {
			err := out.Emit(d.out)
			d.out.Reset()
			return err
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return time, out.Emit(d.out)
}

// Finish emits, in bounded mode, the rows that were kept.
func (d *deduplicate) Finish(out operator.Output) error {
	if d.ctx.Settings.Streaming {
		return nil
	}
	d.out.Reset()
	var failed error
	err := d.table.Scan(0, func(r state.Ref) bool {
		if failed = d.rows.Decode(d.table.Var(r), d.out.Cols); failed != nil {
			return false
		}
		d.out.AppendKind(batch.Insert)
		if d.out.N >= d.ctx.Settings.BatchRows {
			failed = out.Emit(d.out)
			d.out.Reset()
		}
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return out.Emit(d.out)
}

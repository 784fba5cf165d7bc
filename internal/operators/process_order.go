package operators

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// processOrder keeps the rows of a table argument with ORDER BY until the watermark has
// passed their time, and gives them out by key, time and the other columns. Rows that
// come behind the watermark are dropped and counted. State per key: the rows that wait,
// as in matcher (time 8, size of the sort key 4, sort key, row).
type processOrder struct {
	keyCols []int
	enc     *rowcodec.KeyEncoder
	rows    *rowcodec.RowEncoder
	rest    *rowcodec.SortKey // of the columns after the time; nil: none
	pending state.List
	timers  state.Timers
	late    *lateRows
	onTime  punctual

	due     dueKeys
	keyBuf  state.Keys
	refs    []state.Ref
	recBuf  rowcodec.Records
	sortBuf rowcodec.Records
	record  []byte
	waiting []matchRow
	recs    [][]byte
	out     *batch.Batch
}

func newProcessOrder(input int, spec *jobgraph.ProcessInput, ctx *operator.Context) (o *processOrder, err error) {
	keyTypes := columnTypes(spec.Schema, spec.Keys)
	o = &processOrder{
		keyCols: spec.Keys, enc: rowcodec.NewKeyEncoder(keyTypes), rows: rowcodec.NewRowEncoder(spec.Schema.Types()),
		late: newLateRows(ctx), out: batch.NewBatch(spec.Schema, 0),
	}
	if rest := spec.Order[1:]; len(rest) > 0 {
		if o.rest, err = rowcodec.NewSortKey(sortColumns(rest, spec.Schema)); err != nil {
			return nil, err
		}
	}
	o.pending, err = ctx.State.List(state.Spec{Name: fmt.Sprintf("ordered-rows-%d", input), Key: keyTypes, FixedWidth: 8, Value: spec.Schema})
	if err != nil {
		return nil, err
	}
	o.timers, err = ctx.State.Timers(fmt.Sprintf("ordered-rows-timers-%d", input))
	return o, err
}

// add keeps the rows of b that are not late.
func (o *processOrder) add(b *batch.Batch, times []int64, watermark int64) error {
	b, late := o.onTime.of(b, times, watermark)
	o.late.drop(late, watermark)
	o.enc.Encode(b, o.keyCols, b.Sel, &o.keyBuf)
	o.rows.Encode(b, b.Sel, &o.recBuf)
	if o.rest != nil {
		o.rest.Encode(b, b.Sel, &o.sortBuf)
	}
	o.refs = resize(o.refs, o.keyBuf.Len())
	if err := o.pending.Upsert(&o.keyBuf, o.refs); err != nil {
		return err
	}
	for k, ref := range o.refs {
		t := times[b.Row(k)]
		var sort []byte
		if o.rest != nil {
			sort = o.sortBuf.At(k)
		}
		o.record = binary.LittleEndian.AppendUint64(o.record[:0], uint64(t))
		o.record = binary.LittleEndian.AppendUint32(o.record, uint32(len(sort)))
		o.record = append(append(o.record, sort...), o.recBuf.At(k)...)
		o.pending.Append(ref, o.record)
		if err := o.timers.Set(t, o.keyBuf.Hash[k], o.keyBuf.At(k)); err != nil {
			return err
		}
	}
	return nil
}

// advance gives out the rows up to time, key by key, in batches.
func (o *processOrder) advance(time int64, emit func(*batch.Batch) error) error {
	if next, ok := o.timers.Next(); !ok || next > time {
		return nil
	}
	keys, err := o.due.pop(o.timers, time, o.enc.Width())
	if err != nil {
		return err
	}
	o.refs = resize(o.refs, keys.Len())
	if err := o.pending.Get(keys, o.refs); err != nil {
		return err
	}
	o.recs = o.recs[:0]
	for _, ref := range o.refs {
		if ref == state.None {
			continue
		}
		o.waiting = o.waiting[:0]
		o.pending.Scan(ref, func(rec []byte) state.Action {
			if r := waitingRow(rec); r.time <= time {
				o.waiting = append(o.waiting, r)
			}
			return state.Keep
		})
		slices.SortStableFunc(o.waiting, o.compare)
		for _, r := range o.waiting {
			o.recs = append(o.recs, r.row)
		}
	}
	for from := 0; from < len(o.recs); from += batch.Capacity {
		part := o.recs[from:min(from+batch.Capacity, len(o.recs))]
		o.out.Reset()
		if err := o.rows.DecodeAll(part, o.out.Cols); err != nil {
			return err
		}
		o.out.N = len(part)
		if err := emit(o.out); err != nil {
			return err
		}
	}
	o.forget(time)
	return nil
}

func (o *processOrder) compare(a, b matchRow) int {
	if c := compareInt64(a.time, b.time); c != 0 {
		return c
	}
	return slices.Compare(a.sort, b.sort)
}

// forget removes the rows that were given out.
func (o *processOrder) forget(time int64) {
	for _, ref := range o.refs {
		if ref != state.None {
			o.pending.Scan(ref, func(rec []byte) state.Action {
				if int64(binary.LittleEndian.Uint64(rec)) <= time {
					return state.Remove
				}
				return state.Keep
			})
		}
	}
}

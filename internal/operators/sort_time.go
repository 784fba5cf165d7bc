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

// timeSort brings rows into order of event time, then of the other sort keys. A
// row waits until the watermark says that nothing earlier will come; a row that
// comes too late is dropped and counted.
//
// State: a List per time in ms, of records: size of the sort key (4), the sort
// key of the columns after the time, the row. A timer for each time.
type timeSort struct {
	times   rowTimes
	rest    *rowcodec.SortKey // after the time; nil: none
	list    state.List
	timers  state.Timers
	emitter rowEmitter
	late    *lateRows
	time    int64 // watermark

	onTime  punctual
	keys    state.Keys
	refs    []state.Ref
	seen    refIndex
	sortBuf rowcodec.Records
	rowBuf  rowcodec.Records
	record  []byte
	rows    []sortedRow
}

// sortedRow is a record of one time. It aliases state.
type sortedRow struct{ sort, row []byte }

func newTimeSort(spec *jobgraph.Sort, ctx *operator.Context) (*timeSort, error) {
	s := &timeSort{
		times: newRowTimes(spec.Time, spec.Schema[spec.Time].Type), time: ctx.Watermark,
		emitter: newRowEmitter(spec.Schema, ctx.Settings.BatchRows), late: newLateRows(ctx),
	}
	var err error
	if rest := spec.Order[1:]; len(rest) > 0 {
		if s.rest, err = rowcodec.NewSortKey(sortColumns(rest, spec.Schema)); err != nil {
			return nil, err
		}
	}
	if s.timers, err = ctx.State.Timers("sort-timers"); err != nil {
		return nil, err
	}
	s.list, err = ctx.State.List(state.Spec{Name: "rows-by-time", Key: []types.Type{types.Of(types.BigInt).NotNull()}, Value: spec.Schema})
	return s, err
}

// ProcessBatch keeps the rows until their time has come.
func (s *timeSort) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	times, err := s.times.read(b)
	if err != nil {
		return err
	}
	b, late := s.onTime.of(b, times, s.time)
	s.late.drop(late, s.time)
	n := b.Rows()
	timeKeys(&s.keys, times, b)
	s.refs = resize(s.refs, n)
	if err := s.list.Upsert(&s.keys, s.refs); err != nil {
		return err
	}
	s.emitter.rows.Encode(b, b.Sel, &s.rowBuf)
	if s.rest != nil {
		s.rest.Encode(b, b.Sel, &s.sortBuf)
	}
	s.seen.reset(n)
	for k, ref := range s.refs {
		if _, fresh := s.seen.add(ref); fresh {
			if err := s.timers.Set(times[b.Row(k)], s.keys.Hash[k], s.keys.At(k)); err != nil {
				return err
			}
		}
		var sort []byte
		if s.rest != nil {
			sort = s.sortBuf.At(k)
		}
		s.record = binary.LittleEndian.AppendUint32(s.record[:0], uint32(len(sort)))
		s.record = append(append(s.record, sort...), s.rowBuf.At(k)...)
		s.list.Append(ref, s.record)
	}
	return nil
}

// timeKeys encodes the times of the rows of b as keys.
func timeKeys(keys *state.Keys, times []int64, b *batch.Batch) {
	keys.Hash, keys.Bytes, keys.Width = keys.Hash[:0], keys.Bytes[:0], 8
	for k := range b.Rows() {
		appendTimeKey(keys, times[b.Row(k)])
	}
}

func appendTimeKey(keys *state.Keys, time int64) {
	at := len(keys.Bytes)
	keys.Bytes = binary.LittleEndian.AppendUint64(keys.Bytes, uint64(time))
	keys.Hash = append(keys.Hash, keyHash(keys.Bytes[at:]))
}

// OnWatermark emits the rows whose time has come.
func (s *timeSort) OnWatermark(time int64, out operator.Output) (int64, error) {
	s.time = time
	s.keys.Hash, s.keys.Bytes, s.keys.Width = s.keys.Hash[:0], s.keys.Bytes[:0], 8
	err := s.timers.PopUntil(time, func(at int64, _ uint64, _ []byte) error {
		appendTimeKey(&s.keys, at)
		return nil
	})
	if err != nil || s.keys.Len() == 0 {
		return time, err
	}
	s.refs = resize(s.refs, s.keys.Len())
	if err := s.list.Get(&s.keys, s.refs); err != nil {
		return 0, err
	}
	for _, ref := range s.refs {
		if ref == state.None {
			continue
		}
		if err := s.emit(ref, out); err != nil {
			return 0, err
		}
	}
	if err := s.emitter.flush(out); err != nil {
		return 0, err
	}
	for _, ref := range s.refs {
		if ref != state.None {
			s.list.Clear(ref)
		}
	}
	return time, nil
}

// emit gives out the rows of one time.
func (s *timeSort) emit(ref state.Ref, out operator.Output) error {
	s.rows = s.rows[:0]
	s.list.Scan(ref, func(rec []byte) state.Action {
		end := 4 + binary.LittleEndian.Uint32(rec)
		s.rows = append(s.rows, sortedRow{sort: rec[4:end], row: rec[end:]})
		return state.Keep
	})
	if s.rest != nil {
		slices.SortStableFunc(s.rows, func(a, b sortedRow) int { return bytes.Compare(a.sort, b.sort) })
	}
	for _, r := range s.rows {
		if err := s.emitter.add(r.row, out); err != nil {
			return err
		}
	}
	return nil
}

// Finish has nothing to do: the last watermark has emitted all rows.
func (s *timeSort) Finish(operator.Output) error { return nil }

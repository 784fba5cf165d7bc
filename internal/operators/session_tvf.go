package operators

import (
	"encoding/binary"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// sessionTVF attaches session windows to rows. A row is kept until its session
// is over, which is when the watermark is one gap past the session's last row.
//
// State: per key a List of (time, row), and a timer per row at time + gap - 1.
type sessionTVF struct {
	spec      *jobgraph.WindowTVF
	schema    types.Schema
	ctx       *operator.Context
	clock     windowClock
	dropped   *metrics.Counter
	late      *lateRows
	enc       *rowcodec.KeyEncoder
	rowEnc    *rowcodec.RowEncoder
	list      state.List
	timers    state.Timers
	watermark int64 // window time

	rows    []int32
	times   []int64
	keys    state.Keys
	refs    []state.Ref
	records rowcodec.Records
	scratch []byte
	due     dueKeys
	kept    []int64 // times of a key's rows
	columns *windowColumns
	input   *batch.Batch
	out     batch.Batch
}

// Open gets the state.
func (s *sessionTVF) Open(ctx *operator.Context) (err error) {
	s.ctx = ctx
	s.dropped = ctx.Metrics.Counter("numNullRowTimeRecordsDropped")
	s.late = newLateRows(ctx)
	w := s.spec.Window
	s.clock = newWindowClock(w, ctx.Settings.TimeZone)
	s.watermark = stream.MinTime
	if !w.Proctime && ctx.Watermark != stream.MinTime {
		s.watermark = s.clock.local(ctx.Watermark)
	}
	s.columns = tvfColumns(w, s.clock, ctx)
	s.input = batch.NewBatch(s.schema, 0)
	keyTypes := columnTypes(s.schema, w.Partition)
	s.enc, s.rowEnc = rowcodec.NewKeyEncoder(keyTypes), rowcodec.NewRowEncoder(s.schema.Types())
	if s.timers, err = ctx.State.Timers("session-ends"); err != nil {
		return err
	}
	s.list, err = ctx.State.List(state.Spec{Name: "session-rows", Key: keyTypes, FixedWidth: 8, Value: s.schema})
	s.askForTimer() // for the sessions it is restored with
	return err
}

// askForTimer asks to be called when the next processing-time session may be over.
func (s *sessionTVF) askForTimer() {
	if next, ok := s.timers.Next(); ok && s.spec.Window.Proctime {
		s.ctx.Timers.Set(s.clock.instant(next))
	}
}

// ProcessBatch keeps the rows that are not late.
func (s *sessionTVF) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	if err := s.readTimes(b); err != nil {
		return err
	}
	s.enc.Encode(b, s.spec.Window.Partition, s.rows, &s.keys)
	s.rowEnc.Encode(b, s.rows, &s.records)
	s.refs = resize(s.refs, len(s.rows))
	if err := s.list.Upsert(&s.keys, s.refs); err != nil {
		return err
	}
	for k, ref := range s.refs {
		at := s.times[k]
		if s.isLate(ref, at) {
			s.late.drop(1, s.watermark)
			continue
		}
		s.scratch = binary.LittleEndian.AppendUint64(s.scratch[:0], uint64(at))
		s.list.Append(ref, append(s.scratch, s.records.At(k)...))
		if err := s.timers.Set(at+s.spec.Window.Size-1, s.keys.Hash[k], s.keys.At(k)); err != nil {
			return err
		}
	}
	s.askForTimer()
	return nil
}

// readTimes lists the rows that have a time, and their window times.
func (s *sessionTVF) readTimes(b *batch.Batch) error {
	s.rows = s.rows[:0]
	w := s.spec.Window
	for k := range b.Rows() {
		i := b.Row(k)
		if !w.Proctime && b.Cols[w.Time].IsNull(i) {
			s.dropped.Add(1)
			continue
		}
		s.rows = append(s.rows, int32(i))
	}
	s.times = resize(s.times, len(s.rows))
	if !w.Proctime {
		return s.clock.readTimes(b.Cols[w.Time], s.rows, s.times)
	}
	now := s.clock.local(s.ctx.Clock.Now().UnixMilli())
	for k := range s.times {
		s.times[k] = now
	}
	return nil
}

// isLate reports whether a row's session would be over already: it is too old by
// itself and touches no row that is kept.
func (s *sessionTVF) isLate(ref state.Ref, at int64) bool {
	gap := s.spec.Window.Size
	if at+gap-1 > s.watermark {
		return false
	}
	touches := false
	s.list.Scan(ref, func(rec []byte) state.Action {
		other := int64(binary.LittleEndian.Uint64(rec))
		if max(other-at, at-other) <= gap {
			touches = true
			return state.Stop
		}
		return state.Keep
	})
	return !touches
}

// OnWatermark emits the sessions that are over.
func (s *sessionTVF) OnWatermark(time int64, out operator.Output) (int64, error) {
	if s.spec.Window.Proctime && time != stream.MaxTime {
		return time, nil
	}
	return time, s.close(s.clock.local(time), out)
}

// OnProcessingTime emits the sessions that are over by the clock.
func (s *sessionTVF) OnProcessingTime(now int64, out operator.Output) error {
	err := s.close(s.clock.local(now), out)
	s.askForTimer()
	return err
}

func (s *sessionTVF) close(time int64, out operator.Output) error {
	s.watermark = max(s.watermark, time)
	keys, err := s.due.pop(s.timers, s.watermark, s.enc.Width())
	if err != nil {
		return err
	}
	s.refs = resize(s.refs, keys.Len())
	if err := s.list.Get(keys, s.refs); err != nil {
		return err
	}
	for _, ref := range s.refs {
		if ref == state.None {
			continue
		}
		if err := s.emitSessions(ref, out); err != nil {
			return err
		}
	}
	return s.flush(out)
}

// emitSessions takes the rows of a key's sessions that are over out of state.
func (s *sessionTVF) emitSessions(ref state.Ref, out operator.Output) error {
	s.kept = s.kept[:0]
	s.list.Scan(ref, func(rec []byte) state.Action {
		s.kept = append(s.kept, int64(binary.LittleEndian.Uint64(rec)))
		return state.Keep
	})
	slices.Sort(s.kept)
	var failed error
	s.list.Scan(ref, func(rec []byte) state.Action {
		start, end := s.session(int64(binary.LittleEndian.Uint64(rec)))
		if end-1 > s.watermark {
			return state.Keep
		}
		if failed = s.rowEnc.Decode(rec[8:], s.input.Cols); failed != nil {
			return state.Stop
		}
		s.columns.add(start, end, 1)
		s.input.N++
		return state.Remove
	})
	if failed == nil && s.input.N >= s.ctx.Settings.BatchRows {
		failed = s.flush(out)
	}
	return failed
}

// session returns the bounds of the session in s.kept that time at belongs to.
func (s *sessionTVF) session(at int64) (start, end int64) {
	gap := s.spec.Window.Size
	i, _ := slices.BinarySearch(s.kept, at)
	first, last := i, i
	for first > 0 && s.kept[first]-s.kept[first-1] <= gap {
		first--
	}
	for last+1 < len(s.kept) && s.kept[last+1]-s.kept[last] <= gap {
		last++
	}
	return s.kept[first], s.kept[last] + gap
}

func (s *sessionTVF) flush(out operator.Output) error {
	if s.input.N == 0 {
		return nil
	}
	s.out = batch.Batch{Cols: append(append(s.out.Cols[:0], s.input.Cols...), s.columns.cols...), N: s.input.N}
	err := out.Emit(&s.out)
	s.input.Reset()
	s.columns.reset()
	return err
}

package operators

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// temporalJoin joins each left row with the version of the right table that was
// valid at the left row's time: the newest one that is not later. Left rows wait
// for the watermark; versions stay until a newer one is behind the watermark.
//
// State: Lists per key, of left rows and of right versions: time (8), row kind
// (8), row; and a timer per key and time. -U rows on the right say nothing that
// the +U after them does not say, and are ignored; a -D is a version in which
// there is no row.
type temporalJoin struct {
	spec   *jobgraph.TemporalJoin
	probe  probeJoin
	sides  [2]*temporalSide
	timers state.Timers
	due    dueKeys

	work     *batch.Batch // left rows that are joined
	lefts    []temporalRow
	versions []temporalRow
	recs     [][]byte
	kinds    []batch.RowKind
	rights   [][]byte // version of each left row, nil if there was none
	all      []int32
}

// temporalSide keeps the rows of one input.
type temporalSide struct {
	keyCols []int
	times   rowTimes
	keys    *rowcodec.KeyEncoder
	rows    *rowcodec.RowEncoder
	list    state.List
	keyBuf  state.Keys
	recBuf  rowcodec.Records
	refs    []state.Ref
	nulls   []bool
	sel     []int32
	record  []byte
}

// temporalRow is a stored row.
type temporalRow struct {
	time int64
	kind batch.RowKind
	row  []byte
}

const temporalHead = 16

// NewTemporalJoin returns the operator of a TemporalJoin, by event time or, with
// RightTime < 0, by processing time.
func NewTemporalJoin(spec *jobgraph.TemporalJoin) operator.Operator {
	if spec.RightTime < 0 {
		return &newestJoin{spec: spec}
	}
	return &temporalJoin{spec: spec}
}

// Open makes the states of both sides.
func (j *temporalJoin) Open(ctx *operator.Context) (err error) {
	s := j.spec
	if j.probe.joinPairs, err = newJoinPairs(s.Kind, s.LeftSchema, s.RightSchema, s.Cond, ctx); err != nil {
		return err
	}
	j.work = batch.NewBatch(s.LeftSchema, 0)
	if j.sides[0], err = newTemporalSide("left", s.LeftSchema, s.LeftKeys, s.LeftTime, s.TTL, ctx); err != nil {
		return err
	}
	if j.sides[1], err = newTemporalSide("right", s.RightSchema, s.RightKeys, s.RightTime, s.TTL, ctx); err != nil {
		return err
	}
	j.timers, err = ctx.State.Timers("timers")
	return err
}

func newTemporalSide(name string, schema types.Schema, keyCols []int, column int, ttl time.Duration, ctx *operator.Context) (s *temporalSide, err error) {
	keyTypes := columnTypes(schema, keyCols)
	s = &temporalSide{
		keyCols: keyCols, times: newRowTimes(column, schema[column].Type),
		keys: rowcodec.NewKeyEncoder(keyTypes), rows: rowcodec.NewRowEncoder(schema.Types()),
	}
	s.list, err = ctx.State.List(state.Spec{
		Name: name + "-rows", Key: keyTypes, FixedWidth: temporalHead, Value: schema, TTL: state.TTL{After: ttl},
	})
	return s, err
}

// ProcessBatch keeps the rows.
func (j *temporalJoin) ProcessBatch(input int, b *batch.Batch, out operator.Output) error {
	s := j.sides[input]
	times, err := s.times.read(b)
	if err != nil {
		return err
	}
	s.nulls = markNulls(s.nulls, b, s.keyCols)
	s.sel = s.sel[:0]
	var alone []int32 // left rows that match nothing
	for k := range b.Rows() {
		i := int32(b.Row(k))
		switch {
		case !s.nulls[k] && (input == 0 || b.Kind(int(i)) != batch.UpdateBefore):
			s.sel = append(s.sel, i)
		case s.nulls[k] && input == 0:
			alone = append(alone, i)
		}
	}
	if len(alone) > 0 && j.spec.Kind == jobgraph.Left {
		j.probe.passed = j.probe.passed[:0]
		if err := j.probe.emit(b, alone, nil, out); err != nil {
			return err
		}
	}
	return s.store(b, times, j.timers)
}

// store appends the rows s.sel of b.
func (s *temporalSide) store(b *batch.Batch, times []int64, timers state.Timers) error {
	if len(s.sel) == 0 {
		return nil
	}
	s.keys.Encode(b, s.keyCols, s.sel, &s.keyBuf)
	s.rows.Encode(b, s.sel, &s.recBuf)
	s.refs = resize(s.refs, len(s.sel))
	if err := s.list.Upsert(&s.keyBuf, s.refs); err != nil {
		return err
	}
	for k, ref := range s.refs {
		i := int(s.sel[k])
		s.record = binary.LittleEndian.AppendUint64(s.record[:0], uint64(times[i]))
		s.record = binary.LittleEndian.AppendUint64(s.record, uint64(b.Kind(i)))
		s.record = append(s.record, s.recBuf.At(k)...)
		s.list.Append(ref, s.record)
		if err := timers.Set(times[i], s.keyBuf.Hash[k], s.keyBuf.At(k)); err != nil {
			return err
		}
	}
	return nil
}

// read appends the rows of a key to dst, by time; rows of equal time in order of
// arrival.
func (s *temporalSide) read(ref state.Ref, dst []temporalRow) []temporalRow {
	if ref == state.None {
		return dst
	}
	start, ordered := len(dst), true
	s.list.Scan(ref, func(rec []byte) state.Action {
		r := temporalRow{int64(binary.LittleEndian.Uint64(rec)), batch.RowKind(rec[8]), rec[temporalHead:]}
		ordered = ordered && (len(dst) == start || dst[len(dst)-1].time <= r.time)
		dst = append(dst, r)
		return state.Keep
	})
	if !ordered {
		slices.SortStableFunc(dst[start:], func(a, b temporalRow) int { return compareInt64(a.time, b.time) })
	}
	return dst
}

// OnWatermark joins the left rows whose time has come and drops the versions
// that are no longer needed.
func (j *temporalJoin) OnWatermark(time int64, out operator.Output) (int64, error) {
	if next, ok := j.timers.Next(); !ok || next > time {
		return time, nil
	}
	keys, err := j.due.pop(j.timers, time, j.sides[0].keys.Width())
	if err != nil {
		return 0, err
	}
	for _, s := range j.sides {
		s.refs = resize(s.refs, keys.Len())
		if err := s.list.Get(keys, s.refs); err != nil {
			return 0, err
		}
	}
	for k := range keys.Len() {
		j.match(k, time)
		if len(j.recs) >= j.probe.limit {
			if err := j.emit(out); err != nil {
				return 0, err
			}
		}
	}
	if err := j.emit(out); err != nil {
		return 0, err
	}
	for k := range keys.Len() {
		j.clean(k, time)
	}
	return time, nil
}

// match finds the versions of the left rows of key k.
func (j *temporalJoin) match(k int, time int64) {
	j.lefts = j.sides[0].read(j.sides[0].refs[k], j.lefts[:0])
	if len(j.lefts) == 0 {
		return
	}
	j.versions = j.sides[1].read(j.sides[1].refs[k], j.versions[:0])
	next := 0 // the first version later than the left row
	for _, l := range j.lefts {
		if l.time > time {
			break
		}
		for next < len(j.versions) && j.versions[next].time <= l.time {
			next++
		}
		var right []byte
		if next > 0 && j.versions[next-1].kind.IsAdd() {
			right = j.versions[next-1].row
		}
		j.recs, j.rights = append(j.recs, l.row), append(j.rights, right)
		j.kinds = append(j.kinds, l.kind)
	}
}

// emit joins the left rows collected.
func (j *temporalJoin) emit(out operator.Output) error {
	if len(j.recs) == 0 {
		return nil
	}
	j.work.Reset()
	if err := j.sides[0].rows.DecodeAll(j.recs, j.work.Cols); err != nil {
		return err
	}
	j.work.N = len(j.recs)
	if slices.ContainsFunc(j.kinds, func(k batch.RowKind) bool { return k != batch.Insert }) {
		j.work.Kinds = j.kinds
	}
	err := j.probe.probe(j.work, rowsOf(j.work, &j.all), j.rights, out)
	j.recs, j.rights, j.kinds = j.recs[:0], j.rights[:0], j.kinds[:0]
	return err
}

// clean drops, of key k, the left rows that were joined and the versions before
// the one that is valid at time.
func (j *temporalJoin) clean(k int, time int64) {
	if ref := j.sides[0].refs[k]; ref != state.None {
		j.sides[0].list.Scan(ref, func(rec []byte) state.Action {
			if int64(binary.LittleEndian.Uint64(rec)) <= time {
				return state.Remove
			}
			return state.Keep
		})
	}
	right := j.sides[1]
	ref := right.refs[k]
	if ref == state.None {
		return
	}
	valid, position, n := temporalRow{time: stream.MinTime}, -1, 0
	right.list.Scan(ref, func(rec []byte) state.Action {
		if t := int64(binary.LittleEndian.Uint64(rec)); t <= time && t >= valid.time {
			valid, position = temporalRow{time: t, kind: batch.RowKind(rec[8])}, n
		}
		n++
		return state.Keep
	})
	if position < 0 {
		return
	}
	n = 0
	right.list.Scan(ref, func(rec []byte) state.Action {
		n++
		switch {
		case int64(binary.LittleEndian.Uint64(rec)) > time:
			return state.Keep
		case n-1 == position && valid.kind.IsAdd():
			return state.Keep
		}
		return state.Remove
	})
}

// Finish has nothing to do: the last watermark has joined all rows.
func (j *temporalJoin) Finish(operator.Output) error { return nil }

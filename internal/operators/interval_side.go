package operators

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// intervalSide keeps the rows of one input of an interval join: a List per key
// of records, time (8), for outer sides whether there was a partner (8), row; and
// a timer per key and time at which some of them can go.
type intervalSide struct {
	keyCols []int
	schema  types.Schema
	times   rowTimes
	keep    int64 // a row goes when the watermark reaches its time + keep
	// A row of this side at t matches the other side's rows at t+from … t+to.
	from, to int64
	flagged  bool  // records say whether they had a partner
	bucket   int64 // timers are set at multiples of it

	keys        *rowcodec.KeyEncoder
	rows        *rowcodec.RowEncoder
	list        state.List
	timers      state.Timers
	due         dueKeys
	keyBuf      state.Keys
	refs        []state.Ref
	recBuf      rowcodec.Records
	record      []byte
	unmatchable []bool
	sel         []int32
	marks       []bool
	gone        [][]byte
}

func (s *intervalSide) open(name string, flagged bool, ctx *operator.Context) (err error) {
	s.flagged, s.bucket = flagged, 1
	if !flagged { // nobody waits for these rows to go: fewer timers do
		s.bucket = max(1, (s.to-s.from)/4)
	}
	keyTypes := columnTypes(s.schema, s.keyCols)
	s.keys, s.rows = rowcodec.NewKeyEncoder(keyTypes), rowcodec.NewRowEncoder(s.schema.Types())
	if s.timers, err = ctx.State.Timers(name + "-timers"); err != nil {
		return err
	}
	s.list, err = ctx.State.List(state.Spec{Name: name + "-rows", Key: keyTypes, FixedWidth: s.fixed(), Value: s.schema})
	return err
}

func (s *intervalSide) fixed() int {
	if s.flagged {
		return 16
	}
	return 8
}

// expires is the watermark at which a row of time t can have no partner any more.
func (s *intervalSide) expires(t int64) int64 { return saturated(t, s.keep) }

// begin encodes the keys of a batch; NULL matches nothing.
func (s *intervalSide) begin(b *batch.Batch) {
	s.keys.Encode(b, s.keyCols, b.Sel, &s.keyBuf)
	s.unmatchable = markNulls(s.unmatchable, b, s.keyCols)
}

// markNulls sets a flag for each row of b with a NULL in one of the columns.
func markNulls(flags []bool, b *batch.Batch, cols []int) []bool {
	flags = resize(flags, b.Rows())
	clear(flags)
	for _, c := range cols {
		if v := b.Cols[c]; v.Valid != nil {
			for k := range flags {
				flags[k] = flags[k] || v.IsNull(b.Row(k))
			}
		}
	}
	return flags
}

// find gives to use, in order of the rows, the records of s within reach of the
// rows of b, a batch of the side from, that are not expired at watermark.
func (s *intervalSide) find(from *intervalSide, b *batch.Batch, times []int64, watermark int64, use func(intervalMatch, []byte) error) error {
	s.refs = resize(s.refs, from.keyBuf.Len())
	if err := s.list.Get(&from.keyBuf, s.refs); err != nil {
		return err
	}
	head := s.fixed()
	var low, high int64
	var failed error
	m := intervalMatch{}
	visit := func(rec []byte) state.Action {
		t := int64(binary.LittleEndian.Uint64(rec))
		if t < low || t > high || s.expires(t) <= watermark {
			return state.Keep
		}
		if s.flagged {
			m.flag = rec[8:9:9]
		}
		if failed = use(m, rec[head:]); failed != nil {
			return state.Stop
		}
		return state.Keep
	}
	for k, ref := range s.refs {
		if ref == state.None || from.unmatchable[k] {
			continue
		}
		t := times[b.Row(k)]
		low, high, m.row = saturated(t, from.from), saturated(t, from.to), int32(k)
		if s.flagged {
			s.list.ScanMutable(ref, visit)
		} else {
			s.list.Scan(ref, visit)
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// store keeps the rows of b that may still find a partner;
// in a semi join one partner is enough.
func (s *intervalSide) store(b *batch.Batch, times []int64, watermark int64, matched []bool, semi bool) error {
	s.sel, s.marks = s.sel[:0], s.marks[:0]
	for k := range b.Rows() {
		i := b.Row(k)
		if s.unmatchable[k] || semi && matched[k] || s.expires(times[i]) <= watermark {
			continue
		}
		s.sel, s.marks = append(s.sel, int32(i)), append(s.marks, matched[k])
	}
	if len(s.sel) == 0 {
		return nil
	}
	if len(s.sel) < b.Rows() {
		s.keys.Encode(b, s.keyCols, s.sel, &s.keyBuf)
	}
	s.rows.Encode(b, s.sel, &s.recBuf)
	s.refs = resize(s.refs, len(s.sel))
	if err := s.list.Upsert(&s.keyBuf, s.refs); err != nil {
		return err
	}
	for k, ref := range s.refs {
		t := times[s.sel[k]]
		s.record = binary.LittleEndian.AppendUint64(s.record[:0], uint64(t))
		if s.flagged {
			s.record = append(s.record, 0, 0, 0, 0, 0, 0, 0, 0)
			if s.marks[k] {
				s.record[8] = 1
			}
		}
		s.record = append(s.record, s.recBuf.At(k)...)
		s.list.Append(ref, s.record)
		if err := s.timers.Set(s.timer(t), s.keyBuf.Hash[k], s.keyBuf.At(k)); err != nil {
			return err
		}
	}
	return nil
}

// timer is when to look after a row of time t.
func (s *intervalSide) timer(t int64) int64 {
	at := s.expires(t)
	if s.bucket > 1 {
		at = saturated(floorDiv(at, s.bucket)*s.bucket, s.bucket)
	}
	return at
}

// expire removes the rows that can go at the watermark time. lost is given those
// that never had a partner.
func (s *intervalSide) expire(time int64, lost func([][]byte) error) error {
	if next, ok := s.timers.Next(); !ok || next > time {
		return nil
	}
	keys, err := s.due.pop(s.timers, time, s.keys.Width())
	if err != nil {
		return err
	}
	s.refs = resize(s.refs, keys.Len())
	if err := s.list.Get(keys, s.refs); err != nil {
		return err
	}
	if s.flagged {
		if err := s.findLost(time, lost); err != nil {
			return err
		}
	}
	removeExpired := func(rec []byte) state.Action {
		if s.expires(int64(binary.LittleEndian.Uint64(rec))) <= time {
			return state.Remove
		}
		return state.Keep
	}
	for _, ref := range s.refs {
		if ref != state.None {
			s.list.Scan(ref, removeExpired)
		}
	}
	return nil
}

// lostRows is how many rows are handed over at once.
const lostRows = 1024

func (s *intervalSide) findLost(time int64, lost func([][]byte) error) error {
	s.gone = s.gone[:0]
	collect := func(rec []byte) state.Action {
		if rec[8] == 0 && s.expires(int64(binary.LittleEndian.Uint64(rec))) <= time {
			s.gone = append(s.gone, rec[16:])
		}
		return state.Keep
	}
	for _, ref := range s.refs {
		if ref == state.None {
			continue
		}
		s.list.Scan(ref, collect)
		if len(s.gone) >= lostRows {
			if err := lost(s.gone); err != nil {
				return err
			}
			s.gone = s.gone[:0]
		}
	}
	if len(s.gone) == 0 {
		return nil
	}
	return lost(s.gone)
}

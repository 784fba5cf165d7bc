package operators

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/rowpattern"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// matcher is MATCH_RECOGNIZE. By event time rows wait until the watermark has
// passed them; late ones are dropped and counted. By processing time they are
// looked at as they come. Partitions are worked on together: the n-th due row of
// each of them is one step, in which a condition is evaluated for all partial
// matches of all partitions at once.
//
// State per key: the rows that wait (time 8, size of the sort key 4, sort key, row),
// the rows that partial matches refer to (time 8, row), and the partial matches as
// package rowpattern encodes them, which number those rows from 0. A timer for each time
// that rows wait for, and for the end of WITHIN of the oldest partial match.
type matcher struct {
	spec    *jobgraph.Match
	ctx     *operator.Context
	keys    *rowcodec.KeyEncoder
	rows    *rowcodec.RowEncoder
	rest    *rowcodec.SortKey // of the order keys after the time; nil: none
	times   rowTimes
	machine *rowpattern.Machine
	rule    *matchRules
	pending state.List
	kept    state.List
	partial state.Table
	timers  state.Timers
	time    int64 // watermark
	late    *lateRows

	onTime  punctual
	due     dueKeys
	keyBuf  state.Keys
	refs    []state.Ref
	recBuf  rowcodec.Records
	sortBuf rowcodec.Records
	record  []byte
	waiting []matchRow
	order   []int32

	chunk matchChunk
	out   *batch.Batch
}

// matchRow is a row that is due. It aliases state.
type matchRow struct {
	time int64
	sort []byte
	row  []byte
}

// matchDue bounds the due rows of one key that are worked on at a time.
const matchDue = 4 * batch.Capacity

// NewMatch returns the operator of a Match.
func NewMatch(spec *jobgraph.Match) operator.Operator { return &matcher{spec: spec} }

// Open prepares states and expressions.
func (m *matcher) Open(ctx *operator.Context) error {
	automaton, err := rowpattern.Compile(m.spec.Pattern)
	if err != nil {
		return err
	}
	m.ctx, m.time, m.late = ctx, ctx.Watermark, newLateRows(ctx)
	m.machine = rowpattern.NewMachine(automaton)
	m.keys = rowcodec.NewKeyEncoder(columnTypes(m.spec.Schema, m.spec.Partition))
	m.rows = rowcodec.NewRowEncoder(m.spec.Schema.Types())
	m.times = newRowTimes(m.spec.Time, m.spec.Schema[m.spec.Time].Type)
	if rest := m.spec.Order[1:]; len(rest) > 0 {
		if m.rest, err = rowcodec.NewSortKey(sortColumns(rest, m.spec.Schema)); err != nil {
			return err
		}
	}
	if m.rule, err = newMatchRules(m.spec, ctx); err != nil {
		return err
	}
	m.out = batch.NewBatch(m.rule.schema(), 0)
	return m.openState(ctx)
}

func (m *matcher) openState(ctx *operator.Context) (err error) {
	st := state.Spec{Key: columnTypes(m.spec.Schema, m.spec.Partition), FixedWidth: 8, Value: m.spec.Schema}
	if !m.spec.Proctime {
		st.Name = "pending-rows"
		if m.pending, err = ctx.State.List(st); err != nil {
			return err
		}
	}
	st.Name = "matched-rows"
	if m.kept, err = ctx.State.List(st); err != nil {
		return err
	}
	st.Name, st.FixedWidth = "partial-matches", 0
	st.Value = types.Schema{{Name: "partials", Type: types.Bytes()}}
	if m.partial, err = ctx.State.Table(st); err != nil {
		return err
	}
	if m.timers, err = ctx.State.Timers("match-timers"); err != nil {
		return err
	}
	if next, ok := m.timers.Next(); ok && m.spec.Proctime {
		ctx.Timers.Set(next)
	}
	return nil
}

// ProcessBatch keeps the rows until their time has come, or looks at them now.
func (m *matcher) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if !onlyInserts(b) {
		return errors.New("MATCH_RECOGNIZE takes inserts only, but its input has updates or deletes")
	}
	if m.spec.Proctime {
		return m.processNow(b, out)
	}
	times, err := m.times.read(b)
	if err != nil {
		return err
	}
	b, late := m.onTime.of(b, times, m.time)
	m.late.drop(late, m.time)
	m.encode(b)
	m.refs = resize(m.refs, m.keyBuf.Len())
	if err := m.pending.Upsert(&m.keyBuf, m.refs); err != nil {
		return err
	}
	for k, ref := range m.refs {
		t := times[b.Row(k)]
		sort := m.sortOf(k)
		m.record = binary.LittleEndian.AppendUint64(m.record[:0], uint64(t))
		m.record = binary.LittleEndian.AppendUint32(m.record, uint32(len(sort)))
		m.record = append(append(m.record, sort...), m.recBuf.At(k)...)
		m.pending.Append(ref, m.record)
		if err := m.timers.Set(t, m.keyBuf.Hash[k], m.keyBuf.At(k)); err != nil {
			return err
		}
	}
	return nil
}

// encode makes keys, sort keys and rows of the selected rows of b.
func (m *matcher) encode(b *batch.Batch) {
	m.keys.Encode(b, m.spec.Partition, b.Sel, &m.keyBuf)
	m.rows.Encode(b, b.Sel, &m.recBuf)
	if m.rest != nil {
		m.rest.Encode(b, b.Sel, &m.sortBuf)
	}
}

func (m *matcher) sortOf(k int) []byte {
	if m.rest == nil {
		return nil
	}
	return m.sortBuf.At(k)
}

// waitingRow reads a record of pending.
func waitingRow(rec []byte) matchRow {
	end := 12 + binary.LittleEndian.Uint32(rec[8:])
	return matchRow{time: int64(binary.LittleEndian.Uint64(rec)), sort: rec[12:end], row: rec[end:]}
}

// sortWaiting orders by time, then by the other keys; equal rows stay as they came.
func (m *matcher) sortWaiting() {
	slices.SortStableFunc(m.waiting, func(a, b matchRow) int {
		if c := compareInt64(a.time, b.time); c != 0 || m.rest == nil {
			return c
		}
		return bytes.Compare(a.sort, b.sort)
	})
}

// processNow looks at rows by processing time.
func (m *matcher) processNow(b *batch.Batch, out operator.Output) error {
	now := m.ctx.Clock.Now().UnixMilli()
	m.encode(b)
	n := m.due.groups.group(&m.keyBuf)
	keys := &m.due.groups.keys
	m.order = resize(m.order, len(m.due.groups.gid))
	ends := groupRows(m.due.groups.gid, n, m.order)
	from := int32(0)
	for g := range n {
		m.waiting = m.waiting[:0]
		for _, k := range m.order[from:ends[g]] {
			m.waiting = append(m.waiting, matchRow{now, m.sortOf(int(k)), m.recBuf.At(int(k))})
		}
		from = ends[g]
		m.sortWaiting()
		if err := m.addKey(keys.Hash[g], keys.At(g), now, out); err != nil {
			return err
		}
	}
	if err := m.runChunk(now, out); err != nil {
		return err
	}
	m.wake()
	return nil
}

// groupRows lists the rows of group 0, then those of group 1, and so on into
// order, and returns where each group ends.
func groupRows(gid []int32, groups int, order []int32) []int32 {
	ends := make([]int32, groups+1)
	for _, g := range gid {
		ends[g+1]++
	}
	for g := range groups {
		ends[g+1] += ends[g]
	}
	for k, g := range gid {
		order[ends[g]] = int32(k)
		ends[g]++
	}
	return ends[:groups]
}

// wake asks to be called when the next partial match ends by processing time.
func (m *matcher) wake() {
	if next, ok := m.timers.Next(); ok && m.spec.Proctime {
		m.ctx.Timers.Set(next)
	}
}

// OnProcessingTime drops partial matches that began too long ago.
func (m *matcher) OnProcessingTime(now int64, out operator.Output) error {
	if !m.spec.Proctime {
		return nil
	}
	err := m.advance(now, out)
	m.wake()
	return err
}

// OnWatermark looks at the rows whose time has come.
func (m *matcher) OnWatermark(time int64, out operator.Output) (int64, error) {
	if m.spec.Proctime {
		return time, nil
	}
	m.time = time
	return time, m.advance(time, out)
}

// Finish has nothing to do: the last watermark has brought all rows.
func (m *matcher) Finish(operator.Output) error { return nil }

// advance works on the keys that have a timer up to time.
func (m *matcher) advance(time int64, out operator.Output) error {
	if next, ok := m.timers.Next(); !ok || next > time {
		return nil
	}
	keys, err := m.due.pop(m.timers, time, m.keys.Width())
	if err != nil {
		return err
	}
	m.refs = resize(m.refs, keys.Len())
	if m.pending == nil {
		for i := range m.refs {
			m.refs[i] = state.None
		}
	} else if err := m.pending.Get(keys, m.refs); err != nil {
		return err
	}
	for g, ref := range m.refs {
		m.waiting = m.waiting[:0]
		if ref != state.None {
			m.pending.Scan(ref, func(rec []byte) state.Action {
				if r := waitingRow(rec); r.time <= time {
					m.waiting = append(m.waiting, r)
				}
				return state.Keep
			})
			m.sortWaiting()
		}
		if err := m.addKey(keys.Hash[g], keys.At(g), time, out); err != nil {
			return err
		}
	}
	if err := m.runChunk(time, out); err != nil {
		return err
	}
	return m.forget(time)
}

// forget removes the waiting rows up to time of the keys of refs.
func (m *matcher) forget(time int64) error {
	for _, ref := range m.refs {
		if ref != state.None {
			m.pending.Scan(ref, func(rec []byte) state.Action {
				if int64(binary.LittleEndian.Uint64(rec)) <= time {
					return state.Remove
				}
				return state.Keep
			})
		}
	}
	return nil
}

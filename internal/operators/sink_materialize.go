package operators

import (
	"bytes"
	"encoding/binary"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// sinkMaterialize brings the changes of one sink key into order. They may arrive
// over different keys of the query, so that the insert of the new row comes
// before the delete of the old one. It keeps, per sink key, all rows that are
// there in order of arrival, and the sink's row is the last of them: +I, +U, or
// -D when none is left. Rows are told apart by the query's upsert key, or, if it
// has none, as a whole.
//
// State: a Table sink key → rows: per row the size of its identity and of the
// row (4 each), then these. The identity is empty without an upsert key.
type sinkMaterialize struct {
	spec    *jobgraph.SinkMaterialize
	keys    *rowcodec.KeyEncoder
	ids     *rowcodec.KeyEncoder // nil: rows are told apart as a whole
	rows    *rowcodec.RowEncoder
	table   state.Table
	ctx     *operator.Context
	out     *batch.Batch
	warned  bool
	keyBuf  state.Keys
	idBuf   state.Keys
	rowBuf  rowcodec.Records
	refs    []state.Ref
	created []int32
	touched refIndex
	changes []sinkKey
	recs    [][]byte
	kinds   []batch.RowKind
	scratch []byte
}

// sinkKey is a key that the batch touches.
type sinkKey struct {
	ref  state.Ref
	rows []sinkRow
	old  []byte // the sink's row before the batch, nil if there was none
}

type sinkRow struct{ id, row []byte }

// NewSinkMaterialize returns the operator of a SinkMaterialize.
func NewSinkMaterialize(spec *jobgraph.SinkMaterialize) operator.Operator {
	return &sinkMaterialize{spec: spec}
}

// Open makes the state.
func (m *sinkMaterialize) Open(ctx *operator.Context) (err error) {
	m.ctx = ctx
	keyTypes := columnTypes(m.spec.Schema, m.spec.Keys)
	m.keys, m.rows = rowcodec.NewKeyEncoder(keyTypes), rowcodec.NewRowEncoder(m.spec.Schema.Types())
	if m.spec.UpsertKey != nil {
		m.ids = rowcodec.NewKeyEncoder(columnTypes(m.spec.Schema, m.spec.UpsertKey))
	}
	m.out = batch.NewBatch(m.spec.Schema, 0)
	m.table, err = ctx.State.Table(state.Spec{Name: "sink-rows", Key: keyTypes, Value: m.spec.Schema, TTL: state.TTL{After: m.spec.TTL}})
	return err
}

// ProcessBatch emits what b makes of the sink's rows.
func (m *sinkMaterialize) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if m.ctx.Settings.PerRecord {
		return eachRow(b, func(one *batch.Batch) error { return m.process(one, out) })
	}
	return m.process(b, out)
}

func (m *sinkMaterialize) process(b *batch.Batch, out operator.Output) (err error) {
	m.keys.Encode(b, m.spec.Keys, b.Sel, &m.keyBuf)
	m.rows.Encode(b, b.Sel, &m.rowBuf)
	if m.ids != nil {
		m.ids.Encode(b, m.spec.UpsertKey, b.Sel, &m.idBuf)
	}
	m.refs = resize(m.refs, m.keyBuf.Len())
	if m.created, err = m.table.Upsert(0, &m.keyBuf, m.refs, m.created[:0]); err != nil {
		return err
	}
	m.touched.reset(len(m.refs))
	m.changes = m.changes[:0]
	for k, ref := range m.refs {
		x, fresh := m.touched.add(ref)
		if fresh {
			m.open(ref)
		}
		r := sinkRow{row: m.rowBuf.At(k)}
		if m.ids != nil {
			r.id = m.idBuf.At(k)
		}
		m.change(&m.changes[x], r, b.Kind(b.Row(k)).IsAdd())
	}
	if err := m.emit(out); err != nil {
		return err
	}
	for i := range m.changes {
		m.store(&m.changes[i])
	}
	return nil
}

// open reads a key's rows.
func (m *sinkMaterialize) open(ref state.Ref) {
	if len(m.changes) < cap(m.changes) {
		m.changes = m.changes[:len(m.changes)+1]
	} else {
		m.changes = append(m.changes, sinkKey{})
	}
	c := &m.changes[len(m.changes)-1]
	c.ref, c.rows, c.old = ref, c.rows[:0], nil
	for data := m.table.Var(ref); len(data) > 0; {
		id, row := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
		data = data[8:]
		c.rows = append(c.rows, sinkRow{id: data[:id:id], row: data[id : id+row : id+row]})
		data = data[id+row:]
	}
	if n := len(c.rows); n > 0 {
		c.old = c.rows[n-1].row
	}
}

// change adds a row at the end, or takes it away. A row that is there already
// under its upsert key is replaced.
func (m *sinkMaterialize) change(c *sinkKey, r sinkRow, add bool) {
	if !add || m.ids != nil {
		found := false
		for i := range c.rows {
			if m.ids != nil && bytes.Equal(c.rows[i].id, r.id) || m.ids == nil && bytes.Equal(c.rows[i].row, r.row) {
				c.rows = append(c.rows[:i], c.rows[i+1:]...)
				found = true
				break
			}
		}
		if !add {
			if !found && !m.warned {
				m.warned = true
				m.ctx.Log.Warn("The state is cleared because of state TTL. This will result in incorrect result. You can increase the state TTL to avoid this.", "operator", m.ctx.Name)
			}
			return
		}
	}
	c.rows = append(c.rows, r)
}

// emit gives out the net change of each key.
func (m *sinkMaterialize) emit(out operator.Output) error {
	m.recs, m.kinds = m.recs[:0], m.kinds[:0]
	for i := range m.changes {
		c := &m.changes[i]
		n := len(c.rows)
		switch {
		case n == 0 && c.old == nil:
		case n == 0:
			m.recs, m.kinds = append(m.recs, c.old), append(m.kinds, batch.Delete)
		case c.old == nil:
			m.recs, m.kinds = append(m.recs, c.rows[n-1].row), append(m.kinds, batch.Insert)
		case m.spec.TTL > 0 || !bytes.Equal(c.old, c.rows[n-1].row):
			m.recs, m.kinds = append(m.recs, c.rows[n-1].row), append(m.kinds, batch.UpdateAfter)
		}
	}
	if len(m.recs) == 0 {
		return nil
	}
	m.out.Reset()
	if err := m.rows.DecodeAll(m.recs, m.out.Cols); err != nil {
		return err
	}
	m.out.N, m.out.Kinds = len(m.recs), m.kinds
	err := out.Emit(m.out)
	m.out.Kinds = nil
	return err
}

func (m *sinkMaterialize) store(c *sinkKey) {
	if len(c.rows) == 0 {
		m.table.Delete(c.ref)
		return
	}
	m.scratch = m.scratch[:0]
	for _, r := range c.rows {
		m.scratch = binary.LittleEndian.AppendUint32(m.scratch, uint32(len(r.id)))
		m.scratch = binary.LittleEndian.AppendUint32(m.scratch, uint32(len(r.row)))
		m.scratch = append(append(m.scratch, r.id...), r.row...)
	}
	m.table.SetVar(c.ref, m.scratch)
}

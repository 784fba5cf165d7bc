package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// groupOutput builds output rows of keys and aggregates from lists: the input
// row to take the key from, and the place of the values among the results.
type groupOutput struct {
	batch  *batch.Batch
	keys   []*batch.Vector // scratch for keys decoded from state
	nkeys  int
	rows   []int32
	values []int32
	kinds  []batch.RowKind
	plain  bool // all kinds are Insert
	limit  int
	bytes  [][]byte
}

func (o *groupOutput) open(keys []types.Type, aggs []jobgraph.AggCall, limit int) {
	schema := make(types.Schema, 0, len(keys)+len(aggs))
	for _, t := range keys {
		schema = append(schema, types.Field{Type: t})
		o.keys = append(o.keys, batch.New(t, 0))
	}
	for _, a := range aggs {
		schema = append(schema, types.Field{Type: a.Type})
	}
	o.batch = batch.NewBatch(schema, 0)
	o.nkeys = len(keys)
	if o.limit = limit; limit <= 0 {
		o.limit = batch.Capacity
	}
}

func (o *groupOutput) begin() {
	o.rows, o.values, o.kinds, o.plain = o.rows[:0], o.values[:0], o.kinds[:0], true
}

// add adds a row: key columns of input row, aggregates at value of the results.
func (o *groupOutput) add(row, value int32, kind batch.RowKind) {
	o.rows = append(o.rows, row)
	o.values = append(o.values, value)
	o.kinds = append(o.kinds, kind)
	o.plain = o.plain && kind == batch.Insert
}

// emit sends the rows added since begin, in batches of about the limit; an
// update's two rows stay together.
func (o *groupOutput) emit(b *batch.Batch, keyCols []int, results []*batch.Vector, out operator.Output) error {
	for from := 0; from < len(o.rows); {
		to := min(from+o.limit, len(o.rows))
		if to < len(o.rows) && o.kinds[to-1] == batch.UpdateBefore {
			to++
		}
		o.batch.Reset()
		for k, c := range keyCols {
			o.batch.Cols[k].AppendSelected(b.Cols[c], o.rows[from:to])
		}
		for k, v := range results {
			o.batch.Cols[o.nkeys+k].AppendSelected(v, o.values[from:to])
		}
		o.batch.N = to - from
		if !o.plain {
			o.batch.Kinds = o.kinds[from:to]
		}
		if err := out.Emit(o.batch); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// keysOf decodes the keys of entries; the columns are scratch.
func (o *groupOutput) keysOf(enc *rowcodec.KeyEncoder, table state.Table, refs []state.Ref) ([]*batch.Vector, error) {
	o.bytes = o.bytes[:0]
	for _, r := range refs {
		o.bytes = append(o.bytes, table.Key(r))
	}
	for _, v := range o.keys {
		v.Reset()
	}
	err := enc.DecodeKeys(o.bytes, o.keys)
	return o.keys[:len(o.keys):len(o.keys)], err
}

package inspect

import (
	"strconv"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// Decoder turns the keys and records of a state into columns. What is not encoded
// as its Description says (a record that holds several rows, say) stays bytes.
type Decoder struct {
	Key, Value types.Schema
	keys       *rowcodec.KeyEncoder
	rows       *rowcodec.RowEncoder
	key, row   *batch.Batch // one row each, reused
}

// NewDecoder returns the decoder of a state whose keys are those of key, see
// Operator.KeyTypes.
func NewDecoder(d, key state.Description) *Decoder {
	c := &Decoder{Value: d.Value}
	for i, t := range key.Key {
		name := "key"
		if len(key.Key) > 1 {
			name += strconv.Itoa(i + 1)
		}
		c.Key = append(c.Key, types.Field{Name: name, Type: t})
	}
	c.keys, c.rows = rowcodec.NewKeyEncoder(c.Key.Types()), rowcodec.NewRowEncoder(c.Value.Types())
	c.key, c.row = batch.NewBatch(c.Key, 1), batch.NewBatch(c.Value, 1)
	return c
}

// DecodeKey returns the columns of a key, until the next call; ok is false if it
// is no such key.
func (c *Decoder) DecodeKey(key []byte) (cols []*batch.Vector, ok bool) {
	reset(c.key)
	return c.key.Cols, len(c.Key) > 0 && c.keys.DecodeKey(key, c.key.Cols) == nil
}

// DecodeValue returns the columns of a record, likewise. A Map that counts whole
// rows has them as sub-keys.
func (c *Decoder) DecodeValue(e *state.Entry) (cols []*batch.Vector, ok bool) {
	if len(c.Value) == 0 {
		return nil, false
	}
	reset(c.row)
	record := e.Var
	if len(record) == 0 {
		record = e.Sub
	}
	return c.row.Cols, c.rows.Decode(record, c.row.Cols) == nil
}

func reset(b *batch.Batch) {
	for _, v := range b.Cols {
		v.Reset()
	}
}

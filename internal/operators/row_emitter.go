package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

// rowEmitter gives out encoded rows as inserts, in batches. A record must stay
// as it is until it is flushed.
type rowEmitter struct {
	rows  *rowcodec.RowEncoder
	recs  [][]byte
	batch *batch.Batch
	limit int
}

func newRowEmitter(schema types.Schema, limit int) rowEmitter {
	return rowEmitter{rows: rowcodec.NewRowEncoder(schema.Types()), batch: batch.NewBatch(schema, 0), limit: limit}
}

// add emits a row, at the latest with the next flush.
func (e *rowEmitter) add(rec []byte, out operator.Output) error {
	e.recs = append(e.recs, rec)
	if len(e.recs) < e.limit {
		return nil
	}
	return e.flush(out)
}

func (e *rowEmitter) flush(out operator.Output) error {
	if len(e.recs) == 0 {
		return nil
	}
	e.batch.Reset()
	if err := e.rows.DecodeAll(e.recs, e.batch.Cols); err != nil {
		return err
	}
	e.batch.N = len(e.recs)
	e.recs = e.recs[:0]
	return out.Emit(e.batch)
}

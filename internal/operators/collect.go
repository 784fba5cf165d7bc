package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/operator"
)

// Collector takes the rows of a SELECT to the client. Rows may come from
// several subtasks at once; a batch is valid until the call returns.
type Collector interface {
	Collect(b *batch.Batch) error
}

// collect hands rows to the client.
type collect struct{ to Collector }

// ProcessBatch passes b on.
func (c *collect) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	return c.to.Collect(b)
}

// dropUpdateBefore leaves out -U rows or makes them deletes.
type dropUpdateBefore struct {
	asDelete bool
	sel      []int32
	kinds    []batch.RowKind
	out      batch.Batch
}

// ProcessBatch narrows the selection to the other kinds, or rewrites the kinds.
func (d *dropUpdateBefore) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if b.Kinds == nil {
		return out.Emit(b)
	}
	d.out = *b
	if d.asDelete {
		d.kinds = append(d.kinds[:0], b.Kinds...)
		for i, k := range d.kinds {
			if k == batch.UpdateBefore {
				d.kinds[i] = batch.Delete
			}
		}
		d.out.Kinds = d.kinds
		return out.Emit(&d.out)
	}
	d.sel = d.sel[:0]
	for k := range b.Rows() {
		if i := b.Row(k); b.Kinds[i] != batch.UpdateBefore {
			d.sel = append(d.sel, int32(i))
		}
	}
	if len(d.sel) == 0 {
		return nil // a nil selection is all rows
	}
	d.out.Sel = d.sel
	return out.Emit(&d.out)
}

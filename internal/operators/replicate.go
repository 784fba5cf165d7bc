package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
)

// replicate emits a row as often as its count says: not at all if that is NULL,
// zero or negative.
type replicate struct {
	spec  *jobgraph.Replicate
	limit int
	sel   []int32
	kinds []batch.RowKind
	out   *batch.Batch
}

// NewReplicate returns the operator of a Replicate.
func NewReplicate(spec *jobgraph.Replicate) operator.Operator { return &replicate{spec: spec} }

// Open notes the size of batches.
func (r *replicate) Open(ctx *operator.Context) error {
	r.limit = ctx.Settings.BatchRows
	return nil
}

// ProcessBatch repeats the rows of b.
func (r *replicate) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	counts := b.Cols[r.spec.Count]
	r.sel = r.sel[:0]
	for k := range b.Rows() {
		i := b.Row(k)
		if counts.IsNull(i) {
			continue
		}
		for range max(0, counts.Int64s()[i]) {
			if r.sel = append(r.sel, int32(i)); len(r.sel) == r.limit {
				if err := r.emit(b, out); err != nil {
					return err
				}
			}
		}
	}
	return r.emit(b, out)
}

func (r *replicate) emit(b *batch.Batch, out operator.Output) error {
	if len(r.sel) == 0 {
		return nil
	}
	if r.out == nil {
		r.out = &batch.Batch{}
		for c, v := range b.Cols {
			if c != r.spec.Count {
				r.out.Cols = append(r.out.Cols, batch.New(v.Type, 0))
			}
		}
	}
	r.out.Reset()
	at := 0
	for c, v := range b.Cols {
		if c != r.spec.Count {
			r.out.Cols[at].AppendSelected(v, r.sel)
			at++
		}
	}
	r.out.N = len(r.sel)
	r.kinds, r.out.Kinds = gatherKinds(b, r.sel, r.kinds)
	r.sel = r.sel[:0]
	return out.Emit(r.out)
}

// gatherKinds returns the kinds of the rows sel of b, nil if all are inserts;
// buf is memory for them.
func gatherKinds(b *batch.Batch, sel []int32, buf []batch.RowKind) (grown, kinds []batch.RowKind) {
	if b.Kinds == nil {
		return buf, nil
	}
	buf = buf[:0]
	for _, i := range sel {
		buf = append(buf, b.Kinds[i])
	}
	return buf, buf
}

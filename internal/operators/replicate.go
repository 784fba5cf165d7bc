package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
)

// replicate emits a row as often as its count says: not at all if that is NULL,
// zero or negative. An update of nothing but the count is the difference of the
// counts: n set operations above each other would otherwise make k^n changes of
// the k-th copy of a row.
type replicate struct {
	spec  *jobgraph.Replicate
	limit int
	sel   []int32
	kinds []batch.RowKind // of sel, if the input has kinds
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
	r.sel, r.kinds = r.sel[:0], r.kinds[:0]
	if b.Kinds != nil {
		return r.processChanges(b, counts, out)
	}
	for k := range b.Rows() {
		i := b.Row(k)
		for range repeats(counts, i) {
			if r.sel = append(r.sel, int32(i)); len(r.sel) == r.limit {
				if err := r.emit(b, out); err != nil {
					return err
				}
			}
		}
	}
	return r.emit(b, out)
}

// repeats is how often a row is emitted.
func repeats(counts *batch.Vector, i int) int64 {
	if counts.IsNull(i) {
		return 0
	}
	return max(0, counts.Int64s()[i])
}

// processChanges repeats the rows of b, which has kinds. The two rows of an
// update that differ in the count only are one row, emitted or taken back.
func (r *replicate) processChanges(b *batch.Batch, counts *batch.Vector, out operator.Output) error {
	n := b.Rows()
	for k := 0; k < n; k++ {
		i := b.Row(k)
		copies, kind := repeats(counts, i), b.Kinds[i]
		if kind == batch.UpdateBefore && k+1 < n {
			if next := b.Row(k + 1); b.Kinds[next] == batch.UpdateAfter && r.sameRow(b, i, next) {
				k++
				if copies -= repeats(counts, next); copies < 0 {
					copies, kind = -copies, batch.Insert
				}
			}
		}
		for range copies {
			r.sel, r.kinds = append(r.sel, int32(i)), append(r.kinds, kind)
			if len(r.sel) == r.limit {
				if err := r.emit(b, out); err != nil {
					return err
				}
			}
		}
	}
	return r.emit(b, out)
}

// sameRow reports rows that differ in their count at most.
func (r *replicate) sameRow(b *batch.Batch, i, j int) bool {
	for c, v := range b.Cols {
		if c != r.spec.Count && !equalValues(v, i, j) {
			return false
		}
	}
	return true
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
	r.out.Kinds = nil
	if b.Kinds != nil {
		r.out.Kinds = r.kinds
	}
	err := out.Emit(r.out)
	r.sel, r.kinds = r.sel[:0], r.kinds[:0]
	return err
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

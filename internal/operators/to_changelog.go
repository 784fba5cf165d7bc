package operators

import (
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// toChangelog is TO_CHANGELOG: changes become inserts with a column that names them.
type toChangelog struct {
	codes [4]string
	emits [4]bool
	op    *batch.Vector
	out   batch.Batch
	sel   []int32
}

// NewToChangelog returns the operator of a ToChangelog.
func NewToChangelog(spec *jobgraph.ToChangelog) operator.Operator {
	t := &toChangelog{op: batch.New(types.String(), 0)}
	for kind, code := range spec.Codes {
		t.codes[kind], t.emits[kind] = code, true
	}
	return t
}

// ProcessBatch names the changes of b.
func (t *toChangelog) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	t.op.Reset()
	t.sel = t.sel[:0]
	for i := range b.N {
		t.op.AppendString(t.codes[b.Kind(i)])
	}
	for k := range b.Rows() {
		if i := b.Row(k); t.emits[b.Kind(i)] {
			t.sel = append(t.sel, int32(i))
		}
	}
	if len(t.sel) == 0 {
		return nil
	}
	t.out.Cols = append(append(t.out.Cols[:0], t.op), b.Cols...)
	t.out.N, t.out.Sel = b.N, t.sel
	return out.Emit(&t.out)
}

// fromChangelog is FROM_CHANGELOG: a column says which change a row is.
type fromChangelog struct {
	spec  *jobgraph.FromChangelog
	out   batch.Batch
	sel   []int32
	kinds []batch.RowKind
}

// NewFromChangelog returns the operator of a FromChangelog.
func NewFromChangelog(spec *jobgraph.FromChangelog) operator.Operator {
	return &fromChangelog{spec: spec}
}

// ProcessBatch gives the rows of b their kinds.
func (f *fromChangelog) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	op := b.Cols[f.spec.Op]
	f.sel, f.kinds = f.sel[:0], resize(f.kinds, b.N)
	for k := range b.Rows() {
		i := b.Row(k)
		if op.IsNull(i) {
			return errors.New("Received invalid op code 'NULL' in FROM_CHANGELOG; filter such rows out, or add it to op_mapping")
		}
		kind, ok := f.spec.Kinds[string(op.At(i))]
		if !ok {
			return fmt.Errorf("Received invalid op code '%s' in FROM_CHANGELOG; filter such rows out, or add it to op_mapping", op.At(i))
		}
		f.kinds[i] = kind
		f.sel = append(f.sel, int32(i))
	}
	if len(f.sel) == 0 {
		return nil
	}
	f.out.Cols = append(append(f.out.Cols[:0], b.Cols[:f.spec.Op]...), b.Cols[f.spec.Op+1:]...)
	f.out.N, f.out.Sel, f.out.Kinds = b.N, f.sel, f.kinds
	return out.Emit(&f.out)
}

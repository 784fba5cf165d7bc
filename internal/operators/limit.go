package operators

import (
	"encoding/binary"
	"errors"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
)

// limit passes the first Limit rows after Offset of an insert-only input.
type limit struct {
	spec  *jobgraph.Limit
	seen  int64 // rows so far
	state state.OperatorList
	saved []byte
	out   batch.Batch
	sel   []int32
}

// NewLimit returns the operator of a Limit. Over an input with updates it is a
// Top-N in order of arrival: when a row of the result is deleted, the oldest of
// those behind takes its place, as in Flink.
func NewLimit(spec *jobgraph.Limit) (operator.Operator, error) {
	if spec.InputChanges.InsertOnly() {
		return &limit{spec: spec}, nil
	}
	if spec.Limit < 0 {
		return nil, errors.New("FETCH is missed, which on streaming table is not supported currently.")
	}
	if spec.Limit == 0 {
		return &limit{spec: spec}, nil
	}
	return NewRank(&jobgraph.Rank{
		Start: spec.Offset + 1, End: spec.Offset + spec.Limit, InputChanges: spec.InputChanges, EmitUpdateBefore: true, Schema: spec.Schema,
	})
}

// Open reads how many rows have passed already.
func (l *limit) Open(ctx *operator.Context) (err error) {
	if l.state, err = ctx.State.OperatorList("rows-seen", state.Split); err != nil {
		return err
	}
	for _, rec := range l.state.Get() {
		if len(rec) == 8 {
			l.seen += int64(binary.LittleEndian.Uint64(rec))
		}
	}
	return nil
}

// ProcessBatch narrows the selection to the rows in range.
func (l *limit) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	n := int64(b.Rows())
	from, to := min(n, max(0, l.spec.Offset-l.seen)), n
	if l.spec.Limit >= 0 {
		to = max(from, min(n, l.spec.Offset+l.spec.Limit-l.seen))
	}
	l.seen += n
	switch {
	case from == to:
		return nil
	case from == 0 && to == n:
		return out.Emit(b)
	}
	l.sel = l.sel[:0]
	for k := from; k < to; k++ {
		l.sel = append(l.sel, int32(b.Row(int(k))))
	}
	l.out = *b
	l.out.Sel = l.sel
	return out.Emit(&l.out)
}

// PrepareSnapshot saves the number of rows seen.
func (l *limit) PrepareSnapshot(int64) error {
	l.saved = binary.LittleEndian.AppendUint64(nil, uint64(l.seen))
	l.state.Set([][]byte{l.saved})
	return nil
}

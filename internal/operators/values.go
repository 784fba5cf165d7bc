package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/operator"
)

// values is the source of VALUES: constant rows, emitted by the first subtask.
type values struct {
	rows *batch.Batch
	done bool
}

// Open leaves the rows to the first subtask.
func (v *values) Open(ctx *operator.Context) error {
	v.done = ctx.Subtask != 0
	return nil
}

// Poll emits the rows once.
func (v *values) Poll(out operator.SourceOutput) (operator.SourceState, error) {
	if v.done {
		return operator.SourceFinished, nil
	}
	v.done = true
	return operator.SourceMore, out.Emit(v.rows)
}

// Wait is never needed.
func (v *values) Wait() <-chan struct{} { return nil }

// AddSplits takes nothing: there is one implicit split.
func (v *values) AddSplits([]connector.Split, bool) error { return nil }

// Positions are none.
func (v *values) Positions() ([]connector.Split, error) { return nil, nil }

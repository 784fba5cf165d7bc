package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
)

// values is the source of VALUES: constant rows, emitted by the first subtask.
// Its state is a record once they have been.
type values struct {
	rows    *batch.Batch
	done    bool
	idle    bool // another subtask emits them
	emitted state.OperatorList
}

// Open leaves the rows to the first subtask.
func (v *values) Open(ctx *operator.Context) (err error) {
	v.emitted, err = ctx.State.OperatorList("emitted", state.Union)
	if err == nil {
		v.idle = ctx.Subtask != 0
		v.done = v.idle || len(v.emitted.Get()) > 0
	}
	return err
}

// PrepareSnapshot notes whether the rows have been emitted.
func (v *values) PrepareSnapshot(int64) error {
	if v.done && !v.idle {
		v.emitted.Set([][]byte{{1}})
	}
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

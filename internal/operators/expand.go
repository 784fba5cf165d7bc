package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
)

// expand emits each row once per projection, a batch for each.
type expand struct {
	spec        *jobgraph.Expand
	projections []*expr.Evaluator
	out         batch.Batch
}

// NewExpand returns the operator of an Expand.
func NewExpand(spec *jobgraph.Expand) operator.Operator { return &expand{spec: spec} }

// Open compiles the projections.
func (e *expand) Open(ctx *operator.Context) error {
	for _, p := range e.spec.Projections {
		ev, err := expr.NewEvaluator(p, exprEnv(ctx, nil))
		if err != nil {
			return err
		}
		e.projections = append(e.projections, ev)
	}
	return nil
}

// ProcessBatch projects b in each way.
func (e *expand) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	for _, p := range e.projections {
		cols, err := p.Eval(b, b.Sel)
		if err != nil {
			return err
		}
		e.out = batch.Batch{Cols: cols, N: b.N, Sel: b.Sel, Kinds: b.Kinds}
		if err := out.Emit(&e.out); err != nil {
			return err
		}
	}
	return nil
}

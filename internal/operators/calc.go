package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
)

// calc filters and projects. It copies nothing: a filter narrows the selection,
// a projected column is the input's vector.
type calc struct {
	spec      *jobgraph.Calc
	filter    *expr.Program   // nil: all rows
	project   *expr.Evaluator // nil: the input's columns
	sel       []int32
	out       batch.Batch
	watermark int64
}

// NewCalc returns the operator of a Calc.
func NewCalc(spec *jobgraph.Calc) operator.Operator {
	return &calc{spec: spec}
}

// Open compiles the expressions.
func (c *calc) Open(ctx *operator.Context) (err error) {
	c.watermark = ctx.Watermark
	env := exprEnv(ctx, func() (int64, bool) { return c.watermark, c.watermark != stream.MinTime })
	if c.spec.Filter != nil {
		if c.filter, err = expr.Compile(c.spec.Filter, env); err != nil {
			return err
		}
	}
	if c.spec.Project != nil {
		c.project, err = expr.NewEvaluator(c.spec.Project, env)
	}
	return err
}

// ProcessBatch emits the rows that pass, projected.
func (c *calc) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	sel := b.Sel
	if c.filter != nil {
		passed, err := c.filter.Filter(b, sel, c.sel[:0])
		if err != nil {
			return err
		}
		c.sel = passed
		switch len(passed) {
		case 0:
			return nil
		case b.N: // every physical row: stay dense
		default:
			sel = passed
		}
	}
	c.out = batch.Batch{Cols: b.Cols, N: b.N, Sel: sel, Kinds: b.Kinds}
	if c.project != nil {
		cols, err := c.project.Eval(b, sel)
		if err != nil {
			return err
		}
		c.out.Cols = cols
	}
	return out.Emit(&c.out)
}

// OnWatermark remembers event time for CURRENT_WATERMARK.
func (c *calc) OnWatermark(time int64, _ operator.Output) (int64, error) {
	c.watermark = time
	return time, nil
}

// exprEnv is the environment of expressions in an operator.
func exprEnv(ctx *operator.Context, watermark func() (int64, bool)) *expr.Env {
	s := ctx.Settings
	return &expr.Env{
		Zone: s.TimeZone, QueryStart: s.QueryStart, Streaming: s.Streaming, LegacyCast: s.LegacyCast,
		Clock: ctx.Clock, Watermark: watermark,
	}
}

package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// tableFunction emits the rows that a user's table function gives for a row
// beside that row; with Left, a row without any has one of NULLs.
type tableFunction struct {
	spec  *jobgraph.TableFunction
	args  *expr.Evaluator
	call  func(args []*batch.Vector, i int, out []*batch.Vector) (int, error)
	limit int
	out   *batch.Batch
	width int // columns of the input
	input types.Schema
	on    *expandCondition // nil: none
	sel   []int32
	kinds []batch.RowKind
}

// NewTableFunction returns the operator of a TableFunction over an input with a schema.
func NewTableFunction(spec *jobgraph.TableFunction, input types.Schema) operator.Operator {
	rows := spec.Out
	if spec.Left {
		rows = nullable(rows)
	}
	return &tableFunction{spec: spec, input: input, width: len(input), out: batch.NewBatch(append(append(types.Schema{}, input...), rows...), 0)}
}

// Open compiles the arguments.
func (t *tableFunction) Open(ctx *operator.Context) (err error) {
	if t.spec.User == nil {
		return fmt.Errorf("there is no table function %s", t.spec.Fn)
	}
	if t.on, err = newExpandCondition(t.input, t.spec.Out, t.spec.Cond, ctx); err != nil {
		return err
	}
	t.limit, t.call = ctx.Settings.BatchRows, t.spec.User.New()
	t.args, err = expr.NewEvaluator(t.spec.Args, exprEnv(ctx, nil))
	return err
}

// ProcessBatch emits the rows of the rows of b.
func (t *tableFunction) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	args, err := t.args.Eval(b, b.Sel)
	if err != nil {
		return err
	}
	if t.on != nil {
		return t.joinRows(b, args, out)
	}
	t.begin()
	for k := range b.Rows() {
		i := b.Row(k)
		n, err := t.call(args, i, t.out.Cols[t.width:])
		if err != nil {
			return err
		}
		if n == 0 && t.spec.Left {
			for _, c := range t.out.Cols[t.width:] {
				c.AppendNull()
			}
			n = 1
		}
		for range n {
			t.sel = append(t.sel, int32(i))
		}
		if len(t.sel) >= t.limit {
			if err := t.emit(b, out); err != nil {
				return err
			}
		}
	}
	return t.emit(b, out)
}

func (t *tableFunction) begin() {
	t.out.Reset()
	t.sel = t.sel[:0]
}

// emit gives out the rows collected.
func (t *tableFunction) emit(b *batch.Batch, out operator.Output) error {
	if len(t.sel) == 0 {
		return nil
	}
	for c, col := range t.out.Cols[:t.width] {
		col.AppendSelected(b.Cols[c], t.sel)
	}
	t.out.N = len(t.sel)
	t.kinds, t.out.Kinds = gatherKinds(b, t.sel, t.kinds)
	err := out.Emit(t.out)
	t.begin()
	return err
}

// joinRows emits the rows of the rows of b at which the condition holds, and the
// rows of b without any.
func (t *tableFunction) joinRows(b *batch.Batch, args []*batch.Vector, out operator.Output) error {
	into := t.on.begin()
	for k := range b.Rows() {
		i := b.Row(k)
		n, err := t.call(args, i, into)
		if err != nil {
			return err
		}
		t.on.add(i, n)
		if t.on.full() {
			if err := t.on.emit(b, out); err != nil {
				return err
			}
			into = t.on.begin()
		}
	}
	return t.on.emit(b, out)
}

package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

// joinPairs puts rows of a batch beside stored rows of the other input and
// finds the pairs at which the join's condition holds. It is what the joins over
// time share.
type joinPairs struct {
	kind  jobgraph.JoinKind
	width [2]int // columns of left and right
	rows  [2]*rowcodec.RowEncoder
	cond  *expr.Program // over left then right columns; nil: none

	pairs  *batch.Batch // left then right columns
	passed []int32      // of pairs, where the condition holds
	padded *batch.Batch // rows without partner: what is emitted of them
	limit  int          // rows per emitted batch
}

func newJoinPairs(kind jobgraph.JoinKind, left, right types.Schema, cond expr.Expr, ctx *operator.Context) (*joinPairs, error) {
	both := nullable(append(append(types.Schema{}, left...), right...))
	p := &joinPairs{
		kind: kind, width: [2]int{len(left), len(right)}, limit: ctx.Settings.BatchRows,
		rows:  [2]*rowcodec.RowEncoder{rowcodec.NewRowEncoder(left.Types()), rowcodec.NewRowEncoder(right.Types())},
		pairs: batch.NewBatch(both, 0), padded: batch.NewBatch(both, 0),
	}
	if p.half() {
		p.padded = batch.NewBatch(left, 0)
	}
	if cond == nil {
		return p, nil
	}
	var err error
	p.cond, err = expr.Compile(cond, exprEnv(ctx, nil))
	return p, err
}

// half reports a join whose output has the left columns only.
func (p *joinPairs) half() bool { return p.kind == jobgraph.Semi || p.kind == jobgraph.Anti }

// keepsUnmatched reports whether it matters if a row of a side has no partner.
func (p *joinPairs) keepsUnmatched(side int) bool {
	switch p.kind {
	case jobgraph.Full:
		return true
	case jobgraph.Left, jobgraph.Semi, jobgraph.Anti:
		return side == 0
	case jobgraph.Right:
		return side == 1
	}
	return false
}

// build makes the pairs of the rows sel of b, an input's batch, and records of
// the other input, and evaluates the condition.
func (p *joinPairs) build(input int, b *batch.Batch, sel []int32, recs [][]byte) error {
	p.pairs.Reset()
	own, other := splitColumns(p.pairs.Cols, p.width[0], input)
	for i, c := range own {
		c.AppendSelected(b.Cols[i], sel)
	}
	if err := p.rows[1-input].DecodeAll(recs, other); err != nil {
		return err
	}
	return p.filter(len(sel))
}

// buildStored is build with records on both sides.
func (p *joinPairs) buildStored(left, right [][]byte) error {
	p.pairs.Reset()
	if err := p.rows[0].DecodeAll(left, p.pairs.Cols[:p.width[0]]); err != nil {
		return err
	}
	if err := p.rows[1].DecodeAll(right, p.pairs.Cols[p.width[0]:]); err != nil {
		return err
	}
	return p.filter(len(left))
}

func (p *joinPairs) filter(n int) (err error) {
	p.pairs.N, p.pairs.Sel = n, nil
	if p.cond != nil {
		p.passed, err = p.cond.Filter(p.pairs, nil, p.passed[:0])
		return err
	}
	p.passed = p.passed[:0]
	for i := range n {
		p.passed = append(p.passed, int32(i))
	}
	return nil
}

// emitPairs gives out the pairs that passed.
func (p *joinPairs) emitPairs(out operator.Output) error {
	if len(p.passed) == 0 {
		return nil
	}
	p.pairs.Sel = p.passed
	return out.Emit(p.pairs)
}

// pad emits the rows sel of b, a side's batch, without partner, at the latest
// with the next flush.
func (p *joinPairs) pad(side int, b *batch.Batch, sel []int32, out operator.Output) error {
	if len(sel) == 0 {
		return nil // a nil selection is all rows
	}
	own, rest := p.padColumns(side)
	for i, c := range own {
		c.AppendSelected(b.Cols[i], sel)
	}
	return p.padRest(rest, len(sel), out)
}

// padStored is pad of records.
func (p *joinPairs) padStored(side int, recs [][]byte, out operator.Output) error {
	own, rest := p.padColumns(side)
	if err := p.rows[side].DecodeAll(recs, own); err != nil {
		return err
	}
	return p.padRest(rest, len(recs), out)
}

func (p *joinPairs) padColumns(side int) (own, rest []*batch.Vector) {
	if p.half() {
		return p.padded.Cols, nil
	}
	return splitColumns(p.padded.Cols, p.width[0], side)
}

func (p *joinPairs) padRest(rest []*batch.Vector, n int, out operator.Output) error {
	for _, c := range rest {
		for range n {
			c.AppendNull()
		}
	}
	if p.padded.N += n; p.padded.N < p.limit {
		return nil
	}
	return p.flush(out)
}

// flush emits the rows padded.
func (p *joinPairs) flush(out operator.Output) error {
	if p.padded.N == 0 {
		return nil
	}
	err := out.Emit(p.padded)
	p.padded.Reset()
	return err
}

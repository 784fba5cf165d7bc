package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// expandCondition is the condition of a left join with UNNEST or a table
// function: it holds back a row's pairs until all of them are there, since only
// then it is known whether the row is padded. A batch of pairs ends with a row,
// so that it is longer than others if one row has many elements.
type expandCondition struct {
	probe probeJoin
	rows  []int32 // of the input batch, in this batch of pairs
	sel   []int32 // row of the batch of each pair
	owner []int32 // its position in rows
}

// newExpandCondition returns nil if there is no condition.
func newExpandCondition(input, added types.Schema, cond expr.Expr, ctx *operator.Context) (*expandCondition, error) {
	if cond == nil {
		return nil, nil
	}
	pairs, err := newJoinPairs(jobgraph.Left, input, added, cond, ctx)
	return &expandCondition{probe: probeJoin{joinPairs: pairs}}, err
}

// begin empties the batch of pairs and returns the columns of the elements.
func (e *expandCondition) begin() []*batch.Vector {
	e.rows, e.sel, e.owner = e.rows[:0], e.sel[:0], e.owner[:0]
	e.probe.pairs.Reset()
	return e.probe.pairs.Cols[e.probe.width[0]:]
}

// add notes a row of the batch with n elements.
func (e *expandCondition) add(row, n int) {
	for range n {
		e.sel, e.owner = append(e.sel, int32(row)), append(e.owner, int32(len(e.rows)))
	}
	e.rows = append(e.rows, int32(row))
}

// full reports that there are enough rows for a batch.
func (e *expandCondition) full() bool { return max(len(e.sel), len(e.rows)) >= e.probe.limit }

// emit gives out the pairs at which the condition holds and the rows without any.
func (e *expandCondition) emit(b *batch.Batch, out operator.Output) error {
	if len(e.rows) == 0 {
		return nil
	}
	e.probe.passed = e.probe.passed[:0]
	if len(e.sel) > 0 {
		for c, v := range e.probe.pairs.Cols[:e.probe.width[0]] {
			v.AppendSelected(b.Cols[c], e.sel)
		}
		if err := e.probe.filter(len(e.sel)); err != nil {
			return err
		}
	}
	return e.probe.emit(b, e.rows, e.owner, out)
}

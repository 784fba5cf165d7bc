package plan

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// The relations of this file are not made by the binder: the optimizer's rules
// put them in place of others.

// Rank keeps the rows numbered Start..End of each partition. Output: the
// input's columns, then the number if EmitRank.
type Rank struct {
	Input      Node
	Function   jobgraph.RankFunction
	Partition  []int
	Order      []jobgraph.SortKey
	Start, End int64 // 1-based, inclusive
	EmitRank   bool
	Out        types.Schema
}

// Expand emits each row once per projection.
type Expand struct {
	Input       Node
	Projections [][]expr.Expr
	Out         types.Schema
}

// Replicate emits a row as often as its BIGINT column Count says; the output
// leaves that column out.
type Replicate struct {
	Input Node
	Count int
	Out   types.Schema
}

// Schema returns the input's columns and the number.
func (n *Rank) Schema() types.Schema { return n.Out }

// Schema returns the columns of the projections.
func (n *Expand) Schema() types.Schema { return n.Out }

// Schema returns the input's columns without the count.
func (n *Replicate) Schema() types.Schema { return n.Out }

// Inputs returns the one input.
func (n *Rank) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Expand) Inputs() []Node { return []Node{n.Input} }

// Inputs returns the one input.
func (n *Replicate) Inputs() []Node { return []Node{n.Input} }

// WithInputs replaces the input.
func (n *Rank) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *Expand) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// WithInputs replaces the input.
func (n *Replicate) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

package plan

import (
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// Changelog is TO_CHANGELOG (To) or FROM_CHANGELOG (From) over a table.
type Changelog struct {
	Input Node
	To    *jobgraph.ToChangelog
	From  *jobgraph.FromChangelog
	Out   types.Schema
}

// Schema returns the op column and the input's, or the input's without it.
func (n *Changelog) Schema() types.Schema { return n.Out }

// Inputs returns the one input.
func (n *Changelog) Inputs() []Node { return []Node{n.Input} }

// WithInputs replaces the input.
func (n *Changelog) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

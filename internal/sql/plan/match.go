package plan

import (
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// Match is MATCH_RECOGNIZE; output: partition columns, measures. Spec.Schema is
// left to the optimizer.
type Match struct {
	Input Node
	Spec  jobgraph.Match
	Out   types.Schema
}

// Schema returns partition columns and measures.
func (n *Match) Schema() types.Schema { return n.Out }

// Inputs returns the one input.
func (n *Match) Inputs() []Node { return []Node{n.Input} }

// WithInputs replaces the input.
func (n *Match) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

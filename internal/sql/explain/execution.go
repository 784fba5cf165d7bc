package explain

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/flottstream/flott/internal/jobgraph"
)

// The JSON of the execution plan, as Flink's StreamGraph prints itself.
type executionNode struct {
	ID           int           `json:"id"`
	Type         string        `json:"type"`
	Pact         string        `json:"pact"`
	Contents     string        `json:"contents"`
	Parallelism  int           `json:"parallelism"`
	Predecessors []predecessor `json:"predecessors,omitempty"`
}

type predecessor struct {
	ID           int    `json:"id"`
	ShipStrategy string `json:"ship_strategy"`
	Side         string `json:"side"`
}

// executionJSON prints the operators and the edges between them.
func executionJSON(g *jobgraph.StreamGraph) string {
	if g == nil {
		return "{}"
	}
	nodes := make([]executionNode, 0, len(g.Operators))
	for _, op := range g.Operators {
		n := executionNode{ID: op.ID + 1, Type: op.Name, Pact: "Operator", Contents: op.Description, Parallelism: max(op.Parallelism, 1)}
		switch op.Spec.(type) {
		case *jobgraph.Scan, *jobgraph.Values:
			n.Pact = "Data Source"
		case *jobgraph.Sink, *jobgraph.Collect:
			n.Pact = "Data Sink"
		}
		for _, in := range op.Inputs {
			side := "first"
			if in.Port == 1 || len(op.Inputs) == 1 {
				side = "second"
			}
			n.Predecessors = append(n.Predecessors, predecessor{ID: in.From + 1, ShipStrategy: shipStrategy(in.Dist), Side: side})
		}
		nodes = append(nodes, n)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"nodes": nodes}); err != nil {
		return "{}"
	}
	return out.String()
}

func shipStrategy(d jobgraph.Distribution) string {
	if d == jobgraph.Global {
		return "GLOBAL"
	}
	return strings.ToUpper(d.String())
}

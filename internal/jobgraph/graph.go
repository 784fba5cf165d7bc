// Package jobgraph is the job as data: operators and how rows are spread
// between them (StreamGraph), and the same with chains of operators fused into
// the vertices that become tasks (Graph). Nothing here runs; a Graph can be sent
// to another process.
package jobgraph

import (
	"github.com/flottstream/flott/internal/types"
)

// Distribution says which of the receiver's subtasks gets a row.
type Distribution uint8

// The distributions of an edge.
const (
	Forward   Distribution = iota // same subtask index; same parallelism
	Hash                          // by key group of Keys
	Rebalance                     // round robin over all, batch by batch
	Rescale                       // round robin over the local share
	Broadcast                     // every subtask gets every row
	Global                        // everything to subtask 0
)

// String names the distribution as Flink's plans do.
func (d Distribution) String() string {
	return [...]string{"forward", "hash", "rebalance", "rescale", "broadcast", "single"}[d]
}

// Input is an edge into an operator.
type Input struct {
	From int // ID of the producing operator
	Port int // which input of the operator: 0, or 0 and 1 for two-input operators
	Dist Distribution
	Keys []int // Hash: columns of the producer's schema
}

// Operator is a node of a StreamGraph.
type Operator struct {
	ID  int    // index in StreamGraph.Operators
	UID string // stable over harmless edits of the query; names the operator's state
	// Name is short and shown in task names ("GroupAggregate"), Description is the
	// whole of it as EXPLAIN prints.
	Name, Description string
	Spec              Spec
	Schema            types.Schema // rows it emits
	Inputs            []Input
	Parallelism       int // 0: the job's default
	SlotSharingGroup  string
	// NoChain keeps the operator at the head of its own chain.
	NoChain bool
}

// StreamGraph is a directed acyclic graph; operators are in topological order.
type StreamGraph struct {
	Name           string
	Operators      []*Operator
	Parallelism    int // default
	MaxParallelism int
	Chaining       bool // pipeline.operator-chaining.enabled
}

// Vertex is a chain of operators that run as one task per subtask.
type Vertex struct {
	ID             int    // index in Graph.Vertices
	UID            string // 32 hex digits
	Name           string // "Source: bid[1] -> Calc[2]"
	Parallelism    int
	MaxParallelism int
	// Chain holds the operators; Chain[0] is the head. Every other one has
	// exactly one input, from an operator before it in the chain.
	Chain   []ChainNode
	Inputs  []Edge // edges into the head, by port
	Outputs []Edge
}

// ChainNode is an operator in a chain.
type ChainNode struct {
	Op    *Operator
	Input int // index in the chain of the operator it gets its rows from; -1 for the head
}

// Edge connects an operator of one vertex with the head of another.
type Edge struct {
	ID       int    // unique in the graph
	From, To int    // vertex IDs
	FromNode int    // index in the producing vertex's chain
	FromUID  string // of that operator
	Port     int
	Dist     Distribution
	Keys     []int
	Schema   types.Schema
	// MaxParallelism is that of the consuming vertex: its key groups are what rows are
	// shared out by.
	MaxParallelism int
}

// Graph is what a JobManager deploys. Vertices are in topological order.
type Graph struct {
	Name     string
	Vertices []*Vertex
}

// InputSchemas returns the schema of each input port of an operator of the graph.
func (g *Graph) InputSchemas(op *Operator) []types.Schema {
	for _, v := range g.Vertices {
		for i, n := range v.Chain {
			if n.Op == op {
				return v.InputSchemas(i)
			}
		}
	}
	return nil
}

// InputSchemas returns the schema of each input port of a node of the chain.
func (v *Vertex) InputSchemas(node int) []types.Schema {
	if from := v.Chain[node].Input; from >= 0 {
		return []types.Schema{v.Chain[from].Op.Schema}
	}
	var schemas []types.Schema
	for _, e := range v.Inputs {
		for len(schemas) <= e.Port {
			schemas = append(schemas, nil)
		}
		schemas[e.Port] = e.Schema
	}
	return schemas
}

package jobgraph

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Chain fuses operators that can run in one task into vertices, by Flink's
// rules: two operators are chained if the edge between them is a forward edge,
// both have the same parallelism and slot sharing group, the second has no other
// input, and nothing forbids it (NoChain, Chaining off).
//
// Chain is pure: it shares the operators with the stream graph and changes none.
func Chain(g *StreamGraph) (*Graph, error) {
	if err := checkGraph(g); err != nil {
		return nil, err
	}
	c := chaining{g: g, vertex: make([]int, len(g.Operators)), node: make([]int, len(g.Operators))}
	c.out = &Graph{Name: g.Name}
	for _, op := range g.Operators {
		c.place(op)
	}
	c.connect()
	for _, v := range c.out.Vertices {
		v.Name = chainName(v)
		v.UID = vertexUID(v)
	}
	return c.out, nil
}

// checkGraph makes sure of what the rest relies on.
func checkGraph(g *StreamGraph) error {
	for i, op := range g.Operators {
		if op.ID != i {
			return fmt.Errorf("operator %q has ID %d at position %d", op.Name, op.ID, i)
		}
		for _, in := range op.Inputs {
			if in.From < 0 || in.From >= i {
				return fmt.Errorf("operator %q gets rows from operator %d, which is not before it", op.Name, in.From)
			}
			if from := g.Operators[in.From]; in.Dist == Forward && g.parallelism(from) != g.parallelism(op) {
				return fmt.Errorf("operator %q (parallelism %d) cannot get the rows of %q (parallelism %d) by a forward edge",
					op.Name, g.parallelism(op), from.Name, g.parallelism(from))
			}
		}
	}
	return nil
}

func (g *StreamGraph) parallelism(op *Operator) int {
	if op.Parallelism > 0 {
		return op.Parallelism
	}
	return max(g.Parallelism, 1)
}

type chaining struct {
	g            *StreamGraph
	out          *Graph
	vertex, node []int // of each operator: its vertex, its place in the chain
}

// place puts an operator at the end of a chain or at the head of a new one.
// Operators come in topological order, so every chain is in that order too.
func (c *chaining) place(op *Operator) {
	if from, ok := c.chainedTo(op); ok {
		v := c.out.Vertices[c.vertex[from]]
		c.vertex[op.ID], c.node[op.ID] = v.ID, len(v.Chain)
		v.Chain = append(v.Chain, ChainNode{Op: op, Input: c.node[from]})
		return
	}
	v := &Vertex{
		ID: len(c.out.Vertices), Parallelism: c.g.parallelism(op), MaxParallelism: max(c.g.MaxParallelism, c.g.parallelism(op)),
		Chain: []ChainNode{{Op: op, Input: -1}},
	}
	c.vertex[op.ID] = v.ID
	c.out.Vertices = append(c.out.Vertices, v)
}

func (c *chaining) chainedTo(op *Operator) (from int, ok bool) {
	if !c.g.Chaining || op.NoChain || len(op.Inputs) != 1 || op.Inputs[0].Dist != Forward {
		return 0, false
	}
	up := c.g.Operators[op.Inputs[0].From]
	return up.ID, c.g.parallelism(up) == c.g.parallelism(op) && up.SlotSharingGroup == op.SlotSharingGroup
}

// connect makes edges of the inputs of heads.
func (c *chaining) connect() {
	id := 0
	for _, v := range c.out.Vertices {
		for _, in := range v.Chain[0].Op.Inputs {
			e := Edge{
				ID: id, From: c.vertex[in.From], FromUID: c.g.Operators[in.From].UID, To: v.ID, FromNode: c.node[in.From], Port: in.Port,
				Dist: in.Dist, Keys: in.Keys, Schema: c.g.Operators[in.From].Schema, MaxParallelism: v.MaxParallelism,
			}
			id++
			v.Inputs = append(v.Inputs, e)
			from := c.out.Vertices[e.From]
			from.Outputs = append(from.Outputs, e)
		}
	}
}

// chainName joins the names of a chain: "a -> b", and "a -> (b, c -> d)" where
// it forks.
func chainName(v *Vertex) string {
	next := make([][]int, len(v.Chain))
	for i, n := range v.Chain {
		if n.Input >= 0 {
			next[n.Input] = append(next[n.Input], i)
		}
	}
	var write func(sb *strings.Builder, i int)
	write = func(sb *strings.Builder, i int) {
		sb.WriteString(v.Chain[i].Op.Name)
		switch len(next[i]) {
		case 0:
		case 1:
			sb.WriteString(" -> ")
			write(sb, next[i][0])
		default:
			sb.WriteString(" -> (")
			for k, c := range next[i] {
				if k > 0 {
					sb.WriteString(", ")
				}
				write(sb, c)
			}
			sb.WriteString(")")
		}
	}
	var sb strings.Builder
	write(&sb, 0)
	return sb.String()
}

// vertexUID is made of the head's identity: what is chained to it may change.
func vertexUID(v *Vertex) string {
	sum := sha256.Sum256([]byte(v.Chain[0].Op.UID))
	return hex.EncodeToString(sum[:16])
}

// Package lower turns the optimizer's physical plan into the operators of a
// job: it names them as Flink does, gives them identities that survive harmless
// edits of the query, and settles parallelism and edges.
package lower

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// Options are the properties of the job.
type Options struct {
	Name           string
	Parallelism    int // default of the operators
	MaxParallelism int
	Chaining       bool // pipeline.operator-chaining.enabled
}

// Graph returns the operators of the plans, each shared node once. A union is no
// operator: its inputs are inputs of its consumer.
func Graph(roots []*plan.Physical, opts Options) (*jobgraph.StreamGraph, error) {
	l := &lowering{
		opts:  opts,
		graph: &jobgraph.StreamGraph{Name: opts.Name, Parallelism: opts.Parallelism, MaxParallelism: opts.MaxParallelism, Chaining: opts.Chaining},
		done:  make(map[*plan.Physical]*lowered),
		uids:  make(map[string]int),
	}
	for _, r := range roots {
		if _, err := l.lower(r); err != nil {
			return nil, err
		}
	}
	return l.graph, nil
}

type lowering struct {
	opts   Options
	graph  *jobgraph.StreamGraph
	done   map[*plan.Physical]*lowered
	uids   map[string]int // how often an identity occurred
	number int            // Flink numbers every node of the plan, exchanges included
}

// lowered is a node that has become an operator, or, for a union, several.
type lowered struct {
	ops     []*jobgraph.Operator // the producers of its rows
	lineage []string             // what each column is, for identities
	uid     string
}

func (l *lowering) lower(n *plan.Physical) (*lowered, error) {
	if d, ok := l.done[n]; ok {
		return d, nil
	}
	inputs := make([]*lowered, len(n.Inputs))
	for i, in := range n.Inputs {
		d, err := l.lower(in.Node)
		if err != nil {
			return nil, err
		}
		inputs[i] = d
		if in.Dist != jobgraph.Forward {
			l.number++ // the exchange
		}
	}
	l.number++
	out := &lowered{}
	out.uid, out.lineage = identify(n, inputs)
	l.done[n] = out
	if n.Spec == nil {
		for _, in := range inputs {
			out.ops = append(out.ops, in.ops...)
		}
		return out, nil
	}
	op := &jobgraph.Operator{
		ID: len(l.graph.Operators), UID: l.unique(out.uid), Name: fmt.Sprintf("%s[%d]", name(n), l.number),
		Description: fmt.Sprintf("[%d]:%s", l.number, describe(n)), Spec: n.Spec, Schema: n.Out, SlotSharingGroup: "default",
	}
	if _, ok := n.Spec.(*jobgraph.Collect); ok {
		op.Name = name(n)
	}
	l.connect(op, n, inputs)
	l.graph.Operators = append(l.graph.Operators, op)
	out.ops = []*jobgraph.Operator{op}
	return out, nil
}

// unique tells apart operators of the same identity, e.g. two equal INSERTs.
func (l *lowering) unique(uid string) string {
	l.uids[uid]++
	if n := l.uids[uid]; n > 1 {
		return hash(fmt.Sprintf("%s#%d", uid, n))
	}
	return uid
}

// connect sets the operator's inputs and parallelism. Rows that stay where they
// are keep their operator at the parallelism of its input; where that cannot be,
// they are spread anew.
func (l *lowering) connect(op *jobgraph.Operator, n *plan.Physical, inputs []*lowered) {
	op.Parallelism = l.parallelism(n, inputs)
	for port, in := range n.Inputs {
		for _, from := range inputs[port].ops {
			edge := jobgraph.Input{From: from.ID, Port: port, Dist: in.Dist, Keys: in.Keys}
			if in.Dist == jobgraph.Forward && from.Parallelism != op.Parallelism {
				edge.Dist = jobgraph.Rebalance
				if keys := in.Node.Traits.UpsertKeys; op.Parallelism > 1 && !in.Node.Traits.Changes.InsertOnly() && len(keys) > 0 && len(keys[0]) > 0 {
					edge.Dist, edge.Keys = jobgraph.Hash, keys[0]
				}
			}
			op.Inputs = append(op.Inputs, edge)
		}
	}
}

func (l *lowering) parallelism(n *plan.Physical, inputs []*lowered) int {
	if n.Parallelism > 0 {
		return n.Parallelism
	}
	inherited := 0
	for port, in := range n.Inputs {
		switch in.Dist {
		case jobgraph.Global:
			return 1
		case jobgraph.Forward:
			for _, from := range inputs[port].ops {
				p := from.Parallelism
				if _, isScan := from.Spec.(*jobgraph.Scan); isScan && from.Parallelism != l.opts.Parallelism &&
					(in.Node.Traits.Changes.InsertOnly() || len(in.Node.Traits.UpsertKeys) > 0) {
					p = l.opts.Parallelism // a source's own parallelism ends behind it
				}
				if inherited != 0 && inherited != p {
					return l.opts.Parallelism
				}
				inherited = p
			}
		default:
			return l.opts.Parallelism
		}
	}
	if inherited == 0 {
		return l.opts.Parallelism
	}
	return inherited
}

// name is the short name shown in tasks.
func name(n *plan.Physical) string {
	switch spec := n.Spec.(type) {
	case *jobgraph.Scan:
		return "Source: " + table(spec.Scan.Table.Name)
	case *jobgraph.Values:
		return "Source: Values"
	case *jobgraph.Sink:
		return "Sink: " + table(spec.Target.Table.Name)
	case *jobgraph.Collect:
		return "Collect table sink"
	}
	return n.Op
}

// table is the last part of a table's full name.
func table(full string) string { return full[strings.LastIndexByte(full, '.')+1:] }

func describe(n *plan.Physical) string {
	parts := make([]string, len(n.Attrs))
	for i, a := range n.Attrs {
		parts[i] = a.Name + "=" + a.Value
	}
	return n.Op + "(" + strings.Join(parts, ", ") + ")"
}

package jobgraph_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/jobgraph"
)

// TestChain draws the vertices made of operators written one a line:
//
//	name [p=2] [group=g] [nochain] <- producer:forward, producer:hash/1
func TestChain(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			g := &jobgraph.StreamGraph{Name: "job", Parallelism: 2, MaxParallelism: 128, Chaining: !d.HasArg("chaining-off")}
			if err := readOperators(g, d.Input); err != nil {
				d.Fatalf(t, "%v", err)
			}
			out, err := jobgraph.Chain(g)
			if err != nil {
				return "error: " + err.Error() + "\n"
			}
			return drawGraph(out)
		})
	})
}

var distributions = map[string]jobgraph.Distribution{
	"forward": jobgraph.Forward, "hash": jobgraph.Hash, "rebalance": jobgraph.Rebalance, "global": jobgraph.Global,
}

func readOperators(g *jobgraph.StreamGraph, text string) error {
	ids := map[string]int{}
	for _, line := range strings.Split(text, "\n") {
		head, inputs, _ := strings.Cut(line, "<-")
		words := strings.Fields(head)
		op := &jobgraph.Operator{ID: len(g.Operators), Name: words[0], UID: words[0], SlotSharingGroup: "default"}
		for _, w := range words[1:] {
			key, value, _ := strings.Cut(w, "=")
			switch key {
			case "p":
				op.Parallelism, _ = strconv.Atoi(value)
			case "group":
				op.SlotSharingGroup = value
			case "nochain":
				op.NoChain = true
			default:
				return fmt.Errorf("unknown word %q", w)
			}
		}
		for _, in := range strings.Split(inputs, ",") {
			in = strings.TrimSpace(in)
			if in == "" {
				continue
			}
			from, how, _ := strings.Cut(in, ":")
			dist, port, _ := strings.Cut(how, "/")
			at, _ := strconv.Atoi(port)
			id, ok := ids[from]
			if !ok {
				id = len(g.Operators) + 7 // not there
			}
			op.Inputs = append(op.Inputs, jobgraph.Input{From: id, Port: at, Dist: distributions[dist]})
		}
		ids[op.Name] = op.ID
		g.Operators = append(g.Operators, op)
	}
	return nil
}

func drawGraph(g *jobgraph.Graph) string {
	var sb strings.Builder
	for _, v := range g.Vertices {
		fmt.Fprintf(&sb, "%d: %s p=%d\n", v.ID, v.Name, v.Parallelism)
		for _, e := range v.Inputs {
			fmt.Fprintf(&sb, "   port %d <- %d.%s %s\n", e.Port, e.From, g.Vertices[e.From].Chain[e.FromNode].Op.Name, e.Dist)
		}
	}
	return sb.String()
}

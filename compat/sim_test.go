package compat

import (
	"context"
	"errors"
	"flag"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/sim"
)

var simLog = flag.Bool("sim.log", false, "show all that happened in simulations whose answer is wrong")

var simSeeds = flag.Int("sim.seeds", 1, "how many seeds to simulate each case with")

// TestSimulated runs the streaming cases under the simulator: a few rows at a time,
// with processes killed, jobs stopped and rescaled, checkpoints of all kinds in
// between. The answer must be Flink's all the same, so every operator must restore
// all that it knows.
func TestSimulated(t *testing.T) {
	cases, err := LoadCases(".")
	if err != nil {
		t.Fatal(err)
	}
	sim.Verbose = *simLog
	var sum sim.Report
	for _, c := range cases {
		if !slices.Contains(c.Modes, Streaming) || c.Printed || c.WritesFiles() || c.Limit != "" || strings.Contains(c.Script, "'connector' = 'nexmark'") || slices.Contains(c.Refused, Streaming) {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			want, err := ReadGolden(".", c.Name, Streaming)
			if err != nil {
				t.Fatal(err)
			}
			for n := range *simSeeds {
				h := fnv.New64a()
				h.Write([]byte(c.Name))
				e := &simEngine{seed: h.Sum64()%1_000_000 + uint64(n), parallelism: slices.Max(c.Parallelism), sum: &sum, aligned: strings.Contains(c.Name, "late") || strings.Contains(c.Script, "/late.csv")}
				got, err := Ask(t.Context(), e, &c, "data", Streaming, e.parallelism)
				if errors.Is(e.err, sim.ErrNoQuery) {
					t.Skip("it does not end with a query")
				}
				if err != nil {
					t.Fatalf("seed %d: %v", e.seed, err)
				}
				if diff := Diff(want, got); diff != "" {
					t.Errorf("seed %d: differs from Flink (- Flink, + here)\n%s", e.seed, diff)
					if *simLog {
						t.Log(e.log)
					}
				}
			}
		})
	}
	t.Log(&sum)
}

// simEngine runs scripts on flott in the simulator.
type simEngine struct {
	seed        uint64
	parallelism int
	aligned     bool // which rows are late is part of the answer
	sum         *sim.Report
	err         error
	log         string
}

// Run implements Engine.
func (e *simEngine) Run(_ context.Context, script string, settings map[string]string) ([]string, []ChangeRow, error) {
	a, report, err := sim.RunScript(e.seed, script, settings, e.parallelism, e.aligned)
	if e.err = err; err != nil {
		return nil, nil, err
	}
	e.sum.Add(report)
	e.log = a.Log
	rows := make([]ChangeRow, len(a.Rows))
	for i, c := range a.Rows {
		rows[i] = ChangeRow{Kind: Kind(c.Kind.String()), Fields: c.Row}
		for f, text := range c.Row {
			rows[i].Fields[f] = strings.ReplaceAll(text, sim.Null, Null)
		}
	}
	return columnNames(a.Schema), rows, nil
}

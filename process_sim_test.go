package flott_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott"
	"github.com/flottstream/flott/internal/sim"
)

var simSeeds = flag.Int("sim.seeds", 2, "how many seeds to simulate each query with")

// simTables declares tables of many rows, some of them late.
func simTables(t *testing.T) string {
	dir := t.TempDir()
	script := ""
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"ev", "ev2"} {
		var rows strings.Builder
		at := int64(1_000_000)
		for i := range 150 {
			at += r.Int64N(400)
			fmt.Fprintf(&rows, "%s,%d,%d\n", []string{"Bob", "Alice", "Carol", "Dan", "Eve"}[r.IntN(5)], i, at-r.Int64N(1200))
		}
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte(rows.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		script += fmt.Sprintf("CREATE TABLE %s (name STRING, score INT, ms BIGINT, ts AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) "+
			"WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv');\n", name, path)
	}
	return script
}

// simulated are queries whose answer does not depend on which table is read first.
var simulated = []string{
	"SELECT name, `EXPR$0` FROM GreetingMem(input => TABLE ev PARTITION BY name)",
	"SELECT name, `EXPR$0` FROM Viewing(r => (SELECT name, MOD(score, 7) AS m FROM ev) PARTITION BY name)",
	"SELECT `EXPR$0` FROM Opt(r => (SELECT name, score FROM ev))",
	"SELECT name, `EXPR$0` FROM Unnamed(r => TABLE ev PARTITION BY name, on_time => DESCRIPTOR(ts))",
	"SELECT name, `EXPR$0` FROM Named(r => TABLE ev PARTITION BY name, on_time => DESCRIPTOR(ts))",
	"SELECT name, `EXPR$0` FROM Clearing(r => TABLE ev PARTITION BY name, on_time => DESCRIPTOR(ts))",
	"SELECT name, `EXPR$0` FROM Ordered(r => TABLE ev PARTITION BY name ORDER BY (ts, score DESC))",
	"SELECT name, `EXPR$0` FROM TwoTablesTime(a => TABLE ev PARTITION BY name, b => TABLE ev2 PARTITION BY name, on_time => DESCRIPTOR(ts))",
	"SELECT SUM(n) FROM Retracts(r => TABLE ev PARTITION BY name)",
	"SELECT SUM(n) FROM Upserts(r => TABLE ev PARTITION BY name)",
	"SELECT name, COUNT(*) FROM Unnamed(r => TABLE ev PARTITION BY name, on_time => DESCRIPTOR(ts)) GROUP BY name, TUMBLE(rowtime, INTERVAL '5' SECOND)",
	"SELECT name, SPREAD(score) FROM ev GROUP BY name",
	"SELECT name, LONGEST(CAST(score AS STRING)) FROM ev GROUP BY name, TUMBLE(ts, INTERVAL '5' SECOND)",
}

// TestProcessSimulated runs functions while processes are killed, jobs stopped and
// rescaled, with checkpoints of all kinds in between: what comes out is what comes out
// if nothing happens.
func TestProcessSimulated(t *testing.T) {
	p := processes()
	registerAggregates(p)
	tables := simTables(t)
	var sum sim.Report
	for n, query := range simulated {
		_, rows, err := p.Query(t.Context(), tables+query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		want := map[string]int{}
		for _, r := range rows {
			count(want, r.Kind, fmt.Sprint(r.Values...))
		}
		for seed := range *simSeeds {
			a, report, err := sim.RunProgram(uint64(1000*n+seed), tables+query, nil, 3, true, p.Users())
			if err != nil {
				t.Fatalf("%s, seed %d: %v", query, seed, err)
			}
			sum.Add(report)
			got := map[string]int{}
			for _, c := range a.Rows {
				values := make([]any, len(c.Row))
				for i, v := range c.Row {
					values[i] = v
				}
				count(got, c.Kind.String(), fmt.Sprint(values...))
			}
			if diff := difference(want, got); diff != "" {
				t.Errorf("%s, seed %d: differs from a run that nothing happened to:\n%s", query, seed, diff)
			}
		}
	}
	t.Log(&sum)
}

// count folds a change into the rows that are there.
func count(rows map[string]int, kind, row string) {
	row = strings.Join(strings.Fields(row), " ")
	if kind == "-U" || kind == "-D" {
		rows[row]--
	} else {
		rows[row]++
	}
	if rows[row] == 0 {
		delete(rows, row)
	}
}

// difference lists the rows that are there more often on one side.
func difference(want, got map[string]int) string {
	var lines []string
	for row, n := range want {
		if got[row] != n {
			lines = append(lines, fmt.Sprintf("%s: %d times, not %d", row, got[row], n))
		}
	}
	for row, n := range got {
		if want[row] == 0 {
			lines = append(lines, fmt.Sprintf("%s: %d times, not 0", row, n))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines[:min(len(lines), 20)], "\n")
}

// registerAggregates registers aggregates whose state is numbers, and one whose is text.
func registerAggregates(p *flott.Program) {
	type span struct{ Low, High, Rows int64 }
	join := func(into, from *span) {
		switch {
		case from.Rows == 0:
		case into.Rows == 0:
			*into = *from
		default:
			into.Low, into.High, into.Rows = min(into.Low, from.Low), max(into.High, from.High), into.Rows+from.Rows
		}
	}
	flott.RegisterAggregate(p, "spread", flott.Aggregate[int64, span, int64]{
		Add:    func(s *span, x int64) { join(s, &span{x, x, 1}) },
		Merge:  join,
		Result: func(s *span) int64 { return s.High - s.Low },
	})
	longer := func(s *string, x string) {
		if len(x) > len(*s) || len(x) == len(*s) && x > *s {
			*s = x
		}
	}
	flott.RegisterAggregate(p, "longest", flott.Aggregate[string, string, string]{
		Add: longer, Merge: func(s, o *string) { longer(s, *o) }, Result: func(s *string) string { return *s },
	})
}

package compat

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// joinTables declares four tables of random rows, NULLs among them, of sizes that
// differ enough for an order of joins to matter.
func joinTables(t *testing.T, r *rand.Rand) string {
	t.Helper()
	var ddl strings.Builder
	for i, rows := range []int{60, 25, 8, 3} {
		path := filepath.Join(t.TempDir(), "rows.csv")
		var csv strings.Builder
		for n := range rows {
			fmt.Fprintf(&csv, "%d,%s,%s\n", n, maybeNull(r, 7), maybeNull(r, 4))
		}
		if err := os.WriteFile(path, []byte(csv.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&ddl, "CREATE TABLE t%d (id BIGINT NOT NULL, k BIGINT, v BIGINT, PRIMARY KEY (id) NOT ENFORCED) "+
			"WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv', 'csv.null-literal' = '-');\n", i, path)
	}
	return ddl.String()
}

func maybeNull(r *rand.Rand, n int) string {
	if r.Intn(8) == 0 {
		return "-"
	}
	return fmt.Sprint(r.Intn(n))
}

// joinQuery is a random chain of joins. common joins all by k.
func joinQuery(r *rand.Rand, common bool) string {
	n := 3 + r.Intn(3)
	var sb strings.Builder
	column := func(upTo int) string {
		return fmt.Sprintf("a%d.%s", r.Intn(upTo), []string{"id", "k", "v"}[r.Intn(3)])
	}
	for i := range n {
		input := fmt.Sprintf("t%d", r.Intn(4))
		switch r.Intn(4) {
		case 0: // an input that updates
			input = fmt.Sprintf("(SELECT MAX(id) AS id, k, COUNT(*) AS v FROM %s GROUP BY k)", input)
		case 1:
			input = fmt.Sprintf("(SELECT * FROM %s WHERE v < %d)", input, 1+r.Intn(4))
		}
		if i == 0 {
			fmt.Fprintf(&sb, "FROM %s AS a0", input)
			continue
		}
		kind := []string{"JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}[r.Intn(5+2*r.Intn(2))]
		on := fmt.Sprintf("%s = a%d.%s", column(i), i, []string{"id", "k", "v"}[r.Intn(3)])
		if common {
			on = fmt.Sprintf("a%d.k = a%d.k", r.Intn(i), i)
		}
		switch r.Intn(6) {
		case 0:
			on += fmt.Sprintf(" AND %s <> a%d.v", column(i), i)
		case 1:
			on += fmt.Sprintf(" AND %s + 1 >= a%d.v", column(i), i)
		case 2:
			on += fmt.Sprintf(" AND %s IS NOT DISTINCT FROM a%d.v", column(i), i)
		}
		fmt.Fprintf(&sb, " %s %s AS a%d ON %s", kind, input, i, on)
	}
	if r.Intn(3) == 0 {
		fmt.Fprintf(&sb, " WHERE %s > %d", column(n), r.Intn(3))
	}
	items := make([]string, n)
	for i := range n {
		items[i] = fmt.Sprintf("a%d.id, a%d.k, a%d.v", i, i, i)
	}
	return "SELECT " + strings.Join(items, ", ") + " " + sb.String()
}

// answersAlike runs queries under two settings and compares the folded answers.
func answersAlike(t *testing.T, r *rand.Rand, queries int, common bool, base, changed map[string]string) {
	t.Helper()
	ddl := joinTables(t, r)
	sessions := make([]*FlottSession, 2)
	for i, more := range []map[string]string{nil, changed} {
		all := map[string]string{}
		for _, m := range []map[string]string{base, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		s, err := OpenFlott(all)
		if err != nil {
			t.Fatal(err)
		}
		setup := ddl
		if base["execution.runtime-mode"] == "batch" {
			for k := range 4 {
				setup += fmt.Sprintf("ANALYZE TABLE t%d COMPUTE STATISTICS FOR ALL COLUMNS;\n", k)
			}
		}
		if _, _, err := s.Run(context.Background(), setup); err != nil {
			t.Fatal(err)
		}
		sessions[i] = s
	}
	rows := 0
	for range queries {
		q := joinQuery(r, common)
		var answers [2]string
		for i, s := range sessions {
			_, changes, err := s.Run(context.Background(), q)
			if err != nil {
				t.Fatalf("%s\n%v", q, err)
			}
			rows += len(changes)
			answers[i] = foldedText(t, changes)
		}
		if answers[0] != answers[1] {
			t.Fatalf("%s\nwithout %v:\n%s\nwith:\n%s", q, changed, answers[0], answers[1])
		}
	}
	if rows < 10*queries {
		t.Fatalf("%d rows of %d queries show nothing", rows, queries)
	}
}

// foldedText is the multiset that a changelog leaves.
func foldedText(t *testing.T, changes []ChangeRow) string {
	t.Helper()
	counts := map[string]int{}
	for _, c := range changes {
		row := strings.Join(c.Fields, ",")
		if c.Kind == Insert || c.Kind == UpdateAfter {
			counts[row]++
		} else {
			counts[row]--
		}
	}
	var lines []string
	for row, n := range counts {
		if n < 0 {
			t.Fatalf("%d times %s", n, row)
		}
		for range n {
			lines = append(lines, row)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestReorderedJoinsAnswerAlike(t *testing.T) {
	for _, mode := range []string{"streaming", "batch"} {
		t.Run(mode, func(t *testing.T) {
			answersAlike(t, rand.New(rand.NewSource(11)), 60, false, map[string]string{"execution.runtime-mode": mode, "parallelism.default": "2"},
				map[string]string{"table.optimizer.join-reorder-enabled": "true"})
		})
	}
}

func TestMultiJoinsAnswerAlike(t *testing.T) {
	for _, parallelism := range []string{"1", "3"} {
		t.Run(parallelism, func(t *testing.T) {
			answersAlike(t, rand.New(rand.NewSource(5)), 20, true, map[string]string{"parallelism.default": parallelism},
				map[string]string{"table.optimizer.multi-join.enabled": "true"})
		})
	}
}

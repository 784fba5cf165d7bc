package compat

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// Filters that leave out partitions and row groups answer as those on rows that
// come from no file.
func TestFilteredSourcesAnswerAlike(t *testing.T) {
	for _, mode := range []string{"batch", "streaming"} {
		t.Run(mode, func(t *testing.T) {
			r := rand.New(rand.NewSource(2))
			s, err := OpenFlott(map[string]string{"execution.runtime-mode": mode, "parallelism.default": "2"})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.Run(context.Background(), filteredTables(t, r)); err != nil {
				t.Fatal(err)
			}
			passed := 0
			for range 15 {
				where := randomComparisons(r)
				var answers [2]string
				for i, table := range []string{"plain", "files"} {
					_, rows, err := s.Run(context.Background(), "SELECT id, s, d, p FROM "+table+" WHERE "+where)
					if err != nil {
						t.Fatalf("%s: %v", where, err)
					}
					answers[i] = foldedText(t, rows)
					passed += len(rows)
				}
				if answers[0] != answers[1] {
					t.Fatalf("%s\nof rows:\n%s\nof files:\n%s", where, answers[0], answers[1])
				}
			}
			if passed < 100 {
				t.Fatalf("%d rows passed, which shows nothing", passed)
			}
		})
	}
}

// filteredTables fills a partitioned table of small row groups with the rows of
// the view plain.
func filteredTables(t *testing.T, r *rand.Rand) string {
	var rows []string
	for i := range 400 {
		s, d := fmt.Sprintf("'word %03d'", r.Intn(300)), fmt.Sprintf("DATE '2024-%02d-%02d'", 1+i/40, 1+r.Intn(28))
		if r.Intn(10) == 0 {
			s, d = "CAST(NULL AS STRING)", "CAST(NULL AS DATE)"
		}
		rows = append(rows, fmt.Sprintf("(CAST(%d AS BIGINT), %s, %s, %d)", i, s, d, i/100))
	}
	return "CREATE VIEW plain AS SELECT * FROM (VALUES " + strings.Join(rows, ", ") + ") AS t (id, s, d, p);\n" +
		"CREATE TABLE files (id BIGINT, s STRING, d DATE, p INT) PARTITIONED BY (p) WITH ('connector' = 'filesystem', 'path' = '" + t.TempDir() +
		"', 'format' = 'parquet', 'parquet.block.size' = '1024', 'parquet.page.size' = '256', 'parquet.enable.dictionary' = 'false');\n" +
		"INSERT INTO files SELECT * FROM plain;\n"
}

func randomComparisons(r *rand.Rand) string {
	one := func() string {
		op := []string{"=", "<", "<=", ">", ">=", "<>"}[r.Intn(6)]
		switch r.Intn(5) {
		case 0:
			return fmt.Sprintf("id %s %d", op, r.Intn(410)-5)
		case 1:
			return fmt.Sprintf("'word %03d' %s s", r.Intn(300), op)
		case 2:
			return fmt.Sprintf("d %s DATE '2024-%02d-15'", op, 1+r.Intn(12))
		case 3:
			return fmt.Sprintf("p IN (%d, %d)", r.Intn(6), r.Intn(6))
		}
		return fmt.Sprintf("p %s %d", op, r.Intn(6)-1)
	}
	parts := []string{one()}
	for range r.Intn(3) {
		parts = append(parts, one())
	}
	return strings.Join(parts, []string{" AND ", " AND ", " OR "}[r.Intn(3)])
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCasesAreCurrent: the corpus holds what "cases" writes.
func TestCasesAreCurrent(t *testing.T) {
	root := filepath.Join("..", "..")
	var names []string
	for _, c := range compatCases {
		parallelism := c.parallelism
		if parallelism == nil {
			parallelism = []int{1}
		}
		for _, p := range parallelism {
			name, want, err := c.text(root, p)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name+".sql")
			got, err := os.ReadFile(filepath.Join(root, "compat", "cases", "nexmark", name+".sql"))
			if err != nil || string(got) != want {
				t.Errorf("case %s is not what the queries say (%v); write it anew: go run ./bench/nexmark cases", name, err)
			}
			if strings.Contains(strings.ReplaceAll(want, "${out}", ""), "${") {
				t.Errorf("case %s has a variable that nothing fills in", name)
			}
		}
	}
	files, err := os.ReadDir(filepath.Join(root, "compat", "cases", "nexmark"))
	if err != nil || len(files) != len(names) {
		t.Errorf("the corpus has %d Nexmark cases, the list %d (%v)", len(files), len(names), err)
	}
}

func TestQueries(t *testing.T) {
	o := &options{tps: 1000, parallelism: 2}
	measured, err := loadQueries("queries", "")
	if err != nil || len(measured) != 22 {
		t.Fatalf("%d queries are measured (%v), want 22", len(measured), err)
	}
	refused, err := loadQueries("queries", "q6,q13")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range append(measured, refused...) {
		v := newVariables(o, 77).With("NEXMARK_DIR", "/n").With("FLINK_HOME", "/f")
		sql, err := q.sql(v)
		if err != nil || strings.Contains(sql, "${") || !strings.Contains(sql, "'events.num' = '77'") ||
			!strings.Contains(sql, "INSERT INTO nexmark_"+q.name+"\n") {
			t.Errorf("%s is not filled in as it should be (%v):\n%.2000s", q.name, err, sql)
		}
	}
	if _, err := refused[1].sql(newVariables(o, 1)); err == nil || !strings.Contains(err.Error(), "${FLINK_HOME} has no value") {
		t.Errorf("error of a variable without a value: %v", err)
	}
	if _, err := loadQueries("queries", "q99"); err == nil {
		t.Error("q99 was found")
	}
}

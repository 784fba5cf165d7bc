package main

import (
	"math"
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
		v := newVariables(o, 77).with("NEXMARK_DIR", "/n").with("FLINK_HOME", "/f")
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

// TestReport computes the ratios of two queries by hand: costs scale with the events, memory does not.
func TestReport(t *testing.T) {
	o := &options{parallelism: 2}
	r := newReport(o)
	r.earlier = []Result{
		{Query: "q0", Engine: "flink-rocksdb", Events: 10e6, Run: Run{WallSeconds: 10, CPUSeconds: 20, PeakBytes: 2e9}},
		{Query: "q10", Engine: "flink-rocksdb", Events: 10e6, Run: Run{WallSeconds: 10, CPUSeconds: 20, PeakBytes: 2e9}},
	}
	r.add(Result{Query: "q10", Engine: "flott", Events: 5e6, Run: Run{WallSeconds: 1, CPUSeconds: 1, PeakBytes: 1e8}})
	r.add(Result{Query: "q0", Engine: "flott", Events: 10e6, Run: Run{WallSeconds: 1, CPUSeconds: 0.5, PeakBytes: 1e8}})
	r.add(Result{Query: "q2", Engine: "flott", Events: 10e6, Error: "boom"})
	table := r.markdown()
	for _, line := range []string{
		"|q0|1.00|20.0|2000|10.00|0.5|100|40.0|10.0|20.0|\n|q2|",
		"|q2|–|–|–|–|–|–|–|–|–|\n",
		"|q10|1.00|20.0|2000|5.00|2.0|100|10.0|5.0|20.0|\n",
		"|**geometric mean**|||||||**20.0**|**7.1**|**20.0**|\n",
	} {
		if !strings.Contains(table, line) {
			t.Errorf("the table lacks %q:\n%s", line, table)
		}
	}
}

func TestMedian(t *testing.T) {
	got := medianByCPU([]Run{{CPUSeconds: 9}, {CPUSeconds: 1}, {CPUSeconds: 3}})
	if got.CPUSeconds != 3 {
		t.Errorf("median is %v", got)
	}
}

// TestProcess reads this test's own numbers.
func TestProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("there is no /proc here")
	}
	pid := os.Getpid()
	before, err := cpuSeconds(pid)
	if err != nil {
		t.Fatal(err)
	}
	x := 1.0
	for after := before; after <= before; { // until a tick has gone by
		for range 1_000_000 {
			x = math.Sqrt(x + 1)
		}
		if after, err = cpuSeconds(pid); err != nil {
			t.Fatal(err)
		}
	}
	if err := resetPeak(pid); err != nil {
		t.Fatal(err)
	}
	peak, err := peakBytes(pid)
	if err != nil || peak < 1<<20 {
		t.Errorf("peak is %d bytes (%v)", peak, err)
	}
}

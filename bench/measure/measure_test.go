package measure

import (
	"math"
	"os"
	"strings"
	"testing"
)

// TestReport computes the ratios of two queries by hand: costs scale with the events, memory does not.
func TestReport(t *testing.T) {
	r := NewReport(2, 1000)
	r.earlier = []Result{
		{Query: "q0", Engine: "flink-rocksdb", Events: 10e6, Run: Run{WallSeconds: 10, CPUSeconds: 20, PeakBytes: 2e9}},
		{Query: "q10", Engine: "flink-rocksdb", Events: 10e6, Run: Run{WallSeconds: 10, CPUSeconds: 20, PeakBytes: 2e9}},
	}
	r.Add(Result{Query: "q10", Engine: "flott", Events: 5e6, Run: Run{WallSeconds: 1, CPUSeconds: 1, PeakBytes: 1e8}})
	r.Add(Result{Query: "q0", Engine: "flott", Events: 10e6, Run: Run{WallSeconds: 1, CPUSeconds: 0.5, PeakBytes: 1e8}})
	r.Add(Result{Query: "q2", Engine: "flott", Events: 10e6, Error: "boom"})
	table := r.Markdown()
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

// TestDisagreement: what was written is compared per query and number of events; a failure is an error as well.
func TestDisagreement(t *testing.T) {
	r := NewReport(1, 0)
	r.Add(Result{Query: "copy", Engine: "flink", Events: 5, Run: Run{Proof: "5 records"}})
	r.Add(Result{Query: "copy", Engine: "flott", Events: 5, Run: Run{Proof: "5 records"}})
	r.Add(Result{Query: "copy", Engine: "flott", Events: 6, Run: Run{Proof: "6 records"}})
	r.Add(Result{Query: "q0", Engine: "flott", Events: 5})
	if err := r.Disagreement(); err != nil {
		t.Errorf("equal results disagree: %v", err)
	}
	r.Add(Result{Query: "copy", Engine: "flott", Events: 6, Run: Run{Proof: "7 records"}})
	r.Add(Result{Query: "q0", Engine: "flink", Events: 5, Error: "boom"})
	want := "copy: flott wrote 6 records, flott wrote 7 records\nq0 failed on flink"
	if err := r.Disagreement(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestMedian(t *testing.T) {
	got := MedianByCPU([]Run{{CPUSeconds: 9}, {CPUSeconds: 1}, {CPUSeconds: 3}})
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
	before, err := CPUSeconds(pid)
	if err != nil {
		t.Fatal(err)
	}
	x := 1.0
	for after := before; after <= before; { // until a tick has gone by
		for range 1_000_000 {
			x = math.Sqrt(x + 1)
		}
		if after, err = CPUSeconds(pid); err != nil {
			t.Fatal(err)
		}
	}
	if err := ResetPeak(pid); err != nil {
		t.Fatal(err)
	}
	peak, err := PeakBytes(pid)
	if err != nil || peak < 1<<20 {
		t.Errorf("peak is %d bytes (%v)", peak, err)
	}
}

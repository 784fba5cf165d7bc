package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/bench/measure"
	"github.com/flottstream/flott/internal/config"
)

// TestEvaluate computes a short history by hand: 1000 rows/s, half of that while the only checkpoint goes on.
func TestEvaluate(t *testing.T) {
	r := Result{Engine: "flott-rocksdb", Keys: 1 << 40, ValueBytes: 92, Checkpoints: []measure.Checkpoint{
		{ID: 1, Triggered: 1000, Duration: 500, Bytes: 100, Full: 1000},
		{ID: 2, Triggered: 90_000, Duration: 100, Bytes: 300, Full: 1100}, // after the rows that were seen
	}}
	r.evaluate([]moment{{0, 0}, {500, 500}, {1000, 1000}, {1500, 1250}, {2000, 2000}}, 10*time.Second)
	if r.P50 != 300 || r.P90 != 460 || r.Max != 500 {
		t.Errorf("durations: %v %v %v", r.P50, r.P90, r.Max)
	}
	if r.Uploaded != 200 || r.UploadedMin != 100 || r.UploadedMax != 300 || r.StateBytes != 1100 {
		t.Errorf("bytes: %+v", r)
	}
	if r.RowsPerSecond != 1000 || r.Changed < 999_000 || r.Changed > 1_000_000 { // 10,000 rows of 100 bytes, hardly a key twice
		t.Errorf("%v rows/s, %d bytes changed", r.RowsPerSecond, r.Changed)
	}
	if want := 1 - 0.5/(1750.0/1500); math.Abs(r.Dip-want) > 1e-9 || r.Lowest != 0.75 {
		t.Errorf("dip %v, want %v; lowest second %v", r.Dip, want, r.Lowest)
	}
	report := Report{Results: []Result{r, {Engine: "flink-rocksdb", Error: "boom"}}}
	for _, want := range []string{"|flott-rocksdb|0.00|1000|300|460|", "|flink-rocksdb|failed: boom|"} {
		if !strings.Contains(report.table(), want) {
			t.Errorf("the table lacks %q:\n%s", want, report.table())
		}
	}
}

// Every key of the settings is one that flott acts on.
func TestSettings(t *testing.T) {
	cfg := config.New()
	cfg.Warn = func(m string) { t.Error(m) }
	for key, value := range settings(&options{parallelism: 2, interval: 10 * time.Second}) {
		if err := cfg.Set(key, value); err != nil {
			t.Error(err)
		}
	}
	list, err := statements(&options{value: 200, rate: 5}, 10)
	if err != nil || len(list) != 4 || strings.Contains(strings.Join(list, ""), "${") {
		t.Errorf("%d statements (%v)", len(list), err)
	}
}

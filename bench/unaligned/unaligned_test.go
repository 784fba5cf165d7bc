package main

import (
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/bench/measure"
	"github.com/flottstream/flott/internal/config"
)

// TestTotals: a row that is lost, or comes twice, or comes in place of another, shows.
func TestTotals(t *testing.T) {
	want := of(5)
	for _, rows := range [][]uint64{{0, 1, 2, 3}, {0, 1, 2, 3, 4, 4}, {0, 1, 2, 2, 5}, {0, 1, 3, 3, 3}} {
		var got total
		for _, x := range rows {
			got.add(total{1, x, x * x})
		}
		if got == want {
			t.Errorf("%v has the total of 0 … 4", rows)
		}
	}
}

// TestRecover: counts go through a checkpoint, also to fewer subtasks.
func TestRecover(t *testing.T) {
	s := &slow{totals: map[int]total{}}
	var records [][]byte
	for i := range uint64(2) {
		w := &slowWriter{slow: s, got: total{Rows: i + 1, Sum: 10, Squares: 1 << 63}}
		r, err := w.Prepare(1)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r...)
	}
	w := &slowWriter{slow: s}
	if err := w.Recover(1, records); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if got, want := s.sum(), (total{Rows: 3, Sum: 20}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := w.Recover(1, [][]byte{{1}}); err == nil {
		t.Error("a torn record was taken")
	}
}

func TestFailure(t *testing.T) {
	aligned := func(n int) (list []measure.Checkpoint) {
		for range n {
			list = append(list, measure.Checkpoint{Status: "FAILED", Failure: "expired"})
		}
		return list
	}
	unaligned := []measure.Checkpoint{{Status: "COMPLETED", Type: "UNALIGNED_CHECKPOINT", Duration: 300, Persisted: 7}}
	report := Report{Results: make([]Result, 3)}
	for i, list := range [][]measure.Checkpoint{aligned(2), unaligned, unaligned} {
		report.Results[i].evaluate(list)
	}
	if err := report.failure(); err != nil {
		t.Error(err)
	}
	report.Results[0], report.Results[1] = report.Results[1], report.Results[0]
	if err := report.failure(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two modes that do not do what they should: %v", err)
	}
}

// Every key of the settings is one that flott acts on.
func TestSettings(t *testing.T) {
	o := &options{parallelism: 2, timeout: time.Second, switchAfter: time.Second}
	for _, m := range modes(o) {
		cfg := config.New()
		cfg.Warn = func(m string) { t.Error(m) }
		for key, value := range settings(o, m, "/x") {
			if err := cfg.Set(key, value); err != nil {
				t.Error(err)
			}
		}
	}
}

// Package connectortest checks connectors against the contract of package
// connector: what every source and every sink must do, whatever it talks to.
// The tests of a connector call TestSource and TestSink with tables they know.
package connectortest

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/types"
)

// Source is a bounded table to read.
type Source struct {
	// New returns the source of a scan; every call may be another instance.
	New func(t *testing.T) connector.Source
	// Schema is that of the scan.
	Schema types.Schema
	// Rows are the rows as formattest.Rows prints them, without kinds and in any
	// order: "1 | x". Nil: whatever one reader reads the first time.
	Rows []string
	// SplitsFixed: the splits do not depend on the parallelism.
	SplitsFixed bool
}

// TestSource checks a source.
func TestSource(t *testing.T, s Source) {
	if s.Rows == nil {
		s.Rows = read(t, s, 1, 1000)
	}
	sort.Strings(s.Rows)
	t.Run("parallel readers share the rows", func(t *testing.T) {
		for _, parallelism := range []int{1, 2, 3, 5} {
			for _, limit := range []int{1, 7, 4096} {
				same(t, fmt.Sprintf("parallelism %d, %d rows a read", parallelism, limit), read(t, s, parallelism, limit), s.Rows)
			}
		}
	})
	t.Run("discovery returns a split once", s.discoverOnce)
	t.Run("positions resume exactly", s.resume)
	t.Run("a drained reader stays drained", s.drained)
	t.Run("readers close at any time", s.closes)
	t.Run("the source says it is bounded", func(t *testing.T) {
		if !s.New(t).Abilities().Bounded {
			t.Error("Abilities().Bounded is false")
		}
	})
}

func readerContext(t *testing.T, subtask, parallelism int) *connector.ReaderContext {
	return &connector.ReaderContext{Subtask: subtask, Parallelism: parallelism, Metrics: metrics.NewGroup(nil), Context: t.Context()}
}

func newReader(t *testing.T, source connector.Source, subtask, parallelism int) connector.Reader {
	t.Helper()
	r, err := source.Reader(readerContext(t, subtask, parallelism))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// assign discovers the splits and deals them out.
func assign(t *testing.T, source connector.Source, parallelism int) [][]connector.Split {
	t.Helper()
	e, err := source.Enumerator(t.Context(), parallelism)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	splits, err := e.Discover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owned := make([][]connector.Split, parallelism)
	ids := map[string]bool{}
	for i, s := range splits {
		if ids[s.ID] {
			t.Fatalf("two splits have the ID %q", s.ID)
		}
		ids[s.ID] = true
		owner := e.Owner(s)
		if owner >= parallelism {
			t.Fatalf("split %q belongs to subtask %d of %d", s.ID, owner, parallelism)
		}
		if owner < 0 {
			owner = i % parallelism
		}
		owned[owner] = append(owned[owner], s)
	}
	return owned
}

// step reads once, waiting where the reader asks for it, and returns the rows.
func step(t *testing.T, s Source, r connector.Reader, limit int) (rows []string, p connector.Progress) {
	t.Helper()
	b := batch.NewBatch(s.Schema, limit)
	for {
		var err error
		if p, err = r.Read(b, limit); err != nil {
			t.Fatal(err)
		}
		formattest.Check(t, b)
		if p.State != connector.Waiting {
			break
		}
		if b.N > 0 {
			t.Fatalf("Waiting, but with %d rows", b.N)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		select {
		case <-r.Wait():
		case <-ctx.Done():
			t.Fatal("the channel of Wait did not yield")
		}
		cancel()
	}
	if p.State == connector.Drained && b.N > 0 {
		t.Fatalf("Drained, but with %d rows", b.N)
	}
	if p.State == connector.Finished && p.Split == "" {
		t.Fatal("Finished, but no split is named")
	}
	return lines(b), p
}

// lines are the rows of b without their kinds.
func lines(b *batch.Batch) []string {
	text := strings.TrimSuffix(formattest.Rows(b), ")\n")
	if b.Rows() == 0 {
		return nil
	}
	rows := strings.Split(text, ")\n")
	for i := range rows {
		rows[i] = rows[i][3:]
	}
	return rows
}

func drain(t *testing.T, s Source, r connector.Reader, limit int) (rows []string) {
	t.Helper()
	for {
		more, p := step(t, s, r, limit)
		rows = append(rows, more...)
		if p.State == connector.Drained {
			return rows
		}
	}
}

func read(t *testing.T, s Source, parallelism, limit int) (rows []string) {
	t.Helper()
	source := s.New(t)
	for subtask, splits := range assign(t, source, parallelism) {
		r := newReader(t, source, subtask, parallelism)
		if err := r.Add(splits); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, drain(t, s, r, limit)...)
	}
	return rows
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got = slices.Clone(got)
	sort.Strings(got)
	for i := 0; i < len(got) || i < len(want); i++ {
		switch {
		case i >= len(got) || i < len(want) && got[i] > want[i]:
			t.Fatalf("%s: row (%s) is missing (%d rows, want %d)", what, want[i], len(got), len(want))
		case i >= len(want) || got[i] < want[i]:
			t.Fatalf("%s: row (%s) is too much (%d rows, want %d)", what, got[i], len(got), len(want))
		}
	}
}

func (s Source) discoverOnce(t *testing.T) {
	e, err := s.New(t).Enumerator(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	first, err := e.Discover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(first) == 0 && len(s.Rows) > 0 {
		t.Fatal("no split was discovered")
	}
	again, err := e.Discover(t.Context())
	if err != nil || len(again) > 0 {
		t.Fatalf("a second discovery returned %d splits, error %v", len(again), err)
	}
	if e.Interval() != 0 {
		t.Errorf("a bounded source wants to discover every %v", e.Interval())
	}
}

// resume stops after every so many reads, takes the positions, and lets
// another reader go on from them.
func (s Source) resume(t *testing.T) {
	const limit = 3
	for stop := 0; ; stop = stop*3/2 + 1 {
		source := s.New(t)
		var splits []connector.Split
		for _, some := range assign(t, source, 2) {
			splits = append(splits, some...)
		}
		r := newReader(t, source, 0, 1)
		if err := r.Add(splits); err != nil {
			t.Fatal(err)
		}
		var rows []string
		ended := false
		for i := 0; i < stop && !ended; i++ {
			more, p := step(t, s, r, limit)
			rows = append(rows, more...)
			ended = p.State == connector.Drained
		}
		positions, err := r.Positions()
		if err != nil {
			t.Fatal(err)
		}
		if ended && len(positions) > 0 {
			t.Fatalf("everything is read, but %d positions are left", len(positions))
		}
		// Reading on must not change positions already taken.
		drain(t, s, r, limit)
		before := len(rows)
		next := newReader(t, s.New(t), 0, 1)
		if err := next.Add(positions); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, drain(t, s, next, limit)...)
		same(t, fmt.Sprintf("stopped after %d reads, %d rows", stop, before), rows, s.Rows)
		if ended {
			return
		}
	}
}

func (s Source) drained(t *testing.T) {
	r := newReader(t, s.New(t), 0, 1)
	for range 2 {
		if _, p := step(t, s, r, 10); p.State != connector.Drained {
			t.Fatalf("a reader without splits reports state %d", p.State)
		}
	}
	var splits []connector.Split
	for _, some := range assign(t, s.New(t), 1) {
		splits = append(splits, some...)
	}
	// Splits that come one by one are read like splits that come at once.
	var rows []string
	for _, split := range splits {
		if err := r.Add([]connector.Split{split}); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, drain(t, s, r, 100)...)
	}
	same(t, "splits added one by one", rows, s.Rows)
	positions, err := r.Positions()
	if err != nil || len(positions) > 0 {
		t.Fatalf("%d positions of a drained reader, error %v", len(positions), err)
	}
}

func (s Source) closes(t *testing.T) {
	for _, reads := range []int{0, 1} {
		source := s.New(t)
		r, err := source.Reader(readerContext(t, 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		for _, splits := range assign(t, source, 1) {
			if err := r.Add(splits); err != nil {
				t.Fatal(err)
			}
		}
		for range reads {
			step(t, s, r, 1)
		}
		if err := r.Close(); err != nil {
			t.Errorf("closed after %d reads: %v", reads, err)
		}
	}
}

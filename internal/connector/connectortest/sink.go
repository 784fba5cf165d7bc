package connectortest

import (
	"sort"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/metrics"
)

// Sink is a table to write.
type Sink struct {
	New func(t *testing.T) connector.Sink
	// Fill appends n rows, the first of them the from-th, to an empty batch of
	// the sink's schema. The rows should differ from each other.
	Fill func(b *batch.Batch, from, n int)
	// Empty returns an empty batch of the sink's schema.
	Empty func() *batch.Batch
	// Written returns what is visible in the table, each row as formattest.Rows
	// prints it without its kind, in any order.
	Written func(t *testing.T) []string
	// AtFlush: rows are visible after Flush(false), not only after Flush(true).
	AtFlush bool
}

// TestSink writes a few hundred rows through two writers: with and without a
// selection, overwriting the batch after every Write as its owner may.
func TestSink(t *testing.T, s Sink) {
	sink := s.New(t)
	if p := sink.Parallelism(); p < 0 {
		t.Errorf("Parallelism is %d", p)
	}
	writers := make([]connector.Writer, 2)
	for i := range writers {
		w, err := sink.Writer(&connector.WriterContext{Subtask: i, Parallelism: len(writers), Metrics: metrics.NewGroup(nil), Context: t.Context()})
		if err != nil {
			t.Fatal(err)
		}
		writers[i] = w
	}
	var want []string
	from := 0
	write := func(w connector.Writer, n int, selected bool) {
		b := s.Empty()
		s.Fill(b, from, n)
		from += n
		if selected {
			b.Sel = []int32{}
			for i := range n {
				if i%3 != 1 {
					b.Sel = append(b.Sel, int32(i))
				}
			}
		}
		want = append(want, lines(b)...)
		before := formattest.Rows(b)
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		if formattest.Rows(b) != before {
			t.Fatal("Write changed the batch")
		}
		scribble(b)
	}
	for k := range 20 {
		write(writers[k%2], 1+k*k%50, k%4 == 3)
	}
	write(writers[0], 0, false)
	for _, w := range writers {
		if err := w.Flush(false); err != nil {
			t.Fatal(err)
		}
	}
	if s.AtFlush {
		sort.Strings(want)
		same(t, "after Flush(false)", s.Written(t), want)
	}
	for k := range 5 {
		write(writers[k%2], 10, k%2 == 0)
	}
	for _, w := range writers {
		if err := w.Flush(true); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	sort.Strings(want)
	same(t, "after Flush(true)", s.Written(t), want)
}

// scribble overwrites the memory of a batch that was written.
func scribble(b *batch.Batch) {
	for _, v := range b.Cols {
		scribbleVector(v)
	}
}

func scribbleVector(v *batch.Vector) {
	for i := range v.Bytes {
		v.Bytes[i] = '#'
	}
	if v.Type.Physical().Width() > 0 {
		for i, buf := 0, v.FixedBytes(); i < len(buf); i++ {
			buf[i] = 0x5a
		}
	}
	for _, k := range v.Kids {
		scribbleVector(k)
	}
}

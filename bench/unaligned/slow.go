package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// slow is a connector whose sink takes its time for every row, and counts the rows. Its counts are part of checkpoints.
type slow struct {
	delay time.Duration

	mu     sync.Mutex
	totals map[int]total // by subtask, of writers that were closed
}

// total is what a sink got: the number of the rows, and the sums of their first column and of its square modulo 2^64, which
// differ if a row is lost or comes twice, or one in place of another.
type total struct{ Rows, Sum, Squares uint64 }

func (t *total) add(o total) {
	t.Rows += o.Rows
	t.Sum += o.Sum
	t.Squares += o.Squares
}

// of is the total of the numbers below n.
func of(n uint64) (t total) {
	for i := range n {
		t.add(total{1, i, i * i})
	}
	return t
}

// Name is "slow".
func (*slow) Name() string { return "slow" }

// Source refuses.
func (*slow) Source(*connector.Env, *connector.Scan) (connector.Source, error) {
	return nil, errors.New("connector 'slow' can only be used as a sink")
}

// Sink takes no options.
func (s *slow) Sink(_ *connector.Env, t *connector.Target) (connector.Sink, error) {
	return slowSink{s}, connector.NewOptions("slow", t.Table.Options).Done()
}

func (s *slow) sum() (t total) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.totals {
		t.add(x)
	}
	return t
}

type slowSink struct{ *slow }

func (slowSink) Changelog() format.Changelog { return format.Upsert }
func (slowSink) Parallelism() int            { return 0 }
func (s slowSink) Writer(ctx *connector.WriterContext) (connector.Writer, error) {
	return &slowWriter{slow: s.slow, subtask: ctx.Subtask}, nil
}

type slowWriter struct {
	*slow
	subtask int
	got     total
}

var _ connector.Committer = (*slowWriter)(nil)

// Write takes its time and counts.
func (w *slowWriter) Write(b *batch.Batch) error {
	if b.Kinds != nil {
		for i := range b.Rows() {
			if k := b.Kinds[b.Row(i)]; k != batch.Insert {
				return fmt.Errorf("a row is an update (%v), though every key comes once", k)
			}
		}
	}
	ids := b.Cols[0].Int64s()
	for i := range b.Rows() {
		id := uint64(ids[b.Row(i)])
		w.got.add(total{1, id, id * id})
	}
	time.Sleep(time.Duration(b.Rows()) * w.delay)
	return nil
}

// Recover takes over the counts of the checkpoint.
func (w *slowWriter) Recover(_ int64, records [][]byte) error {
	for _, r := range records {
		if len(r) != 24 {
			return fmt.Errorf("a record has %d bytes", len(r))
		}
		w.got.add(total{binary.LittleEndian.Uint64(r), binary.LittleEndian.Uint64(r[8:]), binary.LittleEndian.Uint64(r[16:])})
	}
	return nil
}

// Prepare returns the counts.
func (w *slowWriter) Prepare(int64) ([][]byte, error) {
	r := binary.LittleEndian.AppendUint64(nil, w.got.Rows)
	r = binary.LittleEndian.AppendUint64(r, w.got.Sum)
	return [][]byte{binary.LittleEndian.AppendUint64(r, w.got.Squares)}, nil
}

func (w *slowWriter) Commit(int64) error { return nil }
func (w *slowWriter) Finish() error      { return nil }
func (w *slowWriter) Flush(bool) error   { return nil }

// Close tells the counts.
func (w *slowWriter) Close() error {
	w.mu.Lock()
	w.totals[w.subtask] = w.got
	w.mu.Unlock()
	return nil
}

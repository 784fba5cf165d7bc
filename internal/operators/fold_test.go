package operators

import (
	"fmt"
	"math/rand"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// fold is an Output that keeps the table a changelog describes: rows as text,
// with their number.
type fold struct {
	t     *testing.T
	rows  map[string]int
	plain bool // only inserts may come
}

func newFold(t *testing.T) *fold { return &fold{t: t, rows: map[string]int{}} }

// Emit applies the changes.
func (f *fold) Emit(b *batch.Batch) error {
	for k := range b.Rows() {
		i := b.Row(k)
		text := rowText(b, i)
		if !b.Kind(i).IsAdd() {
			if f.plain {
				f.t.Errorf("%s %s in an insert-only output", b.Kind(i), text)
			}
			if f.rows[text]--; f.rows[text] == 0 {
				delete(f.rows, text)
			}
			if f.rows[text] < 0 {
				f.t.Errorf("%s %s takes away a row that is not there", b.Kind(i), text)
			}
			continue
		}
		f.rows[text]++
	}
	return nil
}

// table is the rows in order, one a line.
func (f *fold) table() string { return tableText(f.rows) }

func tableText(rows map[string]int) string {
	lines := make([]string, 0, len(rows))
	for text, n := range rows {
		lines = append(lines, fmt.Sprintf("%d x %s", n, text))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// rowText is a row of BIGINT columns as text.
func rowText(b *batch.Batch, i int) string {
	parts := make([]string, len(b.Cols))
	for c, v := range b.Cols {
		parts[c] = "NULL"
		if !v.IsNull(i) {
			parts[c] = fmt.Sprint(v.Int64s()[i])
		}
	}
	return strings.Join(parts, ",")
}

type fixedClock struct{ now time.Time }

func (c fixedClock) Now() time.Time { return c.now }

// setTimers remembers the processing times asked for.
type setTimers struct{ times []int64 }

func (s *setTimers) Set(at int64) { s.times = append(s.times, at) }

// openOperator opens op as the only subtask, on heap state.
func openOperator(t *testing.T, op operator.Operator, streaming bool) {
	t.Helper()
	openWith(t, op, operator.Settings{BatchRows: 7, Streaming: streaming, TimeZone: time.UTC})
}

// openForBenchmark is openOperator with batches of the usual size.
func openForBenchmark(b *testing.B, op operator.Operator, streaming bool) {
	b.Helper()
	openWith(b, op, operator.Settings{BatchRows: batch.Capacity, Streaming: streaming, TimeZone: time.UTC})
}

func openWith(t testing.TB, op operator.Operator, settings operator.Settings) {
	t.Helper()
	if err := openSettings(op, settings); err != nil {
		t.Fatal(err)
	}
}

// tryOpen is openOperator for what may be refused.
func tryOpen(op operator.Operator, streaming bool) error {
	return openSettings(op, operator.Settings{BatchRows: 7, Streaming: streaming, TimeZone: time.UTC})
}

func openSettings(op operator.Operator, settings operator.Settings) error {
	opener, ok := op.(operator.Opener)
	if !ok {
		return nil
	}
	all := keygroup.Range{Start: 0, End: keygroup.DefaultMaxParallelism - 1}
	return opener.Open(&operator.Context{
		Watermark: stream.MinTime,
		Name:      "test", Parallelism: 1, MaxParallelism: keygroup.DefaultMaxParallelism, KeyGroups: all,
		State:   heap.New(heap.Options{KeyGroups: all, MaxParallelism: keygroup.DefaultMaxParallelism}),
		Metrics: metrics.NewGroup(nil), Log: rpc.Discard, Clock: fixedClock{time.UnixMilli(7)}, Timers: &setTimers{},
		Settings: settings,
	})
}

// bigints is a schema of nullable BIGINT columns.
func bigints(names ...string) types.Schema {
	s := make(types.Schema, len(names))
	for i, n := range names {
		s[i] = types.Field{Name: n, Type: types.Of(types.BigInt)}
	}
	return s
}

// appendInts appends a row; a negative number is NULL.
func appendInts(b *batch.Batch, kind batch.RowKind, values []int64) {
	for c, x := range values {
		if x < 0 {
			b.Cols[c].AppendNull()
		} else {
			b.Cols[c].AppendInt64(x)
		}
	}
	b.AppendKind(kind)
}

// randomChanges makes a batch of up to n changes of a table: inserts of rows
// that newRow makes and, with retract, deletes of rows that are there.
func randomChanges(r *rand.Rand, schema types.Schema, n int, there *[][]int64, retract bool, newRow func() []int64) *batch.Batch {
	b := batch.NewBatch(schema, n)
	for range 1 + r.Intn(n) {
		if rows := *there; retract && len(rows) > 0 && r.Intn(3) == 0 {
			k := r.Intn(len(rows))
			appendInts(b, batch.Delete, rows[k])
			*there = append(rows[:k:k], rows[k+1:]...)
			continue
		}
		row := newRow()
		*there = append(*there, row)
		appendInts(b, batch.Insert, row)
	}
	return b
}

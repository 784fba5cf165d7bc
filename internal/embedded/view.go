package embedded

import (
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/valuetext"
)

// view is the Collector of a SELECT whose rows are shown. Subtasks call it at
// the same time.
//
// The rows of an insert-only query, and a changelog, are shown as they come. The
// rows of a bounded query that updates are folded and shown at its end.
type view struct {
	zone *time.Location

	mu     sync.Mutex
	out    tableau.Writer
	folded *foldedRows // nil: shown as they come
	text   []byte
	ends   []int
	done   chan struct{}
}

// newView shows the rows of a query on out.
func newView(out tableau.Writer, fold bool, zone *time.Location) *view {
	v := &view{zone: zone, out: out, done: make(chan struct{})}
	if fold {
		v.folded = newFoldedRows()
	}
	return v
}

// Collect shows or folds the rows of b.
func (v *view) Collect(b *batch.Batch) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	fields := make([]*string, len(b.Cols))
	for k := range b.Rows() {
		i := b.Row(k)
		v.fields(b, i, fields)
		if v.folded != nil {
			v.folded.apply(b.Kind(i), fields)
		} else if err := v.out.Row(b.Kind(i), fields); err != nil {
			return err
		}
	}
	return nil
}

// fields writes the text of row i, nil for NULL.
func (v *view) fields(b *batch.Batch, i int, fields []*string) {
	v.text, v.ends = v.text[:0], v.ends[:0]
	for _, c := range b.Cols {
		if !c.IsNull(i) {
			v.text = valuetext.AppendCast(v.text, c, i, v.zone)
		}
		v.ends = append(v.ends, len(v.text))
	}
	all, start := string(v.text), 0
	for c, end := range v.ends {
		fields[c] = nil
		if !b.Cols[c].IsNull(i) {
			field := all[start:end]
			fields[c] = &field
		}
		start = end
	}
}

// flushUntil shows what has come every so often, until end is called.
func (v *view) flushUntil() {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-v.done:
			return
		case <-tick.C:
			v.mu.Lock()
			v.out.Flush()
			v.mu.Unlock()
		}
	}
}

// end shows the rest.
func (v *view) end() error {
	close(v.done)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.folded != nil {
		for _, row := range v.folded.rows {
			for range row.count {
				if err := v.out.Row(batch.Insert, row.fields); err != nil {
					return err
				}
			}
		}
	}
	return v.out.End()
}

// foldedRows is the table a changelog describes, in order of first appearance.
type foldedRows struct {
	rows  []*foldedRow
	index map[string]*foldedRow
}

type foldedRow struct {
	fields []*string
	count  int
}

func newFoldedRows() *foldedRows { return &foldedRows{index: map[string]*foldedRow{}} }

func (f *foldedRows) apply(kind batch.RowKind, fields []*string) {
	key := make([]byte, 0, 64)
	for _, x := range fields {
		if x == nil {
			key = append(key, 0)
			continue
		}
		key = append(append(append(key, 1), *x...), 0)
	}
	row := f.index[string(key)]
	if row == nil {
		row = &foldedRow{fields: append([]*string(nil), fields...)}
		f.index[string(key)] = row
		f.rows = append(f.rows, row)
	}
	if kind.IsAdd() {
		row.count++
	} else {
		row.count--
	}
}

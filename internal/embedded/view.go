package embedded

import (
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/valuetext"
)

// showEvery is how long a row may wait before it is seen.
const showEvery = 50 * time.Millisecond

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
	row    tableau.Row // reused
	timer  *time.Timer // shows what has come; armed while there is something
	armed  bool
	err    error // of showing
}

// newView shows the rows of a query on out.
func newView(out tableau.Writer, zone *time.Location) *view { return &view{zone: zone, out: out} }

// Collect shows or folds the rows of b.
func (v *view) Collect(b *batch.Batch) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.folded != nil {
		for k := range b.Rows() {
			i := b.Row(k)
			v.text(b, i)
			v.folded.apply(b, i, &v.row)
		}
		return nil
	}
	for k := range b.Rows() {
		i := b.Row(k)
		v.text(b, i)
		if err := v.out.Row(b.Kind(i), &v.row); err != nil {
			return err
		}
	}
	v.showSoon()
	return v.err
}

// text fills v.row with row i.
func (v *view) text(b *batch.Batch, i int) {
	v.row.Reset()
	for _, c := range b.Cols {
		if c.IsNull(i) {
			v.row.Null()
			continue
		}
		v.row.Text = valuetext.AppendDisplay(v.row.Text, c, i, v.zone)
		v.row.End()
	}
}

// showSoon sees to it that what has come is shown within showEvery. v.mu is held.
func (v *view) showSoon() {
	switch {
	case v.armed:
	case v.timer == nil:
		v.timer = time.AfterFunc(showEvery, v.show)
	default:
		v.timer.Reset(showEvery)
	}
	v.armed = true
}

func (v *view) show() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.armed = false
	if err := v.out.Flush(); v.err == nil {
		v.err = err
	}
}

// end shows the rest and, if the job came to its end, the foot.
func (v *view) end(complete bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.timer != nil {
		v.timer.Stop()
	}
	if !complete {
		return v.out.Flush() // rows of a job that failed are no result
	}
	if v.folded != nil {
		if err := v.folded.each(func(r *tableau.Row) error { return v.out.Row(batch.Insert, r) }); err != nil {
			return err
		}
	}
	return v.out.End()
}

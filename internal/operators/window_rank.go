package operators

import (
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
)

// windowRank is Top-N per window: the lists are those of rank, kept per window
// (namespace: window end in ms) and emitted once, when the watermark says that
// the window is complete.
type windowRank struct {
	rank
	end     int // column
	windows closing
	ends    []state.Namespace
}

// NewWindowRank returns the operator of a WindowRank.
func NewWindowRank(spec *jobgraph.WindowRank) (operator.Operator, error) {
	r := spec.Rank
	if r.End < 0 {
		r.End = math.MaxInt32
	}
	switch {
	case r.Function != jobgraph.RowNumber:
		return nil, fmt.Errorf("a Top-N per window numbers rows with ROW_NUMBER; RANK and DENSE_RANK are not supported there")
	case !r.InputChanges.InsertOnly():
		return nil, fmt.Errorf("a Top-N per window takes inserts only, but its input has updates or deletes")
	case r.Start < 1 || r.End < r.Start:
		return nil, fmt.Errorf("a Top-N of the rows %d to %d is empty", r.Start, r.End)
	}
	return &windowRank{rank: rank{spec: &r}, end: spec.WindowEnd}, nil
}

// Open makes the state.
func (w *windowRank) Open(ctx *operator.Context) error {
	w.windows = newClosing(w.spec.Schema, ctx)
	return w.rank.Open(ctx)
}

// ProcessBatch puts the rows into the lists of their windows.
func (w *windowRank) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	parts, err := w.windows.split(b, w.end)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if len(p.rows) == 0 {
			continue
		}
		if err := w.gather(p.end, b, p.rows); err != nil {
			return err
		}
		w.store(b)
	}
	return nil
}

// OnWatermark emits the windows that have ended.
func (w *windowRank) OnWatermark(time int64, out operator.Output) (int64, error) {
	closed := w.windows.advance(time)
	w.ends = w.table.Namespaces(w.ends[:0])
	for _, end := range w.ends {
		if end > closed {
			break
		}
		if err := w.emitLists(end, out); err != nil {
			return 0, err
		}
		if err := w.table.Drop(end); err != nil {
			return 0, err
		}
	}
	return time, nil
}

// Finish has nothing to do: the last watermark has closed all windows.
func (w *windowRank) Finish(operator.Output) error { return nil }

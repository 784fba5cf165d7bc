package datagen

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
)

// reader makes the rows of its splits at the rate that is its share.
type reader struct {
	*source
	splits []*splitState
	turn   int           // the split to read next
	left   int64         // rows until the scan's limit, -1: no limit
	wait   time.Duration // after which Read is worth calling again

	// The rate: made rows since began, of splits that are 1/Step of the table.
	began time.Time
	made  int64

	rows []uint64 // numbers of the rows of a batch
}

// minWait keeps a slow table from being asked for every single row too early
// and a fast one from making tiny batches.
const minWait = 5 * time.Millisecond

// Reader returns the reader of a subtask.
func (s *source) Reader(*connector.ReaderContext) (connector.Reader, error) {
	return &reader{source: s, left: s.limit}, nil
}

// Add gives it splits to read.
func (r *reader) Add(splits []connector.Split) error {
	for _, s := range splits {
		st := new(splitState)
		if err := json.Unmarshal(s.State, st); err != nil {
			return fmt.Errorf("split %q of a datagen source cannot be read: %w", s.ID, err)
		}
		if st.Version != splitVersion || st.Step < 1 || st.Next < 0 {
			return fmt.Errorf("split %q of a datagen source has version %d, this program knows %d", s.ID, st.Version, splitVersion)
		}
		r.splits = append(r.splits, st)
	}
	r.began = time.Time{} // the share has changed
	return nil
}

// due is how many rows may be made now; if none, r.wait is set.
func (r *reader) due(limit int) int {
	var perSecond float64
	for _, st := range r.splits {
		perSecond += float64(r.rate) / float64(st.Step)
	}
	now := r.now()
	if r.began.IsZero() {
		r.began, r.made = now, 0
	}
	// The row number made is due at began + made/perSecond, so the first at once.
	allowed := int64(now.Sub(r.began).Seconds()*perSecond) + 1 - r.made
	if float64(allowed) > perSecond+1 {
		// Whoever was held up longer than a second does not catch up.
		r.began, r.made = now.Add(-time.Second), 0
		allowed = int64(perSecond) + 1
	}
	if allowed <= 0 {
		next := r.began.Add(time.Duration(float64(r.made) / perSecond * float64(time.Second)))
		r.wait = max(next.Sub(now), minWait)
		return 0
	}
	return int(min(allowed, int64(limit)))
}

// Read makes up to limit rows of one split.
func (r *reader) Read(b *batch.Batch, limit int) (connector.Progress, error) {
	if len(r.splits) == 0 || r.left == 0 {
		r.splits = nil
		return connector.Progress{State: connector.Drained}, nil
	}
	r.turn %= len(r.splits)
	st := r.splits[r.turn]
	id := st.id()
	if st.Total >= 0 && st.Next >= st.Total {
		r.splits = append(r.splits[:r.turn:r.turn], r.splits[r.turn+1:]...)
		r.began = time.Time{}
		return connector.Progress{State: connector.Finished, Split: id}, nil
	}
	n := r.due(limit)
	if n == 0 {
		return connector.Progress{State: connector.Waiting}, nil
	}
	r.turn++
	r.rows = r.rows[:0]
	for ; n > 0 && (st.Total < 0 || st.Next < st.Total) && r.left != 0; n-- {
		r.rows = append(r.rows, uint64(st.Next))
		st.Next += st.Step
		if r.left > 0 {
			r.left--
		}
	}
	r.made += int64(len(r.rows))
	run := run{seed: st.Seed, startMs: st.StartMs, nowMs: r.now().UnixMilli()}
	for i, g := range r.columns {
		g.fill(&run, r.rows, b.Cols[i])
	}
	b.N = len(r.rows)
	return connector.Progress{State: connector.More, Split: id}, nil
}

// Wait yields when the next row is due.
func (r *reader) Wait() <-chan struct{} {
	ready := make(chan struct{})
	time.AfterFunc(r.wait, func() { close(ready) })
	return ready
}

// Positions returns the splits that have rows left.
func (r *reader) Positions() ([]connector.Split, error) {
	out := make([]connector.Split, 0, len(r.splits))
	for _, st := range r.splits {
		out = append(out, st.split())
	}
	return out, nil
}

// Close has nothing to do.
func (r *reader) Close() error { return nil }

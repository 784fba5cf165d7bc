package filesystem

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
)

func baseName(path string) string { return filepath.Base(path) }

// content is what a file holds, read from a split's position on; the split's Pos
// goes along with the rows. Errors name the place.
type content interface {
	// open begins a split, whose file the caller closes.
	open(*os.File, *splitState) error
	// read appends up to limit rows and says whether the split ended.
	read(rows *batch.Batch, limit int) (ended bool, err error)
	close() error
}

// reader reads the splits of a subtask one after the other.
type reader struct {
	*source
	content content
	left    int64 // rows until the scan's limit, -1: no limit
	queue   []*splitState

	// Of the split being read, nil if none.
	split    *splitState
	file     *os.File
	constant []*batch.Vector // values of the fixed columns

	rows  batch.Batch // view of the output without the fixed columns
	zeros []int32
}

func newReader(s *source, c content) *reader {
	r := &reader{source: s, content: c, left: max(s.scan.Limit, -1)}
	r.rows.Cols = make([]*batch.Vector, len(s.decoded))
	return r
}

// Add queues splits.
func (r *reader) Add(splits []connector.Split) error {
	for _, s := range splits {
		st, err := readSplit(s)
		if err != nil {
			return err
		}
		r.queue = append(r.queue, st)
	}
	return nil
}

// Read reads up to limit rows of the current split.
func (r *reader) Read(b *batch.Batch, limit int) (connector.Progress, error) {
	if r.left == 0 {
		r.queue = nil
		if err := r.closeSplit(); err != nil {
			return connector.Progress{}, err
		}
	}
	if r.split == nil {
		if len(r.queue) == 0 {
			return connector.Progress{State: connector.Drained}, nil
		}
		if err := r.open(r.queue[0]); err != nil {
			return connector.Progress{}, err
		}
		r.queue = r.queue[1:]
	}
	if r.left >= 0 {
		limit = int(min(int64(limit), r.left))
	}
	for i, k := range r.decoded {
		r.rows.Cols[i] = b.Cols[k]
	}
	r.rows.N, r.rows.Kinds = 0, nil
	ended, err := r.content.read(&r.rows, limit)
	if err != nil {
		return connector.Progress{}, err
	}
	r.finish(b)
	if r.left >= 0 {
		r.left = max(0, r.left-int64(b.N))
	}
	p := connector.Progress{State: connector.More, Split: r.split.id()}
	if ended {
		p.State = connector.Finished
		err = r.closeSplit()
	}
	return p, err
}

// finish gives the rows their values of the fixed columns.
func (r *reader) finish(b *batch.Batch) {
	b.N, b.Kinds = r.rows.N, r.rows.Kinds
	if len(r.fixed) == 0 {
		return
	}
	for len(r.zeros) < b.N {
		r.zeros = append(r.zeros, 0)
	}
	for i, c := range r.fixed {
		b.Cols[c.out].AppendSelected(r.constant[i], r.zeros[:b.N])
	}
}

// open begins a split at its position.
func (r *reader) open(st *splitState) (err error) {
	file, err := os.Open(st.Path)
	if err != nil {
		return r.unreadable(st.Path, err)
	}
	r.file, r.split, r.constant = file, st, r.constant[:0]
	defer func() {
		if err != nil {
			err = errors.Join(err, r.closeSplit())
		}
	}()
	for i := range r.fixed {
		v, err := r.fixed[i].value(st, r.defaultPart)
		if err != nil {
			return fmt.Errorf("file '%s': %w", st.Path, err)
		}
		r.constant = append(r.constant, v)
	}
	return r.content.open(file, st)
}

// Wait is ready at once: a reader of files never waits.
func (r *reader) Wait() <-chan struct{} {
	ready := make(chan struct{})
	close(ready)
	return ready
}

// Positions returns the splits that are not finished.
func (r *reader) Positions() ([]connector.Split, error) {
	var out []connector.Split
	if r.split != nil {
		out = append(out, r.split.split())
	}
	for _, st := range r.queue {
		out = append(out, st.split())
	}
	return out, nil
}

func (r *reader) closeSplit() error {
	if r.split == nil {
		return nil
	}
	err := errors.Join(r.content.close(), r.file.Close())
	r.file, r.split = nil, nil
	return err
}

// Close closes the file being read.
func (r *reader) Close() error {
	r.queue = nil
	return r.closeSplit()
}

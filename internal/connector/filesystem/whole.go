package filesystem

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// wholeReader reads files of formats that fill whole files. The position in a
// split is the number of rows read.
type wholeReader struct {
	*source
	format format.FileFormat
	left   int64 // rows until the scan's limit, -1: no limit
	queue  []*splitState

	// Of the split being read, nil if none.
	split    *splitState
	file     *os.File
	rows     format.FileReader
	constant []*batch.Vector // values of the fixed columns
	view     batch.Batch     // of the output without the fixed columns
	zeros    []int32
}

func newWholeReader(s *source, f format.FileFormat) *wholeReader {
	r := &wholeReader{source: s, format: f, left: max(s.scan.Limit, -1)}
	r.view.Cols = make([]*batch.Vector, len(s.decoded))
	return r
}

// Add queues splits.
func (r *wholeReader) Add(splits []connector.Split) error {
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
func (r *wholeReader) Read(b *batch.Batch, limit int) (connector.Progress, error) {
	if r.left == 0 {
		r.closeSplit()
		r.queue = nil
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
		r.view.Cols[i] = b.Cols[k]
	}
	r.view.N, r.view.Kinds = 0, nil
	p := connector.Progress{State: connector.More, Split: r.split.id()}
	err := r.rows.Read(&r.view, limit)
	if err != nil && err != io.EOF {
		return p, fmt.Errorf("table %s: file '%s': %w%w", r.table.Name, r.split.Path, err, connector.ErrUser)
	}
	if err == io.EOF {
		p.State = connector.Finished
	}
	r.split.Pos += int64(r.view.N)
	if r.left >= 0 {
		r.left -= int64(r.view.N)
	}
	r.finish(b)
	if p.State == connector.Finished {
		r.closeSplit()
	}
	return p, nil
}

// finish gives the rows their values of the fixed columns.
func (r *wholeReader) finish(b *batch.Batch) {
	b.N, b.Kinds = r.view.N, r.view.Kinds
	for len(r.zeros) < b.N {
		r.zeros = append(r.zeros, 0)
	}
	for i, c := range r.fixed {
		b.Cols[c.out].AppendSelected(r.constant[i], r.zeros[:b.N])
	}
}

// open begins a split at its position.
func (r *wholeReader) open(st *splitState) (err error) {
	file, err := os.Open(st.Path)
	if err != nil {
		return r.unreadable(st.Path, err)
	}
	r.file, r.split, r.constant = file, st, r.constant[:0]
	defer func() {
		if err != nil {
			r.closeSplit()
			err = fmt.Errorf("table %s: file '%s': %w%w", r.table.Name, st.Path, err, connector.ErrUser)
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	for i := range r.fixed {
		v, err := r.fixed[i].value(st, r.defaultPart)
		if err != nil {
			return err
		}
		r.constant = append(r.constant, v)
	}
	r.rows, err = r.format.OpenFile(file, info.Size(), r.fileSchema(), r.keep, r.options, st.Pos)
	return err
}

// Wait is ready at once: a reader of files never waits.
func (r *wholeReader) Wait() <-chan struct{} {
	ready := make(chan struct{})
	close(ready)
	return ready
}

// Positions returns the splits that are not finished.
func (r *wholeReader) Positions() ([]connector.Split, error) {
	var out []connector.Split
	if r.split != nil {
		out = append(out, r.split.split())
	}
	for _, st := range r.queue {
		out = append(out, st.split())
	}
	return out, nil
}

func (r *wholeReader) closeSplit() (err error) {
	if r.rows != nil {
		err = r.rows.Close()
	}
	if r.file != nil {
		err = errors.Join(err, r.file.Close())
	}
	r.rows, r.file, r.split = nil, nil, nil
	return err
}

// Close closes the file being read.
func (r *wholeReader) Close() error {
	r.queue = nil
	return r.closeSplit()
}

package filesystem

import (
	"fmt"
	"io"
	"os"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// whole is the content of files that a format fills as a whole. The position in
// a split is the number of rows read, or left out by statistics.
type whole struct {
	*source
	format format.FileFormat
	split  *splitState
	rows   format.FileReader // nil if no split is read
}

// open reads what the format keeps about the file.
func (w *whole) open(file *os.File, st *splitState) error {
	w.split = st
	info, err := file.Stat()
	if err != nil {
		return w.place(err)
	}
	rows, err := w.openRows(file, info.Size(), st.Pos)
	if err != nil {
		return w.place(err)
	}
	w.rows = rows
	return nil
}

func (w *whole) openRows(file *os.File, size, first int64) (format.FileReader, error) {
	if f, ok := w.format.(format.PrunedFormat); ok {
		return f.OpenPruned(file, size, w.fileSchema(), w.keep, w.options, first, w.inFile())
	}
	return w.format.OpenFile(file, size, w.fileSchema(), w.keep, w.options, first)
}

func (w *whole) read(rows *batch.Batch, limit int) (ended bool, err error) {
	err = w.rows.Read(rows, limit)
	if err != nil && err != io.EOF {
		return false, w.place(err)
	}
	w.split.Pos += int64(rows.N)
	if p, ok := w.rows.(format.Positioned); ok {
		w.split.Pos = p.Position()
	}
	return err == io.EOF, nil
}

func (w *whole) close() error {
	rows := w.rows
	w.rows = nil
	if rows == nil {
		return nil
	}
	return rows.Close()
}

// place says which file an error is about.
func (w *whole) place(err error) error {
	return fmt.Errorf("table %s: file '%s': %w%w", w.table.Name, w.split.Path, err, connector.ErrUser)
}

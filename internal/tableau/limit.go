package tableau

import "github.com/flottstream/flott/internal/batch"

// limited cuts long fields.
type limited struct {
	Writer
	cells int
	row   Row // reused
}

// Limit returns a writer that gives w fields of at most so many cells.
func Limit(w Writer, cells int) Writer { return &limited{Writer: w, cells: cells} }

// Row cuts the fields of a row.
func (l *limited) Row(kind batch.RowKind, r *Row) error {
	l.row.Reset()
	for i := range r.Len() {
		text, ok := r.Field(i)
		if !ok {
			l.row.Null()
			continue
		}
		if len(text) > l.cells {
			text = []byte(Cut(string(text), l.cells))
		}
		l.row.Text = append(l.row.Text, text...)
		l.row.End()
	}
	return l.Writer.Row(kind, &l.row)
}

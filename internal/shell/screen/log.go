package screen

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/tableau"
)

// Log keeps the changes themselves, with what each does in a first column. It is the Rows of the changelog view.
type Log struct {
	max     int
	rows    []tableau.Row
	dropped int
}

// NewLog returns an empty log that keeps the newest max changes.
func NewLog(max int) *Log { return &Log{max: max} }

// Apply takes a change.
func (l *Log) Apply(kind batch.RowKind, r *tableau.Row) {
	var line tableau.Row
	line.Text = append(line.Text, kind.String()...)
	line.End()
	for i := range r.Len() {
		text, ok := r.Field(i)
		if !ok {
			line.Null()
			continue
		}
		line.Text = append(line.Text, text...)
		line.End()
	}
	if l.rows = append(l.rows, line); len(l.rows) > 2*l.max {
		l.dropped += len(l.rows) - l.max
		l.rows = append([]tableau.Row(nil), l.rows[len(l.rows)-l.max:]...)
	}
}

// Len implements Rows.
func (l *Log) Len() int { return min(len(l.rows), l.max) }

// Rows implements Rows.
func (l *Log) Rows(first, n int, f func(*tableau.Row) error) error {
	kept := l.rows[len(l.rows)-l.Len():]
	for i := first; i < min(first+n, len(kept)); i++ {
		if err := f(&kept[i]); err != nil {
			return err
		}
	}
	return nil
}

package shell

import (
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/shell/screen"
	"github.com/flottstream/flott/internal/tableau"
)

// live takes the rows of a query that are looked at while they come.
type live struct {
	query engine.Query

	mu      sync.Mutex
	table   *tableau.Table // nil: the changes themselves are looked at
	log     *screen.Log
	changes int64
	last    time.Time // of a change
	fresh   bool      // since it was drawn
}

func newLive(q engine.Query, mode string, rows int) *live {
	l := &live{query: q, fresh: true}
	if mode == "CHANGELOG" {
		l.log = screen.NewLog(rows)
		return l
	}
	l.table = tableau.NewTable(q.Columns, q.Order, rows)
	return l
}

// Row implements tableau.Writer.
func (l *live) Row(kind batch.RowKind, r *tableau.Row) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	l.fresh, l.last = true, time.Now()
	if l.table != nil {
		l.table.Apply(kind, r)
		return nil
	}
	l.log.Apply(kind, r)
	return nil
}

// Flush implements tableau.Writer.
func (l *live) Flush() error { return nil }

// End implements tableau.Writer.
func (l *live) End() error { return nil }

// rows are what is looked at; l.mu is held while they are.
func (l *live) rows() screen.Rows {
	if l.table != nil {
		return l.table
	}
	return l.log
}

// columns are those that are looked at.
func (l *live) columns() (out []screen.Column) {
	if l.log != nil {
		out = append(out, screen.Column{Name: "op"})
	}
	for _, c := range l.query.Columns {
		out = append(out, screen.Column{Name: c.Name, Right: c.Type.IsNumeric()})
	}
	return out
}

package tableau

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Table is the table that a changelog arrives at, kept up as the changes come. A row that replaces one takes its place.
type Table struct {
	columns types.Schema
	order   []SortColumn
	max     int // rows kept; the oldest go first. 0: all
	rows    []entry
	at      map[string][]int // places in rows, by key
	holes   []int            // places that updates have left and not yet taken again
	live    int
	dropped int
	oldest  int    // no row lives before this place
	key     []byte // reused
	missing map[string]int
	sorted  []int // places in order; nil: to be made
}

// SortColumn is a column of an order.
type SortColumn struct {
	Column                 int
	Descending, NullsFirst bool
}

type entry struct {
	row  Row
	gone bool
}

// NewTable returns an empty table. Rows are given in order, if there is one.
func NewTable(columns types.Schema, order []SortColumn, max int) *Table {
	return &Table{columns: columns, order: order, max: max, at: map[string][]int{}, missing: map[string]int{}}
}

// Apply takes a change.
func (t *Table) Apply(kind batch.RowKind, r *Row) {
	t.sorted = nil
	t.key = r.AppendKey(t.key[:0])
	if kind.IsAdd() {
		t.add(r, kind == batch.UpdateAfter)
		return
	}
	places := t.at[string(t.key)]
	if len(places) == 0 {
		t.missing[string(t.key)]++ // its insert comes later
		return
	}
	p := places[len(places)-1]
	t.forget(p)
	if kind == batch.UpdateBefore {
		t.holes = append(t.holes, p)
	}
	t.compact()
}

func (t *Table) add(r *Row, update bool) {
	if n := t.missing[string(t.key)]; n > 0 {
		if t.missing[string(t.key)] = n - 1; n == 1 {
			delete(t.missing, string(t.key))
		}
		return
	}
	p := len(t.rows)
	if n := len(t.holes); update && n > 0 {
		p, t.holes = t.holes[n-1], t.holes[:n-1]
		t.oldest = min(t.oldest, p)
		t.rows[p] = entry{row: r.Clone()}
	} else {
		t.rows = append(t.rows, entry{row: r.Clone()})
	}
	t.at[string(t.key)] = append(t.at[string(t.key)], p)
	t.live++
	if t.max > 0 && t.live > t.max {
		t.dropOldest()
	}
}

// forget takes the row at a place away; t.key is its key.
func (t *Table) forget(p int) {
	t.rows[p] = entry{gone: true}
	t.live--
	places := t.at[string(t.key)]
	places = slices.DeleteFunc(places, func(q int) bool { return q == p })
	if len(places) == 0 {
		delete(t.at, string(t.key))
		return
	}
	t.at[string(t.key)] = places
}

func (t *Table) dropOldest() {
	for t.rows[t.oldest].gone {
		t.oldest++
	}
	t.key = t.rows[t.oldest].row.AppendKey(t.key[:0])
	t.forget(t.oldest)
	t.dropped++
	t.compact()
}

// compact moves the rows together when most places are empty.
func (t *Table) compact() {
	const least = 64
	if len(t.rows) < least || t.live*2 > len(t.rows) {
		return
	}
	clear(t.at)
	t.holes, t.oldest = nil, 0
	kept := t.rows[:0]
	for i := range t.rows {
		if t.rows[i].gone {
			continue
		}
		t.key = t.rows[i].row.AppendKey(t.key[:0])
		t.at[string(t.key)] = append(t.at[string(t.key)], len(kept))
		kept = append(kept, t.rows[i])
	}
	clear(t.rows[len(kept):])
	t.rows = kept
}

// Len is the number of rows.
func (t *Table) Len() int { return t.live }

// Dropped is how many rows were left out because there were too many.
func (t *Table) Dropped() int { return t.dropped }

// Rows calls f for up to n rows from the one with number first on.
func (t *Table) Rows(first, n int, f func(r *Row) error) error {
	if t.sorted == nil {
		t.sort()
	}
	for _, p := range t.sorted[min(first, len(t.sorted)):min(first+n, len(t.sorted))] {
		if err := f(&t.rows[p].row); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) sort() {
	t.sorted = make([]int, 0, t.live)
	for p := range t.rows {
		if !t.rows[p].gone {
			t.sorted = append(t.sorted, p)
		}
	}
	if len(t.order) > 0 {
		slices.SortStableFunc(t.sorted, func(a, b int) int { return t.compare(&t.rows[a].row, &t.rows[b].row) })
	}
}

func (t *Table) compare(a, b *Row) int {
	for _, o := range t.order {
		x, xok := a.Field(o.Column)
		y, yok := b.Field(o.Column)
		c := 0
		switch {
		case !xok || !yok:
			c = cmp.Compare(boolInt(xok), boolInt(yok)) // NULL first
			if !o.NullsFirst {
				c = -c
			}
		default:
			c = compareText(t.columns[o.Column].Type, string(x), string(y))
			if o.Descending {
				c = -c
			}
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareText compares values by their texts.
func compareText(t types.Type, a, b string) int {
	switch {
	case t.Kind == types.Decimal:
		x, xok := new(big.Rat).SetString(a)
		y, yok := new(big.Rat).SetString(b)
		if xok && yok {
			return x.Cmp(y)
		}
	case t.IsExact():
		x, xerr := strconv.ParseInt(a, 10, 64)
		y, yerr := strconv.ParseInt(b, 10, 64)
		if xerr == nil && yerr == nil {
			return cmp.Compare(x, y)
		}
	case t.IsNumeric():
		x, xerr := strconv.ParseFloat(a, 64)
		y, yerr := strconv.ParseFloat(b, 64)
		if xerr == nil && yerr == nil {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(a, b)
}

// folded is a Writer that shows, at the end, the table that a changelog arrives at.
type folded struct {
	Writer
	table *Table
}

// Fold returns a writer of changes which gives w the rows of the table that they arrive at.
func Fold(w Writer, t *Table) Writer { return &folded{w, t} }

// Row takes a change.
func (f *folded) Row(kind batch.RowKind, r *Row) error {
	f.table.Apply(kind, r)
	return nil
}

// End shows the table.
func (f *folded) End() error {
	err := f.table.Rows(0, f.table.Len(), func(r *Row) error { return f.Writer.Row(batch.Insert, r) })
	if err != nil {
		return err
	}
	return f.Writer.End()
}

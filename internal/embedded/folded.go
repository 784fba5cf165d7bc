package embedded

import (
	"bytes"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/tableau"
)

// foldedRows is the table a changelog describes, in the order asked for, rows
// that are equal in it in order of first appearance.
type foldedRows struct {
	order *rowcodec.SortKey // nil: no order
	rows  []foldedRow
	index map[string]int
	key   []byte // reused
}

// foldedRow is a row and how often it is in the table; less than 0 while an
// insert is behind its delete.
type foldedRow struct {
	row   tableau.Row
	place []byte // key of the order
	count int
}

func newFoldedRows(order []rowcodec.SortColumn) (f *foldedRows, err error) {
	f = &foldedRows{index: map[string]int{}}
	if len(order) > 0 {
		f.order, err = rowcodec.NewSortKey(order)
	}
	return f, err
}

// apply takes row i of b, whose texts are r.
func (f *foldedRows) apply(b *batch.Batch, i int, r *tableau.Row) {
	f.key = r.AppendKey(f.key[:0])
	k, ok := f.index[string(f.key)]
	if !ok {
		k = len(f.rows)
		f.index[string(f.key)] = k
		row := foldedRow{row: r.Clone()}
		if f.order != nil {
			row.place = f.order.Append(nil, b, i)
		}
		f.rows = append(f.rows, row)
	}
	if b.Kind(i).IsAdd() {
		f.rows[k].count++
	} else {
		f.rows[k].count--
	}
}

// each calls show for every row, as often as it is in the table.
func (f *foldedRows) each(show func(*tableau.Row) error) error {
	if f.order != nil {
		slices.SortStableFunc(f.rows, func(a, b foldedRow) int { return bytes.Compare(a.place, b.place) })
	}
	for i := range f.rows {
		for range f.rows[i].count {
			if err := show(&f.rows[i].row); err != nil {
				return err
			}
		}
	}
	return nil
}

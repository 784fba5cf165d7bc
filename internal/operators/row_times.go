package operators

import (
	"errors"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// rowTimes reads a time attribute in ms, whatever its precision.
type rowTimes struct {
	column int
	unit   int64 // ticks per ms
	ms     []int64
}

func newRowTimes(column int, t types.Type) rowTimes {
	unit := int64(1)
	if t.IsTimestamp() {
		unit = t.UnitsPerSecond() / 1000
	}
	return rowTimes{column: column, unit: unit}
}

// read returns a time per physical row of b, valid until the next call.
func (r *rowTimes) read(b *batch.Batch) ([]int64, error) {
	v := b.Cols[r.column]
	if v.Valid != nil {
		for k := range b.Rows() {
			if v.IsNull(b.Row(k)) {
				return nil, errors.New("RowTime field should not be null, please convert it to a non-null long value.")
			}
		}
	}
	if v.Type.HasNanos() {
		r.ms = resize(r.ms, v.Len())
		for i := range r.ms {
			sec, nano := v.Moment(i)
			r.ms[i] = sec*1000 + nano/1_000_000
		}
		return r.ms, nil
	}
	ticks := v.Int64s()
	if r.unit == 1 {
		return ticks, nil
	}
	r.ms = resize(r.ms, len(ticks))
	for i, x := range ticks {
		r.ms[i] = floorDiv(x, r.unit)
	}
	return r.ms, nil
}

// punctual leaves out the rows that the watermark has passed.
type punctual struct {
	sel  []int32
	kept batch.Batch
}

// of returns the rows of b later than the watermark, and the number of others.
func (p *punctual) of(b *batch.Batch, times []int64, watermark int64) (*batch.Batch, int) {
	p.sel = p.sel[:0]
	for k := range b.Rows() {
		if i := b.Row(k); times[i] > watermark {
			p.sel = append(p.sel, int32(i))
		}
	}
	late := b.Rows() - len(p.sel)
	if late == 0 {
		return b, 0
	}
	p.kept = *b
	if p.kept.Sel = p.sel; p.sel == nil { // a nil selection is all rows
		p.kept.Sel = []int32{}
	}
	return &p.kept, late
}

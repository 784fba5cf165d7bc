package nexmark

import "github.com/flottstream/flott/internal/batch"

// adopt makes the vector's memory the destination of a field, with room for n rows.
func (c *Columns) adopt(field Fields, v *batch.Vector, n int) {
	switch {
	case field == EventType:
		v.Resize(n)
		c.EventType = v.Int32s()
	case c.text(field) != nil:
		t := c.text(field)
		t.Offsets, t.Bytes = v.Offsets, v.Bytes
	default:
		v.Resize(n)
		*c.number(field) = v.Int64s()
	}
}

// deliver completes the vector of a field after Generate. A copy is a second vector of the same field.
func (c *Columns) deliver(field Fields, v *batch.Vector, n int, isCopy bool) {
	if t := c.text(field); t != nil {
		if isCopy {
			v.Offsets = append(v.Offsets[:0], t.Offsets...)
			v.Bytes = append(v.Bytes[:0], t.Bytes...)
		} else {
			v.Offsets, v.Bytes = t.Offsets, t.Bytes
		}
		v.Resize(n)
		return
	}
	if !isCopy {
		return
	}
	v.Resize(n)
	if field == EventType {
		copy(v.Int32s(), c.EventType)
	} else {
		copy(v.Int64s(), *c.number(field))
	}
}

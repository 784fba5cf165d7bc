package json

import (
	"slices"

	"github.com/flottstream/flott/internal/batch"
)

// The layouts of rows that kinds can be given to as they are.
var (
	onlyAfter  = []int{sideAfter}
	onlyBefore = []int{sideBefore}
	both       = []int{sideBefore, sideAfter}
)

// apply gives the decoded rows their kinds.
func (d *envelopeDecoder) apply(out *batch.Batch) bool {
	switch d.op {
	case noChange:
		return d.fail("\"%s\" is missing", d.env.Op)
	case unknownChange:
		return d.fail("Unknown \"%s\" value \"%s\".", d.env.Op, d.word)
	case skipped:
		d.rewind()
		return true
	}
	if d.env.Partial {
		return d.applyPartial(out)
	}
	before, after := d.sides[sideBefore].present, d.sides[sideAfter].present
	if d.op == insertion {
		if !after {
			return d.fail("The \"%s\" field of the message is null.", d.env.After)
		}
		return d.arranged(onlyAfter) && d.kinds(out, batch.Insert)
	}
	if !before {
		return d.fail("The \"%s\" field of %s message is null, if you are using %s Postgres Connector, "+
			"please check the Postgres table has been set REPLICA IDENTITY to FULL level.",
			d.env.Before, [...]string{update: "UPDATE", deletion: "DELETE"}[d.op], d.env.Title)
	}
	if d.op == deletion {
		return d.arranged(onlyBefore) && d.kinds(out, batch.Delete)
	}
	if !after {
		return d.fail("The \"%s\" field of UPDATE message is null.", d.env.After)
	}
	return d.arranged(both) && d.kinds(out, batch.UpdateBefore, batch.UpdateAfter)
}

// arranged makes the columns hold the rows of the sides in order.
func (d *envelopeDecoder) arranged(order []int) bool {
	if slices.Equal(d.order, order) {
		return true
	}
	d.rewind()
	for _, which := range order {
		d.pos = d.sides[which].at
		if !d.decode(which) {
			return false
		}
	}
	return slices.Equal(d.order, order) || d.fail("a row of the change is no object")
}

// kinds counts the decoded rows, whose kinds take turns.
func (d *envelopeDecoder) kinds(out *batch.Batch, kinds ...batch.RowKind) bool {
	for i := range d.count {
		out.AppendKind(kinds[i%len(kinds)])
	}
	return true
}

// applyPartial is apply for messages that hold new rows whole and of old ones
// what was changed.
func (d *envelopeDecoder) applyPartial(out *batch.Batch) bool {
	s := &d.sides[sideAfter]
	if s.present && !d.arranged(onlyAfter) {
		return false
	}
	if !s.present {
		return d.fail("The \"%s\" field of the message is null.", d.env.After)
	}
	switch d.op {
	case insertion:
		d.kinds(out, batch.Insert)
	case deletion:
		d.kinds(out, batch.Delete)
	default:
		if !d.updates(out) {
			return false
		}
	}
	if s.broken {
		return d.fail("a row of \"%s\" is null", d.env.After)
	}
	return true
}

// updates puts before each new row the old one: what "old" says of it, and of
// the rest what it is now.
func (d *envelopeDecoder) updates(out *batch.Batch) bool {
	rows := d.count
	if rows == 0 {
		return true
	}
	d.sel = d.sel[:0]
	for i := range rows {
		d.sel = append(d.sel, int32(d.first+i))
	}
	d.held.Reset()
	d.held.AppendSelected(&batch.Batch{Cols: d.cols, N: d.first + rows}, d.sel)
	d.rewind()
	old := &d.sides[sideBefore]
	if !old.present {
		return d.fail("The \"%s\" field of the message is null.", d.env.Before)
	}
	clear(d.seen)
	d.pos = old.at
	if !d.mark(0) {
		return false
	}
	d.pos = old.at
	if !d.env.Arrays {
		return d.update(out, 0)
	}
	if d.peek() != '[' {
		return d.fail("\"%s\" is no array", d.env.Before)
	}
	for i := range rows {
		d.pos++ // the bracket, or a comma
		if d.peek() == ']' {
			return d.fail("\"%s\" has fewer rows than \"%s\"", d.env.Before, d.env.After)
		}
		if !d.update(out, i) {
			return false
		}
		if c := d.peek(); c != ',' && i < rows-1 {
			return d.fail("\"%s\" has fewer rows than \"%s\"", d.env.Before, d.env.After)
		}
	}
	return true
}

// update appends the old row at d.pos and new row i.
func (d *envelopeDecoder) update(out *batch.Batch, i int) bool {
	if d.peek() != '{' {
		return d.fail("a row of \"%s\" is no object", d.env.Before)
	}
	n := d.first + d.count
	found, ok := d.collect(d.root, d.cols, n)
	if !ok {
		d.fault.path = append(d.fault.path, d.env.Before)
		return false
	}
	if found < len(d.cols) {
		for c, col := range d.cols {
			switch {
			case col.Len() > n:
			case d.seen[c]: // named anywhere in "old", and be it of another row: as Flink
				col.AppendNull()
			default:
				col.AppendFrom(d.held.Cols[c], i)
			}
		}
	}
	for c, col := range d.cols {
		col.AppendFrom(d.held.Cols[c], i)
	}
	out.AppendKind(batch.UpdateBefore)
	out.AppendKind(batch.UpdateAfter)
	d.count += 2
	return true
}

// mark moves past a value and notes the fields of rows that are keys anywhere
// in it.
func (d *envelopeDecoder) mark(depth int) bool {
	if depth > maxDepth {
		return d.wrong(d.pos, "values are nested too deeply")
	}
	closing := byte('}')
	switch d.peek() {
	case '[':
		closing = ']'
	case '{':
	default:
		return d.skip(0)
	}
	d.pos++
	if d.peek() == closing {
		d.pos++
		return true
	}
	for {
		if closing == '}' {
			if d.peek() != '"' {
				return d.syntaxAt(d.pos)
			}
			name, ok := d.str()
			if !ok {
				return false
			}
			if i, known := d.root.index[string(name)]; known {
				d.seen[i] = true
			}
			if d.peek() != ':' {
				return d.syntaxAt(d.pos)
			}
			d.pos++
		}
		if !d.mark(depth + 1) {
			return false
		}
		switch d.peek() {
		case ',':
			d.pos++
		case closing:
			d.pos++
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

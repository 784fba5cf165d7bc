package operators

import (
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// sinkLengths cuts and pads values to the lengths that the columns of a table
// declare (table.exec.sink.type-length-enforcer = TRIM_PAD). A column whose values
// fit is handed on as it is.
type sinkLengths struct {
	cols []lengthColumn
	out  batch.Batch
}

// lengthColumn is a column of CHAR(n), VARCHAR(n), BINARY(n) or VARBINARY(n).
type lengthColumn struct {
	at     int
	typ    types.Type
	fitted *batch.Vector
	buf    []byte
}

// newSinkLengths returns nil if no column has a length.
func newSinkLengths(schema types.Schema) *sinkLengths {
	l := &sinkLengths{}
	for i, f := range schema {
		if (f.Type.IsCharacter() || f.Type.IsBinary()) && f.Type.Length != types.MaxLength {
			l.cols = append(l.cols, lengthColumn{at: i, typ: f.Type})
		}
	}
	if l.cols == nil {
		return nil
	}
	return l
}

// apply returns b with values that fit.
func (l *sinkLengths) apply(b *batch.Batch) *batch.Batch {
	changed := false
	for k := range l.cols {
		c := &l.cols[k]
		v := b.Cols[c.at]
		if c.fits(b, v) {
			continue
		}
		if !changed {
			cols := append(l.out.Cols[:0], b.Cols...)
			l.out, changed = *b, true
			l.out.Cols = cols
		}
		l.out.Cols[c.at] = c.fit(v)
	}
	if !changed {
		return b
	}
	return &l.out
}

// fits: no value that is there is too long or, if it is to be padded, too short.
func (c *lengthColumn) fits(b *batch.Batch, v *batch.Vector) bool {
	for k := range b.Rows() {
		i := b.Row(k)
		if v.IsNull(i) {
			continue
		}
		value := v.At(i)
		n := len(value)
		if c.typ.IsCharacter() {
			n = utf8.RuneCount(value)
		}
		if n > c.typ.Length || n < c.typ.Length && (c.typ.Kind == types.Char || c.typ.Kind == types.Binary) {
			return false
		}
	}
	return true
}

// fit returns a vector of the same rows.
func (c *lengthColumn) fit(v *batch.Vector) *batch.Vector {
	if c.fitted == nil {
		c.fitted = batch.New(v.Type, v.Len())
	}
	c.fitted.Reset()
	for i := range v.Len() {
		if v.IsNull(i) {
			c.fitted.AppendNull()
			continue
		}
		c.buf = expr.AppendFitted(c.buf[:0], v.At(i), c.typ)
		c.fitted.AppendBytes(c.buf)
	}
	return c.fitted
}

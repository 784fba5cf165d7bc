package operators

import (
	"fmt"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// sinkLengths cuts and pads values to the lengths that the columns of a table
// declare (table.exec.sink.type-length-enforcer = TRIM_PAD), or fails at a value of
// another length (ERROR). A column whose values fit is handed on as it is. Lengths
// inside of rows, arrays and maps are sinkNested's.
type sinkLengths struct {
	cols   []lengthColumn
	strict bool
	out    batch.Batch
}

// lengthColumn is a column of CHAR(n), VARCHAR(n), BINARY(n) or VARBINARY(n).
type lengthColumn struct {
	at     int
	name   string
	typ    types.Type
	fitted *batch.Vector
	buf    []byte
}

// hasLength reports a type of texts or bytes that bounds their length.
func hasLength(t types.Type) bool {
	return (t.IsCharacter() || t.IsBinary()) && t.Length != types.MaxLength
}

// newSinkLengths returns nil if no column has a length.
func newSinkLengths(schema types.Schema, strict bool) *sinkLengths {
	l := &sinkLengths{strict: strict}
	for i, f := range schema {
		if hasLength(f.Type) {
			l.cols = append(l.cols, lengthColumn{at: i, name: f.Name, typ: f.Type})
		}
	}
	if l.cols == nil {
		return nil
	}
	return l
}

// apply returns b with values that fit.
func (l *sinkLengths) apply(b *batch.Batch) (*batch.Batch, error) {
	changed := false
	for k := range l.cols {
		c := &l.cols[k]
		v := b.Cols[c.at]
		bad := c.unfit(b, v)
		if bad < 0 {
			continue
		}
		if l.strict {
			return nil, c.refuse(c.name, v.At(bad))
		}
		if !changed {
			cols := append(l.out.Cols[:0], b.Cols...)
			l.out, changed = *b, true
			l.out.Cols = cols
		}
		l.out.Cols[c.at] = c.fit(v)
	}
	if !changed {
		return b, nil
	}
	return &l.out, nil
}

// unfit is the first row whose value is too long or, in a type of one length, too
// short; -1 if there is none.
func (c *lengthColumn) unfit(b *batch.Batch, v *batch.Vector) int {
	for k := range b.Rows() {
		i := b.Row(k)
		if !v.IsNull(i) && c.misfit(v.At(i)) {
			return i
		}
	}
	return -1
}

// misfit reports a value that is too long or, in a type of one length, too short.
func (c *lengthColumn) misfit(value []byte) bool {
	n := c.length(value)
	return n > c.typ.Length || n < c.typ.Length && (c.typ.Kind == types.Char || c.typ.Kind == types.Binary)
}

// length is that of a value in the unit of the type.
func (c *lengthColumn) length(value []byte) int {
	if c.typ.IsCharacter() {
		return utf8.RuneCount(value)
	}
	return len(value)
}

// refuse is the error of a value at path. Flink calls bytes a string, too.
func (c *lengthColumn) refuse(path string, value []byte) error {
	return fmt.Errorf("Column '%s' is %s, however, a string of length %d is being written into it. You can set job configuration 'table.exec.sink.type-length-enforcer' to control this behaviour.",
		path, c.typ.WithNull(true), c.length(value))
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

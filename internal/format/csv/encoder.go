package csv

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// encoder writes rows. It is used by one goroutine.
type encoder struct {
	settings
	columns []*column
	cell    []byte    // the text being written, before quotes
	bare    [256]bool // bytes that never make quotes necessary
}

// maxChecked is the length in characters up to which a text is looked at: a
// longer one is quoted whatever it holds, as Jackson does.
const maxChecked = 24

func newEncoder(s settings, columns []*column) *encoder {
	e := &encoder{settings: s, columns: columns}
	// Jackson quotes a text with any character up to the highest special one.
	safe := max(int(s.delimiter), s.quote, '\r') + 1
	for c := safe; c < 256; c++ {
		e.bare[c] = c != '\\'
	}
	return e
}

// Separator ends every record in a file.
func (e *encoder) Separator() []byte { return []byte{'\n'} }

// Encode appends physical row i of b as one record.
func (e *encoder) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	if k := b.Kind(i); k != batch.Insert {
		return dst, fmt.Errorf("format 'csv' can write insertions only, but got a row of kind %s", k)
	}
	for k, c := range e.columns {
		if k > 0 {
			dst = append(dst, e.delimiter)
		}
		v := b.Cols[k]
		if v.IsNull(i) {
			dst = append(dst, e.nullLiteral...)
			continue
		}
		dst = e.field(dst, c, v, i)
	}
	return dst, nil
}

func (e *encoder) field(dst []byte, c *column, v *batch.Vector, i int) []byte {
	switch c.typ.Kind {
	case types.Varchar, types.Char:
		return e.appendText(dst, v.At(i))
	case types.Array:
		e.cell = e.cell[:0]
		for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
			if k > v.Offsets[i] {
				e.cell = append(e.cell, e.arrayDelimiter)
			}
			e.cell = e.element(e.cell, c.kids[0], v.Kids[0], int(k))
		}
		return e.appendText(dst, e.cell)
	case types.Row:
		e.cell = e.cell[:0]
		for k, kid := range c.kids {
			if k > 0 {
				e.cell = append(e.cell, e.arrayDelimiter)
			}
			e.cell = e.element(e.cell, kid, v.Kids[k], i)
		}
		return e.appendText(dst, e.cell)
	case types.Date, types.Time, types.Timestamp, types.TimestampLTZ, types.Binary, types.Varbinary:
		e.cell = e.value(e.cell[:0], c, v, i)
		return e.appendText(dst, e.cell)
	}
	return e.value(dst, c, v, i)
}

// element writes a value inside a cell.
func (e *encoder) element(dst []byte, c *column, v *batch.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, e.nullLiteral...)
	}
	return e.value(dst, c, v, i)
}

// value writes a value that is not nested, without quotes.
func (e *encoder) value(dst []byte, c *column, v *batch.Vector, i int) []byte {
	switch c.typ.Kind {
	case types.Varchar, types.Char:
		return append(dst, v.At(i)...)
	case types.BigInt, types.IntervalDayTime:
		return strconv.AppendInt(dst, v.Int64s()[i], 10)
	case types.Int, types.IntervalYearMonth:
		return strconv.AppendInt(dst, int64(v.Int32s()[i]), 10)
	case types.SmallInt:
		return strconv.AppendInt(dst, int64(v.Int16s()[i]), 10)
	case types.TinyInt:
		return strconv.AppendInt(dst, int64(v.Int8s()[i]), 10)
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool(i))
	case types.Double:
		return scalar.AppendFloat64(dst, v.Float64s()[i])
	case types.Float:
		return scalar.AppendFloat32(dst, v.Float32s()[i])
	case types.Decimal:
		if e.scientific {
			return scalar.AppendDecimalStripped(dst, v.Decimals()[i], c.typ.Scale)
		}
		return scalar.AppendDecimal(dst, v.Decimals()[i], c.typ.Scale)
	case types.Date:
		return scalar.AppendDate(dst, int64(v.Int32s()[i]))
	case types.Time:
		return scalar.AppendTime(dst, int64(v.Int32s()[i]))
	case types.Timestamp, types.TimestampLTZ:
		if c.typ.HasNanos() {
			sec, nano := v.Moment(i)
			return scalar.AppendMoment(dst, sec, nano, ' ', c.zone)
		}
		return scalar.AppendTimestamp(dst, v.Int64s()[i], ' ', c.zone, c.units)
	case types.Binary, types.Varbinary:
		return base64.StdEncoding.AppendEncode(dst, v.At(i))
	}
	return append(dst, e.nullLiteral...)
}

// appendText writes text, quoted where needed; quotes inside are doubled and
// escape characters escaped.
func (e *encoder) appendText(dst, text []byte) []byte {
	if e.quote < 0 || !e.needsQuotes(text) {
		return append(dst, text...)
	}
	quote := byte(e.quote)
	dst = append(dst, quote)
	start := 0
	for i, c := range text {
		switch int(c) {
		case e.quote:
			dst = append(append(dst, text[start:i]...), quote)
			start = i
		case e.escape:
			dst = append(append(dst, text[start:i]...), c)
			start = i
		}
	}
	return append(append(dst, text[start:]...), quote)
}

func (e *encoder) needsQuotes(text []byte) bool {
	for _, c := range text {
		if !e.bare[c] {
			return true
		}
	}
	return len(text) > maxChecked && characters(text) > maxChecked
}

// characters counts as Java does: those beyond U+FFFF are two.
func characters(text []byte) int {
	n := utf8.RuneCount(text)
	for _, c := range text {
		if c >= 0xf0 {
			n++
		}
	}
	return n
}

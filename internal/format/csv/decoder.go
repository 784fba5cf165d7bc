package csv

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// decoder reads records. It is used by one goroutine.
type decoder struct {
	settings
	columns []*column
	simple  bool // cells need neither trimming nor escapes resolved
	file    bool // records come from Split: an empty one is one empty field

	scratch []byte // a cell without its quotes and escapes, until the next one
	decoded []byte // base64

	// Why the last cell could not be read.
	reason string  // a clause, "" if the text does not suit the column
	column *column // nil if the record itself is at fault
	nested *column // the field inside column, if any
	bad    []byte  // the text
}

func newDecoder(s settings, columns []*column) *decoder {
	return &decoder{settings: s, columns: columns, simple: !s.trim && s.escape < 0}
}

// Decode appends the row of the record msg. A comment has none; where there may
// be comments, an empty record has none either and blanks before one are no part
// of it.
func (d *decoder) Decode(msg []byte, out *batch.Batch) error {
	if d.comments {
		if msg = bytes.TrimLeft(msg, " "); len(msg) == 0 || msg[0] == '#' {
			return nil
		}
	}
	if len(msg) == 0 && !d.file {
		return nil
	}
	if d.record(msg, out) {
		out.AppendKind(batch.Insert)
		return nil
	}
	out.Truncate(out.N)
	if d.ignoreErrors {
		return nil
	}
	return d.malformed(msg)
}

// record appends the cells of one record. It is false if the record is
// malformed as a whole, or a cell is and errors are not ignored.
func (d *decoder) record(msg []byte, out *batch.Batch) bool {
	i := 0
	for k, c := range d.columns {
		if i < 0 {
			return d.short(k, out)
		}
		var ok bool
		if c.out >= 0 {
			i, ok = d.field(c, out.Cols[c.out], msg, i)
		} else {
			_, _, i, ok = d.cell(msg, i)
		}
		if !ok {
			return false
		}
	}
	if i < 0 || d.ignoreUnmappable {
		return true
	}
	text, quoted, next, ok := d.cell(msg, i)
	if !ok {
		return false
	}
	if len(text) == 0 && !quoted && next < 0 && d.trailingComma {
		return true
	}
	return d.wrong(fmt.Sprintf("Too many entries: expected at most %d (value #%d is %q)", len(d.columns), len(d.columns), text))
}

// short ends a record that has only found cells.
func (d *decoder) short(found int, out *batch.Batch) bool {
	switch {
	case d.failOnMissing:
		return d.wrong(fmt.Sprintf("Not enough column values: expected %d, found %d", len(d.columns), found))
	case !d.ignoreErrors:
		return d.wrong(fmt.Sprintf("Row length mismatch. %d fields expected but was %d", len(d.columns), found))
	}
	for _, c := range d.columns[found:] {
		if c.out >= 0 {
			out.Cols[c.out].AppendNull()
		}
	}
	return true
}

// field reads the cell at i into v and returns where the next one starts, -1
// after the last.
func (d *decoder) field(c *column, v *batch.Vector, msg []byte, i int) (next int, ok bool) {
	if k := c.typ.Kind; d.simple && (k == types.BigInt || k == types.Int) {
		if x, end, ok := digits(msg, i); ok && (end == len(msg) || msg[end] == d.delimiter) && d.nullLiteral == nil {
			if k == types.BigInt {
				v.AppendInt64(x)
				return after(msg, end), true
			}
			if x == int64(int32(x)) {
				v.AppendInt32(int32(x))
				return after(msg, end), true
			}
		}
	}
	text, _, next, ok := d.cell(msg, i)
	if !ok {
		return 0, false
	}
	length := v.Len()
	if d.convert(c, v, text) {
		return next, true
	}
	if !d.ignoreErrors {
		d.nested, d.column = d.column, c
		return 0, false
	}
	v.Truncate(length)
	v.AppendNull()
	return next, true
}

// after is the start of the cell after the delimiter at end, -1 at the end.
func after(msg []byte, end int) int {
	if end == len(msg) {
		return -1
	}
	return end + 1
}

// digits reads a whole number of at most 18 digits at i.
func digits(b []byte, i int) (x int64, end int, ok bool) {
	neg := i < len(b) && b[i] == '-'
	if neg {
		i++
	}
	first := i
	for i < len(b) && b[i]-'0' <= 9 {
		x = x*10 + int64(b[i]-'0')
		i++
	}
	if neg {
		x = -x
	}
	return x, i, i > first && i-first <= 18
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// cellEnd returns the position of the first c at or after i, or len(b), and a
// word that is 0 if everything before it is ASCII.
func cellEnd(b []byte, i int, c byte) (end int, high uint64) {
	pattern := uint64(c) * lowBits
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		x := w ^ pattern
		if m := (x - lowBits) &^ x & highBits; m != 0 {
			n := bits.TrailingZeros64(m)
			return i + n>>3, high | w&(1<<uint(n&^7)-1)&highBits
		}
		high |= w & highBits
		i += 8
	}
	for i < len(b) && b[i] != c {
		high |= uint64(b[i] & 0x80)
		i++
	}
	return i, high
}

// cell returns the text of the cell at i, valid until the next call, and where
// the next one starts, -1 after the last.
func (d *decoder) cell(msg []byte, i int) (text []byte, quoted bool, next int, ok bool) {
	if d.trim {
		for i < len(msg) && (msg[i] == ' ' || msg[i] == '\t') && msg[i] != d.delimiter {
			i++
		}
	}
	if i < len(msg) && int(msg[i]) == d.quote {
		text, next, ok = d.quotedCell(msg, i+1)
		return text, true, next, ok
	}
	if d.escape >= 0 {
		text, next, ok = d.escapedCell(msg, i)
	} else {
		end, high := cellEnd(msg, i, d.delimiter)
		text, next, ok = msg[i:end], after(msg, end), high == 0 || utf8.Valid(msg[i:end])
	}
	if d.trim {
		text = bytes.TrimRight(text, " \t")
	}
	return text, false, next, ok || d.wrong("a field is not valid UTF-8")
}

// quotedCell reads on after an opening quote.
func (d *decoder) quotedCell(msg []byte, i int) (text []byte, next int, ok bool) {
	start := i
	d.scratch = d.scratch[:0]
	for {
		for i < len(msg) && int(msg[i]) != d.quote && int(msg[i]) != d.escape {
			i++
		}
		if i == len(msg) {
			return nil, 0, d.wrong("Missing closing quote for value")
		}
		if int(msg[i]) == d.escape {
			if i+1 == len(msg) {
				return nil, 0, d.wrong("Missing closing quote for value")
			}
			d.scratch = append(append(d.scratch, msg[start:i]...), unescaped(msg[i+1]))
			i += 2
			start = i
			continue
		}
		if i+1 < len(msg) && int(msg[i+1]) == d.quote {
			d.scratch = append(d.scratch, msg[start:i+1]...)
			i += 2
			start = i
			continue
		}
		break
	}
	text = msg[start:i]
	if len(d.scratch) > 0 {
		d.scratch = append(d.scratch, text...)
		text = d.scratch
	}
	for i++; i < len(msg) && msg[i] != d.delimiter; i++ {
		if msg[i] != ' ' && msg[i] != '\t' {
			return nil, 0, d.wrong(fmt.Sprintf("Unexpected character %q after a closing quote: expected %q or the end of the line", msg[i], d.delimiter))
		}
	}
	if !utf8.Valid(text) {
		return nil, 0, d.wrong("a field is not valid UTF-8")
	}
	return text, after(msg, i), true
}

// escapedCell reads a cell without quotes in which characters may be escaped.
func (d *decoder) escapedCell(msg []byte, i int) (text []byte, next int, ok bool) {
	start := i
	d.scratch = d.scratch[:0]
	for i < len(msg) && (msg[i] != d.delimiter || int(msg[i]) == d.escape) {
		if int(msg[i]) != d.escape {
			i++
			continue
		}
		if i+1 == len(msg) {
			return nil, 0, d.wrong("nothing follows the escape character")
		}
		d.scratch = append(append(d.scratch, msg[start:i]...), unescaped(msg[i+1]))
		i += 2
		start = i
	}
	text = msg[start:i]
	if len(d.scratch) > 0 {
		d.scratch = append(d.scratch, text...)
		text = d.scratch
	}
	return text, after(msg, i), utf8.Valid(text)
}

// unescaped is what an escaped character stands for.
func unescaped(c byte) byte {
	switch c {
	case '0':
		return 0
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// convert reads a cell into v.
func (d *decoder) convert(c *column, v *batch.Vector, text []byte) bool {
	switch c.typ.Kind {
	case types.Array:
		return d.array(c, v, text)
	case types.Row:
		return d.row(c, v, text)
	}
	return d.simpleValue(c, v, text)
}

// elements calls read with each part of a cell between array delimiters.
func (d *decoder) elements(text []byte, read func(n int, part []byte) bool) bool {
	if len(scalar.Trim(text)) == 0 {
		return true
	}
	for n := 0; ; n++ {
		end := bytes.IndexByte(text, d.arrayDelimiter)
		part := text
		if end >= 0 {
			part = text[:end]
		}
		if d.trim {
			part = scalar.Trim(part)
		}
		if !read(n, part) {
			return false
		}
		if end < 0 {
			return true
		}
		text = text[end+1:]
	}
}

func (d *decoder) array(c *column, v *batch.Vector, text []byte) bool {
	kid := v.Kids[0]
	ok := d.elements(text, func(_ int, part []byte) bool { return d.element(c.kids[0], kid, part) })
	if ok {
		v.EndList()
	}
	return ok
}

// element reads a value inside a cell; with ignore-parse-errors what does not
// suit is NULL.
func (d *decoder) element(c *column, v *batch.Vector, part []byte) bool {
	if d.simpleValue(c, v, part) {
		return true
	}
	if d.ignoreErrors {
		v.AppendNull()
	}
	return d.ignoreErrors
}

func (d *decoder) row(c *column, v *batch.Vector, text []byte) bool {
	found := 0
	ok := d.elements(text, func(n int, part []byte) bool {
		found = n + 1
		return n >= len(c.kids) || d.element(c.kids[n], v.Kids[n], part)
	})
	switch {
	case !ok:
		return false
	case found == 0:
		v.AppendNull()
		return true
	case found < len(c.kids) && !d.ignoreErrors:
		return d.wrong(fmt.Sprintf("Row length mismatch. %d fields expected but was %d", len(c.kids), found))
	}
	for n := found; n < len(c.kids); n++ {
		v.Kids[n].AppendNull()
	}
	v.EndRow()
	return true
}

// simpleValue reads a value that is not nested.
func (d *decoder) simpleValue(c *column, v *batch.Vector, text []byte) bool {
	if len(text) == 0 && d.emptyAsNull || d.nullLiteral != nil && bytes.Equal(text, d.nullLiteral) {
		v.AppendNull()
		return true
	}
	switch c.typ.Kind {
	case types.Varchar, types.Char:
		v.AppendBytes(text)
		return true
	case types.Boolean:
		v.AppendBool(scalar.Bool(scalar.Trim(text)))
		return true
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt, types.IntervalYearMonth, types.IntervalDayTime:
		return d.integer(c, v, text)
	case types.Double:
		x, ok := scalar.Float64(text)
		if ok {
			v.AppendFloat64(x)
		}
		return ok || d.unsuitable(c, text)
	case types.Float:
		x, ok := scalar.Float32(text)
		if ok {
			batch.AppendFixed(v, x)
		}
		return ok || d.unsuitable(c, text)
	case types.Decimal:
		x, fit := scalar.Decimal(text, c.typ.Length, c.typ.Scale)
		switch fit {
		case scalar.Fits:
			batch.AppendFixed(v, x)
		case scalar.Overflows:
			v.AppendNull()
		}
		return fit != scalar.NotANumber || d.unsuitable(c, text)
	case types.Binary, types.Varbinary:
		return d.binary(c, v, text)
	case types.Null:
		v.AppendNull()
		return true
	}
	return d.moment(c, v, text)
}

func (d *decoder) integer(c *column, v *batch.Vector, text []byte) bool {
	x, ok := scalar.Int64(scalar.Trim(text))
	switch c.typ.Physical() {
	case types.LayoutInt64:
		if ok {
			v.AppendInt64(x)
		}
	case types.LayoutInt32:
		if ok = ok && x == int64(int32(x)); ok {
			v.AppendInt32(int32(x))
		}
	case types.LayoutInt16:
		if ok = ok && x == int64(int16(x)); ok {
			batch.AppendFixed(v, int16(x))
		}
	case types.LayoutInt8:
		if ok = ok && x == int64(int8(x)); ok {
			batch.AppendFixed(v, int8(x))
		}
	}
	return ok || d.unsuitable(c, text)
}

func (d *decoder) moment(c *column, v *batch.Vector, text []byte) bool {
	var ok bool
	switch c.typ.Kind {
	case types.Timestamp, types.TimestampLTZ:
		if c.typ.HasNanos() {
			var sec, nano int64
			if sec, nano, ok = scalar.Moment(scalar.Trim(text), ' ', c.zone); ok {
				v.AppendMoment(sec, nano)
			}
			break
		}
		var x int64
		if x, ok = scalar.Timestamp(scalar.Trim(text), ' ', c.zone, c.units); ok {
			v.AppendInt64(x)
		}
	case types.Date:
		var x int32
		if x, ok = scalar.SQLDate(text); ok {
			v.AppendInt32(x)
		}
	case types.Time:
		var x int32
		if x, ok = scalar.LocalTime(text); ok {
			v.AppendInt32(x - x%[...]int32{1000, 100, 10, 1}[c.typ.Length])
		}
	}
	return ok || d.unsuitable(c, text)
}

func (d *decoder) binary(c *column, v *batch.Vector, text []byte) bool {
	var ok bool
	if d.decoded, ok = scalar.Base64(d.decoded[:0], text); !ok {
		return d.unsuitable(c, text)
	}
	v.AppendBytes(d.decoded)
	return true
}

// wrong notes a fault of the record, or of the cell that is being read.
func (d *decoder) wrong(reason string) bool {
	d.reason, d.column, d.nested, d.bad = reason, nil, nil, nil
	return false
}

// unsuitable notes a text that is no value of c.
func (d *decoder) unsuitable(c *column, text []byte) bool {
	d.reason, d.column, d.nested, d.bad = "", c, nil, text
	return false
}

func (d *decoder) malformed(msg []byte) error {
	reason := d.reason
	if reason == "" {
		at := d.column
		if d.nested != nil {
			at = d.nested
		}
		text, more := d.bad, ""
		if len(text) > 60 {
			text, more = text[:60], "…"
		}
		reason = fmt.Sprintf("cannot read %q%s as %s", text, more, at.typ.WithNull(true))
	}
	if d.column != nil {
		name := d.column.name
		if d.nested != nil && d.column.typ.Kind == types.Row {
			name += "." + d.nested.name
		}
		reason = fmt.Sprintf("field %q: %s", name, reason)
	}
	if len(msg) > 1024 {
		msg = msg[:1024]
	}
	return &format.Malformed{Format: "csv", Reason: reason, Text: append([]byte(nil), msg...)}
}

// Package tableau shows the rows of a SELECT: as Flink's client draws them, or
// as csv or JSON lines for other programs.
package tableau

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Row is the texts of one row's fields, in one buffer: append the text of a
// field to Text, then call End (or Null instead of both). A Row is filled again
// and again without allocating.
type Row struct {
	Text   []byte
	fields []field
}

type field struct {
	end  int // in Text; a field begins where the one before ends
	null bool
}

// Reset empties the row.
func (r *Row) Reset() { r.Text, r.fields = r.Text[:0], r.fields[:0] }

// End ends a field.
func (r *Row) End() { r.fields = append(r.fields, field{end: len(r.Text)}) }

// Null is a field that is NULL.
func (r *Row) Null() { r.fields = append(r.fields, field{end: len(r.Text), null: true}) }

// Len is the number of fields.
func (r *Row) Len() int { return len(r.fields) }

// Field is the text of field i, valid until the row is reset; ok is false for NULL.
func (r *Row) Field(i int) (text []byte, ok bool) {
	start := 0
	if i > 0 {
		start = r.fields[i-1].end
	}
	return r.Text[start:r.fields[i].end], !r.fields[i].null
}

// AppendKey appends bytes that are equal for equal rows alone.
func (r *Row) AppendKey(dst []byte) []byte {
	for i := range r.fields {
		text, ok := r.Field(i)
		if !ok {
			dst = append(dst, 0)
			continue
		}
		dst = binary.AppendUvarint(append(dst, 1), uint64(len(text)))
		dst = append(dst, text...)
	}
	return dst
}

// Clone returns a copy.
func (r *Row) Clone() Row {
	return Row{Text: bytes.Clone(r.Text), fields: slices.Clone(r.fields)}
}

// Writer takes the rows of one result. It does not keep a Row.
type Writer interface {
	Row(kind batch.RowKind, r *Row) error
	// Flush shows what was given so far.
	Flush() error
	// End shows the foot.
	End() error
}

// Style is how a result is shown.
type Style string

// The styles.
const (
	Tableau Style = "tableau"
	CSV     Style = "csv"
	JSON    Style = "json"
)

// New returns a writer of a style; changelog adds the op column.
func New(w io.Writer, style Style, columns types.Schema, changelog bool) (Writer, error) {
	out := bufio.NewWriter(w)
	switch style {
	case Tableau:
		return newTable(out, columns, changelog), nil
	case CSV:
		return newCSV(out, columns, changelog)
	case JSON:
		return newJSON(out, columns, changelog)
	}
	return nil, fmt.Errorf("%q is not a style of output; use tableau, csv or json", style)
}

// sample is how many rows are looked at before the column widths are fixed.
const sample = 256

// table draws a frame. The first rows decide the widths; a longer field later
// sticks out rather than being cut.
type table struct {
	out     *bufio.Writer
	names   []string
	right   []bool
	width   []int
	held    []Row
	line    Row // reused
	drawn   bool
	rows    int
	changes bool
}

func newTable(out *bufio.Writer, columns types.Schema, changelog bool) *table {
	t := &table{out: out, changes: changelog}
	if changelog {
		t.names, t.right, t.width = []string{"op"}, []bool{false}, []int{2}
	}
	for _, c := range columns {
		t.names = append(t.names, c.Name)
		t.right = append(t.right, c.Type.IsNumeric())
		t.width = append(t.width, Width([]byte(c.Name)))
	}
	return t
}

// Row shows or, at first, holds a row.
func (t *table) Row(kind batch.RowKind, r *Row) error {
	t.rows++
	if t.drawn {
		return t.draw(t.cells(kind, r))
	}
	held := t.cells(kind, r)
	for i := range held.Len() {
		cell, _ := held.Field(i)
		t.width[i] = max(t.width[i], Width(cell))
	}
	t.held = append(t.held, held.Clone())
	if len(t.held) >= sample {
		t.start()
	}
	return nil
}

// cells are the texts drawn for a row, valid until the next call.
func (t *table) cells(kind batch.RowKind, r *Row) *Row {
	c := &t.line
	c.Reset()
	if t.changes {
		c.Text = append(c.Text, kind.String()...)
		c.End()
	}
	for i := range r.Len() {
		text, ok := r.Field(i)
		if !ok {
			text = null
		}
		c.Text = appendOneLine(c.Text, text)
		c.End()
	}
	return c
}

var null = []byte("<NULL>")

// appendOneLine appends text with its line breaks and tabs made visible.
func appendOneLine(dst, text []byte) []byte {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\t') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return append(dst, text...)
	}
	for _, c := range text {
		switch c {
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// start draws the head and what was held.
func (t *table) start() error {
	t.drawn = true
	var names Row
	for _, n := range t.names {
		names.Text = append(names.Text, n...)
		names.End()
	}
	t.rule()
	t.draw(&names)
	t.rule()
	for i := range t.held {
		t.draw(&t.held[i])
	}
	t.held = nil
	return nil
}

func (t *table) rule() {
	for _, w := range t.width {
		t.out.WriteByte('+')
		for range w + 2 {
			t.out.WriteByte('-')
		}
	}
	t.out.WriteString("+\n")
}

func (t *table) draw(cells *Row) error {
	for i := range cells.Len() {
		text, _ := cells.Field(i)
		pad := max(0, t.width[i]-Width(text))
		t.out.WriteString("| ")
		if t.right[i] {
			t.pad(pad)
		}
		t.out.Write(text)
		if !t.right[i] {
			t.pad(pad)
		}
		t.out.WriteByte(' ')
	}
	_, err := t.out.WriteString("|\n")
	return err
}

func (t *table) pad(n int) {
	for range n {
		t.out.WriteByte(' ')
	}
}

// Flush draws what was held.
func (t *table) Flush() error {
	if !t.drawn && len(t.held) > 0 {
		t.start()
	}
	return t.out.Flush()
}

// End draws the foot.
func (t *table) End() error {
	if t.rows == 0 {
		t.out.WriteString("Empty set\n")
		return t.out.Flush()
	}
	if !t.drawn {
		t.start()
	}
	t.rule()
	plural := "s"
	if t.rows == 1 {
		plural = ""
	}
	if t.changes {
		fmt.Fprintf(t.out, "Received a total of %d row%s\n", t.rows, plural)
	} else {
		fmt.Fprintf(t.out, "%d row%s in set\n", t.rows, plural)
	}
	return t.out.Flush()
}

// csvLines writes RFC 4180 lines under a header line; NULL is an empty field.
type csvLines struct {
	out       *bufio.Writer
	changelog bool
}

func newCSV(out *bufio.Writer, columns types.Schema, changelog bool) (Writer, error) {
	c := &csvLines{out: out, changelog: changelog}
	if changelog {
		c.field(0, []byte("op"))
	}
	for i, name := range columns.Names() {
		if changelog {
			i++
		}
		c.field(i, []byte(name))
	}
	return c, out.WriteByte('\n')
}

func (c *csvLines) field(i int, text []byte) {
	if i > 0 {
		c.out.WriteByte(',')
	}
	if !bytes.ContainsAny(text, ",\"\n\r") {
		c.out.Write(text)
		return
	}
	c.out.WriteByte('"')
	for {
		q := bytes.IndexByte(text, '"')
		if q < 0 {
			break
		}
		c.out.Write(text[:q+1])
		c.out.WriteByte('"')
		text = text[q+1:]
	}
	c.out.Write(text)
	c.out.WriteByte('"')
}

// Row writes a line.
func (c *csvLines) Row(kind batch.RowKind, r *Row) error {
	first := 0
	if c.changelog {
		c.out.WriteString(kind.String())
		first = 1
	}
	for i := range r.Len() {
		text, _ := r.Field(i)
		c.field(first+i, text)
	}
	return c.out.WriteByte('\n')
}

// Flush passes the lines on.
func (c *csvLines) Flush() error { return c.out.Flush() }

// End passes the lines on.
func (c *csvLines) End() error { return c.out.Flush() }

// jsonLines writes an object per row: numbers and booleans bare, NULL as null,
// the rest as strings.
type jsonLines struct {
	out       *bufio.Writer
	columns   types.Schema
	names     [][]byte // quoted, with the colon
	changelog bool
	quoted    []byte // reused
}

func newJSON(out *bufio.Writer, columns types.Schema, changelog bool) (Writer, error) {
	j := &jsonLines{out: out, columns: columns, changelog: changelog}
	for _, name := range columns.Names() {
		j.names = append(j.names, append(appendJSONString(nil, []byte(name)), ':'))
	}
	return j, nil
}

// Row writes a line.
func (j *jsonLines) Row(kind batch.RowKind, r *Row) error {
	j.out.WriteByte('{')
	if j.changelog {
		j.out.WriteString(`"op":"`)
		j.out.WriteString(kind.String())
		j.out.WriteByte('"')
	}
	for i := range r.Len() {
		if i > 0 || j.changelog {
			j.out.WriteByte(',')
		}
		j.out.Write(j.names[i])
		j.value(j.columns[i].Type, r, i)
	}
	_, err := j.out.WriteString("}\n")
	return err
}

func (j *jsonLines) value(t types.Type, r *Row, i int) {
	text, ok := r.Field(i)
	switch {
	case !ok:
		j.out.WriteString("null")
	case t.IsExact() || t.IsApproximate() && !bytes.ContainsAny(text, "NI"):
		j.out.Write(text)
	case t.Kind == types.Boolean:
		j.out.Write(bytes.ToLower(text))
	default:
		j.quoted = appendJSONString(j.quoted[:0], text)
		j.out.Write(j.quoted)
	}
}

// appendJSONString appends text as a JSON string; bytes that are not UTF-8
// become U+FFFD.
func appendJSONString(dst, text []byte) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(dst, "\ufffd"...)
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			dst = append(dst, text[:n]...)
		}
		text = text[n:]
	}
	return append(dst, '"')
}

// Flush passes the lines on.
func (j *jsonLines) Flush() error { return j.out.Flush() }

// End passes the lines on.
func (j *jsonLines) End() error { return j.out.Flush() }

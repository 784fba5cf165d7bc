// Package tableau shows the rows of a SELECT: as Flink's client draws them, or
// as csv or JSON lines for other programs.
package tableau

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Writer takes the rows of one result. Null fields are given as nil.
type Writer interface {
	Row(kind batch.RowKind, fields []*string) error
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
		return &jsonLines{out: out, columns: columns, changelog: changelog}, nil
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
	held    [][]string
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
		t.width = append(t.width, utf8.RuneCountInString(c.Name))
	}
	return t
}

// Row shows or, at first, holds a row.
func (t *table) Row(kind batch.RowKind, fields []*string) error {
	row := make([]string, 0, len(t.names))
	if t.changes {
		row = append(row, kind.String())
	}
	for _, f := range fields {
		text := "<NULL>"
		if f != nil {
			text = oneLine(*f)
		}
		row = append(row, text)
	}
	t.rows++
	if t.drawn {
		return t.draw(row)
	}
	t.held = append(t.held, row)
	for i, f := range row {
		t.width[i] = max(t.width[i], utf8.RuneCountInString(f))
	}
	if len(t.held) >= sample {
		return t.start()
	}
	return nil
}

var breaks = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`)

func oneLine(s string) string { return breaks.Replace(s) }

// start draws the head and what was held.
func (t *table) start() error {
	t.drawn = true
	t.rule()
	t.draw(t.names)
	t.rule()
	for _, row := range t.held {
		t.draw(row)
	}
	t.held = nil
	return nil
}

func (t *table) rule() {
	for _, w := range t.width {
		t.out.WriteByte('+')
		t.out.WriteString(strings.Repeat("-", w+2))
	}
	t.out.WriteString("+\n")
}

func (t *table) draw(row []string) error {
	for i, f := range row {
		pad := strings.Repeat(" ", max(0, t.width[i]-utf8.RuneCountInString(f)))
		t.out.WriteString("| ")
		if t.right[i] {
			t.out.WriteString(pad)
		}
		t.out.WriteString(f)
		if !t.right[i] {
			t.out.WriteString(pad)
		}
		t.out.WriteByte(' ')
	}
	_, err := t.out.WriteString("|\n")
	return err
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
	names := columns.Names()
	if changelog {
		names = append([]string{"op"}, names...)
	}
	return c, c.line(names)
}

func (c *csvLines) line(fields []string) error {
	for i, f := range fields {
		if i > 0 {
			c.out.WriteByte(',')
		}
		if strings.ContainsAny(f, ",\"\n\r") {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		c.out.WriteString(f)
	}
	return c.out.WriteByte('\n')
}

// Row writes a line.
func (c *csvLines) Row(kind batch.RowKind, fields []*string) error {
	row := make([]string, 0, len(fields)+1)
	if c.changelog {
		row = append(row, kind.String())
	}
	for _, f := range fields {
		if f == nil {
			row = append(row, "")
		} else {
			row = append(row, *f)
		}
	}
	return c.line(row)
}

// Flush passes the lines on.
func (c *csvLines) Flush() error { return c.out.Flush() }

// End passes the lines on.
func (c *csvLines) End() error { return c.out.Flush() }

// jsonLines writes an object per row; values are texts, or null.
type jsonLines struct {
	out       *bufio.Writer
	columns   types.Schema
	changelog bool
}

// Row writes a line.
func (j *jsonLines) Row(kind batch.RowKind, fields []*string) error {
	j.out.WriteByte('{')
	if j.changelog {
		fmt.Fprintf(j.out, `"op":%q,`, kind)
	}
	for i, f := range fields {
		if i > 0 {
			j.out.WriteByte(',')
		}
		name, err := json.Marshal(j.columns[i].Name)
		if err != nil {
			return err
		}
		j.out.Write(name)
		j.out.WriteByte(':')
		j.value(j.columns[i].Type, f)
	}
	_, err := j.out.WriteString("}\n")
	return err
}

// value writes numbers and booleans bare, the rest as strings.
func (j *jsonLines) value(t types.Type, f *string) {
	switch {
	case f == nil:
		j.out.WriteString("null")
	case t.IsExact() || t.IsApproximate() && !strings.ContainsAny(*f, "NI"):
		j.out.WriteString(*f)
	case t.Kind == types.Boolean:
		j.out.WriteString(strings.ToLower(*f))
	default:
		text, _ := json.Marshal(*f)
		j.out.Write(text)
	}
}

// Flush passes the lines on.
func (j *jsonLines) Flush() error { return j.out.Flush() }

// End passes the lines on.
func (j *jsonLines) End() error { return j.out.Flush() }

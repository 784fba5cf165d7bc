package compat

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Answer is what a case comes to: a table, or a refusal.
type Answer struct {
	Columns []string // "name TYPE"; none when the case writes files
	Rows    []string // "[a, 1, <NULL>]", one per row, sorted unless the case is ordered
	Error   string   // first sentence; then there are no rows
}

// Fold turns a changelog into the table it arrives at.
func (c *Case) Fold(columns []string, changes []ChangeRow) (Answer, error) {
	answer := Answer{Columns: columns}
	floats := c.floatColumns(columns)
	counts := make(map[string]int)
	for i, change := range changes {
		if len(change.Fields) != len(columns) {
			return answer, fmt.Errorf("row %d has %d fields, the result has %d columns", i+1, len(change.Fields), len(columns))
		}
		row := c.rowText(change.Fields, floats)
		switch change.Kind {
		case Insert, UpdateAfter:
			counts[row]++
			if c.Ordered {
				answer.Rows = append(answer.Rows, row)
			}
		case UpdateBefore, Delete:
			counts[row]--
			if c.Ordered {
				return answer, fmt.Errorf("an ordered case takes rows back: %s%s", change.Kind, row)
			}
		default:
			return answer, fmt.Errorf("row %d is of unknown kind '%s'", i+1, change.Kind)
		}
	}
	if c.Ordered {
		return answer, nil
	}
	for row, n := range counts {
		if n < 0 {
			return answer, fmt.Errorf("%s was taken back %d times more than it was there", row, -n)
		}
		for range n {
			answer.Rows = append(answer.Rows, row)
		}
	}
	slices.Sort(answer.Rows)
	return answer, nil
}

// floatColumns marks the columns that are rounded before they are compared.
func (c *Case) floatColumns(columns []string) []bool {
	marks := make([]bool, len(columns))
	for i, column := range columns {
		column = strings.TrimSuffix(column, " NOT NULL")
		marks[i] = c.Digits > 0 && (strings.HasSuffix(column, " DOUBLE") || strings.HasSuffix(column, " FLOAT"))
	}
	return marks
}

var escapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)

// rowText writes a row on one line.
func (c *Case) rowText(fields []string, floats []bool) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, field := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		if floats[i] {
			field = round(field, c.Digits)
		}
		b.WriteString(escapes.Replace(field))
	}
	b.WriteByte(']')
	return b.String()
}

// round keeps the significant digits of a float; other text (NULL, NaN) stays.
func round(text string, digits int) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(f, 'G', digits, 64)
}

// Refused is the answer of a case that fails.
func Refused(err error) Answer { return Answer{Error: firstSentence(err.Error())} }

// firstSentence is the text up to the first line break, full stop with a blank behind it, or 200 bytes.
func firstSentence(text string) string {
	text = strings.TrimSpace(text)
	text, _, _ = strings.Cut(text, "\n")
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i+1]
	}
	return strings.TrimSpace(text)
}

// Diff tells in a few lines how two answers differ; it is empty when they agree. Of a refusal only the fact counts: the
// words are the engine's own. Nullability of columns is not compared.
func Diff(want, got Answer) string {
	switch {
	case want.Error != "" && got.Error != "":
		return ""
	case want.Error != "":
		return fmt.Sprintf("Flink refuses it (%s), here it gives %d rows", want.Error, len(got.Rows))
	case got.Error != "":
		return fmt.Sprintf("Flink gives %d rows, here it fails: %s", len(want.Rows), got.Error)
	}
	var b strings.Builder
	if w, g := columnText(want.Columns), columnText(got.Columns); w != g {
		fmt.Fprintf(&b, "columns differ\n  want %s\n  got  %s\n", w, g)
	}
	diffRows(&b, want.Rows, got.Rows)
	return b.String()
}

func columnText(columns []string) string {
	return strings.ReplaceAll(strings.Join(columns, " | "), " NOT NULL", "")
}

const shownRows = 8

// diffRows shows the first rows that only one side has, then, for equal multisets, the first place out of order.
func diffRows(b *strings.Builder, want, got []string) {
	missing, surplus := subtract(want, got), subtract(got, want)
	if len(missing)+len(surplus) > 0 {
		fmt.Fprintf(b, "%d rows wanted, %d came; %d are missing, %d too many\n", len(want), len(got), len(missing), len(surplus))
		showRows(b, "-", missing)
		showRows(b, "+", surplus)
		return
	}
	for i := range want {
		if want[i] != got[i] {
			fmt.Fprintf(b, "row %d is out of order\n  want %s\n  got  %s\n", i+1, want[i], got[i])
			return
		}
	}
}

// subtract gives the rows of a that b lacks, counting repetitions.
func subtract(a, b []string) []string {
	counts := make(map[string]int, len(b))
	for _, row := range b {
		counts[row]++
	}
	var rest []string
	for _, row := range a {
		if counts[row] > 0 {
			counts[row]--
			continue
		}
		rest = append(rest, row)
	}
	return rest
}

func showRows(b *strings.Builder, sign string, rows []string) {
	for i, row := range rows {
		if i == shownRows {
			fmt.Fprintf(b, "  %s … and %d more\n", sign, len(rows)-shownRows)
			return
		}
		fmt.Fprintf(b, "  %s %s\n", sign, row)
	}
}

// Package csv is Flink's 'csv' format: one record per message, fields by
// position. What is accepted, how values are coerced and when the encoder
// quotes is what Flink 2.3 does with Jackson's CSV.
//
// In a file records end with a line feed, a carriage return or both; a quoted
// field may hold either. An empty line is a record with one empty field.
package csv

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes CSV decoders and encoders.
type Factory struct{}

var (
	_ format.Factory   = Factory{}
	_ format.Projector = Factory{}
)

// Name is "csv".
func (Factory) Name() string { return "csv" }

// Changelog is insert-only.
func (Factory) Changelog() format.Changelog { return format.InsertOnly }

const (
	optDelimiter      = "field-delimiter"
	optNoQuotes       = "disable-quote-character"
	optQuote          = "quote-character"
	optComments       = "allow-comments"
	optIgnoreErrors   = "ignore-parse-errors"
	optArrayDelimiter = "array-element-delimiter"
	optEscape         = "escape-character"
	optNullLiteral    = "null-literal"
	optScientific     = "write-bigdecimal-in-scientific-notation"
	optTrim           = "trim-spaces"
	optUnmappable     = "ignore-trailing-unmappable"
	optTrailingComma  = "allow-trailing-comma"
	optFailOnMissing  = "fail-on-missing-columns"
	optEmptyAsNull    = "empty-string-as-null"
)

// Options lists the format's options.
func (Factory) Options() []string {
	return []string{optDelimiter, optNoQuotes, optQuote, optComments, optIgnoreErrors, optArrayDelimiter, optEscape,
		optNullLiteral, optScientific, optTrim, optUnmappable, optTrailingComma, optFailOnMissing, optEmptyAsNull}
}

// settings are the options, read. Characters are bytes; -1 is none.
type settings struct {
	delimiter, arrayDelimiter byte
	quote, escape             int
	nullLiteral               []byte // nil: none
	comments, ignoreErrors    bool
	trim, ignoreUnmappable    bool
	trailingComma             bool
	failOnMissing             bool
	emptyAsNull               bool
	// scientific: strip the zeros of a DECIMAL and use exponents. Flink's default
	// is documented as true, yet its message encoder leaves numbers plain unless
	// the option is given; its file writer strips.
	scientific bool
}

func readOptions(options map[string]string) (settings, error) {
	s := settings{delimiter: ',', arrayDelimiter: ';', quote: '"', escape: -1, trailingComma: true}
	noQuotes := false
	for name, target := range map[string]*bool{optNoQuotes: &noQuotes, optComments: &s.comments, optIgnoreErrors: &s.ignoreErrors,
		optTrim: &s.trim, optUnmappable: &s.ignoreUnmappable, optTrailingComma: &s.trailingComma,
		optFailOnMissing: &s.failOnMissing, optEmptyAsNull: &s.emptyAsNull, optScientific: &s.scientific} {
		text, given := options[name]
		if !given {
			continue
		}
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil || len(text) < 4 {
			return s, fmt.Errorf("option 'csv.%s' is %q, but must be true or false", name, text)
		}
		*target = b
	}
	if _, given := options[optQuote]; given && noQuotes {
		return s, fmt.Errorf("Format cannot define a quote character and disabled quote character at the same time.")
	}
	delimiter, array, quote, escape := int(s.delimiter), int(s.arrayDelimiter), s.quote, s.escape
	for name, target := range map[string]*int{optDelimiter: &delimiter, optArrayDelimiter: &array, optQuote: &quote, optEscape: &escape} {
		text, given := options[name]
		if !given {
			continue
		}
		c, err := character(name, text)
		if err != nil {
			return s, err
		}
		*target = int(c)
	}
	if noQuotes {
		quote = -1
	}
	s.delimiter, s.arrayDelimiter, s.quote, s.escape = byte(delimiter), byte(array), quote, escape
	if text, given := options[optNullLiteral]; given {
		s.nullLiteral = []byte(text)
	}
	return s, nil
}

// character reads an option that is one character. The field delimiter may be
// written as a Java escape: '\t', '\u0001'.
func character(name, text string) (byte, error) {
	if name == optDelimiter && len(text) > 1 {
		if c, _, rest, err := strconv.UnquoteChar(text, 0); err == nil && rest == "" {
			text = string(c)
		}
	}
	if len([]rune(text)) != 1 {
		return 0, fmt.Errorf("Option 'csv.%s' must be a string with single character, but was: %s", name, text)
	}
	if text[0] >= 0x80 || text == "\n" || text == "\r" {
		return 0, fmt.Errorf("option 'csv.%s' is %q, but must be an ASCII character that does not end a line", name, text)
	}
	return text[0], nil
}

// column is a field as the decoder and the encoder see it.
type column struct {
	name  string
	typ   types.Type
	out   int // its place in the output, -1: not wanted
	zone  scalar.Zone
	units int64 // per second, timestamps
	kids  []*column
}

func newColumns(fields []types.Field) ([]*column, error) {
	columns := make([]*column, len(fields))
	for i, f := range fields {
		c, err := newColumn(f.Name, f.Type, 0)
		if err != nil {
			return nil, err
		}
		c.out = i
		columns[i] = c
	}
	return columns, nil
}

func newColumn(name string, t types.Type, depth int) (*column, error) {
	c := &column{name: name, typ: t, out: -1}
	switch t.Kind {
	case types.Timestamp, types.TimestampLTZ:
		c.units = t.UnitsPerSecond()
		if t.Kind == types.TimestampLTZ {
			c.zone = scalar.Zulu
		}
	case types.Time:
		if t.Length > 3 {
			return nil, fmt.Errorf("Csv does not support TIME type with precision: %d, it only supports precision 0 ~ 3.", t.Length)
		}
	case types.Map, types.Multiset, types.Variant, types.Bitmap:
		return nil, fmt.Errorf("Unsupported type '%s' for field '%s'.", t, name)
	case types.Array, types.Row:
		if depth > 0 {
			return nil, fmt.Errorf("Only simple types are supported in the second level nesting of fields '%s' but was: %s", name, t)
		}
		fields := t.Fields
		if t.Kind == types.Array {
			fields = []types.Field{{Name: name, Type: *t.Elem}}
		}
		for _, f := range fields {
			kid, err := newColumn(f.Name, f.Type, depth+1)
			if err != nil {
				return nil, err
			}
			c.kids = append(c.kids, kid)
		}
	}
	return c, nil
}

// NewDecoder returns a decoder of records with the fields of schema.
func (f Factory) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	keep := make([]int, len(schema))
	for i := range keep {
		keep[i] = i
	}
	return f.NewProjectedDecoder(schema, keep, options)
}

// NewProjectedDecoder returns a decoder of records with the fields of
// physical, producing the columns keep.
func (Factory) NewProjectedDecoder(physical types.Schema, keep []int, options map[string]string) (format.Decoder, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	columns, err := newColumns(physical)
	if err != nil {
		return nil, err
	}
	for _, c := range columns {
		c.out = -1
	}
	for i, k := range keep {
		columns[k].out = i
	}
	return newDecoder(s, columns), nil
}

// NewEncoder returns an encoder of rows of schema.
func (Factory) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	columns, err := newColumns(schema)
	if err != nil {
		return nil, err
	}
	return newEncoder(s, columns), nil
}

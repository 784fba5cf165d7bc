package json

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/expr/javaregex"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Envelope describes the messages of a change-data-capture format: a JSON
// object that holds the row before and after a change and says what the change
// was. It is data; the formats of that kind (debezium-json, canal-json, …) are
// an Envelope each and share its decoder and encoder.
//
// An insertion is +I of the row after, a deletion -D of the row before, an
// update -U and +U. With Partial, a deletion's row and an update's new one are
// both under After, and Before has the changed fields of an update only.
type Envelope struct {
	Format string // the format's name, e.g. "debezium-json"
	Title  string // as Flink's messages spell it, e.g. "Debezium"
	// The keys of the rows before and after the change and of what it was.
	Before, After, Op string
	Partial           bool
	Arrays            bool   // Before and After are arrays of rows
	Payload           string // with the option schema-include, the key that holds all this
	// The values of Op. Skip are changes that are no rows.
	Insert, Skip   []string
	Update, Delete string
	// Filters are options that hold a regular expression and the key whose text
	// has to match it for a message to count.
	Filters []Filter
	// Known is what a message says beside its rows.
	Known []EnvelopeMetadata
}

// Filter leaves messages out.
type Filter struct{ Option, Key string }

// EnvelopeMetadata says where metadata is found in a message.
type EnvelopeMetadata struct {
	format.Metadata
	// Path are the keys to it; one or two, "" at the front for a key beside the
	// payload.
	Path []string
	// JSON is the type as which it is read; it has the memory layout of Type.
	JSON types.Type
	// Seconds: it counts seconds, Type milliseconds.
	Seconds bool
}

const optSchemaInclude = "schema-include"

var (
	_ format.Factory   = (*Envelope)(nil)
	_ format.Metadater = (*Envelope)(nil)
)

// Name is the value of the 'format' option.
func (e *Envelope) Name() string { return e.Format }

// Changelog is every kind of change.
func (*Envelope) Changelog() format.Changelog { return format.AllKinds }

// Options lists the options of the format.
func (e *Envelope) Options() []string {
	list := []string{optIgnoreErrors, optTimestamps, optMapNullKeyMode, optMapNullKey, optPlainDecimals, optIgnoreNulls}
	if e.Payload != "" {
		list = append(list, optSchemaInclude)
	}
	for _, f := range e.Filters {
		list = append(list, f.Option)
	}
	return list
}

// Metadata lists what messages say beside their rows.
func (e *Envelope) Metadata() []format.Metadata {
	list := make([]format.Metadata, len(e.Known))
	for i, m := range e.Known {
		list[i] = m.Metadata
	}
	return list
}

// settings reads the options that json has as well, under this format's name.
func (e *Envelope) settings(options map[string]string) (s settings, schemaInclude bool, err error) {
	if text, given := options[optSchemaInclude]; given {
		switch strings.ToLower(text) {
		case "true":
			schemaInclude = true
		case "false":
		default:
			return s, false, fmt.Errorf("option '%s.%s' is %q, but must be true or false", e.Format, optSchemaInclude, text)
		}
	}
	if s, err = readNamedOptions(e.Format, options); err != nil {
		return s, false, err
	}
	s.keepNumberText = false // Flink reads these messages as trees
	return s, schemaInclude, nil
}

// match is a filter with its expression.
type match struct {
	key string
	re  *javaregex.Regexp
}

func (e *Envelope) matches(options map[string]string) (list []match, err error) {
	for _, f := range e.Filters {
		text, given := options[f.Option]
		if !given {
			continue
		}
		re, err := javaregex.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("option '%s.%s' is no regular expression: %w", e.Format, f.Option, err)
		}
		list = append(list, match{f.Key, re})
	}
	return list, nil
}

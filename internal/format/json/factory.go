// Package json is Flink's 'json' format: one JSON object (or an array of them)
// per message, fields found by name.
//
// The decoder is a hand-written scanner that appends straight into typed
// columns; it learns the order in which keys usually come and then finds a
// field with one comparison. What is accepted and how values are coerced is
// what Flink 2.3's streaming JSON parser does, with two deliberate
// differences: a repeated key is never counted as two fields, and with
// ignore-parse-errors a bad value costs that value alone, never the fields
// after it.
package json

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes JSON decoders and encoders.
type Factory struct{}

var _ format.Factory = Factory{}

// Name is "json".
func (Factory) Name() string { return "json" }

// Changelog is insert-only.
func (Factory) Changelog() format.Changelog { return format.InsertOnly }

const (
	optFailOnMissing   = "fail-on-missing-field"
	optIgnoreErrors    = "ignore-parse-errors"
	optTimestamps      = "timestamp-format.standard"
	optMapNullKeyMode  = "map-null-key.mode"
	optMapNullKey      = "map-null-key.literal"
	optPlainDecimals   = "encode.decimal-as-plain-number"
	optIgnoreNulls     = "encode.ignore-null-fields"
	optStreamingParser = "decode.json-parser.enabled"
)

// Options lists the format's options.
func (Factory) Options() []string {
	return []string{optFailOnMissing, optIgnoreErrors, optTimestamps, optMapNullKeyMode, optMapNullKey,
		optPlainDecimals, optIgnoreNulls, optStreamingParser}
}

// nullKey is what an encoder does about a NULL key of a map.
type nullKey uint8

const (
	failNullKey nullKey = iota
	dropNullKey
	literalNullKey
)

// settings are the options, read.
type settings struct {
	failOnMissing, ignoreErrors bool
	separator                   byte // between date and time: ' ' (SQL) or 'T' (ISO-8601)
	nullKey                     nullKey
	nullKeyLiteral              string
	plainDecimals, ignoreNulls  bool
	// bigNumbers: a number read into a STRING keeps its text. The older tree
	// parser (decode.json-parser.enabled=false) prints it as a double instead.
	keepNumberText bool
}

func readOptions(options map[string]string) (settings, error) {
	return readNamedOptions("json", options)
}

// readNamedOptions reads the options of a format that has those of json.
func readNamedOptions(format string, options map[string]string) (settings, error) {
	s := settings{separator: ' ', nullKeyLiteral: "null", keepNumberText: true}
	for name, target := range map[string]*bool{optFailOnMissing: &s.failOnMissing, optIgnoreErrors: &s.ignoreErrors,
		optPlainDecimals: &s.plainDecimals, optIgnoreNulls: &s.ignoreNulls, optStreamingParser: &s.keepNumberText} {
		text, given := options[name]
		if !given {
			continue
		}
		switch strings.ToLower(text) {
		case "true":
			*target = true
		case "false":
			*target = false
		default:
			return s, fmt.Errorf("option '%s.%s' is %q, but must be true or false", format, name, text)
		}
	}
	if s.failOnMissing && s.ignoreErrors {
		return s, fmt.Errorf("fail-on-missing-field and ignore-parse-errors shouldn't both be true.")
	}
	switch text := options[optTimestamps]; text {
	case "", "SQL":
	case "ISO-8601":
		s.separator = 'T'
	default:
		return s, fmt.Errorf("Unsupported value '%s' for timestamp-format.standard. Supported values are [SQL, ISO-8601].", text)
	}
	switch text := options[optMapNullKeyMode]; strings.ToUpper(text) {
	case "", "FAIL":
	case "DROP":
		s.nullKey = dropNullKey
	case "LITERAL":
		s.nullKey = literalNullKey
	default:
		return s, fmt.Errorf("Unsupported value '%s' for option map-null-key.mode. Supported values are [LITERAL, FAIL, DROP].", text)
	}
	if text, given := options[optMapNullKey]; given {
		s.nullKeyLiteral = text
	}
	return s, nil
}

// node is a type as the decoder and the encoder walk it.
type node struct {
	kind      types.Kind
	typ       types.Type
	name      string // of the field, "" for elements
	zone      scalar.Zone
	units     int64 // per second, timestamps
	elem, key *node // ARRAY, MAP, MULTISET
	object    *object
}

func newNode(name string, t types.Type) (*node, error) {
	n := &node{kind: t.Kind, typ: t, name: name}
	var err error
	switch t.Kind {
	case types.Timestamp, types.TimestampLTZ:
		n.units = t.UnitsPerSecond()
		if t.Kind == types.TimestampLTZ {
			n.zone = scalar.Zulu
		}
	case types.Array:
		n.elem, err = newNode("", *t.Elem)
	case types.Map, types.Multiset:
		key, value := t.Key, t.Elem
		if t.Kind == types.Multiset {
			count := types.Of(types.Int)
			key, value = t.Elem, &count
		}
		if !key.IsCharacter() {
			return nil, fmt.Errorf("JSON format doesn't support non-string as key type of map. The type is: %s", t)
		}
		if n.key, err = newNode("", *key); err == nil {
			n.elem, err = newNode("", *value)
		}
	case types.Row:
		n.object, err = newObject(t.Fields)
	case types.Variant, types.Bitmap:
		err = fmt.Errorf("Not support to parse type: %s", t)
	}
	return n, err
}

// NewDecoder returns a decoder of rows of schema.
func (Factory) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	root, err := newObject(schema)
	if err != nil {
		return nil, err
	}
	return &decoder{settings: s, root: root}, nil
}

// NewEncoder returns an encoder of rows of schema.
func (Factory) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	root, err := newObject(schema)
	if err != nil {
		return nil, err
	}
	return newEncoder(s, root), nil
}

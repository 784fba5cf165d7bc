// Package avroconfluent is Flink's 'avro-confluent' format, and
// 'debezium-avro-confluent' on top of it: Avro records whose schemas lie in a
// schema registry. A message is a zero byte, the number of its writer's schema
// (4 bytes, high byte first) and the record in Avro's binary encoding.
//
// Reading asks the registry once for each number. Writing registers the schema
// of the columns, or the one of option 'schema', under the subject and writes the
// number that the registry answers.
package avroconfluent

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/avro"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes decoders and encoders of 'avro-confluent'.
type Factory struct{}

var _ format.Factory = Factory{}

// Name is "avro-confluent".
func (Factory) Name() string { return "avro-confluent" }

// Changelog is insert-only.
func (Factory) Changelog() format.Changelog { return format.InsertOnly }

// Options lists the format's options.
func (Factory) Options() []string { return options }

// NewDecoder returns a decoder of rows of schema.
func (f Factory) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	r, err := newRegistry(f.Name(), options)
	if err != nil {
		return nil, err
	}
	if _, err := avro.Derive(schema); err != nil {
		return nil, err
	}
	return &decoder{registry: r, columns: schema, schemas: map[uint32]*avro.Records{}}, nil
}

// NewEncoder returns an encoder of rows of schema.
func (f Factory) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	r, err := newRegistry(f.Name(), options)
	if err != nil {
		return nil, err
	}
	return newEncoder(r, schema, false)
}

// decoder reads messages. It is used by one goroutine.
type decoder struct {
	registry *registry
	columns  types.Schema
	schemas  map[uint32]*avro.Records // by number
}

// Decode appends the row of one message; nothing for an empty one.
func (d *decoder) Decode(msg []byte, out *batch.Batch) error {
	if len(msg) == 0 {
		return nil
	}
	records, record, err := d.open(msg)
	if err != nil {
		return err
	}
	return records.Append(record, out)
}

// open finds what reads a message, and the record in it.
func (d *decoder) open(msg []byte) (*avro.Records, []byte, error) {
	number, record, err := unframe(d.registry.format, msg)
	if err != nil {
		return nil, nil, err
	}
	records, known := d.schemas[number]
	if !known {
		if records, err = d.registry.records(number, d.columns); err != nil {
			return nil, nil, err
		}
		d.schemas[number] = records
	}
	return records, record, nil
}

// encoder writes messages. It registers its schema before the first one.
type encoder struct {
	registry *registry
	schema   *avro.Schema
	fields   []types.Field
	head     []byte // of every message, nil before the first one
}

// newEncoder returns an encoder of rows of schema; nullable: of a union of null
// and the record.
func newEncoder(r *registry, schema types.Schema, nullable bool) (*encoder, error) {
	if r.subject == "" {
		return nil, fmt.Errorf("Option '%s.subject' is required for serialization", r.format)
	}
	derived, err := avro.Derive(schema)
	if err != nil {
		return nil, err
	}
	if nullable {
		derived = avro.Nullable(derived)
	}
	if r.schema != "" {
		given, err := avro.Parse([]byte(r.schema))
		if err != nil {
			return nil, fmt.Errorf("option '%s.schema': %w", r.format, err)
		}
		if !avro.SameLayout(given, derived) {
			return nil, fmt.Errorf("Schema provided for '%s' format must be a nullable record type with fields in the order of the columns, but it is %s and the columns are %s", r.format, given, derived)
		}
		derived = given
	}
	return &encoder{registry: r, schema: derived, fields: schema}, nil
}

// begin appends what every message begins with.
func (e *encoder) begin(dst []byte) ([]byte, error) {
	if e.head == nil {
		number, err := e.registry.register(e.schema.String())
		if err != nil {
			return dst, err
		}
		e.head = frame(number)
	}
	return append(dst, e.head...), nil
}

// Encode appends physical row i of b as one message.
func (e *encoder) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	if k := b.Kind(i); k != batch.Insert {
		return dst, fmt.Errorf("format 'avro-confluent' can write insertions only, but got a row of kind %s", k)
	}
	dst, err := e.begin(dst)
	if err != nil {
		return dst, err
	}
	return avro.AppendRow(dst, e.fields, b.Cols, i), nil
}

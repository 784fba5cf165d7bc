// Package avro is Flink's 'avro' format: records in Avro's binary encoding, one
// a message, and Avro's container files in the filesystem connector.
//
// The schema of what is written, and of messages that are read, follows from
// the columns, as in Flink. A container file carries the schema of its writer;
// fields are found by name, numbers are widened as Avro's rules say.
//
// Nothing passes through boxed values: a writer's schema and the columns become
// a tree of actions that append straight to vectors.
package avro

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes decoders and encoders of Avro.
type Factory struct{}

var (
	_ format.Factory    = Factory{}
	_ format.FileFormat = Factory{}
)

// Name is "avro".
func (Factory) Name() string { return "avro" }

// Changelog is insert-only.
func (Factory) Changelog() format.Changelog { return format.InsertOnly }

const (
	optCodec    = "codec"
	optEncoding = "encoding"
	optLegacy   = "timestamp_mapping.legacy"
)

// Options lists the format's options.
func (Factory) Options() []string { return []string{optCodec, optEncoding, optLegacy} }

// settings are the options, read.
type settings struct {
	mappings
	codec string
}

func readOptions(options map[string]string) (settings, error) {
	s := settings{mappings: mappings{legacy: true}, codec: "snappy"}
	switch text := options[optLegacy]; strings.ToLower(text) {
	case "", "true":
	case "false":
		s.legacy = false
	default:
		return s, fmt.Errorf("option 'avro.%s' is %q, but must be true or false", optLegacy, text)
	}
	switch text := options[optEncoding]; strings.ToLower(text) {
	case "", "binary":
	case "json":
		return s, errors.New("option 'avro.encoding' = 'json' is not supported yet: Avro's binary encoding is, and format 'json' reads plain JSON")
	default:
		return s, fmt.Errorf("option 'avro.%s' is %q, but must be binary or json", optEncoding, text)
	}
	if text, given := options[optCodec]; given {
		s.codec = text
	}
	return s, checkCodec(s.codec)
}

// NewDecoder returns a decoder of messages written with the schema that
// follows from the columns.
func (Factory) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	return s.decoder(schema, schema)
}

// NewProjectedDecoder returns a decoder of messages that have all columns of
// physical: a binary message says nothing about itself.
func (Factory) NewProjectedDecoder(physical types.Schema, keep []int, options map[string]string) (format.Decoder, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	return s.decoder(physical, projected(physical, keep))
}

func projected(physical types.Schema, keep []int) types.Schema {
	schema := make(types.Schema, len(keep))
	for i, k := range keep {
		schema[i] = physical[k]
	}
	return schema
}

func (s settings) decoder(physical, schema types.Schema) (format.Decoder, error) {
	written, err := s.schemaOf(physical)
	if err != nil {
		return nil, err
	}
	r, err := NewRecords("avro", written, schema)
	if err != nil {
		return nil, err
	}
	return &decoder{r}, nil
}

type decoder struct{ *Records }

// Decode appends the row of one message; nothing for an empty one.
func (d *decoder) Decode(msg []byte, out *batch.Batch) error {
	if len(msg) == 0 {
		return nil
	}
	return d.Append(msg, out)
}

// Records reads records of one writer's schema into rows.
type Records struct {
	format   string
	root     *action
	branches []*action // if it is a union, by the index written; nil: not the record
}

// NewRecords returns a reader of what was written with a schema into rows of
// the columns; format is for errors.
func NewRecords(format string, written *Schema, columns types.Schema) (*Records, error) {
	r, out := resolver{}, &Records{format: format}
	if written.kind == union { // of null and the record
		out.branches = make([]*action, len(written.branches))
		for i, b := range written.branches {
			if b.kind != record {
				continue
			}
			root, err := r.rows(b, columns)
			if err != nil {
				return nil, err
			}
			out.root, out.branches[i] = root, root
		}
	} else if written.kind == record {
		root, err := r.rows(written, columns)
		if err != nil {
			return nil, err
		}
		out.root = root
	}
	if out.root == nil {
		return nil, fmt.Errorf("the messages are %s of Avro, but must be a record", written.kind)
	}
	return out, nil
}

// row reads a record into cols.
func (r *Records) row(in *input, cols []*batch.Vector) error {
	root := r.root
	if r.branches != nil {
		i, err := in.long()
		if err != nil {
			return err
		}
		if i < 0 || i >= int64(len(r.branches)) || r.branches[i] == nil {
			return errors.New("it is no record, but another branch of its union")
		}
		root = r.branches[i]
	}
	return root.readFields(in, cols)
}

// Append appends the row of the record msg to out.
func (r *Records) Append(msg []byte, out *batch.Batch) error {
	in := input{data: msg}
	if err := r.row(&in, out.Cols); err != nil {
		out.Truncate(out.N)
		return r.malformed(msg, err)
	}
	out.AppendKind(batch.Insert)
	return nil
}

func (r *Records) malformed(msg []byte, err error) error {
	return &format.Malformed{Format: r.format, Reason: err.Error(), Text: append([]byte(nil), msg[:min(len(msg), 1024)]...)}
}

// NewEncoder returns an encoder of rows of schema.
func (Factory) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	if _, err := s.schemaOf(schema); err != nil {
		return nil, err
	}
	return encoder{schema}, nil
}

type encoder struct{ fields []types.Field }

// Encode appends physical row i of b as one record.
func (e encoder) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	if k := b.Kind(i); k != batch.Insert {
		return dst, fmt.Errorf("format 'avro' can write insertions only, but got a row of kind %s", k)
	}
	return appendRow(dst, e.fields, b.Cols, i), nil
}

// CheckFile refuses columns that have no Avro type.
func (Factory) CheckFile(schema types.Schema, options map[string]string) error {
	s, err := readOptions(options)
	if err == nil {
		_, err = s.schemaOf(schema)
	}
	return err
}

// OpenFile returns a reader of a container file.
func (Factory) OpenFile(file io.ReaderAt, size int64, physical types.Schema, keep []int, options map[string]string, first int64) (format.FileReader, error) {
	if _, err := readOptions(options); err != nil {
		return nil, err
	}
	return openContainer(io.NewSectionReader(file, 0, size), projected(physical, keep), first)
}

// CreateFile returns a writer of a container file.
func (Factory) CreateFile(out io.Writer, schema types.Schema, options map[string]string) (format.FileWriter, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	written, err := s.schemaOf(schema)
	if err != nil {
		return nil, err
	}
	// Flink's files hold a union of null and the record, of which null never comes.
	return createContainer(out, Nullable(written), schema, s.codec)
}

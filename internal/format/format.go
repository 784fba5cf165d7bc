// Package format is the contract between bytes and rows: json, csv, avro and
// their sisters implement it, connectors use it.
//
// A Factory makes decoders and encoders of messages, which is all that a
// connector of a message queue needs. What else a format can do it says by
// further interfaces:
//
//   - StreamDecoder, LineDecoder, FileEncoder: its messages follow each other in
//     a file, with or without a way to cut it (csv, json).
//   - Projector: it finds fields by position and has to know those left out.
//   - Metadater: a message says more than its rows; a connector offers that as
//     metadata columns, kafka as 'value.<key>' (debezium-json: source.table …).
//   - FileFormat: it fills whole files, not messages (parquet, avro): reading is
//     by parts of a file, writing by batches. Such a factory may have no decoder
//     of messages at all; it then says so by the error of NewDecoder.
package format

import (
	"bufio"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Decoder turns messages into rows. It is used by one goroutine.
type Decoder interface {
	// Decode appends the rows of one message to out's columns (and Kinds, and N).
	// If the message is malformed it appends nothing and returns a *Malformed,
	// or, when the format's options say to ignore it, nil. msg may be reused by
	// the caller afterwards.
	Decode(msg []byte, out *batch.Batch) error
}

// StreamDecoder is a Decoder for formats whose messages follow each other in a
// file without outside framing.
type StreamDecoder interface {
	Decoder
	// Split finds the next message in data, as bufio.SplitFunc: for lines it is
	// bufio.ScanLines in spirit; csv honours quoted line breaks.
	Split() bufio.SplitFunc
}

// Encoder turns rows into messages. It is used by one goroutine.
type Encoder interface {
	// Encode appends the message of physical row i of b to dst. For formats that
	// cannot express b's row kind it is an error.
	Encode(dst []byte, b *batch.Batch, i int) ([]byte, error)
}

// FileEncoder is an Encoder whose messages can be written to a file.
type FileEncoder interface {
	Encoder
	// Separator is written after every message, e.g. "\n".
	Separator() []byte
}

// Changelog says which row kinds a format's messages can carry.
type Changelog uint8

// The changelog abilities of formats and connectors.
const (
	InsertOnly Changelog = iota
	Upsert               // +I, +U, -D by key: no update-before
	AllKinds             // +I, -U, +U, -D
)

// Factory makes decoders and encoders of one format. It is stateless.
type Factory interface {
	// Name is the value of the 'format' option, e.g. "json".
	Name() string
	// Options lists the option names without the format's prefix.
	Options() []string
	// NewDecoder returns a decoder producing rows of schema. Options have the
	// prefix removed; unknown names have been refused by the caller, bad values
	// are an error naming the option.
	NewDecoder(schema types.Schema, options map[string]string) (Decoder, error)
	NewEncoder(schema types.Schema, options map[string]string) (Encoder, error)
	Changelog() Changelog
}

// Malformed says that a message could not be decoded. Connectors wrap it with
// the place (file and line or byte, partition and offset).
type Malformed struct {
	Format string
	Reason string // one clause, e.g. `field "price": cannot read "abc" as BIGINT`
	Text   []byte // the message, or its beginning
}

// Error names the reason and shows at most 200 bytes of the message.
func (m *Malformed) Error() string {
	text := m.Text
	suffix := ""
	if len(text) > 200 {
		text, suffix = text[:200], "…"
	}
	return fmt.Sprintf("malformed %s record: %s: %q%s", m.Format, m.Reason, text, suffix)
}

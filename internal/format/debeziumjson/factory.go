// Package debeziumjson is Flink's 'debezium-json' format: changes of databases
// as Debezium writes them, {"before": …, "after": …, "op": "c"}, perhaps wrapped
// in {"schema": …, "payload": …}. Reading and writing are package json's.
package debeziumjson

import (
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

var envelope = json.Envelope{
	Format: "debezium-json", Title: "Debezium",
	Before: "before", After: "after", Op: "op", Payload: "payload",
	Insert: []string{"c", "r"}, Update: "u", Delete: "d",
	Known: []json.EnvelopeMetadata{
		{Metadata: format.Metadata{Key: "schema", Type: types.String()}, Path: []string{"", "schema"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "ingestion-timestamp", Type: types.TimestampLTZOf(3)}, Path: []string{"ts_ms"}, JSON: types.Of(types.BigInt)},
		{Metadata: format.Metadata{Key: "source.timestamp", Type: types.TimestampLTZOf(3)}, Path: []string{"source", "ts_ms"}, JSON: types.Of(types.BigInt)},
		{Metadata: format.Metadata{Key: "source.database", Type: types.String()}, Path: []string{"source", "db"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "source.schema", Type: types.String()}, Path: []string{"source", "schema"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "source.table", Type: types.String()}, Path: []string{"source", "table"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "source.properties", Type: types.MapOf(types.String(), types.String())}, Path: []string{"source"}, JSON: types.MapOf(types.String(), types.String())},
	},
}

// Factory makes decoders and encoders of the format.
type Factory struct{}

var (
	_ format.Factory   = Factory{}
	_ format.Metadater = Factory{}
)

// Name is "debezium-json".
func (Factory) Name() string { return envelope.Format }

// Changelog is every kind of change.
func (Factory) Changelog() format.Changelog { return format.AllKinds }

// Options lists the format's options.
func (Factory) Options() []string { return envelope.Options() }

// Metadata lists what messages say beside their rows.
func (Factory) Metadata() []format.Metadata { return envelope.Metadata() }

// NewDecoder returns a decoder of rows of schema.
func (Factory) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	return envelope.NewDecoder(schema, nil, options)
}

// NewMetadataDecoder returns a decoder of rows of schema and metadata.
func (Factory) NewMetadataDecoder(schema types.Schema, keys []string, options map[string]string) (format.Decoder, error) {
	return envelope.NewDecoder(schema, keys, options)
}

// NewEncoder returns an encoder of rows of schema.
func (Factory) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	return envelope.NewEncoder(schema, options)
}

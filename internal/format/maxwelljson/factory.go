// Package maxwelljson is Flink's 'maxwell-json' format: changes of databases as
// Maxwell writes them, {"data": row, "old": what was different, "type":
// "update"}. Reading and writing are package json's.
package maxwelljson

import (
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

var envelope = json.Envelope{
	Format: "maxwell-json", Title: "Maxwell",
	Before: "old", After: "data", Op: "type", Partial: true,
	Insert: []string{"insert"}, Update: "update", Delete: "delete",
	Known: []json.EnvelopeMetadata{
		{Metadata: format.Metadata{Key: "database", Type: types.String()}, Path: []string{"database"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "table", Type: types.String()}, Path: []string{"table"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "primary-key-columns", Type: types.ArrayOf(types.String())}, Path: []string{"primary_key_columns"}, JSON: types.ArrayOf(types.String())},
		{Metadata: format.Metadata{Key: "ingestion-timestamp", Type: types.TimestampLTZOf(3)}, Path: []string{"ts"}, JSON: types.Of(types.BigInt), Seconds: true},
	},
}

// Factory makes decoders and encoders of the format.
type Factory struct{}

var (
	_ format.Factory   = Factory{}
	_ format.Metadater = Factory{}
)

// Name is "maxwell-json".
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

// Package maxwelljson is Flink's 'maxwell-json' format: changes of databases as
// Maxwell writes them, {"data": row, "old": what was different, "type":
// "update"}. Reading and writing are package json's.
package maxwelljson

import (
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes decoders and encoders of the format.
var Factory format.Factory = &json.Envelope{
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

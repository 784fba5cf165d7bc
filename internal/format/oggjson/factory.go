// Package oggjson is Flink's 'ogg-json' format: changes of databases as Oracle
// GoldenGate writes them, {"before": …, "after": …, "op_type": "I"}. Reading and
// writing are package json's.
package oggjson

import (
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes decoders and encoders of the format.
var Factory format.Factory = &json.Envelope{
	Format: "ogg-json", Title: "Ogg",
	Before: "before", After: "after", Op: "op_type",
	Insert: []string{"I"}, Update: "U", Delete: "D",
	Known: []json.EnvelopeMetadata{
		{Metadata: format.Metadata{Key: "table", Type: types.String()}, Path: []string{"table"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "primary-keys", Type: types.ArrayOf(types.String())}, Path: []string{"primary_keys"}, JSON: types.ArrayOf(types.String())},
		{Metadata: format.Metadata{Key: "ingestion-timestamp", Type: types.TimestampLTZOf(6)}, Path: []string{"current_ts"}, JSON: types.TimestampOf(6)},
		{Metadata: format.Metadata{Key: "event-timestamp", Type: types.TimestampLTZOf(3)}, Path: []string{"op_ts"}, JSON: types.TimestampOf(3)},
	},
}

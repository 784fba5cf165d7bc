// Package debeziumjson is Flink's 'debezium-json' format: changes of databases
// as Debezium writes them, {"before": …, "after": …, "op": "c"}, perhaps wrapped
// in {"schema": …, "payload": …}. Reading and writing are package json's.
package debeziumjson

import (
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes decoders and encoders of the format.
var Factory format.Factory = &json.Envelope{
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

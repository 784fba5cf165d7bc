// Package canaljson is Flink's 'canal-json' format: changes of databases as
// Canal writes them, {"data": [rows], "old": [what was different], "type":
// "UPDATE"}. Reading and writing are package json's.
package canaljson

import (
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes decoders and encoders of the format.
var Factory format.Factory = &json.Envelope{
	Format: "canal-json", Title: "Canal",
	Before: "old", After: "data", Op: "type", Partial: true, Arrays: true,
	Insert: []string{"INSERT"}, Update: "UPDATE", Delete: "DELETE", Skip: []string{"CREATE"},
	Filters: []json.Filter{{Option: "database.include", Key: "database"}, {Option: "table.include", Key: "table"}},
	Known: []json.EnvelopeMetadata{
		{Metadata: format.Metadata{Key: "database", Type: types.String()}, Path: []string{"database"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "table", Type: types.String()}, Path: []string{"table"}, JSON: types.String()},
		{Metadata: format.Metadata{Key: "sql-type", Type: types.MapOf(types.String(), types.Of(types.Int))}, Path: []string{"sqlType"}, JSON: types.MapOf(types.String(), types.Of(types.Int))},
		{Metadata: format.Metadata{Key: "pk-names", Type: types.ArrayOf(types.String())}, Path: []string{"pkNames"}, JSON: types.ArrayOf(types.String())},
		{Metadata: format.Metadata{Key: "ingestion-timestamp", Type: types.TimestampLTZOf(3)}, Path: []string{"ts"}, JSON: types.Of(types.BigInt)},
		{Metadata: format.Metadata{Key: "event-timestamp", Type: types.TimestampLTZOf(3)}, Path: []string{"es"}, JSON: types.Of(types.BigInt)},
	},
}

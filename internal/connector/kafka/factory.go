package kafka

import (
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes sources and sinks of the records of topics.
type Factory struct{}

var (
	_ connector.Factory   = Factory{}
	_ connector.Metadater = Factory{}
)

// Name is "kafka".
func (Factory) Name() string { return "kafka" }

// Source reads the options.
func (Factory) Source(env *connector.Env, scan *connector.Scan) (connector.Source, error) {
	return newSource(env, scan, Append)
}

// Sink reads the options.
func (Factory) Sink(env *connector.Env, target *connector.Target) (connector.Sink, error) {
	return newSink(env, target, Append)
}

// MetadataColumns lists what a record has beside key and value, and what the
// value's format offers.
func (Factory) MetadataColumns(env *connector.Env, options map[string]string) ([]connector.MetadataColumn, error) {
	return MetadataOf(env, options), nil
}

// valuePrefix stands before the metadata keys of the value's format.
const valuePrefix = "value."

// MetadataOf lists the metadata columns of a table with these options; the
// value's format comes first, as in Flink's messages.
func MetadataOf(env *connector.Env, options map[string]string) []connector.MetadataColumn {
	name := options["value.format"]
	if name == "" {
		name = options["format"]
	}
	var list []connector.MetadataColumn
	if f, ok := env.Formats[name]; ok {
		for _, m := range format.MetadataOf(f) {
			list = append(list, connector.MetadataColumn{Key: valuePrefix + m.Key, Type: m.Type})
		}
	}
	return append(list, MetadataColumns()...)
}

// Mode says what a record means.
type Mode uint8

// The modes.
const (
	Append Mode = iota // every record is a change as its format says
	Upsert             // the last record of a key is its row, one without a value deletes it
)

// UpsertSource is the source of a table of connector 'upsert-kafka'.
func UpsertSource(env *connector.Env, scan *connector.Scan) (connector.Source, error) {
	return newSource(env, scan, Upsert)
}

// UpsertSink is the sink of a table of connector 'upsert-kafka'.
func UpsertSink(env *connector.Env, target *connector.Target) (connector.Sink, error) {
	return newSink(env, target, Upsert)
}

// The metadata columns.
const (
	metaTopic         = "topic"
	metaPartition     = "partition"
	metaHeaders       = "headers"
	metaLeaderEpoch   = "leader-epoch"
	metaOffset        = "offset"
	metaTimestamp     = "timestamp"
	metaTimestampType = "timestamp-type"
)

// MetadataColumns lists the metadata columns of a Kafka table.
func MetadataColumns() []connector.MetadataColumn {
	return []connector.MetadataColumn{
		{Key: metaTopic, Type: types.String().NotNull(), Writable: true},
		{Key: metaPartition, Type: types.Of(types.Int).NotNull()},
		{Key: metaHeaders, Type: types.MapOf(types.String(), types.Bytes()), Writable: true},
		{Key: metaLeaderEpoch, Type: types.Of(types.Int)},
		{Key: metaOffset, Type: types.Of(types.BigInt).NotNull()},
		{Key: metaTimestamp, Type: types.TimestampLTZOf(3), Writable: true},
		{Key: metaTimestampType, Type: types.String().NotNull()},
	}
}

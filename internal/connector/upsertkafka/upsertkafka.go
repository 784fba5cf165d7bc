// Package upsertkafka is Flink's 'upsert-kafka' connector: a topic as a table
// with a primary key, in which the last record of a key is its row and a
// record without a value deletes it. Reading and writing are package kafka's.
package upsertkafka

import (
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/kafka"
)

// Factory makes sources and sinks of tables kept in topics.
type Factory struct{}

var (
	_ connector.Factory   = Factory{}
	_ connector.Metadater = Factory{}
)

// Name is "upsert-kafka".
func (Factory) Name() string { return "upsert-kafka" }

// Source reads the options.
func (Factory) Source(env *connector.Env, scan *connector.Scan) (connector.Source, error) {
	return kafka.UpsertSource(env, scan)
}

// Sink reads the options.
func (Factory) Sink(env *connector.Env, target *connector.Target) (connector.Sink, error) {
	return kafka.UpsertSink(env, target)
}

// MetadataColumns lists what a record has beside key and value.
func (Factory) MetadataColumns(env *connector.Env, options map[string]string) ([]connector.MetadataColumn, error) {
	return kafka.MetadataOf(env, options), nil
}

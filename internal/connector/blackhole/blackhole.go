// Package blackhole is Flink's 'blackhole' connector: a sink that takes every
// row and keeps none. Whoever writes to it has computed every column of every
// row, as for any other sink.
package blackhole

import (
	"errors"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// Factory makes blackhole sinks.
type Factory struct{}

var _ connector.Factory = Factory{}

// Name is "blackhole".
func (Factory) Name() string { return "blackhole" }

// Source refuses: there is nothing to read.
func (Factory) Source(*connector.Env, *connector.Scan) (connector.Source, error) {
	return nil, errors.New("Connector 'blackhole' can only be used as a sink. It cannot be used as a source.")
}

// Sink reads the options, of which there are none of interest.
func (Factory) Sink(_ *connector.Env, target *connector.Target) (connector.Sink, error) {
	o := connector.NewOptions("blackhole", target.Table.Options)
	o.String("property-version", "")
	return sink{}, o.Done()
}

type sink struct{}

// Changelog is what the query has, but for the row before an update, as in Flink.
func (sink) Changelog() format.Changelog { return format.Upsert }

// FollowsInput tells the planner that inserts alone are fine, too.
func (sink) FollowsInput() bool { return true }

// Parallelism is not prescribed.
func (sink) Parallelism() int { return 0 }

// Writer returns a writer that drops everything.
func (sink) Writer(*connector.WriterContext) (connector.Writer, error) { return writer{}, nil }

type writer struct{}

// Write drops b.
func (writer) Write(*batch.Batch) error { return nil }

// Flush has nothing to do.
func (writer) Flush(bool) error { return nil }

// Close has nothing to do.
func (writer) Close() error { return nil }

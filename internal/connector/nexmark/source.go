package nexmark

import (
	"context"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// Factory makes nexmark sources.
type Factory struct{}

var _ connector.Factory = Factory{}

// Name is the value of the option 'connector'.
func (Factory) Name() string { return "nexmark" }

// Source checks the table's options and columns.
func (Factory) Source(_ *connector.Env, scan *connector.Scan) (connector.Source, error) {
	o, err := parseOptions(scan.Table.Options)
	if err != nil {
		return nil, err
	}
	p, err := newProjection(scan)
	if err != nil {
		return nil, err
	}
	return &source{options: o, projection: p, limit: scan.Limit}, nil
}

// Sink refuses: events are only made.
func (Factory) Sink(_ *connector.Env, target *connector.Target) (connector.Sink, error) {
	return nil, fmt.Errorf("connector 'nexmark' of table '%s' can only be read: it generates the events of the Nexmark benchmark", target.Table.Name)
}

type source struct {
	options    *options
	projection *projection
	limit      int64
}

func (s *source) Abilities() connector.Abilities {
	return connector.Abilities{
		Bounded:           s.options.bounded(),
		NestedProjection:  true,
		Changelog:         format.InsertOnly,
		WatermarkPerSplit: true,
	}
}

func (s *source) Enumerator(_ context.Context, parallelism int) (connector.Enumerator, error) {
	return newEnumerator(s.options, parallelism, time.Now()), nil
}

func (s *source) Reader(ctx *connector.ReaderContext) (connector.Reader, error) {
	if ctx.Subtask == 0 && ctx.Log != nil {
		for _, w := range s.options.warnings {
			ctx.Log.Warn(w)
		}
	}
	return newReader(s), nil
}

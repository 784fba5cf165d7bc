package bind

import (
	"context"
	"errors"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// fake is a connector of two options that never runs.
type fake struct{ name string }

func (f fake) Name() string { return f.name }

func (f fake) check(options map[string]string) error {
	o := connector.NewOptions(f.name, options)
	o.String("path", "")
	o.Int("rows", 0)
	return o.Done()
}

func (f fake) Source(_ *connector.Env, s *connector.Scan) (connector.Source, error) {
	if f.name == "out" {
		return nil, errors.New("Connector 'out' can only be used as a sink")
	}
	return fakeSource{}, f.check(s.Table.Options)
}

func (f fake) Sink(_ *connector.Env, t *connector.Target) (connector.Sink, error) {
	return fakeSink{}, f.check(t.Table.Options)
}

// MetadataColumns offers one key to read and write and one to read.
func (f fake) MetadataColumns(*connector.Env, map[string]string) ([]connector.MetadataColumn, error) {
	return []connector.MetadataColumn{
		{Key: "timestamp", Type: types.TimestampLTZOf(3).NotNull(), Writable: true},
		{Key: "offset", Type: types.Of(types.BigInt).NotNull()},
	}, nil
}

type fakeSource struct{ connector.Source }

func (fakeSource) Abilities() connector.Abilities { return connector.Abilities{Bounded: true} }

func (fakeSource) Enumerator(context.Context, int) (connector.Enumerator, error) {
	return nil, errors.New("not to be run")
}

type fakeSink struct{ connector.Sink }

func (fakeSink) Changelog() format.Changelog { return format.AllKinds }

func fakes() map[string]connector.Factory {
	return map[string]connector.Factory{"in": fake{"in"}, "out": fake{"out"}}
}

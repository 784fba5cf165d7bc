package optimize_test

import (
	"context"
	"errors"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// fake is a connector whose abilities its options say; it never runs.
type fake struct{ name string }

func (f fake) Name() string { return f.name }

type fakeOptions struct {
	changelog   format.Changelog
	nested      bool
	bounded     bool
	lookup      bool
	prunes      bool
	parallelism int
}

func (f fake) options(given map[string]string) (fakeOptions, error) {
	o := connector.NewOptions(f.name, given)
	out := fakeOptions{
		changelog: map[string]format.Changelog{"insert": format.InsertOnly, "upsert": format.Upsert, "all": format.AllKinds}[o.String("changelog", "insert")],
		nested:    o.Bool("nested", false), bounded: o.Bool("bounded", false), lookup: o.Bool("lookup", false), prunes: o.Bool("prunes", false),
		parallelism: int(o.Int("parallelism", 0)),
	}
	return out, o.Done()
}

func (f fake) Source(_ *connector.Env, s *connector.Scan) (connector.Source, error) {
	o, err := f.options(s.Table.Options)
	if err != nil {
		return nil, err
	}
	if o.lookup {
		return fakeLookup{fakeSource{o: o}}, nil
	}
	return fakeSource{o: o}, nil
}

func (f fake) Sink(_ *connector.Env, t *connector.Target) (connector.Sink, error) {
	o, err := f.options(t.Table.Options)
	if err != nil {
		return nil, err
	}
	return fakeSink{o: o, follows: f.name == "blackhole"}, nil
}

// MetadataColumns offers a timestamp.
func (f fake) MetadataColumns(*connector.Env, map[string]string) ([]connector.MetadataColumn, error) {
	return []connector.MetadataColumn{{Key: "timestamp", Type: types.TimestampLTZOf(3).NotNull(), Writable: true}}, nil
}

type fakeSource struct {
	connector.Source
	o fakeOptions
}

func (s fakeSource) Abilities() connector.Abilities {
	return connector.Abilities{Bounded: s.o.bounded, NestedProjection: s.o.nested, Changelog: s.o.changelog, Parallelism: s.o.parallelism}
}

// Prunes is true of all columns, or of none.
func (s fakeSource) Prunes(int) bool { return s.o.prunes }

type fakeLookup struct{ fakeSource }

func (fakeLookup) Lookup(*connector.ReaderContext, []int) (connector.Lookup, error) {
	return nil, errors.New("not to be run")
}

func (fakeSource) Enumerator(context.Context, int) (connector.Enumerator, error) {
	return nil, errors.New("not to be run")
}

type fakeSink struct {
	connector.Sink
	o       fakeOptions
	follows bool
}

func (s fakeSink) Changelog() format.Changelog { return s.o.changelog }
func (s fakeSink) Parallelism() int            { return s.o.parallelism }
func (s fakeSink) FollowsInput() bool          { return s.follows }

func fakes() map[string]connector.Factory {
	out := map[string]connector.Factory{}
	for _, n := range []string{"fake", "blackhole", "nexmark", "filesystem"} {
		out[n] = fake{n}
	}
	return out
}

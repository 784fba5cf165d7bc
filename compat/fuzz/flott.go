package fuzz

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"strings"
	"time"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/sqlfuzz"
)

// variant is a way in which flott runs a query; the answer must be the same in all that a query is for.
type variant struct {
	name        string
	mode        compat.Mode
	parallelism int
	settings    map[string]string
}

var miniBatch = map[string]string{"table.exec.mini-batch.enabled": "true", "table.exec.mini-batch.allow-latency": "5 ms", "table.exec.mini-batch.size": "7"}

func with(base map[string]string, more ...string) map[string]string {
	all := maps.Clone(base)
	if all == nil {
		all = map[string]string{}
	}
	for i := 0; i < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

// variants of flott; the first is what the others are compared with.
var variants = []variant{
	{"streaming", compat.Streaming, 1, nil},
	{"streaming, parallelism 2", compat.Streaming, 2, nil},
	{"batch", compat.Batch, 1, nil},
	{"batch, parallelism 2", compat.Batch, 2, nil},
	{"mini-batch", compat.Streaming, 1, with(miniBatch, "table.optimizer.agg-phase-strategy", "ONE_PHASE")},
	{"local-global and split distinct, parallelism 2", compat.Streaming, 2, with(miniBatch, "table.optimizer.agg-phase-strategy", "TWO_PHASE", "table.optimizer.distinct-agg.split.enabled", "true")},
	{"rocksdb", compat.Streaming, 1, with(nil, "state.backend.type", "rocksdb")},
	{"every change, no chains", compat.Streaming, 2, with(nil, "flott.table.exec.changelog", "per-record", "pipeline.operator-chaining.enabled", "false")},
}

// limit is how long one query may take.
const limit = 30 * time.Second

// flott runs queries in one session per variant. It is for one goroutine.
type flott struct {
	data     string
	sessions map[string]*compat.FlottSession
}

func newFlott(data string) *flott {
	return &flott{data: data, sessions: map[string]*compat.FlottSession{}}
}

func (f *flott) session(ctx context.Context, v variant) (*compat.FlottSession, error) {
	if s := f.sessions[v.name]; s != nil {
		return s, nil
	}
	settings := compat.Settings(v.mode, v.parallelism)
	maps.Copy(settings, v.settings)
	s, err := compat.OpenFlott(settings)
	if err != nil {
		return nil, err
	}
	for _, ddl := range sqlfuzz.DDL() {
		if _, _, err := s.Run(ctx, strings.ReplaceAll(ddl, "${data}", f.data)); err != nil {
			return nil, err
		}
	}
	f.sessions[v.name] = s
	return s, nil
}

// ask runs a query. An error says that flott did something that no query may make it do.
func (f *flott) ask(ctx context.Context, sql string, v variant) (table, error) {
	s, err := f.session(ctx, v)
	if err != nil {
		return table{}, err
	}
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	columns, changes, err := run(inner, s, sql)
	switch {
	case ctx.Err() != nil:
		return table{}, ctx.Err()
	case inner.Err() != nil:
		return table{}, fmt.Errorf("%s: no end after %s", v.name, limit)
	case errors.Is(err, compat.ErrNoAnswer):
		return table{}, err
	case err != nil:
		return table{refusal: compat.Refused(err).Error}, nil
	}
	t, err := fold(changes)
	t.types = typesOf(columns)
	return t, err
}

// run turns a panic of the planner into an error; the session goes on.
func run(ctx context.Context, s *compat.FlottSession, sql string) (columns []string, changes []compat.ChangeRow, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", compat.ErrNoAnswer, p, debug.Stack())
		}
	}()
	return s.Run(ctx, sql)
}

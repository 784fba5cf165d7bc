// Package datagen is Flink's 'datagen' connector: a source of made-up rows,
// random or in sequence, at a given rate.
//
// A value is a function of the seed, the column and the number of its row, so
// a reader resumes exactly and the rows do not depend on the parallelism. Only
// DATE, TIME and TIMESTAMP columns without a time series look at the clock.
//
// Beside Flink's options there are, with '#' for the path of a field:
//
//	fields.#.distribution       uniform (default) or zipf, for integer types; the
//	                            smallest value is the most frequent one
//	fields.#.zipf.s             exponent of the Zipf distribution (default 1.0)
//	flott.seed                  makes the rows the same in every run (default: random)
//	flott.fields.#.interval     makes a TIMESTAMP a time series: row n is at start + n intervals
//	flott.fields.#.start        first time of the series, e.g. '2024-01-01 00:00:00' (default: now)
//	flott.fields.#.out-of-order longest time a row of the series is put back (default 0)
//
// Any of the last three makes a time series; the interval is then 1 s /
// rows-per-second unless given.
package datagen

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// Factory makes datagen sources.
type Factory struct{}

var _ connector.Factory = Factory{}

// Name is "datagen".
func (Factory) Name() string { return "datagen" }

// Sink refuses.
func (Factory) Sink(*connector.Env, *connector.Target) (connector.Sink, error) {
	return nil, errors.New("Connector 'datagen' can only be used as a source. It cannot be used as a sink.")
}

// Source reads the options of all columns, wanted or not: they may be wrong,
// and the shortest sequence ends the table.
func (Factory) Source(_ *connector.Env, scan *connector.Scan) (connector.Source, error) {
	o := connector.NewOptions("datagen", scan.Table.Options)
	o.String("property-version", "")
	s := &source{
		limit:       scan.Limit,
		rate:        o.Int("rows-per-second", 10_000),
		total:       o.Int("number-of-rows", -1),
		parallelism: int(o.Int("scan.parallelism", 0)),
		now:         time.Now,
	}
	if s.rate < 1 {
		o.Fail(errors.New("option 'rows-per-second' of connector 'datagen' must be at least 1"))
		s.rate = 1
	}
	if o.Has("number-of-rows") && s.total < 0 {
		o.Fail(errors.New("option 'number-of-rows' of connector 'datagen' must not be negative"))
	}
	if o.Has("scan.parallelism") && s.parallelism < 1 {
		o.Fail(errors.New("option 'scan.parallelism' of connector 'datagen' must be at least 1"))
	}
	if o.Has("flott.seed") {
		seed := uint64(o.Int("flott.seed", 0))
		s.seed = &seed
	}
	c := compiler{options: o, rate: s.rate, rows: s.total}
	columns := make([]generator, len(scan.Table.Columns))
	for i, column := range scan.Table.Columns {
		columns[i] = c.field(column.Name, column.Type)
	}
	s.total = c.rows
	for _, f := range scan.Fields {
		s.columns = append(s.columns, columns[f.Column])
	}
	return s, o.Done()
}

// source is a configured table.
type source struct {
	columns     []generator // of the scan's fields
	rate        int64       // rows per second, of all readers together
	total       int64       // rows, -1: no end
	limit       int64       // rows per reader, -1: no limit
	parallelism int
	seed        *uint64 // nil: random
	now         func() time.Time
}

// Abilities are those of any generator of insertions.
func (s *source) Abilities() connector.Abilities {
	return connector.Abilities{Bounded: s.total >= 0, Changelog: format.InsertOnly, Parallelism: s.parallelism}
}

// splitState says which rows a split has: Next, Next+Step, … below Total.
type splitState struct {
	Version int    `json:"v"`
	Index   int64  `json:"index"`
	Step    int64  `json:"step"`
	Next    int64  `json:"next"`
	Total   int64  `json:"total"` // -1: no end
	Seed    uint64 `json:"seed"`
	StartMs int64  `json:"start"` // when the job began, for time series without a start
}

const splitVersion = 1

func (st *splitState) split() connector.Split {
	text, err := json.Marshal(st)
	if err != nil {
		panic(err) // plain data
	}
	return connector.Split{ID: st.id(), State: text}
}

func (st *splitState) id() string { return fmt.Sprintf("datagen-%d-of-%d", st.Index+1, st.Step) }

// enumerator deals the rows out to the readers, one split each.
type enumerator struct {
	splits []connector.Split
}

// Enumerator returns what deals out the rows.
func (s *source) Enumerator(_ context.Context, parallelism int) (connector.Enumerator, error) {
	seed := uint64(0)
	if s.seed != nil {
		seed = *s.seed
	} else {
		var b [8]byte
		rand.Read(b[:])
		seed = binary.LittleEndian.Uint64(b[:])
	}
	e := &enumerator{}
	for i := range int64(parallelism) {
		st := splitState{Version: splitVersion, Index: i, Step: int64(parallelism), Next: i, Total: s.total, Seed: seed, StartMs: s.now().UnixMilli()}
		e.splits = append(e.splits, st.split())
	}
	return e, nil
}

// Discover returns all splits the first time.
func (e *enumerator) Discover(context.Context) ([]connector.Split, error) {
	splits := e.splits
	e.splits = nil
	return splits, nil
}

// Interval is 0: there is nothing more to discover.
func (e *enumerator) Interval() time.Duration { return 0 }

// Owner is the subtask of the split's number.
func (e *enumerator) Owner(s connector.Split) int {
	var st splitState
	if json.Unmarshal(s.State, &st) != nil {
		return -1
	}
	return int(st.Index)
}

// Close has nothing to do.
func (e *enumerator) Close() error { return nil }

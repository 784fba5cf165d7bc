package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// tableColumns are those of every table that a simulated source has.
const tableColumns = "k INT, v BIGINT, s STRING, ts TIMESTAMP(3)"

// row is a row of a source. Its key is never NULL, v and s are where they are nil.
type row struct {
	k     int32
	v     *int64
	s     *string
	ts    int64 // ms
	pause time.Duration
}

// dataset is what the sources hold: rows by table and split, the time of a split
// never going back.
type dataset struct {
	tables map[string][][]row
	owned  bool // splits have owners; else whoever asks first reads them
}

// factory makes the sources and sinks of a process.
type factory struct {
	sim *simulation
	p   *process
}

// Name implements connector.Factory.
func (f *factory) Name() string { return "sim" }

// Source implements connector.Factory.
func (f *factory) Source(_ *connector.Env, scan *connector.Scan) (connector.Source, error) {
	o := connector.NewOptions("sim", scan.Table.Options)
	table := o.Required("table")
	if err := o.Done(); err != nil {
		return nil, err
	}
	splits, ok := f.sim.data.tables[table]
	if !ok {
		return nil, fmt.Errorf("there is no simulated table %q", table)
	}
	return &source{f, scan, table, splits}, nil
}

type source struct {
	*factory
	scan   *connector.Scan
	table  string
	splits [][]row
}

// Abilities implements connector.Source.
func (s *source) Abilities() connector.Abilities {
	return connector.Abilities{Bounded: true, WatermarkPerSplit: true, Changelog: format.InsertOnly}
}

// Enumerator implements connector.Source.
func (s *source) Enumerator(context.Context, int) (connector.Enumerator, error) {
	return &enumerator{s}, nil
}

// Reader implements connector.Source.
func (s *source) Reader(*connector.ReaderContext) (connector.Reader, error) {
	return &reader{source: s}, nil
}

type enumerator struct{ *source }

// Discover finds all splits.
func (e *enumerator) Discover(context.Context) (out []connector.Split, err error) {
	if e.sim.stumble("discover") {
		return nil, errStumble
	}
	for i := range e.splits {
		out = append(out, connector.Split{ID: fmt.Sprintf("%s-%d", e.table, i), State: position(i, 0)})
	}
	return out, nil
}

// Interval implements connector.Enumerator.
func (e *enumerator) Interval() time.Duration { return 0 }

// Owner implements connector.Enumerator.
func (e *enumerator) Owner(s connector.Split) int {
	if !e.sim.data.owned {
		return -1
	}
	h := fnv.New32()
	h.Write([]byte(s.ID))
	return int(h.Sum32() >> 1)
}

// Close implements connector.Enumerator.
func (e *enumerator) Close() error { return nil }

func position(split, row int) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(split)), uint64(row))
}

func positionOf(state []byte) (split, row int) {
	a, n := binary.Uvarint(state)
	b, _ := binary.Uvarint(state[n:])
	return int(a), int(b)
}

// reader reads a few rows of any of its splits at a time.
type reader struct {
	*source
	open  []*open
	ready <-chan struct{} // when the earliest pause ends
}

type open struct {
	id         string
	split, row int
	until      time.Time // it pauses
}

// Add implements connector.Reader.
func (r *reader) Add(splits []connector.Split) error {
	for _, s := range splits {
		split, row := positionOf(s.State)
		r.open = append(r.open, &open{id: s.ID, split: split, row: row})
	}
	return nil
}

var errStumble = errors.New("simulated failure of a task")

// Read implements connector.Reader.
func (r *reader) Read(b *batch.Batch, most int) (connector.Progress, error) {
	if r.sim.stumble("read") {
		return connector.Progress{}, errStumble
	}
	w := r.sim.w
	if len(r.open) == 0 {
		return connector.Progress{State: connector.Drained}, nil
	}
	now, first := w.Now(), time.Time{}
	from := w.r.IntN(len(r.open))
	for i := range r.open {
		o := r.open[(from+i)%len(r.open)]
		if o.until.After(now) {
			if first.IsZero() || o.until.Before(first) {
				first = o.until
			}
			continue
		}
		return r.readSplit(b, o, 1+w.r.IntN(min(most, 8))), nil
	}
	r.ready = w.After(first.Sub(now))
	return connector.Progress{State: connector.Waiting}, nil
}

// readSplit reads rows up to the next pause.
func (r *reader) readSplit(b *batch.Batch, o *open, most int) connector.Progress {
	rows := r.splits[o.split]
	for range most {
		if o.row == len(rows) {
			break
		}
		x := &rows[o.row]
		o.row++
		r.append(b, x)
		if x.pause > 0 {
			o.until = r.sim.w.Now().Add(x.pause)
			break
		}
	}
	b.SetLen()
	if o.row < len(rows) {
		return connector.Progress{State: connector.More, Split: o.id}
	}
	r.open = slices.DeleteFunc(r.open, func(other *open) bool { return other == o })
	return connector.Progress{State: connector.Finished, Split: o.id}
}

func (r *reader) append(b *batch.Batch, x *row) {
	for i, f := range r.scan.Fields {
		v := b.Cols[i]
		switch f.Column {
		case 0:
			v.AppendInt32(x.k)
		case 1:
			if x.v == nil {
				v.AppendNull()
			} else {
				v.AppendInt64(*x.v)
			}
		case 2:
			if x.s == nil {
				v.AppendNull()
			} else {
				v.AppendString(*x.s)
			}
		default:
			v.AppendInt64(x.ts)
		}
	}
	if len(r.scan.Fields) == 0 {
		b.N++
	}
}

// Wait implements connector.Reader.
func (r *reader) Wait() <-chan struct{} { return r.ready }

// Positions implements connector.Reader.
func (r *reader) Positions() (out []connector.Split, err error) {
	for _, o := range r.open {
		out = append(out, connector.Split{ID: o.id, State: position(o.split, o.row)})
	}
	return out, nil
}

// Close implements connector.Reader.
func (r *reader) Close() error { return nil }

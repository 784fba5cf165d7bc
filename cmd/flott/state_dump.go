package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/inspect"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// splitsState is what dump calls the splits of a source.
const splitsState = "splits"

// errEnough ends a dump that has reached its limit.
var errEnough = errors.New("enough")

// dumpState prints the entries of a state.
func dumpState(ctx context.Context, f *stateFlags, path string, out io.Writer) error {
	if f.operator == "" {
		return usageError{errors.New("name an operator with --operator; `flott state ls PATH` lists them")}
	}
	c, store, err := f.open(ctx, path)
	if err != nil {
		return err
	}
	defer store.Close()
	op, err := c.Find(f.operator)
	if err != nil {
		return err
	}
	name, err := chooseState(op, f.state)
	if err != nil {
		return err
	}
	d := dumper{style: tableau.Style(f.style), limit: f.limit, out: out}
	states := op.States()
	if i := slices.IndexFunc(states, func(d state.Description) bool { return d.Name == name }); i >= 0 {
		err = d.keyed(ctx, c, op, states[i])
	} else if name == splitsState {
		err = d.splits(op)
	} else {
		err = d.list(ctx, c, op, name)
	}
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	return d.rows.End()
}

// chooseState returns the state that is meant.
func chooseState(op *inspect.Operator, name string) (string, error) {
	var known []string
	for _, d := range op.States() {
		known = append(known, d.Name)
	}
	known = append(known, op.Lists()...)
	for _, p := range op.Parts {
		if p != nil && len(p.Splits) > 0 {
			known = append(known, splitsState)
			break
		}
	}
	switch {
	case slices.Contains(known, name):
		return name, nil
	case len(known) == 0:
		return "", fmt.Errorf("the operator %s has no state", op.Name)
	case name == "" && len(known) == 1:
		return known[0], nil
	case name == "":
		return "", usageError{fmt.Errorf("the operator %s has the states %s: name one with --state", op.Name, strings.Join(known, ", "))}
	}
	return "", fmt.Errorf("the operator %s has no state %q; it has %s", op.Name, name, strings.Join(known, ", "))
}

// dumper prints rows.
type dumper struct {
	style tableau.Style
	limit int64
	out   io.Writer
	rows  tableau.Writer
	row   tableau.Row // reused
	n     int64
}

func (d *dumper) begin(columns types.Schema) (err error) {
	if d.rows, err = tableau.New(d.out, d.style, columns, false); err != nil {
		return usageError{fmt.Errorf("-o: %w", err)}
	}
	return nil
}

// end prints the row that was put together.
func (d *dumper) end() error {
	if err := d.rows.Row(batch.Insert, &d.row); err != nil {
		return err
	}
	d.row.Reset()
	if d.n++; d.n == d.limit {
		return errEnough
	}
	return nil
}

// bytes is a field of bytes.
func (d *dumper) bytes(b []byte) {
	d.row.Text = append(hex.AppendEncode(append(d.row.Text, "x'"...), b), '\'')
	d.row.End()
}

// opaque is what a connector wrote: as text if it is one.
func (d *dumper) opaque(b []byte) {
	if utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		d.text(string(b))
		return
	}
	d.bytes(b)
}

func (d *dumper) int(n int64) {
	d.row.Text = strconv.AppendInt(d.row.Text, n, 10)
	d.row.End()
}

func (d *dumper) text(s string) {
	d.row.Text = append(d.row.Text, s...)
	d.row.End()
}

// values are the columns of a key or record; NULL if it could not be decoded.
func (d *dumper) values(cols []*batch.Vector, ok bool) {
	for _, v := range cols {
		if !ok || v.IsNull(0) {
			d.row.Null()
			continue
		}
		d.row.Text = appendValue(d.row.Text, v)
		d.row.End()
	}
}

// bytesOr is a field of bytes, or NULL if they were shown as columns.
func (d *dumper) bytesOr(shown bool, b []byte) {
	if shown || len(b) == 0 {
		d.row.Null()
		return
	}
	d.bytes(b)
}

// keyed prints keyed state: the key, what finds the entry beside it, the record.
func (d *dumper) keyed(ctx context.Context, c *inspect.Checkpoint, op *inspect.Operator, s state.Description) error {
	dec := inspect.NewDecoder(s, op.KeyTypes(s))
	columns := slices.Clone(dec.Key)
	column := func(name string, t types.Type) { columns = append(columns, types.Field{Name: name, Type: t}) }
	if len(dec.Key) == 0 {
		column("key", types.Bytes())
	}
	switch s.Shape {
	case state.ShapeTable:
		column("namespace", types.Of(types.BigInt))
	case state.ShapeMap:
		column("sub_key", types.Bytes())
	case state.ShapeTimers:
		column("time", types.Of(types.BigInt))
	}
	fixed, stamp := s.FixedWidth > 0, s.TTL.After > 0
	if fixed {
		column("fixed", types.Bytes())
	}
	columns = append(columns, s.Value...)
	record := s.Shape != state.ShapeTimers
	if record {
		column("bytes", types.Bytes())
	}
	if stamp {
		column("written", types.String())
	}
	if err := d.begin(columns); err != nil {
		return err
	}
	all := keygroup.Range{Start: 0, End: keygroup.UpperBound - 1}
	return c.Scan(ctx, op, s.Name, all, func(e *state.Entry) error {
		if cols, ok := dec.DecodeKey(e.Key); len(dec.Key) > 0 {
			d.values(cols, ok)
		} else {
			d.bytes(e.Key)
		}
		switch s.Shape {
		case state.ShapeTable:
			d.int(e.Namespace)
		case state.ShapeMap:
			d.bytes(e.Sub)
		case state.ShapeTimers:
			d.int(e.Time)
		}
		if fixed {
			d.bytes(e.Fixed)
		}
		cols, ok := dec.DecodeValue(e)
		d.values(cols, ok)
		if record {
			d.bytesOr(ok, e.Var)
		}
		if stamp {
			d.text(whenText(e.Stamp))
		}
		return d.end()
	})
}

func (d *dumper) list(ctx context.Context, c *inspect.Checkpoint, op *inspect.Operator, name string) error {
	if err := d.begin(types.Schema{{Name: "subtask", Type: types.Of(types.Int)}, {Name: "record", Type: types.String()}}); err != nil {
		return err
	}
	return c.ScanList(ctx, op, name, func(subtask int, record []byte) error {
		d.int(int64(subtask))
		d.opaque(record)
		return d.end()
	})
}

func (d *dumper) splits(op *inspect.Operator) error {
	if err := d.begin(types.Schema{{Name: "subtask", Type: types.Of(types.Int)}, {Name: "split", Type: types.String()}, {Name: "event_time", Type: types.String()}, {Name: "state", Type: types.String()}}); err != nil {
		return err
	}
	for i, p := range op.Parts {
		if p == nil {
			continue
		}
		for _, s := range p.Splits {
			d.int(int64(i))
			d.text(s.ID)
			if s.Time == 0 {
				d.row.Null()
			} else {
				d.text(eventTime(s.Time))
			}
			d.opaque(s.State)
			if err := d.end(); err != nil {
				return err
			}
		}
	}
	return nil
}

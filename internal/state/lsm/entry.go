package lsm

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// scanState visits the entries of a state in canonical form, those of the key
// groups that lie in both groups and counted. first is the key group that counts
// begin with; without counts every group may have entries.
func scanState(ctx context.Context, r pebble.Reader, f *frozenState, first int, groups keygroup.Range, visit func(*state.Entry) error) error {
	at := keyspaceOf(f.Name)
	if f.Shape == state.ShapeList {
		at |= 1 // the chunks; what the heads say follows from them
	}
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: appendPrefix(nil, groups.Start, 0), UpperBound: afterGroup(groups.End)})
	if err != nil {
		return corrupt(err)
	}
	e := entryReader{desc: f.Description, visit: visit}
	n := 0
	for g := groups.Start; g <= groups.End && err == nil; g++ {
		if !f.any(g - first) {
			continue
		}
		prefix := appendPrefix(nil, g, at)
		for more := it.SeekGE(prefix); more && err == nil && bytes.HasPrefix(it.Key(), prefix); more = it.Next() {
			if n++; n&0x3FF == 0 && ctx.Err() != nil {
				err = ctx.Err()
				break
			}
			var value []byte
			if value, err = it.ValueAndErr(); err == nil {
				err = e.read(it.Key()[prefixBytes:], value)
			}
		}
		if err == nil {
			err = it.Error()
		}
	}
	if closed := it.Close(); err == nil {
		err = closed
	}
	return corrupt(err)
}

// any: some namespace has entries in the group that counts number g.
func (f *frozenState) any(g int) bool {
	for _, c := range f.counts {
		for _, sp := range c.spaces {
			if g >= 0 && g < len(sp.groups) && sp.groups[g] > 0 {
				return true
			}
		}
	}
	return false
}

// entryReader turns records of the tree into entries.
type entryReader struct {
	desc  state.Description
	visit func(*state.Entry) error
	entry state.Entry
}

func (r *entryReader) read(rest, value []byte) error {
	e := &r.entry
	*e = state.Entry{}
	ok := true
	switch r.desc.Shape {
	case state.ShapeTable:
		if ok = len(rest) >= 8; ok {
			e.Namespace, e.Key = signed(rest), rest[8:]
		}
	case state.ShapeMap:
		e.Key, e.Sub, ok = cutSized(rest)
	case state.ShapeTimers:
		if ok = len(rest) >= 8; ok {
			e.Time, e.Key = signed(rest), rest[8:]
			return r.visit(e)
		}
	case state.ShapeList:
		if e.Key, _, ok = cutSized(rest); ok {
			return r.records(value)
		}
	}
	if !ok {
		return fmt.Errorf("%w: state %q has a key of %d bytes that is none", state.ErrCorrupt, r.desc.Name, len(rest))
	}
	return r.record(value)
}

// record splits a value: TTL stamp if the state has a TTL, fixed part, variable
// part.
func (r *entryReader) record(value []byte) error {
	e := &r.entry
	need := r.desc.FixedWidth
	if r.desc.TTL.After > 0 {
		need += 8
	}
	if len(value) < need {
		return fmt.Errorf("%w: state %q has a record of %d bytes that needs %d", state.ErrCorrupt, r.desc.Name, len(value), need)
	}
	if r.desc.TTL.After > 0 {
		e.Stamp = int64(le.Uint64(value))
		value = value[8:]
	}
	e.Fixed, e.Var = value[:r.desc.FixedWidth], value[r.desc.FixedWidth:]
	return r.visit(e)
}

// records visits the records of a chunk of a list.
func (r *entryReader) records(chunk []byte) error {
	e := &r.entry
	for len(chunk) > 0 {
		size, n := binary.Uvarint(chunk)
		head := n
		if r.desc.TTL.After > 0 {
			head += 8
		}
		if n <= 0 || size < uint64(r.desc.FixedWidth) || uint64(len(chunk)-head) < size || len(chunk) < head {
			return fmt.Errorf("%w: state %q has a broken chunk", state.ErrCorrupt, r.desc.Name)
		}
		if r.desc.TTL.After > 0 {
			e.Stamp = int64(le.Uint64(chunk[n:]))
		}
		body := chunk[head : head+int(size)]
		e.Fixed, e.Var = body[:r.desc.FixedWidth], body[r.desc.FixedWidth:]
		if err := r.visit(e); err != nil {
			return err
		}
		chunk = chunk[head+int(size):]
	}
	return nil
}

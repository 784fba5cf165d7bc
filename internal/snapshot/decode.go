package snapshot

import (
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Decode reads what Encode wrote. base is the path of the checkpoint or savepoint,
// as it is now. The result shares memory with st.
func Decode(st checkpoint.State, base string) (*Subtask, error) {
	const what = "the state of a subtask"
	r, err := open(what, subtaskHead, st.Data)
	if err != nil {
		return nil, err
	}
	d := decoder{reader: r}
	for _, name := range d.names() {
		if name == "" {
			d.fail(errors.New("a file without a name"))
		}
		d.files = append(d.files, absolute(name, base))
	}
	s := &Subtask{}
	for range d.count() {
		if s.Operators = append(s.Operators, d.operator()); d.err != nil {
			break
		}
	}
	for range d.count() {
		if s.Inflight = append(s.Inflight, d.inflight()); d.err != nil {
			break
		}
	}
	return s, d.close(what)
}

type decoder struct {
	reader
	files []string
}

func (d *decoder) operator() (op Operator) {
	op.UID, op.Name = d.string(), d.string()
	op.In, op.Out = d.int(), d.int()
	flags := d.byte()
	if flags&^(operatorDone|operatorKeyed) != 0 {
		d.fail(fmt.Errorf("unknown flags %#x", flags))
	}
	op.Done = flags&operatorDone != 0
	if flags&operatorKeyed != 0 {
		op.Keyed = d.keyed()
	}
	op.Lists = slice(&d.reader, (*reader).list)
	for range d.count() {
		if op.Large = append(op.Large, d.large()); d.err != nil {
			break
		}
	}
	op.Splits = slice(&d.reader, (*reader).split)
	return op
}

func (d *decoder) keyed() *Keyed {
	k := &Keyed{Groups: keygroup.Range{Start: int(d.int()), End: int(d.int())}}
	if g := k.Groups; g.Start < 0 || g.End >= keygroup.UpperBound {
		d.fail(fmt.Errorf("key groups %d to %d", g.Start, g.End))
	}
	k.States = slice(&d.reader, (*reader).description)
	k.Part.Format, k.Part.Data = d.string(), d.bytes()
	for range d.count() {
		if k.Part.Segments = append(k.Part.Segments, d.segment()); d.err != nil {
			break
		}
	}
	k.Part.Bytes, k.Part.FullBytes = d.size(), d.size()
	return k
}

func (d *decoder) segment() (g state.Segment) {
	file := d.uint()
	if file == 0 {
		g.Inline, g.Sum = d.string(), d.sum()
		g.Length = int64(len(g.Inline))
		if d.err == nil && crc32.Checksum([]byte(g.Inline), castagnoli) != g.Sum {
			d.fail(errors.New("the checksum of a piece does not match"))
		}
		return g
	}
	if file > uint64(len(d.files)) {
		d.fail(fmt.Errorf("file %d of %d", file, len(d.files)))
		return g
	}
	g.File = d.files[file-1]
	g.Offset, g.Length, g.Sum = d.size(), d.size(), d.sum()
	if g.Offset+g.Length < 0 {
		d.fail(errors.New("a piece of impossible size"))
	}
	return g
}

func (d *decoder) large() (l LargeList) {
	l.Name, l.Mode, l.Count = d.string(), d.mode(), d.number()
	l.Segment = d.segment()
	return l
}

func (d *decoder) inflight() (f Inflight) {
	f.From, f.To = d.string(), d.string()
	f.Port, f.Producer = d.number(), d.number()
	f.Rows = d.size()
	f.Segment = d.segment()
	return f
}

func (r *reader) mode() state.Redistribution {
	m := state.Redistribution(r.byte())
	if m > state.Broadcast {
		r.fail(fmt.Errorf("unknown redistribution %d", m))
	}
	return m
}

func (r *reader) list() (l state.ListContent) {
	l.Name, l.Mode = r.string(), r.mode()
	l.Records = slice(r, (*reader).record)
	return l
}

// record is bytes that are never nil.
func (r *reader) record() []byte {
	if b := r.bytes(); b != nil {
		return b
	}
	return []byte{}
}

func (r *reader) split() connector.Split {
	return connector.Split{ID: r.string(), State: r.bytes(), Time: r.int()}
}

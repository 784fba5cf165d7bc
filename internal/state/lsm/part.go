package lsm

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/statefile"
)

// content is what Part.Data says. docs/formats/lsm.md has it byte by byte.
type content struct {
	owner          keygroup.Range
	maxParallelism int
	states         []frozenState
	files          []*file // file i is segment i
}

// described is a snapshot without entries, whose canonical form is a list of
// descriptions.
type described []frozenState

func (d described) States() []state.Description {
	out := make([]state.Description, len(d))
	for i := range d {
		out[i] = d[i].Description
	}
	return out
}
func (described) Scan(string, func(*state.Entry) error) error { return nil }
func (described) Lists() []state.ListContent                  { return nil }
func (described) Release()                                    {}

func (s *snapshot) encode() ([]byte, error) {
	c := content{owner: s.b.owner, maxParallelism: s.b.maxParallelism, states: s.states, files: s.image.files}
	return c.encode()
}

func (c *content) encode() ([]byte, error) {
	descriptions, err := statefile.Write(context.Background(), described(c.states), nil,
		statefile.Options{Groups: c.owner, MaxParallelism: c.maxParallelism, InlineBytes: 1 << 30})
	if err != nil {
		return nil, err
	}
	b := binary.AppendUvarint(nil, uint64(c.maxParallelism))
	b = binary.AppendUvarint(b, uint64(c.owner.Start))
	b = binary.AppendUvarint(b, uint64(c.owner.Len()))
	b = binary.AppendUvarint(b, uint64(len(descriptions.Data)))
	b = append(b, descriptions.Data...)
	for i := range c.states {
		s := &c.states[i]
		b = binary.AppendUvarint(b, uint64(s.keyWidth+1))
		b = binary.AppendUvarint(b, uint64(s.subWidth+1))
		b = binary.AppendUvarint(b, uint64(len(s.counts)))
		for _, k := range s.counts {
			b = be.AppendUint32(b, uint32(k.at))
			b = binary.AppendUvarint(b, uint64(len(k.spaces)))
			for _, sp := range k.spaces {
				b = binary.AppendVarint(b, sp.ns)
				b = appendCounts(b, sp.groups)
			}
		}
	}
	b = binary.AppendUvarint(b, uint64(len(c.files)))
	for _, f := range c.files {
		b = binary.AppendUvarint(b, f.run)
		b = append(b, byte(order(f)))
		b = binary.AppendUvarint(b, uint64(f.batch))
		b = binary.AppendUvarint(b, uint64(f.low))
		b = binary.AppendUvarint(b, uint64(f.high))
		b = binary.AppendUvarint(b, uint64(f.size))
	}
	return be.AppendUint32(b, checksum(b)), nil
}

// appendCounts writes the key groups that have entries: their number, then for
// each how many groups without entries precede it, and its count.
func appendCounts(b []byte, groups []int32) []byte {
	n := 0
	for _, c := range groups {
		if c > 0 {
			n++
		}
	}
	b = binary.AppendUvarint(b, uint64(n))
	skipped := 0
	for _, c := range groups {
		if c <= 0 {
			skipped++
			continue
		}
		b = binary.AppendUvarint(b, uint64(skipped))
		b = binary.AppendUvarint(b, uint64(c))
		skipped = 0
	}
	return b
}

// decodePart reads what encode wrote.
func decodePart(p state.Part) (*content, error) {
	if p.Format != Format {
		return nil, fmt.Errorf("keyed state has the format %q, which is not %s", p.Format, Format)
	}
	n := len(p.Data) - 4
	if n < 0 || be.Uint32(p.Data[n:]) != checksum(p.Data[:n]) {
		return nil, fmt.Errorf("%w: the checksum of the description of keyed state does not match", state.ErrCorrupt)
	}
	d := &decoder{rest: p.Data[:n]}
	c := &content{}
	c.maxParallelism = d.number(keygroup.UpperBound)
	c.owner.Start = d.number(keygroup.UpperBound)
	c.owner.End = c.owner.Start + d.number(keygroup.UpperBound) - 1
	descriptions := d.bytes(d.number(1 << 30))
	if d.failed || c.owner.End >= c.maxParallelism {
		return nil, errBroken
	}
	source, err := statefile.Open(context.Background(), state.Part{Format: statefile.Format, Data: descriptions}, nil)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	for _, desc := range source.States() {
		c.states = append(c.states, d.state(desc, c.owner.Len()))
		if d.failed {
			return nil, errBroken
		}
	}
	for range d.number(1 << 24) {
		f := &file{base: false}
		f.run = d.uvarint()
		f.base = d.number(1) == 1
		f.batch, f.low, f.high = d.number(1<<31-1), d.number(keygroup.UpperBound), d.number(keygroup.UpperBound)
		f.size = int64(d.uvarint())
		if d.failed {
			return nil, errBroken
		}
		c.files = append(c.files, f)
	}
	if d.failed || len(d.rest) > 0 || len(c.files) != len(p.Segments) {
		return nil, errBroken
	}
	return c, nil
}

var errBroken = fmt.Errorf("%w: the description of keyed state is broken", state.ErrCorrupt)

func (d *decoder) state(desc state.Description, groups int) frozenState {
	s := frozenState{Description: desc, keyWidth: d.number(1<<31-1) - 1, subWidth: d.number(1<<31-1) - 1}
	for range d.number(2) {
		c := frozenCounts{}
		if b := d.bytes(4); b != nil {
			c.at = keyspace(be.Uint32(b))
		}
		for range d.number(1 << 28) {
			sp := frozenSpace{ns: d.varint(), groups: make([]int32, groups)}
			at := 0
			for range d.number(groups) {
				at += d.number(groups)
				n := d.number(1<<31 - 1)
				if at >= groups {
					d.failed = true
				}
				if d.failed {
					return s
				}
				sp.groups[at] = int32(n)
				at++
			}
			if d.failed {
				return s
			}
			c.spaces = append(c.spaces, sp)
		}
		s.counts = append(s.counts, c)
	}
	want := 1
	if desc.Shape == state.ShapeList {
		want = 2
	}
	d.failed = d.failed || len(s.counts) != want
	return s
}

// decoder takes bytes apart; after a failure it gives zeros.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) number(limit int) int {
	v := d.uvarint()
	if v > uint64(limit) {
		d.failed, d.rest = true, nil
		return 0
	}
	return int(v)
}

func (d *decoder) bytes(n int) []byte {
	if n > len(d.rest) {
		d.failed, d.rest = true, nil
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

package statefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

var le = binary.LittleEndian

// block is where entries of one state and some key groups lie.
type block struct {
	groups  keygroup.Range
	entries int
	offset  int64 // in the stream
	stored  int   // bytes
	raw     int   // bytes when decompressed; 0: not compressed
	sum     uint32
}

func (b *block) end() int64 { return b.offset + int64(b.stored) }

// section is one state: its description and its blocks, in order of offset.
type section struct {
	state.Description
	blocks []block
}

// header is the begin of the stream.
type header struct {
	maxParallelism int
	groups         keygroup.Range
}

func (h header) append(b []byte) []byte {
	b = append(append(b, magic[:]...), version)
	b = le.AppendUint32(b, uint32(h.maxParallelism))
	b = le.AppendUint16(b, uint16(h.groups.Start))
	return le.AppendUint16(b, uint16(h.groups.Len()))
}

// footer is the end of the stream.
type footer struct {
	offset int64 // of the index
	length int
	sum    uint32 // of the index
}

// append writes the footer, with a checksum of the header and itself.
func (f footer) append(b, header []byte) []byte {
	start := len(b)
	b = le.AppendUint64(b, uint64(f.offset))
	b = le.AppendUint64(b, uint64(f.length))
	b = le.AppendUint32(b, f.sum)
	return le.AppendUint32(b, joinSums(checksum(header), checksum(b[start:]), int64(len(b)-start)))
}

// parseEnds reads header and footer.
func parseEnds(head, foot []byte) (h header, f footer, err error) {
	if [7]byte(head) != magic {
		return h, f, errors.New("it does not begin as keyed state does")
	}
	if head[7] != version {
		return h, f, fmt.Errorf("version %d of keyed state is newer than this flott", head[7])
	}
	if joinSums(checksum(head), checksum(foot[:20]), 20) != le.Uint32(foot[20:]) {
		return h, f, errors.New("the checksum of header and footer does not match")
	}
	h.maxParallelism = int(le.Uint32(head[8:]))
	start, n := int(le.Uint16(head[12:])), int(le.Uint16(head[14:]))
	h.groups = keygroup.Range{Start: start, End: start + n - 1}
	if h.maxParallelism < 1 || h.maxParallelism > keygroup.UpperBound || start+n > h.maxParallelism {
		return h, f, fmt.Errorf("key groups %d to %d of %d", h.groups.Start, h.groups.End, h.maxParallelism)
	}
	offset, length := le.Uint64(foot), le.Uint64(foot[8:])
	if offset < headerBytes || offset > 1<<62 || length > 1<<31 {
		return h, f, errors.New("the index lies outside")
	}
	f = footer{offset: int64(offset), length: int(length), sum: le.Uint32(foot[16:])}
	return h, f, nil
}

// appendIndex writes the sections.
func appendIndex(b []byte, first int, sections []section) []byte {
	b = binary.AppendUvarint(b, uint64(len(sections)))
	for i := range sections {
		s := &sections[i]
		b = appendText(b, s.Name)
		b = append(b, byte(s.Shape))
		b = binary.AppendUvarint(b, uint64(len(s.Key)))
		for _, t := range s.Key {
			b = appendText(b, typeText(t))
		}
		b = binary.AppendUvarint(b, uint64(s.FixedWidth))
		b = binary.AppendUvarint(b, uint64(len(s.Value)))
		for _, f := range s.Value {
			b = appendText(appendText(b, f.Name), typeText(f.Type))
		}
		b = binary.AppendUvarint(b, uint64(s.TTL.After))
		b = binary.AppendUvarint(b, uint64(len(s.blocks)))
		for _, k := range s.blocks {
			b = binary.AppendUvarint(b, uint64(k.groups.Start-first))
			b = binary.AppendUvarint(b, uint64(k.groups.End-k.groups.Start))
			b = binary.AppendUvarint(b, uint64(k.entries))
			b = binary.AppendUvarint(b, uint64(k.stored))
			b = binary.AppendUvarint(b, uint64(k.raw))
			b = le.AppendUint32(b, k.sum)
		}
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// parseIndex reads the sections. Blocks fill the stream from the header to limit,
// the offset of the index.
func parseIndex(b []byte, h header, limit int64) ([]section, error) {
	c := cursor{rest: b}
	sections := make([]section, 0, c.count(6))
	offset := int64(headerBytes)
	for range cap(sections) {
		s := section{Description: c.description()}
		s.blocks = make([]block, 0, c.count(9))
		for range cap(s.blocks) {
			k := c.block(h.groups.Start)
			k.offset = offset
			offset += int64(k.stored)
			if k.groups.End > h.groups.End || offset > limit {
				c.fail()
			}
			if c.failed {
				return nil, errors.New("the index is broken")
			}
			s.blocks = append(s.blocks, k)
		}
		if c.err == nil {
			c.err = checkDescription(s.Description)
		}
		if c.err != nil {
			return nil, c.err
		}
		sections = append(sections, s)
	}
	if c.failed || len(c.rest) > 0 || offset != limit {
		return nil, errors.New("the index is broken")
	}
	return sections, nil
}

func checkDescription(d state.Description) error {
	if d.Shape < state.ShapeTable || d.Shape > state.ShapeTimers {
		return fmt.Errorf("state %q is of an unknown shape", d.Name)
	}
	return nil
}

func (c *cursor) description() (d state.Description) {
	d.Name = c.text()
	d.Shape = state.Shape(c.byte())
	if n := c.count(1); n > 0 {
		d.Key = make([]types.Type, n)
	}
	for i := range d.Key {
		d.Key[i] = c.typ()
	}
	d.FixedWidth = c.number()
	if n := c.count(2); n > 0 {
		d.Value = make(types.Schema, n)
	}
	for i := range d.Value {
		d.Value[i].Name = c.text()
		d.Value[i].Type = c.typ()
	}
	d.TTL.After = time.Duration(c.uvarint() & (1<<63 - 1))
	return d
}

func (c *cursor) block(first int) (k block) {
	k.groups.Start = first + c.number()
	k.groups.End = k.groups.Start + c.number()
	k.entries = c.number()
	k.stored, k.raw = c.number(), c.number()
	if sum := c.bytes(4); sum != nil {
		k.sum = le.Uint32(sum)
	}
	return k
}

package statefile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Open reads the index of a part. files may be nil for an inline part.
func Open(ctx context.Context, part state.Part, files state.Files) (state.Source, error) {
	if part.Format != Format {
		return nil, fmt.Errorf("keyed state has the format %q, which is not %s", part.Format, Format)
	}
	s := &source{files: files, data: part.Data}
	if len(part.Segments) > 1 {
		return nil, s.corrupt(0, errors.New("it has more than one piece"))
	}
	size := int64(len(part.Data))
	if len(part.Segments) == 1 {
		s.segment = &part.Segments[0]
		size = s.segment.Length
	}
	if n := len(part.Data); n < headerBytes+footerBytes || s.segment != nil && n != headerBytes+footerBytes {
		return nil, s.corrupt(0, errors.New("header and footer are not there"))
	}
	foot := part.Data[len(part.Data)-footerBytes:]
	h, f, err := parseEnds(part.Data[:headerBytes], foot)
	if err != nil {
		return nil, s.corrupt(0, err)
	}
	if f.offset+int64(f.length)+footerBytes != size {
		return nil, s.corrupt(0, fmt.Errorf("it has %d bytes instead of %d", size, f.offset+int64(f.length)+footerBytes))
	}
	r, err := s.open(ctx, f.offset, int64(f.length), f.sum)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	index := make([]byte, f.length)
	if err := s.read(r, index, f.offset, f.sum); err != nil {
		return nil, err
	}
	s.header = h
	if s.sections, err = parseIndex(index, h, f.offset); err != nil {
		return nil, s.corrupt(f.offset, err)
	}
	return s, nil
}

// source implements state.Source.
type source struct {
	files    state.Files
	data     []byte         // the stream if there is no segment
	segment  *state.Segment // nil: inline
	header   header
	sections []section
}

var _ state.Source = (*source)(nil)

func (s *source) States() []state.Description {
	out := make([]state.Description, len(s.sections))
	for i := range s.sections {
		out[i] = s.sections[i].Description
	}
	return out
}

// Close has nothing to do: files are open during Scan only.
func (s *source) Close() error { return nil }

func (s *source) corrupt(offset int64, err error) error {
	where := "state kept in the checkpoint's metadata"
	if s.segment != nil {
		where, offset = "file "+s.segment.File, offset+s.segment.Offset
	}
	return fmt.Errorf("%w: %s, offset %d: %w", state.ErrCorrupt, where, offset, err)
}

// open begins to read length bytes of the stream, whose checksum is sum.
func (s *source) open(ctx context.Context, offset, length int64, sum uint32) (io.ReadCloser, error) {
	if s.segment == nil {
		return io.NopCloser(bytes.NewReader(s.data[offset : offset+length])), nil
	}
	r, err := s.files.Open(ctx, s.segment.Slice(offset, length, sum))
	if err != nil {
		return nil, fmt.Errorf("opening keyed state: %w", err)
	}
	return r, nil
}

// read fills b from r, which is at offset.
func (s *source) read(r io.Reader, b []byte, offset int64, sum uint32) error {
	if _, err := io.ReadFull(r, b); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, state.ErrCorrupt) {
			return s.corrupt(offset, fmt.Errorf("it ends too early: %w", err))
		}
		return fmt.Errorf("reading keyed state: %w", err)
	}
	if checksum(b) != sum {
		return s.corrupt(offset, errors.New("the checksum does not match"))
	}
	return nil
}

// Scan reads the blocks that have some of groups, in runs of neighbours.
func (s *source) Scan(ctx context.Context, name string, groups keygroup.Range, visit func(*state.Entry) error) error {
	for i := range s.sections {
		if s.sections[i].Name == name {
			v := &visitor{source: s, section: &s.sections[i], groups: groups, visit: visit}
			defer v.unpacker.close()
			return v.scan(ctx)
		}
	}
	return fmt.Errorf("the checkpoint has no state %q", name)
}

// visitor is one Scan.
type visitor struct {
	*source
	section  *section
	groups   keygroup.Range
	visit    func(*state.Entry) error
	unpacker unpacker
	buf      []byte
}

func (v *visitor) wants(k *block) bool {
	return k.groups.Start <= v.groups.End && v.groups.Start <= k.groups.End
}

func (v *visitor) scan(ctx context.Context) error {
	blocks := v.section.blocks
	for i := 0; i < len(blocks); i++ {
		if !v.wants(&blocks[i]) {
			continue
		}
		last := i
		for j := i + 1; j < len(blocks) && blocks[j].offset-blocks[last].end() <= gapBytes && blocks[j].end()-blocks[i].offset <= runBytes; j++ {
			if v.wants(&blocks[j]) {
				last = j
			}
		}
		if err := v.run(ctx, blocks[i:last+1]); err != nil {
			return err
		}
		i = last
	}
	return nil
}

// run reads neighbouring blocks, the wanted ones and those between.
func (v *visitor) run(ctx context.Context, blocks []block) error {
	sum, length := blocks[0].sum, int64(blocks[0].stored)
	for _, k := range blocks[1:] {
		sum = joinSums(sum, k.sum, int64(k.stored))
		length += int64(k.stored)
	}
	file, err := v.open(ctx, blocks[0].offset, length, sum)
	if err != nil {
		return err
	}
	defer file.Close()
	r := bufio.NewReaderSize(file, int(min(length, writeBytes)))
	for i := range blocks {
		k := &blocks[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if !v.wants(k) {
			if _, err := io.CopyN(io.Discard, r, int64(k.stored)); err != nil {
				return v.corrupt(k.offset, fmt.Errorf("it ends too early: %w", err))
			}
			continue
		}
		if cap(v.buf) < k.stored {
			v.buf = make([]byte, k.stored)
		}
		b := v.buf[:k.stored]
		if err := v.read(r, b, k.offset, k.sum); err != nil {
			return err
		}
		if err := v.block(k, b); err != nil {
			return err
		}
	}
	return nil
}

// block visits the entries of a block whose key groups are wanted.
func (v *visitor) block(k *block, b []byte) error {
	if k.raw > 0 {
		var err error
		if b, err = v.unpacker.unpack(b, k.raw); err != nil {
			return v.corrupt(k.offset, fmt.Errorf("decompression: %w", err))
		}
	}
	all := v.groups.Start <= k.groups.Start && k.groups.End <= v.groups.End
	wanted := all
	d := &v.section.Description
	r := entryReader{cursor: cursor{rest: b}, shape: d.Shape, fixed: d.FixedWidth, stamped: d.TTL.After > 0}
	for range k.entries {
		again := r.next()
		if r.failed {
			break
		}
		if !all && !again {
			wanted = v.groups.Contains(keygroup.Of(keygroup.Hash(r.entry.Key), v.header.maxParallelism))
		}
		if wanted {
			if err := v.visit(&r.entry); err != nil {
				return err
			}
		}
	}
	if r.failed || len(r.rest) > 0 {
		return v.corrupt(k.offset, errors.New("the block is broken"))
	}
	return nil
}

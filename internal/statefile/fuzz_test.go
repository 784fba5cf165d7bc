package statefile

import (
	"context"
	"errors"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Any bytes are read or refused as ErrCorrupt; checksums made right by the test,
// since a fuzzer does not find them.
func FuzzOpen(f *testing.F) {
	for _, compress := range []bool{false, true} {
		part, err := Write(context.Background(), shapes(8), nil, Options{Groups: keygroup.RangeOf(0, 4, 1), MaxParallelism: 4, InlineBytes: 1 << 20, Compress: compress})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(part.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		mend(data)
		src, err := Open(context.Background(), state.Part{Format: Format, Data: data}, nil)
		if err != nil {
			if !errors.Is(err, state.ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		for _, d := range src.States() {
			err := src.Scan(context.Background(), d.Name, keygroup.Range{Start: 1, End: 2}, func(e *state.Entry) error {
				if len(e.Fixed) != d.FixedWidth && d.Shape != state.ShapeTimers {
					t.Fatalf("%d fixed bytes instead of %d", len(e.Fixed), d.FixedWidth)
				}
				return nil
			})
			if err != nil && !errors.Is(err, state.ErrCorrupt) {
				t.Fatal(err)
			}
		}
	})
}

// mend makes the checksums of header, footer and index match.
func mend(data []byte) {
	n := len(data)
	if n < headerBytes+footerBytes {
		return
	}
	foot := data[n-footerBytes:]
	offset, length := le.Uint64(foot), le.Uint64(foot[8:])
	if offset <= uint64(n) && length <= uint64(n) && offset+length <= uint64(n) {
		le.PutUint32(foot[16:], checksum(data[offset:offset+length]))
	}
	le.PutUint32(foot[20:], joinSums(checksum(data[:headerBytes]), checksum(foot[:20]), 20))
}

// A block with a right checksum and wrong content is refused, not read beyond.
func FuzzBlock(f *testing.F) {
	s := shapes(20)
	for i, d := range s.states {
		var shelf shelf
		for k := range s.of[d.Name] {
			shelf.add(&s.of[d.Name][k], d.Shape, k%3 == 2, d.TTL.After > 0)
		}
		f.Add(shelf.buf, uint8(i), uint16(shelf.entries))
	}
	f.Fuzz(func(t *testing.T, b []byte, index uint8, n uint16) {
		d := s.states[int(index)%len(s.states)]
		src := &source{header: header{maxParallelism: 8}}
		v := &visitor{source: src, section: &section{Description: d}, groups: keygroup.Range{Start: 2, End: 5}, visit: func(*state.Entry) error { return nil }}
		k := &block{groups: keygroup.Range{End: 7}, entries: int(n), stored: len(b)}
		if err := v.block(k, b); err != nil && !errors.Is(err, state.ErrCorrupt) {
			t.Fatal(err)
		}
	})
}

package statefile

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/state"
)

// shelf is a block being filled. Times, namespaces and stamps are written as
// differences to those of the entry before.
type shelf struct {
	buf     []byte
	entries int
	ns      int64
	time    int64
	stamp   int64
}

// add appends an entry; again says that its key is that of the entry before.
func (s *shelf) add(e *state.Entry, shape state.Shape, again, stamped bool) {
	b := s.buf
	if again {
		b = append(b, 0)
	} else {
		b = append(binary.AppendUvarint(b, uint64(len(e.Key))+1), e.Key...)
	}
	switch shape {
	case state.ShapeTimers:
		b = binary.AppendVarint(b, e.Time-s.time)
		s.time = e.Time
		s.buf, s.entries = b, s.entries+1
		return
	case state.ShapeTable:
		b = binary.AppendVarint(b, e.Namespace-s.ns)
		s.ns = e.Namespace
	case state.ShapeMap:
		b = append(binary.AppendUvarint(b, uint64(len(e.Sub))), e.Sub...)
	}
	if stamped {
		b = binary.AppendVarint(b, e.Stamp-s.stamp)
		s.stamp = e.Stamp
	}
	b = append(b, e.Fixed...)
	b = append(binary.AppendUvarint(b, uint64(len(e.Var))), e.Var...)
	s.buf, s.entries = b, s.entries+1
}

// reset empties the shelf and keeps its memory, unless a huge record made it large.
func (s *shelf) reset() {
	if cap(s.buf) > 4*blockBytes {
		s.buf = nil
	}
	*s = shelf{buf: s.buf[:0]}
}

// entryReader takes a block apart again.
type entryReader struct {
	cursor
	shape   state.Shape
	fixed   int
	stamped bool
	entry   state.Entry
}

// next reads an entry into r.entry; its slices are those of the block. again
// says that its key is that of the entry before.
func (r *entryReader) next() (again bool) {
	e := &r.entry
	if n := r.number(); n > 0 {
		e.Key = r.bytes(n - 1)
	} else {
		again = true
		if e.Key == nil {
			r.fail()
		}
	}
	switch r.shape {
	case state.ShapeTimers:
		e.Time += r.varint()
		return again
	case state.ShapeTable:
		e.Namespace += r.varint()
	case state.ShapeMap:
		e.Sub = r.sized()
	}
	if r.stamped {
		e.Stamp += r.varint()
	}
	e.Fixed = r.bytes(r.fixed)
	e.Var = r.sized()
	return again
}

package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/flottstream/flott/internal/state"
)

// castagnoli is the table of CRC-32C, which guards every byte of a checkpoint.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errShort is why decoding stopped.
var errShort = errors.New("it ends in the middle")

// writer appends the elements of a format.
type writer struct{ buf []byte }

func (w *writer) byte(b byte)       { w.buf = append(w.buf, b) }
func (w *writer) uint(v uint64)     { w.buf = binary.AppendUvarint(w.buf, v) }
func (w *writer) int(v int64)       { w.buf = binary.AppendVarint(w.buf, v) }
func (w *writer) count(n int)       { w.uint(uint64(n)) }
func (w *writer) sum(v uint32)      { w.buf = binary.LittleEndian.AppendUint32(w.buf, v) }
func (w *writer) string(s string)   { w.count(len(s)); w.buf = append(w.buf, s...) }
func (w *writer) bytes(b []byte)    { w.count(len(b)); w.buf = append(w.buf, b...) }
func (w *writer) begin(head string) { w.buf = append(w.buf, head...) }

// end closes what was written with its CRC-32C.
func (w *writer) end() []byte {
	w.sum(crc32.Checksum(w.buf, castagnoli))
	return w.buf
}

// names writes names, each as what it adds to the one before.
func (w *writer) names(names []string) {
	w.count(len(names))
	last := ""
	for _, name := range names {
		n := 0
		for n < len(name) && n < len(last) && name[n] == last[n] {
			n++
		}
		w.count(n)
		w.string(name[n:])
		last = name
	}
}

// reader takes the elements of a format apart. After the first failure it gives
// zeros, and err says what was wrong.
type reader struct {
	buf   []byte
	err   error
	depth int // of nested types
}

// open checks magic, version and sum, and leaves the body to be read.
func open(what, head string, data []byte) (reader, error) {
	n := len(head)
	switch {
	case len(data) < n+4 || string(data[:n-1]) != head[:n-1]:
		return reader{}, fmt.Errorf("%w: this is not %s of flott", state.ErrCorrupt, what)
	case data[n-1] != head[n-1]:
		return reader{}, fmt.Errorf("%s has format version %d, but this flott reads version %d only; use the version that wrote it, or a newer one", what, data[n-1], head[n-1])
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return reader{}, fmt.Errorf("%w: the checksum of %s does not match", state.ErrCorrupt, what)
	}
	return reader{buf: body[n:]}, nil
}

// close reports whether everything was read and made sense.
func (r *reader) close(what string) error {
	if r.err == nil && len(r.buf) > 0 {
		r.err = fmt.Errorf("%d bytes are left over", len(r.buf))
	}
	if r.err != nil {
		return fmt.Errorf("%w: %s is damaged: %w", state.ErrCorrupt, what, r.err)
	}
	return nil
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err, r.buf = err, nil
	}
}

func (r *reader) take(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.buf)) {
		r.fail(errShort)
		return nil
	}
	out := r.buf[:n:n]
	r.buf = r.buf[n:]
	return out
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.buf)
	if r.err != nil || n <= 0 {
		r.fail(errShort)
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.buf)
	if r.err != nil || n <= 0 {
		r.fail(errShort)
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

// size reads a number of bytes, or anything else that is not negative.
func (r *reader) size() int64 {
	v := r.uint()
	if int64(v) < 0 {
		r.fail(fmt.Errorf("a size of %d", v))
		return 0
	}
	return int64(v)
}

// count reads how many elements follow. Each takes a byte at least, so that a
// wrong count cannot ask for more memory than there are bytes.
func (r *reader) count() int {
	n := r.uint()
	if n > uint64(len(r.buf)) {
		r.fail(errShort)
		return 0
	}
	return int(n)
}

// number reads a small number, such as a subtask.
func (r *reader) number() int {
	n := r.uint()
	if n > 1<<31 {
		r.fail(fmt.Errorf("a number of %d", n))
		return 0
	}
	return int(n)
}

func (r *reader) sum() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) string() string { return string(r.take(r.uint())) }

// bytes returns nil for none.
func (r *reader) bytes() []byte {
	if b := r.take(r.uint()); len(b) > 0 {
		return b
	}
	return nil
}

func (r *reader) names() []string {
	n := r.count()
	var out []string
	last := ""
	for range n {
		shared := r.uint()
		if shared > uint64(len(last)) {
			r.fail(errors.New("a name shares more than there is"))
			return nil
		}
		last = last[:shared] + r.string()
		if r.err != nil {
			return nil
		}
		out = append(out, last)
	}
	return out
}

// slice reads a count and that many elements; nil if there are none.
func slice[T any](r *reader, one func(*reader) T) []T {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]T, 0, min(n, 1024))
	for range n {
		v := one(r)
		if r.err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

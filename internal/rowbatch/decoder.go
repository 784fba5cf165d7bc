package rowbatch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"unsafe"

	"github.com/klauspost/compress/s2"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Decoder reads batches of one schema.
type Decoder struct {
	schema types.Schema
	mark   uint32
	body   []byte // decompressed, reused
	frame  []byte // read by Read, reused
}

// NewDecoder returns a decoder of batches of a schema.
func NewDecoder(schema types.Schema) *Decoder {
	return &Decoder{schema: schema, mark: fingerprint(schema)}
}

// Decode replaces the rows of b, a batch of the schema whose vectors the caller
// owns, by those of the first frame of src, and returns what follows the frame. b
// does not alias src. After an error b is empty.
func (d *Decoder) Decode(src []byte, b *batch.Batch) (rest []byte, err error) {
	b.Reset()
	if len(src) < headerSize {
		return nil, fmt.Errorf("%w: %d bytes are less than the header of a batch", ErrCorrupt, len(src))
	}
	size := int(binary.LittleEndian.Uint32(src[offSize:]))
	if size > len(src)-headerSize {
		return nil, fmt.Errorf("%w: a batch of %d bytes is cut off after %d", ErrCorrupt, size, len(src)-headerSize)
	}
	if err := d.decodeFrame(src[:headerSize+size], b); err != nil {
		b.Reset()
		return nil, err
	}
	return src[headerSize+size:], nil
}

// Read is Decode of the next frame of r; io.EOF if there is none.
func (d *Decoder) Read(r io.Reader, b *batch.Batch) error {
	b.Reset()
	d.frame = slices.Grow(d.frame[:0], headerSize)[:headerSize]
	if _, err := io.ReadFull(r, d.frame); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%w: the header of a batch is cut off", ErrCorrupt)
		}
		return err
	}
	size := int64(binary.LittleEndian.Uint32(d.frame[offSize:]))
	// A damaged size must not make us allocate what is not there.
	for want := int64(headerSize) + size; int64(len(d.frame)) < want; {
		at := len(d.frame)
		step := int(min(want-int64(at), max(1<<20, int64(at))))
		d.frame = slices.Grow(d.frame, step)[:at+step]
		if _, err := io.ReadFull(r, d.frame[at:]); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return fmt.Errorf("%w: a batch of %d bytes is cut off", ErrCorrupt, size)
			}
			return err
		}
	}
	_, err := d.Decode(d.frame, b)
	return err
}

func (d *Decoder) decodeFrame(frame []byte, b *batch.Batch) error {
	if sum := crc32.Checksum(frame[offVersion:], castagnoli); sum != binary.LittleEndian.Uint32(frame[offSum:]) {
		return fmt.Errorf("%w: checksum of a batch is %08x, but %08x was written", ErrCorrupt, sum, binary.LittleEndian.Uint32(frame[offSum:]))
	}
	if v := frame[offVersion]; v != version {
		return fmt.Errorf("%w: batch of format version %d; this release reads version %d", ErrCorrupt, v, version)
	}
	if binary.LittleEndian.Uint32(frame[offSchema:]) != d.mark {
		return ErrSchema
	}
	rows := binary.LittleEndian.Uint32(frame[offRows:])
	if rows == 0 || rows > math.MaxInt32 {
		return fmt.Errorf("%w: batch of %d rows", ErrCorrupt, rows)
	}
	body, err := d.decompress(frame)
	if err != nil {
		return err
	}
	r := reader{rest: body}
	b.N = int(rows)
	r.kinds(b)
	for _, c := range b.Cols {
		r.vector(c, b.N)
	}
	if r.bad == "" && len(r.rest) > 0 {
		r.bad = fmt.Sprintf("%d bytes too many", len(r.rest))
	}
	if r.bad != "" {
		return fmt.Errorf("%w: batch of %d rows: %s", ErrCorrupt, rows, r.bad)
	}
	return nil
}

// decompress returns the body of a frame.
func (d *Decoder) decompress(frame []byte) ([]byte, error) {
	stored, size := frame[headerSize:], int(binary.LittleEndian.Uint32(frame[offBody:]))
	switch frame[offCompression] {
	case plain:
		if len(stored) != size {
			return nil, fmt.Errorf("%w: body of %d bytes instead of %d", ErrCorrupt, len(stored), size)
		}
		return stored, nil
	case snappy:
		n, err := s2.DecodedLen(stored)
		// A copy of 64 bytes takes three: more cannot come of it.
		if err != nil || n != size || n > 64*len(stored) {
			return nil, fmt.Errorf("%w: compressed body of %d bytes does not make %d", ErrCorrupt, len(stored), size)
		}
		d.body = slices.Grow(d.body[:0], n)[:n]
		if _, err := s2.Decode(d.body, stored); err != nil {
			return nil, fmt.Errorf("%w: compressed body: %v", ErrCorrupt, err)
		}
		return d.body, nil
	}
	return nil, fmt.Errorf("%w: unknown compression %d", ErrCorrupt, frame[offCompression])
}

// reader reads a body. After the first mistake, which bad describes, it reads
// nothing.
type reader struct {
	rest []byte
	bad  string
}

// take returns the next n bytes, or nil.
func (r *reader) take(n int64) []byte {
	if r.bad == "" && n > int64(len(r.rest)) {
		r.bad = fmt.Sprintf("%d bytes missing", n-int64(len(r.rest)))
	}
	if r.bad != "" {
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// flag reads a byte that is 0 or 1.
func (r *reader) flag() bool {
	b := r.take(1)
	if b != nil && b[0] > 1 {
		r.bad = fmt.Sprintf("%d where 0 or 1 must be", b[0])
	}
	return r.bad == "" && b[0] == 1
}

func (r *reader) kinds(b *batch.Batch) {
	if !r.flag() {
		return
	}
	src := r.take(int64(b.N))
	for _, k := range src {
		if k > byte(batch.Delete) {
			r.bad = fmt.Sprintf("unknown row kind %d", k)
			return
		}
	}
	b.Kinds = append([]batch.RowKind(nil), unsafe.Slice((*batch.RowKind)(unsafe.SliceData(src)), len(src))...)
}

// vector reads n values into v, which is empty.
func (r *reader) vector(v *batch.Vector, n int) {
	p := v.Type.Physical()
	if p == types.LayoutNull {
		v.Resize(n)
		return
	}
	var valid batch.Bitmap
	if r.flag() {
		valid = r.bitmap(n)
	}
	switch p {
	case types.LayoutBool:
		if bits := r.bitmap(n); r.bad == "" {
			v.Resize(n)
			copy(v.Bits, bits)
		}
	case types.LayoutBytes:
		total := r.offsets(v, n)
		v.Bytes = append(v.Bytes, r.take(int64(total))...)
	case types.LayoutList, types.LayoutMap:
		total := r.offsets(v, n)
		for _, k := range v.Kids {
			r.vector(k, total)
		}
	case types.LayoutRow:
		for _, k := range v.Kids {
			r.vector(k, n)
		}
		if r.bad == "" {
			v.Resize(n)
		}
	default:
		if src := r.take(int64(n) * int64(p.Width())); r.bad == "" {
			v.Resize(n)
			copy(v.FixedBytes(), src)
		}
	}
	if r.bad == "" {
		v.Valid = valid
	}
}

// offsets reads the ends of n values and returns the last.
func (r *reader) offsets(v *batch.Vector, n int) (total int) {
	src := r.take(int64(n) * 4)
	if r.bad != "" {
		return 0
	}
	v.Resize(n)
	copy(int32Bytes(v.Offsets[1:]), src)
	last := int32(0)
	for i, o := range v.Offsets {
		if o < last {
			r.bad = fmt.Sprintf("value %d ends at %d, before %d where it starts", i-1, o, last)
			return 0
		}
		last = o
	}
	return int(last)
}

// bitmap reads n bits.
func (r *reader) bitmap(n int) batch.Bitmap {
	src := r.take((int64(n) + 7) / 8)
	if r.bad != "" {
		return nil
	}
	b := batch.MakeBitmap(n, false)
	whole := len(src) / 8
	for i := range whole {
		b[i] = binary.LittleEndian.Uint64(src[i*8:])
	}
	for i, x := range src[whole*8:] {
		b[whole] |= uint64(x) << (8 * i)
	}
	return b
}

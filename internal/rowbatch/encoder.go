package rowbatch

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"unsafe"

	"github.com/klauspost/compress/s2"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// Encoder writes batches of one schema.
type Encoder struct {
	schema   types.Schema
	mark     uint32
	compress bool
	dense    *batch.Batch // copy of the selected rows, reused
	body     []byte       // before compression, reused
}

// NewEncoder returns an encoder of batches of a schema.
func NewEncoder(schema types.Schema, compress bool) *Encoder {
	return &Encoder{schema: schema, mark: fingerprint(schema), compress: compress}
}

// Append appends the rows that are there in b to dst, as one frame. No rows are no
// bytes.
func (e *Encoder) Append(dst []byte, b *batch.Batch) []byte {
	if b.Rows() == 0 {
		return dst
	}
	if b.Sel != nil {
		b = e.compact(b)
	}
	start := len(dst)
	dst = slices.Grow(dst, headerSize+b.SizeBytes()+8*len(b.Cols))[:start+headerSize]
	compression, size := byte(plain), 0
	if e.compress {
		e.body = appendBatch(e.body[:0], b)
		size = len(e.body)
		compression = snappy
		dst = slices.Grow(dst, s2.MaxEncodedLen(size))
		at := len(dst)
		dst = dst[:at+len(s2.EncodeSnappy(dst[at:cap(dst)], e.body))]
	} else {
		dst = appendBatch(dst, b)
		size = len(dst) - start - headerSize
	}
	frame := dst[start:]
	clear(frame[:headerSize])
	binary.LittleEndian.PutUint32(frame[offSize:], uint32(len(frame)-headerSize))
	frame[offVersion], frame[offCompression] = version, compression
	binary.LittleEndian.PutUint32(frame[offSchema:], e.mark)
	binary.LittleEndian.PutUint32(frame[offRows:], uint32(b.N))
	binary.LittleEndian.PutUint32(frame[offBody:], uint32(size))
	binary.LittleEndian.PutUint32(frame[offSum:], crc32.Checksum(frame[offVersion:], castagnoli))
	return dst
}

func (e *Encoder) compact(b *batch.Batch) *batch.Batch {
	if e.dense == nil {
		e.dense = batch.NewBatch(e.schema, b.Rows())
	}
	e.dense.Reset()
	e.dense.AppendSelected(b, nil)
	return e.dense
}

// appendBatch appends the body: kinds, then the columns.
func appendBatch(dst []byte, b *batch.Batch) []byte {
	if b.Kinds == nil {
		dst = append(dst, 0)
	} else {
		dst = append(dst, 1)
		kinds := b.Kinds[:b.N]
		dst = append(dst, unsafe.Slice((*byte)(unsafe.SliceData(kinds)), len(kinds))...)
	}
	for _, c := range b.Cols {
		dst = appendVector(dst, c, b.N)
	}
	return dst
}

// appendVector appends the first n values of v.
func appendVector(dst []byte, v *batch.Vector, n int) []byte {
	p := v.Type.Physical()
	if p == types.LayoutNull {
		return dst
	}
	if v.Valid == nil || v.Valid.Count(n) == n {
		dst = append(dst, 0)
	} else {
		dst = appendBitmap(append(dst, 1), v.Valid, n)
	}
	switch p {
	case types.LayoutBool:
		return appendBitmap(dst, v.Bits, n)
	case types.LayoutBytes:
		dst = append(dst, int32Bytes(v.Offsets[1:n+1])...)
		return append(dst, v.Bytes[:v.Offsets[n]]...)
	case types.LayoutList, types.LayoutMap:
		dst = append(dst, int32Bytes(v.Offsets[1:n+1])...)
		n = int(v.Offsets[n])
		for _, k := range v.Kids {
			dst = appendVector(dst, k, n)
		}
		return dst
	case types.LayoutRow:
		for _, k := range v.Kids {
			dst = appendVector(dst, k, n)
		}
		return dst
	}
	return append(dst, v.FixedBytes()[:n*p.Width()]...)
}

// appendBitmap appends n bits in whole bytes; those past n are zero.
func appendBitmap(dst []byte, b batch.Bitmap, n int) []byte {
	for _, w := range b[:n>>6] {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	if rest := n & 63; rest > 0 {
		w := b[n>>6] & (1<<rest - 1)
		for ; rest > 0; rest -= 8 {
			dst = append(dst, byte(w))
			w >>= 8
		}
	}
	return dst
}

// int32Bytes is the memory of s, which is little-endian like all vectors.
func int32Bytes(s []int32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*4)
}

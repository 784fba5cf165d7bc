// Package rowbatch writes batches to bytes and reads them back: the rows in flight
// that an unaligned checkpoint holds. docs/formats/inflight.md describes the format
// byte by byte.
//
// A stream is batches one after the other, each a frame with its own checksum. The
// columns are written as they lie in memory (Arrow's layout), so both directions
// are copies of whole buffers. The schema is not written; both sides know it from
// the edge, and a fingerprint tells when they disagree.
//
// Arrow's own IPC format would do as well, but costs a conversion of every vector to
// arrow-go's arrays and back, metadata in flatbuffers per batch, an extra column for
// the row kinds, and it has no checksum.
//
// An Encoder, Decoder or KeyFilter belongs to one goroutine. What is encoded is
// trusted; what is decoded may be damaged, and is answered with an error that wraps
// ErrCorrupt, never with a panic.
package rowbatch

import (
	"errors"
	"hash/crc32"

	"github.com/flottstream/flott/internal/types"
)

// ErrCorrupt is returned (wrapped) for bytes that are not what an Encoder wrote.
var ErrCorrupt = errors.New("rows in flight are damaged")

// ErrSchema is returned (wrapped) for rows of another schema.
var ErrSchema = errors.New("rows in flight have other columns than this edge")

const version = 1

// The compressions of a body.
const (
	plain  = 0
	snappy = 1
)

// The header of a frame.
const (
	offSize        = 0  // u32, bytes after the header
	offSum         = 4  // u32, CRC-32C of what follows it
	offVersion     = 8  // u8
	offCompression = 9  // u8
	offSchema      = 12 // u32, fingerprint
	offRows        = 16 // u32
	offBody        = 20 // u32, bytes of the body when not compressed
	headerSize     = 24
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fingerprint is the CRC-32C of the layouts of the columns, see appendShape.
func fingerprint(schema types.Schema) uint32 {
	var shape []byte
	for _, f := range schema {
		shape = appendShape(shape, f.Type)
	}
	return crc32.Checksum(shape, castagnoli)
}

// shapes are the letters of the layouts. They are part of the format.
var shapes = [...]byte{
	types.LayoutNull: 'n', types.LayoutBool: 'b',
	types.LayoutInt8: '1', types.LayoutInt16: '2', types.LayoutInt32: '4', types.LayoutInt64: '8',
	types.LayoutFloat32: 'f', types.LayoutFloat64: 'd', types.LayoutDecimal: 'D',
	types.LayoutBytes: 's', types.LayoutList: '[', types.LayoutMap: '{', types.LayoutRow: '(',
}

// appendShape writes a type as letters: a list as "[" and its element, a map as "{",
// key and value, a row as "(", its fields and ")".
func appendShape(dst []byte, t types.Type) []byte {
	p := t.Physical()
	dst = append(dst, shapes[p])
	switch {
	case p == types.LayoutList:
		return appendShape(dst, *t.Elem)
	case t.Kind == types.Multiset:
		return append(appendShape(dst, *t.Elem), shapes[types.LayoutInt32])
	case p == types.LayoutMap:
		return appendShape(appendShape(dst, *t.Key), *t.Elem)
	case p == types.LayoutRow:
		for _, f := range t.Fields {
			dst = appendShape(dst, f.Type)
		}
		return append(dst, ')')
	}
	return dst
}

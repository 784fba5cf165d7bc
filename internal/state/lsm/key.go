package lsm

import (
	"encoding/binary"
	"hash/crc32"
)

// Keys of the tree begin with the key group, so that a key group is a range:
//
//	key group (2) | state (4) | rest, by shape     (all numbers big-endian)
//
// docs/formats/lsm.md has them byte by byte.
const (
	groupBytes  = 2
	prefixBytes = groupBytes + 4
)

var be = binary.BigEndian

// keyspace is the number of a state in keys of the tree, or of one of the two
// parts of a list.
type keyspace uint32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// keyspaceOf derives the number from the name, so that files of several subtasks
// can be put together. The last bit tells the two parts of a list apart.
func keyspaceOf(name string) keyspace {
	return keyspace(checksum([]byte(name)) &^ 1)
}

func appendPrefix(dst []byte, group int, k keyspace) []byte {
	dst = be.AppendUint16(dst, uint16(group))
	return be.AppendUint32(dst, uint32(k))
}

// appendSigned appends an int64 so that bytes order as numbers do.
func appendSigned(dst []byte, v int64) []byte { return be.AppendUint64(dst, uint64(v)^1<<63) }

func signed(b []byte) int64 { return int64(be.Uint64(b) ^ 1<<63) }

// appendSized appends the first of two variable parts of a key, with its length.
func appendSized(dst, key []byte) []byte {
	return append(be.AppendUint32(dst, uint32(len(key))), key...)
}

// cutSized undoes appendSized.
func cutSized(b []byte) (key, rest []byte, ok bool) {
	if len(b) < 4 || uint64(be.Uint32(b)) > uint64(len(b)-4) {
		return nil, nil, false
	}
	n := 4 + int(be.Uint32(b))
	return b[4:n:n], b[n:], true
}

// after appends to dst the smallest key that is greater than every key with the
// given prefix. The prefix has a byte that is not 0xFF.
func after(dst, prefix []byte) []byte {
	n := len(prefix)
	for prefix[n-1] == 0xFF {
		n--
	}
	dst = append(dst, prefix[:n]...)
	dst[len(dst)-1]++
	return dst
}

package operators

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// rowSorter keeps records by sort key, in memory: what bounded mode orders. Rows
// of equal keys stay in the order in which they were added. Keys and records lie
// in blocks without pointers; what is sorted are 24-byte entries that carry the
// first eight bytes of the key.
type rowSorter struct {
	entries []sortEntry
	blocks  [][]byte
	sorted  bool
}

// sortEntry is one record: its key, then the record, at offset of a block.
type sortEntry struct {
	head  uint64 // first bytes of the key, big-endian
	at    uint64 // block << 32 | offset: in order of arrival
	key   uint32
	value uint32
}

// sortBlock is the size of a block; larger records get one of their own.
const sortBlock = 1 << 20

// add copies a record.
func (s *rowSorter) add(key, value []byte) {
	s.addParts(nil, key, value)
}

// addParts is add with a key in two parts.
func (s *rowSorter) addParts(prefix, key, value []byte) {
	size := len(prefix) + len(key) + len(value)
	last := len(s.blocks) - 1
	if last < 0 || len(s.blocks[last])+size > cap(s.blocks[last]) {
		s.blocks = append(s.blocks, make([]byte, 0, max(sortBlock, size)))
		last++
	}
	block := s.blocks[last]
	at := uint64(last)<<32 | uint64(len(block))
	block = append(append(append(block, prefix...), key...), value...)
	s.blocks[last] = block
	e := sortEntry{at: at, key: uint32(len(prefix) + len(key)), value: uint32(len(value))}
	e.head = headOf(s.keyOf(&e))
	s.entries = append(s.entries, e)
	s.sorted = false
}

// headOf is the first eight bytes of a key, so that comparing heads compares
// keys, except that equal heads decide nothing.
func headOf(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var first [8]byte
	copy(first[:], key)
	return binary.BigEndian.Uint64(first[:])
}

func (s *rowSorter) keyOf(e *sortEntry) []byte {
	return s.blocks[e.at>>32][uint32(e.at):][:e.key:e.key]
}

// len is the number of records.
func (s *rowSorter) len() int { return len(s.entries) }

// key and value return those of the i-th record, in order once sorted.
func (s *rowSorter) key(i int) []byte { return s.keyOf(&s.entries[i]) }

func (s *rowSorter) value(i int) []byte {
	e := &s.entries[i]
	return s.blocks[e.at>>32][uint32(e.at)+e.key:][:e.value:e.value]
}

// sort brings the records into order.
func (s *rowSorter) sort() {
	if s.sorted {
		return
	}
	slices.SortFunc(s.entries, func(a, b sortEntry) int {
		if a.head != b.head {
			if a.head < b.head {
				return -1
			}
			return 1
		}
		if x := bytes.Compare(s.keyOf(&a), s.keyOf(&b)); x != 0 {
			return x
		}
		if a.at < b.at {
			return -1
		}
		return 1
	})
	s.sorted = true
}

// trim drops all but the first n records and what they hold.
func (s *rowSorter) trim(n int) {
	s.sort()
	kept := rowSorter{entries: make([]sortEntry, 0, 2*n)}
	for i := range min(n, len(s.entries)) {
		kept.add(s.key(i), s.value(i))
	}
	kept.sorted = true
	*s = kept
}

// values appends the records [from, to) to dst.
func (s *rowSorter) values(from, to int, dst [][]byte) [][]byte {
	for i := from; i < to; i++ {
		dst = append(dst, s.value(i))
	}
	return dst
}

// clear forgets all records.
func (s *rowSorter) clear() { *s = rowSorter{} }

// appendPartition appends a partition's key so that records of a partition stand
// together: its hash, its size, its bytes.
func appendPartition(dst []byte, hash uint64, key []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, hash)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(key)))
	return append(dst, key...)
}

// splitPartition cuts what appendPartition wrote off a key.
func splitPartition(key []byte) (partition, rest []byte) {
	end := 12 + binary.BigEndian.Uint32(key[8:])
	return key[:end], key[end:]
}

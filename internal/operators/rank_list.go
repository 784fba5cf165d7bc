package operators

import (
	"bytes"
	"encoding/binary"
)

// rankList is the ordered top rows of one partition, as kept in state:
//
//	count   uint32
//	sizes   count times (sort key size uint32, row size uint32)
//	then, count times, the sort key and the row
//
// Rows are in order of their sort keys; equal ones in order of arrival.
type rankList []rankEntry

// rankEntry is one row. A row that came with the current batch is not encoded
// yet: it is named by its position there.
type rankEntry struct {
	sort []byte
	row  []byte
	from int32 // row of the batch, -1: row holds the encoded row
}

// parse reads a list from state; the entries alias data.
func (l rankList) parse(data []byte) rankList {
	l = l[:0]
	if len(data) == 0 {
		return l
	}
	n := int(binary.LittleEndian.Uint32(data))
	sizes, rest := data[4:4+8*n], data[4+8*n:]
	for i := range n {
		s := binary.LittleEndian.Uint32(sizes[8*i:])
		r := binary.LittleEndian.Uint32(sizes[8*i+4:])
		l = append(l, rankEntry{sort: rest[:s:s], row: rest[s : s+r : s+r], from: -1})
		rest = rest[s+r:]
	}
	return l
}

// lastSort returns the sort key of the last of limit entries of a list in state,
// nil if it has fewer.
func lastSort(data []byte, limit int) []byte {
	if len(data) == 0 || int(binary.LittleEndian.Uint32(data)) < limit {
		return nil
	}
	n := int(binary.LittleEndian.Uint32(data))
	at := 4 + 8*n
	for i := range n - 1 {
		at += int(binary.LittleEndian.Uint32(data[4+8*i:]) + binary.LittleEndian.Uint32(data[8+8*i:]))
	}
	return data[at : at+int(binary.LittleEndian.Uint32(data[4+8*(n-1):]))]
}

// append encodes the list; every entry must hold its row.
func (l rankList) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(l)))
	for _, e := range l {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(e.sort)))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(e.row)))
	}
	for _, e := range l {
		dst = append(append(dst, e.sort...), e.row...)
	}
	return dst
}

// insert puts e behind the entries that are not greater, and drops what then
// stands beyond limit. It reports false if e itself is beyond.
func (l rankList) insert(e rankEntry, limit int) (rankList, bool) {
	low, high := 0, len(l)
	for low < high {
		mid := (low + high) / 2
		if bytes.Compare(l[mid].sort, e.sort) <= 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low >= limit {
		return l, false
	}
	if len(l) < limit {
		l = append(l, rankEntry{})
	}
	copy(l[low+1:], l[low:])
	l[low] = e
	return l, true
}

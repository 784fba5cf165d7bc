package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/twmb/franz-go/pkg/kgo"
)

// kept is the output of an epoch, as compressed chunks of records in the order
// in which they were written. It can be written again: by this process, or,
// because it is a part of the checkpoint, by a later one.
//
// S2 and not zstd: every record written is compressed once more on its way, and
// S2 costs a fifth of zstd's fastest level for about 1.5 times the bytes.
type kept struct {
	raw     []byte // of the chunk being filled
	scratch []byte
	chunks  [][]byte
	rows    int64
}

// chunkBytes is how much is compressed at a time.
const chunkBytes = 128 << 10

// add appends a record written to the topic with that number.
func (k *kept) add(r *kgo.Record, topic int) {
	b := binary.AppendUvarint(k.raw, uint64(topic))
	b = binary.AppendVarint(b, r.Timestamp.UnixMilli())
	b = appendNullable(b, r.Key)
	b = appendNullable(b, r.Value)
	b = binary.AppendUvarint(b, uint64(len(r.Headers)))
	for i := range r.Headers {
		b = binary.AppendUvarint(b, uint64(len(r.Headers[i].Key)))
		b = append(b, r.Headers[i].Key...)
		b = appendNullable(b, r.Headers[i].Value)
	}
	k.raw = b
	k.rows++
	if len(b) >= chunkBytes {
		k.seal()
	}
}

// appendNullable appends a length, 0 for nil and 1 more otherwise, and bytes.
func appendNullable(dst, b []byte) []byte {
	if b == nil {
		return append(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(b))+1)
	return append(dst, b...)
}

// seal ends the chunk being filled.
func (k *kept) seal() {
	if len(k.raw) == 0 {
		return
	}
	k.scratch = s2.Encode(k.scratch[:cap(k.scratch)], k.raw)
	k.chunks = append(k.chunks, bytes.Clone(k.scratch))
	k.raw = k.raw[:0]
}

// each calls f with every record, for topics numbered as in add. The records
// own their memory.
func (k *kept) each(topics []string, f func(*kgo.Record)) error {
	k.seal()
	rows := int64(0)
	for _, c := range k.chunks {
		if n, err := s2.DecodedLen(c); err != nil || n > maxChunk {
			return errKept
		}
		raw, err := s2.Decode(nil, c)
		if err != nil {
			return errKept
		}
		d := decoder{left: raw}
		for len(d.left) > 0 {
			r := d.record(topics)
			if d.failed {
				return errKept
			}
			rows++
			f(r)
		}
	}
	if rows != k.rows {
		return fmt.Errorf("%w: %d of %d records", errKept, rows, k.rows)
	}
	return nil
}

// maxChunk bounds a chunk: one record more than chunkBytes.
const maxChunk = 1 << 30

var errKept = errors.New("the output of an epoch kept in the checkpoint is damaged")

// decoder reads what kept and the records of checkpoints consist of. After a
// failure it returns zeros.
type decoder struct {
	left   []byte
	failed bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.left)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.left = d.left[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.left)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.left = d.left[n:]
	return v
}

// count reads a number of things of at least size bytes each.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.left)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

// bytes reads a length and that many bytes.
func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.left)) {
		d.fail()
		return nil
	}
	b := d.left[:n:n]
	d.left = d.left[n:]
	return b
}

func (d *decoder) text() string { return string(d.bytes()) }

func (d *decoder) nullable() []byte {
	n := d.uvarint()
	if n == 0 {
		return nil
	}
	if n--; n > uint64(len(d.left)) {
		d.fail()
		return nil
	}
	b := d.left[:n:n]
	d.left = d.left[n:]
	return b
}

func (d *decoder) record(topics []string) *kgo.Record {
	r := new(kgo.Record)
	topic := d.uvarint()
	r.Timestamp = time.UnixMilli(d.varint())
	r.Key = d.nullable()
	r.Value = d.nullable()
	if n := d.count(2); n > 0 {
		r.Headers = make([]kgo.RecordHeader, n)
		for i := range r.Headers {
			r.Headers[i].Key = d.text()
			r.Headers[i].Value = d.nullable()
		}
	}
	if topic >= uint64(len(topics)) {
		d.fail()
		return r
	}
	r.Topic = topics[topic]
	return r
}

func (d *decoder) fail() { d.left, d.failed = nil, true }

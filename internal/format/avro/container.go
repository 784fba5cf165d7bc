package avro

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// A container file is a header (the schema, the codec, a marker of 16 bytes)
// and blocks: number of records, bytes, the records compressed, the marker.

var magic = []byte("Obj\x01")

const (
	keySchema  = "avro.schema"
	keyCodec   = "avro.codec"
	blockBytes = 64_000   // of records before they are compressed, as Avro for Java
	maxBlock   = 1 << 30  // bytes of a block that is read
	maxHeader  = 64 << 20 // bytes of a value of the header
)

// container reads a file.
type container struct {
	file    *bufio.Reader
	codec   codec
	sync    [16]byte
	records *Records
	left    int64 // records of the block
	in      input
	packed  []byte
	offset  int64 // of the block
	first   int64 // records to leave out
}

func openContainer(file io.Reader, columns types.Schema, first int64) (*container, error) {
	c := &container{file: bufio.NewReaderSize(file, 256<<10), first: first}
	head := make([]byte, 4)
	if _, err := io.ReadFull(c.file, head); err != nil || !bytes.Equal(head, magic) {
		return nil, c.malformed(errors.New("it does not begin as an Avro container file"))
	}
	meta, err := c.header()
	if err != nil {
		return nil, c.malformed(err)
	}
	written, err := Parse(meta[keySchema])
	if err != nil {
		return nil, c.malformed(err)
	}
	if c.codec, err = codecOf(string(meta[keyCodec])); err != nil {
		return nil, err
	}
	c.records, err = NewRecords("avro", written, columns)
	return c, err
}

func (c *container) malformed(err error) error {
	return &format.Malformed{Format: "avro", Reason: err.Error()}
}

// header reads the map of the header and the marker.
func (c *container) header() (map[string][]byte, error) {
	meta := map[string][]byte{}
	for {
		n, err := c.long()
		if err != nil {
			return nil, err
		}
		if n == 0 {
			break
		}
		if n < 0 {
			if _, err := c.long(); err != nil {
				return nil, err
			}
			n = -n
		}
		for range n {
			key, err := c.text()
			if err != nil {
				return nil, err
			}
			if meta[string(key)], err = c.text(); err != nil {
				return nil, err
			}
		}
	}
	_, err := io.ReadFull(c.file, c.sync[:])
	return meta, err
}

func (c *container) long() (int64, error) {
	u, err := binary.ReadUvarint(c.file)
	return int64(u>>1) ^ -int64(u&1), err
}

func (c *container) text() ([]byte, error) {
	n, err := c.long()
	if err != nil {
		return nil, err
	}
	if n < 0 || n > maxHeader {
		return nil, fmt.Errorf("a value of the header claims to have %d bytes", n)
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, c.file, n); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Read appends up to limit rows.
func (c *container) Read(out *batch.Batch, limit int) error {
	end := out.N + limit
	for out.N < end {
		if c.left == 0 {
			switch err := c.block(); {
			case err == io.EOF && out.N > end-limit:
				return nil
			case err != nil:
				return err
			}
			continue
		}
		before := out.N
		if err := c.records.row(&c.in, out.Cols); err != nil {
			out.Truncate(before)
			return c.malformed(err)
		}
		out.AppendKind(batch.Insert)
		if c.left--; c.left == 0 && c.in.pos != len(c.in.data) {
			return c.malformed(errors.New("a block has bytes after its last record"))
		}
		if c.first > 0 { // read before
			c.first--
			out.Truncate(before)
		}
	}
	return nil
}

// block reads the next block, io.EOF with none left.
func (c *container) block() error {
	n, err := c.long()
	if err == io.EOF {
		return err
	}
	size, err2 := c.long()
	if err = errors.Join(err, err2); err != nil {
		return c.malformed(err)
	}
	if n < 0 || size < 0 || size > maxBlock {
		return c.malformed(fmt.Errorf("a block claims to have %d records in %d bytes", n, size))
	}
	if c.first >= n { // all read before
		c.first -= n
		if _, err := c.file.Discard(int(size)); err != nil {
			return c.malformed(err)
		}
		return c.marker()
	}
	if int64(cap(c.packed)) < size {
		c.packed = make([]byte, size)
	}
	c.packed = c.packed[:size]
	if _, err := io.ReadFull(c.file, c.packed); err != nil {
		return c.malformed(err)
	}
	if c.in.data, err = c.codec.unpack(c.in.data[:0], c.packed); err != nil {
		return c.malformed(fmt.Errorf("a block cannot be decompressed: %w", err))
	}
	c.in.pos, c.in.depth, c.left = 0, 0, n
	return c.marker()
}

func (c *container) marker() error {
	var sync [16]byte
	if _, err := io.ReadFull(c.file, sync[:]); err != nil {
		return c.malformed(err)
	}
	if sync != c.sync {
		return c.malformed(errors.New("a block does not end with the file's marker"))
	}
	return nil
}

// Close has nothing to free.
func (c *container) Close() error { return nil }

// containerWriter writes a file.
type containerWriter struct {
	out     io.Writer
	codec   codec
	sync    [16]byte
	fields  []types.Field
	records []byte // of the block
	count   int64
	packed  []byte
	size    int64
}

func createContainer(out io.Writer, written *Schema, fields []types.Field, codecName string) (*containerWriter, error) {
	c, err := codecOf(codecName)
	if err != nil {
		return nil, err
	}
	w := &containerWriter{out: out, codec: c, fields: fields}
	rand.Read(w.sync[:])
	head := append([]byte(nil), magic...)
	head = appendLong(head, 2)
	head = appendText(appendText(head, []byte(keySchema)), []byte(written.String()))
	head = appendText(appendText(head, []byte(keyCodec)), []byte(codecName))
	head = append(append(head, 0), w.sync[:]...)
	return w, w.write(head)
}

func (w *containerWriter) write(b []byte) error {
	w.size += int64(len(b))
	_, err := w.out.Write(b)
	return err
}

// Write appends rows.
func (w *containerWriter) Write(b *batch.Batch, sel []int32) error {
	for _, i := range sel {
		if k := b.Kind(int(i)); k != batch.Insert {
			return fmt.Errorf("format 'avro' can write insertions only, but got a row of kind %s", k)
		}
		w.records = appendRow(append(w.records, branchValue), w.fields, b.Cols, int(i))
		if w.count++; len(w.records) >= blockBytes {
			if err := w.block(); err != nil {
				return err
			}
		}
	}
	return nil
}

// block writes the records that have come together.
func (w *containerWriter) block() (err error) {
	if w.count == 0 {
		return nil
	}
	head := appendLong(nil, w.count)
	if w.packed, err = w.codec.pack(w.packed[:0], w.records); err != nil {
		return err
	}
	head = appendLong(head, int64(len(w.packed)))
	w.records, w.count = w.records[:0], 0
	return errors.Join(w.write(head), w.write(w.packed), w.write(w.sync[:]))
}

// Size counts what was written and what has come together.
func (w *containerWriter) Size() int64 { return w.size + int64(len(w.records)) }

// Close writes what has come together.
func (w *containerWriter) Close() error { return w.block() }

// checksum is appended to blocks compressed by snappy.
func checksum(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

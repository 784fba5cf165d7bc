package statefile

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/types"
)

// cursor reads from the front of rest. After a read beyond the end it is failed
// and everything reads as zero.
type cursor struct {
	rest   []byte
	failed bool
	err    error // why, if there is more to say than that
}

func (c *cursor) fail() { c.rest, c.failed = nil, true }

func (c *cursor) uvarint() uint64 {
	if len(c.rest) > 0 && c.rest[0] < 0x80 {
		v := c.rest[0]
		c.rest = c.rest[1:]
		return uint64(v)
	}
	return c.longUvarint()
}

func (c *cursor) longUvarint() uint64 {
	v, n := binary.Uvarint(c.rest)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

func (c *cursor) varint() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// number is a uvarint below 2³¹.
func (c *cursor) number() int {
	v := c.uvarint()
	if v >= 1<<31 {
		c.fail()
		return 0
	}
	return int(v)
}

// count is the number of things of at least size bytes each that follow.
func (c *cursor) count(size int) int {
	n := c.number()
	if n > len(c.rest)/size {
		c.fail()
		return 0
	}
	return n
}

func (c *cursor) bytes(n int) []byte {
	if n < 0 || n > len(c.rest) {
		c.fail()
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cursor) sized() []byte { return c.bytes(c.number()) }
func (c *cursor) text() string  { return string(c.sized()) }

func (c *cursor) byte() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) typ() types.Type {
	text := c.text()
	if c.failed || c.err != nil {
		return types.Type{}
	}
	t, err := parseType(text)
	if err != nil {
		c.err = err
	}
	return t
}

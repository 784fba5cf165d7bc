package rowcodec

import (
	"encoding/binary"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// DecodeKey appends the columns of key to into, one vector per key column; nil
// vectors are skipped.
func (e *KeyEncoder) DecodeKey(key []byte, into []*batch.Vector) error {
	if len(key) < e.fixed || len(e.vars) == 0 && len(key) != e.fixed {
		return fmt.Errorf("%w: a key of %d bytes, expected %d", ErrCorrupt, len(key), e.fixed)
	}
	if e.wide {
		if into[0] != nil {
			appendNarrowed(into[0], int64(binary.LittleEndian.Uint64(key)))
		}
		return nil
	}
	rest := key[e.fixed:]
	for i := range e.cols {
		c := &e.cols[i]
		null := c.bit >= 0 && key[e.nulls+c.bit>>3]>>(c.bit&7)&1 != 0
		var value []byte
		if c.width >= 0 {
			value = key[c.offset : c.offset+c.width]
		} else {
			var err error
			if value, rest, err = e.splitVar(i, rest); err != nil {
				return err
			}
		}
		v := into[i]
		switch {
		case v == nil:
		case null:
			v.AppendNull()
		case c.t.Physical() == types.LayoutBytes:
			v.AppendBytes(value)
		case c.width >= 0:
			appendFixedBytes(v, value)
		default:
			if err := appendWholeNested(v, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// splitVar cuts the value of variable column i off the variable part.
func (e *KeyEncoder) splitVar(i int, rest []byte) (value, tail []byte, err error) {
	if i == e.vars[len(e.vars)-1] {
		return rest, nil, nil
	}
	size, n := binary.Uvarint(rest)
	if n <= 0 || size > uint64(len(rest)-n) {
		return nil, nil, fmt.Errorf("%w: key column %d is longer than the key", ErrCorrupt, i)
	}
	return rest[n : n+int(size)], rest[n+int(size):], nil
}

// DecodeKeys is DecodeKey for many keys, column at a time where keys are of
// fixed width.
func (e *KeyEncoder) DecodeKeys(keys [][]byte, into []*batch.Vector) error {
	if len(e.vars) > 0 || e.wide {
		for _, k := range keys {
			if err := e.DecodeKey(k, into); err != nil {
				return err
			}
		}
		return nil
	}
	for _, k := range keys {
		if len(k) != e.fixed {
			return fmt.Errorf("%w: a key of %d bytes, expected %d", ErrCorrupt, len(k), e.fixed)
		}
	}
	for i := range e.cols {
		if into[i] != nil {
			e.loadKeyColumn(&e.cols[i], keys, into[i])
		}
	}
	return nil
}

func (e *KeyEncoder) loadKeyColumn(c *keyColumn, keys [][]byte, v *batch.Vector) {
	start := v.Len()
	if c.t.Kind == types.Null {
		for range keys {
			v.AppendNull()
		}
		return
	}
	loadFixed(v, keys, c.offset)
	if c.bit < 0 {
		return
	}
	at, mask := e.nulls+c.bit>>3, byte(1)<<(c.bit&7)
	for k, key := range keys {
		if key[at]&mask != 0 {
			v.SetNull(start + k)
		}
	}
}

func appendNarrowed(v *batch.Vector, x int64) {
	switch v.Type.Physical() {
	case types.LayoutInt8:
		batch.AppendFixed(v, int8(x))
	case types.LayoutInt16:
		batch.AppendFixed(v, int16(x))
	default:
		batch.AppendFixed(v, int32(x))
	}
}

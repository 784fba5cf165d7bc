package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// input is binary Avro being read. After an error it stays where it is.
type input struct {
	data  []byte
	pos   int
	depth int
}

var errShort = errors.New("the data ends too early")

// maxDepth bounds the nesting of values.
const maxDepth = 500

// long reads a zigzag number.
func (in *input) long() (int64, error) {
	var x uint64
	for shift := uint(0); in.pos < len(in.data); shift += 7 {
		b := in.data[in.pos]
		in.pos++
		if shift == 63 && b > 1 {
			return 0, errors.New("a number has more than 64 bits")
		}
		x |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int64(x>>1) ^ -int64(x&1), nil
		}
	}
	return 0, errShort
}

// bytes reads n bytes, which stay part of the input.
func (in *input) bytes(n int64) ([]byte, error) {
	if n < 0 || n > int64(len(in.data)-in.pos) {
		return nil, errShort
	}
	b := in.data[in.pos : in.pos+int(n)]
	in.pos += int(n)
	return b, nil
}

// text reads bytes or a string with its length.
func (in *input) text() ([]byte, error) {
	n, err := in.long()
	if err != nil {
		return nil, err
	}
	return in.bytes(n)
}

// read reads a value into v, or past it if a.skip.
func (a *action) read(in *input, v *batch.Vector) error {
	switch a.op {
	case readInteger:
		x, err := in.long()
		if err != nil || a.skip {
			return err
		}
		return a.appendInteger(v, x)
	case readBytes:
		b, err := in.text()
		if err == nil && !a.skip {
			v.AppendBytes(b)
		}
		return err
	case readUnion:
		i, err := in.long()
		if err != nil {
			return err
		}
		if i < 0 || i >= int64(len(a.branches)) {
			return fmt.Errorf("a union has no branch %d", i)
		}
		if a.branches[i] == nil {
			return fmt.Errorf("a value of a NOT NULL field is null")
		}
		return a.branches[i].read(in, v)
	case readNull:
		if !a.skip {
			v.AppendNull()
		}
		return nil
	case readRecord:
		return a.readRecord(in, v)
	case readArray, readMap:
		return a.readBlocks(in, v)
	}
	return a.readFixedWidth(in, v)
}

func (a *action) appendInteger(v *batch.Vector, x int64) error {
	switch a.typ.Kind {
	case types.BigInt, types.Timestamp, types.TimestampLTZ:
		v.AppendInt64(x)
	case types.Double:
		v.AppendFloat64(float64(x))
	case types.Float:
		batch.AppendFixed(v, float32(x))
	case types.TinyInt:
		batch.AppendFixed(v, int8(x))
	case types.SmallInt:
		batch.AppendFixed(v, int16(x))
	default:
		if x != int64(int32(x)) {
			return fmt.Errorf("the number %d is no int", x)
		}
		v.AppendInt32(int32(x))
	}
	return nil
}

func (a *action) readFixedWidth(in *input, v *batch.Vector) error {
	switch a.op {
	case readBoolean:
		b, err := in.bytes(1)
		if err == nil && !a.skip {
			v.AppendBool(b[0] == 1)
		}
		return err
	case readFloat:
		b, err := in.bytes(4)
		if err != nil || a.skip {
			return err
		}
		f := math.Float32frombits(binary.LittleEndian.Uint32(b))
		if a.typ.Kind == types.Double {
			v.AppendFloat64(float64(f))
		} else {
			batch.AppendFixed(v, f)
		}
		return nil
	case readDouble:
		b, err := in.bytes(8)
		if err == nil && !a.skip {
			v.AppendFloat64(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
		return err
	case readFixed:
		b, err := in.bytes(int64(a.size))
		switch {
		case err != nil || a.skip:
			return err
		case a.typ.Kind == types.Decimal:
			return a.appendDecimal(v, b)
		}
		v.AppendBytes(b)
		return nil
	case readDecimal:
		b, err := in.text()
		if err != nil {
			return err
		}
		return a.appendDecimal(v, b)
	case readEnum:
		i, err := in.long()
		if err != nil {
			return err
		}
		if i < 0 || i >= int64(len(a.symbols)) {
			return fmt.Errorf("an enum has no symbol %d", i)
		}
		v.AppendString(a.symbols[i])
		return nil
	}
	return fmt.Errorf("internal: no way to read a %s", a.typ)
}

// appendDecimal appends a two's complement number, high byte first; NULL if it
// has more digits than the type.
func (a *action) appendDecimal(v *batch.Vector, b []byte) error {
	if len(b) == 0 {
		return errors.New("a decimal has no bytes")
	}
	hi := int64(int8(b[0])) >> 7 // the sign
	lo := uint64(hi)
	for i, c := range b {
		if i < len(b)-16 {
			if c != byte(uint64(hi)) {
				v.AppendNull()
				return nil
			}
			continue
		}
		hi = hi<<8 | int64(lo>>56)
		lo = lo<<8 | uint64(c)
	}
	n := decimal.Num{Lo: lo, Hi: hi}
	if !n.Fits(a.typ.Length) {
		v.AppendNull()
		return nil
	}
	batch.AppendFixed(v, n)
	return nil
}

func (a *action) readRecord(in *input, v *batch.Vector) error {
	if in.depth++; in.depth > maxDepth {
		return errors.New("values are nested too deeply")
	}
	var cols []*batch.Vector
	if !a.skip {
		cols = v.Kids
	}
	if err := a.readFields(in, cols); err != nil {
		return err
	}
	in.depth--
	if !a.skip {
		v.EndRow()
	}
	return nil
}

// readFields reads the fields of a record into cols.
func (a *action) readFields(in *input, cols []*batch.Vector) error {
	for i := range a.fields {
		f := &a.fields[i]
		var col *batch.Vector
		if f.column >= 0 {
			col = cols[f.column]
		}
		if err := f.read(in, col); err != nil {
			var at *fieldError
			if !errors.As(err, &at) {
				return &fieldError{f.name, err}
			}
			at.name = f.name + "." + at.name
			return err
		}
	}
	for _, i := range a.missing {
		cols[i].AppendNull()
	}
	return nil
}

// fieldError says in which field something is wrong.
type fieldError struct {
	name string
	err  error
}

func (e *fieldError) Error() string { return fmt.Sprintf("field %q: %s", e.name, e.err) }

// Unwrap is what is wrong.
func (e *fieldError) Unwrap() error { return e.err }

// readBlocks reads an array or a map: blocks of values, each with their number.
func (a *action) readBlocks(in *input, v *batch.Vector) error {
	if in.depth++; in.depth > maxDepth {
		return errors.New("values are nested too deeply")
	}
	total := int64(0)
	for {
		n, err := in.long()
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if n < 0 { // the size of the block follows
			size, err := in.long()
			if err != nil {
				return err
			}
			if n = -n; a.skip {
				if _, err := in.bytes(size); err != nil {
					return err
				}
				continue
			}
		}
		// Values may take no bytes (null), so their number is bounded as well.
		if total += n; n < 0 || total > int64(len(in.data))+1<<16 {
			return fmt.Errorf("an array or map claims to have %d values", total)
		}
		if err := a.readBlock(in, v, n); err != nil {
			return err
		}
	}
	in.depth--
	if !a.skip {
		v.EndList()
	}
	return nil
}

func (a *action) readBlock(in *input, v *batch.Vector, n int64) error {
	var elems *batch.Vector
	if !a.skip {
		elems = v.Kids[len(v.Kids)-1]
	}
	for range n {
		if a.op == readMap {
			key, err := in.text()
			if err != nil {
				return err
			}
			if !a.skip {
				v.Kids[0].AppendBytes(key)
			}
		}
		if err := a.elem.read(in, elems); err != nil {
			return err
		}
	}
	return nil
}

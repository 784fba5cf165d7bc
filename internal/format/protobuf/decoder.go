package protobuf

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// decoder reads messages. It is used by one goroutine.
type decoder struct {
	root   *message
	ignore bool
}

// Decode appends the row of one message. An empty one has all fields absent.
func (d *decoder) Decode(msg []byte, out *batch.Batch) error {
	err := d.root.read(msg, out.Cols)
	if err == nil {
		out.AppendKind(batch.Insert)
		return nil
	}
	out.Truncate(out.N)
	if d.ignore {
		return nil
	}
	return &format.Malformed{Format: "protobuf", Reason: err.Error(), Text: bytes.Clone(msg[:min(len(msg), 1024)])}
}

// read appends one value to each column.
func (m *message) read(data []byte, cols []*batch.Vector) error {
	if err := m.scan(data); err != nil {
		return err
	}
	for _, f := range m.required {
		if len(f.spans) == 0 {
			return fmt.Errorf("the required field %q is missing", f.fd.Name())
		}
	}
	for i, f := range m.columns {
		if err := f.read(cols[i]); err != nil {
			return fmt.Errorf("field %q: %w", f.fd.Name(), err)
		}
	}
	return nil
}

// scan notes where the wanted fields are. Fields may come in any order and more
// than once; of a single value the last one counts.
func (m *message) scan(data []byte) error {
	for _, f := range m.dense {
		if f != nil {
			f.spans, f.packed = f.spans[:0], f.packed[:0]
		}
	}
	for _, f := range m.sparse {
		f.spans, f.packed = f.spans[:0], f.packed[:0]
	}
	for len(data) > 0 {
		number, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, wire, data); n < 0 {
			return protowire.ParseError(n)
		}
		value := data[:n]
		data = data[n:]
		var f *field
		if int(number) < len(m.dense) {
			f = m.dense[number]
		} else if len(m.sparse) > 0 {
			f = m.sparse[number]
		}
		if f != nil {
			f.note(wire, value)
		}
	}
	return nil
}

// note keeps a value of f; one of another wire type is an unknown field.
func (f *field) note(wire protowire.Type, value []byte) {
	if wire == protowire.BytesType {
		value, _ = protowire.ConsumeBytes(value)
	}
	repeated := f.fd.IsList() || f.fd.IsMap()
	switch {
	case wire == f.wire:
	case repeated && wire == protowire.BytesType && f.wire != protowire.StartGroupType:
		f.spans, f.packed = append(f.spans, value), append(f.packed, true)
		return
	default:
		return
	}
	if f.kind == protoreflect.EnumKind && f.fd.Enum().IsClosed() && f.column >= 0 && !repeated {
		if x, _ := protowire.ConsumeVarint(value); f.names[int32(x)] == "" {
			return
		}
	}
	for _, other := range f.oneof {
		if other != f {
			other.spans = other.spans[:0]
		}
	}
	if !repeated && f.kind != protoreflect.MessageKind {
		f.spans = f.spans[:0]
	}
	f.spans = append(f.spans, value)
	if repeated {
		f.packed = append(f.packed, false)
	}
}

// read appends what was noted of f.
func (f *field) read(v *batch.Vector) error {
	switch {
	case f.entry != nil:
		return f.readMap(v)
	case f.fd.IsList():
		return f.readList(v)
	case len(f.spans) == 0 && !f.defaults:
		v.AppendNull()
		return nil
	case f.message != nil:
		return f.readMessage(v, f.whole())
	case len(f.spans) == 0:
		return f.append(v, f.number, f.text)
	}
	_, err := f.readValue(v, f.spans[0])
	return err
}

// whole is the message that was noted: parts of one follow each other.
func (f *field) whole() []byte {
	switch len(f.spans) {
	case 0:
		return nil
	case 1:
		return f.spans[0]
	}
	f.joined = f.joined[:0]
	for _, s := range f.spans {
		f.joined = append(f.joined, s...)
	}
	return f.joined
}

func (f *field) readMessage(v *batch.Vector, data []byte) error {
	if err := f.message.read(data, v.Kids); err != nil {
		return err
	}
	v.EndRow()
	return nil
}

func (f *field) readList(v *batch.Vector) error {
	elems := v.Kids[0]
	before := elems.Len()
	for i, s := range f.spans {
		if f.message != nil {
			if err := f.readMessage(elems, s); err != nil {
				return err
			}
			continue
		}
		for first := true; first || f.packed[i] && len(s) > 0; first = false {
			if f.packed[i] && len(s) == 0 {
				break
			}
			n, err := f.readValue(elems, s)
			if err != nil {
				return err
			}
			s = s[n:]
		}
	}
	if elems.Len() == before && !f.defaults {
		v.AppendNull()
		return nil
	}
	v.EndList()
	return nil
}

// readMap appends the entries; of those with one key the last one counts.
func (f *field) readMap(v *batch.Vector) error {
	if len(f.spans) == 0 && !f.defaults {
		v.AppendNull()
		return nil
	}
	key := f.entry.columns[0]
	var buf [10]byte
	if len(f.spans) > 1 {
		if f.last == nil {
			f.last = map[string]int{}
		}
		clear(f.last)
		for i, s := range f.spans {
			if err := f.entry.scan(s); err != nil {
				return err
			}
			f.last[string(key.identity(buf[:]))] = i
		}
	}
	for i, s := range f.spans {
		if err := f.entry.scan(s); err != nil {
			return err
		}
		if len(f.spans) > 1 && f.last[string(key.identity(buf[:]))] != i {
			continue
		}
		for k, c := range f.entry.columns {
			if err := c.read(v.Kids[k]); err != nil {
				return err
			}
		}
	}
	v.EndList()
	return nil
}

// identity is what makes the noted key of an entry the same as another.
func (f *field) identity(buf []byte) []byte {
	var data []byte
	if len(f.spans) > 0 {
		data = f.spans[0]
	}
	if f.wire == protowire.BytesType {
		return bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	x := f.number
	if data != nil {
		x, _ = f.consume(data)
	}
	switch {
	case f.kind == protoreflect.BoolKind:
		x = protowire.EncodeBool(x != 0)
	case f.typ.Kind == types.Int:
		x &= math.MaxUint32
	}
	return protowire.AppendVarint(buf[:0], x)
}

// consume reads the number at the start of data; n is negative if there is none.
func (f *field) consume(data []byte) (x uint64, n int) {
	switch f.wire {
	case protowire.VarintType:
		x, n = protowire.ConsumeVarint(data)
	case protowire.Fixed32Type:
		var short uint32
		short, n = protowire.ConsumeFixed32(data)
		x = uint64(short)
	case protowire.Fixed64Type:
		x, n = protowire.ConsumeFixed64(data)
	}
	switch f.kind {
	case protoreflect.Sint32Kind:
		x = uint64(protowire.DecodeZigZag(x & math.MaxUint32))
	case protoreflect.Sint64Kind:
		x = uint64(protowire.DecodeZigZag(x))
	}
	return x, n
}

// readValue appends the simple value at the start of data, all of it for texts.
func (f *field) readValue(v *batch.Vector, data []byte) (n int, err error) {
	if f.wire == protowire.BytesType {
		return len(data), f.append(v, 0, data)
	}
	x, n := f.consume(data)
	if n < 0 {
		return 0, protowire.ParseError(n)
	}
	return n, f.append(v, x, nil)
}

// append appends a number or a text.
func (f *field) append(v *batch.Vector, x uint64, text []byte) error {
	switch f.kind {
	case protoreflect.BoolKind:
		v.AppendBool(x != 0)
	case protoreflect.FloatKind:
		batch.AppendFixed(v, math.Float32frombits(uint32(x)))
	case protoreflect.DoubleKind:
		v.AppendFloat64(math.Float64frombits(x))
	case protoreflect.StringKind:
		if !utf8.Valid(text) {
			if f.fd.Syntax() != protoreflect.Proto2 {
				return errors.New("the text is not valid UTF-8")
			}
			text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
		}
		v.AppendBytes(text)
	case protoreflect.BytesKind:
		v.AppendBytes(text)
	case protoreflect.EnumKind:
		return f.appendEnum(v, int32(x))
	default:
		if f.typ.Kind == types.BigInt {
			v.AppendInt64(int64(x))
		} else {
			v.AppendInt32(int32(x))
		}
	}
	return nil
}

// appendEnum appends the name or the number of a value. Of a value that the
// definition has not, Java knows neither.
func (f *field) appendEnum(v *batch.Vector, x int32) error {
	name, known := f.names[x]
	switch f.typ.Kind {
	case types.Varchar, types.Char:
		if !known {
			name = "UNRECOGNIZED"
		}
		v.AppendString(name)
		return nil
	}
	if !known {
		return fmt.Errorf("enum %s has no value %d", f.fd.Enum().FullName(), x)
	}
	switch f.typ.Kind {
	case types.TinyInt:
		batch.AppendFixed(v, int8(x))
	case types.SmallInt:
		batch.AppendFixed(v, int16(x))
	case types.BigInt:
		v.AppendInt64(int64(x))
	default:
		v.AppendInt32(x)
	}
	return nil
}

package protobuf

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// encoder writes messages. It is used by one goroutine.
type encoder struct {
	root        *message
	nullLiteral string
}

// Encode appends physical row i of b as one message, fields by their numbers.
func (e *encoder) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	if k := b.Kind(i); k != batch.Insert {
		return dst, fmt.Errorf("format 'protobuf' can write insertions only, but got a row of kind %s", k)
	}
	return e.message(dst, e.root, b.Cols, i)
}

func (e *encoder) message(dst []byte, m *message, cols []*batch.Vector, i int) ([]byte, error) {
	for _, f := range m.required {
		if cols[f.column].IsNull(i) {
			return dst, fmt.Errorf("Message missing required fields: %s", f.fd.Name())
		}
	}
	var err error
	for _, f := range m.ordered {
		v := cols[f.column]
		if v.IsNull(i) || f.oneof != nil && f.overridden(cols, i) {
			continue
		}
		if dst, err = e.field(dst, f, v, i); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// overridden reports whether a later column sets the same oneof.
func (f *field) overridden(cols []*batch.Vector, i int) bool {
	for _, other := range f.oneof {
		if other.column > f.column && !cols[other.column].IsNull(i) {
			return true
		}
	}
	return false
}

func (e *encoder) field(dst []byte, f *field, v *batch.Vector, i int) ([]byte, error) {
	number := f.fd.Number()
	switch {
	case f.entry != nil:
		return e.mapping(dst, f, v, i)
	case f.fd.IsList():
		return e.list(dst, f, v, i)
	case f.message != nil:
		return e.nested(dst, f, v, i, false)
	case !f.fd.HasPresence() && f.zero(v, i):
		return dst, nil
	}
	return e.value(protowire.AppendTag(dst, number, f.wire), f, v, i, false), nil
}

// nested writes a message with tag and length; an empty one for NULL.
func (e *encoder) nested(dst []byte, f *field, v *batch.Vector, i int, null bool) ([]byte, error) {
	dst = protowire.AppendTag(dst, f.fd.Number(), protowire.BytesType)
	start := len(dst)
	dst = append(dst, 0)
	if null {
		return dst, nil
	}
	dst, err := e.message(dst, f.message, v.Kids, i)
	return sized(dst, start), err
}

// sized puts the length of what follows start+1 at start, where a byte is kept
// for it.
func sized(dst []byte, start int) []byte {
	n := len(dst) - start - 1
	if n < 0x80 {
		dst[start] = byte(n)
		return dst
	}
	var length [10]byte
	head := protowire.AppendVarint(length[:0], uint64(n))
	dst = append(dst, head[1:]...) // room
	copy(dst[start+len(head):], dst[start+1:start+1+n])
	copy(dst[start:], head)
	return dst
}

func (e *encoder) list(dst []byte, f *field, v *batch.Vector, i int) ([]byte, error) {
	from, to := int(v.Offsets[i]), int(v.Offsets[i+1])
	if from == to {
		return dst, nil
	}
	elems := v.Kids[0]
	var err error
	if f.message != nil {
		for k := from; k < to && err == nil; k++ {
			dst, err = e.nested(dst, f, elems, k, elems.IsNull(k))
		}
		return dst, err
	}
	if f.fd.IsPacked() {
		dst = protowire.AppendTag(dst, f.fd.Number(), protowire.BytesType)
		start := len(dst)
		dst = append(dst, 0)
		for k := from; k < to; k++ {
			dst = e.value(dst, f, elems, k, elems.IsNull(k))
		}
		return sized(dst, start), nil
	}
	for k := from; k < to; k++ {
		dst = e.value(protowire.AppendTag(dst, f.fd.Number(), f.wire), f, elems, k, elems.IsNull(k))
	}
	return dst, nil
}

// mapping writes each entry as a message of key and value, both always there.
func (e *encoder) mapping(dst []byte, f *field, v *batch.Vector, i int) ([]byte, error) {
	var err error
	for k := int(v.Offsets[i]); k < int(v.Offsets[i+1]); k++ {
		dst = protowire.AppendTag(dst, f.fd.Number(), protowire.BytesType)
		start := len(dst)
		dst = append(dst, 0)
		for c, part := range f.entry.columns {
			kid := v.Kids[c]
			if part.message != nil {
				dst, err = e.nested(dst, part, kid, k, kid.IsNull(k))
				if err != nil {
					return dst, err
				}
				continue
			}
			dst = e.value(protowire.AppendTag(dst, part.fd.Number(), part.wire), part, kid, k, kid.IsNull(k))
		}
		dst = sized(dst, start)
	}
	return dst, nil
}

// value writes a simple value without its tag; for NULL, which only elements
// can be here, what Flink puts in its place.
func (e *encoder) value(dst []byte, f *field, v *batch.Vector, i int, null bool) []byte {
	switch f.kind {
	case protoreflect.StringKind:
		if null {
			return protowire.AppendString(dst, e.nullLiteral)
		}
		return protowire.AppendBytes(dst, v.At(i))
	case protoreflect.BytesKind:
		if null {
			return append(dst, 0)
		}
		return protowire.AppendBytes(dst, v.At(i))
	}
	x := uint64(0)
	if !null {
		x = f.bits(v, i)
	} else if f.kind == protoreflect.EnumKind {
		x = f.firstEnum()
	}
	switch f.wire {
	case protowire.Fixed32Type:
		return protowire.AppendFixed32(dst, uint32(x))
	case protowire.Fixed64Type:
		return protowire.AppendFixed64(dst, x)
	}
	return protowire.AppendVarint(dst, x)
}

// bits is a number as the wire has it.
func (f *field) bits(v *batch.Vector, i int) uint64 {
	switch f.kind {
	case protoreflect.BoolKind:
		return protowire.EncodeBool(v.Bool(i))
	case protoreflect.FloatKind:
		return uint64(math.Float32bits(v.Float32s()[i]))
	case protoreflect.DoubleKind:
		return math.Float64bits(v.Float64s()[i])
	case protoreflect.EnumKind:
		return f.enumBits(v, i)
	case protoreflect.Sint32Kind:
		return protowire.EncodeZigZag(int64(v.Int32s()[i]))
	case protoreflect.Sint64Kind:
		return protowire.EncodeZigZag(v.Int64s()[i])
	case protoreflect.Uint32Kind:
		return uint64(uint32(v.Int32s()[i]))
	}
	if f.typ.Kind == types.BigInt {
		return uint64(v.Int64s()[i])
	}
	return uint64(int64(v.Int32s()[i]))
}

// enumBits is the number of an enum's value; the first one for what is none.
func (f *field) enumBits(v *batch.Vector, i int) uint64 {
	var x int64
	switch f.typ.Kind {
	case types.Varchar, types.Char:
		n, ok := f.numbers[string(v.At(i))]
		if !ok {
			return f.firstEnum()
		}
		return uint64(int64(n))
	case types.TinyInt:
		x = int64(v.Int8s()[i])
	case types.SmallInt:
		x = int64(v.Int16s()[i])
	case types.BigInt:
		x = v.Int64s()[i]
	default:
		x = int64(v.Int32s()[i])
	}
	if _, ok := f.names[int32(x)]; !ok || x != int64(int32(x)) {
		return f.firstEnum()
	}
	return uint64(x)
}

func (f *field) firstEnum() uint64 { return uint64(int64(f.fd.Enum().Values().Get(0).Number())) }

// zero reports whether the value is what an absent field stands for.
func (f *field) zero(v *batch.Vector, i int) bool {
	switch f.kind {
	case protoreflect.StringKind, protoreflect.BytesKind:
		return len(v.At(i)) == 0
	}
	return f.bits(v, i) == 0
}

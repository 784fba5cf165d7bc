package flott

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
)

// stateValue encodes values of T for state. Numbers take as few bytes as they need, texts
// and collections have their length before them, a struct the number of its fields: so
// fields may be added at the end of a struct, where they are zero for what was stored
// before. Maps are encoded in no order.
type stateValue[T any] struct{ c *valueCodec }

// valueCodec encodes values of one Go type.
type valueCodec struct {
	put  func(dst []byte, x reflect.Value) []byte
	take func(b []byte, x reflect.Value) ([]byte, error)
}

var errShort = errors.New("it ends too early: the type of the state has changed")

func stateValueOf[T any](d *Declaration, name string) *stateValue[T] {
	c, err := codecFor(reflect.TypeFor[T](), nil)
	if err != nil {
		d.mistake("state %q: %v", name, err)
	}
	return &stateValue[T]{c}
}

func (s *stateValue[T]) encode(x *T, dst []byte) []byte {
	return s.c.put(dst, reflect.ValueOf(x).Elem())
}

func (s *stateValue[T]) decode(b []byte, x *T) error {
	rest, err := s.c.take(b, reflect.ValueOf(x).Elem())
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes are left: the type of the state has changed", len(rest))
	}
	return err
}

// codecFor makes the codec of t; around are the types that it is part of.
func codecFor(t reflect.Type, around []reflect.Type) (*valueCodec, error) {
	for _, a := range around {
		if a == t {
			return nil, fmt.Errorf("type %s contains itself", t)
		}
	}
	around = append(around[:len(around):len(around)], t)
	if c := marshaled(t); c != nil {
		return c, nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return &valueCodec{
			func(dst []byte, x reflect.Value) []byte {
				if x.Bool() {
					return append(dst, 1)
				}
				return append(dst, 0)
			},
			func(b []byte, x reflect.Value) ([]byte, error) {
				if len(b) == 0 {
					return nil, errShort
				}
				x.SetBool(b[0] != 0)
				return b[1:], nil
			}}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &valueCodec{
			func(dst []byte, x reflect.Value) []byte { return binary.AppendVarint(dst, x.Int()) },
			func(b []byte, x reflect.Value) ([]byte, error) {
				i, n := binary.Varint(b)
				if n <= 0 || x.OverflowInt(i) {
					return nil, errShort
				}
				x.SetInt(i)
				return b[n:], nil
			}}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &valueCodec{
			func(dst []byte, x reflect.Value) []byte { return binary.AppendUvarint(dst, x.Uint()) },
			func(b []byte, x reflect.Value) ([]byte, error) {
				i, n := binary.Uvarint(b)
				if n <= 0 || x.OverflowUint(i) {
					return nil, errShort
				}
				x.SetUint(i)
				return b[n:], nil
			}}, nil
	case reflect.Float32, reflect.Float64:
		return &valueCodec{
			func(dst []byte, x reflect.Value) []byte {
				return binary.LittleEndian.AppendUint64(dst, math.Float64bits(x.Float()))
			},
			func(b []byte, x reflect.Value) ([]byte, error) {
				if len(b) < 8 {
					return nil, errShort
				}
				x.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)))
				return b[8:], nil
			}}, nil
	case reflect.String:
		return &valueCodec{
			func(dst []byte, x reflect.Value) []byte { return appendText(dst, x.String()) },
			func(b []byte, x reflect.Value) ([]byte, error) {
				text, rest, err := takeText(b)
				x.SetString(string(text))
				return rest, err
			}}, nil
	}
	return composite(t, around)
}

func appendText[S string | []byte](dst []byte, s S) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func takeText(b []byte) (text, rest []byte, err error) {
	n, at := binary.Uvarint(b)
	if at <= 0 || n > uint64(len(b)-at) {
		return nil, nil, errShort
	}
	return b[at : at+int(n)], b[at+int(n):], nil
}

// marshaled is the codec of a type that encodes itself, such as time.Time; nil if it does not.
func marshaled(t reflect.Type) *valueCodec {
	if !t.Implements(reflect.TypeFor[encoding.BinaryMarshaler]()) || !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.BinaryUnmarshaler]()) {
		return nil
	}
	return &valueCodec{
		func(dst []byte, x reflect.Value) []byte {
			b, err := x.Interface().(encoding.BinaryMarshaler).MarshalBinary()
			if err != nil {
				panic(fmt.Sprintf("flott: a state of type %s cannot be encoded: %v", t, err))
			}
			return appendText(dst, b)
		},
		func(b []byte, x reflect.Value) ([]byte, error) {
			text, rest, err := takeText(b)
			if err == nil {
				err = x.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(text)
			}
			return rest, err
		}}
}

// composite makes the codec of structs and collections.
func composite(t reflect.Type, around []reflect.Type) (*valueCodec, error) {
	switch t.Kind() {
	case reflect.Struct:
		return structCodec(t, around)
	case reflect.Slice:
		elem, err := codecFor(t.Elem(), around)
		if err != nil {
			return nil, err
		}
		if t.Elem().Kind() == reflect.Uint8 {
			return bytesCodec(), nil
		}
		return sliceCodec(t, elem), nil
	case reflect.Array:
		elem, err := codecFor(t.Elem(), around)
		if err != nil {
			return nil, err
		}
		return arrayCodec(t, elem), nil
	case reflect.Map:
		key, err := codecFor(t.Key(), around)
		if err != nil {
			return nil, err
		}
		elem, err := codecFor(t.Elem(), around)
		if err != nil {
			return nil, err
		}
		return mapCodec(t, key, elem), nil
	case reflect.Pointer:
		elem, err := codecFor(t.Elem(), around)
		if err != nil {
			return nil, err
		}
		return pointerCodec(t, elem), nil
	}
	return nil, fmt.Errorf("values of type %s cannot be stored", t)
}

func structCodec(t reflect.Type, around []reflect.Type) (*valueCodec, error) {
	fields := make([]*valueCodec, t.NumField())
	for i := range fields {
		f := t.Field(i)
		if !f.IsExported() {
			return nil, fmt.Errorf("field %s of type %s is not exported, so it would be lost", f.Name, t)
		}
		var err error
		if fields[i], err = codecFor(f.Type, around); err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return &valueCodec{
		func(dst []byte, x reflect.Value) []byte {
			dst = binary.AppendUvarint(dst, uint64(len(fields)))
			for i, f := range fields {
				dst = f.put(dst, x.Field(i))
			}
			return dst
		},
		func(b []byte, x reflect.Value) ([]byte, error) {
			n, at := binary.Uvarint(b)
			if at <= 0 {
				return nil, errShort
			}
			if n > uint64(len(fields)) {
				return nil, fmt.Errorf("it has %d fields where %s has %d", n, t, len(fields))
			}
			b = b[at:]
			var err error
			for i, f := range fields[:n] {
				if b, err = f.take(b, x.Field(i)); err != nil {
					return nil, err
				}
			}
			return b, nil
		}}, nil
}

func bytesCodec() *valueCodec {
	return &valueCodec{
		func(dst []byte, x reflect.Value) []byte { return appendText(dst, x.Bytes()) },
		func(b []byte, x reflect.Value) ([]byte, error) {
			text, rest, err := takeText(b)
			x.SetBytes(append([]byte(nil), text...))
			return rest, err
		}}
}

func sliceCodec(t reflect.Type, elem *valueCodec) *valueCodec {
	return &valueCodec{
		func(dst []byte, x reflect.Value) []byte {
			dst = binary.AppendUvarint(dst, uint64(x.Len()))
			for i := range x.Len() {
				dst = elem.put(dst, x.Index(i))
			}
			return dst
		},
		func(b []byte, x reflect.Value) ([]byte, error) {
			n, at := binary.Uvarint(b)
			if at <= 0 || n > uint64(len(b)) {
				return nil, errShort
			}
			b = b[at:]
			x.Set(reflect.MakeSlice(t, int(n), int(n)))
			var err error
			for i := range int(n) {
				if b, err = elem.take(b, x.Index(i)); err != nil {
					return nil, err
				}
			}
			return b, nil
		}}
}

func arrayCodec(t reflect.Type, elem *valueCodec) *valueCodec {
	return &valueCodec{
		func(dst []byte, x reflect.Value) []byte {
			for i := range t.Len() {
				dst = elem.put(dst, x.Index(i))
			}
			return dst
		},
		func(b []byte, x reflect.Value) ([]byte, error) {
			var err error
			for i := range t.Len() {
				if b, err = elem.take(b, x.Index(i)); err != nil {
					return nil, err
				}
			}
			return b, nil
		}}
}

func mapCodec(t reflect.Type, key, elem *valueCodec) *valueCodec {
	return &valueCodec{
		func(dst []byte, x reflect.Value) []byte {
			dst = binary.AppendUvarint(dst, uint64(x.Len()))
			for it := x.MapRange(); it.Next(); {
				dst = elem.put(key.put(dst, it.Key()), it.Value())
			}
			return dst
		},
		func(b []byte, x reflect.Value) ([]byte, error) {
			n, at := binary.Uvarint(b)
			if at <= 0 || n > uint64(len(b)) {
				return nil, errShort
			}
			b = b[at:]
			x.Set(reflect.MakeMapWithSize(t, int(n)))
			var err error
			for range n {
				k, v := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
				if b, err = key.take(b, k); err != nil {
					return nil, err
				}
				if b, err = elem.take(b, v); err != nil {
					return nil, err
				}
				x.SetMapIndex(k, v)
			}
			return b, nil
		}}
}

func pointerCodec(t reflect.Type, elem *valueCodec) *valueCodec {
	return &valueCodec{
		func(dst []byte, x reflect.Value) []byte {
			if x.IsNil() {
				return append(dst, 0)
			}
			return elem.put(append(dst, 1), x.Elem())
		},
		func(b []byte, x reflect.Value) ([]byte, error) {
			if len(b) == 0 {
				return nil, errShort
			}
			if b[0] == 0 {
				x.SetZero()
				return b[1:], nil
			}
			x.Set(reflect.New(t.Elem()))
			return elem.take(b[1:], x.Elem())
		}}
}

// Package raw is Flink's 'raw' format: a message is the value of a single
// column, its bytes and nothing else. In a file every line is a message.
package raw

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes raw decoders and encoders.
type Factory struct{}

var _ format.Factory = Factory{}

// Name is "raw".
func (Factory) Name() string { return "raw" }

// Changelog is insert-only.
func (Factory) Changelog() format.Changelog { return format.InsertOnly }

const (
	optCharset    = "charset"
	optEndianness = "endianness"
)

// Options lists the format's options.
func (Factory) Options() []string { return []string{optCharset, optEndianness} }

// charset is an encoding of text.
type charset uint8

const (
	utf8Text charset = iota
	ascii
	latin1
	utf16Big
	utf16Little
	utf16Marked // byte order mark, big endian without one
)

var charsets = map[string]charset{
	"UTF-8": utf8Text, "UTF8": utf8Text,
	"US-ASCII": ascii, "ASCII": ascii,
	"ISO-8859-1": latin1, "ISO8859-1": latin1, "LATIN1": latin1,
	"UTF-16BE": utf16Big, "UTF-16LE": utf16Little, "UTF-16": utf16Marked,
}

// codec reads and writes messages. It is used by one goroutine.
type codec struct {
	typ     types.Type
	charset charset
	order   binary.ByteOrder
	appends binary.AppendByteOrder
	hidden  bool // the column is not wanted: rows are counted
}

func newCodec(schema types.Schema, options map[string]string) (*codec, error) {
	c := &codec{order: binary.BigEndian, appends: binary.BigEndian}
	name := options[optCharset]
	if name == "" {
		name = "UTF-8"
	}
	set, ok := charsets[strings.ToUpper(name)]
	if !ok {
		return nil, fmt.Errorf("Unsupported 'raw.charset' name: %s. Supported are UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16BE and UTF-16LE.", name)
	}
	c.charset = set
	switch e := options[optEndianness]; e {
	case "", "big-endian":
	case "little-endian":
		c.order, c.appends = binary.LittleEndian, binary.LittleEndian
	default:
		return nil, fmt.Errorf("Unsupported endianness name: %s. Supported values of 'raw.endianness' option are 'big-endian' and 'little-endian'.", e)
	}
	if len(schema) == 0 {
		c.hidden = true
		return c, nil
	}
	if len(schema) != 1 {
		return nil, fmt.Errorf("The 'raw' format only supports single physical column. However the defined schema contains multiple columns: %s",
			strings.Join(schema.Names(), ", "))
	}
	c.typ = schema[0].Type
	switch c.typ.Kind {
	case types.Char, types.Varchar, types.Binary, types.Varbinary, types.Boolean,
		types.TinyInt, types.SmallInt, types.Int, types.BigInt, types.Float, types.Double:
		return c, nil
	}
	return nil, fmt.Errorf("The 'raw' format doesn't supports '%s' as column type.", c.typ.WithNull(true))
}

// NewDecoder returns a decoder of the one column of schema.
func (Factory) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	return newCodec(schema, options)
}

// NewEncoder returns an encoder of the one column of schema.
func (Factory) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	c, err := newCodec(schema, options)
	if err == nil && c.hidden {
		return nil, fmt.Errorf("The 'raw' format needs one physical column")
	}
	return c, err
}

// Split finds lines.
func (c *codec) Split() bufio.SplitFunc { return bufio.ScanLines }

// Lines is true.
func (c *codec) Lines() bool { return true }

// Separator ends every message in a file.
func (c *codec) Separator() []byte { return []byte{'\n'} }

// Decode appends the value that msg is.
func (c *codec) Decode(msg []byte, out *batch.Batch) error {
	if !c.hidden {
		if err := c.value(msg, out.Cols[0]); err != nil {
			return err
		}
	}
	out.AppendKind(batch.Insert)
	return nil
}

func (c *codec) value(msg []byte, v *batch.Vector) error {
	width := c.typ.Physical().Width()
	if c.typ.Kind == types.Boolean {
		width = 1
	}
	if width > 0 && len(msg) != width {
		return c.malformed(msg, fmt.Sprintf("%d bytes cannot be a %s, which takes %d", len(msg), c.typ.WithNull(true), width))
	}
	switch c.typ.Kind {
	case types.Binary, types.Varbinary:
		v.AppendBytes(msg)
	case types.Char, types.Varchar:
		c.text(msg, v)
	case types.Boolean:
		v.AppendBool(msg[0] != 0)
	case types.TinyInt:
		batch.AppendFixed(v, int8(msg[0]))
	case types.SmallInt:
		batch.AppendFixed(v, int16(c.order.Uint16(msg)))
	case types.Int:
		v.AppendInt32(int32(c.order.Uint32(msg)))
	case types.BigInt:
		v.AppendInt64(int64(c.order.Uint64(msg)))
	case types.Float:
		batch.AppendFixed(v, math.Float32frombits(c.order.Uint32(msg)))
	case types.Double:
		v.AppendFloat64(math.Float64frombits(c.order.Uint64(msg)))
	}
	return nil
}

// text appends msg as UTF-8. As in Java, bytes that the charset does not know
// become U+FFFD; UTF-8 is taken as it is.
func (c *codec) text(msg []byte, v *batch.Vector) {
	switch c.charset {
	case utf8Text:
		v.AppendBytes(msg)
		return
	case ascii, latin1:
		for _, b := range msg {
			r := rune(b)
			if b >= utf8.RuneSelf && c.charset == ascii {
				r = utf8.RuneError
			}
			v.Bytes = utf8.AppendRune(v.Bytes, r)
		}
	default:
		order := binary.ByteOrder(binary.BigEndian)
		if c.charset == utf16Little {
			order = binary.LittleEndian
		}
		if c.charset == utf16Marked && len(msg) >= 2 {
			switch binary.BigEndian.Uint16(msg) {
			case 0xfeff:
				msg = msg[2:]
			case 0xfffe:
				msg, order = msg[2:], binary.LittleEndian
			}
		}
		v.Bytes = appendUTF16(v.Bytes, msg, order)
	}
	v.EndBytes()
}

func appendUTF16(dst, msg []byte, order binary.ByteOrder) []byte {
	for len(msg) >= 2 {
		r := rune(order.Uint16(msg))
		msg = msg[2:]
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if len(msg) >= 2 {
				pair = utf16.DecodeRune(r, rune(order.Uint16(msg)))
			}
			if r = pair; r != utf8.RuneError {
				msg = msg[2:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	if len(msg) == 1 {
		dst = utf8.AppendRune(dst, utf8.RuneError)
	}
	return dst
}

func (c *codec) malformed(msg []byte, reason string) error {
	return &format.Malformed{Format: "raw", Reason: reason, Text: append([]byte(nil), msg[:min(len(msg), 1024)]...)}
}

// Encode appends the value of physical row i; nothing for NULL.
func (c *codec) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	if k := b.Kind(i); k != batch.Insert {
		return dst, fmt.Errorf("format 'raw' can write insertions only, but got a row of kind %s", k)
	}
	v := b.Cols[0]
	if v.IsNull(i) {
		return dst, nil
	}
	switch c.typ.Kind {
	case types.Binary, types.Varbinary:
		return append(dst, v.At(i)...), nil
	case types.Char, types.Varchar:
		return c.appendText(dst, v.At(i)), nil
	case types.Boolean:
		if v.Bool(i) {
			return append(dst, 1), nil
		}
		return append(dst, 0), nil
	case types.TinyInt:
		return append(dst, byte(v.Int8s()[i])), nil
	case types.SmallInt:
		return c.appends.AppendUint16(dst, uint16(v.Int16s()[i])), nil
	case types.Int:
		return c.appends.AppendUint32(dst, uint32(v.Int32s()[i])), nil
	case types.BigInt:
		return c.appends.AppendUint64(dst, uint64(v.Int64s()[i])), nil
	case types.Float:
		return c.appends.AppendUint32(dst, math.Float32bits(v.Float32s()[i])), nil
	}
	return c.appends.AppendUint64(dst, math.Float64bits(v.Float64s()[i])), nil
}

// appendText writes text in the charset, '?' for what it does not know.
func (c *codec) appendText(dst, text []byte) []byte {
	if c.charset == utf8Text {
		return append(dst, text...)
	}
	order := binary.AppendByteOrder(binary.BigEndian)
	switch c.charset {
	case utf16Little:
		order = binary.LittleEndian
	case utf16Marked:
		dst = append(dst, 0xfe, 0xff)
	}
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case c.charset == ascii && r > 0x7f, c.charset == latin1 && r > 0xff:
			dst = append(dst, '?')
		case c.charset == ascii || c.charset == latin1:
			dst = append(dst, byte(r))
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			dst = order.AppendUint16(order.AppendUint16(dst, uint16(hi)), uint16(lo))
		default:
			dst = order.AppendUint16(dst, uint16(r))
		}
	}
	return dst
}

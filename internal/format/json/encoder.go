package json

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// encoder writes rows. It is used by one goroutine.
type encoder struct {
	settings
	root    *writer
	writers map[*object]*writer // of the nested rows
	err     error               // of the row being written
}

// writer is the fields of a ROW with their keys ready to be copied.
type writer struct {
	fields []*node
	keys   [][]byte // `,"name":`; the first key written goes without the comma
}

func newEncoder(s settings, root *object) *encoder {
	e := &encoder{settings: s, writers: map[*object]*writer{}}
	e.root = e.writer(root)
	return e
}

// writer makes the writer of o and of the rows inside it.
func (e *encoder) writer(o *object) *writer {
	w := &writer{fields: o.fields}
	e.writers[o] = w
	for _, f := range o.fields {
		w.keys = append(w.keys, append(appendQuoted([]byte{','}, []byte(f.name)), ':'))
		for n := f; n != nil; n = n.elem {
			if n.object != nil {
				e.writer(n.object)
			}
		}
	}
	return w
}

// Separator ends every message in a file.
func (e *encoder) Separator() []byte { return []byte{'\n'} }

// Encode appends physical row i of b as one JSON object.
func (e *encoder) Encode(dst []byte, b *batch.Batch, i int) ([]byte, error) {
	if k := b.Kind(i); k != batch.Insert {
		return dst, fmt.Errorf("format 'json' can write insertions only, but got a row of kind %s", k)
	}
	start := len(dst)
	dst = e.object(dst, e.root, b.Cols, i)
	if e.err != nil {
		err := e.err
		e.err = nil
		return dst[:start], err
	}
	return dst, nil
}

func (e *encoder) object(dst []byte, w *writer, cols []*batch.Vector, i int) []byte {
	dst = append(dst, '{')
	first := true
	for k, n := range w.fields {
		col := cols[k]
		null := col.IsNull(i)
		if null && e.ignoreNulls {
			continue
		}
		key := w.keys[k]
		if first {
			key, first = key[1:], false
		}
		dst = append(dst, key...)
		if null {
			dst = append(dst, "null"...)
		} else {
			dst = e.value(dst, n, col, i)
		}
	}
	return append(dst, '}')
}

// element writes a value that may be NULL.
func (e *encoder) element(dst []byte, n *node, v *batch.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	return e.value(dst, n, v, i)
}

func (e *encoder) value(dst []byte, n *node, v *batch.Vector, i int) []byte {
	switch n.kind {
	case types.Varchar, types.Char:
		return appendQuoted(dst, v.At(i))
	case types.BigInt, types.IntervalDayTime:
		return strconv.AppendInt(dst, v.Int64s()[i], 10)
	case types.Int, types.IntervalYearMonth:
		return strconv.AppendInt(dst, int64(v.Int32s()[i]), 10)
	case types.SmallInt:
		return strconv.AppendInt(dst, int64(v.Int16s()[i]), 10)
	case types.TinyInt:
		return strconv.AppendInt(dst, int64(v.Int8s()[i]), 10)
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool(i))
	case types.Double:
		return appendNumber(dst, v.Float64s()[i], false)
	case types.Float:
		return appendNumber(dst, float64(v.Float32s()[i]), true)
	case types.Decimal:
		if e.plainDecimals {
			return scalar.AppendDecimal(dst, v.Decimals()[i], n.typ.Scale)
		}
		return scalar.AppendDecimalStripped(dst, v.Decimals()[i], n.typ.Scale)
	case types.Timestamp, types.TimestampLTZ:
		if n.typ.HasNanos() {
			sec, nano := v.Moment(i)
			return append(scalar.AppendMoment(append(dst, '"'), sec, nano, e.separator, n.zone), '"')
		}
		dst = scalar.AppendTimestamp(append(dst, '"'), v.Int64s()[i], e.separator, n.zone, n.units)
		return append(dst, '"')
	case types.Date:
		return append(scalar.AppendDate(append(dst, '"'), int64(v.Int32s()[i])), '"')
	case types.Time:
		return append(scalar.AppendTime(append(dst, '"'), int64(v.Int32s()[i])), '"')
	case types.Binary, types.Varbinary:
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), v.At(i)), '"')
	case types.Row:
		return e.object(dst, e.writers[n.object], v.Kids, i)
	case types.Array:
		return e.array(dst, n, v, i)
	case types.Map, types.Multiset:
		return e.mapping(dst, n, v, i)
	}
	return append(dst, "null"...)
}

// appendNumber writes a float as Java prints it; what JSON cannot express is
// quoted.
func appendNumber(dst []byte, f float64, single bool) []byte {
	odd := math.IsNaN(f) || math.IsInf(f, 0)
	if odd {
		dst = append(dst, '"')
	}
	if single {
		dst = scalar.AppendFloat32(dst, float32(f))
	} else {
		dst = scalar.AppendFloat64(dst, f)
	}
	if odd {
		dst = append(dst, '"')
	}
	return dst
}

func (e *encoder) array(dst []byte, n *node, v *batch.Vector, i int) []byte {
	dst = append(dst, '[')
	for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
		if k > v.Offsets[i] {
			dst = append(dst, ',')
		}
		dst = e.element(dst, n.elem, v.Kids[0], int(k))
	}
	return append(dst, ']')
}

func (e *encoder) mapping(dst []byte, n *node, v *batch.Vector, i int) []byte {
	keys, values := v.Kids[0], v.Kids[1]
	dst = append(dst, '{')
	first := true
	for k := int(v.Offsets[i]); k < int(v.Offsets[i+1]); k++ {
		null := keys.IsNull(k)
		if null && e.nullKey == dropNullKey {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		switch {
		case !null:
			dst = appendQuoted(dst, keys.At(k))
		case e.nullKey == literalNullKey:
			dst = appendQuoted(dst, []byte(e.nullKeyLiteral))
		default:
			e.err = fmt.Errorf("JSON format doesn't support to serialize map data with null keys. " +
				"You can drop null key entries or encode null in literals by specifying json.map-null-key.mode option.")
			return dst
		}
		dst = append(dst, ':')
		dst = e.element(dst, n.elem, values, k)
	}
	return append(dst, '}')
}

const hexDigits = "0123456789ABCDEF"

// appendQuoted writes text as a JSON string as Flink does: characters beyond
// U+FFFF as escaped surrogate pairs, the rest of Unicode as it is.
func appendQuoted(dst, text []byte) []byte {
	n := special(text, 0)
	if n < len(text) {
		return appendEscaped(dst, text, n)
	}
	start := len(dst)
	dst = slices.Grow(dst, n+2)[:start+n+2]
	dst[start] = '"'
	copy(dst[start+1:], text)
	dst[start+1+n] = '"'
	return dst
}

// appendEscaped is appendQuoted for text whose byte i is the first special one.
func appendEscaped(dst, text []byte, i int) []byte {
	dst = append(dst, '"')
	for start := 0; ; i = special(text, start) {
		dst = append(dst, text[start:i]...)
		if i == len(text) {
			return append(dst, '"')
		}
		if c := text[i]; c < utf8.RuneSelf {
			dst = appendControl(dst, c)
			start = i + 1
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r -= 0x10000; r < 0 || size < 4 {
			dst = append(dst, '?')
		} else {
			dst = appendHex(appendHex(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
		}
		start = i + size
	}
}

// special returns the position of the first byte at or after i that does not
// stand for itself in a JSON string, or len(text): controls, quotes,
// backslashes and what begins a character beyond U+FFFF.
func special(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		if m := specials(binary.LittleEndian.Uint64(text[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	rest := len(text) - i
	if rest == 0 {
		return i
	}
	var w uint64
	if len(text) >= 8 { // the last eight bytes without those seen
		w = binary.LittleEndian.Uint64(text[len(text)-8:]) >> uint(64-8*rest)
	} else {
		for k := range rest {
			w |= uint64(text[i+k]) << uint(8*k)
		}
	}
	m := specials(w | blanks<<uint(8*rest))
	return i + min(bits.TrailingZeros64(m)>>3, rest)
}

// specials marks with its highest bit the first special byte of w, and
// perhaps others after it.
func specials(w uint64) uint64 {
	q, s := w^quotes, w^slashes
	return ((q-lowBits)&^q | (s-lowBits)&^s | (w-blanks)&^w | w&(w<<1)&(w<<2)&(w<<3)) & highBits
}

func appendControl(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return appendHex(dst, rune(c))
}

func appendHex(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

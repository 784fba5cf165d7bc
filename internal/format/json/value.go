package json

import (
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// integer reads a whole number within [lowest, highest]: a number, or a string
// that holds one. INT and BIGINT take the whole part of a number with a
// fraction, the smaller types do not take it.
func (d *decoder) integer(n *node, c byte, lowest, highest int64) (int64, bool) {
	b, i := d.data, d.pos
	neg := c == '-'
	if neg {
		i++
	}
	first := i
	var x uint64
	for i < len(b) && b[i]-'0' <= 9 {
		x = x*10 + uint64(b[i]-'0')
		i++
	}
	// Up to 18 digits cannot have overflowed; the rest goes the careful way.
	if digits := i - first; digits > 0 && digits <= 18 && (b[first] != '0' || digits == 1) &&
		(i == len(b) || b[i] != '.' && b[i]|0x20 != 'e') {
		y := int64(x)
		if neg {
			y = -y
		}
		if y < lowest || y > highest {
			return 0, d.unsuitable(n, d.pos, b[d.pos:i])
		}
		d.pos = i
		return y, true
	}
	return d.oddInteger(n, c, lowest, highest)
}

func (d *decoder) oddInteger(n *node, c byte, lowest, highest int64) (int64, bool) {
	at := d.pos
	text, whole, ok := d.scalarText(n, c)
	if !ok {
		return 0, false
	}
	if c == '"' {
		text = scalar.Trim(text)
	}
	if !whole && highest > math.MaxInt16 {
		f, _ := scalar.Float64(text)
		if f = math.Trunc(f); f >= float64(lowest) && f <= float64(highest) && f < 1<<63 {
			return int64(f), true
		}
		return 0, d.unsuitable(n, at, text)
	}
	x, ok := scalar.Int64(text)
	if !ok || x < lowest || x > highest {
		return 0, d.unsuitable(n, at, text)
	}
	return x, true
}

var trueText, falseText = []byte("true"), []byte("false")

// scalarText moves past a string, number or boolean and returns its text
// without quotes. whole is false for a number with fraction or exponent.
func (d *decoder) scalarText(n *node, c byte) (text []byte, whole, ok bool) {
	switch c {
	case '"':
		text, ok = d.str()
		return text, true, ok
	case 't':
		return trueText, true, d.literal("true")
	case 'f':
		return falseText, true, d.literal("false")
	case '{', '[':
		return nil, true, d.unsuitable(n, d.pos, kindShown(c))
	}
	return d.number()
}

// text reads any value into a string column: strings as they are, numbers and
// booleans as written, objects and arrays as JSON.
func (d *decoder) text(v *batch.Vector, c byte) bool {
	if c == '"' {
		start := d.pos + 1
		end, high := stringEnd(d.data, start)
		if high == 0 && end < len(d.data) && d.data[end] == '"' {
			v.AppendBytes(d.data[start:end])
			d.pos = end + 1
			return true
		}
		text, ok := d.str()
		if ok {
			v.AppendBytes(text)
		}
		return ok
	}
	if c == '{' || c == '[' {
		var ok bool
		if d.plain, ok = d.appendTree(d.plain[:0], 0); ok {
			v.AppendBytes(d.plain)
		}
		return ok
	}
	text, whole, ok := d.scalarText(nil, c)
	if !ok {
		return false
	}
	if !whole && !d.keepNumberText {
		f, _ := scalar.Float64(text)
		d.plain = scalar.AppendFloat64(d.plain[:0], f)
		text = d.plain
	}
	v.AppendBytes(text)
	return true
}

// scalar reads the types that are neither text, whole numbers nor nested.
func (d *decoder) scalar(n *node, v *batch.Vector, c byte) bool {
	at := d.pos
	text, _, ok := d.scalarText(n, c)
	if !ok {
		return false
	}
	trimmed := text
	if c == '"' {
		trimmed = scalar.Trim(text)
	}
	switch n.kind {
	case types.Boolean:
		v.AppendBool(scalar.Bool(trimmed))
		return true
	case types.Double:
		f, ok := scalar.Float64(trimmed)
		if !ok {
			return d.unsuitable(n, at, text)
		}
		v.AppendFloat64(f)
		return true
	case types.Float:
		f, ok := scalar.Float32(trimmed)
		if !ok {
			return d.unsuitable(n, at, text)
		}
		batch.AppendFixed(v, f)
		return true
	case types.Decimal:
		x, fit := scalar.Decimal(trimmed, n.typ.Length, n.typ.Scale)
		switch fit {
		case scalar.Fits:
			batch.AppendFixed(v, x)
		case scalar.Overflows:
			v.AppendNull()
		default:
			return d.unsuitable(n, at, text)
		}
		return true
	case types.Binary, types.Varbinary:
		return d.binary(n, v, c, text, at)
	}
	return d.moment(n, v, text, at)
}

// moment reads dates and times, which are strings without surrounding space.
func (d *decoder) moment(n *node, v *batch.Vector, text []byte, at int) bool {
	var ok bool
	switch n.kind {
	case types.Timestamp, types.TimestampLTZ:
		if n.typ.HasNanos() {
			var sec, nano int64
			if sec, nano, ok = scalar.Moment(text, d.separator, n.zone); ok {
				v.AppendMoment(sec, nano)
			}
			break
		}
		var x int64
		if x, ok = scalar.Timestamp(text, d.separator, n.zone, n.units); ok {
			v.AppendInt64(x)
		}
	case types.Date:
		var x int32
		if x, ok = scalar.Date(text); ok {
			v.AppendInt32(x)
		}
	case types.Time:
		var x int32
		if x, ok = scalar.Time(text); ok {
			v.AppendInt32(x)
		}
	}
	return ok || d.unsuitable(n, at, text)
}

// binary reads base64.
func (d *decoder) binary(n *node, v *batch.Vector, c byte, text []byte, at int) bool {
	if c != '"' {
		return d.unsuitable(n, at, text)
	}
	var ok bool
	if d.plain, ok = scalar.Base64(d.plain[:0], text); !ok {
		return d.unsuitable(n, at, text)
	}
	v.AppendBytes(d.plain)
	return true
}

// unsuitableValue refuses the value at d.pos for a nested type.
func (d *decoder) unsuitableValue(n *node) bool {
	at := d.pos
	if !d.skip(0) {
		return false
	}
	return d.unsuitable(n, at, d.data[at:d.pos])
}

// appendTree moves past a value and appends it as compact JSON, numbers with a
// fraction printed as doubles: what Flink makes of an object in a STRING.
func (d *decoder) appendTree(dst []byte, depth int) ([]byte, bool) {
	if depth > maxDepth {
		return dst, d.wrong(d.pos, "values are nested too deeply")
	}
	switch c := d.peek(); c {
	case '"':
		text, ok := d.str()
		return appendQuoted(dst, text), ok
	case '{', '[':
		return d.appendNested(dst, c, depth)
	case 't':
		return append(dst, "true"...), d.literal("true")
	case 'f':
		return append(dst, "false"...), d.literal("false")
	case 'n':
		return append(dst, "null"...), d.literal("null")
	}
	text, whole, ok := d.number()
	if !ok {
		return dst, false
	}
	if whole {
		if string(text) == "-0" {
			text = text[1:]
		}
		return append(dst, text...), true
	}
	f, _ := scalar.Float64(text)
	if math.IsInf(f, 0) {
		return append(scalar.AppendFloat64(append(dst, '"'), f), '"'), true
	}
	return scalar.AppendFloat64(dst, f), true
}

func (d *decoder) appendNested(dst []byte, open byte, depth int) ([]byte, bool) {
	closing := open + 2 // ] after [, } after {
	d.pos++
	dst = append(dst, open)
	if d.peek() == closing {
		d.pos++
		return append(dst, closing), true
	}
	for {
		var ok bool
		if open == '{' {
			if d.peek() != '"' {
				return dst, d.syntaxAt(d.pos)
			}
			text, ok := d.str()
			if !ok {
				return dst, false
			}
			dst = append(appendQuoted(dst, text), ':')
			if d.peek() != ':' {
				return dst, d.syntaxAt(d.pos)
			}
			d.pos++
		}
		if dst, ok = d.appendTree(dst, depth+1); !ok {
			return dst, false
		}
		switch d.peek() {
		case ',':
			d.pos++
			dst = append(dst, ',')
		case closing:
			d.pos++
			return append(dst, closing), true
		default:
			return dst, d.syntaxAt(d.pos)
		}
	}
}

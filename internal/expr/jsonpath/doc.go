// Package jsonpath reads JSON text and finds values in it by SQL/JSON paths, as
// Flink's JSON functions do: the first value of the text counts, of equal keys
// the last one, and numbers keep their digits.
package jsonpath

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	True
	False
	Number
	String
	Array
	Object
)

// Value is a JSON value. It aliases the text and the Doc it was read from.
type Value struct {
	Kind Kind
	Text []byte   // Number: as written; String: decoded
	Keys [][]byte // Object: decoded, without duplicates
	Kids []Value  // Array and Object
}

// IsScalar reports anything but arrays and objects.
func (v *Value) IsScalar() bool { return v.Kind < Array }

// Bounds of a text, against hostile ones; Jackson has the same.
const (
	maxDepth  = 1000
	maxNumber = 1000
)

var errEnd = errors.New("the JSON text ends too early")

type reader struct {
	s      []byte
	i      int
	depth  int
	unique bool // equal keys are an error
}

// ErrDuplicateKey is what ParseUnique says to an object with a key twice.
var ErrDuplicateKey = errors.New("an object has the same key twice")

// ParseUnique is Parse for objects without equal keys.
func ParseUnique(s []byte) (Value, error) { return parse(&reader{s: s, unique: true}) }

// Parse reads the first value of s; what follows it is not looked at.
func Parse(s []byte) (Value, error) {
	return parse(&reader{s: s})
}

func parse(r *reader) (Value, error) {
	r.space()
	if r.i == len(r.s) {
		return Value{}, errEnd
	}
	v, err := r.value()
	if err == nil && v.Kind == Number && r.i < len(r.s) && !isSpace(r.s[r.i]) { // 2024-02-29 is no number with a rest
		return Value{}, fmt.Errorf("no space behind the number at offset %d of the JSON text", r.i)
	}
	return v, err
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (r *reader) space() {
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

func (r *reader) value() (Value, error) {
	if r.i >= len(r.s) {
		return Value{}, errEnd
	}
	switch c := r.s[r.i]; {
	case c == '{':
		return r.object()
	case c == '[':
		return r.array()
	case c == '"':
		text, err := r.str()
		return Value{Kind: String, Text: text}, err
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	}
	for _, w := range []struct {
		word string
		kind Kind
	}{{"null", Null}, {"true", True}, {"false", False}} {
		if len(r.s)-r.i >= len(w.word) && string(r.s[r.i:r.i+len(w.word)]) == w.word {
			r.i += len(w.word)
			if r.i < len(r.s) && isWordByte(r.s[r.i]) {
				break
			}
			return Value{Kind: w.kind}, nil
		}
	}
	return Value{}, fmt.Errorf("unexpected character %q at offset %d of the JSON text", r.s[min(r.i, len(r.s)-1)], r.i)
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func (r *reader) enter() error {
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("the JSON text is nested deeper than %d", maxDepth)
	}
	r.i++
	r.space()
	return nil
}

func (r *reader) object() (Value, error) {
	v := Value{Kind: Object}
	if err := r.enter(); err != nil {
		return v, err
	}
	defer func() { r.depth-- }()
	if r.i < len(r.s) && r.s[r.i] == '}' {
		r.i++
		return v, nil
	}
	for {
		if r.i >= len(r.s) || r.s[r.i] != '"' {
			return v, r.unexpected("a key in quotes")
		}
		key, err := r.str()
		if err != nil {
			return v, err
		}
		r.space()
		if r.i >= len(r.s) || r.s[r.i] != ':' {
			return v, r.unexpected("':'")
		}
		r.i++
		r.space()
		kid, err := r.value()
		if err != nil {
			return v, err
		}
		if v.put(key, kid) && r.unique {
			return v, ErrDuplicateKey
		}
		r.space()
		if done, err := r.next('}'); done || err != nil {
			return v, err
		}
	}
}

// put adds a member, or replaces the one of the same key and reports that.
func (v *Value) put(key []byte, kid Value) bool {
	for i, k := range v.Keys {
		if string(k) == string(key) {
			v.Kids[i] = kid
			return true
		}
	}
	v.Keys, v.Kids = append(v.Keys, key), append(v.Kids, kid)
	return false
}

// next reads the comma or the end of a list.
func (r *reader) next(end byte) (done bool, err error) {
	switch {
	case r.i < len(r.s) && r.s[r.i] == ',':
		r.i++
		r.space()
		return false, nil
	case r.i < len(r.s) && r.s[r.i] == end:
		r.i++
		return true, nil
	}
	return true, r.unexpected("',' or '" + string(end) + "'")
}

func (r *reader) unexpected(want string) error {
	if r.i >= len(r.s) {
		return errEnd
	}
	return fmt.Errorf("unexpected character %q at offset %d of the JSON text, where %s is expected", r.s[r.i], r.i, want)
}

func (r *reader) array() (Value, error) {
	v := Value{Kind: Array}
	if err := r.enter(); err != nil {
		return v, err
	}
	defer func() { r.depth-- }()
	if r.i < len(r.s) && r.s[r.i] == ']' {
		r.i++
		return v, nil
	}
	for {
		kid, err := r.value()
		if err != nil {
			return v, err
		}
		v.Kids = append(v.Kids, kid)
		r.space()
		if done, err := r.next(']'); done || err != nil {
			return v, err
		}
	}
}

func (r *reader) number() (Value, error) {
	start := r.i
	if r.s[r.i] == '-' {
		r.i++
	}
	whole := r.digits()
	if whole == 0 || whole > 1 && r.s[r.i-whole] == '0' {
		return Value{}, fmt.Errorf("bad number at offset %d of the JSON text", start)
	}
	if r.i < len(r.s) && r.s[r.i] == '.' {
		r.i++
		if r.digits() == 0 {
			return Value{}, fmt.Errorf("bad number at offset %d of the JSON text", start)
		}
	}
	if r.i < len(r.s) && (r.s[r.i] == 'e' || r.s[r.i] == 'E') {
		r.i++
		if r.i < len(r.s) && (r.s[r.i] == '+' || r.s[r.i] == '-') {
			r.i++
		}
		if r.digits() == 0 {
			return Value{}, fmt.Errorf("bad number at offset %d of the JSON text", start)
		}
	}
	if r.i-start > maxNumber || r.i < len(r.s) && isWordByte(r.s[r.i]) {
		return Value{}, fmt.Errorf("bad number at offset %d of the JSON text", start)
	}
	return Value{Kind: Number, Text: r.s[start:r.i]}, nil
}

func (r *reader) digits() int {
	start := r.i
	for r.i < len(r.s) && r.s[r.i] >= '0' && r.s[r.i] <= '9' {
		r.i++
	}
	return r.i - start
}

// str reads a string; it aliases the text unless it has escapes.
func (r *reader) str() ([]byte, error) {
	r.i++
	start := r.i
	for r.i < len(r.s) {
		switch c := r.s[r.i]; {
		case c == '"':
			r.i++
			return r.s[start : r.i-1], nil
		case c == '\\':
			return r.escaped(append([]byte(nil), r.s[start:r.i]...))
		case c < ' ':
			return nil, fmt.Errorf("unescaped control character at offset %d of the JSON text", r.i)
		}
		r.i++
	}
	return nil, errEnd
}

func (r *reader) escaped(out []byte) ([]byte, error) {
	for r.i < len(r.s) {
		c := r.s[r.i]
		r.i++
		switch {
		case c == '"':
			return out, nil
		case c < ' ':
			return nil, fmt.Errorf("unescaped control character at offset %d of the JSON text", r.i-1)
		case c != '\\':
			out = append(out, c)
			continue
		}
		if r.i >= len(r.s) {
			break
		}
		c = r.s[r.i]
		r.i++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			u, ok := r.hex()
			if !ok {
				return nil, fmt.Errorf("bad \\u escape at offset %d of the JSON text", r.i)
			}
			if utf16.IsSurrogate(u) && r.i+1 < len(r.s) && r.s[r.i] == '\\' && r.s[r.i+1] == 'u' {
				mark := r.i
				r.i += 2
				if low, ok := r.hex(); ok && utf16.DecodeRune(u, low) != utf8.RuneError {
					u = utf16.DecodeRune(u, low)
				} else {
					r.i = mark
				}
			}
			if utf16.IsSurrogate(u) {
				u = '?' // as Java encodes half a pair
			}
			out = utf8.AppendRune(out, u)
		default:
			return nil, fmt.Errorf("bad escape at offset %d of the JSON text", r.i-1)
		}
	}
	return nil, errEnd
}

func (r *reader) hex() (rune, bool) {
	if r.i+4 > len(r.s) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(r.s[r.i:r.i+4]), 16, 32)
	r.i += 4
	return rune(v), err == nil
}

// Append writes v as JSON, the keys of objects in order.
func (v *Value) Append(dst []byte) []byte { return v.AppendWith(dst, AppendNumber) }

// AppendWith is Append with numbers written by number.
func (v *Value) AppendWith(dst []byte, number func(dst, text []byte) []byte) []byte {
	switch v.Kind {
	case Null:
		return append(dst, "null"...)
	case True:
		return append(dst, "true"...)
	case False:
		return append(dst, "false"...)
	case Number:
		return number(dst, v.Text)
	case String:
		return AppendString(dst, v.Text)
	case Array:
		dst = append(dst, '[')
		for i := range v.Kids {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.Kids[i].AppendWith(dst, number)
		}
		return append(dst, ']')
	}
	order := make([]int, len(v.Keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareUTF16(v.Keys[a], v.Keys[b]) })
	dst = append(dst, '{')
	for i, k := range order {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, v.Keys[k]), ':')
		dst = v.Kids[k].AppendWith(dst, number)
	}
	return append(dst, '}')
}

// compareUTF16 orders strings as Java does.
func compareUTF16(a, b []byte) int {
	return slices.Compare(utf16.Encode([]rune(string(a))), utf16.Encode([]rune(string(b))))
}

// AppendString writes s in quotes with the escapes that JSON needs.
func AppendString(dst, s []byte) []byte {
	const digits = "0123456789ABCDEF"
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= ' ':
			dst = append(dst, c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(dst, '"')
}

// AppendNumber writes a number as Java's BigInteger or BigDecimal prints it.
func AppendNumber(dst, text []byte) []byte {
	plain := true
	for _, c := range text {
		if c == '.' || c == 'e' || c == 'E' {
			plain = false
		}
	}
	if plain {
		if string(text) == "-0" {
			return append(dst, '0')
		}
		return append(dst, text...)
	}
	return appendBigDecimal(dst, text)
}

// appendBigDecimal is BigDecimal(text).toString(): plain unless the scale is
// negative or the number is below 1e-6.
func appendBigDecimal(dst, text []byte) []byte {
	neg := text[0] == '-'
	var digits []byte
	scale, exp, k := 0, 0, 0
	point := false
	for k = range text {
		switch c := text[k]; {
		case c == '.':
			point = true
		case c >= '0' && c <= '9':
			digits = append(digits, c)
			if point {
				scale++
			}
		case c == 'e' || c == 'E':
			exp, _ = strconv.Atoi(string(text[k+1:]))
		}
		if text[k] == 'e' || text[k] == 'E' {
			break
		}
	}
	scale -= exp
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	if neg && !(len(digits) == 1 && digits[0] == '0') {
		dst = append(dst, '-')
	}
	adjusted := len(digits) - 1 - scale
	switch {
	case scale == 0:
		return append(dst, digits...)
	case scale > 0 && adjusted >= -6:
		if n := len(digits) - scale; n > 0 {
			return append(append(append(dst, digits[:n]...), '.'), digits[n:]...)
		}
		dst = append(dst, "0."...)
		for range scale - len(digits) {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	dst = append(dst, 'E')
	if adjusted >= 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(adjusted), 10)
}

// Scalar is the text of a scalar as JSON_VALUE gives it.
func (v *Value) Scalar(dst []byte) []byte {
	if v.Kind == String {
		return append(dst, v.Text...)
	}
	return v.Append(dst)
}

// equal compares values, numbers by value.
func (v *Value) equal(o *Value) bool {
	if v.Kind != o.Kind {
		return false
	}
	if v.Kind == Number {
		return compareNumbers(v, o) == 0
	}
	return string(v.Append(nil)) == string(o.Append(nil))
}

func compareNumbers(a, b *Value) int {
	x, _, err1 := big.ParseFloat(string(a.Text), 10, 256, big.ToNearestEven)
	y, _, err2 := big.ParseFloat(string(b.Text), 10, 256, big.ToNearestEven)
	if err1 != nil || err2 != nil {
		return slices.Compare(a.Text, b.Text)
	}
	return x.Cmp(y)
}

// Member is the member of an object by its key, nil if it has none.
func (v *Value) Member(key []byte) *Value {
	for i, k := range v.Keys {
		if string(k) == string(key) {
			return &v.Kids[i]
		}
	}
	return nil
}

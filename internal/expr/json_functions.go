package expr

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr/jsonpath"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// jsonFunctions read and write JSON text. Clauses are arguments: words as
// constant strings, the type of RETURNING as a NULL of that type.
//
//	JSON_EXISTS  json, path, on error (TRUE, FALSE, UNKNOWN, ERROR)
//	JSON_VALUE   json, path, NULL:type, on empty, its default, on error, its default (NULL, ERROR, DEFAULT)
//	JSON_QUERY   json, path, NULL:type, wrapper (WITHOUT, CONDITIONAL, UNCONDITIONAL), on empty, on error
//	JSON_OBJECT  on null (NULL, ABSENT), key, value, …
//	JSON_ARRAY   on null (NULL, ABSENT), elements
func jsonFunctions() []function {
	text, notNull := strictly(types.String()), types.Of(types.Boolean).NotNull()
	fns := []function{
		{name: "JSON_EXISTS", min: 3, max: 3, typing: params(always(types.Of(types.Boolean)), aString), build: buildJSONExists},
		{name: "JSON_VALUE", min: 7, max: 7, typing: typeJSONValue, build: buildJSONValue},
		{name: "JSON_QUERY", min: 6, max: 6, typing: typeJSONQuery, build: buildJSONQuery},
		{name: "JSON_STRING", min: 1, max: 1, typing: typeJSONString, build: strict(jsonString)},
		{name: "JSON_OBJECT", min: 1, max: -1, typing: typeJSONObject, build: buildJSONObject},
		{name: "JSON_ARRAY", min: 1, max: -1, typing: typeJSONArray, build: buildJSONArray},
		{name: "JSON", min: 1, max: 1, typing: params(text, aString), build: strict(jsonText)},
		{name: "FORMAT JSON", min: 1, max: 1, typing: params(text, aString), build: strict(jsonText)},
		{name: "JSON_QUOTE", min: 1, max: 1, typing: params(text, aString), build: strict(eachText(appendJSONQuoted))},
		{name: "JSON_UNQUOTE", min: 1, max: 1, typing: params(text, aString), build: strict(eachText(appendJSONUnquoted))},
	}
	for name, ok := range map[string]func(jsonpath.Kind) bool{
		"IS JSON VALUE":  func(jsonpath.Kind) bool { return true },
		"IS JSON OBJECT": func(k jsonpath.Kind) bool { return k == jsonpath.Object },
		"IS JSON ARRAY":  func(k jsonpath.Kind) bool { return k == jsonpath.Array },
		"IS JSON SCALAR": func(k jsonpath.Kind) bool { return k < jsonpath.Array },
	} {
		fns = append(fns, function{name: name, min: 1, max: 1, typing: params(always(notNull), aString), build: func(b *builder) (node, error) {
			return newLoose(b, func(c *kernelCall, rows []int32) error {
				for _, i := range rows {
					good := false
					if !c.args[0].nullAt(i) {
						v, err := jsonpath.Parse(c.args[0].bytesAt(i))
						good = err == nil && ok(v.Kind)
					}
					c.out.Bits.SetTo(int(i), good)
				}
				return nil
			}), nil
		}})
	}
	return fns
}

// paths gives the compiled path of a row; it remembers the last one.
type paths struct {
	text  string
	p     *jsonpath.Path
	err   error
	known bool
}

func (p *paths) get(text []byte) (*jsonpath.Path, error) {
	if !p.known || p.text != string(text) {
		p.text, p.known = string(text), true
		p.p, p.err = jsonpath.Compile(p.text)
	}
	return p.p, p.err
}

// find follows the path of row i; v is nil where it leads to nothing or NULL.
func (p *paths) find(c *kernelCall, i int32) (v *jsonpath.Value, lax bool, err error) {
	path, err := p.get(c.args[1].bytesAt(i))
	if err != nil {
		return nil, false, err
	}
	root, err := jsonpath.Parse(c.args[0].bytesAt(i))
	if err != nil {
		return nil, path.Lax, err
	}
	v, found, err := path.Find(&root)
	if !found || err != nil || path.Lax && v.Kind == jsonpath.Null {
		v = nil
	}
	return v, path.Lax, err
}

func buildJSONExists(b *builder) (node, error) {
	onError := b.constantUnit(2)
	cache := paths{}
	b.args = b.args[:2]
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		for _, i := range rows {
			v, _, err := cache.find(c, i)
			if err == nil {
				c.out.Bits.SetTo(int(i), v != nil && v.Kind != jsonpath.Null)
				continue
			}
			switch onError {
			case "ERROR":
				return c.fail("%s", err)
			case "UNKNOWN":
				c.null(i)
			default:
				c.out.Bits.SetTo(int(i), onError == "TRUE")
			}
		}
		return nil
	}), nil
}

func typeJSONValue(s *signature) (types.Type, error) {
	for i := range 2 {
		if err := aString(s, i); err != nil {
			return types.Type{}, err
		}
	}
	t := s.typ(2)
	switch {
	case t.IsCharacter(), t.Kind == types.Boolean, t.Kind == types.Int, t.Kind == types.Double:
	default:
		return t, typeErrorf(2, "It can be STRING, BOOLEAN, INTEGER or DOUBLE", "Unsupported type '%s' for RETURNING in JSON_VALUE()", typeName(t))
	}
	for _, i := range []int{4, 6} {
		if err := s.coerce(i, t); err != nil {
			return t, err
		}
	}
	return t.WithNull(true), nil
}

// jsonClause is what to do in a case: NULL, ERROR, DEFAULT or an empty value.
func jsonClause(c *kernelCall, i int32, flat *batch.Vector, word string, missing int, why error) error {
	switch word {
	case "ERROR":
		return c.fail("%s", why)
	case "DEFAULT":
		flat.AppendFrom(c.args[missing].Vector, c.args[missing].at(i))
	case "EMPTY ARRAY":
		appendEmptyJSON(flat, "[]")
	case "EMPTY OBJECT":
		appendEmptyJSON(flat, "{}")
	default:
		flat.AppendNull()
	}
	return nil
}

func appendEmptyJSON(flat *batch.Vector, text string) {
	if flat.Type.Physical() == types.LayoutList {
		flat.EndList()
		return
	}
	flat.AppendString(text)
}

func buildJSONValue(b *builder) (node, error) {
	onEmpty, onError := b.constantUnit(3), b.constantUnit(5)
	cache := paths{}
	return picker(b, func(c *kernelCall, i int32, flat *batch.Vector) error {
		if c.args[1].nullAt(i) {
			flat.AppendNull()
			return nil
		}
		v, lax, err := cache.find(c, i)
		switch {
		case err != nil:
		case v == nil || lax && !v.IsScalar():
			return jsonClause(c, i, flat, onEmpty, 4, &EvalError{Msg: "Empty result of JSON_VALUE function is not allowed"})
		case !v.IsScalar() || v.Kind == jsonpath.Null:
			err = &EvalError{Msg: "Strict jsonpath mode requires scalar value, and the actual value is: '" + string(v.Append(nil)) + "'"}
		case !appendJSONScalar(flat, v):
			err = &EvalError{Msg: "The value '" + string(v.Append(nil)) + "' is not of the type " + typeName(flat.Type)}
		default:
			return nil
		}
		return jsonClause(c, i, flat, onError, 6, err)
	}), nil
}

// appendJSONScalar appends v as the type of flat; false if it is not of it.
func appendJSONScalar(flat *batch.Vector, v *jsonpath.Value) bool {
	switch flat.Type.Kind {
	case types.Boolean:
		if v.Kind != jsonpath.True && v.Kind != jsonpath.False {
			return false
		}
		flat.AppendBool(v.Kind == jsonpath.True)
	case types.Int:
		n, err := strconv.ParseInt(string(v.Text), 10, 32)
		if v.Kind != jsonpath.Number || err != nil {
			return false
		}
		flat.AppendInt32(int32(n))
	case types.Double:
		f, err := strconv.ParseFloat(string(v.Text), 64)
		if v.Kind != jsonpath.Number || err != nil {
			return false
		}
		flat.AppendFloat64(f)
	default:
		flat.Bytes = appendFitted(flat.Bytes, v.Scalar(nil), flat.Type)
		flat.EndBytes()
	}
	return true
}

func typeJSONQuery(s *signature) (types.Type, error) {
	for i := range 2 {
		if err := aString(s, i); err != nil {
			return types.Type{}, err
		}
	}
	t := s.typ(2)
	if !t.IsCharacter() && !(t.Kind == types.Array && t.Elem.IsCharacter()) {
		return t, typeErrorf(2, "It can be STRING or ARRAY<STRING>", "Unsupported type '%s' for RETURNING in JSON_QUERY()", typeName(t))
	}
	if onEmpty, _ := ConstantString(s.args[4]); t.Kind == types.Array && strings.HasSuffix(onEmpty, "OBJECT") {
		return t, typeErrorf(4, "", "JSON_QUERY RETURNING an ARRAY cannot be an EMPTY OBJECT")
	}
	return t.WithNull(true), nil
}

func buildJSONQuery(b *builder) (node, error) {
	wrapper, onEmpty, onError := b.constantUnit(3), b.constantUnit(4), b.constantUnit(5)
	cache := paths{}
	return picker(b, func(c *kernelCall, i int32, flat *batch.Vector) error {
		if c.args[1].nullAt(i) {
			flat.AppendNull()
			return nil
		}
		v, lax, err := cache.find(c, i)
		if err == nil && v != nil && v.Kind != jsonpath.Null && (wrapper == "UNCONDITIONAL" || wrapper == "CONDITIONAL" && v.Kind != jsonpath.Array) {
			v = &jsonpath.Value{Kind: jsonpath.Array, Kids: []jsonpath.Value{*v}}
		}
		switch {
		case err != nil:
		case v == nil || lax && v.IsScalar():
			return jsonClause(c, i, flat, onEmpty, 0, &EvalError{Msg: "Empty result of JSON_QUERY function is not allowed"})
		case v.IsScalar():
			err = &EvalError{Msg: "Strict jsonpath mode requires array or object value, and the actual value is: '" + string(v.Append(nil)) + "'"}
		case flat.Type.Kind != types.Array:
			flat.Bytes = v.Append(flat.Bytes)
			flat.EndBytes()
			return nil
		case v.Kind == jsonpath.Array:
			appendJSONTexts(flat, v)
			return nil
		default:
			err = &EvalError{Msg: "JSON_QUERY RETURNING an ARRAY found an object"}
		}
		return jsonClause(c, i, flat, onError, 0, err)
	}), nil
}

// appendJSONTexts appends the elements of an array as texts.
func appendJSONTexts(flat *batch.Vector, v *jsonpath.Value) {
	for k := range v.Kids {
		if v.Kids[k].Kind == jsonpath.Null {
			flat.Kids[0].AppendNull()
			continue
		}
		flat.Kids[0].AppendBytes(v.Kids[k].Scalar(nil))
	}
	flat.EndList()
}

// hasJSON refuses types that have no form in JSON.
func hasJSON(s *signature, i int) error {
	if coerceNull(s, i, types.String()) {
		return nil
	}
	var ok func(t types.Type) bool
	ok = func(t types.Type) bool {
		switch t.Kind {
		case types.Date, types.Time, types.IntervalDayTime, types.IntervalYearMonth, types.Multiset, types.Bitmap:
			return false
		case types.Array:
			return ok(*t.Elem)
		case types.Map:
			return t.Key.IsCharacter() && ok(*t.Elem)
		case types.Row:
			for _, f := range t.Fields {
				if !ok(f.Type) {
					return false
				}
			}
		}
		return true
	}
	if !ok(s.typ(i)) {
		return s.refuse(i, "Use CAST(… AS STRING)")
	}
	return nil
}

func typeJSONString(s *signature) (types.Type, error) {
	return params(strictly(types.String()), hasJSON)(s)
}

func jsonString(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		w.buf = appendJSON(w.buf, c.args[0].Vector, c.args[0].at(i))
		w.end(i)
	}
	return nil
}

// jsonText checks JSON text and writes it anew.
func jsonText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		v, err := jsonpath.Parse(c.args[0].bytesAt(i))
		if err != nil {
			return c.fail("'%s' is not JSON: %s", c.args[0].bytesAt(i), err)
		}
		w.buf = v.Append(w.buf)
		w.end(i)
	}
	return nil
}

// appendJSON writes value i of v.
func appendJSON(dst []byte, v *batch.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	switch t := v.Type; t.Kind {
	case types.Char, types.Varchar:
		return jsonpath.AppendString(dst, v.At(i))
	case types.Variant:
		return append(dst, v.At(i)...)
	case types.Binary, types.Varbinary:
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), v.At(i)), '"')
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool(i))
	case types.Float, types.Double:
		var buf [32]byte
		var x float64
		if t.Kind == types.Float {
			x = float64(v.Float32s()[i]) // with all the digits of the DOUBLE
		} else {
			x = v.Float64s()[i]
		}
		text := valuetext.AppendDouble(buf[:0], x)
		if c := text[len(text)-1]; c < '0' || c > '9' {
			return jsonpath.AppendString(dst, text)
		}
		return jsonpath.AppendNumber(dst, text)
	case types.Decimal:
		var buf [64]byte
		return jsonpath.AppendNumber(dst, valuetext.AppendCast(buf[:0], v, i, nil))
	case types.Timestamp, types.TimestampLTZ:
		return appendJSONTime(dst, v, i)
	case types.Array:
		dst = append(dst, '[')
		for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
			if k > v.Offsets[i] {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, v.Kids[0], int(k))
		}
		return append(dst, ']')
	case types.Map:
		var m jsonMembers
		for k := int(v.Offsets[i]); k < int(v.Offsets[i+1]); k++ {
			m.put(v.Kids[0].At(k), appendJSON(nil, v.Kids[1], k))
		}
		return m.append(dst)
	case types.Row:
		var m jsonMembers
		for k, f := range t.Fields {
			m.put([]byte(f.Name), appendJSON(nil, v.Kids[k], i))
		}
		return m.append(dst)
	}
	return valuetext.AppendCast(dst, v, i, nil)
}

// appendJSONTime writes ISO 8601 with as many digits as the fraction has.
func appendJSONTime(dst []byte, v *batch.Vector, i int) []byte {
	start := len(dst)
	sec, nano := v.Moment(i)
	dst = valuetext.AppendMoment(append(dst, '"'), sec, nano, 9)
	dst[start+11] = 'T'
	if nano == 0 {
		dst = dst[:len(dst)-len(".000000000")]
	} else {
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	if v.Type.Kind == types.TimestampLTZ {
		dst = append(dst, 'Z')
	}
	return append(dst, '"')
}

// jsonMembers collects the members of an object; of equal keys the last counts,
// and they are written in order.
type jsonMembers struct{ keys, values [][]byte }

func (m *jsonMembers) put(key, value []byte) {
	for i, k := range m.keys {
		if string(k) == string(key) {
			m.values[i] = value
			return
		}
	}
	m.keys, m.values = append(m.keys, key), append(m.values, value)
}

func (m *jsonMembers) append(dst []byte) []byte {
	order := make([]int, len(m.keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareBytes(m.keys[a], m.keys[b]) })
	dst = append(dst, '{')
	for n, i := range order {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsonpath.AppendString(dst, m.keys[i]), ':')
		dst = append(dst, m.values[i]...)
	}
	return append(dst, '}')
}

// markJSON notes in the first argument which arguments are JSON already: those
// that JSON functions make. (They may be folded to plain text later.)
func (s *signature) markJSON() {
	word, _ := ConstantString(s.args[0])
	for i, a := range s.args {
		if c, ok := a.(*Call); ok && c.User == nil {
			switch c.Fn {
			case "JSON_OBJECT", "JSON_ARRAY", "JSON", "FORMAT JSON":
				word += " " + strconv.Itoa(i)
			}
		}
	}
	s.args[0] = StringLit(word)
}

// marked splits what markJSON noted.
func (b *builder) marked() (word string, isJSON map[int]bool) {
	text, _ := ConstantString(b.call.Args[0])
	parts := strings.Fields(text)
	isJSON = map[int]bool{}
	for _, p := range parts[1:] {
		n, _ := strconv.Atoi(p)
		isJSON[n] = true
	}
	return parts[0], isJSON
}

func typeJSONObject(s *signature) (types.Type, error) {
	if err := jsonOnNull(s); err != nil {
		return types.Type{}, err
	}
	if len(s.args)%2 == 0 {
		return types.Type{}, typeErrorf(-1, "", "JSON_OBJECT needs a value for every key")
	}
	for i := 1; i < len(s.args); i += 2 {
		if err := aString(s, i); err != nil {
			return types.Type{}, err
		}
		if err := hasJSON(s, i+1); err != nil {
			return types.Type{}, err
		}
	}
	s.markJSON()
	return types.String().NotNull(), nil
}

// jsonOnNull checks the first argument.
func jsonOnNull(s *signature) error {
	if w, ok := ConstantString(s.args[0]); ok {
		if first, _, _ := strings.Cut(w, " "); first == "NULL" || first == "ABSENT" {
			s.args[0] = StringLit(first)
			return nil
		}
	}
	return typeErrorf(0, "", "%s needs NULL or ABSENT ON NULL", s.fn.name)
}

func typeJSONArray(s *signature) (types.Type, error) {
	if err := jsonOnNull(s); err != nil {
		return types.Type{}, err
	}
	for i := 1; i < len(s.args); i++ {
		if err := hasJSON(s, i); err != nil {
			return types.Type{}, err
		}
	}
	s.markJSON()
	return types.String().NotNull(), nil
}

// jsonArg is argument k of row i as JSON.
func jsonArg(dst []byte, c *kernelCall, k int, i int32, isJSON bool) []byte {
	if isJSON && !c.args[k].nullAt(i) {
		return append(dst, c.args[k].bytesAt(i)...)
	}
	return appendJSON(dst, c.args[k].Vector, c.args[k].at(i))
}

func buildJSONObject(b *builder) (node, error) {
	word, isJSON := b.marked()
	return newLoose(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			var m jsonMembers
			for k := 1; k < len(c.args); k += 2 {
				if c.args[k].nullAt(i) {
					return c.fail("A key of JSON_OBJECT is NULL")
				}
				if word == "ABSENT" && c.args[k+1].nullAt(i) {
					continue
				}
				m.put(c.args[k].bytesAt(i), jsonArg(nil, c, k+1, i, isJSON[k+1]))
			}
			w.buf = m.append(w.buf)
			w.end(i)
		}
		return nil
	}), nil
}

func buildJSONArray(b *builder) (node, error) {
	word, isJSON := b.marked()
	return newLoose(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			w.buf = append(w.buf, '[')
			first := true
			for k := 1; k < len(c.args); k++ {
				if word == "ABSENT" && c.args[k].nullAt(i) {
					continue
				}
				if !first {
					w.buf = append(w.buf, ',')
				}
				first = false
				w.buf = jsonArg(w.buf, c, k, i, isJSON[k])
			}
			w.buf = append(w.buf, ']')
			w.end(i)
		}
		return nil
	}), nil
}

// appendJSONQuoted writes a JSON string in ASCII, with '/' escaped.
func appendJSONQuoted(dst, s []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, r := range string(s) {
		switch {
		case r == '"' || r == '\\' || r == '/':
			dst = append(dst, '\\', byte(r))
		case r == '\b':
			dst = append(dst, `\b`...)
		case r == '\f':
			dst = append(dst, `\f`...)
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r >= ' ' && r < 127:
			dst = append(dst, byte(r))
		case r > 0xffff:
			// Flink writes the code point, then the second half of the pair.
			dst = strconv.AppendInt(append(dst, `\u`...), int64(r), 16)
			low := 0xdc00 + (r-0x10000)&0x3ff
			dst = strconv.AppendInt(append(dst, `\u`...), int64(low), 16)
		default:
			dst = append(dst, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		}
	}
	return append(dst, '"')
}

// appendJSONUnquoted reads a JSON string; other text stays as it is.
func appendJSONUnquoted(dst, s []byte) []byte {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return append(dst, s...)
	}
	v, err := jsonpath.Parse(s)
	if err != nil || v.Kind != jsonpath.String {
		return append(dst, s...)
	}
	if !utf8.Valid(v.Text) {
		return append(dst, strings.ToValidUTF8(string(v.Text), "?")...)
	}
	return append(dst, v.Text...)
}

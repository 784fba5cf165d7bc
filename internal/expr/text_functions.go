package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/types"
)

// varcharLike is VARCHAR of the length of argument k, NULL if an argument may be.
func varcharLike(k int) func(*signature) types.Type {
	return func(s *signature) types.Type {
		return types.Type{Kind: types.Varchar, Length: s.typ(k).Length, Nullable: s.nullable()}
	}
}

// forceNull makes a result type nullable whatever the arguments.
func forceNull(ret func(*signature) types.Type) func(*signature) types.Type {
	return func(s *signature) types.Type { return ret(s).WithNull(true) }
}

// textFunctions are the functions on characters.
func textFunctions() []function {
	text, number := strictly(types.String()), strictly(types.Of(types.Int))
	nullText := always(types.String())
	return []function{
		{name: "||", min: 2, max: -1, typing: typeConcat, build: buildConcat},
		{name: "CONCAT", min: 1, max: -1, typing: params(text, aString), build: buildConcat},
		{name: "CONCAT_WS", min: 1, max: -1, typing: params(nullText, aString), build: buildConcatWS},
		{name: "CHAR_LENGTH", min: 1, max: 1, typing: params(number, aString), build: strict(charLength)},
		{name: "UPPER", min: 1, max: 1, typing: params(likeArg(0), aString), build: strict(changeCase(appendUpper))},
		{name: "LOWER", min: 1, max: 1, typing: params(likeArg(0), aString), build: strict(changeCase(appendLower))},
		{name: "INITCAP", min: 1, max: 1, typing: params(likeArg(0), aString), build: strict(eachText(appendInitcap))},
		{name: "REVERSE", min: 1, max: 1, typing: params(nullText, aString), build: strict(eachText(appendReverse))},
		{name: "TRIM", min: 1, max: 3, typing: typeTrim, build: buildTrim},
		{name: "LTRIM", min: 1, max: 2, typing: params(varcharLike(0), aString, aString), build: strict(trimChars(true, false))},
		{name: "RTRIM", min: 1, max: 2, typing: params(varcharLike(0), aString, aString), build: strict(trimChars(false, true))},
		{name: "BTRIM", min: 1, max: 2, typing: params(text, aString, aString), build: strict(trimChars(true, true))},
		{name: "REPEAT", min: 2, max: 2, typing: params(text, aString, anInt), build: strict(repeatText)},
		{name: "REPLACE", min: 3, max: 3, typing: params(text, aString), build: strict(replaceText)},
		{name: "TRANSLATE", min: 3, max: 3, typing: typeTranslate, build: looseText(translateText)},
		{name: "OVERLAY", min: 3, max: 4, typing: typeOverlay, build: strict(overlayText)},
		{name: "SUBSTRING", min: 2, max: 3, typing: params(forceNull(varcharLike(0)), aString, anInt), build: strict(substringText)},
		{name: "LEFT", min: 2, max: 2, typing: params(forceNull(varcharLike(0)), aString, anInt), build: strict(leftText)},
		{name: "RIGHT", min: 2, max: 2, typing: params(forceNull(varcharLike(0)), aString, anInt), build: strict(rightText)},
		{name: "LPAD", min: 3, max: 3, typing: params(text, aString, anInt, aString), build: strict(padText(true))},
		{name: "RPAD", min: 3, max: 3, typing: params(text, aString, anInt, aString), build: strict(padText(false))},
		{name: "SPLIT_INDEX", min: 3, max: 3, typing: typeSplitIndex, build: buildSplitIndex},
		{name: "POSITION", min: 2, max: 3, typing: params(number, aString, aString, anInt), build: strict(locateText)},
		{name: "LOCATE", min: 2, max: 3, typing: params(number, aString, aString, anInt), build: strict(locateText)},
		{name: "INSTR", min: 2, max: 4, typing: params(number, aString, aString, anInt), build: strict(instrText)},
		{name: "STARTSWITH", min: 2, max: 2, typing: params(strictly(types.Of(types.Boolean)), stringOrBytes), build: buildAffix(bytes.HasPrefix)},
		{name: "ENDSWITH", min: 2, max: 2, typing: params(strictly(types.Of(types.Boolean)), stringOrBytes), build: buildAffix(bytes.HasSuffix)},
	}
}

// typeConcat is the type of a || b: the lengths add up.
func typeConcat(s *signature) (types.Type, error) {
	t := types.Type{Kind: types.Char}
	for i := range s.args {
		if err := aString(s, i); err != nil {
			return t, err
		}
		if s.typ(i).Kind == types.Varchar {
			t.Kind = types.Varchar
		}
		t.Length = min(types.MaxLength, t.Length+s.typ(i).Length)
	}
	return t.WithNull(s.nullable()), nil
}

// buildConcat joins its arguments, those of nested calls of || too.
func buildConcat(b *builder) (node, error) {
	flat := &builder{compiler: b.compiler, call: &Call{Fn: b.call.Fn, T: b.call.T}}
	if err := flat.flatten(b.call.Args); err != nil {
		return nil, err
	}
	return newStrict(flat, concatText), nil
}

func (b *builder) flatten(args []Expr) error {
	for _, a := range args {
		if c, ok := a.(*Call); ok && c.Fn == "||" && c.User == nil {
			if err := b.flatten(c.Args); err != nil {
				return err
			}
			continue
		}
		nd, err := b.compile(a)
		if err != nil {
			return err
		}
		b.args, b.call.Args = append(b.args, nd), append(b.call.Args, a)
	}
	return nil
}

func concatText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		for _, a := range c.args {
			w.buf = append(w.buf, a.bytesAt(i)...)
		}
		w.end(i)
	}
	return nil
}

// buildConcatWS joins what is not NULL; only a NULL separator makes it NULL.
func buildConcatWS(b *builder) (node, error) {
	return newLoose(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			if c.args[0].nullAt(i) {
				c.null(i)
				continue
			}
			sep, first := c.args[0].bytesAt(i), true
			for _, a := range c.args[1:] {
				if a.nullAt(i) {
					continue
				}
				if !first {
					w.buf = append(w.buf, sep...)
				}
				first = false
				w.buf = append(w.buf, a.bytesAt(i)...)
			}
			w.end(i)
		}
		return nil
	}), nil
}

// eachText maps every text by f, which appends to dst.
func eachText(f func(dst, s []byte) []byte) castFunc {
	return func(c *kernelCall, rows []int32) error {
		w, x := c.text(), c.args[0]
		for _, i := range rows {
			w.buf = f(w.buf, x.bytesAt(i))
			w.end(i)
		}
		return nil
	}
}

// changeCase is eachText for a function that keeps the length of ASCII text: a
// column of nothing else is changed as one text.
func changeCase(f func(dst, s []byte) []byte) castFunc {
	each := eachText(f)
	return func(c *kernelCall, rows []int32) error {
		x := c.args[0]
		if x.mask == 0 || len(rows) != c.n || len(rows) == 0 {
			return each(c, rows)
		}
		used := x.Vector.Bytes[x.Offsets[0]:x.Offsets[c.n]]
		if !isASCII(used) {
			return each(c, rows)
		}
		c.out.Bytes = f(c.out.Bytes[:0], used)
		base := x.Offsets[0]
		for i, off := range x.Offsets[:c.n+1] {
			c.out.Offsets[i] = off - base
		}
		return nil
	}
}

func charLength(c *kernelCall, rows []int32) error {
	out, x := c.out.Int32s(), c.args[0]
	for _, i := range rows {
		out[i] = int32(countRunes(x.bytesAt(i)))
	}
	return nil
}

// appendInitcap begins every run of ASCII letters and digits in upper case.
func appendInitcap(dst, s []byte) []byte {
	inside := false
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z':
			if !inside {
				c -= 'a' - 'A'
			}
			inside = true
		case c >= 'A' && c <= 'Z':
			if inside {
				c += 'a' - 'A'
			}
			inside = true
		default:
			inside = c >= '0' && c <= '9'
		}
		dst = append(dst, c)
	}
	return dst
}

func appendReverse(dst, s []byte) []byte {
	for len(s) > 0 {
		_, size := utf8.DecodeLastRune(s)
		dst = append(dst, s[len(s)-size:]...)
		s = s[:len(s)-size]
	}
	return dst
}

// typeTrim types TRIM(text) and TRIM(BOTH|LEADING|TRAILING, what, text).
func typeTrim(s *signature) (types.Type, error) {
	switch len(s.args) {
	case 1:
		s.args = []Expr{StringLit("BOTH"), StringLit(" "), s.args[0]}
	case 2:
		s.args = []Expr{StringLit("BOTH"), s.args[0], s.args[1]}
	}
	return params(varcharLike(2), keyword("BOTH", "LEADING", "TRAILING"), aString)(s)
}

func buildTrim(b *builder) (node, error) {
	side := b.constantUnit(0)
	swapped := &builder{compiler: b.compiler, call: b.call, args: []node{b.args[2], b.args[1]}}
	return newStrict(swapped, trimChars(side != "TRAILING", side != "LEADING")), nil
}

// trimChars removes the characters of the second argument, or spaces, from the
// ends of the first.
func trimChars(left, right bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		w, x := c.text(), c.args[0]
		for _, i := range rows {
			s := x.bytesAt(i)
			if len(c.args) == 1 {
				s = trimByte(s, ' ', left, right)
			} else if set := c.args[1].bytesAt(i); len(set) == 1 {
				s = trimByte(s, set[0], left, right)
			} else {
				s = trimSet(s, string(set), left, right)
			}
			w.buf = append(w.buf, s...)
			w.end(i)
		}
		return nil
	}
}

func trimByte(s []byte, b byte, left, right bool) []byte {
	for left && len(s) > 0 && s[0] == b {
		s = s[1:]
	}
	for right && len(s) > 0 && s[len(s)-1] == b {
		s = s[:len(s)-1]
	}
	return s
}

func trimSet(s []byte, set string, left, right bool) []byte {
	if left {
		s = bytes.TrimLeft(s, set)
	}
	if right {
		s = bytes.TrimRight(s, set)
	}
	return s
}

// maxText bounds a single text that a function makes.
const maxText = 1 << 30

func repeatText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s, n := c.args[0].bytesAt(i), c.args[1].Int32s()[c.args[1].at(i)]
		if len(w.buf)+len(s)*int(max(0, n)) > maxText {
			return c.fail("The text of %d times %d bytes is too long", n, len(s))
		}
		for range n {
			w.buf = append(w.buf, s...)
		}
		w.end(i)
	}
	return nil
}

func replaceText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s, old, with := c.args[0].bytesAt(i), c.args[1].bytesAt(i), c.args[2].bytesAt(i)
		if len(old) == 0 {
			for k := range utf16Len(s) {
				w.buf = appendUTF16(append(w.buf, with...), s, k, k+1)
			}
			w.buf = append(w.buf, with...)
			w.end(i)
			continue
		}
		for {
			k := bytes.Index(s, old)
			if k < 0 {
				break
			}
			w.buf = append(append(w.buf, s[:k]...), with...)
			s = s[k+len(old):]
		}
		w.buf = append(w.buf, s...)
		w.end(i)
	}
	return nil
}

// translateText replaces the characters of the second argument by those at the
// same place of the third, and drops those without one.
func typeTranslate(s *signature) (types.Type, error) {
	t, err := params(strictly(types.String()), aString)(s)
	return t.WithNull(s.typ(0).Nullable), err
}

func looseText(kernel castFunc) func(*builder) (node, error) {
	return func(b *builder) (node, error) { return newLoose(b, kernel), nil }
}

func translateText(c *kernelCall, rows []int32) error {
	w := c.text()
	var from, to string
	mapping := map[rune]rune{}
	for _, i := range rows {
		if c.args[0].nullAt(i) {
			c.null(i)
			continue
		}
		// A NULL is an empty list of characters.
		var f, t []byte
		if !c.args[1].nullAt(i) {
			f = c.args[1].bytesAt(i)
		}
		if !c.args[2].nullAt(i) {
			t = c.args[2].bytesAt(i)
		}
		if string(f) != from || string(t) != to {
			from, to = string(f), string(t)
			clear(mapping)
			target := []rune(to)
			for k, r := range []rune(from) {
				if _, ok := mapping[r]; ok {
					continue
				}
				if mapping[r] = -1; k < len(target) {
					mapping[r] = target[k]
				}
			}
		}
		for _, r := range string(c.args[0].bytesAt(i)) {
			if to, ok := mapping[r]; !ok {
				w.buf = utf8.AppendRune(w.buf, r)
			} else if to >= 0 {
				w.buf = utf8.AppendRune(w.buf, to)
			}
		}
		w.end(i)
	}
	return nil
}

func typeOverlay(s *signature) (types.Type, error) {
	return params(func(s *signature) types.Type {
		n := min(types.MaxLength, s.typ(0).Length+s.typ(1).Length)
		return types.Type{Kind: types.Varchar, Length: n, Nullable: s.nullable()}
	}, aString, aString, anInt)(s)
}

// overlayText puts the second argument over the first at a position in UTF-16
// units; it keeps
// Flink's rule that what follows is dropped unless the length is positive.
func overlayText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s, with := c.args[0].bytesAt(i), c.args[1].bytesAt(i)
		start, n := int(c.args[2].Int32s()[c.args[2].at(i)]), utf16Len(with)
		if len(c.args) == 4 {
			n = int(c.args[3].Int32s()[c.args[3].at(i)])
		}
		count := utf16Len(s)
		if start <= 0 || start > count {
			w.buf = append(w.buf, s...)
			w.end(i)
			continue
		}
		w.buf = append(appendUTF16(w.buf, s, 0, start-1), with...)
		if n > 0 && start+n <= count {
			w.buf = appendUTF16(w.buf, s, start-1+n, count)
		}
		w.end(i)
	}
	return nil
}

// runeOffset is the byte offset of character n of s, len(s) if there is none.
func runeOffset(s []byte, n int) int {
	for i := 0; i < len(s); i++ {
		if s[i]&0xc0 != 0x80 {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return len(s)
}

// substringText counts from 1, or from the end for negative positions; a
// negative length gives NULL.
func substringText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		s, pos := c.args[0].bytesAt(i), int(c.args[1].Int32s()[c.args[1].at(i)])
		n := 1<<31 - 1
		if len(c.args) == 3 {
			if n = int(c.args[2].Int32s()[c.args[2].at(i)]); n < 0 {
				c.null(i)
				continue
			}
		}
		w.buf = append(w.buf, substring(s, pos, n)...)
		w.end(i)
	}
	return nil
}

func substring(s []byte, pos, n int) []byte {
	ascii := isASCII(s)
	count := len(s)
	if !ascii {
		count = utf8.RuneCount(s)
	}
	start := pos - 1
	switch {
	case pos == 0:
		start = 0
	case pos < 0:
		start = count + pos
	}
	if start < 0 || start >= count {
		return nil
	}
	end := min(count, start+n)
	if ascii {
		return s[start:end]
	}
	s = s[runeOffset(s, start):]
	return s[:runeOffset(s, end-start)]
}

func leftText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		if n := int(c.args[1].Int32s()[c.args[1].at(i)]); n > 0 {
			s := c.args[0].bytesAt(i)
			w.buf = append(w.buf, s[:runeOffset(s, n)]...)
		}
		w.end(i)
	}
	return nil
}

func rightText(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		if n := int(c.args[1].Int32s()[c.args[1].at(i)]); n > 0 {
			s := c.args[0].bytesAt(i)
			w.buf = append(w.buf, s[runeOffset(s, max(0, utf8.RuneCount(s)-n)):]...)
		}
		w.end(i)
	}
	return nil
}

// padText fills up to a length in UTF-16 units, as Java counts; NULL for a
// negative length or an empty filling.
func padText(left bool) castFunc {
	return func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			s, n, pad := c.args[0].bytesAt(i), int(c.args[1].Int32s()[c.args[1].at(i)]), c.args[2].bytesAt(i)
			count := utf16Len(s)
			switch {
			case n < 0 || len(pad) == 0:
				c.null(i)
				continue
			case len(w.buf)+n > maxText:
				return c.fail("A text of %d characters is too long", n)
			case n <= count:
				w.buf = appendUTF16(w.buf, s, 0, n)
			case left:
				w.buf = append(appendPadding(w.buf, pad, n-count), s...)
			default:
				w.buf = appendPadding(append(w.buf, s...), pad, n-count)
			}
			w.end(i)
		}
		return nil
	}
}

func appendPadding(dst, pad []byte, n int) []byte {
	width := utf16Len(pad)
	for ; n >= width; n -= width {
		dst = append(dst, pad...)
	}
	return appendUTF16(dst, pad, 0, n)
}

// typeSplitIndex types SPLIT_INDEX(text, separator or its code, index).
func typeSplitIndex(s *signature) (types.Type, error) {
	if s.typ(1).IsInteger() {
		code, ok := ConstantInt(s.args[1])
		if !ok || code < 0 || code > 255 {
			return types.Type{}, s.refuse(1, "The separator is a string or a constant character code")
		}
		s.args[1] = StringLit(string(rune(code)))
	}
	return params(always(types.String()), aString, aString, anInt)(s)
}

// buildSplitIndex has a kernel for the frequent form: a separator of one byte
// and a constant index.
func buildSplitIndex(b *builder) (node, error) {
	sep, ok := b.constantText(1)
	if k := b.constant(2); ok && len(sep) == 1 && k != nil && !k.IsNull(0) && k.Int32s()[0] >= 0 {
		index := int(k.Int32s()[0])
		sub := &builder{compiler: b.compiler, call: b.call, args: b.args[:1]}
		return newStrict(sub, func(c *kernelCall, rows []int32) error {
			w, x := c.text(), c.args[0]
			for _, i := range rows {
				part, ok := splitByte(x.bytesAt(i), sep[0], index)
				if !ok {
					c.null(i)
					continue
				}
				w.buf = append(w.buf, part...)
				w.end(i)
			}
			return nil
		}), nil
	}
	return newStrict(b, func(c *kernelCall, rows []int32) error {
		w := c.text()
		for _, i := range rows {
			part, ok := splitIndex(c.args[0].bytesAt(i), c.args[1].bytesAt(i), int(c.args[2].Int32s()[c.args[2].at(i)]))
			if !ok {
				c.null(i)
				continue
			}
			w.buf = append(w.buf, part...)
			w.end(i)
		}
		return nil
	}), nil
}

// splitByte is part index of s; an empty text has none.
func splitByte(s []byte, sep byte, index int) ([]byte, bool) {
	if len(s) == 0 {
		return nil, false
	}
	for ; index > 0; index-- {
		k := bytes.IndexByte(s, sep)
		if k < 0 {
			return nil, false
		}
		s = s[k+1:]
	}
	if k := bytes.IndexByte(s, sep); k >= 0 {
		s = s[:k]
	}
	return s, true
}

func splitIndex(s, sep []byte, index int) ([]byte, bool) {
	if index < 0 || len(s) == 0 {
		return nil, false
	}
	if len(sep) == 0 { // runs of whitespace separate
		words := bytes.Fields(s)
		if index >= len(words) {
			return nil, false
		}
		return words[index], true
	}
	for ; index > 0; index-- {
		k := bytes.Index(s, sep)
		if k < 0 {
			return nil, false
		}
		s = s[k+len(sep):]
	}
	if k := bytes.Index(s, sep); k >= 0 {
		s = s[:k]
	}
	return s, true
}

// locateText is POSITION and LOCATE(what, text[, from]): the place counted from
// 1, or 0.
func locateText(c *kernelCall, rows []int32) error {
	out := c.out.Int32s()
	for _, i := range rows {
		what, s := c.args[0].bytesAt(i), c.args[1].bytesAt(i)
		from := 1
		if len(c.args) == 3 {
			from = max(1, int(c.args[2].Int32s()[c.args[2].at(i)]))
		}
		skip := runeOffset(s, from-1)
		k := bytes.Index(s[skip:], what)
		switch {
		case k < 0:
			out[i] = 0
		default:
			out[i] = int32(utf8.RuneCount(s[:skip+k])) + 1
		}
	}
	return nil
}

// instrText is INSTR(text, what[, from[, nth]]); a negative from searches
// backwards from the end.
func instrText(c *kernelCall, rows []int32) error {
	out := c.out.Int32s()
	for _, i := range rows {
		from, nth := 1, 1
		if len(c.args) > 2 {
			from = int(c.args[2].Int32s()[c.args[2].at(i)])
		}
		if len(c.args) > 3 {
			nth = int(c.args[3].Int32s()[c.args[3].at(i)])
		}
		if nth < 1 {
			return c.fail("The occurrence of INSTR must be positive, but is %d", nth)
		}
		out[i] = int32(instr([]rune(string(c.args[0].bytesAt(i))), []rune(string(c.args[1].bytesAt(i))), from, nth))
	}
	return nil
}

func instr(s, what []rune, from, nth int) int {
	at := func(k int) bool {
		for j, r := range what {
			if s[k+j] != r {
				return false
			}
		}
		return true
	}
	switch {
	case from > 0:
		for k := from - 1; k+len(what) <= len(s); k++ {
			if at(k) {
				if nth--; nth == 0 {
					return k + 1
				}
			}
		}
	case from < 0:
		for k := min(len(s)+from, len(s)-len(what)); k >= 0; k-- {
			if at(k) {
				if nth--; nth == 0 {
					return k + 1
				}
			}
		}
	}
	return 0
}

func buildAffix(has func(s, affix []byte) bool) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		return predicate(b, func(c *kernelCall, rows, dst []int32) ([]int32, error) {
			for _, i := range rows {
				if has(c.args[0].bytesAt(i), c.args[1].bytesAt(i)) {
					dst = append(dst, i)
				}
			}
			return dst, nil
		}), nil
	}
}

package expr

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr/javaregex"
	"github.com/flottstream/flott/internal/types"
)

// regexFunctions take regular expressions of Java. One that is not valid gives
// NULL, FALSE for REGEXP.
func regexFunctions() []function {
	boolean, nullText := strictly(types.Of(types.Boolean)), always(types.String())
	nullInt := always(types.Of(types.Int))
	return []function{
		{name: "REGEXP", min: 2, max: 2, typing: params(boolean, aString), build: buildRegexp},
		{name: "SIMILAR TO", min: 2, max: 3, typing: params(boolean, aString), build: buildSimilar},
		{name: "REGEXP_EXTRACT", min: 2, max: 3, typing: params(nullText, aString, aString, anInt), build: regexKernel(regexpExtract)},
		{name: "REGEXP_EXTRACT_ALL", min: 2, max: 3, typing: params(always(types.ArrayOf(types.String())), aString, aString, anInt), build: regexKernel(regexpExtractAll)},
		{name: "REGEXP_REPLACE", min: 3, max: 3, typing: params(strictly(types.String()), aString), build: regexKernel(regexpReplace)},
		{name: "REGEXP_COUNT", min: 2, max: 2, typing: params(nullInt, aString), build: regexKernel(regexpCount)},
		{name: "REGEXP_INSTR", min: 2, max: 2, typing: params(nullInt, aString), build: regexKernel(regexpInstr)},
		{name: "REGEXP_SUBSTR", min: 2, max: 2, typing: params(nullText, aString), build: regexKernel(regexpSubstr)},
		{name: "STR_TO_MAP", min: 1, max: 3, typing: params(always(types.MapOf(types.String(), types.String())), aString), build: buildStrToMap},
	}
}

// regexes gives the matcher of a row's pattern; it remembers the last one.
type regexes struct {
	text  []byte
	m     *javaregex.Matcher // nil: the pattern is not valid
	known bool
	how   func(pattern []byte) (string, error) // to Java's syntax; nil: it is
}

func (r *regexes) get(pattern []byte) *javaregex.Matcher {
	if r.known && bytes.Equal(r.text, pattern) {
		return r.m
	}
	r.text, r.known, r.m = append(r.text[:0], pattern...), true, nil
	java, err := string(pattern), error(nil)
	if r.how != nil {
		java, err = r.how(pattern)
	}
	if err != nil {
		return nil
	}
	if re, err := javaregex.Compile(java); err == nil {
		r.m = javaregex.NewMatcher(re)
	}
	return r.m
}

// regexCall is a kernel call with the matcher of the row's pattern.
type regexCall struct {
	*kernelCall
	m *javaregex.Matcher
}

// find is Matcher.Find with its failure as an error.
func (c *regexCall) find(s []byte, from int) (bool, error) {
	ok := c.m.Find(s, from)
	if c.m.Err != nil {
		return false, c.fail("%s", c.m.Err)
	}
	return ok, nil
}

// group is the number in argument 2 of row i, or the default.
func (c *regexCall) group(i int32, missing int) int {
	if len(c.args) < 3 {
		return missing
	}
	return int(c.args[2].Int32s()[c.args[2].at(i)])
}

// regexKernel builds a strict function from a kernel for one row.
func regexKernel(row func(c *regexCall, i int32, s []byte) error) func(*builder) (node, error) {
	return func(b *builder) (node, error) {
		cache := regexes{}
		return newStrict(b, func(c *kernelCall, rows []int32) error {
			rc := regexCall{kernelCall: c}
			if c.out.Type.Physical() == types.LayoutBytes || c.out.Type.Physical() == types.LayoutList {
				c.text()
			}
			for _, i := range rows {
				if rc.m = cache.get(c.args[1].bytesAt(i)); rc.m == nil {
					c.null(i)
					continue
				}
				if err := row(&rc, i, c.args[0].bytesAt(i)); err != nil {
					return err
				}
			}
			return nil
		}), nil
	}
}

// each calls f for every match of s in turn, as Java's find does.
func (c *regexCall) each(s []byte, f func(start, end int)) error {
	for from := 0; from <= len(s); {
		ok, err := c.find(s, from)
		if !ok {
			return err
		}
		start, end := c.m.Group(0)
		f(start, end)
		if from = end; end == start {
			_, size := utf8.DecodeRune(s[end:])
			from += max(size, 1)
		}
	}
	return nil
}

func regexpExtract(c *regexCall, i int32, s []byte) error {
	g := c.group(i, 0)
	if g < 0 || g > c.m.Groups() {
		c.null(i)
		return nil
	}
	ok, err := c.find(s, 0)
	start, end := c.m.Group(g)
	if !ok || start < 0 || end < 0 {
		c.null(i)
		return err
	}
	c.w.buf = append(c.w.buf, s[start:end]...)
	c.w.end(i)
	return nil
}

func regexpSubstr(c *regexCall, i int32, s []byte) error {
	ok, err := c.find(s, 0)
	if !ok {
		c.null(i)
		return err
	}
	start, end := c.m.Group(0)
	c.w.buf = append(c.w.buf, s[start:end]...)
	c.w.end(i)
	return nil
}

func regexpExtractAll(c *regexCall, i int32, s []byte) error {
	g := c.group(i, 1)
	if g < 0 || g > c.m.Groups() {
		c.null(i)
		return nil
	}
	err := c.each(s, func(int, int) {
		if start, end := c.m.Group(g); start < 0 || end < 0 {
			c.w.kid.AppendNull()
		} else {
			c.w.kid.AppendBytes(s[start:end])
		}
	})
	c.w.endList(i)
	return err
}

// regexpReplace puts the third argument, as it stands, for every match.
func regexpReplace(c *regexCall, i int32, s []byte) error {
	with, last := c.args[2].bytesAt(i), 0
	err := c.each(s, func(start, end int) {
		c.w.buf = append(append(c.w.buf, s[last:start]...), with...)
		last = end
	})
	c.w.buf = append(c.w.buf, s[last:]...)
	c.w.end(i)
	return err
}

func regexpCount(c *regexCall, i int32, s []byte) error {
	n := int32(0)
	err := c.each(s, func(int, int) { n++ })
	c.out.Int32s()[i] = n
	return err
}

// regexpInstr is the place of the first match in UTF-16 units, from 1.
func regexpInstr(c *regexCall, i int32, s []byte) error {
	ok, err := c.find(s, 0)
	n := int32(0)
	if ok {
		start, _ := c.m.Group(0)
		n = 1
		for _, r := range string(s[:start]) {
			if n++; r > 0xffff {
				n++
			}
		}
	}
	c.out.Int32s()[i] = n
	return err
}

func buildRegexp(b *builder) (node, error) {
	cache := regexes{}
	return predicate(b, func(c *kernelCall, rows, dst []int32) ([]int32, error) {
		for _, i := range rows {
			pattern := c.args[1].bytesAt(i)
			if len(pattern) == 0 { // in Flink it matches nothing
				continue
			}
			m := cache.get(pattern)
			if m == nil {
				continue
			}
			if m.Find(c.args[0].bytesAt(i), 0) {
				dst = append(dst, i)
			} else if m.Err != nil {
				return dst, c.fail("%s", m.Err)
			}
		}
		return dst, nil
	}), nil
}

// buildSimilar is SIMILAR TO: SQL's regular expressions, which must match the
// whole text.
func buildSimilar(b *builder) (node, error) {
	escape := []byte(nil)
	cache := regexes{how: func(pattern []byte) (string, error) { return similarToJava(string(pattern), string(escape)) }}
	return predicate(b, func(c *kernelCall, rows, dst []int32) ([]int32, error) {
		for _, i := range rows {
			if len(c.args) == 3 {
				if e := c.args[2].bytesAt(i); !bytes.Equal(e, escape) {
					escape, cache.known = bytes.Clone(e), false
				}
			}
			m := cache.get(c.args[1].bytesAt(i))
			if m == nil {
				return dst, c.fail("Invalid regular expression '%s'", c.args[1].bytesAt(i))
			}
			if m.MatchAll(c.args[0].bytesAt(i)) {
				dst = append(dst, i)
			} else if m.Err != nil {
				return dst, c.fail("%s", m.Err)
			}
		}
		return dst, nil
	}), nil
}

const similarSpecials = "_%()[]^|-+*?{}"

// similarToJava translates a pattern of SIMILAR TO.
func similarToJava(pattern, escape string) (string, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return "", &EvalError{Msg: "Invalid escape character '" + escape + "'"}
	}
	var out strings.Builder
	for i := 0; i < len(pattern); {
		r, size := utf8.DecodeRuneInString(pattern[i:])
		c := pattern[i : i+size]
		i += size
		switch {
		case escape != "" && c == escape:
			if i >= len(pattern) || !strings.Contains(similarSpecials+escape, pattern[i:i+1]) {
				return "", &EvalError{Msg: "Invalid escape sequence '" + pattern + "'"}
			}
			out.WriteString(`\` + pattern[i:i+1])
			i++
		case r == '\\', r == '$':
			out.WriteString(`\` + c)
		case r == '_':
			out.WriteByte('.')
		case r == '%':
			out.WriteString("(?s:.*)")
		case r == '[':
			n := similarClass(&out, pattern[i:])
			if n < 0 {
				return "", &EvalError{Msg: "Invalid regular expression '" + pattern + "'"}
			}
			i += n
		default:
			out.WriteString(c)
		}
	}
	return out.String(), nil
}

var similarClasses = map[string]string{
	"[:ALPHA:]": `\p{Alpha}`, "[:UPPER:]": `\p{Upper}`, "[:LOWER:]": `\p{Lower}`, "[:DIGIT:]": `\d`,
	"[:SPACE:]": " ", "[:WHITESPACE:]": `\s`, "[:ALNUM:]": `\p{Alnum}`,
}

// similarClass translates a class behind its [ and returns its length.
func similarClass(out *strings.Builder, s string) int {
	out.WriteByte('[')
next:
	for i := 0; i < len(s); i++ {
		if s[i] == '[' {
			for name, java := range similarClasses {
				if len(s)-i >= len(name) && strings.EqualFold(s[i:i+len(name)], name) {
					out.WriteString(java)
					i += len(name) - 1
					continue next
				}
			}
		}
		if strings.IndexByte("[_%()|+*?{}", s[i]) >= 0 {
			return -1
		}
		out.WriteByte(s[i])
		if s[i] == ']' {
			return i + 1
		}
	}
	return -1
}

// buildStrToMap is STR_TO_MAP(text[, delimiter, key-value delimiter]), both
// regular expressions.
func buildStrToMap(b *builder) (node, error) {
	var outer, inner regexes
	build := lists(func(c *listCall, i int32) error {
		sep, eq := []byte(","), []byte("=")
		if len(c.args) > 1 {
			sep = c.args[1].bytesAt(i)
		}
		if len(c.args) > 2 {
			eq = c.args[2].bytesAt(i)
		}
		split, pair := outer.get(sep), inner.get(eq)
		if split == nil || pair == nil {
			return c.fail("Invalid regular expression among the delimiters '%s' and '%s'", sep, eq)
		}
		text := c.args[0].bytesAt(i)
		if len(text) == 0 {
			return nil
		}
		c.appendJavaMap(splitRegex(split, text), pair)
		return nil
	})
	return build(b)
}

// appendJavaMap appends the entries in the order of a java.util.HashMap made for
// as many, which is what Flink shows.
func (c *listCall) appendJavaMap(parts [][]byte, pair *javaregex.Matcher) {
	keys, values := batch.New(types.String(), len(parts)), batch.New(types.String(), len(parts))
	at := map[string]int{}
	var last []int // the part that gives the value of each key
	var order []int
	for n, part := range parts {
		key := part
		if pair.Find(part, 0) {
			start, end := pair.Group(0)
			key = part[:start]
			values.AppendBytes(part[end:])
		} else {
			values.AppendNull()
		}
		if k, ok := at[string(key)]; ok {
			last[k] = n
			continue
		}
		at[string(key)] = len(last)
		order = append(order, len(last))
		last = append(last, n)
		keys.AppendBytes(key)
	}
	size := 1
	for size < len(parts) || len(last)*4 > size*3 {
		size *= 2
	}
	bucket := func(k int) int {
		h := uint32(javaHash(string(keys.At(k))))
		return int((h ^ h>>16) & uint32(size-1))
	}
	slices.SortStableFunc(order, func(a, b int) int { return bucket(a) - bucket(b) })
	for _, k := range order {
		c.list.Kids[0].AppendFrom(keys, k)
		c.list.Kids[1].AppendFrom(values, last[k])
	}
}

// splitRegex is Java's String.split: trailing empty parts are dropped.
func splitRegex(m *javaregex.Matcher, s []byte) [][]byte {
	var parts [][]byte
	last := 0
	for from := 0; from <= len(s) && m.Find(s, from); {
		start, end := m.Group(0)
		if end > start || start > 0 && start < len(s) {
			if end > 0 {
				parts = append(parts, s[last:start])
				last = end
			}
		}
		if from = end; end == start {
			from++
		}
	}
	parts = append(parts, s[last:])
	for len(parts) > 0 && len(parts[len(parts)-1]) == 0 {
		parts = parts[:len(parts)-1]
	}
	return parts
}

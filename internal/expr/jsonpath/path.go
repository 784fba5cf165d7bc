package jsonpath

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Path is a compiled path. It is immutable.
type Path struct {
	Lax   bool
	steps []step
	many  bool // it may find several values: the result is their array
}

type stepKind uint8

const (
	byName stepKind = iota
	byIndex
	all
	deep // this value and all below it
	slice
	filter
)

type step struct {
	kind    stepKind
	names   []string
	indexes []int
	from    *int
	to      *int
	cond    condition
}

// ErrNotFound says that a strict path leads nowhere.
var ErrNotFound = errors.New("no results for the path")

// Compile reads [strict|lax] $.a[0].*… A path without $ begins at the root too;
// without a mode it is strict.
func Compile(text string) (*Path, error) {
	p := &Path{}
	spec := strings.TrimSpace(text)
	if word, rest, ok := strings.Cut(spec, " "); ok && (word == "lax" || word == "strict") {
		p.Lax, spec = word == "lax", strings.TrimSpace(rest)
	}
	if spec == "" {
		return nil, errors.New("the path is empty")
	}
	if spec[0] != '$' && spec[0] != '@' {
		spec = "$." + spec
	}
	c := &compiler{s: spec, i: 1}
	if err := c.steps(p, false); err != nil {
		return nil, fmt.Errorf("the path '%s' is not valid: %w", text, err)
	}
	return p, nil
}

type compiler struct {
	s string
	i int
}

func (c *compiler) accept(t string) bool {
	if strings.HasPrefix(c.s[c.i:], t) {
		c.i += len(t)
		return true
	}
	return false
}

func (c *compiler) space() {
	for c.i < len(c.s) && c.s[c.i] == ' ' {
		c.i++
	}
}

// steps reads to the end, or inside a filter to what does not belong to a path.
func (c *compiler) steps(p *Path, inFilter bool) error {
	for c.i < len(c.s) {
		switch {
		case c.accept(".."):
			p.steps, p.many = append(p.steps, step{kind: deep}), true
			if c.i < len(c.s) && c.s[c.i] == '[' {
				continue
			}
			if err := c.name(p, inFilter); err != nil {
				return err
			}
		case c.accept("."):
			if err := c.name(p, inFilter); err != nil {
				return err
			}
		case c.accept("["):
			if err := c.bracket(p); err != nil {
				return err
			}
		case inFilter:
			return nil
		default:
			return fmt.Errorf("unexpected character %q", c.s[c.i])
		}
	}
	return nil
}

func (c *compiler) name(p *Path, inFilter bool) error {
	start := c.i
	for c.i < len(c.s) {
		r, size := utf8.DecodeRuneInString(c.s[c.i:])
		if r == '.' || r == '[' || r == '(' || inFilter && strings.ContainsRune(" )=<>!&|]", r) {
			break
		}
		if r == ' ' {
			return errors.New("use bracket notation for names with spaces")
		}
		c.i += size
	}
	name := c.s[start:c.i]
	switch {
	case name == "" || c.i < len(c.s) && c.s[c.i] == '(':
		return errors.New("a name is missing")
	case name == "*":
		p.steps, p.many = append(p.steps, step{kind: all}), true
	default:
		p.steps = append(p.steps, step{kind: byName, names: []string{name}})
	}
	return nil
}

// bracket reads what follows a [.
func (c *compiler) bracket(p *Path) error {
	c.space()
	switch {
	case c.accept("*"):
		p.steps, p.many = append(p.steps, step{kind: all}), true
	case c.accept("?"):
		c.space()
		if !c.accept("(") {
			return errors.New("a filter begins with ?(")
		}
		cond, err := c.or()
		if err != nil {
			return err
		}
		c.space()
		if !c.accept(")") {
			return errors.New("a filter ends with )")
		}
		p.steps, p.many = append(p.steps, step{kind: filter, cond: cond}), true
	case c.i < len(c.s) && (c.s[c.i] == '\'' || c.s[c.i] == '"'):
		st := step{kind: byName}
		for {
			c.space()
			name, err := c.quoted()
			if err != nil {
				return err
			}
			st.names = append(st.names, name)
			c.space()
			if !c.accept(",") {
				break
			}
		}
		p.many = p.many || len(st.names) > 1
		p.steps = append(p.steps, st)
	default:
		if err := c.indexes(p); err != nil {
			return err
		}
	}
	c.space()
	if !c.accept("]") {
		return errors.New("']' is missing")
	}
	return nil
}

func (c *compiler) indexes(p *Path) error {
	st := step{kind: byIndex}
	for {
		c.space()
		n, ok := c.number()
		if ok {
			st.indexes = append(st.indexes, n)
		}
		c.space()
		if len(st.indexes) <= 1 && c.accept(":") {
			st.kind = slice
			if ok {
				st.from = &n
			}
			c.space()
			if m, ok := c.number(); ok {
				st.to = &m
			}
			p.steps, p.many = append(p.steps, st), true
			return nil
		}
		if !ok {
			return errors.New("an index or a name is missing")
		}
		if !c.accept(",") {
			break
		}
	}
	p.many = p.many || len(st.indexes) > 1
	p.steps = append(p.steps, st)
	return nil
}

func (c *compiler) number() (int, bool) {
	start := c.i
	if c.i < len(c.s) && c.s[c.i] == '-' {
		c.i++
	}
	for c.i < len(c.s) && c.s[c.i] >= '0' && c.s[c.i] <= '9' {
		c.i++
	}
	n, err := strconv.Atoi(c.s[start:c.i])
	if err != nil {
		c.i = start
	}
	return n, err == nil
}

func (c *compiler) quoted() (string, error) {
	if c.i >= len(c.s) || c.s[c.i] != '\'' && c.s[c.i] != '"' {
		return "", errors.New("a quoted name is missing")
	}
	quote := c.s[c.i]
	var out []byte
	for c.i++; c.i < len(c.s); c.i++ {
		switch ch := c.s[c.i]; {
		case ch == '\\' && c.i+1 < len(c.s):
			c.i++
			out = append(out, c.s[c.i])
		case ch == quote:
			c.i++
			return string(out), nil
		default:
			out = append(out, ch)
		}
	}
	return "", errors.New("a quoted name has no end")
}

// Find returns the value that p leads to in root, or for a path that may find
// several the array of them. found is false where a lax path leads nowhere;
// there a strict one gives ErrNotFound.
func (p *Path) Find(root *Value) (v *Value, found bool, err error) {
	var out []*Value
	if p.many && !p.prefix(root) {
		if p.Lax {
			return nil, false, nil
		}
		return nil, false, ErrNotFound
	}
	p.walk(root, root, p.steps, &out)
	if p.many {
		list := &Value{Kind: Array}
		for _, x := range out {
			list.Kids = append(list.Kids, *x)
		}
		return list, true, nil
	}
	if len(out) == 0 {
		if p.Lax {
			return nil, false, nil
		}
		return nil, false, ErrNotFound
	}
	return out[0], true, nil
}

// prefix reports whether the names before the first step that may find several
// values lead somewhere.
func (p *Path) prefix(v *Value) bool {
	for _, st := range p.steps {
		switch {
		case st.kind == byName && len(st.names) == 1 && v.Kind == Object:
			k := slices.IndexFunc(v.Keys, func(key []byte) bool { return string(key) == st.names[0] })
			if k < 0 {
				return false
			}
			v = &v.Kids[k]
		case st.kind == byName && len(st.names) == 1:
			return false
		case st.kind == byIndex && len(st.indexes) == 1:
			i := st.indexes[0]
			if i < 0 {
				i += len(v.Kids)
			}
			if v.Kind != Array {
				return false
			}
			if i < 0 || i >= len(v.Kids) {
				return true // an index that is not there finds nothing, which is no error
			}
			v = &v.Kids[i]
		case st.kind == byIndex || st.kind == slice:
			return v.Kind == Array
		default:
			return true
		}
	}
	return true
}

func (p *Path) walk(root, v *Value, steps []step, out *[]*Value) {
	if len(steps) == 0 {
		*out = append(*out, v)
		return
	}
	st, rest := &steps[0], steps[1:]
	switch st.kind {
	case byName:
		if v.Kind != Object {
			return
		}
		for _, name := range st.names {
			for i, k := range v.Keys {
				if string(k) == name {
					p.walk(root, &v.Kids[i], rest, out)
				}
			}
		}
	case byIndex:
		if v.Kind != Array {
			return
		}
		for _, i := range st.indexes {
			if i < 0 {
				i += len(v.Kids)
			}
			if i >= 0 && i < len(v.Kids) {
				p.walk(root, &v.Kids[i], rest, out)
			}
		}
	case all:
		for i := range v.Kids {
			p.walk(root, &v.Kids[i], rest, out)
		}
	case deep:
		p.walk(root, v, rest, out)
		for i := range v.Kids {
			p.walk(root, &v.Kids[i], steps, out)
		}
	case slice:
		p.slice(root, v, st, rest, out)
	case filter:
		p.filter(root, v, st, rest, out)
	}
}

func (p *Path) slice(root, v *Value, st *step, rest []step, out *[]*Value) {
	if v.Kind != Array {
		return
	}
	from, to := 0, len(v.Kids)
	if st.from != nil {
		if from = *st.from; from < 0 {
			from += len(v.Kids)
		}
	}
	if st.to != nil {
		if to = *st.to; to < 0 {
			to += len(v.Kids)
		}
	}
	for i := max(from, 0); i < min(to, len(v.Kids)); i++ {
		p.walk(root, &v.Kids[i], rest, out)
	}
}

func (p *Path) filter(root, v *Value, st *step, rest []step, out *[]*Value) {
	switch v.Kind {
	case Array:
		for i := range v.Kids {
			if st.cond(root, &v.Kids[i]) {
				p.walk(root, &v.Kids[i], rest, out)
			}
		}
	case Object:
		if st.cond(root, v) {
			p.walk(root, v, rest, out)
		}
	}
}

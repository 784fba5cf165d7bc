package jsonpath

import (
	"errors"
	"slices"
)

// condition is the test of a filter on the value @.
type condition func(root, at *Value) bool

// operand gives a value, nil where a path leads nowhere.
type operand func(root, at *Value) *Value

func (c *compiler) or() (condition, error) {
	left, err := c.and()
	for err == nil {
		if c.space(); !c.accept("||") {
			return left, nil
		}
		var right condition
		if right, err = c.and(); err == nil {
			l := left
			left = func(root, at *Value) bool { return l(root, at) || right(root, at) }
		}
	}
	return nil, err
}

func (c *compiler) and() (condition, error) {
	left, err := c.test()
	for err == nil {
		if c.space(); !c.accept("&&") {
			return left, nil
		}
		var right condition
		if right, err = c.test(); err == nil {
			l := left
			left = func(root, at *Value) bool { return l(root, at) && right(root, at) }
		}
	}
	return nil, err
}

// test reads !test, (test), a comparison, or a path that must lead somewhere.
func (c *compiler) test() (condition, error) {
	c.space()
	switch {
	case c.accept("!"):
		inner, err := c.test()
		if err != nil {
			return nil, err
		}
		return func(root, at *Value) bool { return !inner(root, at) }, nil
	case c.accept("("):
		inner, err := c.or()
		if err != nil {
			return nil, err
		}
		if c.space(); !c.accept(")") {
			return nil, errors.New("')' is missing")
		}
		return inner, nil
	}
	left, err := c.operand()
	if err != nil {
		return nil, err
	}
	c.space()
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if !c.accept(op) {
			continue
		}
		right, err := c.operand()
		if err != nil {
			return nil, err
		}
		return func(root, at *Value) bool { return compare(op, left(root, at), right(root, at)) }, nil
	}
	return func(root, at *Value) bool { return left(root, at) != nil }, nil
}

func (c *compiler) operand() (operand, error) {
	c.space()
	if c.i >= len(c.s) {
		return nil, errors.New("a filter ends too early")
	}
	switch ch := c.s[c.i]; ch {
	case '@', '$':
		c.i++
		p := &Path{Lax: true}
		if err := c.steps(p, true); err != nil {
			return nil, err
		}
		return func(root, at *Value) *Value {
			if ch == '$' {
				at = root
			}
			v, _, _ := p.Find(at)
			return v
		}, nil
	case '\'':
		s, err := c.quoted()
		v := &Value{Kind: String, Text: []byte(s)}
		return func(_, _ *Value) *Value { return v }, err
	}
	r := &reader{s: []byte(c.s), i: c.i}
	v, err := r.value()
	c.i = r.i
	return func(_, _ *Value) *Value { return &v }, err
}

func compare(op string, a, b *Value) bool {
	if a == nil || b == nil {
		return false
	}
	switch op {
	case "==":
		return a.equal(b)
	case "!=":
		return !a.equal(b)
	}
	var order int
	switch {
	case a.Kind == Number && b.Kind == Number:
		order = compareNumbers(a, b)
	case a.Kind == String && b.Kind == String:
		order = slices.Compare(a.Text, b.Text)
	default:
		return false
	}
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

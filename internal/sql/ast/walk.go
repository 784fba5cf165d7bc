package ast

import (
	"fmt"
	"reflect"
	"strings"
)

// Visitor is called by Walk for each node, always as a pointer (*Ident, *Query …).
// Visit returns the visitor for the children of n, or nil to leave them out.
type Visitor interface {
	Visit(n Node) Visitor
}

// Walk visits n and then its children, depth first, in the order of the fields,
// which is the order of the source text. Subqueries are children like others.
// The tree is found by reflection: it serves planning, not rows.
func Walk(v Visitor, n Node) {
	if n == nil {
		return
	}
	walk(v, reflect.ValueOf(n))
}

// Inspect calls f for n and its descendants; f returns false to leave out the
// children of a node. f is called with nil after the children of each node for
// which it returned true.
func Inspect(n Node, f func(Node) bool) { Walk(inspector(f), n) }

type inspector func(Node) bool

func (f inspector) Visit(n Node) Visitor {
	if f(n) {
		return f
	}
	return nil
}

var (
	nodeType = reflect.TypeFor[Node]()
	spanType = reflect.TypeFor[Span]()
)

// isNode reports whether the struct type t is a node of the tree.
func isNode(t reflect.Type) bool {
	return t != spanType && t.Implements(nodeType)
}

func walk(v Visitor, x reflect.Value) {
	switch x.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !x.IsNil() {
			walk(v, x.Elem())
		}
	case reflect.Slice:
		for i := range x.Len() {
			walk(v, x.Index(i))
		}
	case reflect.Struct:
		if !isNode(x.Type()) {
			return
		}
		if !x.CanAddr() { // a node passed by value
			c := reflect.New(x.Type())
			c.Elem().Set(x)
			x = c.Elem()
		}
		inner := v.Visit(x.Addr().Interface().(Node))
		if inner == nil {
			return
		}
		for i := range x.NumField() {
			walk(inner, x.Field(i))
		}
		if f, ok := inner.(inspector); ok {
			f(nil)
		}
	}
}

// Equal reports whether two trees are the same apart from their positions.
func Equal(a, b Node) bool {
	return equal(reflect.ValueOf(a), reflect.ValueOf(b))
}

func equal(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return equal(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if isPosition(a.Type(), i) {
				continue
			}
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	default:
		return a.Equal(b)
	}
}

// isPosition reports whether field i of a node only says where it stands.
func isPosition(t reflect.Type, i int) bool {
	f := t.Field(i)
	return f.Type == spanType || f.Name == "OpPos"
}

// Dump shows the tree as nested lists, without positions and without fields that
// are zero: (Select Items=[(SelectItem X=(Path Parts=[a]))]). For tests and for
// looking at what the parser made.
func Dump(n Node) string {
	var b strings.Builder
	dump(&b, reflect.ValueOf(n))
	return b.String()
}

func dump(b *strings.Builder, x reflect.Value) {
	switch x.Kind() {
	case reflect.Invalid:
		b.WriteString("nil")
	case reflect.Pointer, reflect.Interface:
		dump(b, x.Elem())
	case reflect.Slice:
		b.WriteByte('[')
		for i := range x.Len() {
			if i > 0 {
				b.WriteByte(' ')
			}
			dump(b, x.Index(i))
		}
		b.WriteByte(']')
	case reflect.Struct:
		if id, ok := x.Interface().(Ident); ok {
			b.WriteString(id.Name)
			return
		}
		b.WriteString("(" + x.Type().Name())
		for i := range x.NumField() {
			if f := x.Field(i); !isPosition(x.Type(), i) && !f.IsZero() {
				b.WriteString(" " + x.Type().Field(i).Name + "=")
				dump(b, f)
			}
		}
		b.WriteByte(')')
	case reflect.String:
		fmt.Fprintf(b, "%q", x.String())
	default:
		fmt.Fprintf(b, "%v", x.Interface())
	}
}

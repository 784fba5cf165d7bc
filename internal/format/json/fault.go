package json

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/format"
)

// fault notes why a value could not be read. It is filled without formatting
// anything, since with ignore-parse-errors nobody may ever look.
type fault struct {
	syntax  bool   // the text is not JSON; there is nothing to go on with
	at      int    // offset in the message
	why     string // a clause, or "" with as: the value does not suit the type
	as      *node
	literal []byte   // the value that does not suit
	path    []string // field names, innermost first
}

// wrong notes that the text at offset is not JSON.
func (d *decoder) wrong(offset int, why string) bool {
	d.fault = fault{syntax: true, at: offset, why: why, path: d.fault.path[:0]}
	return false
}

// syntaxAt notes an unexpected character or the unexpected end.
func (d *decoder) syntaxAt(offset int) bool { return d.wrong(offset, "") }

// unsuitable notes that a value cannot be read as n's type.
func (d *decoder) unsuitable(n *node, offset int, literal []byte) bool {
	d.fault = fault{at: offset, as: n, literal: literal, path: d.fault.path[:0]}
	return false
}

// malformed makes the error of d.fault.
func (d *decoder) malformed() error {
	f := &d.fault
	var reason string
	switch {
	case f.as != nil:
		reason = fmt.Sprintf("cannot read %s as %s", shown(f.literal), f.as.typ.WithNull(true))
	case f.why != "":
		reason = fmt.Sprintf("%s (offset %d)", f.why, f.at)
	case f.at >= len(d.data):
		reason = "the text ends too early"
	default:
		reason = fmt.Sprintf("unexpected character %q at offset %d", d.data[f.at], f.at)
	}
	if len(f.path) > 0 {
		names := make([]string, len(f.path))
		for i, name := range f.path {
			names[len(names)-1-i] = name
		}
		reason = fmt.Sprintf("field %q: %s", strings.Join(names, "."), reason)
	}
	text := d.data
	if len(text) > 1024 {
		text = text[:1024]
	}
	return &format.Malformed{Format: "json", Reason: reason, Text: append([]byte(nil), text...)}
}

func shown(literal []byte) string {
	if len(literal) > 60 {
		return fmt.Sprintf("%q…", literal[:60])
	}
	return fmt.Sprintf("%q", literal)
}

// missing notes a field that is not there though fail-on-missing-field is set.
func (d *decoder) missing(n *node) bool {
	d.fault = fault{at: d.pos, why: "Some field is missing in the JSON data", path: append(d.fault.path[:0], n.name)}
	return false
}

// kindShown is the literal of a value that is an object or array.
func kindShown(c byte) []byte {
	if c == '{' {
		return []byte("{…}")
	}
	return []byte("[…]")
}

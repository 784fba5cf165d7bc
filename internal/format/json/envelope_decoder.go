package json

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr/javaregex"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// envelopeDecoder reads the messages of an Envelope. The rows are decoded where
// they stand, in the hope that they come in the order in which they are wanted,
// which real messages do; a message that is built otherwise is read again.
type envelopeDecoder struct {
	decoder
	env     *Envelope
	outer   *object // the keys beside the payload, nil without schema-include
	inner   *object // the keys of the envelope
	row     *node   // a row as a value
	filters []filter
	meta    []metaGroup

	// Of the message being read.
	first int             // row of out at which it began
	cols  []*batch.Vector // of out, without metadata
	sides [2]side         // of the rows before and after
	order []int           // the sides whose rows have been decoded, in order
	count int             // rows decoded
	again bool            // a key came twice: rows are decoded when the op is known
	op    change          //
	word  []byte          // the text of an unknown op
	cause string          // what is wrong with the message though it is JSON
	held  *batch.Batch    // new rows of updates, while old ones are put before them
	sel   []int32         // of held
	seen  []bool          // the fields that an old row names
	spots [2][]int        // offsets of metadata: by key of inner and outer
}

// The sides of a change; also the first fields of inner. nameOp comes next,
// then metadata.
const (
	sideBefore = iota
	sideAfter
	nameOp
	nameMeta
)

// side is the row, or the array of rows, before or after a change.
type side struct {
	at      int  // offset of its value, -1: not there
	present bool // it is there and not null
	broken  bool // one of its rows is null; only those before it count
}

// change is what happened.
type change uint8

const (
	noChange change = iota // no op was found
	insertion
	update
	deletion
	skipped
	unknownChange
)

// filter leaves messages out whose text at a key does not match.
type filter struct {
	key   string
	field int // of inner
	match *javaregex.Matcher
}

// NewDecoder returns a decoder of rows of schema.
func (e *Envelope) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	return e.NewMetadataDecoder(schema, nil, options)
}

// NewMetadataDecoder returns a decoder of rows of schema followed by metadata.
func (e *Envelope) NewMetadataDecoder(schema types.Schema, keys []string, options map[string]string) (format.Decoder, error) {
	s, schemaInclude, err := e.settings(options)
	if err != nil {
		return nil, err
	}
	root, err := newObject(schema)
	if err != nil {
		return nil, err
	}
	d := &envelopeDecoder{
		decoder: decoder{settings: s, root: root}, env: e,
		row:   &node{kind: types.Row, typ: types.RowOf(schema...), object: root},
		inner: newNames(e.Before, e.After, e.Op), held: batch.NewBatch(schema, 0), seen: make([]bool, len(schema)),
	}
	if schemaInclude {
		d.outer = newNames(e.Payload)
	}
	matches, err := e.matches(options)
	if err != nil {
		return nil, err
	}
	for _, m := range matches {
		d.filters = append(d.filters, filter{m.key, d.inner.name(m.key), javaregex.NewMatcher(m.re)})
	}
	for i, key := range keys {
		if err := d.wants(key, len(schema)+i); err != nil {
			return nil, err
		}
	}
	d.spots[0] = make([]int, len(d.inner.index))
	if d.outer != nil {
		d.spots[1] = make([]int, len(d.outer.index))
	}
	return d, nil
}

// newNames is an object of which only the keys matter.
func newNames(names ...string) *object {
	o := &object{index: map[string]int{}}
	for _, n := range names {
		o.name(n)
	}
	return o
}

// name is the field number of a key, a new one if need be.
func (o *object) name(key string) int {
	if i, known := o.index[key]; known {
		return i
	}
	i := len(o.index)
	o.index[key] = i
	o.slots = append(o.slots, slot{key: appendQuoted(nil, []byte(key))[1:], field: i})
	return i
}

// Decode appends the rows of the change that msg tells of; nothing for an
// empty message, which is how some sources mark a deletion once more.
func (d *envelopeDecoder) Decode(msg []byte, out *batch.Batch) error {
	if len(msg) == 0 {
		return nil
	}
	d.data, d.pos, d.cause = msg, 0, ""
	d.first, d.cols = out.N, out.Cols[:len(d.root.fields)]
	d.op, d.order, d.count, d.again = noChange, d.order[:0], 0, false
	d.sides = [2]side{{at: -1}, {at: -1}}
	for _, list := range d.spots {
		for i := range list {
			list[i] = -1
		}
	}
	ok := d.message() && d.apply(out)
	if d.cause != "" && d.ignoreErrors {
		ok = true // the rows before the broken one stay, as in Flink
		for _, col := range d.cols {
			col.Truncate(out.N)
		}
	}
	if ok {
		ok = len(d.meta) == 0 || d.appendMetadata(out)
	}
	if ok {
		return nil
	}
	out.Truncate(d.first)
	if d.ignoreErrors {
		return nil
	}
	return d.corrupt()
}

// corrupt words why the message cannot be read, in Flink's manner.
func (d *envelopeDecoder) corrupt() error {
	reason := d.cause
	m := d.malformed().(*format.Malformed)
	if reason == "" {
		reason = m.Reason
	}
	m.Format, m.Reason = d.env.Format, fmt.Sprintf("Corrupt %s JSON message: %s", d.env.Title, reason)
	return m
}

// fail notes what is wrong with a message that is JSON.
func (d *envelopeDecoder) fail(format string, args ...any) bool {
	d.cause = fmt.Sprintf(format, args...)
	return false
}

// message reads the whole message. The columns then have d.count rows more
// than out, which nobody has counted or given a kind yet.
func (d *envelopeDecoder) message() bool {
	if d.peek() != '{' {
		return d.wrong(d.pos, "the message is not a JSON object")
	}
	if d.outer == nil {
		return d.payload()
	}
	found := false
	ok := d.eachKey(d.outer, func(field int) bool {
		if field != 0 {
			if field > 0 {
				d.spots[1][field] = d.pos
			}
			return d.skip(0)
		}
		if d.peek() != '{' {
			return d.skip(0)
		}
		if found { // only the last one counts
			d.rewind()
			d.op, d.sides = noChange, [2]side{{at: -1}, {at: -1}}
		}
		found = true
		return d.payload()
	})
	if ok && !found {
		return d.fail("there is no \"%s\"; is '%s.%s' = 'true' right?", d.env.Payload, d.env.Format, optSchemaInclude)
	}
	return ok
}

// eachKey calls f at the value of every member of the object at d.pos.
func (d *decoder) eachKey(o *object, f func(field int) bool) bool {
	d.pos++
	if d.peek() == '}' {
		d.pos++
		return true
	}
	for ordinal := 0; ; ordinal++ {
		field, ok := d.key(o, ordinal)
		if !ok {
			return false
		}
		d.peek()
		if !f(field) {
			return false
		}
		switch d.peek() {
		case ',':
			d.pos++
		case '}':
			d.pos++
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

// payload reads the envelope at d.pos.
func (d *envelopeDecoder) payload() bool {
	if len(d.filters) > 0 {
		pos := d.pos
		counts, ok := d.counts()
		if !ok || !counts {
			d.op = skipped
			return ok
		}
		d.pos = pos
	}
	return d.eachKey(d.inner, d.member)
}

// member reads the value of a key of the envelope.
func (d *envelopeDecoder) member(field int) bool {
	switch field {
	case sideBefore, sideAfter:
		return d.side(field)
	case nameOp:
		return d.readOp()
	}
	if field >= nameMeta {
		d.spots[0][field] = d.pos
	}
	return d.skip(0)
}

// counts looks ahead at the texts that filters are about.
func (d *envelopeDecoder) counts() (counts, ok bool) {
	counts, found := true, 0
	ok = d.eachKey(d.inner, func(field int) bool {
		for _, f := range d.filters {
			if f.field != field {
				continue
			}
			found++
			c := d.peek()
			if c == '{' || c == '[' { // no text
				counts = f.match.MatchAll(nil) && counts
				return d.skip(0)
			}
			if c == 'n' {
				counts = f.match.MatchAll([]byte("null")) && counts
				return d.literal("null")
			}
			text, _, ok := d.scalarText(nil, c)
			counts = ok && f.match.MatchAll(text) && counts
			return ok
		}
		return d.skip(0)
	})
	if ok && found < len(d.filters) {
		return false, d.fail("it does not say which database and table it is about, which '%s.%s' asks for", d.env.Format, d.env.Filters[0].Option)
	}
	return counts, ok
}

// readOp reads what happened.
func (d *envelopeDecoder) readOp() bool {
	c := d.peek()
	if c == 'n' {
		d.op = noChange
		return d.literal("null")
	}
	if c == '{' || c == '[' {
		at := d.pos
		if !d.skip(0) {
			return false
		}
		d.op, d.word = unknownChange, append(d.word[:0], d.data[at:d.pos]...)
		return true
	}
	text, _, ok := d.scalarText(nil, c)
	if !ok {
		return false
	}
	d.op = d.env.change(text)
	if d.op == unknownChange {
		d.word = append(d.word[:0], text...)
	}
	return true
}

// change is what a value of the op key stands for.
func (e *Envelope) change(text []byte) change {
	switch string(text) {
	case e.Update:
		return update
	case e.Delete:
		return deletion
	}
	for _, word := range e.Insert {
		if string(text) == word {
			return insertion
		}
	}
	for _, word := range e.Skip {
		if string(text) == word {
			return skipped
		}
	}
	return unknownChange
}

// side notes where the rows of a side are and decodes them, unless they are
// old ones that may be incomplete.
func (d *envelopeDecoder) side(which int) bool {
	s := &d.sides[which]
	if s.at >= 0 { // the key came before: the last one counts
		d.rewind()
		d.again = true
	}
	*s = side{at: d.pos, present: d.peek() != 'n'}
	if d.again || which == sideBefore && d.env.Partial {
		return d.skip(0)
	}
	return d.decode(which)
}

// rewind drops the rows decoded so far.
func (d *envelopeDecoder) rewind() {
	for _, col := range d.cols {
		col.Truncate(d.first)
	}
	d.count, d.order = 0, d.order[:0]
}

// decode appends the rows of the side at d.pos.
func (d *envelopeDecoder) decode(which int) bool {
	s := &d.sides[which]
	var ok bool
	if d.env.Arrays {
		ok = d.array(s)
	} else {
		s.present, ok = d.rowValue()
	}
	if ok && s.present {
		d.order = append(d.order, which)
	}
	if !ok {
		d.fault.path = append(d.fault.path, [...]string{d.env.Before, d.env.After}[which])
	}
	return ok
}

// rowValue decodes the row at d.pos; present is false for null.
func (d *envelopeDecoder) rowValue() (present, ok bool) {
	switch d.peek() {
	case '{':
		if !d.members(d.root, d.cols, d.first+d.count) {
			return true, false
		}
		d.count++
		return true, true
	case 'n':
		return false, d.literal("null")
	}
	if d.ignoreErrors {
		return false, d.skip(0)
	}
	return false, d.unsuitableValue(d.row)
}

// array decodes the rows of the array at d.pos.
func (d *envelopeDecoder) array(s *side) bool {
	if d.peek() != '[' {
		s.present = false
		if d.peek() == 'n' {
			return d.literal("null")
		}
		if d.ignoreErrors {
			return d.skip(0)
		}
		return d.unsuitableValue(&node{typ: types.ArrayOf(d.row.typ)})
	}
	d.pos++
	if d.peek() == ']' {
		d.pos++
		return true
	}
	for {
		ok := true
		if s.broken {
			ok = d.skip(0)
		} else {
			var present bool
			present, ok = d.rowValue()
			s.broken = !present
		}
		if !ok {
			return false
		}
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

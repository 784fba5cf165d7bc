package json

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// decoder reads messages. It is used by one goroutine.
type decoder struct {
	settings
	root *object

	// Of the message being read.
	data  []byte
	pos   int
	fault fault

	scratch []byte // an unescaped string, until the next one
	plain   []byte // a value as text
}

// object is the fields of a ROW or of the whole message, with what has been
// learned about the order of keys.
type object struct {
	fields []*node
	index  map[string]int
	// slots[i] is the key that was last seen as the i-th of an object: the guess
	// for the next one. Wrong guesses cost a lookup and are replaced.
	slots []slot
}

type slot struct {
	key   []byte // as written between the quotes, with the closing quote
	field int    // -1: no field of ours
}

// maxSlots bounds what is learned from objects with very many keys.
const maxSlots = 256

func newObject(fields []types.Field) (*object, error) {
	o := &object{index: make(map[string]int, len(fields))}
	for i, f := range fields {
		n, err := newNode(f.Name, f.Type)
		if err != nil {
			return nil, err
		}
		o.fields = append(o.fields, n)
		o.index[f.Name] = i
		o.slots = append(o.slots, slot{key: appendQuoted(nil, []byte(f.Name))[1:], field: i})
	}
	return o, nil
}

// Decode appends the row of the object msg, or the rows of an array of
// objects; nothing for an empty message.
func (d *decoder) Decode(msg []byte, out *batch.Batch) error {
	d.data, d.pos = msg, 0
	first := out.N
	var ok bool
	switch d.peek() {
	case '{':
		ok = d.row(out)
	case '[':
		ok = d.rows(out)
	case 0:
		switch {
		case len(msg) == 0:
			ok = true
		case len(msg) == d.pos:
			ok = d.wrong(d.pos, "the message is nothing but blanks")
		default:
			ok = d.syntaxAt(d.pos)
		}
	default:
		ok = d.wrong(d.pos, "the message is neither a JSON object nor an array of them")
	}
	if ok {
		return nil
	}
	out.Truncate(first)
	if d.ignoreErrors {
		return nil
	}
	return d.malformed()
}

func (d *decoder) row(out *batch.Batch) bool {
	if !d.members(d.root, out.Cols, out.N) {
		return false
	}
	out.AppendKind(batch.Insert)
	return true
}

func (d *decoder) rows(out *batch.Batch) bool {
	d.pos++
	if d.peek() == ']' {
		return true
	}
	for {
		switch d.peek() {
		case '{':
			if !d.row(out) {
				return false
			}
		case 'n': // no row
			if !d.literal("null") {
				return false
			}
		default:
			return d.wrong(d.pos, "an element of the array is not a JSON object")
		}
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

// members reads the object that begins at d.pos as the n-th value of cols. A
// key that comes twice counts with its last value, one that is missing is NULL.
func (d *decoder) members(o *object, cols []*batch.Vector, n int) bool {
	found, ok := d.collect(o, cols, n)
	return ok && (found == len(cols) || d.absent(o, cols, n, found))
}

// collect is members but for the missing fields, whose columns stay short. It
// counts the others.
func (d *decoder) collect(o *object, cols []*batch.Vector, n int) (found int, ok bool) {
	d.pos++
	if d.peek() == '}' {
		d.pos++
		return 0, true
	}
	for ordinal := 0; ; ordinal++ {
		i, ok := d.key(o, ordinal)
		if !ok {
			return 0, false
		}
		if i < 0 {
			ok = d.skip(0)
		} else {
			if col := cols[i]; col.Len() > n {
				col.Truncate(n)
			} else {
				found++
			}
			if ok = d.value(o.fields[i], cols[i]); !ok {
				d.fault.path = append(d.fault.path, o.fields[i].name)
			}
		}
		if !ok {
			return 0, false
		}
		var c byte
		if d.pos < len(d.data) && d.data[d.pos] == ',' {
			c = ','
		} else {
			c = d.peek()
		}
		switch c {
		case ',':
			d.pos++
		case '}':
			d.pos++
			return found, true
		default:
			return 0, d.syntaxAt(d.pos)
		}
	}
}

// absent makes the fields NULL that the object did not have.
func (d *decoder) absent(o *object, cols []*batch.Vector, n, found int) bool {
	if found == len(cols) {
		return true
	}
	for i, col := range cols {
		if col.Len() == n {
			if d.failOnMissing {
				return d.missing(o.fields[i])
			}
			col.AppendNull()
		}
	}
	return true
}

// key moves past a key and its colon and returns the field it names, -1 for
// none of ours. ordinal counts the object's keys.
func (d *decoder) key(o *object, ordinal int) (field int, ok bool) {
	if d.peek() != '"' {
		return 0, d.syntaxAt(d.pos)
	}
	field = -2
	if ordinal < len(o.slots) {
		s := &o.slots[ordinal]
		rest := d.data[d.pos+1:]
		if len(rest) > len(s.key) && string(rest[:len(s.key)]) == string(s.key) {
			field = s.field
			d.pos += 1 + len(s.key)
		}
	}
	if field == -2 {
		if field, ok = d.unexpectedKey(o, ordinal); !ok {
			return 0, false
		}
	}
	if d.pos < len(d.data) && d.data[d.pos] == ':' {
		d.pos++
		return field, true
	}
	if d.peek() != ':' {
		return 0, d.syntaxAt(d.pos)
	}
	d.pos++
	return field, true
}

// unexpectedKey looks a key up that is not the one guessed, and learns it.
func (d *decoder) unexpectedKey(o *object, ordinal int) (field int, ok bool) {
	start := d.pos + 1
	name, ok := d.str()
	if !ok {
		return 0, false
	}
	field, known := o.index[string(name)]
	if !known {
		field = -1
	}
	if ordinal < maxSlots {
		for len(o.slots) <= ordinal {
			o.slots = append(o.slots, slot{key: []byte{'"'}, field: -2})
		}
		s := &o.slots[ordinal]
		s.key = append(s.key[:0], d.data[start:d.pos]...)
		s.field = field
	}
	return field, true
}

// value reads one value into v. A value that does not suit n's type is an
// error, or NULL with ignore-parse-errors; text that is not JSON always is one.
func (d *decoder) value(n *node, v *batch.Vector) bool {
	c := byte(0)
	if d.pos < len(d.data) {
		c = d.data[d.pos]
	}
	if c <= ' ' {
		c = d.peek()
	}
	if c == 'n' {
		v.AppendNull()
		return d.literal("null")
	}
	start, length := d.pos, v.Len()
	if d.convert(n, v, c) {
		return true
	}
	if d.fault.syntax || !d.ignoreErrors {
		return false
	}
	d.pos = start
	v.Truncate(length)
	if !d.skip(0) {
		return false
	}
	v.AppendNull()
	return true
}

// convert reads the value that begins with c at d.pos into v.
func (d *decoder) convert(n *node, v *batch.Vector, c byte) bool {
	switch n.kind {
	case types.Varchar, types.Char:
		return d.text(v, c)
	case types.BigInt, types.IntervalDayTime:
		x, ok := d.integer(n, c, -1<<63, 1<<63-1)
		if ok {
			v.AppendInt64(x)
		}
		return ok
	case types.Int, types.IntervalYearMonth:
		x, ok := d.integer(n, c, -1<<31, 1<<31-1)
		if ok {
			v.AppendInt32(int32(x))
		}
		return ok
	case types.SmallInt:
		x, ok := d.integer(n, c, -1<<15, 1<<15-1)
		if ok {
			batch.AppendFixed(v, int16(x))
		}
		return ok
	case types.TinyInt:
		x, ok := d.integer(n, c, -1<<7, 1<<7-1)
		if ok {
			batch.AppendFixed(v, int8(x))
		}
		return ok
	case types.Array:
		return d.array(n, v, c)
	case types.Map, types.Multiset:
		return d.mapping(n, v, c)
	case types.Row:
		if c != '{' {
			return d.unsuitableValue(n)
		}
		if !d.members(n.object, v.Kids, v.Len()) {
			return false
		}
		v.EndRow()
		return true
	case types.Null:
		v.AppendNull()
		return d.skip(0)
	}
	return d.scalar(n, v, c)
}

func (d *decoder) array(n *node, v *batch.Vector, c byte) bool {
	if c != '[' {
		return d.unsuitableValue(n)
	}
	d.pos++
	if d.peek() == ']' {
		d.pos++
		v.EndList()
		return true
	}
	for {
		if !d.value(n.elem, v.Kids[0]) {
			return false
		}
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			v.EndList()
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

func (d *decoder) mapping(n *node, v *batch.Vector, c byte) bool {
	if c != '{' {
		return d.unsuitableValue(n)
	}
	keys, values := v.Kids[0], v.Kids[1]
	first := keys.Len()
	d.pos++
	if d.peek() == '}' {
		d.pos++
		v.EndList()
		return true
	}
	for {
		if d.peek() != '"' {
			return d.syntaxAt(d.pos)
		}
		key, ok := d.str()
		if !ok {
			return false
		}
		keys.AppendBytes(key)
		if d.peek() != ':' {
			return d.syntaxAt(d.pos)
		}
		d.pos++
		if !d.value(n.elem, values) {
			return false
		}
		switch d.peek() {
		case ',':
			d.pos++
		case '}':
			d.pos++
			dropRepeated(v, first)
			v.EndList()
			return true
		default:
			return d.syntaxAt(d.pos)
		}
	}
}

// dropRepeated removes the entries from first on whose key comes again later.
func dropRepeated(v *batch.Vector, first int) {
	keys := v.Kids[0]
	count := keys.Len() - first
	var last map[string]int
	if count > 16 {
		last = make(map[string]int, count)
		for i := first; i < keys.Len(); i++ {
			last[string(keys.At(i))] = i
		}
		if len(last) == count {
			return
		}
	}
	var keep []int32
	for i := first; i < keys.Len(); i++ {
		if !repeatedLater(keys, i, last) {
			if len(keep) == 0 && i > first {
				keep = make([]int32, 0, count)
			}
			keep = append(keep, int32(i))
		}
	}
	if len(keep) == count {
		return
	}
	for k, kid := range v.Kids {
		rest := batch.New(kid.Type, len(keep))
		rest.AppendSelected(kid, keep)
		v.Kids[k].Truncate(first)
		v.Kids[k].AppendSelected(rest, nil)
	}
}

func repeatedLater(keys *batch.Vector, i int, last map[string]int) bool {
	if last != nil {
		return last[string(keys.At(i))] != i
	}
	for j := i + 1; j < keys.Len(); j++ {
		if string(keys.At(j)) == string(keys.At(i)) {
			return true
		}
	}
	return false
}

package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// sinkNested enforces NOT NULL and lengths inside of rows and, if asked to, of arrays
// and maps (table.exec.sink.nested-constraint-enforcer). Columns themselves are left
// to sink and sinkLengths, which come first.
type sinkNested struct {
	root nestedLevel
	drop bool // a NULL leaves its row out, else it fails the job
	cut  bool // lengths are cut and padded, else a wrong one fails the job
	sel  []int32
	out  batch.Batch
}

// nestedLevel holds the constraints of the fields of one ROW, of the element of an
// ARRAY, or of the key and the value of a MAP.
type nestedLevel struct {
	kind    types.Kind // Row, Array or Map
	notNull []nestedField
	lengths []lengthColumn
	deeper  []nestedChild
}

type nestedField struct {
	at   int
	name string
}

type nestedChild struct {
	nestedField
	level nestedLevel
}

// newSinkNested returns nil if nothing inside of a column has to be enforced.
func newSinkNested(spec *jobgraph.Sink) *sinkNested {
	b := nestedBuilder{lengths: spec.Lengths || spec.StrictLengths, collections: spec.NestedCollections}
	n := &sinkNested{drop: spec.Drop, cut: spec.Lengths}
	n.root = nestedLevel{kind: types.Row}
	n.root.deeper = b.children(spec.Target.Schema)
	if n.root.deeper == nil {
		return nil
	}
	return n
}

type nestedBuilder struct{ lengths, collections bool }

// level returns the constraints inside of a type, and whether there are any.
func (b nestedBuilder) level(t types.Type) (nestedLevel, bool) {
	var fields []types.Field
	switch {
	case t.Kind == types.Row:
		fields = t.Fields
	case t.Kind == types.Array && b.collections:
		fields = []types.Field{{Type: *t.Elem}}
	case t.Kind == types.Map && b.collections:
		fields = []types.Field{{Name: "key", Type: *t.Key}, {Name: "value", Type: *t.Elem}}
	default:
		return nestedLevel{}, false
	}
	l := nestedLevel{kind: t.Kind}
	for i, f := range fields {
		if !f.Type.Nullable {
			l.notNull = append(l.notNull, nestedField{i, f.Name})
		}
		if b.lengths && hasLength(f.Type) {
			l.lengths = append(l.lengths, lengthColumn{at: i, name: f.Name, typ: f.Type})
		}
	}
	l.deeper = b.children(fields)
	return l, l.notNull != nil || l.lengths != nil || l.deeper != nil
}

func (b nestedBuilder) children(fields []types.Field) (out []nestedChild) {
	for i, f := range fields {
		if l, some := b.level(f.Type); some {
			out = append(out, nestedChild{nestedField{i, f.Name}, l})
		}
	}
	return out
}

// apply returns the rows of b that keep the constraints, with lengths that fit.
func (n *sinkNested) apply(b *batch.Batch) (*batch.Batch, error) {
	n.sel = n.sel[:0]
	for k := range b.Rows() {
		i := b.Row(k)
		bad, err := n.broken(b, i)
		switch {
		case err != nil:
			return nil, err
		case !bad:
			n.sel = append(n.sel, int32(i))
		}
	}
	n.out = *b
	if len(n.sel) < b.Rows() {
		if n.out.Sel = n.sel; n.sel == nil { // a nil selection is all rows
			n.out.Sel = []int32{}
		}
	}
	if n.cut && len(n.sel) > 0 {
		n.out.Cols = append([]*batch.Vector(nil), b.Cols...)
		for k := range n.root.deeper {
			c := &n.root.deeper[k]
			n.out.Cols[c.at] = c.level.fit(b.Cols[c.at])
		}
	}
	return &n.out, nil
}

// broken reports a NULL that leaves row i out; the error is one that fails the job.
func (n *sinkNested) broken(b *batch.Batch, i int) (bool, error) {
	for k := range n.root.deeper {
		c := &n.root.deeper[k]
		if f := c.level.check(b.Cols[c.at], i, n.cut); f != nil {
			if f.null && n.drop {
				return true, nil
			}
			return false, f.refusal(c.name + f.path)
		}
	}
	return false, nil
}

// nestedFault is a value that breaks a constraint.
type nestedFault struct {
	path   string // below the level that was checked, such as .city or [3]
	null   bool
	length *lengthColumn
	value  []byte
}

func (f *nestedFault) refusal(path string) error {
	if f.null {
		return refuseNull(path)
	}
	return f.length.refuse(path, f.value)
}

// check looks at value i of v, and returns nil if all is well inside of it.
func (l *nestedLevel) check(v *batch.Vector, i int, cut bool) *nestedFault {
	if v.IsNull(i) {
		return nil
	}
	if l.kind == types.Row {
		return l.checkSlot(v, i, -1, cut)
	}
	from := v.Offsets[i]
	for k := from; k < v.Offsets[i+1]; k++ {
		if f := l.checkSlot(v, int(k), int(k-from), cut); f != nil {
			return f
		}
	}
	return nil
}

// checkSlot looks at slot i of the children of v: NULLs first, then lengths, then
// what is deeper, as Flink does.
func (l *nestedLevel) checkSlot(v *batch.Vector, i, element int, cut bool) *nestedFault {
	for _, c := range l.notNull {
		if v.Kids[c.at].IsNull(i) {
			return &nestedFault{path: l.step(c.name, element), null: true}
		}
	}
	if !cut {
		for k := range l.lengths {
			c := &l.lengths[k]
			if kid := v.Kids[c.at]; !kid.IsNull(i) && c.misfit(kid.At(i)) {
				return &nestedFault{path: l.step(c.name, element), length: c, value: kid.At(i)}
			}
		}
	}
	for k := range l.deeper {
		c := &l.deeper[k]
		if f := c.level.check(v.Kids[c.at], i, cut); f != nil {
			f.path = l.step(c.name, element) + f.path
			return f
		}
	}
	return nil
}

// step is how Flink names a member: .field, [index], [key] or [value].
func (l *nestedLevel) step(name string, element int) string {
	switch l.kind {
	case types.Row:
		return "." + name
	case types.Array:
		return fmt.Sprintf("[%d]", element)
	}
	return "[" + name + "]"
}

// fit returns v with fields of rows, and of rows inside of them, cut and padded. There
// are no collections: the planner refuses to cut inside of them.
func (l *nestedLevel) fit(v *batch.Vector) *batch.Vector {
	var kids []*batch.Vector
	replace := func(at int, by *batch.Vector) {
		if by == v.Kids[at] {
			return
		}
		if kids == nil {
			kids = append([]*batch.Vector(nil), v.Kids...)
		}
		kids[at] = by
	}
	for k := range l.lengths {
		c := &l.lengths[k]
		replace(c.at, c.fitAny(v.Kids[c.at]))
	}
	for k := range l.deeper {
		c := &l.deeper[k]
		replace(c.at, c.level.fit(v.Kids[c.at]))
	}
	if kids == nil {
		return v
	}
	out := *v
	out.Kids = kids
	return &out
}

// fitAny returns v if all of its values fit.
func (c *lengthColumn) fitAny(v *batch.Vector) *batch.Vector {
	for i := range v.Len() {
		if !v.IsNull(i) && c.misfit(v.At(i)) {
			return c.fit(v)
		}
	}
	return v
}

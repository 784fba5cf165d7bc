package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// unnest emits a row per element of a collection beside the row it belongs to.
// The columns of an element are the fields of a ROW, the key and value of a MAP,
// or the element itself; an element of a MULTISET comes as often as it is in it.
type unnest struct {
	spec       *jobgraph.Unnest
	collection *expr.Program
	limit      int
	out        *batch.Batch
	width      int // columns of the input
	input      types.Schema
	added      types.Schema     // columns of the elements
	on         *expandCondition // nil: none

	sel      []int32 // row of the batch of each output row
	elements []int32 // its place in the collection's children, -1: padded
	ordinals []int32
	kinds    []batch.RowKind
}

// NewUnnest returns the operator of an Unnest over an input with a schema.
func NewUnnest(spec *jobgraph.Unnest, input types.Schema) operator.Operator {
	schema := append(types.Schema{}, input...)
	elements := spec.Elements
	if spec.Left {
		elements = nullable(elements)
	}
	schema = append(schema, elements...)
	if spec.Ordinality {
		schema = append(schema, types.Field{Name: "ORDINALITY", Type: types.Of(types.Int).WithNull(spec.Left)})
	}
	return &unnest{spec: spec, input: input, added: schema[len(input):], width: len(input), out: batch.NewBatch(schema, 0)}
}

// Open compiles the collection.
func (u *unnest) Open(ctx *operator.Context) (err error) {
	u.limit = ctx.Settings.BatchRows
	switch t := u.spec.Column.Type(); t.Kind {
	case types.Array, types.Map, types.Multiset:
	default:
		return fmt.Errorf("UNNEST takes an ARRAY, MAP or MULTISET, not %s", t)
	}
	if u.on, err = newExpandCondition(u.input, u.added, u.spec.Cond, ctx); err != nil {
		return err
	}
	u.collection, err = expr.Compile(u.spec.Column, exprEnv(ctx, nil))
	return err
}

// ProcessBatch emits the elements of the rows of b.
func (u *unnest) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	v, err := u.collection.Eval(b, b.Sel)
	if err != nil {
		return err
	}
	u.reset()
	if u.on != nil {
		return u.joinElements(b, v, out)
	}
	for k := range b.Rows() {
		i := b.Row(k)
		ordinal := int32(0)
		if !v.IsNull(i) {
			for e := v.Offsets[i]; e < v.Offsets[i+1]; e++ {
				times := int32(1)
				if v.Type.Kind == types.Multiset {
					times = v.Kids[1].Int32s()[e]
				}
				for range times {
					ordinal++
					u.add(i, e, ordinal)
					if len(u.sel) >= u.limit {
						if err := u.emit(b, v, out); err != nil {
							return err
						}
					}
				}
			}
		}
		if ordinal == 0 && u.spec.Left {
			u.add(i, -1, -1)
		}
	}
	return u.emit(b, v, out)
}

func (u *unnest) reset() { u.sel, u.elements, u.ordinals = u.sel[:0], u.elements[:0], u.ordinals[:0] }

func (u *unnest) add(row int, element, ordinal int32) {
	u.sel, u.elements, u.ordinals = append(u.sel, int32(row)), append(u.elements, element), append(u.ordinals, ordinal)
}

// emit gives out the rows collected.
func (u *unnest) emit(b *batch.Batch, v *batch.Vector, out operator.Output) error {
	if len(u.sel) == 0 {
		return nil
	}
	u.out.Reset()
	for c, col := range u.out.Cols[:u.width] {
		col.AppendSelected(b.Cols[c], u.sel)
	}
	u.appendElements(v, u.out.Cols[u.width:])
	u.out.N = len(u.sel)
	u.kinds, u.out.Kinds = gatherKinds(b, u.sel, u.kinds)
	u.reset()
	return out.Emit(u.out)
}

// appendElements appends the columns of the elements collected.
func (u *unnest) appendElements(v *batch.Vector, into []*batch.Vector) {
	element := v.Kids[0]
	switch {
	case v.Type.Kind == types.Map:
		appendOrNull(into[0], v.Kids[0], u.elements)
		appendOrNull(into[1], v.Kids[1], u.elements)
	case element.Type.Kind != types.Row:
		appendOrNull(into[0], element, u.elements)
	default:
		if element.Valid != nil { // of a NULL row every field is NULL
			for k, e := range u.elements {
				if e >= 0 && element.IsNull(int(e)) {
					u.elements[k] = -1
				}
			}
		}
		for f, field := range element.Kids {
			appendOrNull(into[f], field, u.elements)
		}
	}
	if u.spec.Ordinality {
		col := into[len(into)-1]
		for _, o := range u.ordinals {
			if o < 0 {
				col.AppendNull()
			} else {
				col.AppendInt32(o)
			}
		}
	}
}

// joinElements emits the elements of the rows of b at which the condition holds,
// and the rows without any.
func (u *unnest) joinElements(b *batch.Batch, v *batch.Vector, out operator.Output) error {
	into := u.on.begin()
	for k := range b.Rows() {
		i := b.Row(k)
		before := len(u.sel)
		u.addRow(v, i)
		u.on.add(i, len(u.sel)-before)
		if u.on.full() {
			if err := u.emitJoined(b, v, into, out); err != nil {
				return err
			}
			into = u.on.begin()
		}
	}
	return u.emitJoined(b, v, into, out)
}

func (u *unnest) emitJoined(b *batch.Batch, v *batch.Vector, into []*batch.Vector, out operator.Output) error {
	u.appendElements(v, into)
	u.reset()
	return u.on.emit(b, out)
}

// addRow adds all elements of row i.
func (u *unnest) addRow(v *batch.Vector, i int) {
	if v.IsNull(i) {
		return
	}
	ordinal := int32(0)
	for e := v.Offsets[i]; e < v.Offsets[i+1]; e++ {
		times := int32(1)
		if v.Type.Kind == types.Multiset {
			times = v.Kids[1].Int32s()[e]
		}
		for range times {
			ordinal++
			u.add(i, e, ordinal)
		}
	}
}

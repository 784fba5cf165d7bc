package snapshot

import (
	"errors"
	"time"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// typeDepth bounds how deep types are nested in each other.
const typeDepth = 64

// description writes what a state is. See docs/formats/subtask.md.
func (w *writer) description(d state.Description) {
	w.string(d.Name)
	w.byte(byte(d.Shape))
	w.count(len(d.Key))
	for _, t := range d.Key {
		w.typ(t)
	}
	w.count(d.FixedWidth)
	w.fields(d.Value)
	w.int(int64(d.TTL.After))
}

func (w *writer) fields(fs []types.Field) {
	w.count(len(fs))
	for _, f := range fs {
		w.string(f.Name)
		w.typ(f.Type)
	}
}

// typ writes a type. Time attributes are a matter of the plan and left out.
func (w *writer) typ(t types.Type) {
	kind := byte(t.Kind)
	if t.Nullable {
		kind |= 0x80
	}
	w.byte(kind)
	if t.Class != "" {
		w.count(1) // a ROW has no length: it says that a class follows the fields
	} else {
		w.count(t.Length)
	}
	w.count(t.Scale)
	switch t.Kind {
	case types.Array, types.Multiset:
		w.typ(*t.Elem)
	case types.Map:
		w.typ(*t.Key)
		w.typ(*t.Elem)
	case types.Row:
		w.fields(t.Fields)
		if t.Class != "" {
			w.string(t.Class)
		}
	}
}

func (r *reader) description() (d state.Description) {
	d.Name = r.string()
	d.Shape = state.Shape(r.byte())
	d.Key = slice(r, (*reader).typ)
	d.FixedWidth = r.number()
	d.Value = slice(r, (*reader).field)
	d.TTL.After = time.Duration(r.int())
	return d
}

func (r *reader) field() types.Field {
	return types.Field{Name: r.string(), Type: r.typ()}
}

func (r *reader) typ() (t types.Type) {
	kind := r.byte()
	t.Kind, t.Nullable = types.Kind(kind&0x7f), kind&0x80 != 0
	if t.Kind > types.Bitmap {
		r.fail(errors.New("an unknown type"))
	}
	t.Length, t.Scale = r.number(), r.number()
	if r.depth++; r.depth > typeDepth {
		r.fail(errors.New("types nested too deep"))
	}
	if r.err == nil {
		switch t.Kind {
		case types.Array, types.Multiset:
			elem := r.typ()
			t.Elem = &elem
		case types.Map:
			key, elem := r.typ(), r.typ()
			t.Key, t.Elem = &key, &elem
		case types.Row:
			t.Fields = slice(r, (*reader).field)
			if t.Length == 1 {
				t.Length, t.Class = 0, r.string()
			}
		}
	}
	r.depth--
	return t
}

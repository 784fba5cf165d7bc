package avro

import (
	"fmt"

	"github.com/flottstream/flott/internal/types"
)

// action reads a value as it was written into a vector, or past it. It is
// what writer's schema and reader's schema come to.
type action struct {
	op       op
	typ      types.Type
	skip     bool      // read past it
	branches []*action // union: by the index written
	elem     *action   // array, map
	fields   []fieldAction
	missing  []int // record: fields of the reader that the writer has not, NULL
	symbols  []string
	size     int
}

// fieldAction is a field as written; column -1: nobody wants it.
type fieldAction struct {
	*action
	name   string
	column int
}

// op is how a value is written.
type op uint8

const (
	readNull op = iota
	readBoolean
	readInteger // int and long, zigzag
	readFloat
	readDouble
	readBytes // bytes and string
	readDecimal
	readEnum
	readFixed
	readRecord
	readArray
	readMap
	readUnion
)

// resolver makes the actions for a writer's schema.
type resolver struct {
	mappings
	skips map[*Schema]*action // records being skipped, which may contain themselves
	depth int
}

// rows resolves the rows of fields against what the writer wrote.
func (r *resolver) rows(w *Schema, fields []types.Field) (*action, error) {
	return r.value(w, types.RowOf(fields...).NotNull(), "")
}

func (r *resolver) value(w *Schema, t types.Type, path string) (*action, error) {
	if w.kind == union {
		return r.union(w, t, path)
	}
	if w.kind == null {
		if !t.Nullable {
			return nil, fmt.Errorf("field '%s' is NOT NULL, but was written as null", path)
		}
		return &action{op: readNull, typ: t}, nil
	}
	a := &action{typ: t}
	mismatch := fmt.Errorf("field '%s' was written as %s, which cannot be read as %s", path, w.shown(), t)
	var err error
	switch t.Kind {
	case types.Boolean:
		a.op = readBoolean
		if w.kind != boolean {
			return nil, mismatch
		}
	case types.TinyInt, types.SmallInt, types.Int, types.Date, types.Time:
		a.op = readInteger
		if w.kind != integer {
			return nil, mismatch
		}
	case types.BigInt, types.Timestamp, types.TimestampLTZ:
		a.op = readInteger
		if w.kind != integer && w.kind != long {
			return nil, mismatch
		}
	case types.Float, types.Double:
		switch {
		case w.kind == integer || w.kind == long:
			a.op = readInteger
		case w.kind == float:
			a.op = readFloat
		case w.kind == double && t.Kind == types.Double:
			a.op = readDouble
		default:
			return nil, mismatch
		}
	case types.Char, types.Varchar, types.Binary, types.Varbinary, types.Decimal:
		err = r.text(a, w, mismatch)
	case types.Array:
		a.op = readArray
		if w.kind != array {
			return nil, mismatch
		}
		a.elem, err = r.value(w.elem, *t.Elem, path)
	case types.Map, types.Multiset:
		a.op = readMap
		if w.kind != mapping {
			return nil, mismatch
		}
		value := types.Of(types.Int)
		if t.Kind == types.Map {
			value = *t.Elem
		}
		a.elem, err = r.value(w.elem, value, path)
	case types.Row:
		if w.kind != record {
			return nil, mismatch
		}
		err = r.record(a, w, t, path)
	default:
		return nil, mismatch
	}
	return a, err
}

func (w *Schema) shown() string {
	if w.logical != "" {
		return w.kind.String() + " (" + w.logical + ")"
	}
	return w.kind.String()
}

func (r *resolver) text(a *action, w *Schema, mismatch error) error {
	a.op = readBytes
	switch {
	case w.kind == fixed && !a.typ.IsCharacter():
		a.op, a.size = readFixed, w.size
	case w.kind == enum && a.typ.IsCharacter():
		a.op, a.symbols = readEnum, w.symbols
	case w.kind != bytesKind && w.kind != str:
		return mismatch
	}
	if a.typ.Kind == types.Decimal && a.op == readBytes {
		a.op = readDecimal
	}
	return nil
}

func (r *resolver) union(w *Schema, t types.Type, path string) (*action, error) {
	a := &action{op: readUnion, typ: t}
	var first error
	usable := 0
	for _, b := range w.branches {
		branch, err := r.value(b, t, path)
		if err != nil {
			// Values of this branch cannot be read; others may come.
			if first == nil {
				first = err
			}
			branch = nil
		} else {
			usable++
		}
		a.branches = append(a.branches, branch)
	}
	if usable == 0 {
		return nil, first
	}
	// A branch that does not suit is an error unless it is the null of a NOT NULL field.
	for i, b := range w.branches {
		if a.branches[i] == nil && b.kind != null {
			return nil, first
		}
	}
	return a, nil
}

func (r *resolver) record(a *action, w *Schema, t types.Type, path string) error {
	if r.depth++; r.depth > 200 {
		return fmt.Errorf("field '%s': the schema is nested too deeply", path)
	}
	defer func() { r.depth-- }()
	a.op = readRecord
	byName := make(map[string]int, len(t.Fields))
	for i, f := range t.Fields {
		byName[f.Name] = i
	}
	for _, f := range w.fields {
		i, wanted := byName[f.name]
		if !wanted {
			s, err := r.skip(f.schema)
			if err != nil {
				return err
			}
			a.fields = append(a.fields, fieldAction{s, f.name, -1})
			continue
		}
		delete(byName, f.name)
		name := f.name
		if path != "" {
			name = path + "." + name
		}
		v, err := r.value(f.schema, t.Fields[i].Type, name)
		if err != nil {
			return err
		}
		a.fields = append(a.fields, fieldAction{v, f.name, i})
	}
	for i, f := range t.Fields {
		if _, absent := byName[f.Name]; !absent {
			continue
		}
		if !f.Type.Nullable {
			return fmt.Errorf("the messages have no field '%s', which is NOT NULL", f.Name)
		}
		a.missing = append(a.missing, i)
	}
	return nil
}

// skip makes the action that reads past a value.
func (r *resolver) skip(w *Schema) (*action, error) {
	if a, ok := r.skips[w]; ok {
		return a, nil
	}
	a := &action{skip: true, size: w.size}
	if w.kind == record {
		if r.skips == nil {
			r.skips = map[*Schema]*action{}
		}
		r.skips[w] = a
	}
	var err error
	switch w.kind {
	case null:
		a.op = readNull
	case boolean:
		a.op = readBoolean
	case integer, long, enum:
		a.op = readInteger
	case float:
		a.op = readFloat
	case double:
		a.op = readDouble
	case bytesKind, str:
		a.op = readBytes
	case fixed:
		a.op = readFixed
	case array:
		a.op = readArray
		a.elem, err = r.skip(w.elem)
	case mapping:
		a.op = readMap
		a.elem, err = r.skip(w.elem)
	case union:
		a.op = readUnion
		for _, b := range w.branches {
			s, err := r.skip(b)
			if err != nil {
				return nil, err
			}
			a.branches = append(a.branches, s)
		}
	case record:
		a.op = readRecord
		for _, f := range w.fields {
			s, err := r.skip(f.schema)
			if err != nil {
				return nil, err
			}
			a.fields = append(a.fields, fieldAction{s, f.name, -1})
		}
	}
	return a, err
}

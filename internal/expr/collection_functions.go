package expr

import (
	"strconv"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// collectionFunctions make and take apart rows, arrays and maps.
func collectionFunctions() []function {
	number := strictly(types.Of(types.Int))
	return []function{
		{name: "ROW", max: -1, typing: typeRow, build: buildRow},
		{name: "ARRAY", max: -1, typing: typeArray, build: buildArray},
		{name: "MAP", max: -1, typing: typeMap, build: buildMap},
		{name: "ITEM", min: 2, max: 2, typing: typeItem, build: buildItem},
		{name: "CARDINALITY", min: 1, max: 1, typing: params(number, aCollection), build: strict(cardinality)},
		{name: "ELEMENT", min: 1, max: 1, typing: params(elementType(true), anArray), build: buildElement},
		{name: "MAP_KEYS", min: 1, max: 1, typing: params(partOfMap(0), aMap), build: buildMapPart(0)},
		{name: "MAP_VALUES", min: 1, max: 1, typing: params(partOfMap(1), aMap), build: buildMapPart(1)},
		{name: "MAP_ENTRIES", min: 1, max: 1, typing: params(entriesType, aMap), build: buildMapEntries},
		{name: "MAP_FROM_ARRAYS", min: 2, max: 2, typing: params(mapOfArrays, anArray), build: lists(mapFromArrays)},
		{name: "MAP_UNION", min: 1, max: -1, typing: typeMapUnion, build: lists(mapUnion)},
		{name: "ARRAY_APPEND", min: 2, max: 2, typing: typeArrayAnd, build: lists(arrayAppend)},
		{name: "ARRAY_PREPEND", min: 2, max: 2, typing: typeArrayAnd, build: lists(arrayPrepend)},
		{name: "ARRAY_CONCAT", min: 1, max: -1, typing: typeArrays, build: lists(arrayConcat)},
		{name: "ARRAY_CONTAINS", min: 2, max: 2, typing: typeSearch(types.Of(types.Boolean)), build: buildArrayContains},
		{name: "ARRAY_POSITION", min: 2, max: 2, typing: typeSearch(types.Of(types.Int)), build: buildArrayPosition},
		{name: "ARRAY_REMOVE", min: 2, max: 2, typing: typeArrayRemove, build: lists(arrayRemove)},
		{name: "ARRAY_DISTINCT", min: 1, max: 1, typing: typeArrays, build: lists(arrayUnion)},
		{name: "ARRAY_UNION", min: 2, max: 2, typing: typeArrays, build: lists(arrayUnion)},
		{name: "ARRAY_EXCEPT", min: 2, max: 2, typing: typeArrays, build: lists(arrayExcept)},
		{name: "ARRAY_INTERSECT", min: 2, max: 2, typing: typeArrays, build: lists(arrayIntersect)},
		{name: "ARRAY_REVERSE", min: 1, max: 1, typing: params(likeArg(0), anArray), build: lists(arrayReverse)},
		{name: "ARRAY_SLICE", min: 2, max: 3, typing: params(likeArg(0), anArray, anInt), build: lists(arraySlice)},
		{name: "ARRAY_SORT", min: 1, max: 3, typing: typeArraySort, build: lists(arraySort)},
		{name: "ARRAY_MAX", min: 1, max: 1, typing: typeArrayExtreme, build: buildArrayExtreme(opGt)},
		{name: "ARRAY_MIN", min: 1, max: 1, typing: typeArrayExtreme, build: buildArrayExtreme(opLt)},
		{name: "ARRAY_JOIN", min: 2, max: 3, typing: params(strictly(types.String()), arrayOfText, aString), build: strict(arrayJoin)},
		{name: "SPLIT", min: 2, max: 2, typing: params(strictly(types.ArrayOf(types.String())), aString), build: strict(splitText)},
	}
}

var aCollection = familyOf(types.ArrayOf(types.Of(types.Int)), "An ARRAY, MAP or MULTISET is expected", func(t types.Type) bool {
	return t.Kind == types.Array || t.Kind == types.Map || t.Kind == types.Multiset
})

var arrayOfText = familyOf(types.ArrayOf(types.String()), "An ARRAY of strings is expected", func(t types.Type) bool {
	return t.Kind == types.Array && t.Elem.IsCharacter()
})

// elementType is the type of an array's elements, NULL for an empty array.
func elementType(nullable bool) func(*signature) types.Type {
	return func(s *signature) types.Type {
		t := s.typ(0)
		return t.Elem.WithNull(t.Elem.Nullable || t.Nullable || nullable && len(s.args) > 1)
	}
}

func partOfMap(k int) func(*signature) types.Type {
	return func(s *signature) types.Type {
		t := s.typ(0)
		part := *t.Key
		if k == 1 {
			part = *t.Elem
		}
		return types.ArrayOf(part).WithNull(t.Nullable)
	}
}

func entriesType(s *signature) types.Type {
	t := s.typ(0)
	row := types.RowOf(types.Field{Name: "key", Type: *t.Key}, types.Field{Name: "value", Type: *t.Elem})
	return types.ArrayOf(row).WithNull(t.Nullable)
}

func mapOfArrays(s *signature) types.Type {
	return types.MapOf(*s.typ(0).Elem, *s.typ(1).Elem).WithNull(s.nullable())
}

// typeRow types ROW(a, b): fields EXPR$0, EXPR$1, …
func typeRow(s *signature) (types.Type, error) {
	fields := make([]types.Field, len(s.args))
	for i := range s.args {
		t := s.typ(i).WithoutTime()
		if t.Kind == types.Null {
			return t, typeErrorf(i, "Use CAST(NULL AS …) to give it a type", "Illegal use of 'NULL'")
		}
		fields[i] = types.Field{Name: "EXPR$" + strconv.Itoa(i), Type: t}
	}
	return types.RowOf(fields...).NotNull(), nil
}

// typeArray types ARRAY[a, b].
func typeArray(s *signature) (types.Type, error) {
	if len(s.args) == 0 {
		return types.Type{}, typeErrorf(-1, "Use CAST(NULL AS ARRAY<…>)", "Require at least 1 argument")
	}
	t, err := s.common(0, 1)
	return types.ArrayOf(t).NotNull(), err
}

// common brings the arguments from, from+step, … to their common type.
func (s *signature) common(from, step int) (types.Type, error) {
	var all []types.Type
	for i := from; i < len(s.args); i += step {
		all = append(all, s.typ(i))
	}
	t, ok := CommonType(all)
	if !ok {
		return t, typeErrorf(-1, "Use CAST to bring them to one type", "Parameters must be of the same type: %s", typeList(all))
	}
	if t.Kind == types.Null {
		return t, typeErrorf(from, "Use CAST(NULL AS …) to give it a type", "Illegal use of 'NULL'")
	}
	for i := from; i < len(s.args); i += step {
		if err := s.coerce(i, t); err != nil {
			return t, err
		}
	}
	return t, nil
}

// typeMap types MAP[k, v, …].
func typeMap(s *signature) (types.Type, error) {
	if len(s.args) == 0 || len(s.args)%2 != 0 {
		return types.Type{}, typeErrorf(-1, "", "MAP requires an even number of arguments, at least 2")
	}
	k, err := s.common(0, 2)
	if err != nil {
		return k, err
	}
	v, err := s.common(1, 2)
	return types.MapOf(k, v).NotNull(), err
}

// typeItem types array[i], map[k] and row[i or 'name'].
func typeItem(s *signature) (types.Type, error) {
	switch t := s.typ(0); t.Kind {
	case types.Array:
		if n, ok := ConstantInt(s.args[1]); ok && n < 1 && s.typ(1).IsInteger() {
			return t, typeErrorf(1, "", "Array element access needs an index starting at 1 but was %d", n)
		}
		if err := aBigint(s, 1); err != nil {
			return t, s.refuse(1, "An array is indexed by an integer")
		}
		return t.Elem.WithNull(true), nil
	case types.Map:
		key := t.Key.WithNull(true)
		if s.typ(1).IsCharacter() && key.IsCharacter() {
			return t.Elem.WithNull(true), nil
		}
		if err := s.coerce(1, key); err != nil {
			return t, s.refuse(1, "The key is a "+typeName(key))
		}
		return t.Elem.WithNull(true), nil
	case types.Variant:
		if !s.typ(1).IsInteger() && !s.typ(1).IsCharacter() {
			return t, s.refuse(1, "A VARIANT is accessed by an integer (of an array, from 1) or by a string (of an object)")
		}
		return t.WithNull(true), nil
	}
	return types.Type{}, s.refuse(0, "An ARRAY, MAP or VARIANT is expected")
}

// typeArrays brings arrays to their common type.
func typeArrays(s *signature) (types.Type, error) {
	for i := range s.args {
		if s.typ(i).Kind != types.Null {
			if err := anArray(s, i); err != nil {
				return types.Type{}, err
			}
		}
	}
	t, err := s.common(0, 1)
	return t.WithNull(s.nullable()), err
}

func typeMapUnion(s *signature) (types.Type, error) {
	for i := range s.args {
		if err := aMap(s, i); err != nil {
			return types.Type{}, err
		}
	}
	t, err := s.common(0, 1)
	return t.WithNull(s.nullable()), err
}

// typeArrayAnd types ARRAY_APPEND and its like: the element becomes nullable
// with a nullable argument.
func typeArrayAnd(s *signature) (types.Type, error) {
	if err := anArray(s, 0); err != nil {
		return types.Type{}, err
	}
	t := s.typ(0)
	elem := t.Elem.WithNull(t.Elem.Nullable || s.typ(1).Nullable || s.typ(1).Kind == types.Null)
	if err := s.coerce(1, elem); err != nil {
		return t, s.refuse(1, "The elements are "+typeName(elem))
	}
	return types.ArrayOf(elem).WithNull(s.nullable()), nil
}

// typeArrayRemove types ARRAY_REMOVE: the value may be NULL without harm.
func typeArrayRemove(s *signature) (types.Type, error) {
	if _, err := typeArrayAnd(s); err != nil {
		return types.Type{}, err
	}
	return s.typ(0).WithoutTime(), nil
}

// typeSearch types ARRAY_CONTAINS and ARRAY_POSITION.
func typeSearch(result types.Type) func(*signature) (types.Type, error) {
	return func(s *signature) (types.Type, error) {
		if _, err := typeArrayAnd(s); err != nil {
			return types.Type{}, err
		}
		if result.Kind == types.Boolean {
			return result.WithNull(s.typ(0).Nullable), nil
		}
		return result.WithNull(s.nullable()), nil
	}
}

func typeArraySort(s *signature) (types.Type, error) {
	t, err := params(likeArg(0), anArray, aBool)(s)
	if err == nil && (!isOrderedType(*t.Elem) || t.Elem.Kind == types.Boolean) {
		return t, s.refuse(0, "The elements must be comparable")
	}
	return t, err
}

func typeArrayExtreme(s *signature) (types.Type, error) {
	if err := anArray(s, 0); err != nil {
		return types.Type{}, err
	}
	t := *s.typ(0).Elem
	if !isOrderedType(t) || t.Kind == types.Boolean {
		return t, s.refuse(0, "The elements must be comparable")
	}
	return t.WithNull(true), nil
}

// rowNode is ROW(a, b): the children are the arguments' vectors.
type rowNode struct {
	args []node
	out  *batch.Vector
	kids []*batch.Vector
}

func buildRow(b *builder) (node, error) {
	out := batch.New(b.call.T, 0)
	out.Kids = nil
	return &rowNode{args: b.args, out: out, kids: make([]*batch.Vector, len(b.args))}, nil
}

func (r *rowNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	for i, a := range r.args {
		v, err := a.eval(f, sel)
		if err != nil {
			return nil, err
		}
		r.kids[i] = v
	}
	// Resize without children: they are not this vector's to write.
	r.out.Kids, r.out.Valid = nil, nil
	r.out.Resize(f.n)
	r.out.Kids = r.kids
	return r.out, nil
}

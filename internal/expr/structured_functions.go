package expr

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/types"
)

// structuredFunctions make and change values of STRUCTURED types: rows that know
// the name of a class. The class itself is never loaded.
func structuredFunctions() []function {
	return []function{
		{name: "OBJECT_OF", min: 1, max: -1, rewrite: objectOf},
		{name: "OBJECT_UPDATE", min: 3, max: -1, rewrite: objectUpdate},
		// What the two become: values in the order of the fields.
		{name: "$OBJECT", max: -1, typing: func(*signature) (types.Type, error) {
			return types.Type{}, typeErrorf(-1, "", "OBJECT_OF and OBJECT_UPDATE make structured values")
		}, build: buildRow},
	}
}

// object is a structured value of the given fields. Flink's are nullable.
func object(class string, fields []types.Field, values []Expr) Expr {
	return &Call{Fn: "$OBJECT", Args: values, T: types.StructuredOf(class, fields...)}
}

// objectOf is OBJECT_OF('class', 'field', value, …).
func objectOf(args []Expr) (Expr, error) {
	class, ok := ConstantString(args[0])
	if !ok || strings.TrimSpace(class) == "" {
		return nil, typeErrorf(0, "", "The first argument must be a non-nullable character string representing the class name, but was %s", args[0].Type())
	}
	if len(args)%2 == 0 {
		return nil, typeErrorf(-1, "OBJECT_OF('class', 'field', value, …)", "Every field of OBJECT_OF needs a value")
	}
	var fields []types.Field
	var values []Expr
	for i := 1; i < len(args); i += 2 {
		name, err := fieldName(args, i)
		if err != nil {
			return nil, err
		}
		if fieldIndex(fields, name) >= 0 {
			return nil, typeErrorf(i, "", "The field name '%s' at position %d is repeated.", name, i+1)
		}
		t := args[i+1].Type().WithoutTime()
		if t.Kind == types.Null {
			return nil, typeErrorf(i+1, "Use CAST(NULL AS …) to give it a type", "Illegal use of 'NULL'")
		}
		fields, values = append(fields, types.Field{Name: name, Type: t}), append(values, args[i+1])
	}
	return object(class, fields, values), nil
}

// objectUpdate is OBJECT_UPDATE(object, 'field', value, …): the object with these
// fields replaced. A NULL object stays NULL.
func objectUpdate(args []Expr) (Expr, error) {
	t := args[0].Type()
	if t.Kind != types.Row || t.Class == "" {
		return nil, typeErrorf(0, "", "The first argument must be a structured type, but was %s.", t)
	}
	if len(args)%2 == 0 {
		return nil, typeErrorf(-1, "OBJECT_UPDATE(object, 'field', value, …)", "Every field of OBJECT_UPDATE needs a value")
	}
	fields, values := slices.Clone(t.Fields), make([]Expr, len(t.Fields))
	for i, f := range fields {
		values[i] = &Field{X: args[0], Index: i, T: f.Type.WithNull(f.Type.Nullable || t.Nullable)}
	}
	updated := make(map[string]bool)
	for i := 1; i < len(args); i += 2 {
		name, err := fieldName(args, i)
		if err != nil {
			return nil, err
		}
		at := fieldIndex(fields, name)
		switch {
		case at < 0:
			return nil, typeErrorf(i, "", "The field name '%s' at position %d is not part of the structured type attributes. Available attributes: [%s].",
				name, i+1, strings.Join(types.Schema(fields).Names(), ", "))
		case updated[name]:
			return nil, typeErrorf(i, "", "The field name '%s' at position %d is repeated.", name, i+1)
		}
		updated[name] = true
		fields[at].Type, values[at] = args[i+1].Type().WithoutTime(), args[i+1]
	}
	made := object(t.Class, fields, values)
	if !t.Nullable {
		return made, nil
	}
	there, err := Resolve("IS NOT NULL", args[:1])
	if err != nil {
		return nil, err
	}
	return Resolve("CASE", []Expr{there, made, NullLit(made.Type())})
}

func fieldName(args []Expr, i int) (string, error) {
	name, ok := ConstantString(args[i])
	if !ok {
		return "", typeErrorf(i, "", "The field key at position %d must be a non-nullable character string literal.", i+1)
	}
	return name, nil
}

func fieldIndex(fields []types.Field, name string) int {
	return slices.IndexFunc(fields, func(f types.Field) bool { return f.Name == name })
}

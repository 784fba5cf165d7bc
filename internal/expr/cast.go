package expr

import (
	"github.com/flottstream/flott/internal/types"
)

// castFunctions are CAST and TRY_CAST: calls of one argument whose result type
// is the target. They are made by Cast and TryCast, not by Resolve.
func castFunctions() []function {
	byCast := func(s *signature) (types.Type, error) {
		return types.Type{}, typeErrorf(-1, "", "%s needs a target type", s.fn.name)
	}
	return []function{
		{name: "CAST", min: 1, max: 1, typing: byCast, build: func(b *builder) (node, error) {
			return b.castNode(b.args[0], b.call, b.env.LegacyCast)
		}},
		{name: "TRY_CAST", min: 1, max: 1, typing: byCast, build: func(b *builder) (node, error) {
			return b.castNode(b.args[0], b.call, true)
		}},
	}
}

// Cast is CAST(x AS to), the explicit cast. The nullability of to is ignored:
// the result may be NULL where x may. It is x itself if the types agree.
func Cast(x Expr, to types.Type) (Expr, error) { return castCall("CAST", x, to, false) }

// TryCast is TRY_CAST(x AS to): what cannot be cast is NULL.
func TryCast(x Expr, to types.Type) (Expr, error) { return castCall("TRY_CAST", x, to, true) }

func castCall(fn string, x Expr, to types.Type, nullable bool) (Expr, error) {
	from := x.Type()
	to = to.WithoutTime().WithNull(nullable || from.Nullable || from.Kind == types.Null)
	if from.Kind == types.Null {
		if l, ok := x.(*Literal); ok && l.Value.IsNull(0) {
			return NullLit(to), nil
		}
	}
	if from.WithoutTime().EqualIgnoringNull(to) && from.Nullable == to.Nullable {
		return x, nil
	}
	if err := explicitCast(from, to); err != nil {
		return nil, err
	}
	return &Call{Fn: fn, Args: []Expr{x}, T: to}, nil
}

// ImplicitCast casts x to a type it is assignable to without being asked, e.g.
// of a sink's column. It is x itself if the types agree but for nullability.
func ImplicitCast(x Expr, to types.Type) (Expr, error) {
	from := x.Type()
	if from.WithoutTime().EqualIgnoringNull(to) {
		return x, nil
	}
	if IsNullLit(x) {
		return NullLit(to), nil
	}
	if !implicitlyCastable(from, to) {
		return nil, typeErrorf(0, castHint(to), "Cannot use a value of type %s as %s", typeName(from), typeName(to))
	}
	return &Call{Fn: "CAST", Args: []Expr{x}, T: to.WithoutTime().WithNull(from.Nullable)}, nil
}

// explicitCast refuses the casts that there are not.
func explicitCast(from, to types.Type) error {
	switch {
	case castable(from, to):
		return nil
	case from.IsTimestamp() && to.IsNumeric():
		return typeErrorf(0, "It's recommended to use `UNIX_TIMESTAMP(CAST(timestamp_col AS STRING))` instead",
			"The cast from TIMESTAMP type to NUMERIC type is not allowed")
	case from.IsNumeric() && to.IsTimestamp():
		return typeErrorf(0, "It's recommended to use TO_TIMESTAMP_LTZ(numeric_col, precision) instead",
			"The cast from NUMERIC type to TIMESTAMP type is not allowed")
	}
	if from.Kind == types.Variant {
		return typeErrorf(0, "JSON_STRING(v) gives its JSON text, which JSON_VALUE(…, '$' RETURNING …) reads",
			"Cast function cannot convert value of type %s to type %s", typeName(from), typeName(to))
	}
	return typeErrorf(0, "", "Cast function cannot convert value of type %s to type %s", typeName(from), typeName(to))
}

func castable(from, to types.Type) bool {
	if from.Kind == types.Null || from.EqualIgnoringNull(to) {
		return true
	}
	switch {
	case from.Kind == types.Variant, to.Kind == types.Variant, to.Kind == types.Bitmap:
		return false
	case to.IsCharacter():
		return true
	case from.IsCharacter():
		return to.IsBinary() || to.Kind == types.Boolean || to.IsNumeric() || to.IsTemporal() || to.IsInterval()
	case from.IsBinary():
		return to.IsBinary()
	case from.Kind == types.Boolean:
		return to.IsNumeric()
	case from.IsInteger():
		return to.IsNumeric() || to.Kind == types.Boolean || to.IsInterval()
	case from.IsNumeric():
		return to.IsNumeric() || to.Kind == types.Boolean
	case from.Kind == types.Date:
		return to.IsTimestamp()
	case from.Kind == types.Time:
		return to.Kind == types.Time || to.IsTimestamp()
	case from.IsTimestamp():
		return to.IsTemporal()
	case from.Kind != to.Kind:
		return false
	}
	return castableElements(from, to, castable)
}

// castableElements compares constructed types of one kind part by part.
func castableElements(from, to types.Type, ok func(from, to types.Type) bool) bool {
	switch from.Kind {
	case types.Array, types.Multiset:
		return ok(*from.Elem, *to.Elem)
	case types.Map:
		return ok(*from.Key, *to.Key) && ok(*from.Elem, *to.Elem)
	case types.Row:
		if len(from.Fields) != len(to.Fields) {
			return false
		}
		for i := range from.Fields {
			if !ok(from.Fields[i].Type, to.Fields[i].Type) {
				return false
			}
		}
		return true
	}
	return from.IsInterval()
}

// implicitlyCastable reports casts that lose nothing but precision. Lengths of
// strings and precisions do not matter here.
func implicitlyCastable(from, to types.Type) bool {
	switch {
	case from.Kind == types.Null:
		return true
	case from.IsCharacter():
		return to.Kind == types.Varchar || to.Kind == from.Kind // STRING does not go into CHAR
	case from.IsBinary():
		return to.Kind == types.Varbinary || to.Kind == from.Kind
	case from.IsInteger() && to.IsInteger():
		return from.Kind <= to.Kind
	case from.IsNumeric() && to.IsNumeric():
		return to.Kind == types.Decimal || to.IsApproximate() && (to.Kind >= from.Kind || !from.IsApproximate())
	case from.IsTimestamp():
		return to.IsTimestamp() || from.Kind == types.Timestamp && (to.Kind == types.Date || to.Kind == types.Time)
	case from.Kind == types.Date:
		return to.Kind == types.Date
	case from.Kind != to.Kind:
		return false
	case from.Kind == types.Boolean, from.Kind == types.Time:
		return true
	}
	return castableElements(from, to, implicitlyCastable)
}

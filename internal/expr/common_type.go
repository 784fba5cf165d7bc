package expr

import "github.com/flottstream/flott/internal/types"

// decimalOfInt is the DECIMAL that holds every value of an integer type.
func decimalOfInt(t types.Type) types.Type {
	p := map[types.Kind]int{types.TinyInt: 3, types.SmallInt: 5, types.Int: 10, types.BigInt: 19}[t.Kind]
	return types.DecimalOf(p, 0).WithNull(t.Nullable)
}

// asDecimal is the DECIMAL of an exact type.
func asDecimal(t types.Type) types.Type {
	if t.IsInteger() {
		return decimalOfInt(t)
	}
	return t
}

// boundedDecimal is DECIMAL(p, s) cut to 38 digits: the integral digits are
// kept, and of the scale at least min(s, 6).
func boundedDecimal(p, s int) types.Type {
	if p <= 38 {
		return types.DecimalOf(p, s)
	}
	return types.DecimalOf(38, max(38-(p-s), min(s, 6)))
}

// arithmeticDecimal is the result of op on two decimals.
func arithmeticDecimal(op string, a, b types.Type) types.Type {
	p1, s1, p2, s2 := a.Length, a.Scale, b.Length, b.Scale
	switch op {
	case "*":
		return boundedDecimal(p1+p2+1, s1+s2)
	case "/":
		s := max(6, s1+p2+1)
		return boundedDecimal(p1-s1+s2+s, s)
	case "%":
		s := max(s1, s2)
		return boundedDecimal(min(p1-s1, p2-s2)+s, s)
	}
	s := max(s1, s2)
	return boundedDecimal(max(p1-s1, p2-s2)+s+1, s)
}

// CommonType is the least type that all of ts can be cast to without being
// asked: the type of CASE, COALESCE, UNION and the elements of an ARRAY. It is
// nullable if one of them is. false: there is none.
func CommonType(ts []types.Type) (types.Type, bool) {
	var common types.Type
	nullable, found := false, false
	for _, t := range ts {
		if t.Kind == types.Null {
			nullable = true
			continue
		}
		nullable = nullable || t.Nullable
		if !found {
			common, found = t.WithoutTime(), true
			continue
		}
		var ok bool
		if common, ok = commonOfTwo(common, t.WithoutTime()); !ok {
			return types.Type{}, false
		}
	}
	if !found {
		return types.Type{Kind: types.Null, Nullable: true}, len(ts) > 0
	}
	return common.WithNull(nullable), true
}

func commonOfTwo(a, b types.Type) (types.Type, bool) {
	switch {
	case a.EqualIgnoringNull(b):
		return a, true
	case a.IsNumeric() && b.IsNumeric():
		return commonNumber(a, b), true
	case a.IsCharacter() && b.IsCharacter():
		return commonLength(a, b, types.Char, types.Varchar), true
	case a.IsBinary() && b.IsBinary():
		return commonLength(a, b, types.Binary, types.Varbinary), true
	case a.IsTemporal() && b.IsTemporal():
		return commonTemporal(a, b)
	case a.Kind != b.Kind:
		return types.Type{}, false
	case a.IsInterval(), a.Kind == types.Boolean:
		return a, true
	}
	return commonConstructed(a, b)
}

func commonNumber(a, b types.Type) types.Type {
	switch {
	case a.IsInteger() && b.IsInteger():
		if a.Kind > b.Kind {
			return a
		}
		return b
	case a.IsExact() && b.IsExact():
		a, b = asDecimal(a), asDecimal(b)
		s := max(a.Scale, b.Scale)
		integral := max(a.Length-a.Scale, b.Length-b.Scale)
		s = min(s, 38-integral) // no digit before the point is lost
		return types.DecimalOf(integral+s, s)
	case a.Kind == types.Double || b.Kind == types.Double || a.Kind == types.Decimal || b.Kind == types.Decimal:
		return types.Of(types.Double)
	}
	return types.Of(types.Float)
}

// commonLength joins two strings: fixed only if both are and agree in length.
func commonLength(a, b types.Type, fixed, varying types.Kind) types.Type {
	t := types.Type{Kind: varying, Length: max(a.Length, b.Length)}
	if a.Kind == fixed && b.Kind == fixed && a.Length == b.Length {
		t.Kind = fixed
	}
	return t
}

func commonTemporal(a, b types.Type) (types.Type, bool) {
	switch {
	case a.Kind == types.Time || b.Kind == types.Time:
		if a.Kind != b.Kind {
			return types.Type{}, false
		}
		a.Length = max(a.Length, b.Length)
		return a, true
	case a.Kind == types.Date || b.Kind == types.Date:
		return types.Type{}, false
	}
	t := types.TimestampOf(max(a.Length, b.Length))
	if a.Kind == types.TimestampLTZ || b.Kind == types.TimestampLTZ {
		t.Kind = types.TimestampLTZ
	}
	return t, true
}

// commonConstructed joins arrays, maps and rows element by element.
func commonConstructed(a, b types.Type) (types.Type, bool) {
	join := func(x, y *types.Type) (*types.Type, bool) {
		t, ok := CommonType([]types.Type{*x, *y})
		return &t, ok
	}
	var ok bool
	switch a.Kind {
	case types.Array, types.Multiset:
		a.Elem, ok = join(a.Elem, b.Elem)
	case types.Map:
		if a.Key, ok = join(a.Key, b.Key); ok {
			a.Elem, ok = join(a.Elem, b.Elem)
		}
	case types.Row:
		if len(a.Fields) != len(b.Fields) || a.Class != b.Class {
			return types.Type{}, false
		}
		fields := make([]types.Field, len(a.Fields))
		for i, f := range a.Fields {
			t, ok := join(&f.Type, &b.Fields[i].Type)
			if !ok {
				return types.Type{}, false
			}
			fields[i] = types.Field{Name: f.Name, Type: *t}
		}
		a.Fields, ok = fields, true
	}
	return a, ok
}

package expr

import (
	"strconv"

	"github.com/flottstream/flott/internal/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// family is what a parameter accepts: it checks argument i and coerces it to a
// type that the kernel knows.
type family func(s *signature, i int) error

// params types a function whose parameters are the given families (the last
// one repeats for further arguments) and whose result is given by ret.
func params(ret func(*signature) types.Type, families ...family) func(*signature) (types.Type, error) {
	return func(s *signature) (types.Type, error) {
		for i := range s.args {
			if err := families[min(i, len(families)-1)](s, i); err != nil {
				return types.Type{}, err
			}
		}
		return ret(s), nil
	}
}

// nullable results in t, NULL if an argument may be.
func strictly(t types.Type) func(*signature) types.Type {
	return func(s *signature) types.Type { return t.WithNull(s.nullable()) }
}

// always results in exactly t.
func always(t types.Type) func(*signature) types.Type {
	return func(*signature) types.Type { return t }
}

// likeArg results in the type of argument k, NULL if an argument may be.
func likeArg(k int) func(*signature) types.Type {
	return func(s *signature) types.Type { return s.typ(k).WithNull(s.nullable()) }
}

// coerceNull gives a bare NULL argument the type t.
func coerceNull(s *signature, i int, t types.Type) bool {
	if s.typ(i).Kind != types.Null {
		return false
	}
	s.args[i] = NullLit(t)
	return true
}

// familyOf accepts types that ok admits, unchanged; a bare NULL becomes null.
func familyOf(null types.Type, hint string, ok func(types.Type) bool) family {
	return func(s *signature, i int) error {
		if coerceNull(s, i, null) || ok(s.typ(i)) {
			return nil
		}
		return s.refuse(i, hint)
	}
}

// The families that only check.
var (
	aString    = familyOf(types.String(), "Use CAST(… AS STRING)", types.Type.IsCharacter)
	aBinary    = familyOf(types.Bytes(), "Use CAST(… AS BYTES)", types.Type.IsBinary)
	aBool      = familyOf(types.Of(types.Boolean), "A BOOLEAN condition is expected", func(t types.Type) bool { return t.Kind == types.Boolean })
	aNumber    = familyOf(types.Of(types.Int), "Use CAST to a number type", types.Type.IsNumeric)
	aTimestamp = familyOf(types.TimestampOf(3), "Use CAST(… AS TIMESTAMP(3))", types.Type.IsTimestamp)
	aTemporal  = familyOf(types.TimestampOf(3), "Use CAST(… AS TIMESTAMP(3))", types.Type.IsTemporal)
	anArray    = familyOf(types.ArrayOf(types.Of(types.Int)), "An ARRAY is expected", func(t types.Type) bool { return t.Kind == types.Array })
	aMap       = familyOf(types.MapOf(types.Of(types.Int), types.Of(types.Int)), "A MAP is expected", func(t types.Type) bool { return t.Kind == types.Map })
	anything   = familyOf(types.String(), "", func(types.Type) bool { return true })
)

// stringOrBytes accepts what lies in bytes.
var stringOrBytes = familyOf(types.String(), "Use CAST(… AS STRING)", func(t types.Type) bool { return t.IsCharacter() || t.IsBinary() })

// anInt accepts integers up to INT and hands them over as INT.
func anInt(s *signature, i int) error {
	t := s.typ(i)
	switch {
	case t.Kind == types.Int:
		return nil
	case t.Kind == types.Null, t.Kind == types.TinyInt, t.Kind == types.SmallInt:
		return s.coerce(i, types.Of(types.Int))
	}
	return s.refuse(i, "Use CAST(… AS INT)")
}

// aBigint accepts integers and hands them over as BIGINT.
func aBigint(s *signature, i int) error {
	t := s.typ(i)
	if t.IsInteger() || t.Kind == types.Null {
		return s.coerce(i, types.Of(types.BigInt))
	}
	return s.refuse(i, "Use CAST(… AS BIGINT)")
}

// aDouble accepts numbers and hands them over as DOUBLE.
func aDouble(s *signature, i int) error {
	t := s.typ(i)
	if t.IsNumeric() || t.Kind == types.Null {
		return s.coerce(i, types.Of(types.Double))
	}
	return s.refuse(i, "Use CAST(… AS DOUBLE)")
}

// keyword accepts one of the given constant strings, any case.
func keyword(words ...string) family {
	return func(s *signature, i int) error {
		w, ok := ConstantString(s.args[i])
		if ok {
			w = canonicalUnit(w)
			for _, k := range words {
				if k == w {
					s.args[i] = StringLit(w)
					return nil
				}
			}
		}
		return typeErrorf(i, "", "'%s' is not a valid keyword of %s", symbol(s.args[i]), s.fn.name)
	}
}

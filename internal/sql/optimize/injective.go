package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// injective returns the input column whose values e keeps apart: the column itself, or
// casts of it in which no two values become one. A key stays a key through them.
func injective(e expr.Expr) (column int, ok bool) {
	switch x := e.(type) {
	case *expr.Column:
		return x.Index, true
	case *expr.Call:
		if x.Fn == "CAST" && keepsApart(x.Args[0].Type(), x.T) {
			return injective(x.Args[0])
		}
	}
	return 0, false
}

// keepsApart are the casts that Flink takes for injective: wider integers, texts that are
// long enough, and timestamps with and without time zone of one precision.
func keepsApart(from, to types.Type) bool {
	if from.EqualIgnoringNull(to) {
		return true
	}
	if n, ok := textLength(from); ok && (to.Kind == types.Char || to.Kind == types.Varchar) {
		return n <= to.Length
	}
	switch from.Kind {
	case types.TinyInt, types.SmallInt, types.Int:
		return to.IsInteger() && to.Kind > from.Kind
	case types.Char, types.Varchar:
		return to.Kind == types.Varbinary && to.Length == types.MaxLength
	case types.Timestamp:
		return to.Kind == types.TimestampLTZ && to.Length == from.Length
	case types.TimestampLTZ:
		return to.Kind == types.Timestamp && to.Length == from.Length
	}
	return false
}

// textLength is how long the text of a value can get.
func textLength(t types.Type) (n int, ok bool) {
	switch t.Kind {
	case types.TinyInt:
		return len("-128"), true
	case types.SmallInt:
		return len("-32768"), true
	case types.Int:
		return len("-2147483648"), true
	case types.BigInt:
		return len("-9223372036854775808"), true
	case types.Float:
		return len("-1.17549435E-38"), true
	case types.Double:
		return len("-2.2250738585072014E-308"), true
	case types.Boolean:
		return len("FALSE"), true
	case types.Date:
		return len("2000-01-01"), true
	case types.Time:
		return len("00:00:00.000000000"), true
	case types.Timestamp, types.TimestampLTZ:
		return len("2000-01-01 00:00:00.000000000"), true
	case types.Char, types.Varchar:
		return t.Length, true
	}
	return 0, false
}

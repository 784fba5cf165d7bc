package expr

import (
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// Int64Lit is an integer constant of type INT if it fits, else BIGINT, as
// literals are typed in SQL.
func Int64Lit(v int64) *Literal {
	if int64(int32(v)) == v {
		return IntLit(types.Int, v)
	}
	return IntLit(types.BigInt, v)
}

// IntLit is a constant of an integer-like kind: an integer type, DATE, TIME or
// an interval, given by its physical value.
func IntLit(kind types.Kind, v int64) *Literal {
	t := types.Type{Kind: kind}
	vec := batch.New(t, 1)
	switch t.Physical() {
	case types.LayoutInt8:
		batch.AppendFixed(vec, int8(v))
	case types.LayoutInt16:
		batch.AppendFixed(vec, int16(v))
	case types.LayoutInt32:
		vec.AppendInt32(int32(v))
	default:
		vec.AppendInt64(v)
	}
	return &Literal{Value: vec}
}

// StringLit is a constant of type CHAR(n) with n its length in UTF-16 units, as
// Java counts.
func StringLit(s string) *Literal {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	vec := batch.New(types.Type{Kind: types.Char, Length: n}, 1)
	vec.AppendString(s)
	return &Literal{Value: vec}
}

// BytesLit is a constant of type BINARY(n).
func BytesLit(b []byte) *Literal {
	vec := batch.New(types.Type{Kind: types.Binary, Length: len(b)}, 1)
	vec.AppendBytes(b)
	return &Literal{Value: vec}
}

// BoolLit is TRUE or FALSE.
func BoolLit(v bool) *Literal {
	vec := batch.New(types.Type{Kind: types.Boolean}, 1)
	vec.AppendBool(v)
	return &Literal{Value: vec}
}

// DoubleLit is a constant of type DOUBLE.
func DoubleLit(v float64) *Literal {
	vec := batch.New(types.Type{Kind: types.Double}, 1)
	vec.AppendFloat64(v)
	return &Literal{Value: vec}
}

// DecimalLit is a constant of type DECIMAL(precision, scale) given by its
// unscaled value.
func DecimalLit(v decimal.Num, precision, scale int) *Literal {
	vec := batch.New(types.DecimalOf(precision, scale).NotNull(), 1)
	batch.AppendFixed(vec, v)
	return &Literal{Value: vec}
}

// NullLit is NULL of a type (types.Type{} for a bare NULL).
func NullLit(t types.Type) *Literal {
	t = t.WithNull(true).WithoutTime()
	vec := batch.New(t, 1)
	vec.AppendNull()
	return &Literal{Value: vec}
}

// TimestampLit is a constant of type TIMESTAMP(p) or TIMESTAMP_LTZ(p): seconds
// since 1970 and nanoseconds.
func TimestampLit(t types.Type, sec, nano int64) *Literal {
	vec := batch.New(t.NotNull(), 1)
	vec.AppendMoment(sec, nano)
	return &Literal{Value: vec}
}

// ValueLit is the constant value i of v.
func ValueLit(v *batch.Vector, i int) *Literal {
	one := batch.New(v.Type.WithNull(v.IsNull(i)).WithoutTime(), 1)
	one.AppendFrom(v, i)
	return &Literal{Value: one}
}

// IsNullLit reports a constant NULL.
func IsNullLit(e Expr) bool {
	l, ok := e.(*Literal)
	return ok && l.Value.IsNull(0)
}

// ConstantString returns the text of a constant string expression.
func ConstantString(e Expr) (string, bool) {
	l, ok := e.(*Literal)
	if !ok || !l.Value.Type.IsCharacter() || l.Value.IsNull(0) {
		return "", false
	}
	return string(l.Value.At(0)), true
}

// ConstantInt returns the physical value of a constant integer, date, time or
// interval expression.
func ConstantInt(e Expr) (int64, bool) {
	l, ok := e.(*Literal)
	if !ok || l.Value.IsNull(0) {
		return 0, false
	}
	switch l.Value.Type.Physical() {
	case types.LayoutInt8:
		return int64(l.Value.Int8s()[0]), true
	case types.LayoutInt16:
		return int64(l.Value.Int16s()[0]), true
	case types.LayoutInt32:
		return int64(l.Value.Int32s()[0]), true
	case types.LayoutInt64:
		return l.Value.Int64s()[0], true
	}
	return 0, false
}

// LiteralText prints a constant as Flink's plans do: strings quoted, the rest
// as CAST to STRING gives it, NULL as "null".
func LiteralText(l *Literal) string {
	v := l.Value
	if v.IsNull(0) {
		if v.Type.Kind == types.Null {
			return "null"
		}
		return "null:" + v.Type.String()
	}
	switch {
	case v.Type.IsCharacter():
		return quoteSQL(v.At(0))
	case v.Type.IsBinary():
		return "X'" + hexUpper(v.At(0)) + "'"
	case v.Type.Kind == types.Boolean:
		if v.Bool(0) {
			return "true"
		}
		return "false"
	case v.Type.Kind == types.IntervalDayTime:
		return string(valuetext.AppendCast(nil, v, 0, time.UTC)) + ":INTERVAL DAY TO SECOND"
	case v.Type.Kind == types.IntervalYearMonth:
		return string(valuetext.AppendCast(nil, v, 0, time.UTC)) + ":INTERVAL YEAR TO MONTH"
	}
	return string(valuetext.AppendCast(nil, v, 0, time.UTC))
}

func quoteSQL(s []byte) string {
	out := []byte{'\''}
	for _, c := range s {
		if c == '\'' {
			out = append(out, '\'')
		}
		out = append(out, c)
	}
	return string(append(out, '\''))
}

func hexUpper(b []byte) string {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}

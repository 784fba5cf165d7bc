package bind

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// literal is the constant of a literal; negative is the sign before a number.
func literal(l *ast.Literal, negative bool) (expr.Expr, error) {
	switch l.Kind {
	case ast.NullLit:
		return expr.NullLit(types.Type{}), nil
	case ast.BoolLit:
		if l.Text == "UNKNOWN" {
			return expr.NullLit(types.Of(types.Boolean)), nil
		}
		return expr.BoolLit(l.Text == "TRUE"), nil
	case ast.StringLit:
		return expr.StringLit(l.Text), nil
	case ast.BinaryLit:
		b, err := hex.DecodeString(l.Text)
		if err != nil {
			return nil, errorAt(l, "", "Binary literal string must contain an even number of hexits")
		}
		return expr.BytesLit(b), nil
	case ast.IntLit, ast.DecimalLit, ast.FloatLit:
		return number(l, negative)
	}
	return moment(l)
}

func number(l *ast.Literal, negative bool) (expr.Expr, error) {
	text := l.Text
	if negative {
		text = "-" + text
	}
	switch l.Kind {
	case ast.IntLit:
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return expr.Int64Lit(v), nil
		}
		return nil, errorAt(l, "write it with a decimal point to make it a DECIMAL", "Numeric literal '%s' out of range", text)
	case ast.FloatLit:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, errorAt(l, "", "Numeric literal '%s' out of range", text)
		}
		return expr.DoubleLit(v + 0), nil // there is no literal of -0.0
	}
	whole, fraction, _ := strings.Cut(l.Text, ".")
	scale := len(fraction)
	precision := max(len(whole)+scale, 1) // zeros in front count, as in Flink: 0.5 is DECIMAL(2, 1)
	if precision > 38 {
		return nil, errorAt(l, "", "Numeric literal '%s' out of range", text)
	}
	n, ok, bad := decimal.Parse([]byte(text), precision, scale)
	if !ok || bad {
		return nil, errorAt(l, "", "Numeric literal '%s' out of range", text)
	}
	return expr.DecimalLit(n, precision, scale), nil
}

// moment is the constant of a DATE, TIME or TIMESTAMP literal.
func moment(l *ast.Literal) (expr.Expr, error) {
	text := strings.TrimSpace(l.Text)
	main, fraction, _ := strings.Cut(text, ".")
	precision := len(fraction)
	switch l.Kind {
	case ast.DateLit:
		t, err := time.Parse("2006-1-2", text)
		if err != nil {
			return nil, errorAt(l, "write it as 'yyyy-MM-dd'", "Illegal DATE literal '%s'", l.Text)
		}
		return expr.IntLit(types.Date, t.Unix()/86400), nil
	case ast.TimeLit:
		t, err := time.Parse("15:4:5", main)
		if err != nil || precision > 9 {
			return nil, errorAt(l, "write it as 'HH:mm:ss' or 'HH:mm:ss.SSS'", "Illegal TIME literal '%s'", l.Text)
		}
		nanos, ok := fractionNanos(fraction)
		if !ok {
			return nil, errorAt(l, "write it as 'HH:mm:ss' or 'HH:mm:ss.SSS'", "Illegal TIME literal '%s'", l.Text)
		}
		ms := int64(t.Hour()*3600+t.Minute()*60+t.Second())*1000 + nanos/1e6
		return timeLiteral(ms, precision), nil
	}
	if !strings.Contains(text, ":") {
		main += " 00:00:00"
	}
	t, err := time.Parse("2006-1-2 15:4:5", main)
	nanos, ok := fractionNanos(fraction)
	if err != nil || !ok {
		return nil, errorAt(l, "write it as 'yyyy-MM-dd HH:mm:ss' or 'yyyy-MM-dd HH:mm:ss.SSS'", "Illegal TIMESTAMP literal '%s'", l.Text)
	}
	typ := types.TimestampOf(precision)
	moment := expr.TimestampLit(typ, t.Unix(), nanos)
	if l.Kind == ast.TimestampLtzLit {
		return expr.Cast(moment, types.TimestampLTZOf(precision))
	}
	return moment, nil
}

func timeLiteral(ms int64, precision int) expr.Expr {
	l := expr.IntLit(types.Time, ms)
	l.Value.Type.Length = precision
	return l
}

// fractionNanos reads up to nine digits behind the point.
func fractionNanos(digits string) (int64, bool) {
	if len(digits) > 9 {
		return 0, false
	}
	if digits == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(digits+"000000000"[len(digits):], 10, 64)
	return int64(n), err == nil
}

package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// Flink prints expressions in two forms: with all operators in front and types
// at constants (relations, physical plan), and with operators between their
// operands (execution plan).

// Digest prints an expression by position, operators in front: =($0, +($1, 1)).
func Digest(x expr.Expr) string { return textOf(x, style{positions: true}) }

// Prefix prints an expression with operators in front: =(a, +(b, 1)).
func Prefix(x expr.Expr) string { return textOf(x, style{}) }

// Infix prints an expression with operators in between: (a = (b + 1)).
func Infix(x expr.Expr) string { return textOf(x, style{infix: true}) }

// Expressions is an attribute with expressions in both forms; text puts them
// together.
func Expressions(name string, text func(form func(expr.Expr) string) string) Attr {
	a := Attr{Name: name, Value: text(Infix)}
	if p := text(Prefix); p != a.Value {
		a.Prefix = p
	}
	return a
}

type style struct{ positions, infix bool }

func textOf(x expr.Expr, s style) string {
	var b strings.Builder
	s.write(&b, x)
	return b.String()
}

func (s style) write(b *strings.Builder, x expr.Expr) {
	switch x := x.(type) {
	case *expr.Column:
		if s.positions {
			b.WriteString("$" + strconv.Itoa(x.Index))
		} else {
			b.WriteString(x.String())
		}
	case *expr.Field:
		name := strconv.Itoa(x.Index)
		if t := x.X.Type(); t.Kind == types.Row && x.Index < len(t.Fields) {
			name = t.Fields[x.Index].Name
		}
		s.write(b, x.X)
		b.WriteString("." + name)
	case *expr.Literal:
		b.WriteString(s.constant(x))
	case *expr.Call:
		s.call(b, x)
	default:
		b.WriteString(x.String())
	}
}

// between are the operators that stand between their operands.
var between = map[string]bool{
	"+": true, "-": true, "*": true, "/": true, "%": true, "AND": true, "OR": true,
	"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true,
}

func (s style) call(b *strings.Builder, x *expr.Call) {
	name := x.Fn
	switch {
	case name == "NEG":
		name = "-"
	case name == "CAST" || name == "TRY_CAST":
		s.cast(b, x)
		return
	case name == "EXTRACT" && len(x.Args) == 2:
		unit, _ := expr.ConstantString(x.Args[0])
		if !s.infix {
			unit = "FLAG(" + unit + ")"
		}
		b.WriteString("EXTRACT(" + unit + ", ")
		s.write(b, x.Args[1])
		b.WriteByte(')')
		return
	case s.infix && between[name] && len(x.Args) > 1:
		b.WriteByte('(')
		s.list(b, x.Args, " "+name+" ")
		b.WriteByte(')')
		return
	case s.infix && strings.HasPrefix(name, "IS ") && len(x.Args) == 1:
		s.write(b, x.Args[0])
		b.WriteString(" " + name)
		return
	}
	b.WriteString(name + "(")
	s.list(b, x.Args, ", ")
	b.WriteByte(')')
}

func (s style) list(b *strings.Builder, xs []expr.Expr, separator string) {
	for i, x := range xs {
		if i > 0 {
			b.WriteString(separator)
		}
		s.write(b, x)
	}
}

func (s style) cast(b *strings.Builder, x *expr.Call) {
	b.WriteString(x.Fn + "(")
	s.write(b, x.Args[0])
	switch {
	case s.positions:
		b.WriteString("):" + s.typeText(x.T))
	case s.infix:
		b.WriteString(" AS " + s.typeText(x.T.WithNull(true)) + ")")
	default:
		b.WriteString(" AS " + s.typeText(x.T) + ")")
	}
}

// typeText prints a type in the words of Flink's plans.
func (s style) typeText(t types.Type) string {
	nullable := t.WithNull(true).WithoutTime()
	text := nullable.String()
	switch t.Kind {
	case types.Int:
		text = "INTEGER"
	case types.Char:
		text = fmt.Sprintf("CHAR(%d)", t.Length)
	case types.Varchar:
		text = fmt.Sprintf("VARCHAR(%d)", t.Length)
	case types.Varbinary:
		text = fmt.Sprintf("VARBINARY(%d)", t.Length)
	case types.TimestampLTZ:
		text = fmt.Sprintf("TIMESTAMP_WITH_LOCAL_TIME_ZONE(%d)", t.Length)
	}
	if t.IsCharacter() && !s.infix {
		text += ` CHARACTER SET "UTF-16LE"`
	}
	if !t.Nullable {
		text += " NOT NULL"
	}
	return text
}

// constant prints a literal; with operators in front also its type, where the
// value does not tell it.
func (s style) constant(l *expr.Literal) string {
	v := l.Value
	text := expr.LiteralText(l)
	if v.IsNull(0) {
		if v.Type.Kind == types.Null {
			return text
		}
		return "null:" + s.typeText(v.Type.WithNull(true))
	}
	switch v.Type.Kind {
	case types.IntervalDayTime, types.IntervalYearMonth:
		return intervalText(v)
	case types.Char, types.Varchar:
		if s.infix {
			return text
		}
		text = "_UTF-16LE" + text
		if v.Type.Kind == types.Varchar {
			text += ":" + s.typeText(v.Type.WithNull(true))
		}
		return text
	case types.TinyInt, types.SmallInt, types.BigInt, types.Decimal, types.Float, types.Double:
		if !s.infix {
			return text + ":" + s.typeText(v.Type.WithNull(true))
		}
	}
	return text
}

// intervalText prints an interval as a number of milliseconds or months and
// the largest unit that measures it.
func intervalText(v *batch.Vector) string {
	if v.Type.Kind == types.IntervalYearMonth {
		n := int64(v.Int32s()[0])
		if n%12 == 0 {
			return fmt.Sprintf("%d:INTERVAL YEAR", n)
		}
		return fmt.Sprintf("%d:INTERVAL MONTH", n)
	}
	n := v.Int64s()[0]
	for _, u := range []struct {
		ms   int64
		name string
	}{{86_400_000, "DAY"}, {3_600_000, "HOUR"}, {60_000, "MINUTE"}} {
		if n != 0 && n%u.ms == 0 {
			return fmt.Sprintf("%d:INTERVAL %s", n, u.name)
		}
	}
	return fmt.Sprintf("%d:INTERVAL SECOND", n)
}

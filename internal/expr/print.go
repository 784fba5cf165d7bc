package expr

import (
	"strconv"
	"strings"
)

// String prints the column's name.
func (c *Column) String() string {
	if c.Name == "" {
		return "$" + strconv.Itoa(c.Index)
	}
	return c.Name
}

// String prints the constant as plans show it.
func (l *Literal) String() string { return LiteralText(l) }

// String prints the field behind its row.
func (f *Field) String() string {
	name := strconv.Itoa(f.Index)
	if t := f.X.Type(); f.Index < len(t.Fields) {
		name = t.Fields[f.Index].Name
	}
	return f.X.String() + "." + name
}

// String prints infix operators in parentheses and the rest as calls.
func (c *Call) String() string {
	switch {
	case isInfix(c.Fn) && len(c.Args) >= 2:
		return "(" + joinExprs(c.Args, " "+c.Fn+" ") + ")"
	case c.Fn == "CAST" || c.Fn == "TRY_CAST":
		return c.Fn + "(" + c.Args[0].String() + " AS " + typeName(c.T) + ")"
	case c.Fn == "NEG":
		return "-(" + c.Args[0].String() + ")"
	case strings.HasPrefix(c.Fn, "IS ") && len(c.Args) == 1:
		return c.Args[0].String() + " " + c.Fn
	case c.Fn == "IN" || c.Fn == "NOT IN":
		return c.Args[0].String() + " " + c.Fn + " (" + joinExprs(c.Args[1:], ", ") + ")"
	case c.Fn == "EXTRACT" && len(c.Args) == 2:
		return "EXTRACT(" + symbol(c.Args[0]) + ", " + c.Args[1].String() + ")"
	}
	return c.Fn + "(" + joinExprs(c.Args, ", ") + ")"
}

// symbol prints a constant that stands for a keyword.
func symbol(e Expr) string {
	if s, ok := ConstantString(e); ok {
		return s
	}
	return e.String()
}

func joinExprs(es []Expr, sep string) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = e.String()
	}
	return strings.Join(parts, sep)
}

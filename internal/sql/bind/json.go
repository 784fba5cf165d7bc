package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

func isJSONFunction(name string) bool {
	switch name {
	case "JSON_EXISTS", "JSON_VALUE", "JSON_QUERY", "JSON_OBJECT", "JSON_ARRAY":
		return true
	}
	return false
}

// json binds the JSON functions. Their clauses become arguments, words as
// strings and the type of RETURNING as a NULL of that type:
//
//	JSON_EXISTS  json, path, on error (TRUE, FALSE, UNKNOWN, ERROR)
//	JSON_VALUE   json, path, NULL:type, on empty, its default, on error, its default (NULL, ERROR, DEFAULT)
//	JSON_QUERY   json, path, NULL:type, wrapper (WITHOUT, CONDITIONAL, UNCONDITIONAL), on empty, on error
//	JSON_OBJECT  on null (NULL, ABSENT), key, value, key, value, …
//	JSON_ARRAY   on null (NULL, ABSENT), elements
//
// A value with FORMAT JSON is the call of a function of that name.
func (b *exprBinder) json(e *ast.Call, name string) (expr.Expr, error) {
	if err := plainCall(e, name); err != nil {
		return nil, err
	}
	clauses := e.JSON
	if clauses == nil {
		clauses = &ast.JSONClauses{Span: e.Span}
	}
	xs, err := b.all(e.Args)
	if err != nil {
		return nil, err
	}
	returning := types.String()
	if clauses.Returning != nil {
		if returning, err = dataType(clauses.Returning); err != nil {
			return nil, err
		}
	}
	switch name {
	case "JSON_EXISTS":
		xs = append(xs, word(clauses.OnError, "FALSE"))
	case "JSON_VALUE":
		xs = append(xs, expr.NullLit(returning))
		for _, on := range []*ast.JSONBehavior{clauses.OnEmpty, clauses.OnError} {
			def, err := b.jsonDefault(on, returning)
			if err != nil {
				return nil, err
			}
			xs = append(xs, word(on, "NULL"), def)
		}
	case "JSON_QUERY":
		wrapper := clauses.Wrapper
		if wrapper == "" {
			wrapper = "WITHOUT"
		}
		xs = append(xs, expr.NullLit(returning), expr.StringLit(wrapper), word(clauses.OnEmpty, "NULL"), word(clauses.OnError, "NULL"))
	case "JSON_OBJECT", "JSON_ARRAY":
		onNull := clauses.OnNull
		if onNull == "" {
			onNull = map[string]string{"JSON_OBJECT": "NULL", "JSON_ARRAY": "ABSENT"}[name]
		}
		xs = append([]expr.Expr{expr.StringLit(onNull)}, xs...)
	}
	return typed(e, name, nil, xs)
}

// jsonAggregate puts the clause of JSON_ARRAYAGG and JSON_OBJECTAGG in the name
// and makes the value a JSON text: what a JSON constructor gives is one, the
// rest goes through JSON_STRING.
func (b *exprBinder) jsonAggregate(e *ast.Call, c *aggCall) error {
	onNull := "NULL"
	if c.fn == "JSON_ARRAYAGG" {
		onNull = "ABSENT"
	}
	if e.JSON != nil && e.JSON.OnNull != "" {
		onNull = e.JSON.OnNull
	}
	c.fn += "_" + onNull + "_ON_NULL"
	if len(c.args) == 0 {
		return nil
	}
	last := len(c.args) - 1
	if call, ok := c.args[last].(*expr.Call); ok && call.User == nil {
		switch call.Fn {
		case "JSON_OBJECT", "JSON_ARRAY", "FORMAT JSON":
			return nil
		case "JSON":
			return errorAt(e.Args[last], "", "The JSON() function is currently only supported inside JSON_ARRAY() or as the VALUE param of JSON_OBJECT().")
		}
	}
	var err error
	c.args[last], err = b.apply(e.Args[last], "JSON_STRING", c.args[last])
	return err
}

// word is what a behaviour clause says, or what holds without it.
func word(on *ast.JSONBehavior, otherwise string) expr.Expr {
	if on == nil {
		return expr.StringLit(otherwise)
	}
	return expr.StringLit(on.Word)
}

// jsonDefault is the value of DEFAULT, of the type of the result.
func (b *exprBinder) jsonDefault(on *ast.JSONBehavior, t types.Type) (expr.Expr, error) {
	if on == nil || on.Default == nil {
		return expr.NullLit(t), nil
	}
	x, err := b.bind(on.Default)
	if err != nil {
		return nil, err
	}
	y, err := expr.Cast(x, t.WithNull(x.Type().Nullable))
	return y, errorOf(on.Default, err)
}

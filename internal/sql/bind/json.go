package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
)

func isJSONFunction(name string) bool {
	switch name {
	case "JSON_EXISTS", "JSON_VALUE", "JSON_QUERY", "JSON_OBJECT", "JSON_ARRAY":
		return true
	}
	return false
}

// json binds the JSON functions with their clauses.
func (b *exprBinder) json(e *ast.Call, name string) (expr.Expr, error) {
	if e.JSON != nil {
		return nil, notSupported(e, "A clause of "+name, "")
	}
	return b.resolve(e, name, e.Args...)
}

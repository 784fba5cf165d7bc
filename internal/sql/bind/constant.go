package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// Constant binds an expression that needs no rows and computes it.
func (b *Binder) Constant(x ast.Expr) (*expr.Literal, error) {
	bound, err := (&exprBinder{query: b.query("")}).bind(x)
	if err != nil {
		return nil, err
	}
	lit, ok := expr.Fold(bound, nil).(*expr.Literal)
	if !ok {
		return nil, errorAt(x, "", "A constant is expected")
	}
	return lit, nil
}

// Type resolves a type as DDL writes it.
func (b *Binder) Type(d *ast.DataType) (types.Type, error) { return dataType(d) }

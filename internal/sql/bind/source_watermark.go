package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
)

// watermark binds the expression of a WATERMARK clause: SOURCE_WATERMARK() may be
// all of it, not a part.
func (b *exprBinder) watermark(e ast.Expr) (expr.Expr, error) {
	if c, ok := e.(*ast.Call); ok && len(c.Name.Parts) == 1 && strings.EqualFold(c.Name.Last().Name, expr.SourceWatermark) && len(c.Args) == 0 {
		return typed(c, expr.SourceWatermark, nil, nil)
	}
	return b.bind(e)
}

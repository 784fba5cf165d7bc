package bind

import (
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// untypedNull is the error for a NULL of which no type is known where one is
// needed.
func untypedNull(at ast.Node) error {
	return errorAt(at, "Use CAST(NULL AS …) to give it a type", "Illegal use of 'NULL'")
}

// aggregatesNull refuses an aggregate over the literal NULL: COUNT(NULL) is 0
// whatever the rows are.
func aggregatesNull(e *ast.Call) error {
	if len(e.Args) == 0 {
		return nil
	}
	if l, ok := e.Args[0].(*ast.Literal); ok && l.Kind == ast.NullLit {
		return untypedNull(l)
	}
	return nil
}

// typedColumns refuses a view with a column of no type, which nobody could use.
func typedColumns(q *ast.Query, s types.Schema) error {
	for i, f := range s {
		if f.Type.Kind != types.Null {
			continue
		}
		if block, ok := q.Body.(*ast.Select); ok && len(block.Items) == len(s) {
			return untypedNull(block.Items[i].X)
		}
		return untypedNull(q)
	}
	return nil
}

package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
)

// rowEquality is (a, b) = (c, d) of two rows that are written out: a = c AND b = d, so
// that NULL in one of them makes it unknown. ok is false if e compares anything else;
// rows that come from elsewhere are compared as values.
func (b *exprBinder) rowEquality(e ast.Node, left, right ast.Expr) (x expr.Expr, ok bool, err error) {
	l, isRow := left.(*ast.RowCtor)
	r, areRows := right.(*ast.RowCtor)
	if !isRow || !areRows || len(l.Elems) != len(r.Elems) || len(l.Elems) == 0 {
		return nil, false, nil
	}
	parts := make([]expr.Expr, len(l.Elems))
	for i := range parts {
		part, nested, err := b.rowEquality(e, l.Elems[i], r.Elems[i])
		if err == nil && !nested {
			part, err = b.resolve(e, "=", l.Elems[i], r.Elems[i])
		}
		if err != nil {
			return nil, false, err
		}
		parts[i] = part
	}
	if len(parts) == 1 {
		return parts[0], true, nil
	}
	x, err = b.apply(e, "AND", parts...)
	return x, true, err
}

// rowComparison is = of two rows that are written out. Flink compares them as values for
// <>, which is then never unknown.
func (b *exprBinder) rowComparison(e *ast.Binary) (x expr.Expr, ok bool, err error) {
	if e.Op != ast.OpEq {
		return nil, false, nil
	}
	return b.rowEquality(e, e.L, e.R)
}

// rowInList is (a, b) IN ((c, d), …) of rows that are all written out.
func (b *exprBinder) rowInList(e *ast.In) (x expr.Expr, ok bool, err error) {
	var parts []expr.Expr
	for _, item := range e.List {
		part, ok, err := b.rowEquality(e, e.X, item)
		if !ok || err != nil {
			return nil, false, err
		}
		parts = append(parts, part)
	}
	if len(parts) == 1 {
		return parts[0], true, nil
	}
	x, err = b.apply(e, "OR", parts...)
	return x, true, err
}

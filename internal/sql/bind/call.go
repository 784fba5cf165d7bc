package bind

import (
	"errors"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/types"
)

// call binds a function, aggregate, window function or group window call.
func (b *exprBinder) call(e *ast.Call) (expr.Expr, error) {
	if b.rows != nil {
		if x, ok, err := b.rows.call(e); ok {
			return x, err
		}
	}
	if u, err := b.userDefined(e.Name); err != nil || u.found() {
		if err != nil {
			return nil, err
		}
		return b.userCall(e, u)
	}
	if len(e.Name.Parts) > 1 {
		return nil, errorAt(e.Name, "SHOW USER FUNCTIONS lists those there are", "No match found for function signature %s", e.Name)
	}
	name := strings.ToUpper(e.Name.Last().Name)
	if e.Over != nil {
		return b.over(e, name)
	}
	if isJSONFunction(name) || e.JSON != nil && !isAggregate(name) {
		return b.json(e, name)
	}
	switch {
	case isAggregate(name):
		return b.aggregate(e, name)
	case isRanking(name):
		return nil, errorAt(e, "write "+name+"() OVER (ORDER BY …)", "OVER clause is necessary for window functions")
	case isGroupWindow(name) || isAuxiliary(name):
		return b.groupWindowCall(e, name)
	case isGrouping(name):
		return b.grouping(e, name)
	}
	if err := plainCall(e, name); err != nil {
		return nil, err
	}
	switch name {
	case "PROCTIME":
		return proctime(e)
	case "CURRENT_DATABASE":
		_, database := b.Catalog.Current()
		return expr.Cast(expr.StringLit(database), types.String())
	case "CURRENT_WATERMARK":
		return b.currentWatermark(e)
	case expr.SourceWatermark:
		if len(e.Args) == 0 {
			return nil, errorOf(e, expr.ErrSourceWatermark)
		}
	}
	x, err := b.resolve(e, name, e.Args...)
	return x, b.unknownFunction(e, name, err)
}

// unknownFunction words the error for a name that is no function as Flink does,
// with the families of the argument types.
func (b *exprBinder) unknownFunction(e *ast.Call, name string, err error) error {
	var d *diag.Error
	if !errors.As(err, &d) || d.Msg != "No match found for function "+name {
		return err
	}
	xs, failed := b.all(e.Args)
	if failed != nil {
		return err
	}
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = "<" + typeFamily(x.Type()) + ">"
	}
	d.Msg = "No match found for function signature " + e.Name.Last().Name + "(" + strings.Join(parts, ", ") + ")"
	return d
}

func typeFamily(t types.Type) string {
	switch {
	case t.IsNumeric():
		return "NUMERIC"
	case t.IsCharacter():
		return "CHARACTER"
	case t.IsBinary():
		return "BINARY"
	case t.Kind == types.IntervalDayTime:
		return "INTERVAL_DAY_TIME"
	case t.Kind == types.IntervalYearMonth:
		return "INTERVAL_YEAR_MONTH"
	}
	return t.Kind.String()
}

// plainCall refuses the clauses that only aggregates have.
func plainCall(e *ast.Call, name string) error {
	switch {
	case e.Star:
		return errorAt(e, "", "'*' can only be the argument of COUNT, not of %s", name)
	case e.Quantifier == ast.QuantDistinct:
		return errorAt(e, "", "DISTINCT/ALL not allowed with %s function", name)
	case e.Filter != nil:
		return errorAt(e, "", "FILTER is only allowed with aggregate functions, not with %s", name)
	case e.OrderBy != nil || e.WithinGroup != nil:
		return errorAt(e, "", "WITHIN GROUP and ORDER BY are only allowed with aggregate functions, not with %s", name)
	case e.NullTreatment != ast.NullsUnspecified:
		return errorAt(e, "", "%s is only allowed with window functions, not with %s", e.NullTreatment, name)
	}
	return nil
}

// proctime is PROCTIME(), whose result is a time attribute.
func proctime(e *ast.Call) (expr.Expr, error) {
	if len(e.Args) > 0 {
		return nil, errorAt(e, "", "Invalid number of arguments to function 'PROCTIME'. Was expecting 0 arguments")
	}
	t := types.TimestampLTZOf(3).NotNull()
	t.Time = types.Proctime
	return &expr.Call{Fn: "PROCTIME", T: t}, nil
}

func (b *exprBinder) currentWatermark(e *ast.Call) (expr.Expr, error) {
	xs, err := b.all(e.Args)
	if err != nil {
		return nil, err
	}
	if len(xs) != 1 || xs[0].Type().Time != types.Rowtime {
		return nil, errorAt(e, "", "CURRENT_WATERMARK() must be called with a single rowtime attribute argument")
	}
	return typed(e, "CURRENT_WATERMARK", e.Args, xs)
}

// function finds the Go function of a class name; nil if there is none.
func (b *Binder) function(class string) *expr.UserFunction {
	if f := b.Functions[class]; f != nil {
		return f
	}
	return expr.BuiltinClass(class)
}

// Registered lists the Go functions that CREATE FUNCTION can name.
func (b *Binder) Registered() string {
	names := make([]string, 0, len(b.Functions))
	for n := range b.Functions {
		names = append(names, n)
	}
	names = append(names, b.registeredNames()...)
	if len(names) == 0 {
		return "this program has registered no Go functions"
	}
	sortStrings(names)
	return "registered are: " + strings.Join(names, ", ")
}

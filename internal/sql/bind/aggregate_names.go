package bind

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// aggregateNames are the aggregates of the dialect; the engine may lack some.
var aggregateNames = map[string]bool{
	"COUNT": true, "SUM": true, "AVG": true, "MIN": true, "MAX": true,
	"STDDEV_POP": true, "STDDEV_SAMP": true, "STDDEV": true, "VAR_POP": true, "VAR_SAMP": true, "VARIANCE": true,
	"COLLECT": true, "ARRAY_AGG": true, "LISTAGG": true, "STRING_AGG": true, "FIRST_VALUE": true, "LAST_VALUE": true,
	"PERCENTILE": true, "JSON_OBJECTAGG": true, "JSON_ARRAYAGG": true, "APPROX_COUNT_DISTINCT": true,
	"SINGLE_VALUE": true, "SUM0": true,
	"BITMAP_BUILD_AGG": true, "BITMAP_BUILD_CARDINALITY_AGG": true, "BITMAP_AND_AGG": true, "BITMAP_AND_CARDINALITY_AGG": true,
	"BITMAP_OR_AGG": true, "BITMAP_OR_CARDINALITY_AGG": true, "BITMAP_XOR_AGG": true, "BITMAP_XOR_CARDINALITY_AGG": true,
}

// AggregateNames lists the aggregate and window functions, sorted.
func AggregateNames() []string {
	names := slices.Collect(maps.Keys(aggregateNames))
	for n := range rankings {
		names = append(names, n)
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(n string) bool { return n == "SUM0" || n == "SINGLE_VALUE" || n == "NTH_VALUE" })
}

func isAggregate(name string) bool { return aggregateNames[name] }

// typeAggregate sets the canonical name and the result type of a call.
func (b *exprBinder) typeAggregate(e *ast.Call, c *aggCall) error {
	if err := aggregatesNull(e); err != nil {
		return err
	}
	if err := b.specialAggregate(e, c); err != nil {
		return err
	}
	in := make([]types.Type, len(c.args))
	for i, a := range c.args {
		in[i] = a.Type().WithoutTime()
	}
	f, err := resolveAggregate(c, in)
	if err != nil {
		return errorAt(e, "", "%s", err)
	}
	for i, t := range f.Args {
		if c.args[i].Type().EqualIgnoringNull(t) {
			continue
		}
		if c.args[i], err = expr.ImplicitCast(c.args[i], t.WithNull(c.args[i].Type().Nullable)); err != nil {
			return errorOf(e.Args[i], err)
		}
	}
	c.fn, c.typ = f.Name, f.Type
	return nil
}

// resolveAggregate finds the function of a call.
func resolveAggregate(c *aggCall, in []types.Type) (aggregate.Function, error) {
	if c.user != nil {
		return aggregate.ResolveUser(c.user, in)
	}
	return aggregate.Resolve(c.fn, in, c.distinct)
}

// specialAggregate checks and prepares the calls that are more than a function
// of some columns.
func (b *exprBinder) specialAggregate(e *ast.Call, c *aggCall) error {
	switch c.fn {
	case "COUNT":
		if len(c.args) > 1 {
			return errorAt(e, "count the rows of a subquery", "We now only support the count of one field.")
		}
	case "APPROX_COUNT_DISTINCT":
		if b.Streaming {
			return errorAt(e, "use COUNT(DISTINCT …)", "APPROX_COUNT_DISTINCT aggregate function does not support yet for streaming.")
		}
	case "LISTAGG":
		if len(e.Args) > 1 {
			return separator(e.Args[1], c.args[1])
		}
	case "PERCENTILE":
		if len(c.args) > 1 {
			return percentage(e.Args[1], c.args[1])
		}
	case "JSON_ARRAYAGG", "JSON_OBJECTAGG":
		return b.jsonAggregate(e, c)
	}
	if e.JSON != nil {
		return notSupported(e, "A clause of "+c.fn, "")
	}
	return nil
}

// separator checks the second argument of LISTAGG.
func separator(n ast.Expr, x expr.Expr) error {
	if _, ok := n.(*ast.Literal); !ok {
		return errorAt(n, "", "Argument to function 'LISTAGG' must be a literal")
	}
	if _, ok := expr.ConstantString(x); !ok {
		return errorAt(n, "", "Argument to function 'LISTAGG' must not be NULL")
	}
	return nil
}

// percentage checks the second argument of PERCENTILE where it is constant.
func percentage(n ast.Expr, x expr.Expr) error {
	xs := []expr.Expr{x}
	if c, ok := x.(*expr.Call); ok && c.Fn == "ARRAY" {
		xs = c.Args
	}
	for _, x := range xs {
		l, ok := x.(*expr.Literal)
		if !ok {
			continue
		}
		if v, err := strconv.ParseFloat(expr.LiteralText(l), 64); err == nil && !(v >= 0 && v <= 1) {
			return errorAt(n, "", "Invalid input arguments. A percentage must be between [0.0, 1.0], not %s", expr.LiteralText(l))
		}
	}
	return nil
}

// nullable makes the result what it is over what may be no rows.
func (c *aggCall) nullable() {
	if !countsRows(c.fn) {
		c.typ.Nullable = true
	}
}

// countsRows reports an aggregate that is not NULL over no rows.
func countsRows(name string) bool {
	switch name {
	case "COUNT", "SUM0", "COLLECT", "APPROX_COUNT_DISTINCT":
		return true
	}
	return strings.HasPrefix(name, "JSON_")
}

package bind

import (
	"maps"
	"slices"

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
func typeAggregate(e *ast.Call, c *aggCall) error {
	in := make([]types.Type, len(c.args))
	for i, a := range c.args {
		in[i] = a.Type().WithoutTime()
	}
	f, err := aggregate.Resolve(c.fn, in, c.distinct)
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

// nullable makes the result what it is over what may be no rows.
func (c *aggCall) nullable() {
	if !countsRows(c.fn) {
		c.typ.Nullable = true
	}
}

// countsRows reports an aggregate that is not NULL over no rows.
func countsRows(name string) bool {
	switch name {
	case "COUNT", "SUM0", "COLLECT", "APPROX_COUNT_DISTINCT", "JSON_OBJECTAGG", "JSON_ARRAYAGG":
		return true
	}
	return false
}

package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// aggCall is an aggregate of a block. Equal calls are computed once.
type aggCall struct {
	n        ast.Node
	fn       string
	args     []expr.Expr
	distinct bool
	filter   expr.Expr
	user     *expr.UserAggregate
	typ      types.Type
	name     string // the select item's if it is this call and nothing else
}

// aggregate binds an aggregate call to a placeholder.
func (b *exprBinder) aggregate(e *ast.Call, name string) (expr.Expr, error) {
	return b.aggregateOf(e, name, nil)
}

// aggregateOf is aggregate of a user's function, or of the built-in one.
func (b *exprBinder) aggregateOf(e *ast.Call, name string, user *expr.UserAggregate) (expr.Expr, error) {
	switch {
	case b.inAggregate:
		return nil, errorAt(e, "compute the inner one in a subquery", "Aggregate expressions cannot be nested")
	case b.noAggregate != "":
		hint := ""
		if b.noAggregate == "WHERE clause" {
			hint = "use HAVING"
		}
		return nil, errorAt(e, hint, "Aggregate expression is illegal in %s", b.noAggregate)
	case b.block == nil:
		return nil, errorAt(e, "", "Aggregate expression is illegal here")
	}
	c, err := b.aggregateCall(e, name, user)
	if err != nil {
		return nil, err
	}
	blk := b.block
	for i, have := range blk.aggs {
		if have.same(c) {
			return &expr.Column{Index: aggBase + i, Name: name, T: have.typ}, nil
		}
	}
	blk.aggs = append(blk.aggs, c)
	return &expr.Column{Index: aggBase + len(blk.aggs) - 1, Name: name, T: c.typ}, nil
}

func (c *aggCall) same(o *aggCall) bool {
	if c.fn != o.fn || c.user != o.user || c.distinct != o.distinct || (c.filter == nil) != (o.filter == nil) {
		return false
	}
	return sameAll(c.args, o.args) && (c.filter == nil || equal(c.filter, o.filter))
}

// aggregateCall binds the parts of an aggregate, of a group or of a window.
func (b *exprBinder) aggregateCall(e *ast.Call, name string, user *expr.UserAggregate) (*aggCall, error) {
	plain := *e
	if name == "ARRAY_AGG" {
		plain.NullTreatment = ast.NullsUnspecified
	}
	if err := refuseAggregateClauses(&plain, name); err != nil {
		return nil, err
	}
	inner := *b
	inner.inAggregate = true
	c := &aggCall{n: e, fn: name, user: user, distinct: e.Quantifier == ast.QuantDistinct}
	var err error
	if c.args, err = inner.all(e.Args); err != nil {
		return nil, err
	}
	if e.Star && name != "COUNT" {
		return nil, errorAt(e, "", "'*' can only be the argument of COUNT, not of %s", name)
	}
	if !e.Star && len(e.Args) == 0 {
		return nil, errorAt(e, "", "Invalid number of arguments to function '%s'. Was expecting 1 arguments", name)
	}
	if e.Filter != nil {
		if c.filter, err = inner.condition(e.Filter, "FILTER"); err != nil {
			return nil, err
		}
	}
	if e.NullTreatment == ast.IgnoreNulls {
		if err := b.withoutNulls(e, c); err != nil {
			return nil, err
		}
	}
	if err := b.typeAggregate(e, c); err != nil {
		return nil, err
	}
	if c.filter != nil || b.block.grouping.overNothing() {
		c.nullable()
	}
	return c, nil
}

// withoutNulls leaves the rows out whose argument is NULL (IGNORE NULLS).
func (b *exprBinder) withoutNulls(e *ast.Call, c *aggCall) error {
	there, err := b.apply(e, "IS NOT NULL", c.args[0])
	if err == nil && c.filter != nil {
		there, err = b.apply(e, "AND", c.filter, there)
	}
	c.filter = there
	return err
}

func refuseAggregateClauses(e *ast.Call, name string) error {
	switch {
	case e.WithinGroup != nil:
		return notSupported(e, "WITHIN GROUP", "")
	case e.OrderBy != nil:
		return notSupported(e, "ORDER BY inside "+name, "")
	case e.NullTreatment == ast.RespectNulls || e.NullTreatment == ast.IgnoreNulls:
		return notSupported(e, string(e.NullTreatment), "")
	}
	return nil
}

// jobCall is the call over the columns of a projection.
func (c *aggCall) jobCall(p *projector) jobgraph.AggCall {
	out := jobgraph.AggCall{Fn: c.fn, Distinct: c.distinct, Filter: -1, Type: c.typ, Name: c.name, User: c.user}
	for _, a := range c.args {
		out.Args = append(out.Args, p.add(a))
	}
	if c.filter != nil {
		out.Filter = p.add(c.filter)
	}
	return out
}

package optimize

import (
	"slices"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// foldConstants evaluates the constant parts of expressions and simplifies
// conditions.
func foldConstants(o *Options, n plan.Node) (plan.Node, error) {
	fold := func(e expr.Expr) expr.Expr { return keepType(simplifyCondition(expr.Fold(e, o.Expr)), e.Type()) }
	return bottomUp(n, func(n plan.Node) (plan.Node, error) { return rewriteExprs(n, fold), nil })
}

// keepType guards against a rewriting that changed the type beyond nullability
// (a bare NULL for a typed one): then the rewriting is not taken.
func keepType(e expr.Expr, t types.Type) expr.Expr {
	if l, ok := e.(*expr.Literal); ok && l.Value.IsNull(0) && !l.Value.Type.EqualIgnoringNull(t) {
		return expr.NullLit(t)
	}
	return e
}

// simplifyCondition rewrites x = a OR x = b OR … to x IN (a, b, …), which tests
// a set once, and NOT (x < y) to x >= y.
func simplifyCondition(e expr.Expr) expr.Expr {
	return expr.Rewrite(e, func(n expr.Expr) expr.Expr {
		c, ok := n.(*expr.Call)
		switch {
		case ok && c.Fn == "OR":
			return joinEqualities(c)
		case ok && c.Fn == "NOT":
			return negated(c)
		case ok && c.Fn == "COALESCE":
			return presentFirst(c)
		}
		return n
	})
}

// presentFirst is the first argument of a COALESCE if it is a constant that is not
// NULL: nobody asks for the others.
func presentFirst(c *expr.Call) expr.Expr {
	if l, ok := c.Args[0].(*expr.Literal); ok && !l.Value.IsNull(0) && l.Value.Type.EqualIgnoringNull(c.T) {
		return l
	}
	return c
}

var opposite = map[string]string{"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

// negated turns the comparison under a NOT around.
func negated(not *expr.Call) expr.Expr {
	c, ok := not.Args[0].(*expr.Call)
	if !ok || opposite[c.Fn] == "" {
		return not
	}
	return &expr.Call{Fn: opposite[c.Fn], Args: c.Args, T: not.T}
}

func disjuncts(e expr.Expr) []expr.Expr {
	if c, ok := e.(*expr.Call); ok && c.Fn == "OR" {
		var out []expr.Expr
		for _, a := range c.Args {
			out = append(out, disjuncts(a)...)
		}
		return out
	}
	return []expr.Expr{e}
}

// joinEqualities gathers the disjuncts that compare the same expression with
// constants. Four of them are where a set begins to pay.
func joinEqualities(or *expr.Call) expr.Expr {
	const worthwhile = 4
	type group struct {
		x      expr.Expr
		values []expr.Expr
		at     int // position of the first in rest
	}
	var groups []*group
	var rest []expr.Expr
	for _, d := range disjuncts(or) {
		x, v := equalsConstant(d)
		if x == nil {
			rest = append(rest, d)
			continue
		}
		var g *group
		for _, old := range groups {
			if expr.Equal(old.x, x) && old.values[0].Type().EqualIgnoringNull(v.Type()) {
				g = old
			}
		}
		if g == nil {
			g = &group{x: x, at: len(rest)}
			groups = append(groups, g)
			rest = append(rest, nil)
		}
		g.values = append(g.values, v)
	}
	gathered := false
	for _, g := range groups {
		if len(g.values) >= worthwhile {
			if in, err := call("IN", append([]expr.Expr{g.x}, g.values...)...); err == nil {
				rest[g.at] = in
				gathered = true
			}
		}
	}
	if !gathered {
		return or
	}
	out := make([]expr.Expr, 0, len(rest))
	for i, r := range rest {
		if r != nil {
			out = append(out, r)
			continue
		}
		for _, g := range groups {
			if g.at == i {
				out = append(out, equalities(g.x, g.values)...)
			}
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return &expr.Call{Fn: "OR", Args: out, T: or.T}
}

func equalities(x expr.Expr, values []expr.Expr) []expr.Expr {
	out := make([]expr.Expr, len(values))
	for i, v := range values {
		out[i] = &expr.Call{Fn: "=", Args: []expr.Expr{x, v}, T: types.Of(types.Boolean).WithNull(x.Type().Nullable)}
	}
	return out
}

// equalsConstant takes x = constant (or the reverse) apart; nil if e is not that.
func equalsConstant(e expr.Expr) (x expr.Expr, value *expr.Literal) {
	c, ok := e.(*expr.Call)
	if !ok || c.Fn != "=" {
		return nil, nil
	}
	for i, a := range c.Args {
		if l, ok := a.(*expr.Literal); ok && !l.Value.IsNull(0) {
			if _, both := c.Args[1-i].(*expr.Literal); !both {
				return c.Args[1-i], l
			}
		}
	}
	return nil, nil
}

// removeTrueFilters drops filters on TRUE and empties relations filtered by
// FALSE or limited to no row.
func removeTrueFilters(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		if s, ok := n.(*plan.Sort); ok && s.Limit == 0 {
			return &plan.Values{Out: s.Schema()}, nil
		}
		f, ok := n.(*plan.Filter)
		switch {
		case !ok:
			return n, nil
		case isTrue(f.Cond):
			return f.Input, nil
		case slices.ContainsFunc(conjuncts(f.Cond), isNever):
			return &plan.Values{Out: f.Schema()}, nil
		}
		return n, nil
	})
}

func withoutTime(s types.Schema) types.Schema {
	out := append(types.Schema(nil), s...)
	for i := range out {
		out[i].Type = out[i].Type.WithoutTime()
	}
	return out
}

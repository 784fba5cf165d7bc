package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
)

// bottomUp rewrites n's inputs, then n itself. Relations used twice are
// rewritten once and stay shared.
func bottomUp(n plan.Node, fn func(plan.Node) (plan.Node, error)) (plan.Node, error) {
	done := make(map[plan.Node]plan.Node)
	var visit func(plan.Node) (plan.Node, error)
	visit = func(n plan.Node) (plan.Node, error) {
		if r, ok := done[n]; ok {
			return r, nil
		}
		in := n.Inputs()
		changed := false
		next := make([]plan.Node, len(in))
		for i, c := range in {
			r, err := visit(c)
			if err != nil {
				return nil, err
			}
			next[i] = r
			changed = changed || r != c
		}
		out := n
		if changed {
			out = n.WithInputs(next)
		}
		out, err := fn(out)
		if err != nil {
			return nil, err
		}
		done[n] = out
		return out, nil
	}
	return visit(n)
}

// rewriteExprs returns n with fn applied to every expression it holds.
func rewriteExprs(n plan.Node, fn func(expr.Expr) expr.Expr) plan.Node {
	all := func(es []expr.Expr) []expr.Expr {
		out := es
		for i, e := range es {
			if r := fn(e); r != e {
				if &out[0] == &es[0] {
					out = append([]expr.Expr(nil), es...)
				}
				out[i] = r
			}
		}
		return out
	}
	switch n := n.(type) {
	case *plan.Project:
		c := *n
		c.Exprs = all(n.Exprs)
		return &c
	case *plan.Filter:
		c := *n
		c.Cond = fn(n.Cond)
		return &c
	case *plan.Join:
		if n.Cond == nil {
			return n
		}
		c := *n
		c.Cond = fn(n.Cond)
		return &c
	case *plan.Values:
		c := *n
		c.Rows = make([][]expr.Expr, len(n.Rows))
		for i, r := range n.Rows {
			c.Rows[i] = all(r)
		}
		return &c
	case *plan.Unnest:
		c := *n
		c.Collection = fn(n.Collection)
		if n.Cond != nil {
			c.Cond = fn(n.Cond)
		}
		return &c
	case *plan.Match:
		return rewriteMatch(n, fn)
	case *plan.Process:
		c := *n
		c.Args = all(n.Args)
		return &c
	case *plan.TableFunction:
		c := *n
		c.Args = all(n.Args)
		if n.Cond != nil {
			c.Cond = fn(n.Cond)
		}
		return &c
	case *plan.Expand:
		c := *n
		c.Projections = make([][]expr.Expr, len(n.Projections))
		for i, p := range n.Projections {
			c.Projections[i] = all(p)
		}
		return &c
	}
	return n
}

// newProject is a projection of n with the given output names.
func newProject(n plan.Node, exprs []expr.Expr, names []string) *plan.Project {
	return &plan.Project{Input: n, Exprs: exprs, Out: schemaOf(exprs, names)}
}

// pick projects n on some of its columns; all of them in order is n itself.
func pick(n plan.Node, cols []int) plan.Node {
	schema := n.Schema()
	exprs := make([]expr.Expr, len(cols))
	names := make([]string, len(cols))
	for i, c := range cols {
		exprs[i] = columnAt(schema, c)
		names[i] = schema[c].Name
	}
	if isIdentity(exprs, len(schema)) {
		return n
	}
	return newProject(n, exprs, names)
}

// newFilter keeps the rows of n for which all conditions are TRUE.
func newFilter(n plan.Node, conds ...expr.Expr) plan.Node {
	if c := and(conds...); c != nil {
		return &plan.Filter{Input: n, Cond: c}
	}
	return n
}

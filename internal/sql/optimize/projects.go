package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
)

// mergeProjects makes one projection of two that follow each other.
func mergeProjects(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		p, ok := n.(*plan.Project)
		if !ok {
			return n, nil
		}
		inner, ok := p.Input.(*plan.Project)
		if !ok || !mergeable(p.Exprs, inner.Exprs) {
			return n, nil
		}
		return &plan.Project{Input: inner.Input, Exprs: substituteAll(p.Exprs, inner.Exprs), Out: p.Out}, nil
	})
}

// mergeable reports whether inner may be put in place of the columns of outer:
// an expression that gives another value each time must not be copied.
func mergeable(outer, inner []expr.Expr) bool {
	uses := make(map[int]int)
	for _, e := range outer {
		if e == nil {
			continue
		}
		expr.Walk(e, func(n expr.Expr) bool {
			if c, ok := n.(*expr.Column); ok {
				uses[c.Index]++
			}
			return true
		})
	}
	for i, n := range uses {
		if n > 1 && !expr.IsDeterministic(inner[i]) {
			return false
		}
	}
	return true
}

// removeTrivialProjects drops projections that only pass all columns on. What a
// Collect returns keeps its names: a projection that only names costs nothing.
func removeTrivialProjects(o *Options, n plan.Node) (plan.Node, error) {
	out, err := bottomUp(n, func(n plan.Node) (plan.Node, error) {
		p, ok := n.(*plan.Project)
		if !ok || !isIdentity(p.Exprs, len(p.Input.Schema())) || !sameTypes(p) {
			return n, nil
		}
		return p.Input, nil
	})
	if c, ok := n.(*plan.Collect); ok && err == nil {
		return &plan.Collect{Input: rename(out.Inputs()[0], c.Schema())}, nil
	}
	return out, err
}

func sameTypes(p *plan.Project) bool {
	for i, f := range p.Input.Schema() {
		if !f.Type.EqualIgnoringNull(p.Out[i].Type) {
			return false
		}
	}
	return true
}

// pushLimit tells a scan below a LIMIT without ORDER BY how many rows are enough.
func pushLimit(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		s, ok := n.(*plan.Sort)
		if !ok || s.Limit < 0 || len(s.Order) > 0 {
			return n, nil
		}
		in := limitScan(s.Input, s.Limit+s.Offset)
		if in == s.Input {
			return n, nil
		}
		return s.WithInputs([]plan.Node{in}), nil
	})
}

func limitScan(n plan.Node, limit int64) plan.Node {
	switch n := n.(type) {
	case *plan.Project:
		if in := limitScan(n.Input, limit); in != n.Input {
			return n.WithInputs([]plan.Node{in})
		}
	case *plan.Scan:
		c := *n
		c.Limit = max(limit, 1)
		return &c
	}
	return n
}

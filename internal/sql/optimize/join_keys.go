package optimize

import (
	"strconv"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// extractJoinKeys computes below a join what its condition compares: sides of
// equalities that are not plain columns, and fields of rows, so that only the
// value travels and not the row around it.
func extractJoinKeys(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		j, ok := n.(*plan.Join)
		if !ok || j.Cond == nil {
			return n, nil
		}
		x := keyExtraction{join: j, width: len(j.Left.Schema())}
		var conds []expr.Expr
		for _, c := range conjuncts(j.Cond) {
			conds = append(conds, x.rewrite(c))
		}
		if len(x.left) == 0 && len(x.right) == 0 {
			return n, nil
		}
		return x.apply(and(conds...)), nil
	})
}

// keyExtraction collects the expressions to compute below a join. They are
// numbered after all columns of the join until apply gives them their places.
type keyExtraction struct {
	join        *plan.Join
	width       int // columns of the left input
	left, right []expr.Expr
}

func (x *keyExtraction) total() int { return x.width + len(x.join.Right.Schema()) }

func (x *keyExtraction) rewrite(cond expr.Expr) expr.Expr {
	if x.join.Snapshot != nil { // the right side is a table as of some time: its columns are asked for by name
		return x.rewriteSnapshot(cond)
	}
	if l, r, fn := equality(cond); fn != "" && x.sides(l, r) {
		c := cond.(*expr.Call)
		l, r = alike(l, r)
		return &expr.Call{Fn: c.Fn, Args: []expr.Expr{x.hoist(l), x.hoist(r)}, T: c.T}
	}
	return expr.Rewrite(cond, func(n expr.Expr) expr.Expr {
		if f, ok := n.(*expr.Field); ok {
			if _, isColumn := f.X.(*expr.Column); isColumn {
				return x.hoist(f)
			}
		}
		return n
	})
}

// alike casts the sides of an equality to a common type, if their values would
// not hash alike.
func alike(l, r expr.Expr) (left, right expr.Expr) {
	if hashAlike(l.Type(), r.Type()) {
		return l, r
	}
	common, ok := expr.CommonType([]types.Type{l.Type().WithoutTime(), r.Type().WithoutTime()})
	if !ok {
		return l, r
	}
	cast := func(e expr.Expr) expr.Expr {
		if hashAlike(e.Type(), common) {
			return e
		}
		c, err := expr.ImplicitCast(e, common.WithNull(e.Type().Nullable))
		if err != nil {
			return e
		}
		return c
	}
	return cast(l), cast(r)
}

// rewriteSnapshot computes below the join what a column of the right side is
// compared with.
func (x *keyExtraction) rewriteSnapshot(cond expr.Expr) expr.Expr {
	l, r, fn := equality(cond)
	if fn == "" || !x.sides(l, r) {
		return cond
	}
	c := cond.(*expr.Call)
	args := []expr.Expr{l, r}
	for i, a := range args {
		if _, isColumn := args[1-i].(*expr.Column); !isColumn || !within(columnSet(a), 0, x.width) {
			continue
		}
		if cast, other := alike(a, args[1-i]); other == args[1-i] {
			args[i] = x.hoist(cast)
		}
	}
	return &expr.Call{Fn: c.Fn, Args: args, T: c.T}
}

// equality takes an equality of two expressions apart.
func equality(e expr.Expr) (l, r expr.Expr, fn string) {
	c, ok := e.(*expr.Call)
	if !ok || len(c.Args) != 2 || c.Fn != "=" && c.Fn != "IS NOT DISTINCT FROM" {
		return nil, nil, ""
	}
	return c.Args[0], c.Args[1], c.Fn
}

// sides reports that l and r read different inputs of the join, each something.
func (x *keyExtraction) sides(l, r expr.Expr) bool {
	ls, rs := columnSet(l), columnSet(r)
	if len(ls) == 0 || len(rs) == 0 || !expr.IsDeterministic(l) || !expr.IsDeterministic(r) {
		return false
	}
	total := x.total()
	return within(ls, 0, x.width) && within(rs, x.width, total) || within(rs, 0, x.width) && within(ls, x.width, total)
}

// hoist returns a column for e, which reads one side only. Columns are returned
// as they are. New columns of the left side have numbers from 1<<20 on, those of
// the right side from 1<<21 on.
func (x *keyExtraction) hoist(e expr.Expr) expr.Expr {
	if _, ok := e.(*expr.Column); ok {
		return e
	}
	list, base, by, columns := &x.left, 1<<20, 0, x.width
	if !within(columnSet(e), 0, x.width) {
		list, base, by, columns = &x.right, 1<<21, -x.width, x.total()
	}
	e = shift(e, by)
	for i, old := range *list {
		if expr.Equal(old, e) {
			return &expr.Column{Index: base + i, Name: keyName(columns + i), T: e.Type()}
		}
	}
	*list = append(*list, e)
	return &expr.Column{Index: base + len(*list) - 1, Name: keyName(columns + len(*list) - 1), T: e.Type()}
}

func keyName(i int) string { return "$f" + strconv.Itoa(i) }

// apply puts the projections below the join and drops their columns above it.
func (x *keyExtraction) apply(cond expr.Expr) plan.Node {
	j := *x.join
	wide := func(n plan.Node, extra []expr.Expr, columns int) plan.Node {
		if len(extra) == 0 {
			return n
		}
		names := n.Schema().Names()
		for i := range extra {
			names = append(names, keyName(columns+i))
		}
		return newProject(n, append(columnsOf(n.Schema()), extra...), names)
	}
	total := x.total()
	rightWidth := len(j.Right.Schema())
	semi := len(j.Out) == x.width && (j.Kind == semiKind || j.Kind == antiKind)
	outTypes := j.Out
	j.Left, j.Right = wide(j.Left, x.left, x.width), wide(j.Right, x.right, total)
	newLeft := x.width + len(x.left)
	j.Cond = expr.Rewrite(cond, func(n expr.Expr) expr.Expr {
		c, ok := n.(*expr.Column)
		if !ok {
			return n
		}
		at := c.Index
		switch {
		case at >= 1<<21:
			at = newLeft + rightWidth + at - 1<<21
		case at >= 1<<20:
			at = x.width + at - 1<<20
		case at >= x.width:
			at += len(x.left)
		}
		return &expr.Column{Index: at, Name: c.Name, T: c.T}
	})
	// The output keeps the declared types of the original columns (outer joins
	// made them nullable).
	padded := func(s types.Schema, from int) types.Schema {
		out := append(types.Schema(nil), s...)
		for i := range out {
			if i < len(s)-from {
				continue
			}
			out[i].Type = out[i].Type.WithNull(true)
		}
		return out
	}
	out := append(types.Schema(nil), outTypes[:x.width]...)
	out = append(out, padded(j.Left.Schema()[x.width:], len(x.left))...)
	keep := ascending(x.width)
	if !semi {
		out = append(out, outTypes[x.width:]...)
		out = append(out, padded(j.Right.Schema()[rightWidth:], len(x.right))...)
		for i := range rightWidth {
			keep = append(keep, newLeft+i)
		}
	}
	j.Out = out
	return pick(&j, keep)
}

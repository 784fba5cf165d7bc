package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// pushFilters moves conditions towards the sources as far as the rows that come
// out stay the same.
func pushFilters(o *Options, n plan.Node) (plan.Node, error) {
	return push(n, nil), nil
}

// push returns n with the conditions applied to its output, somewhere below if
// possible.
func push(n plan.Node, conds []expr.Expr) plan.Node {
	switch n := n.(type) {
	case *plan.Filter:
		return push(n.Input, append(conjuncts(n.Cond), conds...))
	case *plan.Project:
		return pushThroughProject(n, conds)
	case *plan.Join:
		return pushIntoJoin(n, conds)
	case *plan.Aggregate:
		return pushThroughKeys(n, conds, aggregateKeys(n))
	case *plan.Over:
		return pushThroughKeys(n, conds, keysAsColumns(len(n.Schema()), n.Partition))
	case *plan.Rank:
		return pushThroughKeys(n, conds, keysAsColumns(len(n.Schema()), n.Partition))
	case *plan.WindowTVF:
		pass := ascending(len(n.Input.Schema()))
		if n.Window.Kind == jobgraph.Session {
			pass = n.Window.Partition
		}
		return pushThroughKeys(n, conds, keysAsColumns(len(n.Schema()), pass))
	case *plan.Unnest:
		return pushThroughKeys(n, conds, keysAsColumns(len(n.Schema()), ascending(len(n.Input.Schema()))))
	case *plan.TableFunction:
		return pushThroughKeys(n, conds, keysAsColumns(len(n.Schema()), ascending(len(n.Input.Schema()))))
	case *plan.Sort:
		if n.Limit < 0 && n.Offset == 0 {
			return n.WithInputs([]plan.Node{push(n.Input, conds)})
		}
	case *plan.SetOp:
		in := make([]plan.Node, len(n.In))
		deterministic, rest := splitDeterministic(conds)
		for i, c := range n.In {
			in[i] = push(c, deterministic)
		}
		return newFilter(n.WithInputs(in), rest...)
	}
	in := n.Inputs()
	next := make([]plan.Node, len(in))
	for i, c := range in {
		next[i] = push(c, nil)
	}
	if len(in) > 0 {
		n = n.WithInputs(next)
	}
	return newFilter(n, conds...)
}

func splitDeterministic(conds []expr.Expr) (yes, no []expr.Expr) {
	for _, c := range conds {
		if expr.IsDeterministic(c) {
			yes = append(yes, c)
		} else {
			no = append(no, c)
		}
	}
	return yes, no
}

func pushThroughProject(n *plan.Project, conds []expr.Expr) plan.Node {
	var down, stay []expr.Expr
	for _, c := range conds {
		ok := expr.IsDeterministic(c)
		for i := range columnSet(c) {
			ok = ok && expr.IsDeterministic(n.Exprs[i])
		}
		if ok {
			down = append(down, substitute(c, n.Exprs))
		} else {
			stay = append(stay, c)
		}
	}
	return newFilter(n.WithInputs([]plan.Node{push(n.Input, down)}), stay...)
}

// keysAsColumns maps the output columns listed in pass to the same input
// columns and all others to -1.
func keysAsColumns(width int, pass []int) []int {
	to := make([]int, width)
	for i := range to {
		to[i] = -1
	}
	for _, c := range pass {
		to[c] = c
	}
	return to
}

// aggregateKeys maps the keys in an aggregate's output to its input.
func aggregateKeys(n *plan.Aggregate) []int {
	to := keysAsColumns(len(n.Schema()), nil)
	if n.Sets == nil {
		for i, k := range n.Keys {
			to[i] = k
		}
	}
	return to
}

// pushThroughKeys pushes the conditions that read only columns of n's output
// with a place in the input.
func pushThroughKeys(n plan.Node, conds []expr.Expr, to []int) plan.Node {
	var down, stay []expr.Expr
	for _, c := range conds {
		set := columnSet(c)
		ok := expr.IsDeterministic(c) && len(set) > 0
		for i := range set {
			ok = ok && to[i] >= 0
		}
		if ok {
			down = append(down, remap(c, to))
		} else {
			stay = append(stay, c)
		}
	}
	return newFilter(n.WithInputs([]plan.Node{push(n.Inputs()[0], down)}), stay...)
}

// pushIntoJoin distributes conditions from above and the join's own over the
// inputs and the join condition.
func pushIntoJoin(n *plan.Join, conds []expr.Expr) plan.Node {
	width := len(n.Left.Schema())
	total := width + len(n.Right.Schema())
	own := conjuncts(n.Cond)
	kind := n.Kind
	if n.Snapshot == nil {
		kind = strengthen(kind, conds, width)
	}
	var left, right, join, above []expr.Expr
	leftOK := kind == jobgraph.Inner || kind == jobgraph.Left || kind == jobgraph.Semi || kind == jobgraph.Anti
	rightOK := (kind == jobgraph.Inner || kind == jobgraph.Right) && n.Snapshot == nil
	for _, c := range conds {
		set := columnSet(c)
		switch {
		case !expr.IsDeterministic(c):
			above = append(above, c)
		case leftOK && within(set, 0, width):
			left = append(left, c)
		case rightOK && within(set, width, total):
			right = append(right, shift(c, -width))
		case kind == jobgraph.Inner && n.Snapshot == nil:
			join = append(join, c)
		default:
			above = append(above, c)
		}
	}
	// The join's own conditions: those on the side whose rows are not kept.
	leftOwn := (kind == jobgraph.Inner || kind == jobgraph.Right || kind == jobgraph.Semi) && n.Snapshot == nil
	rightOwn := (kind == jobgraph.Inner || kind == jobgraph.Left || kind == jobgraph.Semi || kind == jobgraph.Anti) &&
		n.Snapshot == nil && !n.NullAware
	for _, c := range own {
		set := columnSet(c)
		switch {
		case !expr.IsDeterministic(c) || len(set) == 0:
			join = append(join, c)
		case leftOwn && within(set, 0, width):
			left = append(left, c)
		case rightOwn && within(set, width, total):
			right = append(right, shift(c, -width))
		default:
			join = append(join, c)
		}
	}
	out := *n
	out.Kind = kind
	out.Left, out.Right = push(n.Left, left), push(n.Right, right)
	out.Cond = and(join...)
	return newFilter(&out, above...)
}

// strengthen turns outer joins into stricter ones when a condition above drops
// the rows padded with NULLs.
func strengthen(kind jobgraph.JoinKind, conds []expr.Expr, width int) jobgraph.JoinKind {
	for _, c := range conds {
		onLeft, onRight := false, false
		for i := range rejectsNull(c) {
			if i < width {
				onLeft = true
			} else {
				onRight = true
			}
		}
		switch {
		case kind == jobgraph.Left && onRight, kind == jobgraph.Right && onLeft,
			kind == jobgraph.Full && onLeft && onRight:
			kind = jobgraph.Inner
		case kind == jobgraph.Full && onLeft:
			kind = jobgraph.Left
		case kind == jobgraph.Full && onRight:
			kind = jobgraph.Right
		}
	}
	return kind
}

// strictFunctions are NULL whenever an argument is.
var strictFunctions = map[string]bool{
	"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true,
	"+": true, "-": true, "*": true, "/": true, "%": true, "MOD": true, "NEG": true, "ABS": true,
	"LIKE": true, "UPPER": true, "LOWER": true, "CHAR_LENGTH": true, "CAST": true,
	"LITERAL BETWEEN": true, "BETWEEN": true, "NOT": true, "IS NOT NULL": true, "IS TRUE": true,
}

// rejectsNull returns columns whose being NULL makes the condition not TRUE.
func rejectsNull(e expr.Expr) map[int]bool {
	set := make(map[int]bool)
	var visit func(e expr.Expr, top bool)
	visit = func(e expr.Expr, top bool) {
		switch e := e.(type) {
		case *expr.Column:
			set[e.Index] = true
		case *expr.Field:
			visit(e.X, false)
		case *expr.Call:
			if !strictFunctions[e.Fn] || !top && (e.Fn == "IS NOT NULL" || e.Fn == "IS TRUE") {
				return
			}
			for _, a := range e.Args {
				visit(a, false)
			}
		}
	}
	visit(e, true)
	return set
}

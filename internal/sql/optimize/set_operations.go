package optimize

import (
	"fmt"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// expandSetOperations expresses set operations by UNION ALL, joins and
// aggregates:
//
//	UNION          DISTINCT over UNION ALL
//	INTERSECT      DISTINCT over a null-safe semi join
//	EXCEPT         DISTINCT over a null-safe anti join
//	… ALL          count the sides per row, then replicate
func expandSetOperations(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		s, ok := n.(*plan.SetOp)
		if !ok {
			return n, nil
		}
		switch {
		case s.Kind == plan.Union && s.All:
			return flattenUnion(s), nil
		case s.Kind == plan.Union:
			all := *s
			all.All = true
			return distinct(flattenUnion(&all)), nil
		case s.All:
			return countedSetOperation(s)
		}
		return joinedSetOperation(s)
	})
}

// flattenUnion lifts the inputs of inner UNION ALLs.
func flattenUnion(s *plan.SetOp) plan.Node {
	var in []plan.Node
	for _, i := range s.In {
		if u, ok := i.(*plan.SetOp); ok && u.Kind == plan.Union && u.All {
			in = append(in, u.In...)
			continue
		}
		in = append(in, i)
	}
	c := *s
	c.In = in
	return &c
}

// distinct groups by all columns.
func distinct(n plan.Node) plan.Node {
	return &plan.Aggregate{Input: n, Keys: ascending(len(n.Schema())), Out: withoutTime(n.Schema())}
}

// joinedSetOperation folds the inputs from the left by semi or anti joins.
func joinedSetOperation(s *plan.SetOp) (plan.Node, error) {
	kind := jobgraph.Semi
	if s.Kind == plan.Except {
		kind = jobgraph.Anti
	}
	left := s.In[0]
	for _, right := range s.In[1:] {
		conds := make([]expr.Expr, len(s.Out))
		for i := range s.Out {
			l := columnAt(left.Schema(), i)
			r := columnAt(right.Schema(), i)
			r.Index += len(left.Schema())
			fn := "IS NOT DISTINCT FROM"
			if !l.T.Nullable && !r.T.Nullable {
				fn = "="
			}
			c, err := call(fn, l, r)
			if err != nil {
				return nil, fmt.Errorf("INTERSECT and EXCEPT compare column %q: %w", s.Out[i].Name, err)
			}
			conds[i] = c
		}
		left = &plan.Join{Left: left, Right: right, Kind: kind, Cond: and(conds...), Out: left.Schema()}
	}
	return rename(distinct(left), s.Out), nil
}

// countedSetOperation counts how often a row occurs on either side and emits it
// min(l, r) times for INTERSECT ALL, l - r times for EXCEPT ALL.
func countedSetOperation(s *plan.SetOp) (plan.Node, error) {
	left := s.In[0]
	for _, right := range s.In[1:] {
		out, err := countedPair(s, left, right)
		if err != nil {
			return nil, err
		}
		left = out
	}
	return rename(left, s.Out), nil
}

func countedPair(s *plan.SetOp, left, right plan.Node) (plan.Node, error) {
	width := len(s.Out)
	bigint := types.Of(types.BigInt).NotNull()
	marked := func(n plan.Node, l, r int64) plan.Node {
		exprs := columnsOf(n.Schema())
		names := n.Schema().Names()
		exprs = append(exprs, expr.IntLit(types.BigInt, l), expr.IntLit(types.BigInt, r))
		p := newProject(n, exprs, append(names, "$left", "$right"))
		for i := range s.Out {
			p.Out[i].Type = s.Out[i].Type.WithoutTime()
		}
		return p
	}
	l, r := marked(left, 1, 0), marked(right, 0, 1)
	union := &plan.SetOp{Kind: plan.Union, All: true, In: []plan.Node{l, r}, Out: l.Schema()}
	agg := &plan.Aggregate{Input: union, Keys: ascending(width)}
	agg.Out = append(withoutTime(s.Out), types.Field{Name: "$lefts", Type: bigint}, types.Field{Name: "$rights", Type: bigint})
	for i, name := range []string{"$lefts", "$rights"} {
		agg.Calls = append(agg.Calls, jobgraph.AggCall{Fn: "SUM0", Args: []int{width + i}, Filter: -1, Type: bigint, Name: name})
	}
	lefts, rights := columnAt(agg.Out, width), columnAt(agg.Out, width+1)
	var count expr.Expr
	var err error
	if s.Kind == plan.Intersect {
		var less expr.Expr
		if less, err = call("<", lefts, rights); err == nil {
			count, err = call("CASE", less, lefts, rights)
		}
	} else {
		count, err = call("-", lefts, rights)
	}
	if err != nil {
		return nil, err
	}
	exprs := append(columnsOf(agg.Out)[:width:width], count)
	times := newProject(agg, exprs, append(s.Out.Names(), "$times"))
	positive, err := call(">", columnAt(times.Out, width), expr.IntLit(types.BigInt, 0))
	if err != nil {
		return nil, err
	}
	return &plan.Replicate{Input: newFilter(times, positive), Count: width, Out: times.Out[:width:width]}, nil
}

// rename gives n the names of out.
func rename(n plan.Node, out types.Schema) plan.Node {
	names := n.Schema().Names()
	for i := range names {
		if names[i] != out[i].Name {
			return newProject(n, columnsOf(n.Schema()), out.Names())
		}
	}
	return n
}

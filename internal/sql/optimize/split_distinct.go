package optimize

import (
	"fmt"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// splitDistinct spreads the distinct values of a group over buckets: a first
// aggregate per key and bucket of the distinct column counts each value once,
// a second one per key adds up. A skewed key so keeps many subtasks busy.
//
// With several distinct columns each row is emitted once per column, in the
// bucket of that column; calls that are not distinct look at the first of these
// rows only.
func splitDistinct(o *Options, n plan.Node) (plan.Node, error) {
	if !o.Streaming || !o.SplitDistinct {
		return n, nil
	}
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		a, ok := n.(*plan.Aggregate)
		if !ok || a.Group != nil || a.Sets != nil {
			return n, nil
		}
		columns, ok := splittable(a)
		if !ok {
			return n, nil
		}
		if o.SplitDistinctBuckets < 1 {
			return nil, fmt.Errorf("'table.optimizer.distinct-agg.split.bucket-num' must be > 0, but is %d.", o.SplitDistinctBuckets)
		}
		s := splitting{a: a, columns: columns, buckets: o.SplitDistinctBuckets}
		return s.apply()
	})
}

// combined are the functions of the second aggregate by those of the first.
var combined = map[string]string{"COUNT": "SUM0", "SUM": "SUM", "SUM0": "SUM0", "MIN": "MIN", "MAX": "MAX"}

// splittable returns the columns of the distinct calls, false if there are none
// or another call cannot be combined.
func splittable(a *plan.Aggregate) ([]int, bool) {
	var columns []int
	in := a.Input.Schema()
	for _, c := range a.Calls {
		if combined[c.Fn] == "" {
			return nil, false
		}
		if !c.Distinct {
			continue
		}
		t := in[c.Args[0]].Type
		if t.IsApproximate() { // 0.0 and -0.0 are equal and have different bytes
			return nil, false
		}
		if _, err := expr.Resolve("HASH_CODE", []expr.Expr{columnAt(in, c.Args[0])}); err != nil {
			return nil, false
		}
		if !contains(columns, c.Args[0]) {
			columns = append(columns, c.Args[0])
		}
	}
	return columns, len(columns) > 0
}

type splitting struct {
	a       *plan.Aggregate
	columns []int // distinct columns
	buckets int64
}

func (s *splitting) apply() (plan.Node, error) {
	input, bucketKeys, err := s.spread()
	if err != nil {
		return nil, err
	}
	input, filters, err := s.filters(input)
	if err != nil {
		return nil, err
	}
	a := s.a
	schema := input.Schema()
	partial := &plan.Aggregate{Input: input, Keys: append(append([]int(nil), a.Keys...), bucketKeys...), TTL: a.TTL}
	for i, k := range partial.Keys {
		f := types.Field{Name: schema[k].Name, Type: schema[k].Type.WithoutTime()}
		if i < len(a.Keys) {
			f = a.Out[i]
		}
		partial.Out = append(partial.Out, f)
	}
	final := &plan.Aggregate{Input: partial, Keys: ascending(len(a.Keys)), TTL: a.TTL, Out: a.Out}
	for i, c := range a.Calls {
		c.Filter = filters[i]
		c.Name = fmt.Sprintf("$f%d_%d", len(partial.Out), i)
		f := types.Field{Name: c.Name, Type: c.Type}
		if c.Fn != "COUNT" && c.Fn != "SUM0" {
			f.Type = c.Type.WithNull(true)
		}
		c.Type = f.Type
		final.Calls = append(final.Calls, jobgraph.AggCall{
			Fn: combined[c.Fn], Args: []int{len(partial.Out)}, Filter: -1, Type: a.Calls[i].Type, Name: a.Calls[i].Name,
		})
		partial.Calls = append(partial.Calls, c)
		partial.Out = append(partial.Out, f)
	}
	return final, nil
}

// spread adds the bucket columns (and, with several of them, which one a row is
// for) to the input and returns their places.
func (s *splitting) spread() (plan.Node, []int, error) {
	in := s.a.Input
	schema := in.Schema()
	exprs, names := columnsOf(schema), schema.Names()
	var places []int
	for i, c := range s.columns {
		b, err := bucket(columnAt(schema, c), s.buckets)
		if err != nil {
			return nil, nil, err
		}
		places = append(places, len(exprs))
		exprs = append(exprs, b)
		names = append(names, fmt.Sprintf("$bucket%d", i))
	}
	if len(s.columns) == 1 {
		return newProject(in, exprs, names), places, nil
	}
	width := len(schema)
	expand := &plan.Expand{Input: in, Out: append(types.Schema(nil), schema...)}
	for i := range s.columns {
		expand.Out = append(expand.Out, types.Field{Name: names[width+i], Type: exprs[width+i].Type().WithNull(true)})
	}
	places = append(places, len(expand.Out))
	expand.Out = append(expand.Out, types.Field{Name: "$e", Type: types.Of(types.BigInt).NotNull()})
	for i := range s.columns {
		row := append([]expr.Expr(nil), exprs...)
		for k := range s.columns {
			if k != i {
				row[width+k] = expr.NullLit(exprs[width+k].Type())
			}
		}
		expand.Projections = append(expand.Projections, append(row, expr.IntLit(types.BigInt, int64(i))))
	}
	return expand, places, nil
}

func bucket(x expr.Expr, buckets int64) (expr.Expr, error) {
	h, err := call("HASH_CODE", x)
	if err != nil {
		return nil, err
	}
	return call("MOD", h, expr.IntLit(types.Int, buckets))
}

// filters gives each call a FILTER column that also looks at which distinct
// column the row is for. With one distinct column the calls keep theirs.
func (s *splitting) filters(in plan.Node) (plan.Node, []int, error) {
	out := make([]int, len(s.a.Calls))
	for i, c := range s.a.Calls {
		out[i] = c.Filter
	}
	if len(s.columns) == 1 {
		return in, out, nil
	}
	schema := in.Schema()
	exprs, names := columnsOf(schema), schema.Names()
	which := columnAt(schema, len(schema)-1)
	for i, c := range s.a.Calls {
		row := 0
		if c.Distinct {
			row = indexOf(s.columns, c.Args[0])
		}
		cond, err := call("=", which, expr.IntLit(types.BigInt, int64(row)))
		if err != nil {
			return nil, nil, err
		}
		if c.Filter >= 0 {
			cond = and(cond, columnAt(schema, c.Filter))
		}
		out[i] = -1
		for k := len(schema); k < len(exprs); k++ {
			if expr.Equal(exprs[k], cond) {
				out[i] = k
			}
		}
		if out[i] < 0 {
			out[i] = len(exprs)
			exprs = append(exprs, cond)
			names = append(names, fmt.Sprintf("$g%d", len(exprs)-len(schema)-1))
		}
	}
	return newProject(in, exprs, names), out, nil
}

func indexOf(list []int, x int) int {
	for i, y := range list {
		if x == y {
			return i
		}
	}
	return -1
}

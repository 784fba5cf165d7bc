package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// pruneColumns leaves out the columns nobody reads, from the root down to the
// scans.
func pruneColumns(o *Options, n plan.Node) (plan.Node, error) {
	switch n.(type) {
	case *plan.Sink, *plan.Collect:
		in := n.Inputs()[0]
		return n.WithInputs([]plan.Node{prune(in, ascending(len(in.Schema())))}), nil
	}
	return prune(n, ascending(len(n.Schema()))), nil
}

// prune returns n reduced to the columns need (ascending), in that order.
func prune(n plan.Node, need []int) plan.Node {
	switch n := n.(type) {
	case *plan.Scan:
		return pruneScan(n, need)
	case *plan.Values:
		return pruneValues(n, need)
	case *plan.Project:
		return pruneProject(n, need)
	case *plan.Filter:
		in, to := pruneInput(n.Input, need, n.Cond)
		return narrow(&plan.Filter{Input: in, Cond: remap(n.Cond, to)}, need, to)
	case *plan.Join:
		return pruneJoin(n, need)
	case *plan.Aggregate:
		return pruneAggregate(n, need)
	case *plan.WindowTVF:
		return pruneTVF(n, need)
	case *plan.Over:
		return pruneOver(n, need)
	case *plan.Rank:
		return pruneRank(n, need)
	case *plan.Sort:
		in, to := pruneInputColumns(n.Input, need, orderColumns(n.Order))
		return narrow(&plan.Sort{Input: in, Order: remapOrder(n.Order, to), Limit: n.Limit, Offset: n.Offset}, need, to)
	case *plan.SetOp:
		return pruneUnion(n, need)
	case *plan.Expand:
		return pruneExpand(n, need)
	case *plan.Unnest, *plan.TableFunction:
		return pruneCorrelate(n, need)
	case *plan.Match:
		return pruneMatch(n, need)
	}
	in := n.Inputs()
	next := make([]plan.Node, len(in))
	for i, c := range in {
		next[i] = prune(c, ascending(len(c.Schema())))
	}
	return pick(n.WithInputs(next), need)
}

// pruneInput prunes an input to the columns need and those that exprs read, and
// returns where its old columns are (-1: gone).
func pruneInput(in plan.Node, need []int, exprs ...expr.Expr) (plan.Node, []int) {
	return pruneInputColumns(in, need, sorted(columnSet(exprs...)))
}

func pruneInputColumns(in plan.Node, need []int, more ...[]int) (plan.Node, []int) {
	set := make(map[int]bool)
	for _, c := range need {
		set[c] = true
	}
	for _, list := range more {
		for _, c := range list {
			if c >= 0 {
				set[c] = true
			}
		}
	}
	width := len(in.Schema())
	keep := sorted(set)
	if len(keep) == 0 {
		keep = []int{cheapest(in.Schema())}
	}
	return prune(in, keep), places(keep, width)
}

// places inverts a list of kept columns.
func places(keep []int, width int) []int {
	to := make([]int, width)
	for i := range to {
		to[i] = -1
	}
	for i, c := range keep {
		to[c] = i
	}
	return to
}

// cheapest picks a column to carry the number of rows when no value is read.
func cheapest(s types.Schema) int {
	best, width := 0, 1<<30
	for i, f := range s {
		w := f.Type.Physical().Width()
		if w == 0 {
			w = 100
		}
		if w < width {
			best, width = i, w
		}
	}
	return best
}

// narrow projects n, whose columns are the old ones at to, to the old columns need.
func narrow(n plan.Node, need, to []int) plan.Node {
	cols := make([]int, len(need))
	for i, c := range need {
		cols[i] = to[c]
	}
	return pick(n, cols)
}

func pickSchema(s types.Schema, cols []int) types.Schema {
	out := make(types.Schema, len(cols))
	for i, c := range cols {
		out[i] = s[c]
	}
	return out
}

func pruneScan(n *plan.Scan, need []int) plan.Node {
	if len(need) == len(n.Out) {
		return n
	}
	c := *n
	c.Columns = make([]int, len(need))
	for i, k := range need {
		c.Columns[i] = k
		if n.Columns != nil {
			c.Columns[i] = n.Columns[k]
		}
	}
	c.Out = pickSchema(n.Out, need)
	return &c
}

func pruneValues(n *plan.Values, need []int) plan.Node {
	c := *n
	c.Out = pickSchema(n.Out, need)
	c.Rows = make([][]expr.Expr, len(n.Rows))
	for i, row := range n.Rows {
		for _, k := range need {
			c.Rows[i] = append(c.Rows[i], row[k])
		}
	}
	return &c
}

func pruneProject(n *plan.Project, need []int) plan.Node {
	exprs := make([]expr.Expr, len(need))
	for i, k := range need {
		exprs[i] = n.Exprs[k]
	}
	in, to := pruneInput(n.Input, nil, exprs...)
	return &plan.Project{Input: in, Exprs: remapAll(exprs, to), Out: pickSchema(n.Out, need)}
}

func orderColumns(keys []jobgraph.SortKey) []int {
	out := make([]int, len(keys))
	for i, k := range keys {
		out[i] = k.Column
	}
	return out
}

func remapOrder(keys []jobgraph.SortKey, to []int) []jobgraph.SortKey {
	out := make([]jobgraph.SortKey, len(keys))
	for i, k := range keys {
		k.Column = to[k.Column]
		out[i] = k
	}
	return out
}

func pruneJoin(n *plan.Join, need []int) plan.Node {
	width := len(n.Left.Schema())
	total := width + len(n.Right.Schema())
	leftNeed, rightNeed := make(map[int]bool), make(map[int]bool)
	want := func(c int) {
		if c < width {
			leftNeed[c] = true
		} else {
			rightNeed[c-width] = true
		}
	}
	for _, c := range need {
		want(c)
	}
	for c := range columnSet(n.Cond) {
		want(c)
	}
	if n.Snapshot != nil {
		want(n.Snapshot.Index)
		if n.Snapshot.T.Time != types.Proctime {
			for i, f := range n.Right.Schema() {
				if f.Type.Time == types.Rowtime {
					rightNeed[i] = true
				}
			}
		}
	}
	left, leftTo := pruneInputColumns(n.Left, sorted(leftNeed))
	right, rightTo := pruneInputColumns(n.Right, sorted(rightNeed))
	newWidth := len(left.Schema())
	to := make([]int, total)
	for i := range to {
		switch {
		case i < width:
			to[i] = leftTo[i]
		case rightTo[i-width] < 0:
			to[i] = -1
		default:
			to[i] = newWidth + rightTo[i-width]
		}
	}
	out := *n
	out.Left, out.Right = left, right
	out.Cond = remap(n.Cond, to)
	if n.Snapshot != nil {
		s := *n.Snapshot
		s.Index = to[s.Index]
		out.Snapshot = &s
	}
	out.Out = nil
	for i := range n.Out {
		if to[i] >= 0 {
			out.Out = append(out.Out, n.Out[i])
		}
	}
	return narrow(&out, need, to)
}

func pruneAggregate(n *plan.Aggregate, need []int) plan.Node {
	keys, calls := len(n.Keys), len(n.Calls)
	idColumns := 0
	if n.Sets != nil {
		idColumns = 1
	}
	base := keys + idColumns
	to := make([]int, len(n.Out))
	for i := range to {
		to[i] = -1
	}
	out := *n
	out.Out = append(types.Schema(nil), n.Out[:base]...)
	for i := range base {
		to[i] = i
	}
	out.Calls, out.Properties = nil, nil
	var args []int
	takeCall := func(i int) {
		to[base+i] = len(out.Out)
		out.Calls = append(out.Calls, n.Calls[i])
		out.Out = append(out.Out, n.Out[base+i])
		args = append(args, n.Calls[i].Args...)
		args = append(args, n.Calls[i].Filter)
	}
	for i := range calls {
		if contains(need, base+i) {
			takeCall(i)
		}
	}
	if keys == 0 && len(out.Calls) == 0 && calls > 0 {
		takeCall(0)
	}
	for i, p := range n.Properties {
		if contains(need, base+calls+i) {
			to[base+calls+i] = len(out.Out)
			out.Properties = append(out.Properties, p)
			out.Out = append(out.Out, n.Out[base+calls+i])
		}
	}
	if n.Group != nil {
		args = append(args, n.Group.Time, n.Group.Start, n.Group.End)
		args = append(args, n.Group.Partition...)
	}
	in, at := pruneInputColumns(n.Input, n.Keys, args)
	out.Input = in
	out.Keys, _ = remapInts(n.Keys, at)
	for i := range out.Calls {
		out.Calls[i] = remapCall(out.Calls[i], at)
	}
	if n.Group != nil {
		g := remapWindow(*n.Group, at)
		out.Group = &g
	}
	return narrow(&out, need, to)
}

func remapCall(c jobgraph.AggCall, to []int) jobgraph.AggCall {
	c.Args, _ = remapInts(c.Args, to)
	if c.Filter >= 0 {
		c.Filter = to[c.Filter]
	}
	return c
}

func remapWindow(w jobgraph.Window, to []int) jobgraph.Window {
	move := func(c int) int {
		if c < 0 {
			return c
		}
		return to[c]
	}
	// A window by time has no start and end columns, whatever the zero values say.
	if w.Time >= 0 {
		w.Time = to[w.Time]
		w.Start, w.End = -1, -1
	} else {
		w.Start, w.End = move(w.Start), move(w.End)
	}
	w.Partition, _ = remapInts(w.Partition, to)
	return w
}

func pruneTVF(n *plan.WindowTVF, need []int) plan.Node {
	width := len(n.Input.Schema())
	var fromInput []int
	for _, c := range need {
		if c < width {
			fromInput = append(fromInput, c)
		}
	}
	in, at := pruneInputColumns(n.Input, fromInput, []int{n.Window.Time}, n.Window.Partition)
	to := append(append([]int(nil), at...), 0, 0, 0)
	out := &plan.WindowTVF{Input: in, Window: remapWindow(n.Window, at)}
	out.Out = keptSchema(n.Out[:width], at)
	for i := range 3 {
		to[width+i] = len(out.Out)
		out.Out = append(out.Out, n.Out[width+i])
	}
	return narrow(out, need, to)
}

// keptSchema is the part of s that has a place in to.
func keptSchema(s types.Schema, to []int) types.Schema {
	var out types.Schema
	for i, f := range s {
		if to[i] >= 0 {
			out = append(out, f)
		}
	}
	return out
}

func pruneOver(n *plan.Over, need []int) plan.Node {
	width := len(n.Input.Schema())
	var fromInput, args []int
	var calls []int
	for _, c := range need {
		if c < width {
			fromInput = append(fromInput, c)
		} else {
			calls = append(calls, c-width)
		}
	}
	if len(calls) == 0 {
		return prune(n.Input, need)
	}
	for _, i := range calls {
		args = append(args, n.Calls[i].Args...)
		args = append(args, n.Calls[i].Filter)
	}
	in, at := pruneInputColumns(n.Input, fromInput, n.Partition, orderColumns(n.Order), args)
	out := &plan.Over{Input: in, Order: remapOrder(n.Order, at), Out: keptSchema(n.Out[:width], at)}
	out.Partition, _ = remapInts(n.Partition, at)
	to := append([]int(nil), at...)
	for range n.Calls {
		to = append(to, -1)
	}
	for _, i := range calls {
		c := n.Calls[i]
		c.AggCall = remapCall(c.AggCall, at)
		out.Calls = append(out.Calls, c)
		to[width+i] = len(out.Out)
		out.Out = append(out.Out, n.Out[width+i])
	}
	return narrow(out, need, to)
}

func pruneRank(n *plan.Rank, need []int) plan.Node {
	width := len(n.Input.Schema())
	var fromInput []int
	emit := false
	for _, c := range need {
		if c < width {
			fromInput = append(fromInput, c)
		} else {
			emit = true
		}
	}
	in, at := pruneInputColumns(n.Input, fromInput, n.Partition, orderColumns(n.Order))
	out := *n
	out.Input, out.EmitRank, out.Order = in, emit, remapOrder(n.Order, at)
	out.Partition, _ = remapInts(n.Partition, at)
	out.Out = keptSchema(n.Out[:width], at)
	to := append([]int(nil), at...)
	to = append(to, -1)
	if emit {
		to[width] = len(out.Out)
		out.Out = append(out.Out, n.Out[width])
	}
	return narrow(&out, need, to)
}

func pruneUnion(n *plan.SetOp, need []int) plan.Node {
	c := *n
	if n.Kind != plan.Union || !n.All {
		need = ascending(len(n.Out))
	}
	c.In = make([]plan.Node, len(n.In))
	for i, in := range n.In {
		c.In[i] = prune(in, need)
	}
	c.Out = pickSchema(n.Out, need)
	return &c
}

func pruneExpand(n *plan.Expand, need []int) plan.Node {
	var exprs []expr.Expr
	for _, p := range n.Projections {
		for _, k := range need {
			exprs = append(exprs, p[k])
		}
	}
	in, at := pruneInput(n.Input, nil, exprs...)
	out := &plan.Expand{Input: in, Out: pickSchema(n.Out, need)}
	for i := range n.Projections {
		out.Projections = append(out.Projections, remapAll(exprs[i*len(need):(i+1)*len(need)], at))
	}
	return out
}

// pruneCorrelate prunes what Unnest and TableFunction pass on.
func pruneCorrelate(n plan.Node, need []int) plan.Node {
	input := n.Inputs()[0]
	width := len(input.Schema())
	var fromInput []int
	for _, c := range need {
		if c < width {
			fromInput = append(fromInput, c)
		}
	}
	to := make([]int, len(n.Schema()))
	place := func(at []int, kept types.Schema) types.Schema {
		copy(to, at)
		out := kept
		for i, f := range n.Schema()[width:] {
			to[width+i] = len(out)
			out = append(out, f)
		}
		return out
	}
	switch n := n.(type) {
	case *plan.Unnest:
		in, at := pruneInputColumns(input, fromInput, sorted(columnSet(n.Collection)), inputColumns(n.Cond, width))
		c := *n
		c.Input, c.Collection = in, remap(n.Collection, at)
		c.Out = place(at, keptSchema(n.Out[:width], at))
		c.Cond = remap(n.Cond, to)
		return narrow(&c, need, to)
	case *plan.TableFunction:
		in, at := pruneInputColumns(input, fromInput, sorted(columnSet(n.Args...)), inputColumns(n.Cond, width))
		c := *n
		c.Input, c.Args = in, remapAll(n.Args, at)
		c.Out = place(at, keptSchema(n.Out[:width], at))
		c.Cond = remap(n.Cond, to)
		return narrow(&c, need, to)
	}
	return n
}

// inputColumns lists the columns below width that a condition reads.
func inputColumns(cond expr.Expr, width int) []int {
	var cols []int
	for c := range columnSet(cond) {
		if c < width {
			cols = append(cols, c)
		}
	}
	return cols
}

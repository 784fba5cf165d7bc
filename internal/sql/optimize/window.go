package optimize

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

const (
	semiKind = jobgraph.Semi
	antiKind = jobgraph.Anti
)

// windowColumns says which columns of a relation hold the start, end and time
// of the window a row belongs to, and what windows these are.
type windowColumns struct {
	start, end, time []int
	window           jobgraph.Window
}

func (w *windowColumns) isStart(c int) bool { return contains(w.start, c) }
func (w *windowColumns) isEnd(c int) bool   { return contains(w.end, c) }
func (w *windowColumns) isTime(c int) bool  { return contains(w.time, c) }
func (w *windowColumns) has(c int) bool     { return w.isStart(c) || w.isEnd(c) || w.isTime(c) }

// moved maps the columns through a projection; columns computed from others are
// no window columns any more.
func (w *windowColumns) moved(exprs []expr.Expr) *windowColumns {
	out := &windowColumns{window: w.window}
	for i, e := range exprs {
		c, ok := e.(*expr.Column)
		if !ok {
			continue
		}
		switch {
		case w.isStart(c.Index):
			out.start = append(out.start, i)
		case w.isEnd(c.Index):
			out.end = append(out.end, i)
		case w.isTime(c.Index):
			out.time = append(out.time, i)
		}
	}
	return out
}

// movedByAll are the columns that each of the projections passes on.
func (w *windowColumns) movedByAll(projections [][]expr.Expr) *windowColumns {
	out := w.moved(projections[0])
	for _, p := range projections[1:] {
		other := w.moved(p)
		out.start = intersection(out.start, other.start)
		out.end = intersection(out.end, other.end)
		out.time = intersection(out.time, other.time)
	}
	return out
}

func intersection(a, b []int) (both []int) {
	for _, c := range a {
		if contains(b, c) {
			both = append(both, c)
		}
	}
	return both
}

// windowsOf finds the window columns of n, nil if it has no start and end.
func windowsOf(n plan.Node) *windowColumns {
	switch n := n.(type) {
	case *plan.WindowTVF:
		at := len(n.Input.Schema())
		return &windowColumns{start: []int{at}, end: []int{at + 1}, time: []int{at + 2}, window: n.Window}
	case *plan.Project:
		if w := windowsOf(n.Input); w != nil {
			return nonEmpty(w.moved(n.Exprs))
		}
	case *plan.Filter, *plan.Over, *plan.Rank, *plan.Unnest, *plan.TableFunction:
		return windowsOf(n.Inputs()[0])
	case *plan.Sort:
		if n.Limit < 0 {
			return windowsOf(n.Input)
		}
	case *plan.Expand:
		if w := windowsOf(n.Input); w != nil {
			return nonEmpty(w.movedByAll(n.Projections))
		}
	case *plan.Aggregate:
		if n.Group != nil {
			return windowsOfAggregate(n)
		}
	case *plan.Join:
		return windowsOfJoin(n)
	}
	return nil
}

func nonEmpty(w *windowColumns) *windowColumns {
	if len(w.start) == 0 || len(w.end) == 0 {
		return nil
	}
	return w
}

func windowsOfAggregate(n *plan.Aggregate) *windowColumns {
	out := &windowColumns{window: *n.Group}
	at := len(n.Keys) + len(n.Calls)
	for i, p := range n.Properties {
		switch p {
		case jobgraph.WindowStart:
			out.start = append(out.start, at+i)
		case jobgraph.WindowEnd:
			out.end = append(out.end, at+i)
		default:
			out.time = append(out.time, at+i)
		}
	}
	return nonEmpty(out)
}

// windowsOfJoin passes on the windows of both sides if the join is a window join.
func windowsOfJoin(n *plan.Join) *windowColumns {
	l, r, ok := windowJoinSides(n)
	if !ok || n.Snapshot != nil {
		return nil
	}
	out := &windowColumns{window: l.window, start: l.start, end: l.end}
	if n.Kind == jobgraph.Right {
		out = &windowColumns{window: l.window}
	}
	if n.Kind == jobgraph.Inner || n.Kind == jobgraph.Right {
		for _, c := range r.start {
			out.start = append(out.start[:len(out.start):len(out.start)], c+len(n.Left.Schema()))
		}
		for _, c := range r.end {
			out.end = append(out.end[:len(out.end):len(out.end)], c+len(n.Left.Schema()))
		}
	}
	if n.Kind == jobgraph.Full {
		return nil
	}
	return nonEmpty(out)
}

// windowJoinSides reports that both inputs have windows of one kind and the join
// compares their starts and ends.
func windowJoinSides(n *plan.Join) (l, r *windowColumns, ok bool) {
	l, r = windowsOf(n.Left), windowsOf(n.Right)
	if l == nil || r == nil || !sameWindows(l.window, r.window) {
		return nil, nil, false
	}
	width := len(n.Left.Schema())
	starts, ends := false, false
	for _, c := range conjuncts(n.Cond) {
		a, b, fn := equality(c)
		if fn == "" {
			continue
		}
		x, ok1 := a.(*expr.Column)
		y, ok2 := b.(*expr.Column)
		if !ok1 || !ok2 {
			continue
		}
		i, k := x.Index, y.Index
		if i > k {
			i, k = k, i
		}
		if i >= width || k < width {
			continue
		}
		starts = starts || l.isStart(i) && r.isStart(k-width)
		ends = ends || l.isEnd(i) && r.isEnd(k-width)
	}
	return l, r, starts && ends
}

// sameWindows compares the shape of windows.
func sameWindows(a, b jobgraph.Window) bool {
	return a.Kind == b.Kind && a.Size == b.Size && a.Slide == b.Slide && a.Offset == b.Offset && a.Proctime == b.Proctime
}

// fuseWindowAggregates turns a GROUP BY over window_start and window_end into a
// window aggregate. If nothing but filters and projections of other columns lie
// between it and the window function, the function disappears into it; else the
// aggregate takes the windows as the rows carry them.
func fuseWindowAggregates(o *Options, n plan.Node) (plan.Node, error) {
	return bottomUp(n, func(n plan.Node) (plan.Node, error) {
		a, ok := n.(*plan.Aggregate)
		if !ok || a.Group != nil || a.Sets != nil {
			return n, nil
		}
		w := windowsOf(a.Input)
		if w == nil {
			return n, nil
		}
		starts, ends := false, false
		for _, k := range a.Keys {
			starts = starts || w.isStart(k)
			ends = ends || w.isEnd(k)
		}
		if !starts || !ends {
			return n, nil
		}
		if fused := fuseWindow(a, w); fused != nil {
			return fused, nil
		}
		window := w.window
		window.Time, window.Start, window.End, window.Partition = -1, w.start[0], w.end[0], nil
		return windowAggregate(a, w, a.Input, ascending(len(a.Input.Schema())), window), nil
	})
}

// windowAggregate builds the window aggregate over input, to whose columns the
// columns of a's input map by to, and brings its output into a's order.
func windowAggregate(a *plan.Aggregate, w *windowColumns, input plan.Node, to []int, window jobgraph.Window) plan.Node {
	out := &plan.Aggregate{Input: input, Group: &window, FromTVF: true, TTL: a.TTL}
	place := make([]int, len(a.Keys)) // of a's keys in out, once the widths are known
	var properties types.Schema
	property := func(p jobgraph.WindowProperty, f types.Field) int {
		for i, q := range out.Properties {
			if q == p {
				return i
			}
		}
		out.Properties = append(out.Properties, p)
		properties = append(properties, f)
		return len(out.Properties) - 1
	}
	isProperty := make([]bool, len(a.Keys))
	for i, k := range a.Keys {
		switch {
		case w.isStart(k):
			place[i] = property(jobgraph.WindowStart, a.Out[i])
		case w.isEnd(k):
			place[i] = property(jobgraph.WindowEnd, a.Out[i])
		case w.isTime(k):
			p := jobgraph.WindowTime
			if window.Proctime {
				p = jobgraph.WindowProctime
			}
			f := a.Out[i]
			f.Type.Time = a.Input.Schema()[k].Type.Time
			place[i] = property(p, f)
		default:
			place[i] = len(out.Keys)
			out.Keys = append(out.Keys, to[k])
			out.Out = append(out.Out, a.Out[i])
			continue
		}
		isProperty[i] = true
	}
	for i, c := range a.Calls {
		c.Args, _ = remapInts(c.Args, to)
		if c.Filter >= 0 {
			c.Filter = to[c.Filter]
		}
		out.Calls = append(out.Calls, c)
		out.Out = append(out.Out, a.Out[len(a.Keys)+i])
	}
	out.Out = append(out.Out, properties...)
	order := make([]int, 0, len(a.Out))
	for i := range a.Keys {
		at := place[i]
		if isProperty[i] {
			at += len(out.Keys) + len(out.Calls)
		}
		order = append(order, at)
	}
	for i := range a.Calls {
		order = append(order, len(out.Keys)+i)
	}
	result := pick(out, order)
	return rename(result, a.Out)
}

// fuseWindow returns the window aggregate over the input of the window function
// below a, nil if something between them needs the window of each row.
func fuseWindow(a *plan.Aggregate, w *windowColumns) plan.Node {
	tvf, filter, exprs := peelToTVF(a.Input)
	if tvf == nil {
		return nil
	}
	width := len(tvf.Input.Schema())
	if filter != nil && !within(columnSet(filter), 0, width) {
		return nil
	}
	used := make(map[int]bool)
	for _, k := range a.Keys {
		if !w.has(k) {
			used[k] = true
		}
	}
	for _, c := range a.Calls {
		for _, i := range c.Args {
			used[i] = true
		}
		if c.Filter >= 0 {
			used[c.Filter] = true
		}
	}
	to := make([]int, len(exprs))
	for i := range to {
		to[i] = -1
	}
	var below []expr.Expr
	var names []string
	schema := a.Input.Schema()
	for _, i := range sorted(used) {
		if !within(columnSet(exprs[i]), 0, width) {
			return nil
		}
		to[i] = len(below)
		below = append(below, exprs[i])
		names = append(names, schema[i].Name)
	}
	window := tvf.Window
	time := columnAt(tvf.Input.Schema(), window.Time)
	if window.Kind == jobgraph.Session && !samePartition(window.Partition, a, w, exprs) {
		return nil
	}
	window.Time = indexOfColumn(below, time.Index)
	if window.Time < 0 {
		window.Time = len(below)
		below = append(below, time)
		names = append(names, time.Name)
	}
	partition := make([]int, len(window.Partition))
	for i, c := range window.Partition {
		partition[i] = indexOfColumn(below, c)
	}
	window.Partition, window.Start, window.End = partition, -1, -1
	in := plan.Node(tvf.Input)
	in = newFilter(in, filter)
	if !isIdentity(below, len(in.Schema())) {
		in = newProject(in, below, names)
	}
	return windowAggregate(a, w, in, to, window)
}

// indexOfColumn finds a plain reference to column c among exprs, -1 if none.
func indexOfColumn(exprs []expr.Expr, c int) int {
	for i, e := range exprs {
		if x, ok := e.(*expr.Column); ok && x.Index == c {
			return i
		}
	}
	return -1
}

// samePartition reports that a session function's PARTITION BY are exactly the
// other group keys.
func samePartition(partition []int, a *plan.Aggregate, w *windowColumns, exprs []expr.Expr) bool {
	keys := make(map[int]bool)
	for _, k := range a.Keys {
		if w.has(k) {
			continue
		}
		c, ok := exprs[k].(*expr.Column)
		if !ok || !contains(partition, c.Index) {
			return false
		}
		keys[c.Index] = true
	}
	return len(keys) == len(partition)
}

// peelToTVF composes the filters and projections above a window function.
func peelToTVF(n plan.Node) (tvf *plan.WindowTVF, filter expr.Expr, exprs []expr.Expr) {
	base, filter, exprs := peel(n)
	tvf, _ = base.(*plan.WindowTVF)
	return tvf, filter, exprs
}

// peel takes the filters and projections off n: n is the projection exprs of
// the rows of base that pass filter.
func peel(n plan.Node) (base plan.Node, filter expr.Expr, exprs []expr.Expr) {
	switch n := n.(type) {
	case *plan.Project:
		base, filter, inner := peel(n.Input)
		if mergeable(n.Exprs, inner) {
			return base, filter, substituteAll(n.Exprs, inner)
		}
	case *plan.Filter:
		base, filter, inner := peel(n.Input)
		if mergeable([]expr.Expr{n.Cond, n.Cond}, inner) {
			return base, and(filter, substitute(n.Cond, inner)), inner
		}
	}
	return n, nil, columnsOf(n.Schema())
}

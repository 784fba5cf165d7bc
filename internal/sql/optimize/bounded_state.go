package optimize

import (
	"math"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// Flink keeps the state of regular joins and aggregates for ever. Where a key (or a
// row) is tied to event time, nothing comes for it behind some watermark, so that it
// can be forgotten. See docs/planner.md for the proof.
//
// timeBound says of a column: a change whose value is v comes only while the
// watermark is below v + add, if it is not late. proved: no late ones come, since an
// operator before has dropped them.
type timeBound struct {
	add    int64  // ms
	format string // the column is text made by DATE_FORMAT
	proved bool
	// sources are the tables whose watermarks the bound goes by.
	sources map[*plan.Physical]bool
}

// boundState gives regular joins and aggregates the times at which their state is
// final.
func (p *planner) boundState() {
	if !p.o.Streaming || p.o.BoundedState == "NONE" || !p.eventTime {
		return
	}
	b := &stateBounds{p: p, of: make(map[*plan.Physical]map[int]timeBound)}
	for _, n := range p.nodes {
		if columns := b.columns(n); len(columns) > 0 {
			b.of[n] = columns
		}
	}
}

type stateBounds struct {
	p  *planner
	of map[*plan.Physical]map[int]timeBound
}

// usable reports a bound that may end state.
func (b *stateBounds) usable(t timeBound) bool { return t.proved || b.p.o.BoundedState == "FORCE" }

// columns finds the bounded columns of a node's output, and bounds its state.
func (b *stateBounds) columns(n *plan.Physical) map[int]timeBound {
	in := func(k int) map[int]timeBound { return b.of[n.Inputs[k].Node] }
	switch spec := n.Spec.(type) {
	case *jobgraph.Scan:
		if spec.Watermark != nil {
			return map[int]timeBound{spec.Watermark.Rowtime: {sources: map[*plan.Physical]bool{n: true}}}
		}
	case *jobgraph.Calc:
		return calcBounds(spec, n, in(0))
	case *jobgraph.WindowTVF:
		return tvfBounds(spec.Window, n, in(0))
	case *jobgraph.WindowAgg:
		return b.windowResults(n, spec)
	case *jobgraph.WindowRank:
		return b.dropsLate(n, spec.WindowEnd, -1)
	case *jobgraph.WindowJoin:
		return b.windowJoined(n, spec)
	case *jobgraph.Over:
		if spec.Time >= 0 && !spec.Proctime {
			return b.dropsLate(n, spec.Time, 0)
		}
	case *jobgraph.Sort:
		if spec.Time >= 0 {
			return b.dropsLate(n, spec.Time, 0)
		}
	case *jobgraph.GroupAgg:
		return b.group(n, spec, in(0))
	case *jobgraph.Join:
		if !spec.NullAware {
			return b.join(n, spec)
		}
	case nil:
		return unionBounds(n, b.of)
	}
	return nil
}

// sourcesBelow are the scans that n's watermarks come from.
func (b *stateBounds) sourcesBelow(n *plan.Physical) map[*plan.Physical]bool {
	out := make(map[*plan.Physical]bool)
	var visit func(n *plan.Physical)
	visit = func(n *plan.Physical) {
		switch n.Spec.(type) {
		case *jobgraph.Scan, *jobgraph.Values:
			out[n] = true
		}
		for _, in := range n.Inputs {
			visit(in.Node)
		}
	}
	visit(n)
	return out
}

// dropsLate is the one column by which an operator lets out rows as the watermark
// passes: none of its rows is late.
func (b *stateBounds) dropsLate(n *plan.Physical, column int, add int64) map[int]timeBound {
	if column < 0 || column >= len(n.Out) || !isTime(n.Out[column].Type) {
		return nil
	}
	return map[int]timeBound{column: {add: add + localShift(n.Out[column].Type, n), proved: true, sources: b.sourcesBelow(n)}}
}

func isTime(t types.Type) bool { return t.IsTimestamp() || t.Kind == types.Date }

// Times of windows over TIMESTAMP_LTZ are local, and so are dates and texts made of
// one: they are at most so far from UTC, with an hour for summer time.
const zoneShift = 15 * 3_600_000

// localShift is zoneShift for a TIMESTAMP that may have come from a TIMESTAMP_LTZ.
func localShift(t types.Type, n *plan.Physical) int64 {
	if t.Kind == types.TimestampLTZ || !ltzBelow(n) {
		return 0
	}
	return zoneShift
}

// ltzBelow reports a source whose rowtime is a TIMESTAMP_LTZ.
func ltzBelow(n *plan.Physical) bool {
	if s, ok := n.Spec.(*jobgraph.Scan); ok && s.Watermark != nil {
		return n.Out[s.Watermark.Rowtime].Type.Kind == types.TimestampLTZ
	}
	for _, in := range n.Inputs {
		if ltzBelow(in.Node) {
			return true
		}
	}
	return false
}

// windowResults are the properties of a window aggregate that emits at the end of
// its windows.
func (b *stateBounds) windowResults(n *plan.Physical, spec *jobgraph.WindowAgg) map[int]timeBound {
	if spec.Phase == jobgraph.LocalPhase || spec.Window.Proctime || spec.Emit.Updates() {
		return nil
	}
	out := make(map[int]timeBound)
	first := len(spec.Keys) + len(spec.Aggs)
	for i, q := range spec.Properties {
		add := int64(-1)
		switch {
		case q == jobgraph.WindowTime:
			add = 0
		case q == jobgraph.WindowStart && spec.Window.Kind != jobgraph.Session && spec.Window.Time >= 0:
			add = spec.Window.Size - 1
		case q != jobgraph.WindowEnd:
			continue
		}
		for col, t := range b.dropsLate(n, first+i, add) {
			out[col] = t
		}
	}
	return out
}

func (b *stateBounds) windowJoined(n *plan.Physical, spec *jobgraph.WindowJoin) map[int]timeBound {
	out := b.dropsLate(n, spec.LeftEnd, -1)
	if spec.Kind == jobgraph.Semi || spec.Kind == jobgraph.Anti {
		return out
	}
	for col, t := range b.dropsLate(n, len(spec.LeftSchema)+spec.RightEnd, -1) {
		if out == nil {
			out = make(map[int]timeBound)
		}
		out[col] = t
	}
	return out
}

// unionBounds are the columns that all inputs bound alike.
func unionBounds(n *plan.Physical, of map[*plan.Physical]map[int]timeBound) map[int]timeBound {
	out := make(map[int]timeBound)
	for col := range n.Out {
		var all timeBound
		ok := len(n.Inputs) > 0
		for i, in := range n.Inputs {
			t, bounded := of[in.Node][col]
			if i == 0 {
				all = t
			} else {
				ok = ok && t.format == all.format
				all = eitherBound(all, t)
			}
			ok = ok && bounded
		}
		if ok {
			out[col] = all
		}
	}
	return out
}

// eitherBound holds for changes that have one bound or the other. Where these go by
// the watermarks of several sources nothing is proved if one may fall behind.
func eitherBound(x, y timeBound) timeBound {
	out := timeBound{add: max(x.add, y.add), format: x.format, proved: x.proved && y.proved, sources: make(map[*plan.Physical]bool)}
	for _, sources := range []map[*plan.Physical]bool{x.sources, y.sources} {
		for s := range sources {
			out.sources[s] = true
		}
	}
	out.proved = out.proved && noneFallsBehind(out.sources)
	return out
}

// noneFallsBehind reports that the watermarks of the sources go together: an idle
// source does not hold back the watermark behind a join or union, and what it then
// sends is late there. One source alone cannot do that, nor can one that ends.
func noneFallsBehind(sources map[*plan.Physical]bool) bool {
	if len(sources) <= 1 {
		return true
	}
	for n := range sources {
		s, ok := n.Spec.(*jobgraph.Scan)
		if ok && (!n.Traits.Bounded || s.Watermark != nil && s.Watermark.IdleTimeout > 0) {
			return false
		}
	}
	return true
}

// group bounds a group aggregate by one of its keys.
func (b *stateBounds) group(n *plan.Physical, spec *jobgraph.GroupAgg, in map[int]timeBound) map[int]timeBound {
	out := make(map[int]timeBound)
	best := math.MaxInt
	for i, key := range spec.Keys {
		if spec.Phase == jobgraph.GlobalPhase {
			key = i
		}
		t, ok := in[key]
		if !ok {
			continue
		}
		out[i] = t
		if !b.usable(t) || best < math.MaxInt && out[best].add <= t.add {
			continue
		}
		best = i
		if spec.Phase != jobgraph.LocalPhase {
			spec.Done = &jobgraph.TimeBound{Column: key, Add: t.add, Format: t.format}
		}
	}
	if spec.Done != nil {
		b.show(n, func() string { return boundText(n.Out[best].Name, spec.Done) })
	}
	return out
}

// show adds the bound to what EXPLAIN prints.
func (b *stateBounds) show(n *plan.Physical, text func() string) {
	attrs := b.p.facts[n].attrs
	b.p.facts[n].attrs = func() []plan.Attr {
		return append(attrs(), plan.Attr{Name: "stateUntil", Value: "[" + text() + "]"})
	}
}

func boundText(column string, t *jobgraph.TimeBound) string {
	switch {
	case t.Add > 0:
		return column + " + " + period(t.Add)
	case t.Add < 0:
		return column + " - " + period(-t.Add)
	}
	return column
}

// calcBounds follows columns through a projection.
func calcBounds(spec *jobgraph.Calc, n *plan.Physical, in map[int]timeBound) map[int]timeBound {
	if spec.Project == nil || len(in) == 0 {
		return in
	}
	out := make(map[int]timeBound)
	for i, e := range spec.Project {
		if t, ok := exprBound(e, in); ok {
			out[i] = t
		}
	}
	return out
}

// tvfBounds are the windows of rows that a window function passes on as they come.
func tvfBounds(w jobgraph.Window, n *plan.Physical, in map[int]timeBound) map[int]timeBound {
	out := make(map[int]timeBound, len(in)+3)
	for col, t := range in {
		out[col] = t
	}
	t, ok := in[w.Time]
	if !ok || w.Kind == jobgraph.Session || w.Proctime {
		return out
	}
	width := len(n.Out) - 3
	start, end, time := t, t, t
	shift := localShift(n.Out[width].Type, n)
	start.add += w.Size - 1 + shift
	end.add += -1 + shift
	out[width], out[width+1], out[width+2] = start, end, time
	return out
}

// exprBound bounds an expression over bounded columns.
func exprBound(e expr.Expr, in map[int]timeBound) (timeBound, bool) {
	switch e := e.(type) {
	case *expr.Column:
		t, ok := in[e.Index]
		return t, ok
	case *expr.Call:
		if len(e.Args) == 0 {
			return timeBound{}, false
		}
		t, ok := exprBound(e.Args[0], in)
		if !ok || t.format != "" {
			return intervalBound(e, in)
		}
		return callBound(e, t, in)
	}
	return timeBound{}, false
}

// intervalBound is interval + time.
func intervalBound(e *expr.Call, in map[int]timeBound) (timeBound, bool) {
	if e.Fn != "+" || len(e.Args) != 2 || e.Args[0].Type().Kind != types.IntervalDayTime {
		return timeBound{}, false
	}
	t, ok := exprBound(e.Args[1], in)
	ms, isConst := expr.ConstantInt(e.Args[0])
	t.add -= ms
	return t, ok && isConst && t.format == ""
}

// callBound bounds a function of a time whose bound is t.
func callBound(e *expr.Call, t timeBound, in map[int]timeBound) (timeBound, bool) {
	from := e.Args[0].Type()
	local := int64(0)
	if from.Kind == types.TimestampLTZ {
		local = zoneShift
	}
	switch e.Fn {
	case "+", "-":
		ms, ok := expr.ConstantInt(e.Args[1])
		if e.Args[1].Type().Kind != types.IntervalDayTime || !ok {
			return t, false
		}
		if e.Fn == "-" {
			ms = -ms
		}
		t.add -= ms
		return t, true
	case "CAST":
		switch {
		case e.T.IsTimestamp() && e.T.Kind == from.Kind:
			t.add++ // of a lower precision: less than a ms is cut off, a second may be
			if e.T.Length < 3 {
				t.add += 999
			}
			return t, true
		case e.T.IsTimestamp() && from.IsTimestamp():
			t.add += zoneShift + 1000
			return t, true
		case e.T.Kind == types.Date && from.IsTimestamp():
			t.add += 86_400_000 - 1 + local
			return t, true
		}
	case "FLOOR", "CEIL":
		if len(e.Args) != 2 {
			return t, false
		}
		length, ok := unitLength(e.Args[1])
		if !ok {
			return t, false
		}
		if e.Fn == "FLOOR" {
			t.add += length - 1
		}
		t.add += local
		return t, true
	case "DATE_FORMAT":
		pattern, ok := e.Args[1].(*expr.Literal)
		if !ok || pattern.Value.IsNull(0) || !pattern.Type().IsCharacter() {
			return t, false
		}
		t.format = string(pattern.Value.At(0))
		length, ok := patternLength(t.format)
		t.add += length - 1 + local
		return t, ok
	}
	return t, false
}

package bind

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// overCall is an OVER call of a block.
type overCall struct {
	n         ast.Node
	call      *aggCall
	partition []expr.Expr
	order     []overKey
	frame     jobgraph.OverFrame
	column    int // of the output, once it is computed
}

// overKey is a key of ORDER BY in a window.
type overKey struct {
	x               expr.Expr
	desc, nullsLast bool
}

// rankings are the functions that only exist with OVER, and their argument counts.
var rankings = map[string]struct{ min, max int }{
	"ROW_NUMBER": {0, 0}, "RANK": {0, 0}, "DENSE_RANK": {0, 0}, "CUME_DIST": {0, 0}, "PERCENT_RANK": {0, 0},
	"NTILE": {1, 1}, "LAG": {1, 3}, "LEAD": {1, 3}, "NTH_VALUE": {2, 2},
}

func isRanking(name string) bool { _, ok := rankings[name]; return ok }

// over binds an OVER call to a placeholder.
func (b *exprBinder) over(e *ast.Call, name string) (expr.Expr, error) {
	switch {
	case b.noAggregate != "" && !strings.HasPrefix(b.noAggregate, "ORDER BY"):
		return nil, errorAt(e, "compute it in a subquery", "Windowed aggregate expression is illegal in %s", b.noAggregate)
	case b.block == nil || b.inAggregate || b.inOver:
		return nil, errorAt(e, "compute the inner one in a subquery", "Aggregate expressions cannot be nested")
	case !isAggregate(name) && !isRanking(name):
		return nil, errorAt(e, "", "OVER must be applied to aggregate function, not to %s", name)
	}
	inner := *b
	inner.inOver = true
	o := &overCall{n: e, column: -1}
	var err error
	if isRanking(name) {
		o.call, err = inner.ranking(e, name)
	} else {
		o.call, err = inner.aggregateOver(e, name)
	}
	if err != nil {
		return nil, err
	}
	if err := inner.window(o, e.Over, name); err != nil {
		return nil, err
	}
	blk := b.block
	blk.overs = append(blk.overs, o)
	return &expr.Column{Index: overBase + len(blk.overs) - 1, Name: name, T: o.call.typ}, nil
}

// aggregateOver binds an aggregate over a frame. Its arguments may have
// aggregates of the group.
func (b *exprBinder) aggregateOver(e *ast.Call, name string) (*aggCall, error) {
	c, err := b.callOver(e, name)
	if err != nil {
		return nil, err
	}
	c.nullable() // a frame may be empty
	return c, nil
}

func (b *exprBinder) callOver(e *ast.Call, name string) (*aggCall, error) {
	if err := refuseAggregateClauses(e, name); err != nil {
		return nil, err
	}
	c := &aggCall{n: e, fn: name, distinct: e.Quantifier == ast.QuantDistinct}
	var err error
	if c.args, err = b.all(e.Args); err != nil {
		return nil, err
	}
	if e.Filter != nil {
		return nil, notSupported(e, "FILTER with OVER", "use CASE WHEN … THEN x END as the argument")
	}
	if e.Star && name != "COUNT" || !e.Star && len(e.Args) == 0 {
		return nil, errorAt(e, "", "Invalid number of arguments to function '%s'. Was expecting 1 arguments", name)
	}
	return c, b.typeAggregate(e, c)
}

// ranking types ROW_NUMBER, LAG and their like.
func (b *exprBinder) ranking(e *ast.Call, name string) (*aggCall, error) {
	if err := refuseAggregateClauses(e, name); err != nil {
		return nil, err
	}
	n := rankings[name]
	if e.Star || len(e.Args) < n.min || len(e.Args) > n.max {
		return nil, errorAt(e, "", "Invalid number of arguments to function '%s'. Was expecting %d arguments", name, n.min)
	}
	if e.Quantifier == ast.QuantDistinct || e.Filter != nil {
		return nil, errorAt(e, "", "DISTINCT/ALL not allowed with %s function", name)
	}
	xs, err := b.all(e.Args)
	if err != nil {
		return nil, err
	}
	c := &aggCall{n: e, fn: name, args: xs}
	switch name {
	case "CUME_DIST", "PERCENT_RANK":
		c.typ = types.Of(types.Double).NotNull()
	case "LAG", "LEAD":
		return c, b.offsetCall(e, c)
	case "NTH_VALUE":
		return nil, notSupported(e, "NTH_VALUE", "")
	case "NTILE":
		if v, ok := expr.ConstantInt(xs[0]); !ok || v < 1 {
			return nil, errorAt(e.Args[0], "", "NTILE needs a constant number of buckets, at least 1")
		}
		c.typ = types.Of(types.BigInt).NotNull()
	default:
		c.typ = types.Of(types.BigInt).NotNull()
	}
	return c, nil
}

// offsetCall types LAG and LEAD: value, constant offset, default.
func (b *exprBinder) offsetCall(e *ast.Call, c *aggCall) error {
	c.typ = c.args[0].Type().WithoutTime().WithNull(true)
	if len(c.args) > 1 {
		if v, ok := expr.ConstantInt(expr.Fold(c.args[1], nil)); !ok || v < 0 && c.fn == "LAG" || !c.args[1].Type().IsInteger() {
			return errorAt(e.Args[1], "", "The offset of %s must be a constant whole number", c.fn)
		}
	}
	if len(c.args) > 2 {
		x, err := expr.ImplicitCast(c.args[2], c.typ.WithNull(c.args[2].Type().Nullable))
		if err != nil {
			return errorOf(e.Args[2], err)
		}
		c.args[2] = x
		c.typ.Nullable = c.args[0].Type().Nullable || x.Type().Nullable
	}
	return nil
}

// named remembers the WINDOW clause.
func (b *block) named(ws []ast.NamedWindow) error {
	b.windows = map[string]*ast.WindowSpec{}
	for _, w := range ws {
		if b.windows[w.Name.Name] != nil {
			return errorAt(w.Name, "", "Duplicate window names not allowed")
		}
		b.windows[w.Name.Name] = w.Spec
	}
	return nil
}

// flattened is a window with what it takes from the one it refers to.
func (b *exprBinder) flattened(w *ast.WindowSpec, depth int) (*ast.WindowSpec, error) {
	if w.Ref == nil {
		return w, nil
	}
	of := b.block.windows[w.Ref.Name]
	if of == nil || depth > len(b.block.windows) {
		names := make([]string, 0, len(b.block.windows))
		for n := range b.block.windows {
			names = append(names, n)
		}
		return nil, errorAt(w.Ref, didYouMean(w.Ref.Name, names), "Window '%s' not found", w.Ref.Name)
	}
	under, err := b.flattened(of, depth+1)
	if err != nil {
		return nil, err
	}
	out := *w
	if out.PartitionBy != nil && under.PartitionBy != nil {
		return nil, errorAt(w, "", "PARTITION BY not allowed with existing window reference")
	}
	if out.OrderBy != nil && under.OrderBy != nil {
		return nil, errorAt(w, "", "ORDER BY not allowed in both base and referenced windows")
	}
	if out.PartitionBy == nil {
		out.PartitionBy = under.PartitionBy
	}
	if out.OrderBy == nil {
		out.OrderBy = under.OrderBy
	}
	if out.Frame == nil {
		out.Frame = under.Frame
	}
	return &out, nil
}

// window binds PARTITION BY, ORDER BY and the frame.
func (b *exprBinder) window(o *overCall, spec *ast.WindowSpec, name string) error {
	w, err := b.flattened(spec, 0)
	if err != nil {
		return err
	}
	if o.partition, err = b.all(w.PartitionBy); err != nil {
		return err
	}
	for i := range w.OrderBy {
		s := &w.OrderBy[i]
		x, err := b.bind(s.X)
		if err != nil {
			return err
		}
		o.order = append(o.order, overKey{x, s.Desc, nullsLast(s)})
	}
	if isRanking(name) {
		if w.Frame != nil && name != "NTILE" {
			return errorAt(w.Frame, "", "ROW/RANGE not allowed with RANK, DENSE_RANK, ROW_NUMBER, PERCENTILE_CONT/DISC or LAG/LEAD functions")
		}
		if len(o.order) == 0 && name != "ROW_NUMBER" {
			return errorAt(spec, "", "RANK or DENSE_RANK functions require ORDER BY clause in window specification")
		}
		o.frame = jobgraph.OverFrame{Rows: true, UnboundedPreceding: true}
		return nil
	}
	return b.frame(o, w)
}

func (b *exprBinder) frame(o *overCall, w *ast.WindowSpec) error {
	f := w.Frame
	if f == nil {
		o.frame = jobgraph.OverFrame{UnboundedPreceding: true, UnboundedFollowing: len(o.order) == 0}
		return nil
	}
	end := ast.FrameBound{Span: f.Span, Kind: ast.CurrentRow}
	if f.End != nil {
		end = *f.End
	}
	switch {
	case f.Start.Kind == ast.UnboundedFollowing:
		return errorAt(f.Start, "", "UNBOUNDED FOLLOWING cannot be specified for the lower frame boundary")
	case end.Kind == ast.UnboundedPreceding:
		return errorAt(end, "", "UNBOUNDED PRECEDING cannot be specified for the upper frame boundary")
	case !f.Rows && len(o.order) > 1 && (f.Start.Offset != nil || end.Offset != nil):
		return errorAt(f, "", "RANGE clause cannot be used with compound ORDER BY clause")
	case !f.Rows && len(o.order) == 0 && (f.Start.Offset != nil || end.Offset != nil):
		return errorAt(f, "", "Window specification must contain an ORDER BY clause")
	}
	out := jobgraph.OverFrame{Rows: f.Rows, UnboundedPreceding: f.Start.Kind == ast.UnboundedPreceding, UnboundedFollowing: end.Kind == ast.UnboundedFollowing}
	from, err := b.frameOffset(&f.Start, f.Rows, o)
	if err != nil {
		return err
	}
	to, err := b.frameOffset(&end, f.Rows, o)
	if err != nil {
		return err
	}
	if !out.UnboundedPreceding && !out.UnboundedFollowing && from > to {
		return errorAt(f, "", "The frame ends before it starts")
	}
	out.Preceding, out.Following = -from, to
	o.frame = out
	return nil
}

// frameOffset is a bound relative to the current row, negative before it.
func (b *exprBinder) frameOffset(bd *ast.FrameBound, rows bool, o *overCall) (int64, error) {
	if bd.Offset == nil {
		return 0, nil
	}
	var v int64
	x, err := b.bind(bd.Offset)
	if err != nil {
		return 0, err
	}
	t := x.Type()
	v, ok := expr.ConstantInt(expr.Fold(x, nil))
	switch {
	case !ok || v < 0:
		return 0, errorAt(bd.Offset, "", "The bound of a frame must be a constant that is not negative")
	case rows && !t.IsInteger():
		return 0, errorAt(bd.Offset, "", "ROWS value must be a non-negative integral constant")
	case !rows:
		key := o.order[0].x.Type()
		if t.IsInterval() != key.IsTemporal() || t.Kind == types.IntervalYearMonth || !t.IsInterval() && !key.IsInteger() {
			return 0, errorAt(bd.Offset, "", "Data type of ORDER BY prohibits use of RANGE clause: it is %s and the bound is %s", key.WithoutTime(), t)
		}
	}
	if bd.Kind == ast.Preceding {
		return -v, nil
	}
	return v, nil
}

// parts lists the expressions of the call, to be moved onto other rows.
func (o *overCall) parts() []*expr.Expr {
	var xs []*expr.Expr
	for i := range o.call.args {
		xs = append(xs, &o.call.args[i])
	}
	for i := range o.partition {
		xs = append(xs, &o.partition[i])
	}
	for i := range o.order {
		xs = append(xs, &o.order[i].x)
	}
	return xs
}

func (o *overCall) sameWindow(p *overCall) bool {
	return sameAll(o.partition, p.partition) && slices.EqualFunc(o.order, p.order, func(a, b overKey) bool {
		return equal(a.x, b.x) && a.desc == b.desc && a.nullsLast == b.nullsLast
	})
}

// windowed puts the OVER calls on the block, one relation for the calls of the
// same window.
func (b *block) windowed() error {
	for i, o := range b.overs {
		if o.column >= 0 {
			continue
		}
		group := []*overCall{o}
		for _, p := range b.overs[i+1:] {
			if p.column < 0 && o.sameWindow(p) {
				group = append(group, p)
			}
		}
		b.putOver(group)
	}
	if len(b.overs) == 0 {
		return nil
	}
	s := b.node.Schema()
	return b.eachLater(func(x expr.Expr) (expr.Expr, error) {
		return replace(x, func(c *expr.Column) expr.Expr {
			if base(c.Index) != overBase {
				return nil
			}
			return columnOf(s, b.overs[c.Index-overBase].column)
		}), nil
	})
}

func (b *block) putOver(group []*overCall) {
	p := newProjector(b.node).identity()
	n := &plan.Over{}
	first := group[0]
	for _, x := range first.partition {
		n.Partition = append(n.Partition, p.add(x))
	}
	for _, k := range first.order {
		n.Order = append(n.Order, jobgraph.SortKey{Column: p.add(k.x), Descending: k.desc, NullsLast: k.nullsLast})
	}
	for i, o := range group {
		if o.call.name == "" {
			o.call.name = "w0$o" + itoa(i)
		}
		n.Calls = append(n.Calls, jobgraph.OverCall{AggCall: o.call.jobCall(p), Frame: o.frame})
	}
	n.Input = p.node()
	n.Out = append(types.Schema(nil), n.Input.Schema()...)
	taken := map[string]bool{}
	for _, f := range n.Out {
		taken[f.Name] = true
	}
	for i, o := range group {
		o.column = len(n.Out)
		name := unique(o.call.name, taken)
		n.Calls[i].Name = name
		n.Out = append(n.Out, types.Field{Name: name, Type: o.call.typ})
	}
	b.node = n
}

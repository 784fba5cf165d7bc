package bind

import (
	"slices"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// grouping is a GROUP BY clause.
type grouping struct {
	n    ast.Node // the clause
	keys []expr.Expr
	// sets are the GROUPING SETS as positions in keys; nil for one set of all keys.
	sets [][]int
	// window is a legacy group window, at most one.
	window *groupWindow
}

// maxGroupingSets bounds what CUBE and combinations of sets can ask for.
const maxGroupingSets = 1024

// bindGroupBy binds the clause and expands CUBE, ROLLUP and GROUPING SETS.
func (b *block) bindGroupBy(g *ast.GroupBy) error {
	b.grouping = &grouping{n: g}
	sets := [][]int{nil}
	plain := true
	for _, it := range g.Items {
		plain = plain && it.Kind == ast.GroupExpr
		s, err := b.groupSets(&it)
		if err != nil {
			return err
		}
		if len(sets)*len(s) > maxGroupingSets {
			return errorAt(it, "", "GROUP BY makes more than %d grouping sets", maxGroupingSets)
		}
		var next [][]int
		for _, a := range sets {
			for _, c := range s {
				next = append(next, union(a, c))
			}
		}
		sets = next
	}
	if plain {
		return nil
	}
	if g.Distinct {
		sets = distinctSets(sets)
	}
	if len(sets) == 1 && len(sets[0]) == len(b.grouping.keys) {
		return nil
	}
	if b.grouping.window != nil {
		return notSupported(g, "A group window together with GROUPING SETS", "use a window table-valued function")
	}
	b.grouping.sets = sets
	return nil
}

// groupSets lists the grouping sets of one item, adding its keys.
func (b *block) groupSets(it *ast.GroupItem) ([][]int, error) {
	switch it.Kind {
	case ast.GroupExpr:
		k, err := b.groupKey(it.X)
		if err != nil {
			return nil, err
		}
		if k < 0 { // a group window, or a constant
			return [][]int{nil}, nil
		}
		return [][]int{{k}}, nil
	case ast.GroupSets:
		var out [][]int
		for i := range it.Items {
			s, err := b.groupSets(&it.Items[i])
			if err != nil {
				return nil, err
			}
			out = append(out, s...)
		}
		return out, nil
	}
	var parts [][]int // of SET, CUBE and ROLLUP: each item is one unit
	for i := range it.Items {
		s, err := b.groupSets(&it.Items[i])
		if err != nil {
			return nil, err
		}
		parts = append(parts, s[0])
	}
	switch it.Kind {
	case ast.GroupSet:
		return [][]int{union(parts...)}, nil
	case ast.GroupRollup:
		out := make([][]int, 0, len(parts)+1)
		for n := len(parts); n >= 0; n-- {
			out = append(out, union(parts[:n]...))
		}
		return distinctSets(out), nil // only GROUPING SETS may repeat a set
	}
	if len(parts) > 10 {
		return nil, errorAt(it, "", "CUBE of %d elements makes more than %d grouping sets", len(parts), maxGroupingSets)
	}
	return distinctSets(cube(parts)), nil
}

// cube lists all subsets, the full one first.
func cube(parts [][]int) [][]int {
	var out [][]int
	for mask := 1<<len(parts) - 1; mask >= 0; mask-- {
		var s []int
		for i, p := range parts {
			if mask&(1<<(len(parts)-1-i)) != 0 {
				s = union(s, p)
			}
		}
		out = append(out, s)
	}
	return out
}

// union joins sorted sets.
func union(sets ...[]int) []int {
	var out []int
	for _, s := range sets {
		out = append(out, s...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func distinctSets(sets [][]int) [][]int {
	var out [][]int
	for _, s := range sets {
		if !slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// groupKey binds one grouping expression and returns its position among the
// keys, -1 if it is none.
func (b *block) groupKey(e ast.Expr) (int, error) {
	if c, ok := e.(*ast.Call); ok && c.Over == nil && len(c.Name.Parts) == 1 && isGroupWindow(upper(c.Name)) {
		return -1, b.bindGroupWindow(c, upper(c.Name))
	}
	eb := &exprBinder{query: b.query, scope: b.scope, block: b, noAggregate: "GROUP BY clause"}
	x, err := eb.bind(e)
	if err != nil {
		return 0, err
	}
	for i, k := range b.grouping.keys {
		if equal(k, x) {
			return i, nil
		}
	}
	b.grouping.keys = append(b.grouping.keys, x)
	return len(b.grouping.keys) - 1, nil
}

// isGrouped reports whether the block aggregates.
func (b *block) isGrouped() bool { return b.grouping != nil || len(b.aggs) > 0 }

// group puts the aggregate on the block and moves what follows onto its output.
func (b *block) group() error {
	if b.grouping == nil {
		b.grouping = &grouping{}
	}
	g := b.grouping
	for _, x := range b.groupInputs() {
		if err := b.attach(*x); err != nil {
			return err
		}
		*x = b.settled(*x)
	}
	p := newProjector(b.node)
	agg := &plan.Aggregate{Sets: g.sets, TTL: b.ttl.of(b.scope)}
	for _, k := range g.keys {
		agg.Keys = append(agg.Keys, p.add(k))
	}
	for i, c := range b.aggs {
		if c.name == "" {
			c.name = "$f" + itoa(len(g.keys)+i)
		}
		agg.Calls = append(agg.Calls, c.jobCall(p))
	}
	if len(agg.Keys)+len(agg.Calls) == 0 {
		// Of SELECT 1 … GROUP BY () only the number of rows matters, and that there is one.
		agg.Calls = []jobgraph.AggCall{{Fn: "COUNT", Filter: -1, Type: types.Of(types.BigInt).NotNull(), Name: "$rows"}}
	}
	if w := g.window; w != nil {
		agg.Group, agg.Properties = b.windowOf(w, p), w.properties
	}
	agg.Input = p.node()
	agg.Out = b.groupSchema(agg)
	if err := b.checkSlices(agg); err != nil {
		return err
	}
	b.node = agg
	return b.eachLater(b.regroup(agg))
}

// checkSlices refuses hopping windows that cannot be cut into slices, as Flink
// does in streaming mode.
func (b *block) checkSlices(agg *plan.Aggregate) error {
	if !b.Streaming || !groupsByWindow(agg) {
		return nil
	}
	for _, k := range agg.Keys {
		o := windowColumn(agg.Input, k)
		if o.property == startColumn && o.tvf.Window.Kind == jobgraph.Hop && o.tvf.Window.Size%o.tvf.Window.Slide != 0 {
			return errorAt(b.grouping.n, "", "HOP table function based aggregate requires size must be an integral multiple of slide, but got size %d ms and slide %d ms",
				o.tvf.Window.Size, o.tvf.Window.Slide)
		}
	}
	return nil
}

// groupInputs lists what is computed before the aggregate.
func (b *block) groupInputs() []*expr.Expr {
	var xs []*expr.Expr
	for i := range b.grouping.keys {
		xs = append(xs, &b.grouping.keys[i])
	}
	for _, c := range b.aggs {
		for i := range c.args {
			xs = append(xs, &c.args[i])
		}
		if c.filter != nil {
			xs = append(xs, &c.filter)
		}
	}
	return xs
}

// groupSchema is the output of the aggregate: keys, grouping id, calls, properties.
func (b *block) groupSchema(agg *plan.Aggregate) types.Schema {
	in := agg.Input.Schema()
	taken := map[string]bool{}
	var out types.Schema
	add := func(name string, t types.Type) {
		out = append(out, types.Field{Name: unique(name, taken), Type: t})
	}
	windowed := groupsByWindow(agg)
	for _, k := range agg.Keys {
		t := in[k].Type
		if !windowed || t.Time == types.NoTime || windowColumn(agg.Input, k).property != timeColumn {
			t = t.WithoutTime()
		}
		if agg.Sets != nil && !inEverySet(agg.Sets, slices.Index(agg.Keys, k)) {
			t.Nullable = true
		}
		add(in[k].Name, t)
	}
	if agg.Sets != nil {
		add("$e", types.Of(types.BigInt).NotNull())
	}
	for _, c := range agg.Calls {
		add(c.Name, c.Type)
	}
	for _, prop := range agg.Properties {
		add(propertyName(prop), b.grouping.window.propertyType(prop))
	}
	return out
}

// overNothing reports whether there is a group even if there are no rows.
func (g *grouping) overNothing() bool {
	return g == nil || g.window == nil && (len(g.keys) == 0 || hasEmptySet(g.sets))
}

func inEverySet(sets [][]int, key int) bool {
	for _, s := range sets {
		if !slices.Contains(s, key) {
			return false
		}
	}
	return true
}

func hasEmptySet(sets [][]int) bool {
	return slices.ContainsFunc(sets, func(s []int) bool { return len(s) == 0 })
}

// regroup returns the function that moves an expression from the row of FROM
// onto the output of the aggregate.
func (b *block) regroup(agg *plan.Aggregate) func(expr.Expr) (expr.Expr, error) {
	g := b.grouping
	calls := len(g.keys)
	if agg.Sets != nil {
		calls++
	}
	var move func(x expr.Expr) (expr.Expr, error)
	move = func(x expr.Expr) (expr.Expr, error) {
		for i, k := range g.keys {
			if equal(k, x) {
				return columnOf(agg.Out, i), nil
			}
		}
		switch x := x.(type) {
		case *expr.Column:
			switch base(x.Index) {
			case 0:
				return nil, b.notGrouped(x)
			case aggBase:
				return columnOf(agg.Out, calls+x.Index-aggBase), nil
			case auxBase:
				return b.auxs[x.Index-auxBase].over(b, agg)
			}
			return x, nil
		case *expr.Field:
			y, err := move(x.X)
			if err != nil {
				return nil, err
			}
			return &expr.Field{X: y, Index: x.Index, T: x.T}, nil
		case *expr.Call:
			c := *x
			c.Args = make([]expr.Expr, len(x.Args))
			for i, a := range x.Args {
				var err error
				if c.Args[i], err = move(a); err != nil {
					return nil, err
				}
				// A key that some grouping sets leave out is NULL there.
				c.T.Nullable = c.T.Nullable || c.Args[i].Type().Nullable && !a.Type().Nullable
			}
			return &c, nil
		}
		return x, nil
	}
	return move
}

func (b *block) notGrouped(c *expr.Column) error {
	n := b.origins[c]
	if n == nil {
		return errorAt(ast.Span{}, "", "Expression '%s' is not being grouped", c.Name)
	}
	if _, star := n.(*ast.Star); star {
		return errorAt(n, "name the columns to group by instead of *", "Expression '%s' is not being grouped", c.Name)
	}
	return errorAt(n, "add it to GROUP BY, or aggregate it, for example MAX("+b.text(n)+")", "Expression '%s' is not being grouped", b.text(n))
}

// eachLater applies f to everything that is computed after the aggregate.
func (b *block) eachLater(f func(expr.Expr) (expr.Expr, error)) error {
	for _, x := range b.later() {
		y, err := f(*x)
		if err != nil {
			return err
		}
		*x = y
	}
	return nil
}

// later lists the expressions of the stages behind GROUP BY.
func (b *block) later() []*expr.Expr {
	var xs []*expr.Expr
	for i := range b.items {
		xs = append(xs, &b.items[i].x)
	}
	for i := range b.order {
		if b.order[i].x != nil {
			xs = append(xs, &b.order[i].x)
		}
	}
	for _, list := range [][]conjunct{b.having, b.qualify} {
		for i := range list {
			if list[i].x != nil {
				xs = append(xs, &list[i].x)
			}
		}
	}
	for _, s := range b.subs {
		if !s.attached {
			for i := range s.conds {
				xs = append(xs, &s.conds[i])
			}
		}
	}
	for _, o := range b.overs {
		xs = append(xs, o.parts()...)
	}
	return xs
}

// auxiliary is a placeholder for what only an aggregate knows: a property of
// its group window, or which grouping set a row is of.
type auxiliary struct {
	n        ast.Node
	property jobgraph.WindowProperty
	// grouping holds the arguments of GROUPING(…); nil for a property.
	grouping []expr.Expr
}

// over is the placeholder's value over the output of the aggregate.
func (a *auxiliary) over(b *block, agg *plan.Aggregate) (expr.Expr, error) {
	if a.grouping == nil {
		at := slices.Index(agg.Properties, a.property)
		return columnOf(agg.Out, len(agg.Out)-len(agg.Properties)+at), nil
	}
	return b.groupingBits(a, agg)
}

func isGrouping(name string) bool {
	return name == "GROUPING" || name == "GROUPING_ID" || name == "GROUP_ID"
}

// grouping binds GROUPING(a, …) and GROUPING_ID(a, …) to a placeholder.
func (b *exprBinder) grouping(e *ast.Call, name string) (expr.Expr, error) {
	if b.block == nil || b.block.grouping == nil || b.noAggregate != "" || b.inAggregate {
		return nil, errorAt(e, "", "%s operator may only occur in an aggregate query", name)
	}
	if name == "GROUP_ID" {
		return b.groupID(e)
	}
	xs, err := b.all(e.Args)
	if err != nil {
		return nil, err
	}
	if len(xs) == 0 || len(xs) > 31 {
		return nil, errorAt(e, "", "%s takes 1 to 31 arguments", name)
	}
	for i, x := range xs {
		if !slices.ContainsFunc(b.block.grouping.keys, func(k expr.Expr) bool { return equal(k, x) }) {
			return nil, errorAt(e.Args[i], "", "Argument to %s operator must be a grouped expression", name)
		}
	}
	b.block.auxs = append(b.block.auxs, &auxiliary{n: e, grouping: xs})
	return &expr.Column{Index: auxBase + len(b.block.auxs) - 1, Name: name, T: types.Of(types.BigInt).NotNull()}, nil
}

// groupingBits computes, from the grouping id, a number with a bit per
// argument: 1 if the row's grouping set leaves it out. (In the id the first key
// is the highest bit.)
func (b *block) groupingBits(a *auxiliary, agg *plan.Aggregate) (expr.Expr, error) {
	result := expr.Expr(expr.IntLit(types.BigInt, 0))
	if agg.Sets == nil {
		return result, nil
	}
	eb := &exprBinder{query: b.query}
	id := columnOf(agg.Out, len(agg.Keys))
	for i, x := range a.grouping {
		k := slices.IndexFunc(b.grouping.keys, func(k expr.Expr) bool { return equal(k, x) })
		bit := int64(1) << (len(agg.Keys) - 1 - k)
		shifted, err := eb.apply(a.n, "/", id, expr.IntLit(types.BigInt, bit))
		if err != nil {
			return nil, err
		}
		one, err := eb.apply(a.n, "%", shifted, expr.IntLit(types.BigInt, 2))
		if err != nil {
			return nil, err
		}
		weighed, err := eb.apply(a.n, "*", one, expr.IntLit(types.BigInt, 1<<(len(a.grouping)-1-i)))
		if err != nil {
			return nil, err
		}
		if result, err = eb.apply(a.n, "+", result, weighed); err != nil {
			return nil, err
		}
	}
	return result, nil
}

package optimize

import (
	"math/bits"
	"strconv"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// reorderJoins is table.optimizer.join-reorder-enabled. Inner joins that follow
// each other are joined in the order that makes the fewest rows on the way. A
// left join among them is done after them, where no inner join reads its right
// side: (a LEFT b) JOIN c = (a JOIN c) LEFT b. Joins of other kinds, over time,
// with a STATE_TTL hint or with functions that change from call to call stay
// where they are; what is below them is reordered by itself.
func reorderJoins(o *Options, n plan.Node) (plan.Node, error) {
	if !o.JoinReorder {
		return n, nil
	}
	r := &joinReorder{o: o, estimate: newEstimator(), done: make(map[plan.Node]plan.Node)}
	return r.visit(n), nil
}

type joinReorder struct {
	o        *Options
	estimate *estimator
	done     map[plan.Node]plan.Node
}

// visit reorders the joins at and below n.
func (r *joinReorder) visit(n plan.Node) plan.Node {
	if d, ok := r.done[n]; ok {
		return d
	}
	out := n
	if j, ok := n.(*plan.Join); ok && r.movable(j) {
		out = r.rebuilt(j)
	} else {
		out = r.below(n)
	}
	r.done[n] = out
	return out
}

func (r *joinReorder) below(n plan.Node) plan.Node {
	in := n.Inputs()
	next := make([]plan.Node, len(in))
	changed := false
	for i, c := range in {
		next[i] = r.visit(c)
		changed = changed || next[i] != c
	}
	if !changed {
		return n
	}
	return n.WithInputs(next)
}

// movable reports a join that may be done at another place.
func (r *joinReorder) movable(j *plan.Join) bool {
	if j.Kind != jobgraph.Inner && j.Kind != jobgraph.Left || j.Snapshot != nil || j.NullAware || j.MultiJoin || j.LeftTTL != 0 || j.RightTTL != 0 {
		return false
	}
	for _, c := range conjuncts(j.Cond) {
		if !expr.IsDeterministic(c) {
			return false
		}
	}
	return !r.overTime(j)
}

// overTime reports a join of windows, or one that compares times of both sides:
// it drops late rows, and its rows have times.
func (r *joinReorder) overTime(j *plan.Join) bool {
	if !r.o.Streaming {
		return false
	}
	if _, _, ok := windowJoinSides(j); ok {
		return true
	}
	width := len(j.Left.Schema())
	both := append(append(types.Schema(nil), j.Left.Schema()...), j.Right.Schema()...)
	for _, c := range conjuncts(j.Cond) {
		left, right := false, false
		for col := range columnSet(c) {
			if both[col].Type.Time != types.NoTime {
				left, right = left || col < width, right || col >= width
			}
		}
		if left && right {
			return true
		}
	}
	return false
}

// joinTree is a tree of movable joins taken apart. Conditions are over the
// columns of all factors, then of all outers, side by side.
type joinTree struct {
	factors []plan.Node
	outers  []plan.Node // right sides of left joins, in the order of the query
	shape   *joinShape
	conds   []expr.Expr   // of the inner joins
	on      []expr.Expr   // of the left joins
	out     []columnPlace // where the columns of the tree's result are
	// padded is the most rows that a left join below an inner one has.
	padded float64
}

// columnPlace is a column of a factor or, behind them, of an outer.
type columnPlace struct {
	outer bool
	input int
	col   int
}

// placed writes a place as a column number that survives renumbering, and back.
const (
	placeColumns = 1 << 16
	placeOuter   = 1 << 40
)

func (c columnPlace) index() int {
	i := c.input*placeColumns + c.col
	if c.outer {
		i += placeOuter
	}
	return i
}

func placeAt(i int) columnPlace {
	c := columnPlace{outer: i >= placeOuter}
	if c.outer {
		i -= placeOuter
	}
	c.input, c.col = i/placeColumns, i%placeColumns
	return c
}

// leaf is a tree that is one relation.
func (r *joinReorder) leaf(n plan.Node) *joinTree {
	n = r.visit(n)
	t := &joinTree{factors: []plan.Node{n}, shape: &joinShape{factors: 1}}
	for i := range n.Schema() {
		t.out = append(t.out, columnPlace{col: i})
	}
	return t
}

// flatten takes n apart.
func (r *joinReorder) flatten(n plan.Node) *joinTree {
	switch n := n.(type) {
	case *plan.Project:
		if cols, ok := plainColumns(n.Exprs); ok {
			if _, join := n.Input.(*plan.Join); !join {
				break
			}
			t := r.flatten(n.Input)
			out := make([]columnPlace, len(cols))
			for i, c := range cols {
				out[i] = t.out[c]
			}
			t.out = out
			return t
		}
	case *plan.Join:
		if !r.movable(n) {
			break
		}
		left := r.flatten(n.Left)
		if n.Kind == jobgraph.Left {
			return r.addOuter(n, left)
		}
		right := r.flatten(n.Right)
		width := len(n.Left.Schema())
		set := columnSet(n.Cond)
		if readsOuter(left, set, 0) {
			left = r.leaf(n.Left)
		}
		if readsOuter(right, set, width) {
			right = r.leaf(n.Right)
		}
		if len(left.factors)+len(right.factors) > 60 || len(left.outers)+len(right.outers) > 60 {
			left, right = r.leaf(n.Left), r.leaf(n.Right)
		}
		t := merge(left, right, n.Cond)
		for side, in := range []*joinTree{left, right} {
			if len(in.outers) > 0 {
				t.padded = max(t.padded, in.padded, r.estimate.of(n.Inputs()[side]))
			}
		}
		return t
	}
	return r.leaf(n)
}

// addOuter adds the right side of a left join.
func (r *joinReorder) addOuter(n *plan.Join, t *joinTree) *joinTree {
	right := r.visit(n.Right)
	at := len(t.outers)
	t.outers = append(t.outers, right)
	for i := range right.Schema() {
		t.out = append(t.out, columnPlace{outer: true, input: at, col: i})
	}
	t.on = append(t.on, placedIn(n.Cond, t.out))
	return t
}

// plainColumns are the columns that a projection passes on, if it does nothing else.
func plainColumns(exprs []expr.Expr) ([]int, bool) {
	out := make([]int, len(exprs))
	for i, e := range exprs {
		c, ok := e.(*expr.Column)
		if !ok {
			return nil, false
		}
		out[i] = c.Index
	}
	return out, true
}

// readsOuter reports that a condition reads a column which a left join may pad.
// t's columns begin at from among the condition's.
func readsOuter(t *joinTree, set map[int]bool, from int) bool {
	for c := range set {
		if c >= from && c < from+len(t.out) && t.out[c-from].outer {
			return true
		}
	}
	return false
}

// merge puts the trees of an inner join side by side.
func merge(l, r *joinTree, cond expr.Expr) *joinTree {
	factors, outers := len(l.factors), len(l.outers)
	move := func(c columnPlace) columnPlace {
		if c.outer {
			c.input += outers
		} else {
			c.input += factors
		}
		return c
	}
	moved := func(es []expr.Expr) []expr.Expr {
		out := make([]expr.Expr, len(es))
		for i, e := range es {
			out[i] = mapColumns(e, func(c int) int { return move(placeAt(c)).index() })
		}
		return out
	}
	t := &joinTree{factors: append(append([]plan.Node(nil), l.factors...), r.factors...), outers: append(append([]plan.Node(nil), l.outers...), r.outers...)}
	t.conds = append(append([]expr.Expr(nil), l.conds...), moved(r.conds)...)
	t.on = append(append([]expr.Expr(nil), l.on...), moved(r.on)...)
	t.out = append([]columnPlace(nil), l.out...)
	for _, c := range r.out {
		t.out = append(t.out, move(c))
	}
	for _, c := range conjuncts(cond) {
		t.conds = append(t.conds, placedIn(c, t.out))
	}
	right := r.shape.shifted(factors)
	t.shape = &joinShape{left: l.shape, right: right, factors: l.shape.factors | right.factors}
	return t
}

func (s *joinShape) shifted(by int) *joinShape {
	if s == nil {
		return nil
	}
	return &joinShape{left: s.left.shifted(by), right: s.right.shifted(by), factors: s.factors << by}
}

func mapColumns(e expr.Expr, to func(int) int) expr.Expr {
	if e == nil {
		return nil
	}
	return expr.Rewrite(e, func(n expr.Expr) expr.Expr {
		if c, ok := n.(*expr.Column); ok {
			return &expr.Column{Index: to(c.Index), Name: c.Name, T: c.T}
		}
		return n
	})
}

func placedIn(e expr.Expr, out []columnPlace) expr.Expr {
	return mapColumns(e, func(c int) int { return out[c].index() })
}

// rebuilt joins the factors of the tree below j in the best order, if that is
// better than the query's.
func (r *joinReorder) rebuilt(j *plan.Join) plan.Node {
	t := r.flatten(j)
	if len(t.factors) < 3 && (len(t.factors) < 2 || len(t.outers) == 0) {
		return r.below(j)
	}
	g := r.graph(t)
	best := g.best(r.o.BushyThreshold)
	if written := g.costed(t.shape); best.cost >= written.cost*(1-1e-9) {
		if best.rows >= t.padded*(1-1e-9) {
			return r.below(j)
		}
		best = written // in the order of the query, with the left joins at the end
	}
	b := &joinBuilder{graph: g, tree: t, overTime: r.overTime}
	out := b.finish(b.build(best.shape), j.Schema())
	if out == nil {
		return r.below(j)
	}
	return out
}

// graph is the inner joins of a tree.
func (r *joinReorder) graph(t *joinTree) *joinGraph {
	g := &joinGraph{}
	for _, f := range t.factors {
		g.rows = append(g.rows, r.estimate.of(f))
		g.offsets = append(g.offsets, len(g.schema))
		g.schema = append(g.schema, f.Schema()...)
	}
	column := func(c int) int { p := placeAt(c); return g.offsets[p.input] + p.col }
	for _, c := range t.conds {
		c = mapColumns(c, column)
		if a, b, ok := equalColumns(c); ok {
			g.equate(a, b)
			continue
		}
		jc := joinCondition{cond: c, selectivity: conjunctSelectivity(c, nil)}
		_, _, fn := equality(c)
		jc.equality = fn != ""
		for col := range columnSet(c) {
			jc.factors |= 1 << g.factorOf(col)
		}
		g.conds = append(g.conds, jc)
	}
	for i := range g.classes {
		c := &g.classes[i]
		for _, col := range c.columns {
			f := g.factorOf(col)
			d, ok := r.estimate.distinct(t.factors[f], col-g.offsets[f])
			if !ok {
				d = -1
			}
			c.distinct = append(c.distinct, d)
		}
	}
	return g
}

// equalColumns reports an equality of two columns from which others follow: if a
// equals b, and b equals c, a equals c. That is so for columns of one type.
func equalColumns(e expr.Expr) (a, b int, ok bool) {
	l, r, fn := equality(e)
	x, ok1 := l.(*expr.Column)
	y, ok2 := r.(*expr.Column)
	if fn != "=" || !ok1 || !ok2 || !x.T.WithoutTime().EqualIgnoringNull(y.T.WithoutTime()) {
		return 0, 0, false
	}
	switch x.T.Kind {
	case types.Float, types.Double, types.Row, types.Array, types.Map, types.Multiset:
		return 0, 0, false
	}
	return x.Index, y.Index, true
}

// equate puts two columns into one class.
func (g *joinGraph) equate(a, b int) {
	find := func(col int) int {
		for i, c := range g.classes {
			if contains(c.columns, col) {
				return i
			}
		}
		g.classes = append(g.classes, columnClass{columns: []int{col}})
		return len(g.classes) - 1
	}
	x, y := find(a), find(b)
	if x == y {
		return
	}
	if y < x {
		x, y = y, x
	}
	g.classes[x].columns = append(g.classes[x].columns, g.classes[y].columns...)
	g.classes = append(g.classes[:y], g.classes[y+1:]...)
}

// joinBuilder makes relations of a shape. failed: a join would be one over time.
type joinBuilder struct {
	graph    *joinGraph
	tree     *joinTree
	overTime func(*plan.Join) bool
	failed   bool
}

// built is a relation with the place of each of its columns.
type built struct {
	node    plan.Node
	columns []int // as columnPlace.index
	factors uint64
}

func (b *joinBuilder) build(s *joinShape) built {
	if s.left == nil {
		return b.factor(bits.TrailingZeros64(s.factors))
	}
	l, r := b.build(s.left), b.build(s.right)
	var conds []expr.Expr
	for _, c := range b.graph.classes {
		x, y := b.member(c, l.factors), b.member(c, r.factors)
		if x < 0 || y < 0 {
			continue
		}
		eq, err := call("=", columnAt(b.graph.schema, x), columnAt(b.graph.schema, y))
		b.failed = b.failed || err != nil
		conds = append(conds, eq)
	}
	for _, c := range b.graph.conds {
		if c.factors&^s.factors == 0 && c.factors&^l.factors != 0 && c.factors&^r.factors != 0 {
			conds = append(conds, c.cond)
		}
	}
	return b.join(jobgraph.Inner, l, r, and(conds...), b.place)
}

// factor is a factor with the conditions that follow for it alone.
func (b *joinBuilder) factor(f int) built {
	g, one := b.graph, uint64(1)<<f
	var conds []expr.Expr
	for _, c := range g.classes {
		first := b.member(c, one)
		for _, col := range c.columns {
			if first >= 0 && col != first && g.factorOf(col) == f {
				eq, err := call("=", columnAt(g.schema, first), columnAt(g.schema, col))
				b.failed = b.failed || err != nil
				conds = append(conds, eq)
			}
		}
	}
	for _, c := range g.conds {
		if c.factors == one || c.factors == 0 && f == 0 {
			conds = append(conds, c.cond)
		}
	}
	out := built{factors: one}
	for i := range b.tree.factors[f].Schema() {
		out.columns = append(out.columns, columnPlace{input: f, col: i}.index())
	}
	for i, c := range conds {
		conds[i] = mapColumns(c, func(col int) int { return col - g.offsets[f] })
	}
	out.node = newFilter(b.tree.factors[f], conds...)
	return out
}

// member is a class's first column in a set of factors, -1 if there is none.
func (b *joinBuilder) member(c columnClass, factors uint64) int {
	for _, col := range c.columns {
		if factors>>b.graph.factorOf(col)&1 != 0 {
			return col
		}
	}
	return -1
}

// place writes a column of the graph as a place.
func (b *joinBuilder) place(col int) int {
	f := b.graph.factorOf(col)
	return columnPlace{input: f, col: col - b.graph.offsets[f]}.index()
}

// join puts two relations together. cond is over columns that place turns into
// places; nil leaves them.
func (b *joinBuilder) join(kind jobgraph.JoinKind, l, r built, cond expr.Expr, place func(int) int) built {
	out := built{columns: append(append([]int(nil), l.columns...), r.columns...), factors: l.factors | r.factors}
	at := make(map[int]int, len(out.columns))
	for i, c := range out.columns {
		at[c] = i
	}
	raw := beside(l.node.Schema(), r.node.Schema(), false) // the condition sees rows before they are padded
	j := &plan.Join{Left: l.node, Right: r.node, Kind: kind, Out: beside(l.node.Schema(), r.node.Schema(), kind == jobgraph.Left)}
	if cond != nil {
		j.Cond = expr.Rewrite(cond, func(n expr.Expr) expr.Expr {
			if c, ok := n.(*expr.Column); ok {
				i := at[place(c.Index)]
				return &expr.Column{Index: i, Name: raw[i].Name, T: c.T}
			}
			return n
		})
	}
	b.failed = b.failed || b.overTime(j)
	out.node = j
	return out
}

// beside is the schema of a join, with distinct names.
func beside(l, r types.Schema, padded bool) types.Schema {
	taken := make(map[string]bool, len(l)+len(r))
	out := append(append(types.Schema(nil), l...), r...)
	for i := range out {
		name := out[i].Name
		for k := 0; taken[out[i].Name]; k++ {
			out[i].Name = name + strconv.Itoa(k)
		}
		taken[out[i].Name] = true
		if i >= len(l) && padded {
			out[i].Type = out[i].Type.WithNull(true)
		}
	}
	return out
}

// finish adds the left joins and brings the columns into the order of out. It is
// nil if that cannot be done.
func (b *joinBuilder) finish(inner built, out types.Schema) plan.Node {
	for i, n := range b.tree.outers {
		right := built{node: n}
		for c := range n.Schema() {
			right.columns = append(right.columns, columnPlace{outer: true, input: i, col: c}.index())
		}
		inner = b.join(jobgraph.Left, inner, right, b.tree.on[i], func(c int) int { return c })
	}
	if b.failed {
		return nil
	}
	at := make(map[int]int, len(inner.columns))
	for i, c := range inner.columns {
		at[c] = i
	}
	schema := inner.node.Schema()
	exprs := make([]expr.Expr, len(b.tree.out))
	for i, c := range b.tree.out {
		exprs[i] = columnAt(schema, at[c.index()])
	}
	return &plan.Project{Input: inner.node, Exprs: exprs, Out: out}
}

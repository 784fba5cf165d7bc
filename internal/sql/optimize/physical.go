package optimize

import (
	"fmt"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// planner builds the physical plan of one job. Nodes are made inputs first, so
// nodes is in topological order. Until the changelog is settled, Traits.Changes
// says which changes a node could produce, update-befores among them.
type planner struct {
	o       *Options
	nodes   []*plan.Physical
	facts   map[*plan.Physical]*facts
	memo    map[string]*plan.Physical // by digest
	digests map[plan.Node]string
	sources map[string]*source // by table
	sinks   []*sinkPlan
	// eventTime says that some operator of the job waits for watermarks.
	eventTime bool
	estimate  *estimator
}

// facts are what the planner knows of a node beyond plan.Physical.
type facts struct {
	// hash are the columns by which the rows are spread over the subtasks, nil if
	// that is not known. single: one subtask has all rows.
	hash   []int
	single bool
	// attrs gives the arguments for EXPLAIN once the changelog is settled.
	attrs func() []plan.Attr
	// monotonic are the columns that only grow (1) or only shrink (-1) with the
	// updates of an upsert key.
	monotonic map[int]int
	table     string // a sink's or source's table
}

func newPlanner(o *Options) *planner {
	return &planner{
		o:       o,
		facts:   make(map[*plan.Physical]*facts),
		memo:    make(map[string]*plan.Physical),
		digests: make(map[plan.Node]string),
		sources: make(map[string]*source),

		estimate: newEstimator(),
	}
}

func (p *planner) plan(roots []plan.Node) ([]*plan.Physical, error) {
	p.eventTime = p.o.Streaming && (p.o.UnusedWatermarks == "KEEP" || p.o.BoundedState == "FORCE" || usesEventTime(roots))
	if err := p.gatherSources(roots); err != nil {
		return nil, err
	}
	out := make([]*plan.Physical, len(roots))
	for i, r := range roots {
		n, err := p.convert(r)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	if err := p.checkProcesses(); err != nil {
		return nil, err
	}
	if err := p.checkDeltaJoins(); err != nil {
		return nil, err
	}
	p.boundState()
	if err := p.settleChangelog(); err != nil {
		return nil, err
	}
	return out, p.checkBundles()
}

// checkBundles refuses mini-batch without its bounds, where operators bundle.
func (p *planner) checkBundles() error {
	if !p.o.Streaming || !p.o.MiniBatch || !slices.ContainsFunc(p.nodes, bundles) {
		return nil
	}
	if p.o.MiniBatchLatency <= 0 {
		return connector.WithHint(fmt.Errorf("MiniBatch Latency must be greater than 0 ms."), "SET 'table.exec.mini-batch.allow-latency' = '1 s'")
	}
	if p.o.MiniBatchSize <= 0 {
		return connector.WithHint(fmt.Errorf("Key: 'table.exec.mini-batch.size' , default: -1 (fallback keys: []) must be > 0."), "SET 'table.exec.mini-batch.size' = '5000'")
	}
	return nil
}

func bundles(n *plan.Physical) bool {
	switch n.Spec.(type) {
	case *jobgraph.GroupAgg, *jobgraph.Join:
		return true
	}
	return false
}

// add registers a node.
func (p *planner) add(n *plan.Physical, f facts) *plan.Physical {
	p.nodes = append(p.nodes, n)
	p.facts[n] = &f
	bounded := true
	for _, in := range n.Inputs {
		bounded = bounded && in.Node.Traits.Bounded
	}
	if len(n.Inputs) > 0 {
		n.Traits.Bounded = bounded
	}
	return n
}

// convert returns the operator for n, with n's columns in order. Relations that
// are equal but for names share it.
func (p *planner) convert(n plan.Node) (*plan.Physical, error) {
	key := ""
	if p.o.ReuseSubPlan {
		key = p.digest(n)
		if done, ok := p.memo[key]; ok {
			return done, nil
		}
	}
	out, err := p.convertNode(n)
	if err != nil {
		return nil, err
	}
	if got, want := len(out.Out), len(n.Schema()); got != want {
		return nil, fmt.Errorf("planner: %T has %d columns where %d were planned", n, got, want)
	}
	if out.Traits.Rows == 0 {
		out.Traits.Rows = p.estimate.of(n)
	}
	if key != "" {
		p.memo[key] = out
	}
	return out, nil
}

func (p *planner) convertNode(n plan.Node) (*plan.Physical, error) {
	switch n := n.(type) {
	case *plan.Scan, *plan.Project, *plan.Filter:
		return p.convertCalc(n)
	case *plan.Values:
		return p.values(n)
	case *plan.Aggregate:
		return p.aggregate(n)
	case *plan.WindowTVF:
		return p.windowTVF(n)
	case *plan.Join:
		return p.join(n)
	case *plan.Rank:
		return p.rank(n)
	case *plan.Over:
		return p.over(n)
	case *plan.Sort:
		return p.sort(n)
	case *plan.SetOp:
		return p.union(n)
	case *plan.Expand:
		return p.expand(n)
	case *plan.Replicate:
		return p.replicate(n)
	case *plan.Unnest:
		return p.unnest(n)
	case *plan.TableFunction:
		return p.tableFunction(n)
	case *plan.Changelog:
		return p.changelog(n)
	case *plan.Match:
		return p.match(n)
	case *plan.Process:
		return p.process(n)
	case *plan.Sink:
		return p.sink(n)
	case *plan.Collect:
		return p.collect(n)
	}
	return nil, fmt.Errorf("planner: %T cannot be planned", n)
}

// convertCalc plans projections and filters, with the scan below if there is one.
func (p *planner) convertCalc(n plan.Node) (*plan.Physical, error) {
	base, filter, exprs := peel(n)
	if scan, ok := base.(*plan.Scan); ok {
		return p.scanCalc(scan, filter, exprs, n.Schema())
	}
	if base == n { // may not be merged with what is below
		in, err := p.convert(n.Inputs()[0])
		if err != nil {
			return nil, err
		}
		if f, ok := n.(*plan.Filter); ok {
			return p.calc(in, f.Cond, columnsOf(f.Schema()), n.Schema()), nil
		}
		return p.calc(in, nil, n.(*plan.Project).Exprs, n.Schema()), nil
	}
	if j, ok := base.(*plan.Join); ok {
		chain, columns, err := p.multiJoin(j)
		if err != nil {
			return nil, err
		}
		if chain != nil {
			return p.calc(chain, substitute(filter, columns), substituteAll(exprs, columns), n.Schema()), nil
		}
	}
	in, err := p.convert(base)
	if err != nil {
		return nil, err
	}
	return p.calc(in, filter, exprs, n.Schema()), nil
}

// calc is a filter and projection of in; nothing to do is in itself.
func (p *planner) calc(in *plan.Physical, filter expr.Expr, exprs []expr.Expr, out types.Schema) *plan.Physical {
	filter, exprs = p.propagate(filter, exprs)
	if filter == nil && isIdentity(exprs, len(in.Out)) {
		return in
	}
	node := &plan.Physical{Op: "Calc", Inputs: []plan.PhysicalInput{{Node: in}}}
	spec := &jobgraph.Calc{Filter: filter, Project: exprs}
	if isIdentity(exprs, len(in.Out)) {
		spec.Project = nil
	}
	node.Spec = spec
	node.Out = make(types.Schema, len(exprs))
	to := make([]int, len(in.Out)) // where an input column is in the output
	for i := range to {
		to[i] = -1
	}
	f := facts{monotonic: make(map[int]int), single: p.facts[in].single}
	for i, e := range exprs {
		t := out[i].Type.WithoutTime()
		if c, ok := e.(*expr.Column); ok {
			t = in.Out[c.Index].Type
			if to[c.Index] < 0 {
				to[c.Index] = i
			}
			if m := p.facts[in].monotonic[c.Index]; m != 0 {
				f.monotonic[i] = m
			}
		} else if isProctime(e) {
			t.Time = types.Proctime
		}
		node.Out[i] = types.Field{Name: out[i].Name, Type: t}
	}
	keysTo := append([]int(nil), to...)
	for i, e := range exprs {
		if c, ok := injective(e); ok && keysTo[c] < 0 {
			keysTo[c] = i
		}
	}
	node.Traits = plan.Traits{Changes: in.Traits.Changes, UpsertKeys: moveKeys(in.Traits.UpsertKeys, keysTo)}
	if h, ok := remapInts(p.facts[in].hash, to); ok && h != nil {
		f.hash = h
	}
	f.attrs = func() []plan.Attr {
		attrs := []plan.Attr{selectAttr("select", exprs, node.Out)}
		if filter != nil {
			attrs = append(attrs, conditionAttr("where", filter))
		}
		return attrs
	}
	return p.add(node, f)
}

func isProctime(e expr.Expr) bool {
	c, ok := e.(*expr.Call)
	return ok && c.Fn == "PROCTIME"
}

// moveKeys maps column sets, dropping those with a column that is gone.
func moveKeys(keys [][]int, to []int) [][]int {
	var out [][]int
	for _, k := range keys {
		if m, ok := remapInts(k, to); ok {
			out = append(out, m)
		}
	}
	return out
}

// propagate puts the constants that the filter's equalities imply into the
// projection and the other conditions.
func (p *planner) propagate(filter expr.Expr, exprs []expr.Expr) (expr.Expr, []expr.Expr) {
	conds := conjuncts(filter)
	type binding struct {
		x     expr.Expr
		value *expr.Literal
		from  int
	}
	var known []binding
	for i, c := range conds {
		if x, v := equalsConstant(c); x != nil && isPath(x) && v.Type().EqualIgnoringNull(x.Type().WithoutTime()) {
			known = append(known, binding{x, v, i})
		}
	}
	if len(known) == 0 {
		return filter, exprs
	}
	replace := func(e expr.Expr, except int) expr.Expr {
		changed := false
		out := expr.Rewrite(e, func(n expr.Expr) expr.Expr {
			for _, b := range known {
				if b.from != except && isPath(n) && expr.Equal(n, b.x) {
					changed = true
					return b.value
				}
			}
			return n
		})
		if !changed {
			return e
		}
		return keepType(expr.Fold(out, p.o.Expr), e.Type())
	}
	next := make([]expr.Expr, len(exprs))
	for i, e := range exprs {
		next[i] = e
		if _, plain := e.(*expr.Column); !plain { // a column passes for nothing
			next[i] = replace(e, -1)
		}
	}
	for i, c := range conds {
		conds[i] = replace(c, i)
	}
	return and(dropTrue(conds)...), next
}

func dropTrue(conds []expr.Expr) []expr.Expr {
	var out []expr.Expr
	for _, c := range conds {
		if !isTrue(c) {
			out = append(out, c)
		}
	}
	return out
}

// isPath reports a column or a field below one.
func isPath(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Column:
		return true
	case *expr.Field:
		return isPath(e.X)
	}
	return false
}

// ttl is how long state is kept: as a STATE_TTL hint says, or the job's option.
func (p *planner) ttl(hint time.Duration) time.Duration {
	switch {
	case hint < 0:
		return 0
	case hint > 0:
		return hint
	}
	return p.o.StateTTL
}

// hashed is the input in spread by cols; rows that already are stay where they are.
func (p *planner) hashed(in *plan.Physical, cols []int) plan.PhysicalInput {
	if len(cols) == 0 {
		return p.global(in)
	}
	if equalInts(p.facts[in].hash, cols) {
		return plan.PhysicalInput{Node: in}
	}
	return plan.PhysicalInput{Node: in, Dist: jobgraph.Hash, Keys: cols}
}

// global is the input with all rows at one subtask.
func (p *planner) global(in *plan.Physical) plan.PhysicalInput {
	if p.facts[in].single {
		return plan.PhysicalInput{Node: in}
	}
	return plan.PhysicalInput{Node: in, Dist: jobgraph.Global}
}

// arriving are the upsert keys of an input behind its exchange: the changes of
// a key keep their order only if the key holds the columns that rows are spread by.
func (p *planner) arriving(in plan.PhysicalInput) [][]int {
	keys := in.Node.Traits.UpsertKeys
	if in.Dist != jobgraph.Hash || in.Node.Traits.Changes.InsertOnly() {
		return keys
	}
	var out [][]int
	for _, k := range keys {
		if subset(in.Keys, k) {
			out = append(out, k)
		}
	}
	return out
}

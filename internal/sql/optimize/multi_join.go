package optimize

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// joinChain is a chain of inner and left joins: ((0 ⋈ 1) ⋈ 2) ⋈ …. Columns are
// those of all inputs side by side.
type joinChain struct {
	inputs []plan.Node
	ttl    []time.Duration
	starts []int // first column of each input
	links  []chainLink
	out    []int // where the columns of the chain's result are
	schema types.Schema
}

// chainLink is the join that adds the next input.
type chainLink struct {
	join *plan.Join
	cond expr.Expr
}

// multiJoin plans a chain of at least two joins by a common key as one operator,
// and gives n's columns in its output. It returns nil where there is no such chain,
// or where that is not asked for.
func (p *planner) multiJoin(n *plan.Join) (*plan.Physical, []expr.Expr, error) {
	if !p.o.Streaming || !p.o.MultiJoin && !n.MultiJoin {
		return nil, nil, nil
	}
	for depth := chainDepth(n); depth >= 2; depth-- {
		c := flattenChain(n, depth)
		keys := c.commonKey()
		if keys == nil {
			continue
		}
		node, err := p.sharedChain(n, c, keys)
		if err != nil {
			return nil, nil, err
		}
		columns := make([]expr.Expr, len(c.out))
		for i, col := range c.out {
			columns[i] = columnAt(node.Out, col)
		}
		return node, columns, nil
	}
	return nil, nil, nil
}

// sharedChain is convertChain, once for equal chains.
func (p *planner) sharedChain(n *plan.Join, c *joinChain, keys [][]int) (*plan.Physical, error) {
	if !p.o.ReuseSubPlan {
		return p.convertChain(c, keys)
	}
	key := "chain " + p.digest(n)
	if done, ok := p.memo[key]; ok {
		return done, nil
	}
	node, err := p.convertChain(c, keys)
	if err == nil {
		node.Traits.Rows = p.estimate.of(n)
		p.memo[key] = node
	}
	return node, err
}

// chained is the join below a chain's left input, nil if there is none that the
// chain may take in.
func chained(n plan.Node) *plan.Join {
	for {
		p, ok := n.(*plan.Project)
		if !ok {
			break
		}
		if _, plain := plainColumns(p.Exprs); !plain {
			return nil
		}
		n = p.Input
	}
	j, ok := n.(*plan.Join)
	if !ok || !chainable(j) {
		return nil
	}
	return j
}

func chainable(j *plan.Join) bool {
	if j.Kind != jobgraph.Inner && j.Kind != jobgraph.Left || j.Snapshot != nil || j.NullAware || comparesRowtimes(j) {
		return false
	}
	_, _, windows := windowJoinSides(j)
	return !windows
}

// chainDepth is how many joins follow each other from n down.
func chainDepth(n *plan.Join) int {
	if !chainable(n) {
		return 0
	}
	depth := 1
	for j := chained(n.Left); j != nil; j = chained(j.Left) {
		depth++
	}
	return depth
}

// flattenChain takes the upper depth joins from n down.
func flattenChain(n *plan.Join, depth int) *joinChain {
	var c *joinChain
	if depth == 1 {
		c = &joinChain{inputs: []plan.Node{n.Left}, ttl: []time.Duration{n.LeftTTL}, starts: []int{0}}
		c.schema = append(c.schema, n.Left.Schema()...)
		c.out = ascending(len(c.schema))
	} else {
		c = flattenChain(chained(n.Left), depth-1)
		c.project(n.Left)
	}
	start := len(c.schema)
	c.inputs, c.ttl, c.starts = append(c.inputs, n.Right), append(c.ttl, n.RightTTL), append(c.starts, start)
	c.schema = append(c.schema, n.Right.Schema()...)
	out := append([]int(nil), c.out...)
	for i := range n.Right.Schema() {
		out = append(out, start+i)
	}
	c.links = append(c.links, chainLink{n, mapColumns(n.Cond, func(col int) int { return out[col] })})
	c.out = out
	return c
}

// project takes over the projections of plain columns between two joins.
func (c *joinChain) project(n plan.Node) {
	p, ok := n.(*plan.Project)
	if !ok {
		return
	}
	c.project(p.Input)
	cols, _ := plainColumns(p.Exprs)
	out := make([]int, len(cols))
	for i, col := range cols {
		out[i] = c.out[col]
	}
	c.out = out
}

func (c *joinChain) inputOf(col int) int {
	in := 0
	for in+1 < len(c.starts) && c.starts[in+1] <= col {
		in++
	}
	return in
}

// commonKey finds columns of the inputs that are equal wherever rows of the chain
// meet: every join compares such a column of its right input with one of the
// inputs before. keys[i] are the columns of input i (all columns counted).
//
// Conditions between the inputs before a join do not count: those of a left join
// do not hold in all of its rows.
func (c *joinChain) commonKey() (keys [][]int) {
	var found [][][]int // per candidate and input: the columns
	for i, link := range c.links {
		input := i + 1
		next := make([][]int, len(found))
		for _, cond := range conjuncts(link.cond) {
			before, own, ok := c.equated(cond, input)
			if !ok {
				continue
			}
			known := false
			for k, f := range found {
				if contains(f[c.inputOf(before)], before) {
					next[k], known = append(next[k], own), true
				}
			}
			if !known && input == 1 {
				found = append(found, [][]int{{before}})
				next = append(next, []int{own})
			}
		}
		kept := found[:0]
		for k, f := range found {
			if len(next[k]) > 0 {
				kept = append(kept, append(f, next[k]))
			}
		}
		found = kept
	}
	if len(found) == 0 {
		return nil
	}
	keys = make([][]int, len(c.inputs))
	for _, f := range found {
		for i, cols := range f {
			keys[i] = append(keys[i], cols[0])
		}
	}
	return keys
}

// equated reads an equality of a column of an input with one of an input before.
func (c *joinChain) equated(cond expr.Expr, input int) (before, own int, ok bool) {
	l, r, fn := equality(cond)
	x, ok1 := l.(*expr.Column)
	y, ok2 := r.(*expr.Column)
	if fn != "=" || !ok1 || !ok2 {
		return 0, 0, false
	}
	before, own = min(x.Index, y.Index), max(x.Index, y.Index)
	ok = c.inputOf(own) == input && c.inputOf(before) < input && hashAlike(c.schema[before].Type, c.schema[own].Type)
	return before, own, ok
}

// convertChain plans the operator.
func (p *planner) convertChain(c *joinChain, keys [][]int) (*plan.Physical, error) {
	local := make([][]int, len(keys))
	for i, k := range keys {
		local[i] = shifted(k, -c.starts[i])
	}
	inputs, err := p.chainInputs(c, local)
	if err != nil {
		return nil, err
	}
	node := &plan.Physical{Op: "MultiJoin", Inputs: make([]plan.PhysicalInput, len(inputs))}
	spec := &jobgraph.MultiJoin{}
	node.Spec = spec
	schema, padded := types.Schema(nil), types.Schema(nil)
	for i, in := range inputs {
		node.Inputs[i] = p.hashed(in, local[i])
		spec.Inputs = append(spec.Inputs, p.joinSide(node.Inputs[i], local[i], c.ttl[i]))
		columns := append(types.Schema(nil), in.Out...)
		if i > 0 && c.links[i-1].join.Kind == jobgraph.Left {
			columns = nullableAll(columns)
		}
		schema, padded = append(schema, in.Out...), append(padded, columns...)
	}
	node.Out = withoutTime(distinctNames(padded))
	unique := p.arriving(node.Inputs[0])
	for i, link := range c.links {
		start := c.starts[i+1]
		e := splitCondition(link.cond, schema[:start], schema[start:start+len(inputs[i+1].Out)])
		unique = joinKeys(link.join.Kind, unique, p.arriving(node.Inputs[i+1]), e, start)
		spec.Kinds = append(spec.Kinds, link.join.Kind)
		spec.Conds = append(spec.Conds, c.beyondKey(i+1, keys))
		node.Traits.Changes |= p.joinChanges(link.join.Kind, inputs[0], inputs[i+1])
	}
	node.Traits.UpsertKeys = unique
	for _, in := range inputs {
		node.Traits.Changes |= in.Traits.Changes
	}
	p.add(node, facts{hash: keys[0], attrs: func() []plan.Attr { return chainAttrs(c, keys, node, spec) }})
	return node, nil
}

// chainInputs plans the inputs, with the keys declared nullable if one of them is,
// so that equal keys have equal bytes.
func (p *planner) chainInputs(c *joinChain, keys [][]int) ([]*plan.Physical, error) {
	inputs := make([]*plan.Physical, len(c.inputs))
	nullable := make([]bool, len(keys[0]))
	for i, in := range c.inputs {
		node, err := p.convert(in)
		if err != nil {
			return nil, err
		}
		inputs[i] = node
		for k, col := range keys[i] {
			nullable[k] = nullable[k] || node.Out[col].Type.Nullable
		}
	}
	for i, in := range inputs {
		wide := append(types.Schema(nil), in.Out...)
		for k, col := range keys[i] {
			wide[col].Type.Nullable = wide[col].Type.Nullable || nullable[k]
		}
		inputs[i] = p.declared(in, wide)
	}
	return inputs, nil
}

// beyondKey is the condition of the join that adds an input, without what the
// common key says already: equalities of its key with that of an input which is
// never padded.
func (c *joinChain) beyondKey(input int, keys [][]int) expr.Expr {
	var rest []expr.Expr
	for _, cond := range conjuncts(c.links[input-1].cond) {
		before, own, ok := c.equated(cond, input)
		if ok {
			other := c.inputOf(before)
			k := slices.Index(keys[input], own)
			if k >= 0 && keys[other][k] == before && (other == 0 || c.links[other-1].join.Kind == jobgraph.Inner) {
				continue
			}
		}
		rest = append(rest, cond)
	}
	return and(rest...)
}

func nullableAll(s types.Schema) types.Schema {
	for i := range s {
		s[i].Type.Nullable = true
	}
	return s
}

// distinctNames numbers names that occur twice, as a join does.
func distinctNames(s types.Schema) types.Schema { return beside(nil, s, false) }

// chainAttrs describes the operator as Flink does.
func chainAttrs(c *joinChain, keys [][]int, n *plan.Physical, spec *jobgraph.MultiJoin) []plan.Attr {
	kinds, unique := make([]string, len(spec.Kinds)), make([]string, len(spec.Inputs))
	hints, hinted := make([]string, len(spec.Inputs)), false
	for i, k := range spec.Kinds {
		kinds[i] = map[jobgraph.JoinKind]string{jobgraph.Inner: "INNER", jobgraph.Left: "LEFT"}[k]
	}
	for i, in := range spec.Inputs {
		unique[i] = "noUniqueKey"
		if in.Unique != nil {
			unique[i] = "(" + strings.Join(names(in.Schema, in.Unique), ", ") + ")"
		}
		hints[i] = ttlText(c.ttl[i])
		hinted = hinted || c.ttl[i] != 0
	}
	attrs := []plan.Attr{{Name: "commonJoinKey", Value: list(names(n.Out, keys[0]))}, {Name: "joinTypes", Value: list(kinds)}, {Name: "inputUniqueKeys", Value: list(unique)}}
	if hinted {
		attrs = append(attrs, plan.Attr{Name: "stateTtlHints", Value: "[[[STATE_TTL options:" + list(hints) + "]]]"})
	}
	conditions := plan.Expressions("joinConditions", func(form func(expr.Expr) string) string {
		items := make([]string, len(c.links))
		for i, link := range c.links {
			items[i] = form(renamed(and(link.cond), n.Out))
		}
		return list(items)
	})
	return append(attrs, conditions, plan.Attr{Name: "select", Value: "[" + strings.Join(n.Out.Names(), ",") + "]"},
		plan.Attr{Name: "rowType", Value: "[RecordType(" + recordFields(n.Out) + ")]"})
}

// recordFields prints columns with the types' names in Flink's planner.
func recordFields(columns []types.Field) string {
	fields := make([]string, len(columns))
	for i, f := range columns {
		fields[i] = plannerType(f.Type) + " " + f.Name
	}
	return strings.Join(fields, ", ")
}

func plannerType(t types.Type) string {
	switch t.Kind {
	case types.Varchar:
		return fmt.Sprintf("VARCHAR(%d)", t.Length)
	case types.Varbinary:
		return fmt.Sprintf("VARBINARY(%d)", t.Length)
	case types.Int:
		return "INTEGER"
	case types.TimestampLTZ:
		return fmt.Sprintf("TIMESTAMP_WITH_LOCAL_TIME_ZONE(%d)", t.Length)
	case types.Row:
		return "RecordType:peek_no_expand(" + recordFields(t.Fields) + ")"
	}
	return t.WithNull(true).WithoutTime().String()
}

// renamed gives the columns of a condition the names of schema.
func renamed(e expr.Expr, schema types.Schema) expr.Expr {
	return expr.Rewrite(e, func(n expr.Expr) expr.Expr {
		if c, ok := n.(*expr.Column); ok {
			return &expr.Column{Index: c.Index, Name: schema[c.Index].Name, T: c.T}
		}
		return n
	})
}

// ttlText prints a STATE_TTL hint as it was written, in the largest unit.
func ttlText(d time.Duration) string {
	switch {
	case d <= 0:
		return "0s"
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dmin", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dms", d.Milliseconds())
}

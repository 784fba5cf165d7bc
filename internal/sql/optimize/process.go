package optimize

import (
	"errors"
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// maxProcessTables is how many tables a process table function takes at most, as in Flink.
const maxProcessTables = 20

// process plans a call of a process table function.
func (p *planner) process(n *plan.Process) (*plan.Physical, error) {
	if len(n.Tables) > maxProcessTables {
		return nil, fmt.Errorf("Unsupported table argument count. Currently, the number of input tables is limited to %d.", maxProcessTables)
	}
	spec := &jobgraph.Process{
		Fn: n.Fn.Name, User: n.Fn, Args: n.Args, Rowtime: n.OnTime != nil, Alone: len(n.Tables) == 0, Out: n.Out, TTL: p.o.StateTTL,
		Updates: producedBy(n.Fn),
	}
	out := &plan.Physical{Spec: spec, Op: "ProcessTableFunction", Out: n.Out}
	ins, err := p.processInputs(n)
	if err != nil {
		return nil, err
	}
	f := facts{}
	for i, in := range ins {
		if spec.Alone {
			out.Inputs = append(out.Inputs, plan.PhysicalInput{Node: in})
			spec.Inputs = append(spec.Inputs, jobgraph.ProcessInput{Schema: in.Out, Time: -1})
			continue
		}
		t := n.Tables[i]
		arg := t.Arg.Table
		if !arg.Set {
			out.Inputs = append(out.Inputs, plan.PhysicalInput{Node: in})
			f.single = p.facts[in].single
		} else {
			out.Inputs = append(out.Inputs, p.hashed(in, t.Partition))
			f.single = len(t.Partition) == 0
			f.hash = ascending(len(t.Partition))
			if arg.PassThrough {
				f.hash = t.Partition
			}
		}
		spec.PassThrough = arg.PassThrough
		spec.Inputs = append(spec.Inputs, jobgraph.ProcessInput{
			Name: t.Arg.Name, Set: arg.Set, Keys: t.Partition, Order: t.Order, Time: t.Time, Schema: named(in.Out, t.Names),
		})
	}
	spec.UID = processUID(n)
	out.Traits.Changes = spec.Updates
	if n.Fn.Updates == expr.ProcessUpserts {
		out.Traits.UpsertKeys = [][]int{ascending(len(n.Tables[0].Partition))}
	}
	f.attrs = func() []plan.Attr {
		uid := spec.UID
		if uid == "" {
			uid = "null"
		}
		invocation := plan.Expressions("invocation", func(form func(expr.Expr) string) string { return "[" + n.Invocation(form) + "]" })
		return []plan.Attr{invocation, {Name: "uid", Value: "[" + uid + "]"}, {Name: "select", Value: "[" + strings.Join(out.Out.Names(), ",") + "]"},
			{Name: "rowType", Value: "[" + plan.RecordType(out.Out) + "]"}}
	}
	p.add(out, f)
	if n.Fn.Updates == expr.ProcessUpserts {
		return p.normalize(out), nil
	}
	return out, nil
}

// named is a schema with the names that the query gives its columns: the function sees them.
func named(out types.Schema, names []string) types.Schema {
	s := append(types.Schema(nil), out...)
	for i := range s {
		s[i].Name = names[i]
	}
	return s
}

// processInputs plans the tables; keys that meet are declared alike.
func (p *planner) processInputs(n *plan.Process) ([]*plan.Physical, error) {
	ins := make([]*plan.Physical, len(n.In))
	for i, in := range n.In {
		node, err := p.convert(in)
		if err != nil {
			return nil, err
		}
		ins[i] = node
	}
	if len(n.Tables) < 2 {
		return ins, nil
	}
	wide := make([]types.Schema, len(ins))
	for i, in := range ins {
		wide[i] = append(types.Schema(nil), in.Out...)
	}
	for k := range n.Tables[0].Partition {
		nullable := false
		for i, t := range n.Tables {
			nullable = nullable || wide[i][t.Partition[k]].Type.Nullable
		}
		for i, t := range n.Tables {
			wide[i][t.Partition[k]].Type.Nullable = nullable
		}
	}
	for i := range ins {
		ins[i] = p.declared(ins[i], wide[i])
	}
	return ins, nil
}

// processUID names the state of a call with set semantics.
func processUID(n *plan.Process) string {
	switch {
	case len(n.Tables) == 0 || !n.Tables[0].Arg.Table.Set:
		return ""
	case n.UID != "":
		return n.UID
	}
	return n.Fn.Name
}

func producedBy(f *expr.UserProcess) jobgraph.Changes {
	switch f.Updates {
	case expr.ProcessUpserts:
		return jobgraph.UpdateAfters | jobgraph.Deletes
	case expr.ProcessRetracts:
		return allChanges
	}
	return 0
}

// checkProcesses makes sure that no two functions have the same identifier, and asks
// the sources of those with timers for watermarks row by row.
func (p *planner) checkProcesses() error {
	seen := map[string]bool{}
	for _, n := range p.nodes {
		spec, ok := n.Spec.(*jobgraph.Process)
		if !ok {
			continue
		}
		if spec.User.Timers {
			markExact(n)
		}
		if spec.UID == "" {
			continue
		}
		if seen[spec.UID] {
			return connector.WithHint(fmt.Errorf("Duplicate unique identifier '%s' detected among process table functions. Make sure that all PTF calls have an identifier defined that is globally unique. "+
				"Please provide a custom identifier using the implicit `uid` argument. For example: myFunction(..., uid => 'my-id')", spec.UID),
				"calls with the same uid and the same arguments are one; these differ")
		}
		seen[spec.UID] = true
	}
	return nil
}

// markExact asks the sources below n to emit watermarks exactly where they fall due.
func markExact(n *plan.Physical) {
	if scan, ok := n.Spec.(*jobgraph.Scan); ok && scan.Watermark != nil {
		scan.Watermark.Exact = true
	}
	for _, in := range n.Inputs {
		markExact(in.Node)
	}
}

// processTakesUpserts reports that the updates of an input stay within its partition, so that
// the function need not be told the rows before them.
func (p *planner) processTakesUpserts(n *plan.Physical, spec *jobgraph.Process, k int) bool {
	in := &spec.Inputs[k]
	if t := processTable(spec, k); t == nil || t.UpdateBefore || !in.Set {
		return false
	}
	for _, u := range p.arriving(n.Inputs[k]) {
		if subset(in.Keys, u) && subset(u, in.Keys) {
			return true
		}
	}
	return false
}

// processTable are the traits of the function's k-th table.
func processTable(spec *jobgraph.Process, k int) *expr.ProcessTable {
	for _, a := range spec.User.Args {
		if a.Table == nil {
			continue
		}
		if k == 0 {
			return a.Table
		}
		k--
	}
	return nil
}

// checkProcessInputs refuses updates where the function does not take them.
func checkProcessInputs(n *plan.Physical, spec *jobgraph.Process) error {
	for k, in := range n.Inputs {
		if spec.Rowtime && !in.Node.Traits.Changes.InsertOnly() {
			return errors.New("Time operations using the `on_time` argument are currently not supported for PTFs that consume or produce updates.")
		}
		if t := processTable(spec, k); t != nil && !t.Updates {
			if err := requireInsertOnly(in.Node, "StreamPhysicalProcessTableFunction"); err != nil {
				return err
			}
		}
	}
	return nil
}

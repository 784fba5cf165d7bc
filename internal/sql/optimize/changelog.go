package optimize

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// settleChangelog decides which changes travel on every edge, in three steps:
//
//  1. from the consumers to the sources: who needs the row before an update;
//  2. from the sources to the consumers: which kinds each operator then really
//     produces, with a refusal where an operator or sink takes inserts only;
//  3. what has to stand before a sink.
//
// Operators that compute their updates leave out the rows before them if no
// consumer needs these. A filter on columns other than the key needs them always:
// else an update that stops to match would leave the old row behind.
func (p *planner) settleChangelog() error {
	needs := p.needsBefore()
	for _, n := range p.nodes {
		p.settle(n, needs[n])
		n.Attrs = p.facts[n].attrs() // refusals below quote it
		if err := p.checkInputs(n); err != nil {
			return err
		}
	}
	for _, s := range p.sinks {
		if err := p.finishSink(s); err != nil {
			return err
		}
	}
	for _, n := range p.nodes {
		n.Attrs = p.facts[n].attrs()
	}
	return nil
}

// needsBefore finds the nodes whose consumers need rows before updates.
func (p *planner) needsBefore() map[*plan.Physical]bool {
	needs := make(map[*plan.Physical]bool)
	sinks := make(map[*plan.Physical]*sinkPlan)
	for _, s := range p.sinks {
		sinks[s.out] = s
	}
	for i := len(p.nodes) - 1; i >= 0; i-- {
		n := p.nodes[i]
		for k, in := range n.Inputs {
			if in.Node.Traits.Changes&jobgraph.UpdateAfters == 0 {
				continue
			}
			want := false
			if s := sinks[n]; s != nil {
				want = s.wantsBefore(p)
			} else {
				want = p.demandsBefore(n, k, needs[n])
			}
			needs[in.Node] = needs[in.Node] || want
		}
	}
	return needs
}

// demandsBefore reports whether n needs rows before updates on input k, when
// its own consumers need them (or not).
func (p *planner) demandsBefore(n *plan.Physical, k int, needed bool) bool {
	in := n.Inputs[k].Node
	switch spec := n.Spec.(type) {
	case *jobgraph.Calc:
		return needed || filtersOffKey(spec, in)
	case *jobgraph.Join:
		return needed || !p.joinTakesUpserts(n, spec, k)
	case *jobgraph.MultiJoin:
		return needed || spec.Outer() || !p.upsertsWithinKey(n, spec.Inputs[k].Keys, k)
	case *jobgraph.Rank:
		return !(p.updateFast(spec, in) && p.canOmitBefore(in))
	case *jobgraph.TemporalJoin:
		if k == 0 {
			return needed
		}
		return !p.canOmitBefore(in)
	case *jobgraph.LookupJoin, *jobgraph.Unnest, *jobgraph.TableFunction, *jobgraph.Expand, *jobgraph.WindowTVF:
		return needed
	case *jobgraph.Process:
		return !p.processTakesUpserts(n, spec, k)
	case *jobgraph.ChangelogNormalize, *jobgraph.DropUpdateBefore:
		return false
	case nil: // Union
		return needed
	}
	return true
}

// canOmitBefore reports whether the updates of n can come without the rows
// before them.
func (p *planner) canOmitBefore(n *plan.Physical) bool {
	if n.Traits.Changes&jobgraph.UpdateAfters == 0 {
		return true
	}
	switch spec := n.Spec.(type) {
	case *jobgraph.Calc:
		return !filtersOffKey(spec, n.Inputs[0].Node) && p.canOmitBefore(n.Inputs[0].Node)
	case *jobgraph.Join:
		for k, in := range n.Inputs {
			if in.Node.Traits.Changes&jobgraph.UpdateAfters != 0 && (!p.joinTakesUpserts(n, spec, k) || !p.canOmitBefore(in.Node)) {
				return false
			}
		}
		return true
	case *jobgraph.MultiJoin:
		for k, in := range n.Inputs {
			if !spec.Outer() && in.Node.Traits.Changes&jobgraph.UpdateAfters != 0 && (!p.upsertsWithinKey(n, spec.Inputs[k].Keys, k) || !p.canOmitBefore(in.Node)) {
				return false
			}
		}
		return true
	case nil:
		for _, in := range n.Inputs {
			if !p.canOmitBefore(in.Node) {
				return false
			}
		}
		return true
	case *jobgraph.TemporalJoin, *jobgraph.LookupJoin, *jobgraph.Unnest, *jobgraph.TableFunction, *jobgraph.Expand, *jobgraph.WindowTVF:
		return p.canOmitBefore(n.Inputs[0].Node)
	case *jobgraph.Replicate, *jobgraph.FromChangelog:
		return false
	case *jobgraph.Process:
		return spec.Updates&jobgraph.UpdateBefores == 0
	}
	return true
}

// filtersOffKey reports a filter that reads more than one upsert key of its
// input.
func filtersOffKey(spec *jobgraph.Calc, in *plan.Physical) bool {
	if spec.Filter == nil {
		return false
	}
	read := sorted(columnSet(spec.Filter))
	for _, k := range in.Traits.UpsertKeys {
		if subset(read, k) {
			return false
		}
	}
	return true
}

// joinTakesUpserts reports that the updates of a join's input stay within a join
// key: some upsert key of it contains the join key.
func (p *planner) joinTakesUpserts(n *plan.Physical, spec *jobgraph.Join, k int) bool {
	keys := spec.Left.Keys
	if k == 1 {
		keys = spec.Right.Keys
	}
	return p.upsertsWithinKey(n, keys, k)
}

func (p *planner) upsertsWithinKey(n *plan.Physical, keys []int, k int) bool {
	for _, u := range p.arriving(n.Inputs[k]) {
		if subset(keys, u) {
			return true
		}
	}
	return false
}

// settle sets the changes n really produces, and what its spec says about them.
func (p *planner) settle(n *plan.Physical, needed bool) {
	if !p.o.Streaming {
		n.Traits.Changes = 0
		p.settleSpec(n, false)
		return
	}
	in := jobgraph.Changes(0)
	for _, i := range n.Inputs {
		in |= i.Node.Traits.Changes
	}
	before := jobgraph.Changes(0)
	if needed {
		before = jobgraph.UpdateBefores
	}
	could := n.Traits.Changes
	switch spec := n.Spec.(type) {
	case *jobgraph.Scan, *jobgraph.Values, *jobgraph.FromChangelog, *jobgraph.Process:
	case *jobgraph.GroupAgg:
		n.Traits.Changes = could&^jobgraph.UpdateBefores | before
		if spec.Phase == jobgraph.LocalPhase {
			n.Traits.Changes = 0
		}
	case *jobgraph.WindowAgg, *jobgraph.Rank, *jobgraph.Deduplicate, *jobgraph.Over, *jobgraph.ChangelogNormalize, *jobgraph.Limit:
		if could != 0 {
			n.Traits.Changes = could&^jobgraph.UpdateBefores | before
		}
	case *jobgraph.Join:
		n.Traits.Changes = in
		switch {
		case spec.Kind == jobgraph.Semi && n.Inputs[1].Node.Traits.Changes != 0:
			n.Traits.Changes |= jobgraph.Deletes
		case spec.Kind != jobgraph.Inner && spec.Kind != jobgraph.Semi:
			n.Traits.Changes |= jobgraph.UpdateAfters | jobgraph.Deletes | before
		}
	case *jobgraph.MultiJoin:
		n.Traits.Changes = in
		if spec.Outer() {
			n.Traits.Changes |= jobgraph.UpdateAfters | jobgraph.Deletes | before
		}
	case *jobgraph.IntervalJoin, *jobgraph.WindowJoin, *jobgraph.WindowRank, *jobgraph.Sort, *jobgraph.Match, *jobgraph.ToChangelog:
		n.Traits.Changes = 0
	case *jobgraph.TemporalJoin, *jobgraph.LookupJoin:
		n.Traits.Changes = n.Inputs[0].Node.Traits.Changes
	case *jobgraph.Sink, *jobgraph.Collect:
		n.Traits.Changes = 0
	default:
		n.Traits.Changes = in
	}
	p.settleSpec(n, needed)
}

// settleSpec tells the operator what changes come and whether to emit the rows
// before updates.
func (p *planner) settleSpec(n *plan.Physical, needed bool) {
	in := func(k int) jobgraph.Changes { return n.Inputs[k].Node.Traits.Changes }
	switch spec := n.Spec.(type) {
	case *jobgraph.GroupAgg:
		spec.InputChanges, spec.EmitUpdateBefore = in(0), needed
		if spec.Phase == jobgraph.GlobalPhase {
			spec.InputChanges = n.Inputs[0].Node.Inputs[0].Node.Traits.Changes
		}
	case *jobgraph.WindowAgg:
		spec.InputChanges, spec.EmitUpdateBefore = in(0), needed
	case *jobgraph.Join:
		spec.Left.Changes, spec.Right.Changes = in(0), in(1)
	case *jobgraph.MultiJoin:
		for k := range spec.Inputs {
			spec.Inputs[k].Changes = in(k)
		}
	case *jobgraph.TemporalJoin:
		spec.RightChanges = in(1)
	case *jobgraph.Rank:
		spec.InputChanges, spec.EmitUpdateBefore = in(0), needed
	case *jobgraph.Deduplicate:
		spec.InputChanges, spec.EmitUpdateBefore = in(0), needed
	case *jobgraph.Limit:
		spec.InputChanges = in(0)
	case *jobgraph.ChangelogNormalize:
		spec.EmitUpdateBefore = needed
	}
}

// checkInputs refuses changes where an operator takes inserts only.
func (p *planner) checkInputs(n *plan.Physical) error {
	if !p.o.Streaming {
		return nil
	}
	switch spec := n.Spec.(type) {
	case *jobgraph.IntervalJoin, *jobgraph.WindowJoin, *jobgraph.WindowRank:
	case *jobgraph.FromChangelog:
		return requireInsertOnly(n.Inputs[0].Node, "FROM_CHANGELOG")
	case *jobgraph.Process:
		return checkProcessInputs(n, spec)
	case *jobgraph.Match:
		return requireInsertOnly(n.Inputs[0].Node, "Match Recognize")
	case *jobgraph.Sort:
		if spec.Time < 0 {
			return nil
		}
	case *jobgraph.Over:
		if spec.Time < 0 {
			return nil
		}
	default:
		return nil
	}
	for _, in := range n.Inputs {
		if err := requireInsertOnly(in.Node, "StreamPhysical"+n.Op); err != nil {
			return err
		}
	}
	return nil
}

// requireInsertOnly refuses updates and deletes, naming who produces them.
func requireInsertOnly(in *plan.Physical, requester string) error {
	if in.Traits.Changes.InsertOnly() {
		return nil
	}
	producer := in
	for forwards(producer) {
		next := producer
		for _, i := range producer.Inputs {
			if !i.Node.Traits.Changes.InsertOnly() {
				next = i.Node
				break
			}
		}
		if next == producer {
			break
		}
		producer = next
	}
	var kinds []string
	if producer.Traits.Changes&jobgraph.UpdateAfters != 0 {
		kinds = append(kinds, "update")
	}
	if producer.Traits.Changes&jobgraph.Deletes != 0 {
		kinds = append(kinds, "delete")
	}
	err := fmt.Errorf("%s doesn't support consuming %s changes which is produced by node %s",
		requester, strings.Join(kinds, " and "), Describe(producer))
	if strings.HasPrefix(requester, "Table sink ") {
		return connector.WithHint(err, "write to a table that takes changes (upsert-kafka, print), or make the rows final, as with a window in GROUP BY")
	}
	return err
}

// forwards reports operators that pass changes on as they come.
func forwards(n *plan.Physical) bool {
	switch n.Spec.(type) {
	case *jobgraph.Calc, *jobgraph.Unnest, *jobgraph.TableFunction, *jobgraph.LookupJoin, *jobgraph.Expand, *jobgraph.WindowTVF,
		*jobgraph.Replicate, *jobgraph.DropUpdateBefore, nil:
		return len(n.Inputs) > 0
	}
	return false
}

// Describe prints a node as Flink's plans do: "Calc(select=[a])".
func Describe(n *plan.Physical) string {
	parts := make([]string, len(n.Attrs))
	for i, a := range n.Attrs {
		parts[i] = a.Name + "=" + a.Value
	}
	return n.Op + "(" + strings.Join(parts, ", ") + ")"
}

package optimize

import (
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// Advise returns remarks on a plan, as EXPLAIN PLAN_ADVICE shows them.
func Advise(roots []*plan.Physical, o Options) []string {
	var out []string
	seen := make(map[*plan.Physical]bool)
	grouped := false
	var visit func(n *plan.Physical)
	visit = func(n *plan.Physical) {
		if seen[n] {
			return
		}
		seen[n] = true
		if g, ok := n.Spec.(*jobgraph.GroupAgg); ok && g.Phase == jobgraph.SinglePhase && mergeableCalls(g.Aggs, g.InputChanges) {
			grouped = true
		}
		for _, in := range n.Inputs {
			visit(in.Node)
		}
	}
	for _, r := range roots {
		visit(r)
	}
	if grouped && o.Streaming && !o.MiniBatch {
		out = append(out, "[ADVICE] You might want to enable local-global two-phase optimization by configuring "+
			"('table.exec.mini-batch.enabled' to 'true', 'table.exec.mini-batch.allow-latency' to a positive long value, "+
			"'table.exec.mini-batch.size' to a positive long value).")
	}
	return out
}

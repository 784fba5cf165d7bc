package explain

import (
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// counted are the tables of relations whose rows are known, by name.
func counted(roots []plan.Node) map[string]int64 {
	rows := map[string]int64{}
	var visit func(n plan.Node)
	visit = func(n plan.Node) {
		if s, ok := n.(*plan.Scan); ok && s.Table.Rows > 0 {
			rows[s.Table.Name] = s.Table.Rows
		}
		for _, in := range n.Inputs() {
			visit(in)
		}
	}
	for _, r := range roots {
		visit(r)
	}
	return rows
}

// scanCosts notes the rows of the scans that are known.
func scanCosts(roots []*plan.Physical, counts map[string]int64, costs map[*plan.Physical]float64) {
	if len(counts) == 0 {
		return
	}
	for _, n := range roots {
		if s, ok := n.Spec.(*jobgraph.Scan); ok {
			if rows := counts[s.Scan.Table.Name]; rows > 0 {
				costs[n] = float64(rows)
			}
		}
		for _, in := range n.Inputs {
			scanCosts([]*plan.Physical{in.Node}, counts, costs)
		}
	}
}

package optimize

import (
	"errors"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
)

// checkDeltaJoins is table.optimizer.delta-join.strategy: a delta join keeps no
// rows and looks those of the other table up by an index instead. No connector of
// flott has such indexes, as none of those that come with Flink: AUTO and NONE keep
// the joins as they are, FORCE refuses them in Flink's words.
func (p *planner) checkDeltaJoins() error {
	if !p.o.Streaming || p.o.DeltaJoin != "FORCE" {
		return nil
	}
	for _, n := range p.nodes {
		if _, ok := n.Spec.(*jobgraph.Join); ok {
			return connector.WithHint(errors.New("The current sql doesn't support to do delta join optimization."),
				"no connector has an index that both tables could be looked up by; SET 'table.optimizer.delta-join.strategy' = 'AUTO'")
		}
	}
	return nil
}

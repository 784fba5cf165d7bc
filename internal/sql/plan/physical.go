package plan

import (
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// Physical is a node of the optimized plan: exactly one operator of the job,
// with the traits the planner derived for its output. Sharing a *Physical
// between parents means the operator runs once and feeds all of them.
type Physical struct {
	Spec jobgraph.Spec
	// Op is the operator's name in Flink's plans ("GroupAggregate"), Attrs its
	// parenthesised arguments as Flink prints them, in order.
	Op     string
	Attrs  []Attr
	Inputs []PhysicalInput
	Out    types.Schema
	Traits Traits
	// Parallelism overrides the job's, 0 does not.
	Parallelism int
}

// PhysicalInput is an input and how its rows are spread over the subtasks.
type PhysicalInput struct {
	Node *Physical
	Dist jobgraph.Distribution
	Keys []int
}

// Attr is one argument shown by EXPLAIN, e.g. groupBy=[a].
type Attr struct {
	Name, Value string
	// Prefix is Value with the operators of expressions in front, where that differs.
	Prefix string
}

// Traits is what is known about a stream of rows.
type Traits struct {
	Changes jobgraph.Changes
	// UpsertKeys are column sets that identify a row among the current rows;
	// changes of one key arrive in order. The first is the preferred one.
	UpsertKeys [][]int
	Bounded    bool
	// Rows is how many rows are expected, 0 if nothing was estimated.
	Rows float64
}

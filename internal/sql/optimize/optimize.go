// Package optimize turns the binder's relations into the operators of a job.
//
// It works in two halves. The logical half rewrites trees of plan.Node by the
// named rules of Phases, in order; every rule keeps the rows and the schema of
// what it rewrites, and Check says what else must hold between phases. The
// physical half (physical.go and the files beside it) gives every relation its
// operator, shares what occurs twice, and then settles the changelog: which
// kinds of changes each operator produces and who needs the row before an
// update (changelog.go).
//
// Nothing here touches the outside world, except that connectors are asked for
// the abilities of their sources and sinks.
package optimize

import (
	"fmt"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
)

// Options is what Plan needs beside the query.
type Options struct {
	Settings
	// Streaming is execution.runtime-mode = streaming.
	Streaming  bool
	Connectors map[string]connector.Factory
	Env        *connector.Env
	// Expr is the environment in which constants are folded.
	Expr *expr.Env
	// Disabled names rules that are left out, for tests.
	Disabled map[string]bool
}

// Rule is a rewriting of one relation tree.
type Rule struct {
	Name  string
	Apply func(o *Options, n plan.Node) (plan.Node, error)
}

// Phase is a list of rules applied once each, in order.
type Phase struct {
	Name  string
	Rules []Rule
}

// Phases are the rewriting phases in the order they run. The reasons of the order:
//
//   - set operations become joins and aggregates BEFORE filters move, so that
//     filters pass through them by the rules of those;
//   - filters move down BEFORE ranks are recognised, which want the filter on the
//     row number right above the numbering;
//   - joins are reordered AFTER filters moved, which say how many rows come, and
//     BEFORE keys are extracted, which puts projections between joins;
//   - grouping sets expand BEFORE windows are looked for below the aggregate;
//   - window aggregates swallow their window function AFTER filters moved away
//     from between them;
//   - columns are pruned AFTER everything that changes which columns are read,
//     and join keys are computed before it, so that only the key travels.
var Phases = []Phase{
	{"normalize", []Rule{
		{"FoldConstants", foldConstants},
		{"ExpandSetOperations", expandSetOperations},
	}},
	{"filters", []Rule{
		{"PushFilters", pushFilters},
		{"MergeProjects", mergeProjects},
		{"FoldConstants", foldConstants},
		{"RemoveEmptyFilters", removeTrueFilters},
		{"PropagateEmpty", propagateEmpty},
	}},
	{"joins", []Rule{
		{"ReorderJoins", reorderJoins},
		{"MergeProjects", mergeProjects},
	}},
	{"recognition", []Rule{
		{"RecognizeRank", recognizeRank},
		{"ExtractJoinKeys", extractJoinKeys},
		{"GroupingSets", expandGroupingSets},
		{"WindowAggregate", fuseWindowAggregates},
		{"SplitDistinct", splitDistinct},
	}},
	{"columns", []Rule{
		{"PruneColumns", pruneColumns},
		{"MergeProjects", mergeProjects},
		{"RemoveTrivialProjects", removeTrivialProjects},
		{"PushLimit", pushLimit},
	}},
}

// Logical applies the rewriting phases to the roots.
func Logical(roots []plan.Node, o *Options) ([]plan.Node, error) {
	out := append([]plan.Node(nil), roots...)
	for _, phase := range Phases {
		for _, rule := range phase.Rules {
			if o.Disabled[rule.Name] {
				continue
			}
			for i, n := range out {
				r, err := rule.Apply(o, n)
				if err != nil {
					return nil, err
				}
				out[i] = r
			}
		}
		if o.check != nil {
			for _, n := range out {
				if err := o.check(n); err != nil {
					return nil, fmt.Errorf("after phase %q: %w", phase.Name, err)
				}
			}
		}
	}
	return out, nil
}

// Plan optimizes the roots (sinks and collects) of one job. A relation that
// occurs twice, in one root or several, becomes one shared *plan.Physical.
func Plan(roots []plan.Node, opts Options) ([]*plan.Physical, error) {
	if opts.Expr == nil {
		opts.Expr = &expr.Env{Streaming: opts.Streaming}
	}
	logical, err := Logical(roots, &opts)
	if err != nil {
		return nil, err
	}
	p := newPlanner(&opts)
	return p.plan(logical)
}

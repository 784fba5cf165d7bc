// Package explain prints plans in the forms of Flink's EXPLAIN: the relations as
// bound, the operators with the exchanges between them, and the operators as
// the job runs them.
package explain

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// Details are what EXPLAIN was asked to add.
type Details struct {
	ChangelogMode     bool
	EstimatedCost     bool
	PlanAdvice        bool
	JSONExecutionPlan bool
}

// ParseDetail switches on the detail of that name.
func (d *Details) ParseDetail(name string) error {
	switch strings.ToUpper(name) {
	case "CHANGELOG_MODE":
		d.ChangelogMode = true
	case "ESTIMATED_COST":
		d.EstimatedCost = true
	case "PLAN_ADVICE":
		d.PlanAdvice = true
	case "JSON_EXECUTION_PLAN":
		d.JSONExecutionPlan = true
	default:
		return fmt.Errorf("Unsupported explain detail '%s': CHANGELOG_MODE, ESTIMATED_COST, PLAN_ADVICE and JSON_EXECUTION_PLAN are.", name)
	}
	return nil
}

// Plan is a query at every stage.
type Plan struct {
	Logical  []plan.Node      // as bound
	Physical []*plan.Physical // as optimized
	Graph    *jobgraph.StreamGraph
	// Advice are remarks on the query (see optimize.Advise), one a line.
	Advice []string
}

// Text prints the plan. It ends without a line break.
func Text(p Plan, d Details) string {
	var sb strings.Builder
	sb.WriteString("== Abstract Syntax Tree ==\n")
	for _, n := range p.Logical {
		if c, ok := n.(*plan.Collect); ok { // the client's, not the query's
			n = c.Input
		}
		sb.WriteString(plan.Format(n) + "\n")
	}
	if d.PlanAdvice {
		sb.WriteString("\n== Optimized Physical Plan With Advice ==\n")
	} else {
		sb.WriteString("\n== Optimized Physical Plan ==\n")
	}
	writeCounted(&sb, p.Physical, d, counted(p.Logical))
	if d.PlanAdvice {
		writeAdvice(&sb, p.Advice)
	}
	sb.WriteString("\n== Optimized Execution Plan ==\n")
	writeExecution(&sb, p.Physical)
	if d.JSONExecutionPlan {
		sb.WriteString("\n== Physical Execution Plan ==\n")
		sb.WriteString(executionJSON(p.Graph))
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Physical prints the optimized physical plan alone.
func Physical(roots []*plan.Physical, d Details) string {
	var sb strings.Builder
	writePhysical(&sb, roots, d)
	return strings.TrimRight(sb.String(), "\n")
}

func writeAdvice(sb *strings.Builder, advice []string) {
	sb.WriteString("\n")
	if len(advice) == 0 {
		sb.WriteString("No available advice...\n")
	}
	for i, a := range advice {
		fmt.Fprintf(sb, "advice[%d]: %s\n", i+1, a)
	}
}

package lower

import (
	"fmt"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// CheckWatermarks refuses plans that read a table whose watermarks are left to its
// source. They can be explained, not run.
func CheckWatermarks(roots []*plan.Physical) error {
	seen := make(map[*plan.Physical]bool)
	var check func(n *plan.Physical) error
	check = func(n *plan.Physical) error {
		if seen[n] {
			return nil
		}
		seen[n] = true
		if scan, ok := n.Spec.(*jobgraph.Scan); ok && scan.Watermark != nil && expr.IsSourceWatermark(scan.Watermark.Expr) {
			return fmt.Errorf("Table '%s' cannot be read: %w", scan.Scan.Table.Name, expr.ErrSourceWatermark)
		}
		for _, in := range n.Inputs {
			if err := check(in.Node); err != nil {
				return err
			}
		}
		return nil
	}
	for _, r := range roots {
		if err := check(r); err != nil {
			return err
		}
	}
	return nil
}

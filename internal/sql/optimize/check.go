package optimize

import (
	"fmt"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// Checked makes Logical check the plan after every phase. It is for tests.
func Checked(s Settings) Settings {
	s.check = Check
	return s
}

// Check reports what is wrong with a relation tree: columns that are not there
// or have another type, and schemas that do not fit what is below.
func Check(n plan.Node) error {
	for _, in := range n.Inputs() {
		if err := Check(in); err != nil {
			return err
		}
	}
	var below types.Schema
	for _, in := range n.Inputs() {
		if _, union := n.(*plan.SetOp); union {
			if len(in.Schema()) != len(n.Schema()) {
				return fmt.Errorf("set operation of %d and %d columns", len(n.Schema()), len(in.Schema()))
			}
			continue
		}
		below = append(below, in.Schema()...)
	}
	if err := checkExprs(n, below); err != nil {
		return fmt.Errorf("%T: %w", n, err)
	}
	if err := checkWidth(n, len(below)); err != nil {
		return fmt.Errorf("%T: %w", n, err)
	}
	return nil
}

func checkExprs(n plan.Node, below types.Schema) (err error) {
	switch n := n.(type) {
	case *plan.TableFunction:
		return nil // its condition also sees the function's columns
	case *plan.Unnest:
		if n.Cond != nil {
			below = n.Out // as does the condition here
		}
	}
	rewriteExprs(n, func(e expr.Expr) expr.Expr {
		expr.Walk(e, func(x expr.Expr) bool {
			c, ok := x.(*expr.Column)
			if !ok || err != nil {
				return err == nil
			}
			switch {
			case c.Index < 0 || c.Index >= len(below):
				err = fmt.Errorf("column %d of %d in %s", c.Index, len(below), e)
			case !below[c.Index].Type.WithoutTime().EqualIgnoringNull(c.T.WithoutTime()):
				err = fmt.Errorf("column %d (%s) is %s, not %s, in %s", c.Index, c.Name, below[c.Index].Type, c.T, e)
			}
			return true
		})
		return e
	})
	return err
}

func checkWidth(n plan.Node, below int) error {
	want := -1
	var columns []int
	switch n := n.(type) {
	case *plan.Project:
		want = len(n.Exprs)
	case *plan.Aggregate:
		want = len(n.Keys) + len(n.Calls) + len(n.Properties)
		if n.Sets != nil {
			want++
		}
		columns = append(columns, n.Keys...)
		for _, c := range n.Calls {
			columns = append(columns, c.Args...)
		}
	case *plan.WindowTVF:
		want = below + 3
		columns = append(columns, n.Window.Time)
	case *plan.Over:
		want = below + len(n.Calls)
		columns = append(columns, n.Partition...)
		columns = append(columns, orderColumns(n.Order)...)
	case *plan.Rank:
		want = below
		if n.EmitRank {
			want++
		}
		columns = append(columns, n.Partition...)
		columns = append(columns, orderColumns(n.Order)...)
	case *plan.Scan:
		want = len(n.Table.Layout)
		if n.Columns != nil {
			want = len(n.Columns)
		}
	}
	if want >= 0 && want != len(n.Schema()) {
		return fmt.Errorf("%d columns where %d are declared", want, len(n.Schema()))
	}
	for _, c := range columns {
		if c < 0 || c >= below {
			return fmt.Errorf("column %d of %d", c, below)
		}
	}
	return nil
}

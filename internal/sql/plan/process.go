package plan

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/types"
)

// Process calls a process table function.
type Process struct {
	In     []Node // its tables; one row if it takes none
	Fn     *expr.UserProcess
	Tables []ProcessTable
	Args   []expr.Expr // of the scalar arguments, constants
	OnTime []string    // columns of on_time, nil if it is not given
	UID    string      // as given, "" if not
	Out    types.Schema
}

// ProcessTable is a table argument of a call.
type ProcessTable struct {
	Arg       *expr.ProcessArg
	Partition []int
	Order     []jobgraph.SortKey
	Time      int // on_time column, -1: none
	// Names are those of its columns, which the function sees.
	Names []string
}

// Schema returns what the function passes on, its own columns and rowtime.
func (n *Process) Schema() types.Schema { return n.Out }

// Inputs returns the tables.
func (n *Process) Inputs() []Node { return n.In }

// WithInputs replaces the tables.
func (n *Process) WithInputs(in []Node) Node { c := *n; c.In = in; return &c }

// Invocation prints the call as Flink's plans do.
func (n *Process) Invocation(form func(expr.Expr) string) string {
	var args []string
	table, scalar := 0, 0
	for _, a := range n.Fn.Args {
		if a.Table == nil {
			x := n.Args[scalar]
			scalar++
			if a.Optional && expr.IsNullLit(x) {
				args = append(args, "DEFAULT()")
			} else {
				args = append(args, form(x))
			}
			continue
		}
		t := &n.Tables[table]
		text := fmt.Sprintf("TABLE(#%d)", table)
		table++
		if len(t.Partition) > 0 {
			text += " PARTITION BY(" + strings.Join(positions(t.Partition), ", ") + ")"
		}
		if len(t.Order) > 0 {
			var keys []string
			for _, k := range t.Order {
				way := "ASC_NULLS_LAST"
				if k.Descending {
					way = "DESC_NULLS_FIRST"
				}
				keys = append(keys, fmt.Sprintf("$%d %s", k.Column, way))
			}
			text += " ORDER BY(" + strings.Join(keys, ", ") + ")"
		}
		args = append(args, text)
	}
	onTime, uid := "DEFAULT()", "DEFAULT()"
	if n.OnTime != nil {
		quoted := make([]string, len(n.OnTime))
		for i, c := range n.OnTime {
			quoted[i] = "_UTF-16LE'" + c + "'"
		}
		onTime = "DESCRIPTOR(" + strings.Join(quoted, ", ") + ")"
	}
	if n.UID != "" {
		uid = "_UTF-16LE'" + n.UID + "'"
	}
	return n.Fn.Name + "(" + strings.Join(append(args, onTime, uid), ", ") + ")"
}

func positions(cols []int) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = fmt.Sprintf("$%d", c)
	}
	return out
}

// RecordType prints a schema as Flink's plans and messages do.
func RecordType(s types.Schema) string {
	parts := make([]string, len(s))
	for i, f := range s {
		parts[i] = style{infix: true}.typeText(f.Type.WithNull(true))
		if f.Type.Kind == types.TimestampLTZ {
			parts[i] = fmt.Sprintf("TIMESTAMP_LTZ(%d)", f.Type.Length)
		}
		if f.Type.Time == types.Rowtime {
			parts[i] += " *ROWTIME*"
		}
		parts[i] += " " + f.Name
	}
	return "RecordType(" + strings.Join(parts, ", ") + ")"
}

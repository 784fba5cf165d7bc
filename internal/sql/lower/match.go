package lower

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
)

// match writes what the state of a Match depends on: the pattern, its conditions
// and the rows it keeps, not the measures.
func (t tracer) match(m *jobgraph.Match) string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%v %s %+v", t.cols(m.Partition), t.order(m.Order), m.Pattern)
	for _, d := range m.Define {
		if d == nil {
			sb.WriteByte(';')
			continue
		}
		inputs := tracer{}
		for _, in := range d.Inputs {
			column := t.col(in.Column)
			if in.Kind == jobgraph.MatchAggregate {
				column = in.Call.Fn
				for _, a := range in.Call.Args {
					if a < len(t.in) {
						column += " " + t.col(a)
					} else {
						column += " " + t.expr(m.Computed[a-len(t.in)])
					}
				}
			}
			inputs.in = append(inputs.in, short(fmt.Sprintf("%d %d %v %d %s", in.Kind, in.Variable, in.First, in.Offset, column)))
		}
		sb.WriteString(inputs.exprs([]expr.Expr{d.X}...) + ";")
	}
	return sb.String()
}

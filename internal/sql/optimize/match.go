package optimize

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rowpattern"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// rewriteMatch applies fn to the expressions of a Match. Those of conditions and
// measures refer to inputs of their own.
func rewriteMatch(n *plan.Match, fn func(expr.Expr) expr.Expr) plan.Node {
	c := *n
	rewrite := func(in []*jobgraph.MatchExpr) []*jobgraph.MatchExpr {
		out := make([]*jobgraph.MatchExpr, len(in))
		for i, m := range in {
			if m != nil {
				d := *m
				d.X = fn(m.X)
				out[i] = &d
			}
		}
		return out
	}
	c.Spec.Define, c.Spec.Measures = rewrite(n.Spec.Define), rewrite(n.Spec.Measures)
	c.Spec.Computed = nil
	for _, x := range n.Spec.Computed {
		c.Spec.Computed = append(c.Spec.Computed, fn(x))
	}
	return &c
}

// pruneMatch leaves out measures that nobody reads, and of the input what no
// expression takes.
func pruneMatch(n *plan.Match, need []int) plan.Node {
	c := *n
	spec := &c.Spec
	keys := len(spec.Partition)
	c.Out = n.Out[:keys:keys]
	spec.Measures = nil
	to := ascending(len(n.Out))
	for i, m := range n.Spec.Measures {
		to[keys+i] = -1
		if contains(need, keys+i) || i == len(n.Spec.Measures)-1 && len(spec.Measures) == 0 {
			to[keys+i] = len(c.Out)
			spec.Measures = append(spec.Measures, m)
			c.Out = append(c.Out, n.Out[keys+i])
		}
	}
	width := len(n.Input.Schema())
	var read []int
	for _, m := range append(append([]*jobgraph.MatchExpr(nil), spec.Define...), spec.Measures...) {
		if m == nil {
			continue
		}
		for _, in := range m.Inputs {
			switch in.Kind {
			case jobgraph.MatchColumn:
				read = append(read, in.Column)
			case jobgraph.MatchAggregate:
				for _, a := range in.Call.Args {
					if a < width {
						read = append(read, a)
					}
				}
			}
		}
	}
	read = append(read, sorted(columnSet(spec.Computed...))...)
	in, at := pruneInputColumns(n.Input, nil, spec.Partition, orderColumns(spec.Order), read)
	c.Input = in
	moveMatch(spec, at, width, len(in.Schema()))
	return narrow(&c, need, to)
}

// moveMatch makes a spec refer to input columns at their new places.
func moveMatch(spec *jobgraph.Match, at []int, width, newWidth int) {
	spec.Partition, _ = remapInts(spec.Partition, at)
	spec.Order = remapOrder(spec.Order, at)
	spec.Time = at[spec.Time]
	spec.Computed = remapAll(spec.Computed, at)
	arg := func(a int) int {
		if a < width {
			return at[a]
		}
		return a - width + newWidth
	}
	move := func(in []*jobgraph.MatchExpr) []*jobgraph.MatchExpr {
		out := make([]*jobgraph.MatchExpr, len(in))
		for i, m := range in {
			if m == nil {
				continue
			}
			d := *m
			d.Inputs = append([]jobgraph.MatchInput(nil), m.Inputs...)
			for k := range d.Inputs {
				x := &d.Inputs[k]
				switch x.Kind {
				case jobgraph.MatchColumn:
					x.Column = at[x.Column]
				case jobgraph.MatchAggregate:
					args := make([]int, len(x.Call.Args))
					for j, a := range x.Call.Args {
						args[j] = arg(a)
					}
					x.Call.Args = args
				}
			}
			out[i] = &d
		}
		return out
	}
	spec.Define, spec.Measures = move(spec.Define), move(spec.Measures)
}

// match plans MATCH_RECOGNIZE.
func (p *planner) match(n *plan.Match) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	spec := n.Spec
	spec.Schema = in.Out
	out := &plan.Physical{Spec: &spec, Op: "Match", Inputs: []plan.PhysicalInput{p.hashed(in, spec.Partition)}, Out: n.Out}
	f := facts{hash: ascending(len(spec.Partition)), single: len(spec.Partition) == 0}
	f.attrs = func() []plan.Attr { return matchAttrs(&spec, in.Out) }
	return p.add(out, f), nil
}

// matchAttrs describes a Match as Flink's plans do.
func matchAttrs(spec *jobgraph.Match, in types.Schema) []plan.Attr {
	var attrs []plan.Attr
	if len(spec.Partition) > 0 {
		attrs = append(attrs, plan.Attr{Name: "partitionBy", Value: list(names(in, spec.Partition))})
	}
	attrs = append(attrs, plan.Attr{Name: "orderBy", Value: list(orderItems(spec.Order, in))})
	var items []string
	for _, m := range spec.Measures {
		items = append(items, "FINAL("+matchText(m, spec, in, noVariable)+") AS "+m.Name)
	}
	attrs = append(attrs, plan.Attr{Name: "measures", Value: list(items)},
		plan.Attr{Name: "rowsPerMatch", Value: "[ONE ROW PER MATCH]"},
		plan.Attr{Name: "after", Value: "[" + skipText(&spec.Pattern) + "]"},
		plan.Attr{Name: "pattern", Value: "[" + patternText(spec.Pattern.Variables) + "]"})
	if spec.Pattern.Within > 0 {
		attrs = append(attrs, plan.Attr{Name: "interval", Value: fmt.Sprintf("[%d:INTERVAL SECOND]", spec.Pattern.Within)})
	}
	items = nil
	for v, d := range spec.Define {
		if d != nil {
			items = append(items, d.Name+"="+matchText(d, spec, in, v))
		}
	}
	if items == nil {
		return attrs
	}
	return append(attrs, plan.Attr{Name: "define", Value: "[{" + strings.Join(items, ", ") + "}]"})
}

const noVariable = -1

// matchText prints an expression of a match. In the condition of a variable,
// columns are positions.
func matchText(m *jobgraph.MatchExpr, spec *jobgraph.Match, in types.Schema, own int) string {
	x := expr.Rewrite(m.X, func(e expr.Expr) expr.Expr {
		c, ok := e.(*expr.Column)
		if !ok {
			return e
		}
		return &expr.Column{Index: c.Index, Name: inputText(&m.Inputs[c.Index], spec, in, own), T: c.T}
	})
	return plan.Prefix(x)
}

func inputText(i *jobgraph.MatchInput, spec *jobgraph.Match, in types.Schema, own int) string {
	name := func(c int) string {
		switch {
		case c >= len(in):
			return plan.Prefix(spec.Computed[c-len(in)])
		case own != noVariable:
			return fmt.Sprintf("$%d", c)
		}
		return in[c].Name
	}
	variable := "*"
	if i.Variable >= 0 {
		variable = spec.Pattern.Variables[i.Variable].Name
	}
	switch i.Kind {
	case jobgraph.MatchRowtime:
		return "MATCH_ROWTIME()"
	case jobgraph.MatchProctime:
		return "MATCH_PROCTIME()"
	case jobgraph.MatchAggregate:
		var args []string
		for _, a := range i.Call.Args {
			args = append(args, variable+"."+name(a))
		}
		return i.Call.Fn + "(" + strings.Join(args, ", ") + ")"
	}
	fn := "LAST"
	switch {
	case i.First:
		fn = "FIRST"
	case i.Variable >= 0 && i.Variable == own && i.Offset == 0:
		fn = "PREV"
	}
	return fmt.Sprintf("%s(%s.%s, %d)", fn, variable, name(i.Column), i.Offset)
}

func skipText(p *rowpattern.Pattern) string {
	switch p.Skip {
	case rowpattern.SkipPastLastRow:
		return "SKIP PAST LAST ROW"
	case rowpattern.SkipToFirst:
		return "SKIP TO FIRST " + p.Variables[p.SkipTo].Name
	case rowpattern.SkipToLast:
		return "SKIP TO LAST " + p.Variables[p.SkipTo].Name
	}
	return "SKIP TO NEXT ROW"
}

// patternText prints the pattern as the calls that Flink's parser makes of it.
func patternText(vars []rowpattern.Variable) string {
	text := ""
	for i, v := range vars {
		item := "_UTF-16LE'" + v.Name + "'"
		if v.Min != 1 || v.Max != 1 {
			item = fmt.Sprintf("PATTERN_QUANTIFIER(%s, %d, %d, %t)", item, v.Min, v.Max, !v.Greedy)
		}
		if i == 0 {
			text = item
			continue
		}
		text = "(" + text + ", " + item + ")"
	}
	return text
}

// describeMatch writes what makes two matches of the same input equal.
func (p *planner) describeMatch(sb *strings.Builder, n *plan.Match) {
	spec := &n.Spec
	fmt.Fprintf(sb, "%v %v %+v", spec.Partition, spec.Order, spec.Pattern)
	for _, list := range [][]*jobgraph.MatchExpr{spec.Define, spec.Measures} {
		for _, m := range list {
			if m != nil {
				fmt.Fprintf(sb, "%+v", m.Inputs)
				p.describeExpr(sb, n, m.X)
			}
			sb.WriteByte(';')
		}
	}
	for _, x := range spec.Computed {
		p.describeExpr(sb, n, x)
	}
}

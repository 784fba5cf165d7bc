package plan

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rowpattern"
)

// describeMatch prints a Match as Flink's LogicalMatch.
func describeMatch(n *Match) string {
	spec := &n.Spec
	in := n.Input.Schema()
	var keys, order, outputs, defines []string
	for _, c := range spec.Partition {
		keys = append(keys, fmt.Sprint(c))
	}
	for _, k := range spec.Order {
		way := "ASC-nulls-first"
		if k.Descending {
			way = "DESC-nulls-last"
		}
		order = append(order, fmt.Sprintf("%d %s", k.Column, way))
	}
	for _, m := range spec.Measures {
		outputs = append(outputs, m.Name)
	}
	for v, d := range spec.Define {
		if d != nil {
			defines = append(defines, conditionText(d, spec, v))
		}
	}
	list := func(items []string) string { return "[" + strings.Join(items, ", ") + "]" }
	return call("LogicalMatch", "partition", list(keys), "order", list(order), "outputFields", list(outputs), "allRows", "false",
		"after", "FLAG("+skipNames[spec.Pattern.Skip]+")", "pattern", list(variableTexts(spec.Pattern.Variables)), "isStrictStarts", "false", "isStrictEnds", "false",
		"subsets", "[]", "patternDefinitions", list(defines), "inputFields", list(in.Names()))
}

var skipNames = map[rowpattern.SkipKind]string{
	rowpattern.SkipToNextRow: "SKIP TO NEXT ROW", rowpattern.SkipPastLastRow: "SKIP PAST LAST ROW",
	rowpattern.SkipToFirst: "SKIP TO FIRST", rowpattern.SkipToLast: "SKIP TO LAST",
}

func variableTexts(vars []rowpattern.Variable) []string {
	var out []string
	for _, v := range vars {
		text := "_UTF-16LE'" + v.Name + "'"
		if v.Min != 1 || v.Max != 1 {
			text = fmt.Sprintf("PATTERN_QUANTIFIER(%s, %d, %d, %t)", text, v.Min, v.Max, !v.Greedy)
		}
		out = append(out, text)
	}
	return out
}

// conditionText prints a condition with its inputs in place.
func conditionText(d *jobgraph.MatchExpr, spec *jobgraph.Match, own int) string {
	return Prefix(expr.Rewrite(d.X, func(e expr.Expr) expr.Expr {
		c, ok := e.(*expr.Column)
		if !ok {
			return e
		}
		in := &d.Inputs[c.Index]
		variable := "*"
		if in.Variable >= 0 {
			variable = spec.Pattern.Variables[in.Variable].Name
		}
		name := c.Name
		if in.Kind == jobgraph.MatchColumn {
			fn := "LAST"
			switch {
			case in.First:
				fn = "FIRST"
			case in.Variable == own && in.Offset == 0:
				fn = "PREV"
			}
			name = fmt.Sprintf("%s(%s.$%d, %d)", fn, variable, in.Column, in.Offset)
		}
		return &expr.Column{Index: c.Index, Name: name, T: c.T}
	}))
}

// describeChangelog prints TO_CHANGELOG or FROM_CHANGELOG.
func describeChangelog(n *Changelog) string {
	name := "FROM_CHANGELOG"
	if n.To != nil {
		name = "TO_CHANGELOG"
	}
	return call("LogicalTableFunctionScan", "invocation", name+"(TABLE(#0), DEFAULT(), DEFAULT(), DEFAULT(), DEFAULT())")
}

package bind

import (
	"errors"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rowpattern"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// matchRecognize binds MATCH_RECOGNIZE in FROM.
func (q *query) matchRecognize(t *ast.MatchRecognize, left *source, parent *scope) (*source, error) {
	in, err := q.tableRef(t.Input, left, parent)
	if err != nil {
		return nil, err
	}
	if err := refuseMatchClauses(t); err != nil {
		return nil, err
	}
	m := &matchBinder{query: q, n: t, input: in, node: &plan.Match{Input: in.node}}
	for _, bind := range []func() error{m.pattern, m.partition, m.order, m.after, m.within, m.define, m.measures} {
		if err := bind(); err != nil {
			return nil, err
		}
	}
	return q.subqueryAlias(m.node, t.Alias, parent)
}

// refuseMatchClauses names what neither Flink nor flott has.
func refuseMatchClauses(t *ast.MatchRecognize) error {
	switch {
	case t.Rows == ast.AllRowsPerMatch:
		return errorAt(t, "write ONE ROW PER MATCH", "All rows per match mode is not supported yet.")
	case len(t.Subsets) > 0:
		return notSupported(t.Subsets[0], "SUBSET", "name the variables one by one")
	case len(t.Measures) == 0:
		return errorAt(t, "", "MATCH_RECOGNIZE needs MEASURES: they are the columns of the result")
	case len(t.OrderBy) == 0:
		return errorAt(t, "write ORDER BY and a time attribute", "You must specify either rowtime or proctime for order by.")
	}
	return nil
}

// matchBinder is the state of binding one MATCH_RECOGNIZE.
type matchBinder struct {
	*query
	n     *ast.MatchRecognize
	input *source
	node  *plan.Match
	names map[string]int // variables; noRows: of DEFINE only
	scope *scope         // the input's columns, qualified by variables
}

// noRows is the variable of a name that the pattern does not have.
const noRows = -2

// pattern flattens PATTERN to a list of variables.
func (m *matchBinder) pattern() error {
	m.names = map[string]int{}
	spec := &m.node.Spec
	var nodes []ast.Pattern
	if err := m.variables(m.n.Pattern, &nodes); err != nil {
		return err
	}
	var wrong *rowpattern.VariableError
	if err := spec.Pattern.Check(); errors.As(err, &wrong) {
		return errorAt(nodes[wrong.Variable], patternHint(wrong.Err), "%s", wrong.Err)
	}
	for _, d := range m.n.Define {
		if _, ok := m.names[d.Name.Name]; !ok {
			m.names[d.Name.Name] = noRows
		}
	}
	schema := m.input.node.Schema()
	all := scopeOf("", nil, schema.Names(), schema, nil)
	m.scope = &scope{visible: all.visible}
	for name := range m.names {
		m.scope.relations = append(m.scope.relations, &relation{alias: name, columns: all.visible})
	}
	spec.Define = make([]*jobgraph.MatchExpr, len(spec.Pattern.Variables))
	return nil
}

func patternHint(err error) string {
	switch err {
	case rowpattern.ErrReluctant:
		return "write ? or {0,1} without the second ?"
	case rowpattern.ErrGreedyLast:
		return "add ? behind the quantifier, or a variable that ends the match"
	}
	return ""
}

func (m *matchBinder) variables(p ast.Pattern, nodes *[]ast.Pattern) error {
	v := rowpattern.Variable{Min: 1, Max: 1, Greedy: true}
	switch p := p.(type) {
	case *ast.PatternSeq:
		for _, it := range p.Items {
			if err := m.variables(it, nodes); err != nil {
				return err
			}
		}
		return nil
	case *ast.PatternAlt:
		return errorAt(p, "match each alternative in a query of its own and put UNION ALL between them", "Currently, CEP doesn't support branching patterns.")
	case *ast.PatternPermute:
		return errorAt(p, "", "Currently, CEP doesn't support PERMUTE patterns.")
	case *ast.PatternExclude:
		return errorAt(p, "leave the variable out of MEASURES instead", "Currently, CEP doesn't support '{-' '-}' patterns.")
	case *ast.PatternVar:
		v.Name = p.Name.Name
	case *ast.PatternRepeat:
		of, ok := p.X.(*ast.PatternVar)
		if !ok {
			return errorAt(p, "put the quantifier behind a single variable", "Group patterns are not supported yet.")
		}
		if p.Min < 0 {
			return errorAt(p, "write {0,n}", "The from should be a positive number greater than 0.")
		}
		v = rowpattern.Variable{Name: of.Name.Name, Min: p.Min, Max: p.Max, Greedy: !p.Reluctant}
	}
	if _, twice := m.names[v.Name]; twice {
		return errorAt(p, "", "Pattern variables must be unique. That might change in the future.")
	}
	spec := &m.node.Spec
	m.names[v.Name] = len(spec.Pattern.Variables)
	spec.Pattern.Variables = append(spec.Pattern.Variables, v)
	*nodes = append(*nodes, p)
	return nil
}

// column finds a plain column of the input.
func (m *matchBinder) column(e ast.Expr, clause string) (int, error) {
	if _, ok := e.(*ast.Path); !ok {
		return 0, errorAt(e, "compute it in a subquery", "%s of MATCH_RECOGNIZE takes column names", clause)
	}
	eb := &exprBinder{query: m.query, scope: m.input.scope}
	x, err := eb.bind(e)
	if err != nil {
		return 0, err
	}
	c, ok := x.(*expr.Column)
	if !ok || c.Index < 0 {
		return 0, errorAt(e, "compute it in a subquery", "%s of MATCH_RECOGNIZE takes column names", clause)
	}
	return c.Index, nil
}

func (m *matchBinder) partition() error {
	in := m.input.node.Schema()
	for _, e := range m.n.PartitionBy {
		c, err := m.column(e, "PARTITION BY")
		if err != nil {
			return err
		}
		m.node.Spec.Partition = append(m.node.Spec.Partition, c)
		m.node.Out = append(m.node.Out, types.Field{Name: in[c].Name, Type: in[c].Type.WithoutTime()})
	}
	return nil
}

func (m *matchBinder) order() error {
	in := m.input.node.Schema()
	spec := &m.node.Spec
	for i := range m.n.OrderBy {
		s := &m.n.OrderBy[i]
		c, err := m.column(s.X, "ORDER BY")
		if err != nil {
			return err
		}
		spec.Order = append(spec.Order, jobgraph.SortKey{Column: c, Descending: s.Desc, NullsLast: nullsLast(s)})
	}
	first := spec.Order[0]
	t := in[first.Column].Type
	switch {
	case t.Time == types.NoTime && (m.Streaming || !t.IsTimestamp()):
		return errorAt(m.n.OrderBy[0], timeAttributeHint(t), "You must specify either rowtime or proctime for order by as the first one.")
	case first.Descending:
		return errorAt(m.n.OrderBy[0], "", "Primary sort order of a streaming table must be ascending on time.")
	}
	spec.Time, spec.Proctime = first.Column, t.Time == types.Proctime
	return nil
}

func (m *matchBinder) after() error {
	a := m.n.After
	p := &m.node.Spec.Pattern
	if a == nil {
		return nil
	}
	kinds := map[ast.AfterMatchKind]rowpattern.SkipKind{
		ast.SkipToNextRow: rowpattern.SkipToNextRow, ast.SkipPastLastRow: rowpattern.SkipPastLastRow,
		ast.SkipToFirst: rowpattern.SkipToFirst, ast.SkipToLast: rowpattern.SkipToLast,
	}
	p.Skip = kinds[a.Kind]
	if a.Variable == nil {
		return nil
	}
	v, ok := m.names[a.Variable.Name]
	if !ok || v < 0 {
		return errorAt(a.Variable, m.variableHint(a.Variable.Name), "Unknown pattern '%s'", a.Variable.Name)
	}
	p.SkipTo = v
	return nil
}

func (m *matchBinder) variableHint(name string) string {
	var names []string
	for _, v := range m.node.Spec.Pattern.Variables {
		names = append(names, v.Name)
	}
	if h := didYouMean(name, names); h != "" {
		return h
	}
	return "the variables of the pattern are " + strings.Join(names, ", ")
}

func (m *matchBinder) within() error {
	if m.n.Within == nil {
		return nil
	}
	x, err := (&exprBinder{query: m.query}).bind(m.n.Within)
	if err != nil {
		return err
	}
	ms, ok := expr.ConstantInt(expr.Fold(x, nil))
	if !ok || x.Type().Kind != types.IntervalDayTime {
		return errorAt(m.n.Within, "use DAY, HOUR, MINUTE or SECOND",
			"Only constant intervals with millisecond resolution are supported as time constraints of patterns.")
	}
	m.node.Spec.Pattern.Within = max(ms, 0)
	return nil
}

// define binds the conditions. Those of variables that the pattern does not have
// are checked and forgotten.
func (m *matchBinder) define() error {
	seen := map[string]bool{}
	for _, d := range m.n.Define {
		if seen[d.Name.Name] {
			return errorAt(d, "", "Pattern variable '%s' has already been defined", d.Name.Name)
		}
		seen[d.Name.Name] = true
		own := m.names[d.Name.Name]
		rb := &rowBinder{matchBinder: m, own: own, out: &jobgraph.MatchExpr{Name: d.Name.Name}}
		x, err := rb.binder().condition(d.Cond, "DEFINE clause")
		if err != nil {
			return err
		}
		if rb.out.X = x; own >= 0 {
			m.node.Spec.Define[own] = rb.out
		}
	}
	return nil
}

func (m *matchBinder) measures() error {
	taken := map[string]bool{}
	for _, f := range m.node.Out {
		taken[f.Name] = true
	}
	for _, me := range m.n.Measures {
		if taken[me.Name.Name] {
			return errorAt(me.Name, "give it another name", "Columns ambiguously defined: {%s}", me.Name.Name)
		}
		taken[me.Name.Name] = true
		rb := &rowBinder{matchBinder: m, own: noRows, measure: true, out: &jobgraph.MatchExpr{Name: me.Name.Name}}
		x, err := rb.binder().bind(me.X)
		if err != nil {
			return err
		}
		rb.out.X = x
		m.node.Spec.Measures = append(m.node.Spec.Measures, rb.out)
		m.node.Out = append(m.node.Out, types.Field{Name: me.Name.Name, Type: x.Type()})
	}
	return nil
}

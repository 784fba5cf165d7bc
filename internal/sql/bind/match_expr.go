package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// rowBinder binds one condition or measure of a MATCH_RECOGNIZE: what it takes
// from rows of the match becomes an input of the expression.
type rowBinder struct {
	*matchBinder
	out     *jobgraph.MatchExpr
	own     int // variable of a condition
	measure bool
	// nav is FIRST or LAST around the expression being bound, nil outside of both.
	nav *navigation
	// agg is the aggregate whose argument is being bound.
	agg *patternAggregate
}

// navigation is FIRST(x, offset) or LAST(x, offset).
type navigation struct {
	call     *ast.Call
	first    bool
	offset   int
	variable int
	used     bool
}

// patternAggregate collects the variable of an aggregate.
type patternAggregate struct {
	call     *ast.Call
	variable int
	used     bool
}

func (b *rowBinder) binder() *exprBinder {
	return &exprBinder{query: b.query, scope: b.scope, rows: b}
}

// path binds a column: of the variable that qualifies it, or of any row.
func (b *rowBinder) path(p *ast.Path) (expr.Expr, error) {
	variable := -1
	var f found
	var ok bool
	var err error
	if len(p.Parts) > 1 {
		if v, is := b.names[p.Parts[0].Name]; is {
			variable = v
			f, ok, err = b.scope.qualified(p)
		}
	}
	if !ok && err == nil {
		f, ok, err = b.scope.unqualified(p, true)
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		if y, is := niladic(p); is {
			return y, nil
		}
		return nil, notFound(b.scope, p)
	}
	x, err := b.reference(b.scope, f, p)
	if err != nil {
		return nil, err
	}
	if err := b.oneVariable(p, variable); err != nil {
		return nil, err
	}
	if b.agg != nil {
		return x, nil
	}
	return expr.Rewrite(x, func(e expr.Expr) expr.Expr {
		if c, is := e.(*expr.Column); is {
			return b.taken(c, variable, p)
		}
		return e
	}), nil
}

// oneVariable makes sure that FIRST, LAST and aggregates look at one variable.
func (b *rowBinder) oneVariable(p *ast.Path, variable int) error {
	switch {
	case b.agg != nil:
		if b.agg.used && b.agg.variable != variable {
			return errorAt(b.agg.call, "aggregate the variables one by one", "Multiple pattern variables in '%s'", b.agg.call.Name)
		}
		b.agg.used, b.agg.variable = true, variable
	case b.nav != nil:
		if b.nav.used && b.nav.variable != variable {
			return errorAt(b.nav.call, "", "Multiple pattern variables in '%s'", b.nav.call.Name)
		}
		b.nav.used, b.nav.variable = true, variable
	}
	return nil
}

// taken is a column of a row of the match as an input of the expression.
func (b *rowBinder) taken(c *expr.Column, variable int, n ast.Node) expr.Expr {
	t := c.T.WithoutTime().WithNull(true)
	if variable == noRows && b.own != noRows {
		return expr.NullLit(t)
	}
	if variable == noRows && b.measure {
		return expr.NullLit(t)
	}
	in := jobgraph.MatchInput{Variable: max(variable, -1), Column: c.Index, Type: t}
	if b.nav != nil {
		in.First, in.Offset = b.nav.first, b.nav.offset
	}
	return b.input(in, b.label(in, c.Name), n)
}

// label names an input as Flink's plans do: LAST(A.price, 1).
func (b *rowBinder) label(in jobgraph.MatchInput, column string) string {
	name := "*"
	if in.Variable >= 0 {
		name = b.node.Spec.Pattern.Variables[in.Variable].Name
	}
	fn := "LAST"
	if in.First {
		fn = "FIRST"
	}
	return fn + "(" + name + "." + column + ", " + itoa(in.Offset) + ")"
}

// input adds an input, once.
func (b *rowBinder) input(in jobgraph.MatchInput, name string, n ast.Node) expr.Expr {
	for i, have := range b.out.Inputs {
		if have.Kind == jobgraph.MatchColumn && in.Kind == jobgraph.MatchColumn && have.Variable == in.Variable && have.Column == in.Column &&
			have.First == in.First && have.Offset == in.Offset {
			return b.located(&expr.Column{Index: i, Name: name, T: in.Type}, n)
		}
	}
	b.out.Inputs = append(b.out.Inputs, in)
	return b.located(&expr.Column{Index: len(b.out.Inputs) - 1, Name: name, T: in.Type}, n)
}

// call binds the functions that exist in MATCH_RECOGNIZE only, and aggregates. ok
// is false for all others.
func (b *rowBinder) call(e *ast.Call) (x expr.Expr, ok bool, err error) {
	if len(e.Name.Parts) > 1 {
		return nil, false, nil
	}
	name := strings.ToUpper(e.Name.Last().Name)
	switch name {
	case "FIRST", "LAST":
		x, err = b.navigate(e, name == "FIRST")
	case "PREV", "NEXT":
		x, err = b.physical(e)
	case "MATCH_ROWTIME":
		x, err = b.matchRowtime(e)
	case "MATCH_PROCTIME":
		x, err = b.matchProctime(e)
	case "CLASSIFIER":
		err = errorAt(e, "", "CLASSIFIER() is not supported")
	case "MATCH_NUMBER":
		err = errorAt(e, "number the matches with ROW_NUMBER() OVER (…) in an outer query", "No match found for function signature MATCH_NUMBER()")
	default:
		if !isAggregate(name) {
			return nil, false, nil
		}
		x, err = b.aggregate(e, name, nil)
	}
	return x, true, err
}

// navigate binds FIRST(x[, n]) and LAST(x[, n]).
func (b *rowBinder) navigate(e *ast.Call, first bool) (expr.Expr, error) {
	if b.nav != nil || b.agg != nil {
		return nil, errorAt(e, "", "Cannot nest PREV/NEXT under LAST/FIRST '%s'", e.Name)
	}
	offset, err := rowOffset(e, 0)
	if err != nil {
		return nil, err
	}
	inner := *b
	inner.nav = &navigation{call: e, first: first, offset: offset, variable: -1}
	return inner.binder().bind(e.Args[0])
}

// rowOffset is the second argument of a navigation function.
func rowOffset(e *ast.Call, missing int) (int, error) {
	if err := plainCall(e, strings.ToUpper(e.Name.Last().Name)); err != nil {
		return 0, err
	}
	switch len(e.Args) {
	case 1:
		return missing, nil
	case 2:
	default:
		return 0, errorAt(e, "", "%s takes a value and a number of rows", strings.ToUpper(e.Name.Last().Name))
	}
	l, ok := e.Args[1].(*ast.Literal)
	if !ok || l.Kind != ast.IntLit {
		return 0, errorAt(e.Args[1], "", "The number of rows must be a constant whole number that is not negative")
	}
	x, err := literal(l, false)
	if err != nil {
		return 0, err
	}
	n, ok := expr.ConstantInt(x)
	if !ok || n > 1<<30 {
		return 0, errorAt(e.Args[1], "", "The number of rows is too large")
	}
	return int(n), nil
}

// physical binds PREV and NEXT, which Flink knows with an offset of 0 only.
func (b *rowBinder) physical(e *ast.Call) (expr.Expr, error) {
	switch {
	case b.measure:
		return nil, errorAt(e, "use FIRST or LAST with an offset", "Cannot use PREV/NEXT in MEASURE '%s'", e.Name)
	case b.nav != nil || b.agg != nil:
		return nil, errorAt(e, "", "Cannot nest PREV/NEXT under LAST/FIRST '%s'", e.Name)
	}
	offset, err := rowOffset(e, 1)
	if err != nil {
		return nil, err
	}
	if offset != 0 {
		return nil, errorAt(e, "write LAST(variable.column, 1) for the row before in the same variable", "Flink does not support physical offsets within partition.")
	}
	return b.binder().bind(e.Args[0])
}

// matchRowtime is the time of the match, a time attribute.
func (b *rowBinder) matchRowtime(e *ast.Call) (expr.Expr, error) {
	in := b.input0()
	t := types.TimestampOf(3) // also if the order is a TIMESTAMP_LTZ: that type has to be asked for by naming the column
	switch {
	case !b.measure:
		return nil, errorAt(e, "", "MATCH_ROWTIME can only be used in MEASURES")
	case len(e.Args) > 1:
		return nil, errorAt(e, "", "Invalid number of arguments to function 'MATCH_ROWTIME'. Was expecting 0 or 1 arguments")
	case b.node.Spec.Proctime:
		return nil, errorAt(e, "order by an event time attribute, or use MATCH_PROCTIME()", "MATCH_ROWTIME needs ORDER BY an event time attribute")
	}
	if len(e.Args) == 1 {
		p, ok := e.Args[0].(*ast.Path)
		if !ok {
			return nil, errorAt(e.Args[0], "", "The function MATCH_ROWTIME requires argument to be a row time attribute type")
		}
		at := in.Index(p.Parts[len(p.Parts)-1].Name)
		if at < 0 || in[at].Type.Time != types.Rowtime {
			return nil, errorAt(e.Args[0], "", "The function MATCH_ROWTIME requires argument to be a row time attribute type")
		}
		t = in[at].Type
	}
	t = t.NotNull()
	t.Time = types.Rowtime
	return b.input(jobgraph.MatchInput{Kind: jobgraph.MatchRowtime, Variable: -1, Type: t}, "MATCH_ROWTIME()", e), nil
}

func (b *rowBinder) input0() types.Schema { return b.matchBinder.input.node.Schema() }

// matchProctime is the processing time of the match, a time attribute.
func (b *rowBinder) matchProctime(e *ast.Call) (expr.Expr, error) {
	if len(e.Args) > 0 {
		return nil, errorAt(e, "", "Invalid number of arguments to function 'MATCH_PROCTIME'. Was expecting 0 arguments")
	}
	if !b.measure {
		return nil, errorAt(e, "", "MATCH_PROCTIME can only be used in MEASURES")
	}
	t := types.TimestampLTZOf(3).NotNull()
	t.Time = types.Proctime
	return b.input(jobgraph.MatchInput{Kind: jobgraph.MatchProctime, Variable: -1, Type: t}, "MATCH_PROCTIME()", e), nil
}

// aggregate binds an aggregate over the rows of a variable.
func (b *rowBinder) aggregate(e *ast.Call, name string, user *expr.UserAggregate) (expr.Expr, error) {
	switch {
	case b.agg != nil || b.nav != nil:
		return nil, errorAt(e, "", "Aggregate expressions cannot be nested in MATCH_RECOGNIZE")
	case e.Over != nil:
		return nil, errorAt(e, "", "OVER is not possible in MATCH_RECOGNIZE")
	case e.Quantifier == ast.QuantDistinct:
		return nil, errorAt(e, "", "DISTINCT/ALL not allowed with %s function", name)
	case e.Filter != nil:
		return nil, errorAt(e, "use CASE WHEN … THEN x END as the argument", "FILTER is not possible in MATCH_RECOGNIZE")
	case e.Star && name != "COUNT" || !e.Star && len(e.Args) == 0:
		return nil, errorAt(e, "", "Invalid number of arguments to function '%s'. Was expecting 1 arguments", name)
	}
	if err := refuseAggregateClauses(e, name); err != nil {
		return nil, err
	}
	inner := *b
	inner.agg = &patternAggregate{call: e, variable: -1}
	eb := inner.binder()
	args, err := eb.all(e.Args)
	if err != nil {
		return nil, err
	}
	c := &aggCall{n: e, fn: name, user: user, args: args}
	if err := eb.typeAggregate(e, c); err != nil {
		return nil, err
	}
	c.nullable()
	call := jobgraph.AggCall{Fn: c.fn, Filter: -1, Type: c.typ.WithoutTime(), Name: name, User: user}
	for _, a := range c.args {
		call.Args = append(call.Args, b.computed(a))
	}
	in := jobgraph.MatchInput{Kind: jobgraph.MatchAggregate, Variable: inner.agg.variable, Call: call, Type: call.Type}
	if in.Variable == noRows {
		return nil, errorAt(e, "", "An aggregate needs a variable of the pattern")
	}
	return b.input(in, e.Name.String(), e), nil
}

// computed is the column of an aggregate's argument: one of the input, or a
// computed one behind them.
func (b *rowBinder) computed(x expr.Expr) int {
	if c, ok := x.(*expr.Column); ok && c.T.Time == types.NoTime {
		return c.Index
	}
	spec := &b.node.Spec
	width := len(b.input0())
	for i, have := range spec.Computed {
		if equal(have, x) {
			return width + i
		}
	}
	spec.Computed = append(spec.Computed, x)
	return width + len(spec.Computed) - 1
}

// unary binds RUNNING and FINAL; a measure is FINAL anyway.
func (b *rowBinder) unary(e *ast.Unary) (expr.Expr, error) {
	switch {
	case e.Op == ast.OpFinal && b.measure:
		return b.binder().bind(e.X)
	case !b.measure:
		return nil, errorAt(e, "", "Cannot use RUNNING/FINAL in DEFINE")
	}
	return nil, errorAt(e, "with ONE ROW PER MATCH a measure is what it is at the end of the match: leave RUNNING out", "RUNNING is not supported")
}

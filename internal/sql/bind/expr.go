package bind

import (
	"errors"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/types"
)

// exprBinder binds scalar expressions in a scope.
type exprBinder struct {
	*query
	scope *scope
	// block takes aggregates, OVER calls and subqueries, for which the expression
	// gets placeholders. It is nil where none of them can stand.
	block *block
	// noAggregate says where aggregates are illegal ("WHERE clause"); "" allows them.
	noAggregate string
	// aliases lets names of the SELECT list stand for its expressions (QUALIFY).
	aliases bool
	// inAggregate is set inside the arguments of an aggregate.
	inAggregate bool
	// loose are the INs whose being unknown is as good as FALSE.
	loose map[ast.Expr]bool
	// rows is set inside of MATCH_RECOGNIZE: columns belong to rows of a match.
	rows *rowBinder
	// inOver is set inside the arguments and the window of an OVER call.
	inOver bool
}

// bind types one expression.
func (b *exprBinder) bind(e ast.Expr) (expr.Expr, error) {
	switch e := e.(type) {
	case *ast.Path:
		if b.rows != nil {
			return b.rows.path(e)
		}
		return b.path(e)
	case *ast.Literal:
		return literal(e, false)
	case *ast.Interval:
		return b.interval(e)
	case *ast.Unary:
		return b.unary(e)
	case *ast.Binary:
		return b.binary(e)
	case *ast.Call:
		return b.call(e)
	case *ast.Cast:
		return b.cast(e)
	case *ast.Case:
		return b.caseOf(e)
	case *ast.Is:
		return b.is(e)
	case *ast.IsDistinct:
		return b.resolve(e, notPrefix("IS ", e.Not, "DISTINCT FROM"), e.L, e.R)
	case *ast.Between:
		return b.between(e)
	case *ast.In, *ast.Exists, *ast.Quantified, *ast.ScalarSubquery:
		return b.subqueryExpr(e)
	case *ast.Like:
		return b.like(e)
	}
	return b.constructor(e)
}

// constructor binds what builds or takes apart a value of several parts.
func (b *exprBinder) constructor(e ast.Expr) (expr.Expr, error) {
	switch e := e.(type) {
	case *ast.RowCtor:
		return b.resolve(e, "ROW", e.Elems...)
	case *ast.ArrayCtor:
		if e.Query != nil {
			return nil, notSupported(e, "ARRAY(query)", "use ARRAY_AGG in a subquery")
		}
		return b.resolve(e, "ARRAY", e.Elems...)
	case *ast.MapCtor:
		if e.Query != nil {
			return nil, notSupported(e, "MAP(query)", "")
		}
		args := make([]ast.Expr, 0, 2*len(e.Keys))
		for i, k := range e.Keys {
			args = append(args, k, e.Values[i])
		}
		return b.resolve(e, "MAP", args...)
	case *ast.MultisetCtor:
		return nil, notSupported(e, "A MULTISET constructor", "use ARRAY, or the aggregate COLLECT")
	case *ast.Index:
		return b.resolve(e, "ITEM", e.X, e.At)
	case *ast.FieldAccess:
		return b.fieldAccess(e)
	case *ast.Star:
		return nil, errorAt(e, "", "'*' can only stand in a SELECT list and in COUNT(*)")
	case *ast.Default:
		return nil, errorAt(e, "", "DEFAULT can only stand in the VALUES of an INSERT")
	case *ast.NamedArg:
		return nil, errorAt(e, "", "Named arguments can only be given to table functions")
	case *ast.Symbol:
		return expr.StringLit(e.Word), nil
	case *ast.TableArg, *ast.ModelArg, *ast.Descriptor:
		return nil, errorAt(e, "", "A table, model or descriptor can only be passed to a table function in FROM")
	case *ast.FormatJSON:
		return b.resolve(e, "FORMAT JSON", e.X)
	}
	return nil, errorAt(e, "", "This expression is not supported here")
}

// all binds a list.
func (b *exprBinder) all(es []ast.Expr) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(es))
	for i, e := range es {
		x, err := b.bind(e)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// resolve binds the arguments of a function of the table and types the call.
func (b *exprBinder) resolve(n ast.Node, name string, args ...ast.Expr) (expr.Expr, error) {
	xs, err := b.all(args)
	if err != nil {
		return nil, err
	}
	return typed(n, name, args, xs)
}

// typed types a call. A mistake in one argument is shown at that argument.
func typed(n ast.Node, name string, args []ast.Expr, xs []expr.Expr) (expr.Expr, error) {
	x, err := expr.Resolve(name, xs)
	var t *expr.TypeError
	if errors.As(err, &t) && t.Arg >= 0 && t.Arg < len(args) && len(xs) == len(args) {
		n = args[t.Arg]
	}
	return x, errorOf(n, err)
}

// must types a call whose arguments were checked before; it fails on types
// that the function does not take.
func (b *exprBinder) apply(n ast.Node, name string, xs ...expr.Expr) (expr.Expr, error) {
	return typed(n, name, nil, xs)
}

// condition binds a BOOLEAN expression for a clause.
func (b *exprBinder) condition(e ast.Expr, clause string) (expr.Expr, error) {
	x, err := b.bind(e)
	if err != nil {
		return nil, err
	}
	return boolean(e, x, clause)
}

func boolean(n ast.Node, x expr.Expr, clause string) (expr.Expr, error) {
	switch t := x.Type(); t.Kind {
	case types.Boolean:
		return x, nil
	case types.Null:
		return expr.NullLit(types.Of(types.Boolean)), nil
	default:
		return nil, errorAt(n, "it is of type "+t.WithoutTime().String(), "%s must be a condition", clause)
	}
}

func (b *exprBinder) path(p *ast.Path) (expr.Expr, error) {
	if y, ok := niladic(p); ok {
		return y, nil
	}
	if b.scope == nil {
		return nil, errorAt(p, "there is no table here to take it from", "Column '%s' not found in any table", pathText(p.Parts))
	}
	x, err := b.lookup(b.scope, p)
	if err != nil && len(p.Parts) == 1 {
		if b.aliases {
			for _, it := range b.block.items {
				if it.named && it.name == p.Parts[0].Name {
					return it.x, nil
				}
			}
		}
		err = b.aliasHint(p, err)
	}
	return x, err
}

// aliasHint adds to an unknown column that names of the SELECT list do not exist yet.
func (b *exprBinder) aliasHint(p *ast.Path, err error) error {
	var d *diag.Error
	if b.block != nil && contains(b.block.aliases, p.Parts[0].Name) && errors.As(err, &d) {
		d.Hint = "an alias of the SELECT list is not known here: repeat the expression, or use a subquery"
	}
	return err
}

// niladic is PI without parentheses and back-ticks, which Flink prefers to a column of that
// name.
func niladic(p *ast.Path) (expr.Expr, bool) {
	id := p.Parts[0]
	if len(p.Parts) > 1 || id.End-id.Pos != len(id.Name) || !strings.EqualFold(id.Name, "PI") {
		return nil, false
	}
	x, err := expr.Resolve("PI", nil)
	return x, err == nil
}

func (b *exprBinder) fieldAccess(e *ast.FieldAccess) (expr.Expr, error) {
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	y, ok := field(x, e.Field.Name)
	if !ok {
		return nil, errorAt(e.Field, nearField(e.Field.Name, x.Type()), "Field '%s' not found", e.Field.Name)
	}
	return y, nil
}

func (b *exprBinder) interval(e *ast.Interval) (expr.Expr, error) {
	if e.Value == nil {
		return interval(e)
	}
	n, err := b.bind(e.Value)
	if err != nil {
		return nil, err
	}
	if t := n.Type(); !t.IsInteger() {
		return nil, errorAt(e.Value, "", "An interval needs a whole number, but this is %s", t.WithoutTime())
	}
	q := e.Qualifier
	if q.To != "" {
		return nil, errorAt(e, "write INTERVAL '…' "+string(q.From)+" TO "+string(q.To), "An interval of several units needs a quoted text")
	}
	size := unitSize[q.From]
	if e.Negative {
		size = -size
	}
	unit := expr.IntLit(intervalType(&q.From).Kind, size)
	return b.apply(e, "*", n, unit)
}

func (b *exprBinder) unary(e *ast.Unary) (expr.Expr, error) {
	switch e.Op {
	case ast.OpRunning, ast.OpFinal:
		if b.rows != nil {
			return b.rows.unary(e)
		}
	case ast.OpMinus:
		if l, ok := e.X.(*ast.Literal); ok && l.Kind >= ast.IntLit && l.Kind <= ast.FloatLit {
			return number(l, true)
		}
		return b.resolve(e, "NEG", e.X)
	case ast.OpPlus:
		x, err := b.bind(e.X)
		if err == nil && !x.Type().IsNumeric() && !x.Type().IsInterval() {
			return nil, errorAt(e, "", "Cannot apply '+' to arguments of type '+<%s>'", x.Type().WithNull(true).WithoutTime())
		}
		return x, err
	case ast.OpNot:
		switch x := e.X.(type) {
		case *ast.Exists:
			return b.negated(e, x)
		case *ast.In:
			if x.Query != nil {
				flipped := *x
				flipped.Not = !x.Not
				return b.subqueryExpr(&flipped)
			}
		}
		return b.resolve(e, "NOT", e.X)
	}
	return nil, errorAt(e, "", "%s can only stand in MATCH_RECOGNIZE", e.Op)
}

func (b *exprBinder) negated(n ast.Node, e ast.Expr) (expr.Expr, error) {
	x, err := b.bind(e)
	if err != nil {
		return nil, err
	}
	return b.apply(n, "NOT", x)
}

func (b *exprBinder) binary(e *ast.Binary) (expr.Expr, error) {
	switch e.Op {
	case ast.OpAnd, ast.OpOr:
		operands := flatten(e, e.Op, nil)
		xs, err := b.all(operands)
		if err != nil {
			return nil, err
		}
		return typed(e, string(e.Op), operands, xs)
	case ast.OpMemberOf, ast.OpSubmultiOf:
		return nil, notSupported(e, string(e.Op), "")
	case ast.OpOverlaps:
		return b.overlaps(e)
	}
	if x, ok, err := b.rowComparison(e); ok || err != nil {
		return x, err
	}
	return b.resolve(e, string(e.Op), e.L, e.R)
}

// flatten lists the operands of a chain of AND or OR, left to right.
func flatten(e ast.Expr, op ast.BinaryOp, into []ast.Expr) []ast.Expr {
	if x, ok := e.(*ast.Binary); ok && x.Op == op {
		return flatten(x.R, op, flatten(x.L, op, into))
	}
	return append(into, e)
}

// overlaps is (s1, e1) OVERLAPS (s2, e2); an end may be an interval.
func (b *exprBinder) overlaps(e *ast.Binary) (expr.Expr, error) {
	l, okL := e.L.(*ast.RowCtor)
	r, okR := e.R.(*ast.RowCtor)
	if !okL || !okR || len(l.Elems) != 2 || len(r.Elems) != 2 {
		return nil, errorAt(e, "write (start1, end1) OVERLAPS (start2, end2)", "OVERLAPS needs two periods")
	}
	xs, err := b.all([]ast.Expr{l.Elems[0], l.Elems[1], r.Elems[0], r.Elems[1]})
	if err != nil {
		return nil, err
	}
	for i := 1; i < 4; i += 2 {
		if xs[i].Type().IsInterval() {
			if xs[i], err = b.apply(e, "+", xs[i-1], xs[i]); err != nil {
				return nil, err
			}
		}
	}
	return b.periodsOverlap(e, xs)
}

// periodsOverlap is greatest starts < least ends in the sense of the standard:
// either period may be given backwards, and a moment belongs to itself.
func (b *exprBinder) periodsOverlap(n ast.Node, xs []expr.Expr) (expr.Expr, error) {
	bounds := make([]expr.Expr, 4)
	for i := 0; i < 4; i += 2 {
		forwards, err := b.apply(n, "<=", xs[i], xs[i+1])
		if err != nil {
			return nil, err
		}
		if bounds[i], err = b.apply(n, "CASE", forwards, xs[i], xs[i+1]); err != nil {
			return nil, err
		}
		if bounds[i+1], err = b.apply(n, "CASE", forwards, xs[i+1], xs[i]); err != nil {
			return nil, err
		}
	}
	first, err := b.apply(n, ">=", bounds[1], bounds[2])
	if err != nil {
		return nil, err
	}
	second, err := b.apply(n, ">=", bounds[3], bounds[0])
	if err != nil {
		return nil, err
	}
	return b.apply(n, "AND", first, second)
}

func (b *exprBinder) cast(e *ast.Cast) (expr.Expr, error) {
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	t, err := dataType(e.Type)
	if err != nil {
		return nil, err
	}
	if n, ok := intervalOfNumber(e.Type, x); ok {
		return n, nil
	}
	if q := e.Type.Interval; q != nil && q.To != "" && x.Type().IsNumeric() {
		return nil, errorAt(e, "name one unit, as in CAST(5 AS INTERVAL DAY)", "Cast function cannot convert value of type %s to type INTERVAL %s TO %s",
			x.Type().WithNull(true), q.From, q.To)
	}
	if e.Try {
		x, err = expr.TryCast(x, t)
	} else {
		x, err = expr.Cast(x, t)
	}
	return x, errorOf(e, err)
}

func (b *exprBinder) caseOf(e *ast.Case) (expr.Expr, error) {
	var nodes []ast.Expr
	var args []expr.Expr
	for _, w := range e.Whens {
		cond, err := b.when(e, &w)
		if err != nil {
			return nil, err
		}
		result, err := b.bind(w.Result)
		if err != nil {
			return nil, err
		}
		nodes, args = append(nodes, w.Cond, w.Result), append(args, cond, result)
	}
	if e.Else == nil {
		return typed(e, "CASE", nodes, append(args, expr.NullLit(types.Type{})))
	}
	x, err := b.bind(e.Else)
	if err != nil {
		return nil, err
	}
	return typed(e, "CASE", append(nodes, e.Else), append(args, x))
}

func (b *exprBinder) when(e *ast.Case, w *ast.When) (expr.Expr, error) {
	if e.Operand == nil {
		return b.condition(w.Cond, "WHEN")
	}
	return b.resolve(w, "=", e.Operand, w.Cond)
}

func notPrefix(before string, not bool, after string) string {
	if not {
		return before + "NOT " + after
	}
	return before + after
}

func (b *exprBinder) is(e *ast.Is) (expr.Expr, error) {
	switch e.Test {
	case ast.IsNull, ast.IsTrue, ast.IsFalse, ast.IsUnknown:
		x, err := b.bind(e.X)
		if err != nil {
			return nil, err
		}
		if e.Test == ast.IsUnknown {
			if _, err := boolean(e.X, x, "IS UNKNOWN"); err != nil {
				return nil, err
			}
		}
		return b.apply(e, notPrefix("IS ", e.Not, string(e.Test)), x)
	case ast.IsASet, ast.IsEmpty:
		return nil, notSupported(e, "IS "+string(e.Test), "")
	}
	test := "IS JSON VALUE"
	if e.Test != ast.IsJSON {
		test = "IS " + string(e.Test)
	}
	x, err := b.resolve(e, test, e.X)
	if err != nil || !e.Not {
		return x, err
	}
	return b.apply(e, "NOT", x)
}

func (b *exprBinder) between(e *ast.Between) (expr.Expr, error) {
	xs, err := b.all([]ast.Expr{e.X, e.Lo, e.Hi})
	if err != nil {
		return nil, err
	}
	in, err := b.within(e, xs[0], xs[1], xs[2])
	if err != nil {
		return nil, err
	}
	if e.Symmetric {
		turned, err := b.within(e, xs[0], xs[2], xs[1])
		if err != nil {
			return nil, err
		}
		if in, err = b.apply(e, "OR", in, turned); err != nil {
			return nil, err
		}
	}
	if e.Not {
		return b.apply(e, "NOT", in)
	}
	return in, nil
}

func (b *exprBinder) within(e *ast.Between, x, lo, hi expr.Expr) (expr.Expr, error) {
	above, err := typed(e, ">=", []ast.Expr{e.X, e.Lo}, []expr.Expr{x, lo})
	if err != nil {
		return nil, err
	}
	below, err := typed(e, "<=", []ast.Expr{e.X, e.Hi}, []expr.Expr{x, hi})
	if err != nil {
		return nil, err
	}
	return b.apply(e, "AND", above, below)
}

func (b *exprBinder) like(e *ast.Like) (expr.Expr, error) {
	args := []ast.Expr{e.X, e.Pattern}
	if e.Escape != nil {
		args = append(args, e.Escape)
	}
	switch e.Op {
	case ast.OpRLike, ast.OpILike:
		return nil, errorAt(e, "use LIKE, SIMILAR TO or REGEXP(x, pattern)", "%s is not supported", e.Op)
	}
	x, err := b.resolve(e, string(e.Op), args...)
	if err != nil || !e.Not {
		return x, err
	}
	return b.apply(e, "NOT", x)
}

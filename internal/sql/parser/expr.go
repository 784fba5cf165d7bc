package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// expr parses an expression of any level.
func (p *parser) expr() ast.Expr { return p.exprAt(ast.LevelOr) }

// exprAt parses an expression whose operators bind at least as strongly as level.
func (p *parser) exprAt(level int) ast.Expr {
	p.enter()
	defer p.leave()
	pos := p.start()
	return p.infix(pos, p.prefix(), level)
}

// prefix parses an operand with the operators before it.
func (p *parser) prefix() ast.Expr {
	pos := p.start()
	switch t := p.tok(); {
	case t.is("NOT"):
		p.i++
		x := p.exprAt(ast.LevelNot)
		return &ast.Unary{Span: p.span(pos), Op: ast.OpNot, X: x}
	case t.isPunct("-"), t.isPunct("+"):
		p.i++
		x := p.exprAt(ast.LevelSign)
		return &ast.Unary{Span: p.span(pos), Op: ast.UnaryOp(t.text), X: x}
	}
	return p.postfix(pos, p.primary())
}

var punctOps = map[string]ast.BinaryOp{
	"*": ast.OpMul, "/": ast.OpDiv, "%": ast.OpMod, "+": ast.OpAdd, "-": ast.OpSub, "||": ast.OpConcat,
	"=": ast.OpEq, "<>": ast.OpNe, "!=": ast.OpNe, "<": ast.OpLt, "<=": ast.OpLe, ">": ast.OpGt, ">=": ast.OpGe,
}

// binaryOp returns the binary operator which follows and its number of tokens.
func (p *parser) binaryOp() (op ast.BinaryOp, tokens int) {
	switch t := p.tok(); t.kind {
	case tokPunct:
		if op, ok := punctOps[t.text]; ok {
			return op, 1
		}
	case tokWord:
		switch {
		case t.upper == "AND":
			return ast.OpAnd, 1
		case t.upper == "OR":
			return ast.OpOr, 1
		case t.upper == "OVERLAPS":
			return ast.OpOverlaps, 1
		case p.at("MEMBER", "OF"):
			return ast.OpMemberOf, 2
		case p.at("SUBMULTISET", "OF"):
			return ast.OpSubmultiOf, 2
		}
	}
	return "", 0
}

// infix parses the operators after x, which began at pos, as far as they bind at
// least as strongly as level.
func (p *parser) infix(pos int, x ast.Expr, level int) ast.Expr {
	for {
		if op, n := p.binaryOp(); n > 0 {
			if op.Level() < level {
				return x
			}
			x = p.binary(pos, x, op, n)
			continue
		}
		y := p.predicate(pos, x, level)
		if y == nil {
			return x
		}
		x = y
	}
}

// binary parses the right side of x op.
func (p *parser) binary(pos int, x ast.Expr, op ast.BinaryOp, tokens int) ast.Expr {
	p.countOperator()
	opPos := p.start()
	p.i += tokens
	if op.Level() == ast.LevelCompare {
		if q := p.quantified(pos, x, op); q != nil {
			return q
		}
	}
	r := p.exprAt(op.Level() + 1)
	return &ast.Binary{Span: p.span(pos), Op: op, OpPos: opPos, L: x, R: r}
}

// quantified parses ANY (…), SOME (…) or ALL (…) after a comparison, or returns nil.
func (p *parser) quantified(pos int, x ast.Expr, op ast.BinaryOp) ast.Expr {
	if !p.atAny("ANY", "SOME", "ALL") || !p.peek(1).isPunct("(") {
		return nil
	}
	all := p.next().is("ALL")
	q, list := p.queryOrList()
	return &ast.Quantified{Span: p.span(pos), X: x, Op: op, All: all, List: list, Query: q}
}

// predicate parses IS, BETWEEN, IN, LIKE … after x, or returns nil if none that
// binds as strongly as level follows.
func (p *parser) predicate(pos int, x ast.Expr, level int) ast.Expr {
	if p.tok().kind != tokWord {
		return nil
	}
	if p.at("IS") {
		distinct := p.peek(1).is("DISTINCT") || p.peek(1).is("NOT") && p.peek(2).is("DISTINCT")
		if distinct && level > ast.LevelCompare || !distinct && level > ast.LevelIs {
			return nil
		}
		p.countOperator()
		p.i++
		return p.is(pos, x)
	}
	if level > ast.LevelRange {
		return nil
	}
	not := p.at("NOT")
	word := p.tok()
	if not {
		word = p.peek(1)
	}
	switch word.upper {
	case "BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "SIMILAR":
	default:
		return nil
	}
	p.countOperator()
	if not {
		p.i++
	}
	switch p.next().upper {
	case "BETWEEN":
		symmetric := p.accept("SYMMETRIC")
		if !symmetric {
			p.accept("ASYMMETRIC")
		}
		lo := p.exprAt(ast.LevelRange + 1)
		p.expect("AND")
		hi := p.exprAt(ast.LevelRange + 1)
		return &ast.Between{Span: p.span(pos), X: x, Lo: lo, Hi: hi, Not: not, Symmetric: symmetric}
	case "IN":
		q, list := p.queryOrList()
		return &ast.In{Span: p.span(pos), X: x, Not: not, List: list, Query: q}
	}
	op := ast.LikeOp(p.prev().upper)
	if op == "SIMILAR" {
		p.expect("TO")
		op = ast.OpSimilarTo
	}
	like := &ast.Like{Op: op, X: x, Not: not, Pattern: p.exprAt(ast.LevelRange + 1)}
	if p.accept("ESCAPE") {
		like.Escape = p.exprAt(ast.LevelRange + 1)
	}
	like.Span = p.span(pos)
	return like
}

// is parses what follows x IS.
func (p *parser) is(pos int, x ast.Expr) ast.Expr {
	not := p.accept("NOT")
	if p.accept("DISTINCT", "FROM") {
		r := p.exprAt(ast.LevelCompare + 1)
		return &ast.IsDistinct{Span: p.span(pos), L: x, R: r, Not: not}
	}
	var test ast.IsTest
	switch w := p.tok(); {
	case p.acceptAny("NULL", "TRUE", "FALSE", "UNKNOWN", "EMPTY") != "":
		test = ast.IsTest(w.upper)
	case p.accept("A", "SET"):
		test = ast.IsASet
	case p.accept("JSON"):
		test = ast.IsJSON
		if kind := p.acceptAny("VALUE", "OBJECT", "ARRAY", "SCALAR"); kind != "" && kind != "VALUE" {
			test = ast.IsTest("JSON " + kind)
		}
	default:
		p.unexpected("NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT FROM", "JSON")
	}
	return &ast.Is{Span: p.span(pos), X: x, Not: not, Test: test}
}

// queryOrList parses ( query ) or ( expr, … ).
func (p *parser) queryOrList() (*ast.Query, []ast.Expr) {
	if !p.atPunct("(") {
		p.unexpected("'('")
	}
	p.i++
	q, list := p.insideParens()
	p.expectPunct(")")
	return q, list
}

// insideParens parses what stands between parentheses in an expression: a query,
// or one or more expressions. Queries in more parentheses than needed are found
// without trying twice: ((SELECT 1) UNION (SELECT 2)), ((SELECT 1) + 1).
func (p *parser) insideParens() (*ast.Query, []ast.Expr) {
	p.enter()
	defer p.leave()
	if p.atQuery() {
		return p.query(), nil
	}
	var first ast.Expr
	pos := p.start()
	if p.atPunct("(") {
		p.i++
		q, inner := p.insideParens()
		p.expectPunct(")")
		if q != nil {
			if p.atPunct(")") || p.atSetOp() || p.atQueryTail() {
				return p.queryFrom(pos, q), nil
			}
			first = &ast.ScalarSubquery{Span: p.span(pos), Query: q}
		} else {
			first = p.difference(pos, p.rowOrExpr(pos, inner))
		}
		first = p.infix(pos, p.postfix(pos, first), ast.LevelOr)
	} else {
		first = p.expr()
	}
	list := []ast.Expr{first}
	for p.acceptComma() {
		list = append(list, p.expr())
	}
	return nil, list
}

// rowOrExpr makes (a) into a and (a, b) into a row.
func (p *parser) rowOrExpr(pos int, list []ast.Expr) ast.Expr {
	if len(list) == 1 {
		return list[0]
	}
	return &ast.RowCtor{Span: p.span(pos), Elems: list}
}

// postfix parses [index] and .field after x, which began at pos.
func (p *parser) postfix(pos int, x ast.Expr) ast.Expr {
	for {
		switch {
		case p.atPunct("["):
			p.countOperator()
			p.i++
			at := p.expr()
			p.expectPunct("]")
			x = &ast.Index{Span: p.span(pos), X: x, At: at}
		case p.atPunct(".") && !p.peek(1).isPunct("*"):
			p.countOperator()
			p.i++
			field := p.ident("a field name")
			if path, ok := x.(*ast.Path); ok { // (a.b).c is a.b.c
				parts := append(path.Parts[:len(path.Parts):len(path.Parts)], field)
				x = &ast.Path{Span: p.span(pos), Parts: parts}
				continue
			}
			x = &ast.FieldAccess{Span: p.span(pos), X: x, Field: field}
		default:
			return x
		}
	}
}

// primary parses an operand without operators around it.
func (p *parser) primary() ast.Expr {
	t := p.tok()
	switch t.kind {
	case tokInt, tokDecimal, tokFloat:
		p.i++
		kind := map[tokenKind]ast.LiteralKind{tokInt: ast.IntLit, tokDecimal: ast.DecimalLit, tokFloat: ast.FloatLit}[t.kind]
		return &ast.Literal{Span: p.span(t.pos), Kind: kind, Text: t.text}
	case tokString:
		return p.stringLit("a string")
	case tokBinary:
		return p.binaryLit()
	case tokQuoted:
		return p.pathOrCall()
	case tokWord:
		return p.word(t)
	case tokPunct:
		switch t.text {
		case "(":
			return p.parenthesised()
		case "{":
			return p.escape(t)
		}
	}
	p.unexpected("an expression")
	panic("unreachable")
}

// parenthesised parses (x), (a, b) or (query).
func (p *parser) parenthesised() ast.Expr {
	pos := p.start()
	q, list := p.queryOrList()
	if q != nil {
		return &ast.ScalarSubquery{Span: p.span(pos), Query: q}
	}
	return p.difference(pos, p.rowOrExpr(pos, list))
}

// word parses a primary that begins with a word.
func (p *parser) word(t *token) ast.Expr {
	if x := p.special(t); x != nil {
		return x
	}
	if ast.BareFunction(t.upper) {
		return p.bareCall()
	}
	if !ast.Reserved(t.upper) || ast.ReservedFunction(t.upper) && p.peek(1).isPunct("(") {
		return p.pathOrCall()
	}
	if p.peek(1).isPunct("(") && !clauseStart[t.upper] {
		p.fail(t, t.upper+" is not a function of Flink SQL", foreignFunctions[t.upper])
	}
	p.unexpected("an expression")
	panic("unreachable")
}

// foreignFunctions are reserved words which are functions elsewhere, with what to
// write here.
var foreignFunctions = map[string]string{
	"SAFE_CAST":       "write TRY_CAST(x AS type)",
	"CONVERT":         "write CAST(x AS type)",
	"DATE_TRUNC":      "write FLOOR(x TO DAY)",
	"TIMESTAMP_TRUNC": "write FLOOR(x TO DAY)",
	"DATETIME_TRUNC":  "write FLOOR(x TO DAY)",
	"TIMESTAMP_DIFF":  "write TIMESTAMPDIFF(DAY, a, b)",
	"STRING_AGG":      "write LISTAGG(x, ',')",
	"GROUP_CONCAT":    "write LISTAGG(x, ',')",
	"DAY":             "write DAYOFMONTH(x) or EXTRACT(DAY FROM x)",
}

// pathOrCall parses a.b.c or a.b.f(…).
func (p *parser) pathOrCall() ast.Expr {
	pos := p.start()
	var parts []ast.Ident
	if t := p.tok(); t.kind == tokWord && ast.Reserved(t.upper) { // a reserved word that is a function
		p.i++
		parts = []ast.Ident{{Span: p.span(pos), Name: t.text}}
	} else {
		parts = []ast.Ident{p.ident("an expression")}
	}
	for p.atPunct(".") && !p.peek(1).isPunct("*") {
		p.i++
		parts = append(parts, p.ident("a name after the dot"))
	}
	if p.atPunct("(") {
		return p.call(pos, ast.Name{Span: p.span(pos), Parts: parts})
	}
	return &ast.Path{Span: p.span(pos), Parts: parts}
}

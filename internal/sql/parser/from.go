package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// from parses the tables of a FROM clause.
func (p *parser) from() ast.TableRef {
	pos := p.start()
	return p.commaJoins(pos, p.joins(pos, p.tableRef()))
}

// commaJoins parses , table after left.
func (p *parser) commaJoins(pos int, left ast.TableRef) ast.TableRef {
	for p.acceptPunct(",") {
		p.countOperator()
		rpos := p.start()
		right := p.joins(rpos, p.tableRef())
		left = &ast.Join{Span: p.span(pos), Kind: ast.CommaJoin, Left: left, Right: right}
	}
	return left
}

// joins parses JOIN clauses after left, which began at pos.
func (p *parser) joins(pos int, left ast.TableRef) ast.TableRef {
	for {
		at := p.tok()
		natural, kind, ok := p.joinWords()
		if !ok {
			return left
		}
		p.countOperator()
		j := &ast.Join{Kind: kind, Natural: natural, Left: left, Right: p.tableRef()}
		switch {
		case p.at("ON") && !p.at("ON", "CONFLICT", "DO"):
			if natural || kind == ast.CrossJoin {
				p.fail(p.tok(), "a "+joinName(natural, kind)+" takes no ON condition", "write JOIN … ON …")
			}
			p.i++
			j.On = p.expr()
		case p.accept("USING"):
			if natural || kind == ast.CrossJoin {
				p.fail(p.prev(), "a "+joinName(natural, kind)+" takes no USING", "write JOIN … USING (…)")
			}
			j.Using = p.parenIdents("a column name")
		case !natural && kind != ast.CrossJoin:
			p.fail(at, "INNER, LEFT, RIGHT or FULL join requires a condition (NATURAL keyword or ON or USING clause)",
				"add ON …, or write CROSS JOIN")
		}
		j.Span = p.span(pos)
		left = j
	}
}

func joinName(natural bool, kind ast.JoinKind) string {
	if natural {
		return "NATURAL JOIN"
	}
	return string(kind) + " JOIN"
}

// joinWords consumes [NATURAL] [INNER|LEFT|RIGHT|FULL [OUTER]|CROSS] JOIN.
func (p *parser) joinWords() (natural bool, kind ast.JoinKind, ok bool) {
	if !p.atAny("NATURAL", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS") {
		return false, "", false
	}
	natural = p.accept("NATURAL")
	kind = ast.InnerJoin
	if w := p.acceptAny("INNER", "LEFT", "RIGHT", "FULL", "CROSS"); w != "" {
		kind = ast.JoinKind(w)
		if kind != ast.InnerJoin && kind != ast.CrossJoin {
			p.accept("OUTER")
		}
	}
	if natural && kind == ast.CrossJoin {
		p.fail(p.prev(), "a join cannot be both NATURAL and CROSS", "")
	}
	p.expect("JOIN")
	return natural, kind, true
}

// tableRef parses one table with what belongs to it: PIVOT, MATCH_RECOGNIZE, alias.
func (p *parser) tableRef() ast.TableRef {
	p.enter()
	defer p.leave()
	pos := p.start()
	switch {
	case p.at("LATERAL"):
		return p.lateral(pos)
	case p.at("UNNEST"):
		return p.unnest(pos)
	case p.at("TABLE"):
		return p.finish(pos, p.tableFunc(pos, false))
	case p.atPunct("("):
		return p.parenTable(pos)
	case p.atIdent() || p.tok().kind == tokWord && ast.ReservedFunction(p.tok().upper) && p.peek(1).isPunct("("):
		return p.tableOrFunc(pos)
	}
	p.unexpected("a table")
	panic("unreachable")
}

// lateral parses LATERAL (query), LATERAL TABLE(f(x)) and LATERAL UNNEST(x).
func (p *parser) lateral(pos int) ast.TableRef {
	p.expect("LATERAL")
	switch {
	case p.at("UNNEST"): // UNNEST is lateral anyway
		return p.unnest(pos)
	case p.at("TABLE"):
		return p.finish(pos, p.tableFunc(pos, true))
	case p.atPunct("("):
		d := &ast.Derived{Lateral: true, Query: p.parenQuery()}
		d.Span = p.span(pos)
		return p.finish(pos, d)
	}
	if p.atIdent() {
		p.fail(p.tok(), "LATERAL needs TABLE(…) around a function", "write LATERAL TABLE(f(x))")
	}
	p.unexpected("TABLE", "'('", "UNNEST")
	panic("unreachable")
}

func (p *parser) unnest(pos int) ast.TableRef {
	p.expect("UNNEST")
	u := &ast.Unnest{}
	p.parens(func() { p.commaList(func() { u.Args = append(u.Args, p.expr()) }) })
	if p.accept("WITH") {
		p.expect("ORDINALITY")
		u.Ordinality = true
	}
	u.Span = p.span(pos)
	return p.finish(pos, u)
}

// tableFunc parses TABLE(f(…)).
func (p *parser) tableFunc(pos int, lateral bool) ast.TableRef {
	p.expect("TABLE")
	if p.atIdent() {
		p.fail(p.prev(), "TABLE needs a function call in parentheses", "write the name of a table without TABLE; a function as TABLE(f(x))")
	}
	var call *ast.Call
	p.parens(func() {
		call = p.functionCall()
	})
	return &ast.TableFunc{Span: p.span(pos), Lateral: lateral, Call: call}
}

// functionCall parses f(…) with table arguments.
func (p *parser) functionCall() *ast.Call {
	pos := p.start()
	x := p.primary()
	c, ok := x.(*ast.Call)
	if !ok {
		panic(errorAt(x, "TABLE(…) holds a function call"))
	}
	c.Span = p.span(pos)
	queryArgs(c)
	return c
}

// queryArgs makes the subqueries among the arguments of a table function into
// table arguments.
func queryArgs(c *ast.Call) {
	for i, a := range c.Args {
		slot := &c.Args[i]
		if named, ok := a.(*ast.NamedArg); ok {
			slot = &named.Value
		}
		if sub, ok := (*slot).(*ast.ScalarSubquery); ok {
			*slot = &ast.TableArg{Span: sub.Span, Query: sub.Query}
		}
	}
}

// tableOrFunc parses name [hints] [FOR SYSTEM_TIME AS OF x] or f(…).
func (p *parser) tableOrFunc(pos int) ast.TableRef {
	isCall := func() bool {
		n := 0
		for p.peek(n + 1).isPunct(".") {
			n += 2
		}
		return p.peek(n + 1).isPunct("(")
	}
	if isCall() {
		call := p.functionCall()
		return p.finish(pos, &ast.TableFunc{Span: p.span(pos), Call: call})
	}
	t := &ast.Table{Name: p.name("a table")}
	if p.atPunct("/*+") {
		t.Hints = p.hints()
	}
	if p.accept("FOR") {
		p.expect("SYSTEM_TIME", "AS", "OF")
		t.SystemTime = p.exprAt(ast.LevelCompare + 1)
	}
	if p.atPunct("/*+") {
		p.fail(p.tok(), "a table hint stands directly after the table name", "")
	}
	t.Span = p.span(pos)
	return p.finish(pos, t)
}

// finish parses PIVOT, an alias, MATCH_RECOGNIZE and the alias of that.
func (p *parser) finish(pos int, t ast.TableRef) ast.TableRef {
	if p.at("PIVOT") {
		pv := p.pivot(pos, t)
		pv.Alias = p.alias()
		pv.Span = p.span(pos)
		return pv
	}
	if p.at("UNPIVOT") || p.at("TABLESAMPLE") {
		p.fail(p.tok(), p.tok().upper+" is not supported", "")
	}
	setAlias(t, p.alias(), p.span(pos))
	switch t := p.tok(); {
	case t.isPunct("/*+"):
		p.fail(t, "a table hint stands before the alias", "write t /*+ OPTIONS(…) */ AS alias")
	case t.is("FOR"):
		p.fail(t, "FOR SYSTEM_TIME AS OF stands before the alias", "write t FOR SYSTEM_TIME AS OF x AS alias")
	}
	if p.at("MATCH_RECOGNIZE") {
		m := p.match(t)
		m.Alias = p.alias()
		m.Span = p.span(pos)
		return m
	}
	return t
}

// setAlias gives t its alias and its full range.
func setAlias(t ast.TableRef, a *ast.Alias, span ast.Span) {
	switch t := t.(type) {
	case *ast.Table:
		t.Alias, t.Span = a, span
	case *ast.Derived:
		t.Alias, t.Span = a, span
	case *ast.TableFunc:
		t.Alias, t.Span = a, span
	case *ast.Unnest:
		t.Alias, t.Span = a, span
	}
}

// alias parses [AS] name [(columns)], or returns nil.
func (p *parser) alias() *ast.Alias {
	pos := p.start()
	if !p.accept("AS") && !p.atIdent() {
		return nil
	}
	a := &ast.Alias{Name: p.ident("an alias")}
	if p.atPunct("(") {
		a.Columns = p.parenIdents("a column name")
	}
	a.Span = p.span(pos)
	return a
}

// parenTable parses ( query ) [alias] or ( joined tables ).
func (p *parser) parenTable(pos int) ast.TableRef {
	q, t := p.insideTableParens()
	if q != nil {
		return p.finish(pos, &ast.Derived{Span: p.span(pos), Query: q})
	}
	if _, ok := t.(*ast.Join); !ok {
		panic(errorAt(t, "parentheses in FROM hold a query or a join"))
	}
	if p.at("AS") || p.atIdent() {
		at := p.tok()
		p.accept("AS")
		p.fail(at, "a join in parentheses takes no alias", "give aliases to the tables in it, or write (SELECT * FROM …) AS "+p.ident("an alias").Name)
	}
	return t
}

// insideTableParens parses ( … ) in FROM: a query or tables. Like insideParens it
// tells by what follows an inner parenthesis, not by trying twice.
func (p *parser) insideTableParens() (*ast.Query, ast.TableRef) {
	p.enter()
	defer p.leave()
	p.expectPunct("(")
	pos := p.start()
	var left ast.TableRef
	switch {
	case p.atQuery():
		q := p.query()
		p.expectPunct(")")
		return q, nil
	case p.atPunct("("):
		q, t := p.insideTableParens()
		if q != nil && (p.atPunct(")") || p.atSetOp() || p.atQueryTail()) {
			q = p.queryFrom(pos, q)
			p.expectPunct(")")
			return q, nil
		}
		left = t
		if q != nil {
			left = p.finish(pos, &ast.Derived{Span: p.span(pos), Query: q})
		}
	default:
		left = p.tableRef()
	}
	left = p.commaJoins(pos, p.joins(pos, left))
	p.expectPunct(")")
	return nil, left
}

// pivot parses PIVOT (aggregates FOR axes IN (values)).
func (p *parser) pivot(pos int, input ast.TableRef) *ast.Pivot {
	p.expect("PIVOT")
	pv := &ast.Pivot{Input: input}
	p.parens(func() {
		p.commaList(func() { pv.Aggs = append(pv.Aggs, p.selectItem()) })
		p.expect("FOR")
		axis := func() { pv.Axes = append(pv.Axes, p.path("a column")) }
		if p.atPunct("(") {
			p.parens(func() { p.commaList(axis) })
		} else {
			axis()
		}
		p.expect("IN")
		p.parens(func() { p.commaList(func() { pv.Values = append(pv.Values, p.pivotValue(len(pv.Axes))) }) })
	})
	pv.Span = p.span(pos)
	return pv
}

func (p *parser) pivotValue(axes int) ast.PivotValue {
	pos := p.start()
	t := p.tok()
	v := ast.PivotValue{}
	switch x := p.expr().(type) {
	case *ast.RowCtor:
		v.Elems = x.Elems
	default:
		v.Elems = []ast.Expr{x}
	}
	if len(v.Elems) != axes {
		p.fail(t, "a PIVOT value needs as many parts as there are columns after FOR", "")
	}
	if p.accept("AS") || p.atIdent() {
		alias := p.ident("an alias")
		v.Alias = &alias
	}
	v.Span = p.span(pos)
	return v
}

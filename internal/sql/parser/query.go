package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// atQuery reports whether a query follows, not counting one in parentheses.
func (p *parser) atQuery() bool {
	switch t := p.tok(); {
	case t.is("SELECT"), t.is("VALUES"), t.is("VALUE"), t.is("WITH"):
		return true
	case t.is("TABLE"):
		return !p.peek(1).isPunct("(")
	}
	return false
}

// atParenQuery reports whether a query follows, perhaps in parentheses.
func (p *parser) atParenQuery() bool {
	n := 0
	for p.peek(n).isPunct("(") {
		n++
	}
	t := p.peek(n)
	return t.is("SELECT") || t.is("VALUES") || t.is("VALUE") || t.is("WITH") || t.is("TABLE") && !p.peek(n+1).isPunct("(")
}

func (p *parser) atSetOp() bool { return p.atAny("UNION", "INTERSECT", "EXCEPT", "MINUS") }

// atQueryTail reports whether ORDER BY, LIMIT … follows.
func (p *parser) atQueryTail() bool { return p.atAny("ORDER", "LIMIT", "OFFSET", "FETCH") }

// query parses [WITH …] body [ORDER BY …] [LIMIT …].
func (p *parser) query() *ast.Query {
	p.enter()
	defer p.leave()
	pos := p.start()
	q := &ast.Query{}
	if p.accept("WITH") {
		q.Recursive = p.accept("RECURSIVE")
		p.commaList(func() { q.With = append(q.With, p.cte()) })
		if p.atAny("INSERT", "UPDATE", "DELETE") {
			p.fail(p.tok(), "WITH cannot stand before "+p.tok().upper, "write INSERT INTO t WITH … SELECT …")
		}
	}
	q.Body = p.body(p.setOperand(), 1)
	p.queryTail(q)
	q.Span = p.span(pos)
	return unwrap(q)
}

// queryFrom parses the rest of a query whose first operand, in parentheses from pos
// on, is already parsed.
func (p *parser) queryFrom(pos int, first *ast.Query) *ast.Query {
	q := &ast.Query{Body: p.body(simplest(first), 1)}
	p.queryTail(q)
	q.Span = p.span(pos)
	return unwrap(q)
}

// simplest returns the body of a query which is nothing but a body.
func simplest(q *ast.Query) ast.QueryBody {
	if q.With == nil && q.OrderBy == nil && q.Limit == nil && q.Offset == nil {
		return q.Body
	}
	return q
}

// unwrap removes parentheses around a whole query: (SELECT … LIMIT 1) alone.
func unwrap(q *ast.Query) *ast.Query {
	if inner, ok := q.Body.(*ast.Query); ok && simplest(q) == q.Body {
		return inner
	}
	return q
}

func (p *parser) cte() ast.CTE {
	pos := p.start()
	c := ast.CTE{Name: p.ident("a name")}
	if p.atPunct("(") {
		c.Columns = p.parenIdents("a column name")
	}
	p.expect("AS")
	c.Query = p.parenQuery()
	c.Span = p.span(pos)
	return c
}

// body parses set operations after left whose level is at least least: 1 for UNION
// and EXCEPT, 2 for INTERSECT, which binds stronger.
func (p *parser) body(left ast.QueryBody, least int) ast.QueryBody {
	pos := left.Range().Pos
	for p.atSetOp() {
		op, level := ast.SetOpKind(p.tok().upper), 1
		switch op {
		case ast.Intersect:
			level = 2
		case "MINUS":
			op = ast.Except
		}
		if level < least {
			return left
		}
		p.countOperator()
		p.i++
		all := p.accept("ALL")
		if !all {
			p.accept("DISTINCT")
		}
		right := p.setOperand()
		if level == 1 {
			right = p.body(right, 2)
		}
		left = &ast.SetOp{Span: p.span(pos), Op: op, All: all, Left: left, Right: right}
	}
	return left
}

// setOperand parses SELECT …, VALUES …, TABLE t or ( query ).
func (p *parser) setOperand() ast.QueryBody {
	pos := p.start()
	switch t := p.tok(); {
	case t.is("SELECT"):
		return p.selectBlock()
	case t.is("VALUES"), t.is("VALUE"):
		return p.values()
	case p.accept("TABLE"):
		n := p.name("a table name")
		return &ast.ExplicitTable{Span: p.span(pos), Name: n}
	case t.isPunct("("):
		return simplest(p.parenQuery())
	}
	p.unexpected("SELECT", "VALUES", "TABLE", "'('")
	panic("unreachable")
}

// queryTail parses ORDER BY, LIMIT, OFFSET and FETCH.
func (p *parser) queryTail(q *ast.Query) {
	if p.at("ORDER") {
		q.OrderBy = p.orderBy()
	}
	if p.accept("LIMIT") && !p.accept("ALL") {
		q.Limit = p.count("a number of rows")
		if p.atPunct(",") {
			p.fail(p.tok(), "LIMIT takes one number", "write LIMIT n OFFSET m")
		}
	}
	if p.accept("OFFSET") {
		q.Offset = p.count("a number of rows")
		p.acceptAny("ROW", "ROWS")
		if p.at("LIMIT") {
			p.fail(p.tok(), "LIMIT stands before OFFSET", "write LIMIT n OFFSET m")
		}
	}
	if q.Limit == nil && p.accept("FETCH") {
		p.expectAny("FIRST", "NEXT")
		q.Limit = p.count("a number of rows")
		p.expectAny("ROW", "ROWS")
		p.expect("ONLY")
	}
	if q.OrderBy != nil || q.Limit != nil || q.Offset != nil {
		p.clauseOrder()
	}
}

func (p *parser) orderBy() []ast.SortItem {
	p.expect("ORDER", "BY")
	return p.sortItems()
}

func (p *parser) sortItems() (items []ast.SortItem) {
	p.commaList(func() { items = append(items, p.sortItem()) })
	return items
}

func (p *parser) sortItem() ast.SortItem {
	pos := p.start()
	s := ast.SortItem{X: p.expr()}
	s.Desc = p.acceptAny("ASC", "DESC") == "DESC"
	if p.accept("NULLS") {
		s.Nulls = ast.NullsOrder(p.expectAny("FIRST", "LAST"))
	}
	s.Span = p.span(pos)
	return s
}

// values parses VALUES row, …; VALUE is the same
func (p *parser) values() ast.QueryBody {
	pos := p.start()
	if !p.accept("VALUE") {
		p.expect("VALUES")
	}
	v := &ast.Values{}
	p.commaList(func() {
		rpos := p.start()
		var row ast.ValuesRow
		switch x := p.expr().(type) {
		case *ast.RowCtor:
			row.Elems = x.Elems
		default:
			row.Elems = []ast.Expr{x}
		}
		row.Span = p.span(rpos)
		v.Rows = append(v.Rows, row)
	})
	v.Span = p.span(pos)
	return v
}

func (p *parser) selectBlock() ast.QueryBody {
	p.enter()
	defer p.leave()
	pos := p.start()
	p.expect("SELECT")
	s := &ast.Select{}
	if p.atPunct("/*+") {
		s.Hints = p.hints()
	}
	if p.acceptAny("DISTINCT", "ALL") == "DISTINCT" {
		s.Distinct = true
	}
	if p.atPunct("/*+") {
		p.fail(p.tok(), "a hint stands before DISTINCT, directly after SELECT", "")
	}
	p.commaList(func() { s.Items = append(s.Items, p.selectItem()) })
	if p.accept("FROM") {
		s.From = p.from()
		p.selectClauses(s)
	} else if p.atAny("WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY") {
		p.fail(p.tok(), p.tok().upper+" needs a FROM clause before it", "write FROM (VALUES (0)) to have one row")
	}
	s.Span = p.span(pos)
	return s
}

// selectClauses parses WHERE … QUALIFY.
func (p *parser) selectClauses(s *ast.Select) {
	if p.accept("WHERE") {
		s.Where = p.expr()
	}
	if p.at("GROUP") {
		s.GroupBy = p.groupBy()
	}
	if p.accept("HAVING") {
		s.Having = p.expr()
	}
	if p.accept("WINDOW") {
		p.commaList(func() {
			pos := p.start()
			w := ast.NamedWindow{Name: p.ident("a window name")}
			p.expect("AS")
			w.Spec = p.parenWindow()
			w.Span = p.span(pos)
			s.Windows = append(s.Windows, w)
		})
	}
	if p.accept("QUALIFY") {
		s.Qualify = p.expr()
	}
	p.clauseOrder()
}

// clauseOrder explains a clause which comes too late.
func (p *parser) clauseOrder() {
	if t := p.tok(); p.atAny("WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY") {
		p.fail(t, t.upper+" stands in the wrong place",
			"the order is SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW … QUALIFY … ORDER BY … LIMIT")
	}
}

func (p *parser) selectItem() ast.SelectItem {
	pos := p.start()
	if star := p.star(); star != nil {
		return ast.SelectItem{Span: p.span(pos), X: star}
	}
	item := ast.SelectItem{X: p.expr()}
	if p.accept("AS") {
		alias := p.ident("an alias")
		item.Alias = &alias
	} else if p.atIdent() {
		alias := p.ident("an alias")
		item.Alias = &alias
	}
	item.Span = p.span(pos)
	return item
}

// star parses * or a.b.*, or returns nil.
func (p *parser) star() ast.Expr {
	pos := p.start()
	if p.acceptPunct("*") {
		return &ast.Star{Span: p.span(pos)}
	}
	n := 0
	for p.peek(n).kind == tokWord || p.peek(n).kind == tokQuoted {
		if !p.peek(n + 1).isPunct(".") {
			return nil
		}
		n += 2
		if p.peek(n).isPunct("*") {
			s := &ast.Star{}
			for p.i < len(p.toks) && !p.atPunct("*") {
				s.Qualifier = append(s.Qualifier, p.ident("a table name"))
				p.expectPunct(".")
			}
			p.i++
			s.Span = p.span(pos)
			return s
		}
	}
	return nil
}

func (p *parser) groupBy() *ast.GroupBy {
	pos := p.start()
	p.expect("GROUP", "BY")
	g := &ast.GroupBy{}
	if w := p.acceptAny("DISTINCT", "ALL"); w == "DISTINCT" {
		g.Distinct = true
	} else if w == "ALL" && (p.tok().kind == tokEOF || p.atPunct(";") || p.atPunct(")")) {
		p.fail(p.prev(), "GROUP BY ALL is not Flink SQL", "list the columns to group by")
	}
	p.commaList(func() { g.Items = append(g.Items, p.groupItem()) })
	g.Span = p.span(pos)
	return g
}

func (p *parser) groupItem() ast.GroupItem {
	p.enter()
	defer p.leave()
	pos := p.start()
	g := ast.GroupItem{}
	switch {
	case p.at("GROUPING", "SETS"):
		p.i += 2
		g.Kind = ast.GroupSets
		p.parens(func() { p.commaList(func() { g.Items = append(g.Items, p.groupItem()) }) })
	case p.atAny("CUBE", "ROLLUP"):
		g.Kind = ast.GroupKind(p.next().upper)
		p.parens(func() { p.commaList(func() { g.Items = append(g.Items, p.groupItem()) }) })
	case p.atPunct("(") && p.peek(1).isPunct(")"):
		p.i += 2
		g.Kind = ast.GroupSet
	default:
		paren := p.atPunct("(")
		x := p.expr()
		if row, ok := x.(*ast.RowCtor); ok && paren { // (a, b)
			g.Kind = ast.GroupSet
			for _, e := range row.Elems {
				g.Items = append(g.Items, ast.GroupItem{Span: e.Range(), X: e})
			}
			break
		}
		g.X = x
	}
	g.Span = p.span(pos)
	return g
}

// parenWindow parses ( [ref] [PARTITION BY …] [ORDER BY …] [frame] ).
func (p *parser) parenWindow() *ast.WindowSpec {
	pos := p.start()
	w := &ast.WindowSpec{}
	p.parens(func() {
		if p.atIdent() {
			ref := p.ident("a window name")
			w.Ref = &ref
		}
		if p.accept("PARTITION") {
			p.expect("BY")
			p.commaList(func() { w.PartitionBy = append(w.PartitionBy, p.expr()) })
		}
		if p.at("ORDER") {
			w.OrderBy = p.orderBy()
		}
		if p.atAny("ROWS", "RANGE") {
			w.Frame = p.frame()
		}
		if p.accept("ALLOW") || p.accept("DISALLOW") {
			p.expect("PARTIAL")
		}
	})
	w.Span = p.span(pos)
	return w
}

func (p *parser) frame() *ast.Frame {
	pos := p.start()
	f := &ast.Frame{Rows: p.next().is("ROWS")}
	between := p.accept("BETWEEN")
	f.Start = p.bound()
	if between {
		p.expect("AND")
		end := p.bound()
		f.End = &end
	}
	f.Span = p.span(pos)
	return f
}

func (p *parser) bound() ast.FrameBound {
	pos := p.start()
	b := ast.FrameBound{}
	switch {
	case p.accept("UNBOUNDED"):
		b.Kind = ast.BoundKind("UNBOUNDED " + p.expectAny("PRECEDING", "FOLLOWING"))
	case p.accept("CURRENT"):
		p.expect("ROW")
		b.Kind = ast.CurrentRow
	default:
		b.Offset = p.exprAt(ast.LevelAnd + 1)
		b.Kind = ast.BoundKind(p.expectAny("PRECEDING", "FOLLOWING"))
	}
	b.Span = p.span(pos)
	return b
}

// hints parses /*+ hint, … */.
func (p *parser) hints() (hs []ast.Hint) {
	p.expectPunct("/*+")
	p.commaList(func() {
		pos := p.start()
		t := p.tok()
		if t.kind != tokWord && t.kind != tokQuoted {
			p.unexpected("a hint name")
		}
		p.i++
		h := ast.Hint{Name: t.text}
		if p.atPunct("(") {
			p.parens(func() {
				if !p.atPunct(")") {
					p.commaList(func() { h.Args = append(h.Args, p.hintArg()) })
				}
			})
		}
		h.Span = p.span(pos)
		hs = append(hs, h)
	})
	p.expectPunct("*/")
	return hs
}

// hintArg parses 'k'='v', k='v', a name, a string or a number.
func (p *parser) hintArg() ast.HintArg {
	pos := p.start()
	a := ast.HintArg{}
	t := p.tok()
	switch t.kind {
	case tokString:
		a.Value, a.Quoted = p.stringLit("a string").Text, true
	case tokInt:
		a.Value, a.Number = t.text, true
		p.i++
	default:
		a.Value = p.ident("a hint option").Name
	}
	if !a.Number && p.acceptPunct("=") {
		a = ast.HintArg{HasKey: true, Key: a.Value, Value: p.stringLit("a string").Text}
	}
	a.Span = p.span(pos)
	return a
}

package parser

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
)

// special parses what begins with a word and has a syntax of its own, or returns
// nil if t is an ordinary name here.
func (p *parser) special(t *token) ast.Expr {
	if x := p.specialValue(t); x != nil {
		return x
	}
	if !p.peek(1).isPunct("(") {
		return nil
	}
	if strings.HasPrefix(t.upper, "JSON_") {
		return p.jsonCall(t)
	}
	switch t.upper {
	case "CAST", "TRY_CAST":
		return p.cast()
	case "CEIL", "CEILING", "FLOOR":
		return p.roundCall()
	case "EXTRACT":
		return p.extract()
	case "TIMESTAMPADD", "TIMESTAMPDIFF":
		return p.timestampCall()
	case "POSITION":
		return p.position()
	case "TRIM":
		return p.trim()
	case "SUBSTRING":
		return p.substring()
	case "OVERLAY":
		return p.overlay()
	case "TRANSLATE":
		return p.translate()
	case "DESCRIPTOR":
		return p.descriptor()
	}
	return nil
}

// specialValue is special for literals, constructors and keywords.
func (p *parser) specialValue(t *token) ast.Expr {
	after := p.peek(1)
	switch t.upper {
	case "NULL", "TRUE", "FALSE", "UNKNOWN":
		return p.constant()
	case "DATE", "TIME", "TIMESTAMP":
		return p.datetime(t)
	case "INTERVAL":
		return p.interval()
	case "CASE":
		return p.caseExpr()
	case "EXISTS":
		p.i++
		return &ast.Exists{Query: p.parenQuery(), Span: p.span(t.pos)}
	case "ROW":
		return p.rowCtor()
	case "ARRAY", "MULTISET", "MAP":
		if after.isPunct("[") || after.isPunct("(") && (t.upper != "MAP" || p.queryAfterParen()) {
			return p.collection(t)
		}
	case "DEFAULT":
		p.i++
		return &ast.Default{Span: p.span(t.pos)}
	case "RUNNING", "FINAL":
		if after.mayCall() && p.peek(2).isPunct("(") {
			p.i++
			x := p.primary()
			return &ast.Unary{Op: ast.UnaryOp(t.upper), X: x, Span: p.span(t.pos)}
		}
	}
	return nil
}

// mayCall reports whether t can be the name of a function.
func (t *token) mayCall() bool {
	return t.kind == tokQuoted || t.kind == tokWord && (!ast.Reserved(t.upper) || ast.ReservedFunction(t.upper))
}

// queryAfterParen reports whether a query follows the next token and a parenthesis.
func (p *parser) queryAfterParen() bool {
	p.i++
	defer func() { p.i-- }()
	return p.atParenQuery()
}

// parenQuery parses ( query ).
func (p *parser) parenQuery() (q *ast.Query) {
	p.parens(func() { q = p.query() })
	return q
}

func (p *parser) caseExpr() ast.Expr {
	pos := p.start()
	p.expect("CASE")
	c := &ast.Case{}
	if !p.at("WHEN") {
		c.Operand = p.expr()
	}
	for p.at("WHEN") {
		wpos := p.start()
		p.i++
		conds := []ast.Expr{p.expr()}
		for c.Operand != nil && p.acceptPunct(",") {
			conds = append(conds, p.expr())
		}
		p.expect("THEN")
		result := p.expr()
		for _, cond := range conds { // WHEN 1, 2 THEN r is two branches
			c.Whens = append(c.Whens, ast.When{Span: p.span(wpos), Cond: cond, Result: result})
		}
	}
	if len(c.Whens) == 0 {
		p.unexpected("WHEN")
	}
	if p.accept("ELSE") {
		c.Else = p.expr()
	}
	p.expect("END")
	c.Span = p.span(pos)
	return c
}

func (p *parser) cast() ast.Expr {
	pos := p.start()
	c := &ast.Cast{Try: p.next().is("TRY_CAST")}
	p.parens(func() {
		c.X = p.expr()
		p.expect("AS")
		c.Type = p.dataType()
		if p.at("NOT", "NULL") || p.at("NULL") {
			p.fail(p.tok(), "a CAST cannot change nullability", "remove "+p.src[p.tok().pos:p.closing()])
		}
	})
	c.Span = p.span(pos)
	return c
}

// closing returns the end of NULL or NOT NULL which follows.
func (p *parser) closing() int {
	if p.at("NOT") {
		return p.peek(1).end
	}
	return p.tok().end
}

func (p *parser) rowCtor() ast.Expr {
	pos := p.start()
	p.expect("ROW")
	r := &ast.RowCtor{}
	p.parens(func() { p.commaList(func() { r.Elems = append(r.Elems, p.expr()) }) })
	r.Span = p.span(pos)
	return r
}

// collection parses ARRAY[…], MULTISET[…], MAP[…] and the same with (query).
func (p *parser) collection(t *token) ast.Expr {
	p.i++
	var q *ast.Query
	var elems []ast.Expr
	if p.atPunct("(") {
		if !p.atParenQuery() {
			p.fail(t, t.upper+" takes its elements in brackets", "write "+t.upper+"[a, b]")
		}
		q = p.parenQuery()
	} else {
		p.expectPunct("[")
		if !p.atPunct("]") {
			p.commaList(func() { elems = append(elems, p.expr()) })
		}
		p.expectPunct("]")
	}
	span := p.span(t.pos)
	switch t.upper {
	case "ARRAY":
		return &ast.ArrayCtor{Span: span, Elems: elems, Query: q}
	case "MULTISET":
		return &ast.MultisetCtor{Span: span, Elems: elems, Query: q}
	}
	if len(elems)%2 != 0 {
		p.fail(t, "MAP[…] needs as many values as keys", "write MAP[key1, value1, key2, value2]; a column named map is written `map`")
	}
	m := &ast.MapCtor{Span: span, Query: q}
	for i := 0; i < len(elems); i += 2 {
		m.Keys, m.Values = append(m.Keys, elems[i]), append(m.Values, elems[i+1])
	}
	return m
}

// named makes a call with an upper-case name of one part.
func (p *parser) named(t *token, name string, args ...ast.Expr) *ast.Call {
	id := ast.Ident{Span: ast.Span{Pos: t.pos, End: t.end}, Name: name}
	return &ast.Call{Span: p.span(t.pos), Name: ast.Name{Span: id.Span, Parts: []ast.Ident{id}}, Args: args}
}

// bareCall parses CURRENT_DATE, CURRENT_TIMESTAMP(3) and the like. Without parentheses a
// call keeps the name as it is written, which names the column of a result; USER and the
// like, which have no function, are columns then.
func (p *parser) bareCall() ast.Expr {
	t := p.next()
	if !p.atPunct("(") {
		if ast.Niladic(t.upper) {
			return p.named(t, t.text)
		}
		id := ast.Ident{Span: ast.Span{Pos: t.pos, End: t.end}, Name: t.text}
		return &ast.Path{Span: id.Span, Parts: []ast.Ident{id}}
	}
	var args []ast.Expr
	if p.acceptPunct("(") {
		if p.tok().kind == tokInt {
			args = append(args, p.primary())
		}
		p.expectPunct(")")
	}
	return p.named(t, t.upper, args...)
}

// timeUnits are what EXTRACT, FLOOR … TO and TIMESTAMPADD know.
var timeUnits = wordSet(`MILLENNIUM CENTURY DECADE YEAR QUARTER MONTH WEEK DAY DOW ISODOW DOY ISOYEAR EPOCH HOUR MINUTE
	SECOND MILLISECOND MICROSECOND NANOSECOND`)

var timeUnitNames = strings.Fields(`MILLENNIUM CENTURY DECADE YEAR QUARTER MONTH WEEK DAY DOW ISODOW DOY ISOYEAR EPOCH
	HOUR MINUTE SECOND MILLISECOND MICROSECOND NANOSECOND`)

// timeUnit parses a unit; SQL_TSI_DAY and plurals are DAY.
func (p *parser) timeUnit() ast.Expr {
	t := p.tok()
	word := strings.TrimPrefix(strings.ToUpper(t.text), "SQL_TSI_")
	switch {
	case word == "FRAC_SECOND":
		word = "MICROSECOND"
	case word == "DAYOFYEAR":
		word = "DOY"
	case word == "DAYOFWEEK":
		word = "DOW"
	case !timeUnits[word]:
		if u, ok := intervalUnits[word]; ok {
			word = string(u)
		}
	}
	if t.kind != tokWord && t.kind != tokQuoted || !timeUnits[word] {
		if t.kind == tokWord {
			p.fail(t, "unknown time unit "+shorten(t.text), didYouMean(t.text, timeUnitNames))
		}
		p.unexpected("a time unit such as DAY")
	}
	p.i++
	return &ast.Symbol{Span: p.span(t.pos), Word: word}
}

// roundCall parses CEIL(x [TO unit]) and FLOOR(x [TO unit]).
func (p *parser) roundCall() ast.Expr {
	t := p.next()
	name := t.upper
	if name == "CEILING" {
		name = "CEIL"
	}
	var args []ast.Expr
	p.parens(func() {
		args = append(args, p.expr())
		if p.accept("TO") {
			args = append(args, p.timeUnit())
		}
	})
	return p.named(t, name, args...)
}

func (p *parser) extract() ast.Expr {
	t := p.next()
	var unit, x ast.Expr
	p.parens(func() {
		unit = p.timeUnit()
		p.expect("FROM")
		x = p.expr()
	})
	return p.named(t, "EXTRACT", unit, x)
}

func (p *parser) timestampCall() ast.Expr {
	t := p.next()
	var unit, a, b ast.Expr
	p.parens(func() {
		unit = p.timeUnit()
		p.expectPunct(",")
		a = p.expr()
		p.expectPunct(",")
		b = p.expr()
	})
	return p.named(t, t.upper, unit, a, b)
}

func (p *parser) position() ast.Expr {
	t := p.next()
	var args []ast.Expr
	p.parens(func() {
		args = append(args, p.exprAt(ast.LevelRange+1))
		p.expect("IN")
		args = append(args, p.expr())
		if p.accept("FROM") {
			args = append(args, p.expr())
		}
	})
	return p.named(t, "POSITION", args...)
}

// trim parses TRIM([[BOTH|LEADING|TRAILING] [what] FROM] s).
func (p *parser) trim() ast.Expr {
	t := p.next()
	var side *ast.Symbol
	var what, s ast.Expr
	p.parens(func() {
		pos := p.start()
		word := p.acceptAny("BOTH", "LEADING", "TRAILING")
		if word == "" {
			word = "BOTH"
			side = &ast.Symbol{Span: ast.Span{Pos: pos, End: pos}, Word: word}
		} else {
			side = &ast.Symbol{Span: p.span(pos), Word: word}
		}
		what = &ast.Literal{Span: ast.Span{Pos: pos, End: pos}, Kind: ast.StringLit, Text: " "}
		if p.accept("FROM") {
			s = p.expr()
			return
		}
		s = p.expr()
		if p.accept("FROM") {
			what, s = s, p.expr()
		} else if p.atPunct(",") {
			p.fail(p.tok(), "TRIM has no second argument", "write TRIM(BOTH x FROM s), or BTRIM(s, x)")
		}
	})
	return p.named(t, "TRIM", side, what, s)
}

// substring parses SUBSTRING(s FROM n [FOR m]) and SUBSTRING(s, n [, m]).
func (p *parser) substring() ast.Expr {
	t := p.next()
	var args []ast.Expr
	p.parens(func() {
		args = append(args, p.expr())
		switch {
		case p.accept("FROM"):
			args = append(args, p.expr())
			if p.accept("FOR") {
				args = append(args, p.expr())
			}
		case p.acceptPunct(","):
			args = append(args, p.expr())
			if p.acceptPunct(",") {
				args = append(args, p.expr())
			}
		default:
			p.unexpected("FROM", "','")
		}
	})
	return p.named(t, "SUBSTRING", args...)
}

func (p *parser) overlay() ast.Expr {
	t := p.next()
	var args []ast.Expr
	p.parens(func() {
		args = append(args, p.expr())
		p.expect("PLACING")
		args = append(args, p.expr())
		p.expect("FROM")
		args = append(args, p.expr())
		if p.accept("FOR") {
			args = append(args, p.expr())
		}
	})
	return p.named(t, "OVERLAY", args...)
}

func (p *parser) translate() ast.Expr {
	t := p.next()
	var args []ast.Expr
	p.parens(func() { p.commaList(func() { args = append(args, p.expr()) }) })
	if len(args) != 3 {
		p.fail(t, "TRANSLATE needs three arguments", "write TRANSLATE(s, from, to)")
	}
	return p.named(t, "TRANSLATE", args...)
}

func (p *parser) descriptor() ast.Expr {
	pos := p.start()
	p.i++
	cols := p.parenIdents("a column name")
	return &ast.Descriptor{Span: p.span(pos), Columns: cols}
}

// call parses the arguments and clauses of an ordinary call; the name is consumed.
func (p *parser) call(pos int, name ast.Name) ast.Expr {
	c := &ast.Call{Name: name}
	p.parens(func() {
		switch {
		case p.acceptPunct("*"):
			c.Star = true
			return
		case p.atPunct(")"):
			return
		}
		if q := p.acceptAny("DISTINCT", "ALL"); q != "" {
			c.Quantifier = ast.Quantifier(q)
		}
		p.commaList(func() { c.Args = append(c.Args, p.argument()) })
		if p.at("ORDER", "BY") {
			c.OrderBy = p.orderBy()
		}
		if n := p.nullTreatment(); n != "" {
			c.NullTreatment = n
		}
	})
	p.callSuffix(c)
	c.Span = p.span(pos)
	return c
}

// nullTreatment parses IGNORE NULLS or RESPECT NULLS.
func (p *parser) nullTreatment() ast.NullTreatment {
	switch {
	case p.accept("IGNORE", "NULLS"):
		return ast.IgnoreNulls
	case p.accept("RESPECT", "NULLS"):
		return ast.RespectNulls
	}
	return ""
}

// callSuffix parses the clauses after the parentheses.
func (p *parser) callSuffix(c *ast.Call) {
	if n := p.nullTreatment(); n != "" {
		c.NullTreatment = n
	}
	if p.accept("WITHIN", "GROUP") {
		p.parens(func() { c.WithinGroup = p.orderBy() })
	}
	if p.accept("FILTER") {
		p.parens(func() {
			p.expect("WHERE")
			c.Filter = p.expr()
		})
	}
	if n := p.nullTreatment(); n != "" {
		c.NullTreatment = n
	}
	if p.at("OVER") {
		pos := p.start()
		p.i++
		if p.atPunct("(") {
			c.Over = p.parenWindow()
		} else {
			ref := p.ident("a window name")
			c.Over = &ast.WindowSpec{Ref: &ref}
		}
		c.Over.Span = p.span(pos)
	}
}

// argument parses one argument of a call.
func (p *parser) argument() ast.Expr {
	pos := p.start()
	if p.atIdent() && p.peek(1).isPunct("=>") {
		a := &ast.NamedArg{Name: p.ident("a name")}
		p.i++
		a.Value = p.argument()
		a.Span = p.span(pos)
		return a
	}
	if t := p.tok(); t.kind == tokWord && p.peek(1).isPunct("=>") {
		p.unexpected("an argument name")
	}
	switch {
	case p.at("TABLE"):
		return p.tableArg()
	case p.at("MODEL") && (p.peek(1).kind == tokQuoted || p.peek(1).kind == tokWord && !ast.Reserved(p.peek(1).upper)):
		p.i++
		m := &ast.ModelArg{Name: p.name("a model name")}
		m.Span = p.span(pos)
		return m
	case p.atQuery():
		q := p.query()
		return &ast.ScalarSubquery{Span: p.span(pos), Query: q}
	}
	x := p.expr()
	if sub, ok := x.(*ast.ScalarSubquery); ok && p.at("PARTITION", "BY") {
		arg := &ast.TableArg{Query: sub.Query}
		p.tableArgClauses(arg)
		arg.Span = p.span(pos)
		return arg
	}
	return x
}

// tableArg parses TABLE t [PARTITION BY …] [ORDER BY …].
func (p *parser) tableArg() ast.Expr {
	pos := p.start()
	p.expect("TABLE")
	if p.atPunct("(") {
		p.fail(p.tok(), "TABLE takes the name of a table here", "pass a query as (SELECT …), without TABLE")
	}
	n := p.name("a table name")
	arg := &ast.TableArg{Table: &n}
	p.tableArgClauses(arg)
	arg.Span = p.span(pos)
	return arg
}

// tableArgClauses parses PARTITION BY a | (a, b) and ORDER BY a | (a, b DESC).
func (p *parser) tableArgClauses(arg *ast.TableArg) {
	if p.accept("PARTITION", "BY") {
		if p.acceptPunct("(") {
			p.commaList(func() { arg.PartitionBy = append(arg.PartitionBy, p.expr()) })
			p.expectPunct(")")
		} else {
			arg.PartitionBy = []ast.Expr{p.expr()}
		}
	}
	if p.accept("ORDER", "BY") {
		if p.acceptPunct("(") {
			arg.OrderBy = p.sortItems()
			p.expectPunct(")")
		} else {
			arg.OrderBy = []ast.SortItem{p.sortItem()}
		}
	}
}

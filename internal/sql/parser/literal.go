package parser

import (
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
)

// binaryLit parses X'…'; literals on successive lines are one.
func (p *parser) binaryLit() ast.Expr {
	t := p.next()
	text := t.text
	for p.tok().kind == tokString {
		n := *p.tok()
		n.text = strings.ToUpper(n.text)
		for i := range len(n.text) {
			if !isHex(n.text[i]) {
				p.fail(&n, "a binary literal holds hexadecimal digits only", "")
			}
		}
		text += n.text
		p.i++
	}
	if len(text)%2 != 0 {
		p.fail(t, "a binary literal needs an even number of hexadecimal digits", "")
	}
	return &ast.Literal{Span: p.span(t.pos), Kind: ast.BinaryLit, Text: text}
}

// constant parses NULL, TRUE, FALSE or UNKNOWN.
func (p *parser) constant() ast.Expr {
	t := p.next()
	lit := &ast.Literal{Span: p.span(t.pos), Kind: ast.BoolLit, Text: t.upper}
	if t.upper == "NULL" {
		lit.Kind, lit.Text = ast.NullLit, ""
	}
	return lit
}

// datetime parses DATE '…', TIME '…', TIMESTAMP [WITH LOCAL TIME ZONE] '…', or
// returns nil if no string follows the word.
func (p *parser) datetime(t *token) ast.Expr {
	kind := map[string]ast.LiteralKind{"DATE": ast.DateLit, "TIME": ast.TimeLit, "TIMESTAMP": ast.TimestampLit}[t.upper]
	if t.is("TIMESTAMP") && p.peek(1).is("WITH") {
		p.i++
		p.expect("WITH", "LOCAL", "TIME", "ZONE")
		kind = ast.TimestampLtzLit
	} else if p.peek(1).kind == tokString {
		p.i++
	} else {
		return nil
	}
	lit := p.stringLit("a string")
	return &ast.Literal{Span: p.span(t.pos), Kind: kind, Text: lit.Text}
}

// interval parses INTERVAL [-]'text' qualifier, INTERVAL (x) qualifier, INTERVAL n
// qualifier and INTERVAL a.b qualifier.
func (p *parser) interval() *ast.Interval {
	pos := p.start()
	p.expect("INTERVAL")
	iv := &ast.Interval{}
	t := p.tok()
	minus := p.acceptPunct("-")
	if !minus {
		p.acceptPunct("+")
	}
	switch x := p.intervalNumber(); {
	case x == nil:
		iv.Negative = minus
		iv.Text = p.stringLit("a string such as INTERVAL '5' SECOND").Text
	case minus:
		iv.Value = &ast.Unary{Span: p.span(t.pos), Op: ast.OpMinus, X: x}
	default:
		iv.Value = x
	}
	iv.Qualifier = p.qualifier()
	iv.Span = p.span(pos)
	return iv
}

// intervalNumber parses the number of INTERVAL 10 DAY, INTERVAL n DAY or INTERVAL
// (n + 1) DAY. It returns nil at anything else.
func (p *parser) intervalNumber() (x ast.Expr) {
	switch t := p.tok(); {
	case t.isPunct("("):
		p.parens(func() { x = p.expr() })
	case t.kind == tokInt || t.kind == tokDecimal:
		x = p.primary()
	case p.atIdent():
		path := p.path("a column")
		x = &path
	}
	return x
}

// intervalUnits are the units of an interval with their plurals.
var intervalUnits = map[string]ast.TimeUnit{
	"YEAR": ast.Year, "YEARS": ast.Year, "QUARTER": ast.Quarter, "QUARTERS": ast.Quarter,
	"MONTH": ast.Month, "MONTHS": ast.Month, "WEEK": ast.Week, "WEEKS": ast.Week,
	"DAY": ast.Day, "DAYS": ast.Day, "HOUR": ast.Hour, "HOURS": ast.Hour,
	"MINUTE": ast.Minute, "MINUTES": ast.Minute, "SECOND": ast.Second, "SECONDS": ast.Second,
}

// unitRank orders the units an interval may reach over; others reach over nothing.
var unitRank = map[ast.TimeUnit]int{ast.Year: 1, ast.Month: 2, ast.Day: 3, ast.Hour: 4, ast.Minute: 5, ast.Second: 6}

func (p *parser) intervalUnit() ast.TimeUnit {
	t := p.tok()
	unit, ok := intervalUnits[t.upper]
	if !ok || t.kind != tokWord {
		p.unexpected("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
	}
	p.i++
	return unit
}

// qualifier parses YEAR(2) TO MONTH, SECOND(2, 3), DAY TO SECOND(3), HOUR …
func (p *parser) qualifier() ast.IntervalQualifier {
	pos := p.start()
	q := ast.IntervalQualifier{FromPrecision: -1, FracPrecision: -1}
	q.From = p.intervalUnit()
	if p.acceptPunct("(") {
		q.FromPrecision = p.number("a precision")
		if q.From == ast.Second && p.acceptPunct(",") {
			q.FracPrecision = p.number("a precision")
		}
		p.expectPunct(")")
	}
	if unitRank[q.From] > 0 && p.at("TO") {
		p.i++
		t := p.tok()
		q.To = p.intervalUnit()
		from, to := unitRank[q.From], unitRank[q.To]
		if to <= from || (from <= 2) != (to <= 2) {
			p.fail(t, "an interval cannot reach from "+string(q.From)+" to "+string(q.To),
				"intervals are YEAR TO MONTH, or from DAY, HOUR or MINUTE to a smaller one of HOUR, MINUTE, SECOND")
		}
		q.FracPrecision = -1
		if q.To == ast.Second && p.acceptPunct("(") {
			q.FracPrecision = p.number("a precision")
			p.expectPunct(")")
		}
	}
	q.Span = p.span(pos)
	return q
}

// number parses a small unsigned integer.
func (p *parser) number(what string) int {
	t := p.tok()
	if t.kind != tokInt {
		p.unexpected(what)
	}
	n, err := strconv.ParseInt(t.text, 10, 32)
	if err != nil {
		p.fail(t, "the number "+shorten(t.text)+" is too large", "")
	}
	p.i++
	return int(n)
}

// count parses an unsigned integer literal, as after LIMIT.
func (p *parser) count(what string) *ast.Literal {
	t := p.tok()
	if t.kind != tokInt {
		p.unexpected(what)
	}
	if _, err := strconv.ParseInt(t.text, 10, 64); err != nil {
		p.fail(t, "the number "+shorten(t.text)+" is too large", "")
	}
	p.i++
	return &ast.Literal{Span: p.span(t.pos), Kind: ast.IntLit, Text: t.text}
}

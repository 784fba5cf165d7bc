package parser

import "github.com/flottstream/flott/internal/sql/ast"

// difference parses the unit behind (a - b), which makes it an interval:
// (a - b) SECOND. It is the call MINUS_DATE(a, b, unit).
func (p *parser) difference(pos int, x ast.Expr) ast.Expr {
	minus, ok := x.(*ast.Binary)
	if t := p.tok(); !ok || minus.Op != ast.OpSub || t.kind != tokWord || intervalUnits[t.upper] == "" {
		return x
	}
	q := p.qualifier()
	if q.FromPrecision >= 0 || q.FracPrecision >= 0 {
		p.fail(p.prev(), "the unit of a difference has no precision", "the result has milliseconds")
	}
	name := ast.Name{Span: p.span(pos), Parts: []ast.Ident{{Span: p.span(pos), Name: "MINUS_DATE"}}}
	unit := &ast.Symbol{Span: q.Span, Word: string(q.From)}
	return &ast.Call{Span: p.span(pos), Name: name, Args: []ast.Expr{minus.L, minus.R, unit}}
}

// escape parses the JDBC forms {d '…'}, {t '…'} and {ts '…'} of literals, and {fn f(…)}.
func (p *parser) escape(t *token) ast.Expr {
	if p.peek(1).is("FN") {
		return p.escapedCall()
	}
	kind, ok := map[string]ast.LiteralKind{"D": ast.DateLit, "T": ast.TimeLit, "TS": ast.TimestampLit}[p.peek(1).upper]
	if !ok {
		p.unexpected("an expression")
	}
	p.i += 2
	text := p.stringLit("a string").Text
	p.expectPunct("}")
	return &ast.Literal{Span: p.span(t.pos), Kind: kind, Text: text}
}

// escapedNames are the functions of JDBC that have another name in SQL.
var escapedNames = map[string]string{"UCASE": "UPPER", "LCASE": "LOWER", "LENGTH": "CHAR_LENGTH"}

// escapedCall parses {fn f(…)}, JDBC's form of a call.
func (p *parser) escapedCall() ast.Expr {
	pos := p.start()
	p.i += 2
	t := p.tok()
	if !p.peek(1).isPunct("(") {
		p.unexpected("a function")
	}
	x := p.primary()
	p.expectPunct("}")
	if call, ok := x.(*ast.Call); ok && escapedNames[t.upper] != "" {
		call.Name.Parts[0].Name, call.Span = escapedNames[t.upper], p.span(pos)
	}
	return x
}

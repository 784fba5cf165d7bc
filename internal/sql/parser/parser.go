// Package parser turns Flink SQL text into the tree of package ast.
//
// The lexer splits the whole text first; the parser then descends recursively,
// with precedence climbing for expressions. What it accepts is what Flink 2.3's
// own parser accepts, and little more: `!=`, MINUS, `SET key = value` without
// quotes, and clauses on JSON aggregates. A statement is parsed even if the engine
// cannot run it; refusing it by name is the binder's part.
//
// The first mistake ends parsing. It comes back as a *diag.Error with its place
// and, where the parser can guess what was meant, a hint. No input makes the
// parser panic, and nesting is bounded (see maxDepth).
package parser

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
)

// Error is what the parser returns for a mistake in the text.
type Error = diag.Error

// Render shows an error with the line of src it points to.
func Render(src string, err error) string { return diag.Render(src, err) }

const (
	// maxDepth bounds the nesting of parentheses, subqueries, types and the like.
	maxDepth = 500
	// maxOperators bounds the operators, joins and set operations of one statement,
	// because a chain of them (a AND b AND …) makes a tree as deep as it is long.
	maxOperators = 100_000
)

// ParseScript parses statements separated by semicolons. BEGIN STATEMENT SET; …
// END; becomes one StatementSet.
func ParseScript(src string) (stmts []ast.Statement, err error) {
	p := newParser(src)
	defer p.rescue(&err)
	return p.script(), nil
}

// ParseStatement parses a single statement, which a semicolon may follow.
func ParseStatement(src string) (stmt ast.Statement, err error) {
	p := newParser(src)
	defer p.rescue(&err)
	stmt = p.statement()
	p.endStatement()
	for p.acceptPunct(";") {
	}
	if p.tok().kind != tokEOF {
		p.fail(p.tok(), "only one statement is expected here", "")
	}
	return stmt, nil
}

// ParseExpr parses a scalar expression.
func ParseExpr(src string) (x ast.Expr, err error) {
	p := newParser(src)
	defer p.rescue(&err)
	x = p.expr()
	if p.tok().kind != tokEOF {
		p.unexpected("the end of the expression")
	}
	return x, nil
}

// ParseType parses a data type, such as ROW<a INT, b STRING NOT NULL>.
func ParseType(src string) (t *ast.DataType, err error) {
	p := newParser(src)
	defer p.rescue(&err)
	t = p.nullableType()
	if p.tok().kind != tokEOF {
		p.unexpected("the end of the type")
	}
	return t, nil
}

// parser holds the tokens of one source text. Its methods consume what they parse
// and, on a mistake, panic with a *diag.Error which rescue catches.
type parser struct {
	src   string
	toks  []token
	i     int // of the next token
	depth int // see enter
	ops   int // operators in this statement, see countOperator
}

func newParser(src string) *parser {
	return &parser{src: src, toks: lex(src, 0)}
}

// rescue turns the panic of fail into an error. Other panics pass.
func (p *parser) rescue(err *error) {
	switch r := recover().(type) {
	case nil:
	case *diag.Error:
		*err = r.Locate(p.src)
	default:
		panic(r)
	}
}

// tok returns the next token.
func (p *parser) tok() *token { return &p.toks[p.i] }

// peek returns the token n places after the next one.
func (p *parser) peek(n int) *token { return &p.toks[min(p.i+n, len(p.toks)-1)] }

// prev returns the token consumed last.
func (p *parser) prev() *token { return &p.toks[max(p.i-1, 0)] }

// next consumes a token and returns it.
func (p *parser) next() *token {
	t := p.tok()
	if t.kind != tokEOF {
		p.i++
	}
	return t
}

// start returns the position where the next node begins.
func (p *parser) start() int { return p.tok().pos }

// span returns the range from pos to the end of the last consumed token.
func (p *parser) span(pos int) ast.Span {
	return ast.Span{Pos: pos, End: max(pos, p.prev().end)}
}

func (t *token) is(word string) bool { return t.kind == tokWord && t.upper == word }

func (t *token) isPunct(s string) bool { return t.kind == tokPunct && t.text == s }

// at reports whether the next tokens are these keywords.
func (p *parser) at(words ...string) bool {
	for i, w := range words {
		if !p.peek(i).is(w) {
			return false
		}
	}
	return true
}

// atAny reports whether the next token is one of the keywords.
func (p *parser) atAny(words ...string) bool {
	for _, w := range words {
		if p.tok().is(w) {
			return true
		}
	}
	return false
}

func (p *parser) atPunct(s string) bool { return p.tok().isPunct(s) }

// accept consumes the keywords if all of them follow.
func (p *parser) accept(words ...string) bool {
	if !p.at(words...) {
		return false
	}
	p.i += len(words)
	return true
}

// acceptAny consumes one of the keywords and returns it, or "".
func (p *parser) acceptAny(words ...string) string {
	for _, w := range words {
		if p.tok().is(w) {
			p.i++
			return w
		}
	}
	return ""
}

func (p *parser) acceptPunct(s string) bool {
	if p.atPunct(s) {
		p.i++
		return true
	}
	return false
}

// expect consumes the keywords, or fails.
func (p *parser) expect(words ...string) {
	for _, w := range words {
		if !p.accept(w) {
			p.unexpected(w)
		}
	}
}

// expectAny consumes one of the keywords and returns it, or fails.
func (p *parser) expectAny(words ...string) string {
	w := p.acceptAny(words...)
	if w == "" {
		p.unexpected(words...)
	}
	return w
}

func (p *parser) expectPunct(s string) {
	if !p.acceptPunct(s) {
		p.unexpected("'" + s + "'")
	}
}

// enter counts a level of nesting; the caller defers leave.
func (p *parser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.tok(), fmt.Sprintf("the statement is nested deeper than %d levels", maxDepth), "split it with views or WITH")
	}
}

func (p *parser) leave() { p.depth-- }

// countOperator bounds the length of chains.
func (p *parser) countOperator() {
	p.ops++
	if p.ops > maxOperators {
		p.fail(p.tok(), fmt.Sprintf("the statement has more than %d operators", maxOperators), "split it with views")
	}
}

// commaList parses one or more items separated by commas.
func (p *parser) commaList(item func()) {
	item()
	for p.acceptComma() {
		item()
	}
}

// acceptComma consumes a comma which something must follow.
func (p *parser) acceptComma() bool {
	if !p.acceptPunct(",") {
		return false
	}
	if t := p.tok(); t.isPunct(")") || t.isPunct(";") || t.isPunct("]") || t.kind == tokEOF || t.kind == tokWord && afterList[t.upper] {
		p.fail(p.prev(), "a comma is followed by nothing", "remove the comma")
	}
	return true
}

// parens parses ( … ).
func (p *parser) parens(inside func()) {
	p.expectPunct("(")
	inside()
	p.expectPunct(")")
}

// ident parses an identifier; what says what it names, for the message.
func (p *parser) ident(what string) ast.Ident {
	t := p.tok()
	if t.kind == tokQuoted || t.kind == tokWord && !ast.Reserved(t.upper) {
		p.i++
		if len(t.text) > maxIdent {
			p.fail(t, fmt.Sprintf("the identifier is longer than %d characters", maxIdent), "")
		}
		return ast.Ident{Span: ast.Span{Pos: t.pos, End: t.end}, Name: t.text}
	}
	p.unexpected(what)
	panic("unreachable")
}

// maxIdent is Flink's limit, in bytes here.
const maxIdent = 256

// atIdent reports whether an identifier follows.
func (p *parser) atIdent() bool {
	t := p.tok()
	return t.kind == tokQuoted || t.kind == tokWord && !ast.Reserved(t.upper)
}

// name parses [[a.]b.]c.
func (p *parser) name(what string) ast.Name {
	pos := p.start()
	parts := p.dotted(what)
	return ast.Name{Span: p.span(pos), Parts: parts}
}

func (p *parser) dotted(what string) []ast.Ident {
	parts := []ast.Ident{p.ident(what)}
	for p.acceptPunct(".") {
		parts = append(parts, p.ident("a name after the dot"))
	}
	return parts
}

func (p *parser) path(what string) ast.Path {
	pos := p.start()
	parts := p.dotted(what)
	return ast.Path{Span: p.span(pos), Parts: parts}
}

// parenIdents parses (a, b, …).
func (p *parser) parenIdents(what string) (ids []ast.Ident) {
	p.parens(func() {
		p.commaList(func() { ids = append(ids, p.ident(what)) })
	})
	return ids
}

// stringLit parses a string literal. Literals on successive lines are one.
func (p *parser) stringLit(what string) *ast.Literal {
	t := p.tok()
	if t.kind != tokString {
		p.unexpected(what)
	}
	p.i++
	text := t.text
	end := t.end
	for p.tok().kind == tokString {
		n := p.tok()
		if !strings.Contains(p.src[end:n.pos], "\n") {
			p.fail(n, "a string follows a string on the same line", "join them with ||, or write a quote inside a string twice: 'it''s'")
		}
		text += n.text
		end = n.end
		p.i++
	}
	return &ast.Literal{Span: ast.Span{Pos: t.pos, End: end}, Kind: ast.StringLit, Text: text}
}

package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// match parses MATCH_RECOGNIZE ( … ) after its input.
func (p *parser) match(input ast.TableRef) *ast.MatchRecognize {
	p.expect("MATCH_RECOGNIZE")
	m := &ast.MatchRecognize{Input: input}
	p.parens(func() {
		if p.accept("PARTITION") {
			p.expect("BY")
			p.commaList(func() { m.PartitionBy = append(m.PartitionBy, p.expr()) })
		}
		if p.at("ORDER") {
			m.OrderBy = p.orderBy()
		}
		if p.accept("MEASURES") {
			p.commaList(func() { m.Measures = append(m.Measures, p.measure()) })
		}
		if p.atAny("ONE", "ALL") {
			m.Rows = p.rowsPerMatch()
		}
		if p.at("AFTER") {
			m.After = p.afterMatch()
		}
		p.expect("PATTERN")
		p.parens(func() { p.rowPattern(m) })
		if p.accept("WITHIN") {
			if !p.at("INTERVAL") {
				p.unexpected("INTERVAL")
			}
			m.Within = p.interval()
		}
		if p.accept("SUBSET") {
			p.commaList(func() { m.Subsets = append(m.Subsets, p.subset()) })
		}
		p.expect("DEFINE")
		p.commaList(func() { m.Define = append(m.Define, p.define()) })
	})
	return m
}

func (p *parser) measure() ast.Measure {
	pos := p.start()
	m := ast.Measure{X: p.expr()}
	p.expect("AS")
	m.Name = p.ident("a column name")
	m.Span = p.span(pos)
	return m
}

func (p *parser) rowsPerMatch() ast.RowsPerMatch {
	if p.accept("ONE") {
		p.expect("ROW", "PER", "MATCH")
		return ast.OneRowPerMatch
	}
	p.expect("ALL", "ROWS", "PER", "MATCH")
	return ast.AllRowsPerMatch
}

// afterMatch parses AFTER MATCH SKIP ….
func (p *parser) afterMatch() *ast.AfterMatch {
	pos := p.start()
	p.expect("AFTER", "MATCH", "SKIP")
	a := &ast.AfterMatch{}
	variable := func(kind ast.AfterMatchKind) {
		a.Kind = kind
		v := p.ident("a pattern variable")
		a.Variable = &v
	}
	isVariable := p.peek(2).kind == tokQuoted || p.peek(2).kind == tokWord && !p.peek(2).is("PATTERN")
	switch {
	case p.accept("PAST"):
		p.expect("LAST", "ROW")
		a.Kind = ast.SkipPastLastRow
	case p.accept("TO", "NEXT"):
		p.expect("ROW")
		a.Kind = ast.SkipToNextRow
	case p.at("TO", "FIRST") && isVariable:
		p.i += 2
		variable(ast.SkipToFirst)
	case p.at("TO", "LAST") && isVariable:
		p.i += 2
		variable(ast.SkipToLast)
	case p.accept("TO"):
		variable(ast.SkipToLast)
	default:
		p.unexpected("PAST LAST ROW", "TO NEXT ROW", "TO FIRST", "TO LAST")
	}
	a.Span = p.span(pos)
	return a
}

func (p *parser) subset() ast.Subset {
	pos := p.start()
	s := ast.Subset{Name: p.ident("a pattern variable")}
	p.expectPunct("=")
	s.Members = p.parenIdents("a pattern variable")
	s.Span = p.span(pos)
	return s
}

func (p *parser) define() ast.Define {
	pos := p.start()
	d := ast.Define{Name: p.ident("a pattern variable")}
	p.expect("AS")
	d.Cond = p.expr()
	d.Span = p.span(pos)
	return d
}

// rowPattern parses [^] pattern [$]. The lexer takes $ for an identifier.
func (p *parser) rowPattern(m *ast.MatchRecognize) {
	m.StrictStart = p.acceptPunct("^")
	m.Pattern = p.patternAlt()
	m.StrictEnd = p.accept("$")
}

// patternAlt parses a | b.
func (p *parser) patternAlt() ast.Pattern {
	p.enter()
	defer p.leave()
	pos := p.start()
	items := []ast.Pattern{p.patternSeq()}
	for p.acceptPunct("|") {
		items = append(items, p.patternSeq())
	}
	if len(items) == 1 {
		return items[0]
	}
	return &ast.PatternAlt{Span: p.span(pos), Items: items}
}

// patternSeq parses a b c.
func (p *parser) patternSeq() ast.Pattern {
	pos := p.start()
	items := []ast.Pattern{p.patternRepeat()}
	for p.atIdent() && !p.at("$") || p.atPunct("(") || p.atPunct("{-") || p.at("PERMUTE") {
		items = append(items, p.patternRepeat())
	}
	if len(items) == 1 {
		return items[0]
	}
	return &ast.PatternSeq{Span: p.span(pos), Items: items}
}

// patternRepeat parses an atom with its quantifier.
func (p *parser) patternRepeat() ast.Pattern {
	pos := p.start()
	x := p.patternAtom()
	r := &ast.PatternRepeat{X: x}
	switch {
	case p.acceptPunct("*"):
		r.Min, r.Max = 0, -1
	case p.acceptPunct("+"):
		r.Min, r.Max = 1, -1
	case p.acceptPunct("?"):
		r.Min, r.Max = 0, 1
	case p.atPunct("{"):
		p.patternBounds(r)
	default:
		return x
	}
	r.Reluctant = p.acceptPunct("?")
	r.Span = p.span(pos)
	return r
}

// patternBounds parses {n}, {n,}, {n,m} and {,m}.
func (p *parser) patternBounds(r *ast.PatternRepeat) {
	open := p.next()
	if p.acceptPunct(",") {
		r.Min, r.Max = -1, p.number("a number")
		p.expectPunct("}")
		return
	}
	r.Min = p.number("a number")
	r.Max = r.Min
	if p.acceptPunct(",") {
		r.Max = -1
		if !p.atPunct("}") {
			r.Max = p.number("a number")
			if r.Max < r.Min {
				p.fail(open, "the lower bound of a quantifier is above its upper bound", "")
			}
		}
	}
	p.expectPunct("}")
}

func (p *parser) patternAtom() ast.Pattern {
	pos := p.start()
	switch {
	case p.acceptPunct("("):
		x := p.patternAlt()
		p.expectPunct(")")
		return x
	case p.acceptPunct("{-"):
		x := p.patternAlt()
		p.expectPunct("-}")
		return &ast.PatternExclude{Span: p.span(pos), X: x}
	case p.accept("PERMUTE"):
		x := &ast.PatternPermute{}
		p.parens(func() { p.commaList(func() { x.Items = append(x.Items, p.patternAlt()) }) })
		x.Span = p.span(pos)
		return x
	}
	v := p.ident("a pattern variable")
	return &ast.PatternVar{Span: v.Span, Name: v}
}

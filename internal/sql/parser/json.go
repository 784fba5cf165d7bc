package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// jsonCall parses a JSON_* call with clauses of its own, or returns nil for an
// ordinary function of such a name.
func (p *parser) jsonCall(t *token) ast.Expr {
	switch t.upper {
	case "JSON_EXISTS", "JSON_VALUE", "JSON_QUERY":
		return p.jsonPathCall()
	case "JSON_OBJECT", "JSON_OBJECTAGG":
		return p.jsonObject()
	case "JSON_ARRAY", "JSON_ARRAYAGG":
		return p.jsonArray()
	}
	return nil
}

// jsonPathCall parses JSON_EXISTS, JSON_VALUE and JSON_QUERY.
func (p *parser) jsonPathCall() ast.Expr {
	t := p.next()
	var json, path ast.Expr
	clauses := &ast.JSONClauses{}
	p.parens(func() {
		json = p.formatJSON(p.expr())
		if f, ok := json.(*ast.FormatJSON); ok { // means nothing for an input
			json = f.X
		}
		p.expectPunct(",")
		path = p.expr()
		pos := p.start()
		if t.upper != "JSON_EXISTS" && p.accept("RETURNING") {
			clauses.Returning = p.dataType()
		}
		if t.upper == "JSON_QUERY" {
			clauses.Wrapper = p.jsonWrapper()
		}
		for p.jsonBehavior(t.upper, clauses) {
		}
		clauses.Span = p.span(pos)
	})
	c := p.named(t, t.upper, json, path)
	c.JSON = someClauses(clauses)
	return c
}

// someClauses returns nil for clauses of which none is written.
func someClauses(j *ast.JSONClauses) *ast.JSONClauses {
	bare := *j
	bare.Span = ast.Span{}
	if bare == (ast.JSONClauses{}) {
		return nil
	}
	return j
}

// jsonWrapper parses WITHOUT [ARRAY] WRAPPER or WITH [CONDITIONAL|UNCONDITIONAL]
// [ARRAY] WRAPPER.
func (p *parser) jsonWrapper() string {
	kind := ""
	switch {
	case p.accept("WITHOUT"):
		kind = "WITHOUT"
	case p.accept("WITH"):
		kind = p.acceptAny("CONDITIONAL", "UNCONDITIONAL")
		if kind == "" {
			kind = "UNCONDITIONAL"
		}
	default:
		return ""
	}
	p.accept("ARRAY")
	p.expect("WRAPPER")
	return kind
}

// jsonBehavior parses one … ON EMPTY or … ON ERROR.
func (p *parser) jsonBehavior(function string, j *ast.JSONClauses) bool {
	pos := p.start()
	b := &ast.JSONBehavior{}
	switch {
	case p.acceptAny("NULL", "ERROR") != "":
		b.Word = p.prev().upper
	case function == "JSON_EXISTS" && p.acceptAny("TRUE", "FALSE", "UNKNOWN") != "":
		b.Word = p.prev().upper
	case function == "JSON_VALUE" && p.accept("DEFAULT"):
		b.Word = "DEFAULT"
		b.Default = p.expr()
	case function == "JSON_QUERY" && p.accept("EMPTY"):
		b.Word = "EMPTY " + p.expectAny("ARRAY", "OBJECT")
	default:
		return false
	}
	p.expect("ON")
	on := p.tok()
	place := &j.OnError
	if function == "JSON_EXISTS" {
		p.expect("ERROR")
	} else if p.expectAny("EMPTY", "ERROR") == "EMPTY" {
		place = &j.OnEmpty
	}
	if *place != nil {
		p.fail(on, "ON "+on.upper+" is given twice", "")
	}
	b.Span = p.span(pos)
	*place = b
	return true
}

// jsonObject parses JSON_OBJECT([KEY] k VALUE v, … [NULL|ABSENT ON NULL]) and the
// aggregate; k : v is the same.
func (p *parser) jsonObject() ast.Expr {
	t := p.next()
	var args []ast.Expr
	var j *ast.JSONClauses
	p.parens(func() {
		if t.upper == "JSON_OBJECT" {
			if j = p.jsonOnNull(); j != nil || p.atPunct(")") {
				return
			}
		}
		pair := func() {
			if p.at("KEY") && !p.peek(1).is("VALUE") && !p.peek(1).isPunct(":") {
				p.i++
			}
			key := p.expr()
			if !p.accept("VALUE") && !p.acceptPunct(":") {
				p.unexpected("VALUE")
			}
			args = append(args, key, p.formatJSON(p.expr()))
		}
		if t.upper == "JSON_OBJECT" {
			p.commaList(pair)
		} else {
			pair()
		}
		j = p.jsonOnNull()
	})
	c := p.named(t, t.upper, args...)
	c.JSON = j
	return p.jsonAggregate(t, c)
}

// jsonArray parses JSON_ARRAY(x, … [NULL|ABSENT ON NULL]) and the aggregate.
func (p *parser) jsonArray() ast.Expr {
	t := p.next()
	var args []ast.Expr
	var order []ast.SortItem
	var j *ast.JSONClauses
	p.parens(func() {
		if t.upper == "JSON_ARRAY" {
			if j = p.jsonOnNull(); j != nil || p.atPunct(")") {
				return
			}
		}
		item := func() { args = append(args, p.formatJSON(p.expr())) }
		if t.upper == "JSON_ARRAY" {
			p.commaList(item)
		} else {
			item()
			if p.at("ORDER", "BY") {
				order = p.orderBy()
			}
		}
		j = p.jsonOnNull()
	})
	c := p.named(t, t.upper, args...)
	c.JSON, c.OrderBy = j, order
	return p.jsonAggregate(t, c)
}

// jsonAggregate parses FILTER, OVER … after an aggregate.
func (p *parser) jsonAggregate(t *token, c *ast.Call) ast.Expr {
	if t.upper == "JSON_OBJECTAGG" || t.upper == "JSON_ARRAYAGG" {
		p.callSuffix(c)
		c.Span = p.span(t.pos)
	}
	return c
}

func (p *parser) jsonOnNull() *ast.JSONClauses {
	pos := p.start()
	switch {
	case p.accept("NULL", "ON", "NULL"):
		return &ast.JSONClauses{Span: p.span(pos), OnNull: "NULL"}
	case p.accept("ABSENT", "ON", "NULL"):
		return &ast.JSONClauses{Span: p.span(pos), OnNull: "ABSENT"}
	}
	return nil
}

func (p *parser) formatJSON(x ast.Expr) ast.Expr {
	if !p.accept("FORMAT", "JSON") {
		return x
	}
	return &ast.FormatJSON{Span: p.span(x.Range().Pos), X: x}
}

package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// nullableType parses a type with an optional NULL or NOT NULL. The element of an
// array may have its own: INT NOT NULL ARRAY NOT NULL.
func (p *parser) nullableType() *ast.DataType {
	pos := p.start()
	t := p.dataType()
	for p.nullability(t, pos) && p.atAny("ARRAY", "MULTISET") {
		p.countOperator()
		t = &ast.DataType{Name: p.next().upper, Elem: t}
		t.Span = p.span(pos)
	}
	return t
}

// nullability parses NULL or NOT NULL behind a type, and reports one.
func (p *parser) nullability(t *ast.DataType, pos int) bool {
	switch {
	case p.accept("NOT", "NULL"):
		t.Null = ast.NotNull
	case p.accept("NULL"):
		t.Null = ast.Null
	default:
		return false
	}
	t.Span = p.span(pos)
	return true
}

// dataType parses a type without nullability, with ARRAY and MULTISET behind it.
func (p *parser) dataType() *ast.DataType {
	p.enter()
	defer p.leave()
	pos := p.start()
	t := p.plainType()
	t.Span = p.span(pos)
	for p.atAny("ARRAY", "MULTISET") {
		p.countOperator()
		t = &ast.DataType{Name: p.next().upper, Elem: t}
		t.Span = p.span(pos)
	}
	return t
}

func (p *parser) plainType() *ast.DataType {
	t := p.tok()
	if t.kind != tokWord {
		return p.otherType()
	}
	switch t.upper {
	case "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "REAL", "DATE", "STRING", "BYTES", "VARIANT", "BITMAP":
		p.i++
		return &ast.DataType{Name: t.upper}
	case "INTEGER":
		p.i++
		return &ast.DataType{Name: "INT"}
	case "DOUBLE":
		p.i++
		p.accept("PRECISION")
		return &ast.DataType{Name: "DOUBLE"}
	case "DECIMAL", "DEC", "NUMERIC":
		p.i++
		return &ast.DataType{Name: "DECIMAL", Params: p.typeParams(2)}
	case "CHAR", "CHARACTER", "VARCHAR", "BINARY", "VARBINARY":
		return p.lengthType(t)
	case "TIME", "TIMESTAMP", "TIMESTAMP_LTZ":
		return p.timeType(t)
	case "INTERVAL":
		p.i++
		q := p.qualifier()
		return &ast.DataType{Name: "INTERVAL", Interval: &q}
	case "ARRAY", "MULTISET", "MAP":
		if p.peek(1).isPunct("<") {
			return p.collectionType(t)
		}
	case "ROW":
		p.i++
		return p.rowType()
	case "STRUCTURED":
		p.i++
		return p.structuredType()
	case "RAW":
		return p.rawType()
	}
	return p.otherType()
}

// typeParams parses (n) or, if most is 2, (n, m). It returns nil without parentheses.
func (p *parser) typeParams(most int) (params []int) {
	if !p.atPunct("(") {
		return nil
	}
	p.parens(func() {
		params = append(params, p.number("a number"))
		if most == 2 && p.acceptPunct(",") {
			params = append(params, p.number("a number"))
		}
	})
	return params
}

func (p *parser) lengthType(t *token) *ast.DataType {
	p.i++
	name := t.upper
	if name == "CHARACTER" {
		name = "CHAR"
	}
	if (name == "CHAR" || name == "BINARY") && p.accept("VARYING") {
		name = "VAR" + name
	}
	return &ast.DataType{Name: name, Params: p.typeParams(1)}
}

// timeType parses TIME and TIMESTAMP with precision and time zone.
func (p *parser) timeType(t *token) *ast.DataType {
	p.i++
	dt := &ast.DataType{Name: t.upper, Params: p.typeParams(1)}
	switch {
	case t.is("TIMESTAMP_LTZ"):
	case p.accept("WITHOUT"):
		p.expect("TIME", "ZONE")
	case t.is("TIMESTAMP") && p.at("WITH", "TIME"):
		p.fail(p.peek(1), "TIMESTAMP WITH TIME ZONE is not a type of Flink SQL", "use TIMESTAMP WITH LOCAL TIME ZONE, in short TIMESTAMP_LTZ")
	case t.is("TIMESTAMP") && p.accept("WITH", "LOCAL"):
		p.expect("TIME", "ZONE")
		dt.Name = "TIMESTAMP_LTZ"
	}
	return dt
}

// collectionType parses ARRAY<t>, MULTISET<t>, MAP<k, v>.
func (p *parser) collectionType(t *token) *ast.DataType {
	p.i++
	dt := &ast.DataType{Name: t.upper}
	p.angles(func() {
		if t.is("MAP") {
			dt.Key = p.nullableType()
			p.expectPunct(",")
		}
		dt.Elem = p.nullableType()
	})
	return dt
}

// angles parses < … >. The lexer knows no >>, so nested types need no care; an empty
// list <> is one token.
func (p *parser) angles(inside func()) {
	p.expectPunct("<")
	inside()
	p.expectPunct(">")
}

// rowType parses <n t, …> or (n t, …) after ROW.
func (p *parser) rowType() *ast.DataType {
	dt := &ast.DataType{Name: "ROW"}
	fields := func() { p.commaList(func() { dt.Fields = append(dt.Fields, p.field()) }) }
	switch {
	case p.acceptPunct("<>"):
	case p.atPunct("<"):
		p.angles(fields)
	case p.atPunct("("):
		p.parens(func() {
			if !p.atPunct(")") {
				fields()
			}
		})
	default:
		p.unexpected("'<'")
	}
	return dt
}

// field parses name type [NOT NULL] ['comment'].
func (p *parser) field() ast.Field {
	pos := p.start()
	f := ast.Field{Name: p.ident("a field name"), Type: p.nullableType()}
	if p.tok().kind == tokString {
		f.Comment = p.stringLit("a comment")
	}
	f.Span = p.span(pos)
	return f
}

// structuredType parses <'class', n t, …> after STRUCTURED.
func (p *parser) structuredType() *ast.DataType {
	dt := &ast.DataType{Name: "STRUCTURED"}
	p.angles(func() {
		dt.Class = p.stringLit("a class name").Text
		for p.acceptPunct(",") {
			dt.Fields = append(dt.Fields, p.field())
		}
	})
	return dt
}

func (p *parser) rawType() *ast.DataType {
	p.i++
	dt := &ast.DataType{Name: "RAW"}
	p.parens(func() {
		dt.Class = p.stringLit("a class name").Text
		p.expectPunct(",")
		dt.Snapshot = p.stringLit("a serializer snapshot").Text
	})
	return dt
}

// typeNames are for spelling hints.
var typeNames = []string{"BOOLEAN", "TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "NUMERIC",
	"STRING", "CHAR", "VARCHAR", "BINARY", "VARBINARY", "BYTES", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "ARRAY", "MAP",
	"MULTISET", "ROW", "VARIANT", "BITMAP", "RAW", "STRUCTURED"}

// otherType parses a type name the dialect does not know.
func (p *parser) otherType() *ast.DataType {
	if !p.atIdent() {
		p.unexpected("a data type")
	}
	n := p.name("a data type")
	return &ast.DataType{Other: &n}
}

package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// showWhat are the words after SHOW, for messages.
var showWhat = []string{"CATALOGS", "DATABASES", "TABLES", "VIEWS", "MATERIALIZED TABLES", "COLUMNS", "FUNCTIONS",
	"USER FUNCTIONS", "PROCEDURES", "MODELS", "CONNECTIONS", "PARTITIONS", "MODULES", "FULL MODULES", "JARS", "JOBS",
	"CURRENT CATALOG", "CURRENT DATABASE", "CREATE"}

func (p *parser) show() ast.Statement {
	pos := p.start()
	p.expect("SHOW")
	s := &ast.Show{What: p.showWhat()}
	switch s.What {
	case "DATABASES", "TABLES", "VIEWS", "MATERIALIZED TABLES", "FUNCTIONS", "USER FUNCTIONS", "PROCEDURES", "MODELS", "CONNECTIONS":
		if p.acceptAny("FROM", "IN") != "" {
			n := p.name("a name")
			s.Name = &n
		}
		s.Filter = p.nameFilter(s.What)
	case "COLUMNS":
		p.expectAny("FROM", "IN")
		n := p.name("a table name")
		s.Name = &n
		s.Filter = p.nameFilter(s.What)
	case "CATALOGS":
		s.Filter = p.nameFilter(s.What)
	case "PARTITIONS":
		n := p.name("a table name")
		s.Name = &n
		if p.at("PARTITION") {
			s.Partition = p.partitionKeys(true)
		}
	case "CREATE":
		kind := p.showCreateKind()
		s.What += " " + string(kind)
		n := p.name("a name")
		s.Name = &n
	}
	s.Span = p.span(pos)
	return s
}

// showWhat parses the words after SHOW.
func (p *parser) showWhat() string {
	t := p.tok()
	two := func(second ...string) string {
		p.i++
		return t.upper + " " + p.expectAny(second...)
	}
	switch t.upper {
	case "MATERIALIZED":
		return two("TABLES")
	case "USER":
		return two("FUNCTIONS")
	case "FULL":
		return two("MODULES")
	case "CURRENT":
		return two("CATALOG", "DATABASE")
	case "CATALOGS", "DATABASES", "TABLES", "VIEWS", "COLUMNS", "FUNCTIONS", "PROCEDURES", "MODELS", "CONNECTIONS",
		"PARTITIONS", "MODULES", "JARS", "JOBS", "CREATE":
		p.i++
		return t.upper
	}
	p.unexpected(showWhat...)
	panic("unreachable")
}

func (p *parser) showCreateKind() ast.ObjectKind {
	if p.accept("MATERIALIZED") {
		p.expect("TABLE")
		return ast.MaterializedTableObject
	}
	return ast.ObjectKind(p.expectAny("TABLE", "VIEW", "CATALOG", "MODEL", "CONNECTION"))
}

// nameFilter parses [NOT] LIKE 'pattern', with ILIKE for some kinds, or returns nil.
func (p *parser) nameFilter(what string) *ast.NameFilter {
	if !p.atAny("NOT", "LIKE", "ILIKE") {
		return nil
	}
	pos := p.start()
	f := &ast.NameFilter{Not: p.accept("NOT")}
	switch what {
	case "CATALOGS", "DATABASES", "FUNCTIONS", "USER FUNCTIONS", "PROCEDURES":
		f.Op = ast.LikeOp(p.expectAny("LIKE", "ILIKE"))
	default:
		p.expect("LIKE")
		f.Op = ast.OpLike
	}
	f.Pattern = p.stringLit("a pattern as a string")
	f.Span = p.span(pos)
	return f
}

// describe parses {DESCRIBE|DESC} [kind] [EXTENDED] name.
func (p *parser) describe() ast.Statement {
	pos := p.start()
	p.i++
	s := &ast.Describe{Kind: ast.TableObject}
	kind, after := p.tok(), p.peek(1)
	named := after.kind == tokQuoted || after.kind == tokWord // else the word is the table's name
	switch {
	case kind.is("JOB") && after.kind == tokString:
		p.i++
		s.Kind = ast.JobObject
		s.Job = p.stringLit("a job id as a string")
		s.Span = p.span(pos)
		return s
	case named && p.acceptAny("CATALOG", "DATABASE", "FUNCTION", "MODEL", "CONNECTION", "TABLE") != "":
		s.Kind = ast.ObjectKind(kind.upper)
	}
	s.Extended = p.accept("EXTENDED")
	n := p.name("a name")
	s.Name = &n
	s.Span = p.span(pos)
	return s
}

// use parses USE CATALOG c, USE MODULES a, b and USE [c.]d.
func (p *parser) use() ast.Statement {
	pos := p.start()
	p.expect("USE")
	s := &ast.Use{What: "DATABASE"}
	switch after := p.peek(1); {
	case p.at("CATALOG") && (after.kind == tokWord || after.kind == tokQuoted):
		p.i++
		s.What = "CATALOG"
		id := p.ident("a catalog name")
		s.Names = []ast.Name{{Span: id.Span, Parts: []ast.Ident{id}}}
	case p.accept("MODULES"):
		s.What = "MODULES"
		p.commaList(func() {
			id := p.ident("a module name")
			s.Names = append(s.Names, ast.Name{Span: id.Span, Parts: []ast.Ident{id}})
		})
	default:
		if p.at("DATABASE") && (after.kind == tokWord || after.kind == tokQuoted) {
			p.fail(p.tok(), "USE takes the database name alone", "write USE "+ast.QuoteIdent(after.text))
		}
		s.Names = []ast.Name{p.name("a database name")}
	}
	s.Span = p.span(pos)
	return s
}

// module parses LOAD MODULE m [WITH (…)] and UNLOAD MODULE m.
func (p *parser) module() ast.Statement {
	t := p.next()
	p.expect("MODULE")
	id := p.ident("a module name")
	if t.is("UNLOAD") {
		return &ast.UnloadModule{Span: p.span(t.pos), Name: id}
	}
	opts := p.withOptions()
	return &ast.LoadModule{Span: p.span(t.pos), Name: id, Options: opts}
}

package parser

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
)

func (p *parser) drop() ast.Statement {
	pos := p.start()
	start := p.tok()
	p.expect("DROP")
	s := &ast.Drop{Temporary: p.accept("TEMPORARY")}
	s.System = p.accept("SYSTEM")
	s.Kind = p.objectKind()
	p.checkScope(start, "DROP", s.Kind, s.Temporary, s.System)
	s.IfExists = p.ifExists()
	s.Name = p.name("the name of a " + strings.ToLower(string(s.Kind)))
	if s.Kind == ast.DatabaseObject {
		s.Behavior = p.acceptAny("RESTRICT", "CASCADE")
	}
	if p.atPunct(",") {
		p.fail(p.tok(), "DROP takes one name", "write one DROP statement for each")
	}
	s.Span = p.span(pos)
	return s
}

// checkScope refuses TEMPORARY and SYSTEM where an object does not know them.
func (p *parser) checkScope(start *token, verb string, kind ast.ObjectKind, temporary, system bool) {
	bad := system && kind != ast.FunctionObject && kind != ast.ConnectionObject || system && !temporary
	switch kind {
	case ast.CatalogObject, ast.DatabaseObject, ast.MaterializedTableObject:
		bad = bad || temporary
	}
	if bad {
		p.fail(start, verb+" "+scopeWords(temporary, system)+string(kind)+" is not supported", "")
	}
}

func scopeWords(temporary, system bool) string {
	s := ""
	if temporary {
		s += "TEMPORARY "
	}
	if system {
		s += "SYSTEM "
	}
	return s
}

// alterWords are the words with which the action of ALTER may begin.
var alterWords = map[ast.ObjectKind][]string{
	ast.TableObject:             {"ADD", "MODIFY", "DROP", "RENAME", "SET", "RESET"},
	ast.MaterializedTableObject: {"ADD", "MODIFY", "DROP", "SET", "RESET", "AS", "SUSPEND", "RESUME", "REFRESH"},
	ast.ViewObject:              {"RENAME", "AS"},
	ast.FunctionObject:          {"AS"},
	ast.DatabaseObject:          {"SET"},
	ast.CatalogObject:           {"SET", "RESET", "COMMENT"},
	ast.ModelObject:             {"SET", "RESET", "RENAME"},
	ast.ConnectionObject:        {"SET", "RESET", "RENAME"},
}

func (p *parser) alter() ast.Statement {
	start := p.tok()
	p.expect("ALTER")
	s := &ast.Alter{Temporary: p.accept("TEMPORARY")}
	s.System = p.accept("SYSTEM")
	s.Kind = p.objectKind()
	p.checkScope(start, "ALTER", s.Kind, s.Temporary, s.System)
	switch s.Kind {
	case ast.TableObject, ast.FunctionObject, ast.ModelObject, ast.ConnectionObject:
		s.IfExists = p.ifExists()
	}
	s.Name = p.name("the name of a " + strings.ToLower(string(s.Kind)))
	if !p.atAny(alterWords[s.Kind]...) {
		p.unexpected(alterWords[s.Kind]...)
	}
	s.Action = p.alterAction(s.Kind)
	s.Span = p.span(start.pos)
	return s
}

func (p *parser) alterAction(kind ast.ObjectKind) ast.AlterAction {
	t := p.tok()
	switch t.upper {
	case "ADD":
		return p.alterAdd()
	case "MODIFY":
		return p.alterModify()
	case "DROP":
		return p.alterDrop()
	case "RENAME":
		return p.alterRename(kind)
	case "SET":
		return p.alterSet(kind)
	case "AS":
		if kind == ast.FunctionObject {
			b := p.functionBody()
			return &ast.SetFunction{Span: p.span(t.pos), Body: b}
		}
		p.i++
		q := p.query()
		return &ast.SetQuery{Span: p.span(t.pos), Query: q}
	}
	p.i++
	switch t.upper {
	case "RESET":
		r := &ast.ResetOptions{}
		p.parens(func() {
			if !p.atPunct(")") {
				p.commaList(func() { r.Keys = append(r.Keys, *p.stringLit("a key as a string")) })
			}
		})
		r.Span = p.span(t.pos)
		return r
	case "COMMENT":
		c := p.stringLit("a comment as a string")
		return &ast.SetComment{Span: p.span(t.pos), Comment: c}
	case "SUSPEND":
		return &ast.Suspend{Span: p.span(t.pos)}
	case "RESUME":
		opts := p.withOptions()
		return &ast.Resume{Span: p.span(t.pos), Options: opts}
	}
	r := &ast.Refresh{}
	if p.at("PARTITION") {
		part := p.partition(false)
		r.Partition = &part
	}
	r.Span = p.span(t.pos)
	return r
}

// partition parses PARTITION (k = v, …) [WITH (…)].
func (p *parser) partition(options bool) ast.Partition {
	pos := p.start()
	part := ast.Partition{Keys: p.partitionKeys(true)}
	if options {
		part.Options = p.withOptions()
	}
	part.Span = p.span(pos)
	return part
}

func (p *parser) alterAdd() ast.AlterAction {
	pos := p.start()
	p.expect("ADD")
	switch {
	case p.at("PARTITION"), p.at("IF", "NOT"):
		a := &ast.AddPartitions{IfNotExists: p.ifNotExists()}
		for len(a.Partitions) == 0 || p.at("PARTITION") {
			a.Partitions = append(a.Partitions, p.partition(true))
		}
		a.Span = p.span(pos)
		return a
	case p.at("DISTRIBUTION"):
		return p.alterDistribution(pos, false)
	case p.at("COLUMN"):
		p.fail(p.tok(), "unexpected reserved word COLUMN", "write ADD name type")
	}
	return p.alterSchema(pos, false)
}

func (p *parser) alterModify() ast.AlterAction {
	pos := p.start()
	p.expect("MODIFY")
	if p.at("DISTRIBUTION") {
		return p.alterDistribution(pos, true)
	}
	if p.at("COLUMN") {
		p.fail(p.tok(), "unexpected reserved word COLUMN", "write MODIFY name type")
	}
	return p.alterSchema(pos, true)
}

func (p *parser) alterDistribution(pos int, modify bool) ast.AlterAction {
	dpos := p.start()
	p.expect("DISTRIBUTION")
	d := p.distribution(dpos)
	return &ast.AlterDistribution{Span: p.span(pos), Modify: modify, Distribution: *d}
}

// alterSchema parses one element or several in parentheses.
func (p *parser) alterSchema(pos int, modify bool) ast.AlterAction {
	a := &ast.AlterSchema{Modify: modify}
	if p.atPunct("(") {
		a.Schema = p.schema(true)
	} else {
		spos := p.start()
		p.schemaElement(&a.Schema, true)
		a.Schema.Span = p.span(spos)
	}
	a.Span = p.span(pos)
	return a
}

func (p *parser) alterDrop() ast.AlterAction {
	pos := p.start()
	p.expect("DROP")
	switch {
	case p.accept("PRIMARY"):
		p.expect("KEY")
		return &ast.DropPart{Span: p.span(pos), What: "PRIMARY KEY"}
	case p.accept("CONSTRAINT"):
		name := p.ident("a constraint name")
		return &ast.DropPart{Span: p.span(pos), What: "CONSTRAINT", Name: &name}
	case p.acceptAny("WATERMARK", "DISTRIBUTION") != "":
		what := p.prev().upper
		return &ast.DropPart{Span: p.span(pos), What: what}
	case p.at("PARTITION"), p.at("IF", "EXISTS"):
		d := &ast.DropPartitions{IfExists: p.ifExists()}
		p.commaList(func() { d.Partitions = append(d.Partitions, p.partition(false)) })
		d.Span = p.span(pos)
		return d
	case p.at("COLUMN"):
		p.fail(p.tok(), "unexpected reserved word COLUMN", "write DROP name")
	}
	d := &ast.DropColumns{}
	column := func() { d.Columns = append(d.Columns, p.path("a column name")) }
	if p.atPunct("(") {
		p.parens(func() { p.commaList(column) })
	} else {
		column()
	}
	d.Span = p.span(pos)
	return d
}

func (p *parser) alterRename(kind ast.ObjectKind) ast.AlterAction {
	pos := p.start()
	p.expect("RENAME")
	if p.at("COLUMN") {
		p.fail(p.tok(), "unexpected reserved word COLUMN", "write RENAME a TO b")
	}
	if kind != ast.TableObject || p.at("TO") {
		p.expect("TO")
		n := p.name("a new name")
		return &ast.RenameTo{Span: p.span(pos), Name: n}
	}
	r := &ast.RenameColumn{From: p.path("a column name")}
	p.expect("TO")
	r.To = p.ident("a new name")
	r.Span = p.span(pos)
	return r
}

func (p *parser) alterSet(kind ast.ObjectKind) ast.AlterAction {
	pos := p.start()
	p.expect("SET")
	if kind == ast.MaterializedTableObject {
		switch {
		case p.accept("FRESHNESS"):
			p.expectPunct("=")
			iv := p.interval()
			return &ast.SetFreshness{Span: p.span(pos), Freshness: iv}
		case p.accept("REFRESH_MODE"):
			mode := p.refreshMode()
			return &ast.SetRefreshMode{Span: p.span(pos), Mode: mode}
		}
	}
	opts := p.options()
	return &ast.SetOptions{Span: p.span(pos), Options: opts}
}

package parser

import (
	"github.com/flottstream/flott/internal/sql/ast"
)

// modifiers are the words between CREATE and the kind of object.
type modifiers struct {
	replace, createOr, orAlter bool
	temporary, system          bool
}

// objectKinds are the words which name a kind of object in CREATE, DROP and ALTER.
var objectKinds = []string{"TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "MATERIALIZED TABLE", "MODEL", "CONNECTION"}

// objectKind parses the kind of object.
func (p *parser) objectKind() ast.ObjectKind {
	if p.at("SCHEMA") {
		p.fail(p.tok(), "unexpected word "+p.tok().text, "a schema is a DATABASE in Flink SQL")
	}
	if p.accept("MATERIALIZED") {
		p.expect("TABLE")
		return ast.MaterializedTableObject
	}
	w := p.acceptAny("TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "MODEL", "CONNECTION")
	if w == "" {
		p.unexpected(objectKinds...)
	}
	return ast.ObjectKind(w)
}

// create parses CREATE [OR REPLACE|OR ALTER] [TEMPORARY [SYSTEM]] object.
func (p *parser) create() ast.Statement {
	start := p.tok()
	p.expect("CREATE")
	m := modifiers{}
	if p.accept("OR") {
		m.createOr = p.expectAny("REPLACE", "ALTER") == "REPLACE"
		m.replace, m.orAlter = m.createOr, !m.createOr
	}
	m.temporary = p.accept("TEMPORARY")
	if p.accept("SYSTEM") {
		m.system = true
	}
	kind := p.objectKind()
	p.checkModifiers(start, kind, m)
	switch kind {
	case ast.TableObject:
		p.i-- // createTable expects the word
		return p.createTable(start.pos, m)
	case ast.ViewObject:
		return p.createView(start.pos, m)
	case ast.FunctionObject:
		return p.createFunction(start.pos, m)
	case ast.CatalogObject:
		return p.createCatalog(start.pos)
	case ast.DatabaseObject:
		return p.createDatabase(start.pos)
	case ast.MaterializedTableObject:
		return p.createMaterializedTable(start.pos, m)
	case ast.ModelObject:
		return p.createModel(start.pos, m)
	default:
		return p.createConnection(start.pos, m)
	}
}

// checkModifiers refuses the words before an object which that object does not know.
func (p *parser) checkModifiers(start *token, kind ast.ObjectKind, m modifiers) {
	refuse := func(bad bool, words, hint string) {
		if bad {
			p.fail(start, "CREATE "+words+" "+string(kind)+" is not supported", hint)
		}
	}
	refuse(m.createOr && kind != ast.TableObject && kind != ast.ViewObject && kind != ast.FunctionObject, "OR REPLACE", "drop it first")
	refuse(m.orAlter && kind != ast.MaterializedTableObject, "OR ALTER", "")
	refuse(m.system && kind != ast.FunctionObject && kind != ast.ConnectionObject, "SYSTEM", "")
	refuse(m.system && !m.temporary, "SYSTEM", "system objects are temporary: write CREATE TEMPORARY SYSTEM "+string(kind))
	switch kind {
	case ast.CatalogObject, ast.DatabaseObject, ast.MaterializedTableObject:
		refuse(m.temporary, "TEMPORARY", "")
	}
}

func (p *parser) ifNotExists() bool {
	if p.at("IF", "NOT") {
		p.expect("IF", "NOT", "EXISTS")
		return true
	}
	return false
}

func (p *parser) ifExists() bool { return p.accept("IF", "EXISTS") }

// createTable parses from TABLE, or REPLACE TABLE, on.
func (p *parser) createTable(pos int, m modifiers) ast.Statement {
	p.accept("REPLACE")
	p.expect("TABLE")
	s := &ast.CreateTable{Replace: m.replace, CreateOr: m.createOr, Temporary: m.temporary}
	s.IfNotExists = p.ifNotExists()
	s.Name = p.name("a table name")
	if p.atPunct("(") {
		s.Schema, s.ColumnOrder = p.tableSchema()
	}
	s.Comment = p.comment()
	s.Distribution = p.distributed()
	s.PartitionedBy = p.partitionedBy()
	s.Options = p.withOptions()
	p.tableClauseOrder()
	switch {
	case p.at("LIKE"):
		s.Like = p.like()
		if p.at("AS") {
			p.fail(p.tok(), "CREATE TABLE takes LIKE or AS, not both", "")
		}
	case p.accept("AS"):
		s.As = p.query()
	}
	s.Span = p.span(pos)
	switch {
	case s.ColumnOrder != nil && s.As == nil:
		p.fail(p.tok(), "the columns of a table need types", "only CREATE TABLE … AS query takes a list of names")
	case m.replace && !m.createOr && s.As == nil:
		p.unexpected("AS")
	}
	return s
}

// tableClauseOrder explains a clause of CREATE TABLE which comes too late.
func (p *parser) tableClauseOrder() {
	if t := p.tok(); p.atAny("COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH") {
		p.fail(t, t.upper+" stands in the wrong place", "the order is ( columns ) COMMENT … DISTRIBUTED … PARTITIONED BY … WITH (…) LIKE … or AS …")
	}
}

// comment parses COMMENT 'text', or returns nil.
func (p *parser) comment() *ast.Literal {
	if !p.accept("COMMENT") {
		return nil
	}
	return p.stringLit("a comment as a string")
}

// distributed parses DISTRIBUTED …, or returns nil.
func (p *parser) distributed() *ast.Distribution {
	if !p.at("DISTRIBUTED") {
		return nil
	}
	pos := p.start()
	p.i++
	return p.distribution(pos)
}

// distribution parses [BY [HASH|RANGE] (columns)] [INTO n BUCKETS].
func (p *parser) distribution(pos int) *ast.Distribution {
	d := &ast.Distribution{}
	if p.accept("BY") {
		d.Kind = p.acceptAny("HASH", "RANGE")
		if d.Kind == "" && p.atIdent() {
			p.unexpected("HASH", "RANGE", "'('")
		}
		d.Columns = p.parenIdents("a column name")
	} else if !p.at("INTO") {
		p.unexpected("BY", "INTO")
	}
	if p.accept("INTO") {
		t := p.tok()
		d.Buckets = p.number("a number of buckets")
		if d.Buckets == 0 {
			p.fail(t, "a table needs at least one bucket", "")
		}
		p.expect("BUCKETS")
	}
	d.Span = p.span(pos)
	return d
}

func (p *parser) partitionedBy() []ast.Ident {
	if !p.accept("PARTITIONED") {
		return nil
	}
	p.expect("BY")
	return p.parenIdents("a column name")
}

// withOptions parses WITH ('k' = 'v', …), or returns nil. WITH () is an empty list.
func (p *parser) withOptions() []ast.Option {
	if !p.accept("WITH") {
		return nil
	}
	return p.options()
}

func (p *parser) options() []ast.Option {
	opts := []ast.Option{}
	p.parens(func() {
		if !p.atPunct(")") {
			p.commaList(func() { opts = append(opts, p.option()) })
		}
	})
	return opts
}

func (p *parser) option() ast.Option {
	t := p.tok()
	if t.kind == tokWord || t.kind == tokQuoted {
		p.fail(t, "the key of an option is a string", "write "+ast.QuoteString(t.text)+" = '…'")
	}
	key := p.stringLit("a key such as 'connector'")
	p.expectPunct("=")
	v := p.tok()
	if v.kind != tokString && v.kind != tokIllegal && v.text != "" {
		p.fail(v, "the value of an option is a string", "write "+ast.QuoteString(key.Text)+" = "+ast.QuoteString(v.text))
	}
	value := p.stringLit("a value as a string")
	return ast.Option{Span: p.span(t.pos), Key: key.Text, Value: value.Text, ValueSpan: value.Span}
}

var likeFeatures = []string{"ALL", "CONSTRAINTS", "DISTRIBUTION", "PARTITIONS", "METADATA", "GENERATED", "OPTIONS", "WATERMARKS"}

// like parses LIKE table [( INCLUDING ALL … )].
func (p *parser) like() *ast.LikeClause {
	pos := p.start()
	p.expect("LIKE")
	l := &ast.LikeClause{Source: p.name("a table name")}
	if p.atPunct("(") {
		p.parens(func() {
			for len(l.Options) == 0 || !p.atPunct(")") {
				l.Options = append(l.Options, p.likeOption())
			}
		})
	}
	l.Span = p.span(pos)
	return l
}

func (p *parser) likeOption() ast.LikeOption {
	t := p.tok()
	o := ast.LikeOption{Strategy: p.expectAny("INCLUDING", "EXCLUDING", "OVERWRITING")}
	f := p.tok()
	o.Feature = p.expectAny(likeFeatures...)
	o.Span = p.span(t.pos)
	if o.Strategy == "OVERWRITING" {
		switch o.Feature {
		case "ALL", "CONSTRAINTS", "DISTRIBUTION", "PARTITIONS":
			p.fail(f, "OVERWRITING "+o.Feature+" is not possible", "OVERWRITING takes METADATA, GENERATED, OPTIONS or WATERMARKS")
		}
	}
	return o
}

// tableSchema parses ( columns, watermark, constraints ), or the ( names ) of CTAS.
func (p *parser) tableSchema() (*ast.TableSchema, []ast.Ident) {
	if n := p.peek(2); p.peek(1).kind != tokPunct && (n.isPunct(",") || n.isPunct(")")) {
		var names []ast.Ident
		p.parens(func() {
			p.commaList(func() {
				names = append(names, p.ident("a column name"))
				if !p.atPunct(",") && !p.atPunct(")") {
					p.fail(p.tok(), "unexpected "+describe(p.tok())+" in a list of names", "give every column a type, or none")
				}
			})
		})
		return nil, names
	}
	s := p.schema(false)
	return &s, nil
}

// schema parses ( element, … ); alter allows FIRST and AFTER.
func (p *parser) schema(alter bool) ast.TableSchema {
	pos := p.start()
	s := ast.TableSchema{}
	p.parens(func() { p.commaList(func() { p.schemaElement(&s, alter) }) })
	s.Span = p.span(pos)
	return s
}

// schemaElement parses a column, a watermark or a constraint into s.
func (p *parser) schemaElement(s *ast.TableSchema, alter bool) {
	switch t := p.tok(); {
	case t.is("WATERMARK"):
		if s.Watermark != nil {
			p.fail(t, "Multiple WATERMARK declarations are not supported yet", "a table has one watermark")
		}
		s.Watermark = p.watermark()
	case p.atAny("PRIMARY", "UNIQUE", "CONSTRAINT"):
		s.Constraints = append(s.Constraints, p.constraint(true))
	case p.atAny("CHECK", "FOREIGN"):
		p.fail(t, t.upper+" constraints are not supported", "")
	default:
		s.Columns = append(s.Columns, p.columnDef(alter))
	}
}

func (p *parser) watermark() *ast.Watermark {
	pos := p.start()
	p.expect("WATERMARK", "FOR")
	w := &ast.Watermark{Column: p.path("a column name")}
	p.expect("AS")
	w.X = p.expr()
	w.Span = p.span(pos)
	return w
}

// constraint parses [CONSTRAINT name] {PRIMARY KEY|UNIQUE} [(columns)] [NOT] ENFORCED;
// the columns are there in a table constraint and not at a column.
func (p *parser) constraint(columns bool) ast.Constraint {
	pos := p.start()
	c := ast.Constraint{}
	if p.accept("CONSTRAINT") {
		name := p.ident("a constraint name")
		c.Name = &name
	}
	if c.Unique = p.expectAny("PRIMARY", "UNIQUE") == "UNIQUE"; !c.Unique {
		p.expect("KEY")
	}
	if columns {
		c.Columns = p.parenIdents("a column name")
	}
	c.Enforced = !p.accept("NOT", "ENFORCED")
	if c.Enforced {
		p.accept("ENFORCED")
	}
	c.Span = p.span(pos)
	if c.Enforced && !c.Unique {
		err := errorAt(&c, "Flink doesn't support ENFORCED mode for PRIMARY KEY constraint")
		err.Hint = "write " + p.src[c.Pos:p.beforeEnforced()] + " NOT ENFORCED; the engine does not own the data and cannot check it"
		panic(err)
	}
	return c
}

// beforeEnforced returns the end of a constraint without the word ENFORCED.
func (p *parser) beforeEnforced() int {
	if p.prev().is("ENFORCED") {
		return p.toks[p.i-2].end
	}
	return p.prev().end
}

// columnDef parses a physical, computed or metadata column.
func (p *parser) columnDef(alter bool) ast.ColumnDef {
	pos := p.start()
	c := ast.ColumnDef{Name: p.ident("a column name")}
	for alter && p.acceptPunct(".") {
		c.Parents = append(c.Parents, c.Name)
		c.Name = p.ident("a field name")
	}
	if p.accept("AS") {
		c.Computed = p.expr()
	} else {
		p.physical(&c)
	}
	c.Comment = p.comment()
	if alter && p.atAny("FIRST", "AFTER") {
		ppos := p.start()
		c.Place = &ast.ColumnPlace{First: p.next().is("FIRST")}
		if !c.Place.First {
			after := p.path("a column name")
			c.Place.After = &after
		}
		c.Place.Span = p.span(ppos)
	}
	c.Span = p.span(pos)
	return c
}

// physical parses the type of a column and what belongs to it.
func (p *parser) physical(c *ast.ColumnDef) {
	if p.at("INTERVAL") {
		p.fail(p.tok(), "INTERVAL cannot be the type of a column", "keep the number of units in an INT or BIGINT column")
	}
	c.Type = p.nullableType()
	if p.at("METADATA") {
		pos := p.start()
		p.i++
		c.Metadata = &ast.Metadata{}
		if p.accept("FROM") {
			c.Metadata.Key = p.stringLit("a metadata key as a string")
		}
		c.Metadata.Virtual = p.accept("VIRTUAL")
		c.Metadata.Span = p.span(pos)
	} else if p.atAny("PRIMARY", "UNIQUE", "CONSTRAINT") {
		k := p.constraint(false)
		c.PrimaryKey = &k
	}
}

func (p *parser) createView(pos int, m modifiers) ast.Statement {
	s := &ast.CreateView{OrReplace: m.replace, Temporary: m.temporary}
	s.IfNotExists = p.ifNotExists()
	s.Name = p.name("a view name")
	if p.atPunct("(") {
		p.parens(func() {
			p.commaList(func() {
				s.Columns = append(s.Columns, p.ident("a column name"))
				if p.at("COMMENT") {
					p.fail(p.tok(), "columns of a view take no comment", "")
				}
			})
		})
	}
	s.Comment = p.comment()
	p.expect("AS")
	s.Query = p.query()
	s.Span = p.span(pos)
	return s
}

func (p *parser) createFunction(pos int, m modifiers) ast.Statement {
	s := &ast.CreateFunction{OrReplace: m.replace, Temporary: m.temporary, System: m.system}
	s.IfNotExists = p.ifNotExists()
	s.Name = p.name("a function name")
	s.Body = p.functionBody()
	s.Span = p.span(pos)
	return s
}

// functionBody parses AS 'class' [LANGUAGE l] [USING …] [WITH (…)].
func (p *parser) functionBody() ast.FunctionBody {
	pos := p.start()
	p.expect("AS")
	b := ast.FunctionBody{Class: p.stringLit("a class name as a string")}
	if p.accept("LANGUAGE") {
		b.Language = p.expectAny("JAVA", "SCALA", "PYTHON", "SQL", "GO", "WASM")
	}
	if t := p.tok(); p.accept("USING") {
		if b.Language == "PYTHON" {
			p.fail(t, "CREATE FUNCTION USING JAR/ARTIFACT syntax is not applicable to PYTHON language", "")
		}
		p.commaList(func() {
			rpos := p.start()
			kinds := []string{"JAR", "ARTIFACT"}
			if b.Language == "WASM" {
				kinds = []string{"FILE", "ARTIFACT"}
			}
			r := ast.Resource{Kind: p.expectAny(kinds...)}
			r.Path = p.stringLit("a path as a string")
			r.Span = p.span(rpos)
			b.Using = append(b.Using, r)
		})
	}
	b.Options = p.withOptions()
	b.Span = p.span(pos)
	return b
}

func (p *parser) createCatalog(pos int) ast.Statement {
	s := &ast.CreateCatalog{IfNotExists: p.ifNotExists()}
	s.Name = p.ident("a catalog name")
	s.Comment = p.comment()
	s.Options = p.withOptions()
	s.Span = p.span(pos)
	return s
}

func (p *parser) createDatabase(pos int) ast.Statement {
	s := &ast.CreateDatabase{IfNotExists: p.ifNotExists()}
	s.Name = p.name("a database name")
	s.Comment = p.comment()
	s.Options = p.withOptions()
	s.Span = p.span(pos)
	return s
}

func (p *parser) createModel(pos int, m modifiers) ast.Statement {
	s := &ast.CreateModel{Temporary: m.temporary, IfNotExists: p.ifNotExists()}
	s.Name = p.name("a model name")
	if p.accept("INPUT") {
		s.Input = p.modelColumns()
	}
	if p.accept("OUTPUT") {
		s.Output = p.modelColumns()
	}
	s.Comment = p.comment()
	s.Options = p.withOptions()
	if p.accept("AS") {
		s.As = p.query()
	}
	s.Span = p.span(pos)
	return s
}

func (p *parser) modelColumns() (cols []ast.ColumnDef) {
	p.parens(func() {
		p.commaList(func() { cols = append(cols, p.columnDef(false)) })
	})
	return cols
}

func (p *parser) createConnection(pos int, m modifiers) ast.Statement {
	s := &ast.CreateConnection{Temporary: m.temporary, System: m.system, IfNotExists: p.ifNotExists()}
	s.Name = p.name("a connection name")
	s.Comment = p.comment()
	s.Options = p.withOptions()
	s.Span = p.span(pos)
	return s
}

func (p *parser) createMaterializedTable(pos int, m modifiers) ast.Statement {
	s := &ast.CreateMaterializedTable{OrAlter: m.orAlter}
	s.Name = p.name("a table name")
	if p.atPunct("(") {
		s.Schema, s.ColumnOrder = p.tableSchema()
	}
	s.Comment = p.comment()
	s.Distribution = p.distributed()
	s.PartitionedBy = p.partitionedBy()
	s.Options = p.withOptions()
	if p.at("START_MODE") {
		s.StartMode = p.startMode()
	}
	if p.accept("FRESHNESS") {
		p.expectPunct("=")
		s.Freshness = p.interval()
	}
	if p.accept("REFRESH_MODE") {
		s.RefreshMode = p.refreshMode()
	}
	p.expect("AS")
	s.As = p.query()
	s.Span = p.span(pos)
	return s
}

func (p *parser) refreshMode() string {
	p.expectPunct("=")
	return p.expectAny("CONTINUOUS", "FULL")
}

// startMode parses START_MODE = kind[(x)].
func (p *parser) startMode() *ast.StartMode {
	pos := p.start()
	p.expect("START_MODE")
	p.expectPunct("=")
	m := &ast.StartMode{Kind: p.expectAny("FROM_BEGINNING", "FROM_NOW", "FROM_TIMESTAMP",
		"RESUME_OR_FROM_BEGINNING", "RESUME_OR_FROM_NOW", "RESUME_OR_FROM_TIMESTAMP")}
	switch m.Kind {
	case "FROM_NOW", "RESUME_OR_FROM_NOW":
		if p.atPunct("(") {
			p.parens(func() { m.Arg = p.interval() })
		}
	case "FROM_TIMESTAMP", "RESUME_OR_FROM_TIMESTAMP":
		p.parens(func() { m.Arg = p.expr() })
	}
	m.Span = p.span(pos)
	return m
}
